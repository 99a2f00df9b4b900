/* sanitize.h - what the sanitizers and valgrind want to know of contexts and stacks.
 *
 * Idea: every tool that follows a program's stack must be told when it changes. Here is each thing
 * that there is to tell, for all tools at once; in a plain build nothing is left of it.
 * Threads: the one that switches, makes or unmakes.
 */
#ifndef OTPI_SANITIZE_H
#define OTPI_SANITIZE_H

#include "plat/plat.h"
#include "plat/sanitizers.h"

#if OTPI_ASAN
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if OTPI_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

/* Frames of sanitized code are larger: stacks are this many times as large. */
enum { OTPI_SANITIZE_STACK_FACTOR = OTPI_ASAN || OTPI_TSAN ? 4 : 1 };

/* Inlined even without optimisation: the tools count calls and returns, so the function that leaves
 * one stack must be the very one that arrives on it again. */
#define OTPI_INLINE static inline __attribute__((always_inline))

/* -- memory -- */

/* How many mappings to make of most: valgrind's own table of them is small and being full is
 * fatal. */
OTPI_INLINE uint32_t otpi_sanitize_mappings(uint32_t most)
{
#if defined(RUNNING_ON_VALGRIND)
    if (RUNNING_ON_VALGRIND && most > 2000)
        return 2000;
#endif
    return most;
}

/* LeakSanitizer shall look for pointers in this memory too; it must be readable. */
OTPI_INLINE void otpi_sanitize_root(const void *memory, size_t size)
{
#if OTPI_ASAN
    __lsan_register_root_region(memory, size);
#else
    (void)memory;
    (void)size;
#endif
}

/* No longer; memory and size exactly as they were registered. */
OTPI_INLINE void otpi_sanitize_unroot(const void *memory, size_t size)
{
#if OTPI_ASAN
    __lsan_unregister_root_region(memory, size);
#else
    (void)memory;
    (void)size;
#endif
}

/* -- contexts -- */

/* The calling thread is this context: its bounds and its fiber. While it is parked, its stack is
 * not that of a thread for LeakSanitizer, so it becomes a root. */
OTPI_INLINE void otpi_sanitize_adopt(struct otpi_context *context)
{
#if OTPI_ASAN
    pthread_attr_t attributes;
    void *low = NULL;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        otpi_plat_die("no memory to describe a thread's stack");
    (void)pthread_attr_getstack(&attributes, &low, &context->stack.size);
    (void)pthread_attr_destroy(&attributes);
    context->stack.low = low;
    otpi_sanitize_root(low, context->stack.size);
#endif
#if OTPI_TSAN
    context->tsan_fiber = __tsan_get_current_fiber();
#endif
    (void)context;
}

#if OTPI_ASAN
/* Frees the fake frames of a context that was abandoned while it was parked. There is no call for
 * that: one dies by leaving for ever, so we become it for a moment and do that. */
__attribute__((no_sanitize_address)) static inline void otpi_sanitize_bury(
    struct otpi_context *context)
{
    if (context->fake_stack == NULL)
        return;
    void *own_fake = NULL;
    const void *own_low = NULL;
    size_t own_size = 0;
    __sanitizer_start_switch_fiber(&own_fake, context->stack.low, context->stack.size);
    __sanitizer_finish_switch_fiber(context->fake_stack, &own_low, &own_size);
    __sanitizer_start_switch_fiber(NULL, own_low, own_size);
    __sanitizer_finish_switch_fiber(own_fake, NULL, NULL);
    context->fake_stack = NULL;
}
#endif

/* What is left of the frames of a made context, which never run again. Only those above sp are
 * marked; what had returned was cleaned up by its return. */
OTPI_INLINE void otpi_sanitize_abandon(struct otpi_context *context)
{
#if OTPI_ASAN
    char *sp = context->sp;
    if (sp != NULL)
        ASAN_UNPOISON_MEMORY_REGION(sp, (size_t)(context->stack.low + context->stack.size - sp));
    otpi_sanitize_bury(context);
#endif
#if OTPI_TSAN
    if (context->tsan_fiber != NULL)
        __tsan_destroy_fiber(context->tsan_fiber); /* with its stack of open calls */
    context->tsan_fiber = NULL;
#endif
    (void)context;
}

/* Valgrind knows the stacks of contexts by an id; here plus one, so that 0 is none. */
OTPI_INLINE void otpi_sanitize_forget_stack(struct otpi_context *context)
{
#if defined(VALGRIND_STACK_DEREGISTER)
    if (context->valgrind_id != 0)
        VALGRIND_STACK_DEREGISTER(context->valgrind_id - 1);
#endif
    context->valgrind_id = 0;
}

/* The context begins anew on stack. */
OTPI_INLINE void otpi_sanitize_make(struct otpi_context *context, struct otpi_stack stack)
{
#if OTPI_TSAN
    context->tsan_fiber = __tsan_create_fiber(0);
#endif
    if (context->valgrind_id != 0 && context->stack.low == stack.low)
        return;
    otpi_sanitize_forget_stack(context);
#if defined(VALGRIND_STACK_REGISTER)
    context->valgrind_id =
        (unsigned)VALGRIND_STACK_REGISTER(stack.low, stack.low + stack.size - 1) + 1;
#endif
}

/* Directly before the switch. Flag 0: what from did happens before what to does next. */
OTPI_INLINE void otpi_sanitize_leave(struct otpi_context *from, const struct otpi_context *to,
                                     bool from_dies)
{
#if OTPI_ASAN
    if (from_dies)
        from->fake_stack = NULL;
    __sanitizer_start_switch_fiber(from_dies ? NULL : &from->fake_stack, to->stack.low,
                                   to->stack.size);
#endif
#if OTPI_TSAN
    __tsan_switch_to_fiber(to->tsan_fiber, 0);
#endif
    (void)from;
    (void)to;
    (void)from_dies;
}

/* Directly after it, on the stack of context. */
OTPI_INLINE void otpi_sanitize_arrive(struct otpi_context *context)
{
#if OTPI_ASAN
    void *fake = context->fake_stack;
    context->fake_stack = NULL;
    __sanitizer_finish_switch_fiber(fake, NULL, NULL);
#else
    (void)context;
#endif
}

#endif
