/* fence.h - fences of which one side costs nothing.
 *
 * Idea: two threads that each write one word and read the other's need a full fence on both sides,
 * even if one of them hardly ever comes. Here the frequent side only keeps the compiler in order,
 * and the rare side has the kernel run a fence on every CPU that runs a thread of this process
 * (membarrier). Where the kernel cannot, or a checker must see it, both sides fence.
 * Pair otpi_fence_light() with otpi_fence_heavy(). Threads: any.
 */
#ifndef OTPI_FENCE_H
#define OTPI_FENCE_H

#include <stdatomic.h>
#include <stdbool.h>

/* Const once otpi_fence_init() has run: the light side must fence too. */
extern bool otpi_fence_symmetric;

/* Asks the kernel, once; any number of calls, before the first fence. */
void otpi_fence_init(void);
/* A microsecond or more. */
void otpi_fence_heavy(void);

static inline void otpi_fence_light(void)
{
    atomic_signal_fence(memory_order_seq_cst);
    if (__builtin_expect(otpi_fence_symmetric, 0))
        atomic_thread_fence(memory_order_seq_cst);
}

#endif
