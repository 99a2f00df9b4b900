/* poison.h - an allocator that makes what is freed recognisable.
 *
 * Idea: what is given back is overwritten and kept for a while, so that who still reads it reads
 * POISON and nothing else. It counts what is out, and can refuse.
 * Threads: any. */
#ifndef OTPC_TESTS_POISON_H
#define OTPC_TESTS_POISON_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <otp/runtime.h>

#include "core/self.h"
#include "support.h"

#define POISON       0xa5
#define POISONED     0xa5a5a5a5a5a5a5a5u
#define POISON_KEEPS 8192

static struct {
    atomic_long out;       /* blocks that were not given back */
    atomic_long refuse_in; /* 1: refuses the next; 0: none */
    atomic_bool refuse_on; /* .. and all after it */
    atomic_uint next;
    _Atomic(void *) kept[POISON_KEEPS];
} poison;

static void *poison_allocate(void *context, size_t size)
{
    void *memory;

    (void)context;
    if (atomic_load(&poison.refuse_in) > 0 && atomic_fetch_sub(&poison.refuse_in, 1) == 1) {
        if (atomic_load(&poison.refuse_on))
            atomic_store(&poison.refuse_in, 1);
        return NULL;
    }
    memory = malloc(size);
    if (memory != NULL)
        atomic_fetch_add(&poison.out, 1);
    return memory;
}

/* Word by word and atomically: who reads it must not, but the test is to say so. */
static void poison_release(void *context, void *memory, size_t size)
{
    unsigned at = atomic_fetch_add(&poison.next, 1) % POISON_KEEPS;

    (void)context;
    for (size_t i = 0; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t))
        __atomic_store_n((uint64_t *)(void *)((char *)memory + i), POISONED, __ATOMIC_RELAXED);
    atomic_fetch_sub(&poison.out, 1);
    free(atomic_exchange(&poison.kept[at], memory));
}

static const struct otp_allocator poison_allocator = { poison_allocate, poison_release, NULL };

/* A runtime over it, which the calling thread is inside of. */
static inline void poison_start(void)
{
    struct otp_config config = { .workers = 2, .allocator = &poison_allocator };

    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    ck_assert_int_eq(otpi_enter(), OTP_OK);
}

/* Ends it: all has been given back. */
static inline void poison_stop(void)
{
    otpi_leave();
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
    ck_assert_int_eq(atomic_load(&poison.out), 0);
    for (size_t i = 0; i < POISON_KEEPS; i++)
        free(atomic_exchange(&poison.kept[i], NULL));
}

#endif
