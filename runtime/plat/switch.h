/* switch.h - going from one context to another.
 *
 * Idea: a processor guesses where a return goes from the calls that it has seen last. A function
 * that is called on one stack and returns on the other makes that guess wrong, and the guesses for
 * the frames above it. So the switch stands in the function that switches, and is no call: it
 * pushes where to go on and jumps. With a sanitizer, which counts calls and returns, and on other
 * processors it is one, in context.c.
 * Threads: a context belongs to the thread that runs or parked it.
 */
#ifndef OTPI_SWITCH_H
#define OTPI_SWITCH_H

#include "plat/plat.h"
#include "plat/sanitizers.h"

/* Saves the calling context into from and goes on in to. from_dies: it will be made again, never
 * switched back to. */
#if !defined(__x86_64__) || OTPI_ASAN || OTPI_TSAN
void otpi_context_switch(struct otpi_context *from, struct otpi_context *to, bool from_dies);
#else
static inline __attribute__((always_inline)) void otpi_context_switch(struct otpi_context *from,
                                                                      struct otpi_context *to,
                                                                      bool from_dies)
{
    void **save = &from->sp;
    void *sp = to->sp;
    (void)from_dies;
    /* Below the red zone, where a function that calls nobody may keep variables. Of the registers
     * otpi_ctx_switch keeps those that a call does; to the compiler this is none, so it is told of
     * all others. */
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
                     "leaq 1f(%%rip), %%rcx\n\t"
                     "pushq %%rcx\n\t"
                     "jmp otpi_ctx_switch\n"
                     "1:\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "+D"(save), "+S"(sp)
                     :
                     : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2",
                       "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
                       "xmm12", "xmm13", "xmm14", "xmm15", "st", "st(1)", "st(2)", "st(3)", "st(4)",
                       "st(5)", "st(6)", "st(7)",
#if defined(__AVX512F__)
                       "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23",
                       "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1",
                       "k2", "k3", "k4", "k5", "k6", "k7",
#endif
                       "cc", "memory");
}
#endif

#endif
