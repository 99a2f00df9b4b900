/* biased.h - a lock that belongs to one thread.
 *
 * Idea: the owner says that it is inside and looks whether somebody wants in: two plain accesses.
 * Another thread, there is one at a time, asks for it with a heavy fence; if the owner is inside
 * then, it gets nothing and tries again later. All zero is free.
 * Threads: enter and leave by the owner, try and restore by the one other.
 */
#ifndef OTPI_BIASED_H
#define OTPI_BIASED_H

#include <stdint.h>

#include "plat/fence.h"

struct otpi_biased {
    _Atomic uint32_t inside;  /* owner writes */
    _Atomic uint32_t revoked; /* the other writes */
};

/* It is the other's: waits until it is given back. Enters. */
void otpi_biased_wait(struct otpi_biased *lock);

static inline void otpi_biased_enter(struct otpi_biased *lock)
{
    atomic_store_explicit(&lock->inside, 1, memory_order_relaxed);
    otpi_fence_light(); /* pairs with the heavy one of otpi_biased_try */
    /* acquire: pairs with the release of otpi_biased_restore */
    if (__builtin_expect(atomic_load_explicit(&lock->revoked, memory_order_acquire) != 0, 0))
        otpi_biased_wait(lock);
}

static inline void otpi_biased_leave(struct otpi_biased *lock)
{
    /* release: pairs with the acquire of otpi_biased_try */
    atomic_store_explicit(&lock->inside, 0, memory_order_release);
}

/* False: the owner is inside. */
static inline bool otpi_biased_try(struct otpi_biased *lock)
{
    atomic_store_explicit(&lock->revoked, 1, memory_order_relaxed);
    otpi_fence_heavy();
    /* acquire: pairs with the release of otpi_biased_leave */
    if (atomic_load_explicit(&lock->inside, memory_order_acquire) == 0)
        return true;
    atomic_store_explicit(&lock->revoked, 0, memory_order_release);
    return false;
}

static inline void otpi_biased_restore(struct otpi_biased *lock)
{
    /* release: pairs with the acquire of otpi_biased_enter */
    atomic_store_explicit(&lock->revoked, 0, memory_order_release);
}

#endif
