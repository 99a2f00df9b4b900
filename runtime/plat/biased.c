/* biased.c - a lock that belongs to one thread.
 *
 * Idea: see biased.h. The other has it for a few instructions, unless its CPU is taken away: the
 * owner lets others run.
 * Threads: the owner. Locks: it is one. Owns: nothing. */
#include "plat/biased.h"

#include <sched.h>

#include "plat/sim.h"

void otpi_biased_wait(struct otpi_biased *lock)
{
    do {
        atomic_store_explicit(&lock->inside, 0, memory_order_release);
        while (atomic_load_explicit(&lock->revoked, memory_order_acquire) != 0)
            if (otpi_sim_is_on())
                otpi_sim_point();
            else
                (void)sched_yield();
        atomic_store_explicit(&lock->inside, 1, memory_order_relaxed);
        otpi_fence_light();
    } while (atomic_load_explicit(&lock->revoked, memory_order_acquire) != 0);
}
