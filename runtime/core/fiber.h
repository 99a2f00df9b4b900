/* fiber.h - stacks that run processes.
 *
 * Idea: a fiber is a stack with a context. Pooled fibers run the scheduler's loop; one that takes a
 * process runs its handlers, and if a handler waits, the fiber is parked with it while another from
 * the pool goes on. An idle process has none.
 * Threads: a fiber runs on its home worker, which changes only while it is in a list of ready ones
 * that a stuck worker does not get round to (rescue.h). Wake from anywhere.
 * Invariant I2: a fiber is in exactly one of: pool, running, parked, ready, dead.
 */
#ifndef OTPI_FIBER_H
#define OTPI_FIBER_H

#include <stdatomic.h>

#include "base/apart.h"
#include "core/proc.h"
#include "core/self.h"
#include "core/slot.h"
#include "core/timer.h"
#include "plat/plat.h"

struct otpi_proc;
struct otpi_worker;

/* Bump memory of the running handler. */
struct otpi_scratch {
    struct otpi_block *chunks; /* newest first; the oldest is kept over resets */
    char *at, *end;            /* of the newest chunk */
    struct otpi_block *blocks; /* replies received */
};

/* In a fiber's wake: it is parked. Who wakes it adds one, which makes this the first number. */
#define OTPI_FIBER_PARKED UINT64_MAX

struct otpi_fiber {
    struct otpi_context context;
    struct otpi_worker *home; /* written by who takes it out of the list of rescued ones */
    struct otpi_fiber *next;  /* of the pool or a ready list */
    struct otpi_proc *host;   /* whose stack it is while proc is a guest, visit.h; else NULL */
    struct otpi_proc *proc;   /* whose code runs on it; owner: home, with the one above */
    _Atomic uint64_t wake;    /* atomic: counts wakes; who finds PARKED makes it ready, once */
    uint64_t heard;           /* owner: home. So many of them it has heard of */
    uint32_t patience,
        patient_tick; /* owner: home. Ready, it lets so many processes that are queued
                                      * go first, but not into another tick */
    /* The wait that is going on, if wait_id is not 0. owner: home; read by who arms timers */
    _Atomic uint64_t wait_id;
    _Atomic int64_t wait_limit;
    _Atomic uint32_t listed; /* in the worker's list of waits without a timer; armer clears */
    _Atomic uint32_t armed;  /* its timer may be armed; armer sets, home clears */
    struct otpi_fiber *unarmed_next; /* in that list */
    struct otpi_fiber *arming_next;  /* lock: arming; those that are looked at */
    struct otpi_slot slot;
    struct otpi_timer timer; /* of the wait */
    struct otpi_scratch scratch;
    otp_reason last_reason;            /* of the last failed call */
    otp_reason exit_reason;            /* of the process that runs on it, once it is to end */
    otp_reason guest_last, guest_exit; /* the same of a guest */
    /* What the host asks its guest: a wait that nobody else knows of and that is not open yet.
     * owner: home. id 0: there is none, or it is open */
    uint64_t near_id;
    void *near_reply;
    bool near_kept;         /* the guest has deferred its answer */
    struct otpi_fiber *all; /* every fiber of the worker, for the end */
};

/* A fiber for worker: from its pool or new. NULL: no memory. One stays in the pool, so that an exit
 * always finds one, unless last is true. Owner worker only. */
struct otpi_fiber *otpi_fiber_take(struct otpi_worker *worker, bool last);
/* Back to the pool: it is inside the scheduler's loop, or was made anew. */
void otpi_fiber_pool(struct otpi_worker *worker, struct otpi_fiber *fiber);
/* Goes on in to; the running fiber must be where it belongs already (pool, parked, dead). The
 * worker's lock is entered before, so that nobody takes the running fiber away before its context
 * is saved; whoever goes on leaves it. */
void otpi_fiber_switch(struct otpi_worker *worker, struct otpi_fiber *to, bool from_dies);
/* A dead fiber (its frames were abandoned) becomes a pooled one. */
void otpi_fiber_revive(struct otpi_worker *worker, struct otpi_fiber *fiber);
/* Frees all fibers of a worker that has ended. */
void otpi_fiber_free_all(struct otpi_worker *worker);

/* Parks fiber, the running one, until it is woken: look at the condition, park, look again. Returns
 * at once if it was woken since it last returned; may return for no reason. False: no memory for
 * another fiber to go on with. */
bool otpi_fiber_park(struct otpi_fiber *fiber);
/* Wakes it, from any thread. */
void otpi_fiber_wake(struct otpi_fiber *fiber);

/* size bytes aligned to 16 of its scratch memory; NULL: none. */
void *otpi_scratch_take(struct otpi_scratch *scratch, size_t size);
/* A reply's block goes with the scratch. Takes block. */
void otpi_scratch_adopt(struct otpi_scratch *scratch, struct otpi_block *block);
void otpi_scratch_reset_used(struct otpi_scratch *scratch);
void otpi_scratch_free(struct otpi_scratch *scratch);

/* The process that runs on this thread; NULL: none. */
static inline struct otpi_proc *otpi_self_proc(void)
{
    struct otpi_fiber *fiber = otpi_self_fiber();
    return fiber == NULL ? NULL : fiber->proc;
}

/* Its pid's bits; 0: none. */
static inline uint64_t otpi_self_pid(void)
{
    struct otpi_proc *proc = otpi_self_proc();
    return proc == NULL ? 0 : atomic_load_explicit(&proc->pid, memory_order_relaxed);
}

/* It is to end: somebody has ended it, or the runtime stops. A runtime that stops kills all at
 * once: nobody sees another one's death. */
static inline bool otpi_is_doomed(const struct otpi_proc *proc)
{
    /* acquire: pairs with the release in take_remains */
    return atomic_load_explicit(&proc->dead, memory_order_acquire) != 0 ||
           atomic_load_explicit(&otpi_rt->stopping, memory_order_relaxed) != OTPI_STOP_NOT;
}

/* A process of a worker's, which is to go on; NULL: a foreign thread, or it is to end. */
static inline struct otpi_proc *otpi_proc_near(const struct otpi_self *self)
{
    struct otpi_proc *proc = self == NULL || self->current == NULL ? NULL : self->current->proc;

    return proc == NULL || otpi_is_doomed(proc) ? NULL : proc;
}

/* Abandons the frames of the calling process; it goes on in behaviour->unwind with reason. */
OTP_NORETURN void otpi_abandon(const otp_reason *reason);
/* The same for one that is doomed: nothing of the user's runs any more. Returns to a guest, which
 * has little left to do: whatever that changes finds it dead. */
void otpi_abandon_doomed(void);

/* As otp_finish. Borrows reason. */
void otpi_finish(const otp_reason *reason);

/* Does not return if the calling process is to end, unless it is a guest. Every public function
 * that a process may call and that has an effect looks. */
static inline void otpi_check_alive(void)
{
    struct otpi_proc *proc = otpi_self_proc();

    if (proc != NULL && otpi_is_doomed(proc))
        otpi_abandon_doomed();
}

static inline void otpi_scratch_reset(struct otpi_scratch *scratch)
{
    if (OTPI_SELDOM(scratch->chunks != NULL || scratch->blocks != NULL))
        otpi_scratch_reset_used(scratch);
}

#endif
