/* context.c - contexts of execution over the switch in ctx_*.S.
 *
 * Idea: a context is a saved stack pointer; what the processor must know lies on its stack, in the
 * frame of the switch. Making one writes such a frame by hand. Each step tells the sanitizers.
 * The top 16 bytes of a stack stay out of every frame: zero while it runs, a link of stack.c while
 * nobody has it.
 * Threads: a context belongs to the thread that runs or parked it. Locks: none.
 * Owns: what the sanitizers hold for a context; never its stack.
 */
#include "plat/switch.h"

#include <string.h>

#include "plat/sanitize.h"

/* In ctx_*.S: saves the stack pointer to *save, goes on at sp. */
void otpi_ctx_switch(void **save, void *sp);
void otpi_ctx_entry(void);

enum { TOP_RESERVE = 16 };

/* The words of the frame that otpi_ctx_switch takes down, and which of them otpi_ctx_entry uses. */
#if defined(__x86_64__)
enum { FRAME_WORDS = 7, FRAME_ARG = 3, FRAME_RUN = 4, FRAME_ADDRESS = 6 };
#else
enum { FRAME_WORDS = 20, FRAME_ARG = 1, FRAME_RUN = 0, FRAME_ADDRESS = 11 };
#endif

/* Writes the first frame and the reserve; returns the stack pointer. After the frame is taken down
 * the stack pointer is a multiple of 16, as the ABIs want it before a call. */
static void *write_frame(struct otpi_stack stack, void (*run)(void *arg), void *arg)
{
    char *top = stack.low + stack.size;
    top -= (uintptr_t)top % 16;
    uintptr_t frame[FRAME_WORDS] = { 0 };
    frame[FRAME_ARG] = (uintptr_t)arg;
    frame[FRAME_RUN] = (uintptr_t)run;
    frame[FRAME_ADDRESS] = (uintptr_t)otpi_ctx_entry;
    memset(top - TOP_RESERVE, 0, TOP_RESERVE);
    return memcpy(top - TOP_RESERVE - sizeof frame, frame, sizeof frame);
}

void otpi_context_adopt(struct otpi_context *context)
{
    *context = (struct otpi_context){ .adopted = true };
    otpi_sanitize_adopt(context);
}

void otpi_context_make(struct otpi_context *context, struct otpi_stack stack,
                       void (*run)(void *arg), void *arg)
{
    otpi_sanitize_abandon(context);
    otpi_sanitize_make(context, stack);
    context->stack = stack;
    context->sp = write_frame(stack, run, arg);
    context->fresh = true;
}

#if !defined(__x86_64__) || OTPI_ASAN || OTPI_TSAN
/* The sanitizers' calls must stand in this very function: see OTPI_INLINE. */
void otpi_context_switch(struct otpi_context *from, struct otpi_context *to, bool from_dies)
{
    void *sp = to->sp;
    otpi_sanitize_leave(from, to, from_dies);
    otpi_ctx_switch(&from->sp, sp);
    otpi_sanitize_arrive(from);
}
#endif

void otpi_context_entered(struct otpi_context *context)
{
    otpi_sanitize_arrive(context);
    context->fresh = false;
}

void otpi_context_unmake(struct otpi_context *context)
{
    if (context->adopted) {
        if (context->stack.low != NULL)
            otpi_sanitize_unroot(context->stack.low, context->stack.size);
    } else {
        otpi_sanitize_abandon(context);
        otpi_sanitize_forget_stack(context);
    }
    *context = (struct otpi_context){ .sp = NULL };
}
