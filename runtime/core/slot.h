/* slot.h - where a reply lands.
 *
 * Idea: a fiber or a foreign thread waits for at most one call at a time, so the place for a reply
 * is part of it. Requests, of which one may have many, have slots of their own (request.h). None of
 * them is freed while the runtime runs: a late reply touches valid memory. One word decides
 * everything: the number of the wait and its phase. Whoever moves it from WAIT owns the outcome;
 * all others find another number or phase and give up.
 *
 *   NONE -> WAIT    the waiter, before it sends
 *   WAIT -> FILL    a replier, a timer or the death of the server: exactly one
 *   FILL -> DONE    the same, after writing the result
 *   DONE -> NONE    the waiter, with the next number
 *   WAIT -> NONE    the waiter, giving up
 */
#ifndef OTPI_SLOT_H
#define OTPI_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <otp/message.h>

struct otpi_fiber;

/* Low bits of a number count the waits of one slot, the rest is the slot's index. That of a foreign
 * thread's, which outlives the runtime, has this bit. */
#define OTPI_SLOT_NUMBER_BITS 38
#define OTPI_SLOT_FOREIGN     ((uint32_t)1 << 23)

enum { OTPI_SLOT_NONE, OTPI_SLOT_WAIT, OTPI_SLOT_FILL, OTPI_SLOT_DONE };
#define OTPI_SLOT_PHASE ((uint64_t)3)

/* A block that holds a reply with references, in front of its bytes. */
struct otpi_block {
    struct otpi_block *next;
    size_t size; /* in all */
};

struct otpi_slot {
    /* atomic: number << 2 | phase; release by who writes the result, acquire by who reads it */
    _Atomic uint64_t word;
    struct otpi_fiber *fiber; /* const: who to wake; NULL: waiter */
    /* atomic: the slot of who waits: a foreign thread's own, for ever; of a request, that of who
     * has waited for it last. Owner writes */
    _Atomic(struct otpi_slot *) waiter;
    _Atomic uint32_t futex; /* foreign: 1 if it is to look */
    /* written by the waiter before WAIT, or by who holds FILL */
    uint32_t status;         /* otp_status */
    void *reply;             /* where the reply struct goes; NULL: nowhere */
    _Atomic uint64_t server; /* atomic, relaxed: pid bits of who was asked; 0: nobody yet */
    /* atomic, relaxed: what the answer must be of. Who answers has `from` of the waiter, so it sees
     * what was written before, or what a later wait has written, and then that one is over */
    _Atomic(const struct otp_layout *) layout;
    struct otpi_block *block; /* what it refers to */
    otp_reason reason;        /* why, if status is EXIT */
};

/* The layout of who asks by other means than a typed call, and knows itself what it will get. */
extern const struct otp_layout otpi_slot_any;

/* The index of a new slot of this run; those of foreign threads have OTPI_SLOT_FOREIGN beside
 * theirs. */
uint32_t otpi_slot_index(void);
/* Makes a slot usable; numbers of different slots never meet. */
void otpi_slot_init(struct otpi_slot *slot, struct otpi_fiber *fiber, uint32_t index);
/* NONE -> WAIT; returns the id of the wait. layout: of the reply, NULL if it has none; borrowed.
 * By the waiter. */
uint64_t otpi_slot_open(struct otpi_slot *slot, uint64_t server, void *reply,
                        const struct otp_layout *layout);
/* The number that its next wait has. By the waiter, which does not wait. */
static inline uint64_t otpi_slot_number(const struct otpi_slot *slot)
{
    return atomic_load_explicit(&slot->word, memory_order_relaxed) >> 2;
}

/* A wait with that number is over before it was opened. By the waiter. */
static inline void otpi_slot_skip(struct otpi_slot *slot)
{
    atomic_store_explicit(&slot->word, (otpi_slot_number(slot) + 1) << 2, memory_order_relaxed);
}

/* Ends the wait however it stands: waits for a FILL to finish. True: it is DONE and the result
 * is in place (a block too, now the caller's). False: nothing came and nothing will. By the
 * waiter. */
bool otpi_slot_close(struct otpi_slot *slot, uint64_t id);
/* The wait has its result. By the waiter. */
static inline bool otpi_slot_is_done(const struct otpi_slot *slot)
{
    return (atomic_load_explicit(&slot->word, memory_order_acquire) & OTPI_SLOT_PHASE) ==
           OTPI_SLOT_DONE;
}

/* That wait has not been closed. */
static inline bool otpi_slot_is_open(const struct otpi_slot *slot, uint64_t id)
{
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);
    return word >> 2 == id && (word & OTPI_SLOT_PHASE) != OTPI_SLOT_NONE;
}

/* That wait has not been answered. */
static inline bool otpi_slot_is_waiting(const struct otpi_slot *slot, uint64_t id)
{
    return atomic_load_explicit(&slot->word, memory_order_acquire) == (id << 2 | OTPI_SLOT_WAIT);
}

/* The slot of that wait is there: not one of an earlier run of the runtime. */
bool otpi_slot_exists(uint64_t id);
/* What an answer of that layout would do to the wait: OK, it fits; BADARG, it waits for another;
 * NOT_FOUND, it is over. */
otp_status otpi_slot_judge(const struct otpi_slot *slot, uint64_t id,
                           const struct otp_layout *layout);
/* WAIT -> FILL; false: this wait is over. After true, finish at once with otpi_slot_done. */
bool otpi_slot_claim(struct otpi_slot *slot, uint64_t id);
/* FILL -> DONE and wakes the waiter. */
void otpi_slot_done(struct otpi_slot *slot, uint64_t id, otp_status status);
/* claim, reason, done: for failures. reason may be NULL. False: the wait was over. */
bool otpi_slot_fail(struct otpi_slot *slot, uint64_t id, otp_status status,
                    const otp_reason *reason);

#endif
