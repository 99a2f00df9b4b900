/* timer.h - things that happen at a time.
 *
 * Idea: one 4-ary heap per worker, each under its own lock, so that any thread may arm, cancel or,
 * where the owner is busy, fire. What is due is taken out under the lock and acted on after it.
 * Locks: heap (leaf).
 */
#ifndef OTPI_TIMER_H
#define OTPI_TIMER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <otp/message.h>

#include "plat/plat.h"

struct otpi_heap;
struct otpi_msg;
struct otpi_slot;

/* A timer: of a wait (part of a fiber or foreign thread) or with a message (from the heap's stock).
 * lock: its heap's. */
struct otpi_timer {
    otp_instant due;
    uint64_t id;            /* of this arming; never the same twice in one node */
    uint32_t index;         /* in the heap + 1; 0: not armed */
    uint32_t owned;         /* from the stock: goes back to it */
    struct otpi_heap *heap; /* where it is armed; const once it is first armed */
    struct otpi_slot *slot; /* a wait's slot, with wait_id; or ... */
    uint64_t wait_id;
    struct otpi_msg *msg; /* ... a message for dest; owner: the timer */
    otp_dest dest;
    struct otpi_timer *next; /* in the stock */
};

struct otpi_heap_entry {
    otp_instant due;
    struct otpi_timer *timer;
};

struct otpi_heap {
    struct otpi_lock lock;
    uint32_t count, capacity, sweep_at;
    struct otpi_heap_entry *entries; /* 1-based order of a 4-ary heap at [0..count) */
    struct otpi_timer *stock;        /* free nodes */
    struct otpi_timer_slab *slabs;
    uint64_t run, next_id;    /* an id is the run of the runtime, then a number */
    _Atomic int64_t earliest; /* atomic: due of entries[0], OTP_INFINITY if empty; read unlocked */
};

/* run: which one of the runtime. */
void otpi_heap_init(struct otpi_heap *heap, uint64_t run);
/* Frees the messages of armed timers too. */
void otpi_heap_free(struct otpi_heap *heap);

/* Arms the timer of a wait, in its heap; it may be armed for an earlier one. NOMEM. */
otp_status otpi_timer_wait(struct otpi_timer *timer, otp_instant due, struct otpi_slot *slot,
                           uint64_t wait_id);
/* Disarms it, if it is armed. */
void otpi_timer_unwait(struct otpi_timer *timer);
/* Arms a message for dest. Takes msg, also on failure. NOMEM. */
otp_status otpi_timer_send(struct otpi_heap *heap, otp_instant due, otp_dest dest,
                           struct otpi_msg *msg, otp_timer *out);
/* Fires what is due at now; true if anything was. */
bool otpi_heap_fire(struct otpi_heap *heap, otp_instant now);

static inline otp_instant otpi_heap_earliest(const struct otpi_heap *heap)
{
    return atomic_load_explicit(&heap->earliest, memory_order_relaxed);
}

#endif
