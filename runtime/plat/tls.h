/* tls.h - reading a thread-local variable after the thread may have changed.
 *
 * Idea: a compiler takes the address of a thread-local variable to be one for a whole function. A
 * fiber that parks may go on in another thread, so what it reads then must be found anew: by
 * instructions that depend on a word which any function might change. They are those of the
 * initial-exec model.
 */
#ifndef OTPI_TLS_H
#define OTPI_TLS_H

#include <otp/version.h>

/* Never written; a compiler cannot know that. Hidden where it is declared, or each reading would
 * load its address, too. */
extern int otpi_tls_stamp __attribute__((visibility("hidden")));

/* pointer = the calling thread's variable, a pointer called name. */
#if defined(__x86_64__)
#define OTPI_TLS_READ(pointer, name)                                                               \
    __asm__("movq " #name "@gottpoff(%%rip), %0\n\tmovq %%fs:(%0), %0"                             \
            : "=r"(pointer)                                                                        \
            : "m"(otpi_tls_stamp))
#elif defined(__aarch64__)
#define OTPI_TLS_READ(pointer, name)                                                               \
    do {                                                                                           \
        void *base_;                                                                               \
        __asm__("adrp %0, :gottprel:" #name "\n\tldr %0, [%0, :gottprel_lo12:" #name "]\n\t"       \
                "mrs %1, tpidr_el0\n\tldr %0, [%1, %0]"                                            \
                : "=&r"(pointer), "=&r"(base_)                                                     \
                : "m"(otpi_tls_stamp));                                                            \
        (void)base_;                                                                               \
    } while (0)
#endif

#endif
