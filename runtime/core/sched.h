/* sched.h - workers.
 *
 * Idea: one thread per CPU. Each has a ring of processes to run (others steal from it), one slot
 * for the process that its running one is about to wait for (run next, on the same CPU), and a
 * list of fibers that can go on (they stay on their worker). What foreign threads send goes
 * through one shared queue. A worker with nothing to do spins briefly, then sleeps until woken
 * or until the earliest timer.
 * Locks: injection (leaf).
 */
#ifndef OTPI_SCHED_H
#define OTPI_SCHED_H

#include <stdatomic.h>

#include "core/fiber.h"
#include "core/proc.h"
#include "core/self.h"
#include "core/timer.h"

#define OTPI_RING 256

struct otpi_worker {
    /* owner only */
    struct otpi_self self;
    struct otpi_context thread_context;
    struct otpi_fiber *pool;               /* free fibers, LIFO */
    struct otpi_fiber *ready, *ready_last; /* may go on here, FIFO */
    struct otpi_fiber *dead;               /* abandoned, to be made anew by the next fiber */
    struct otpi_proc *orphan;              /* whose frames these were: goes on unwinding */
    otp_reason orphan_reason;
    struct otpi_fiber *all;
    struct otpi_fiber *unarmed; /* waits whose timers are not armed yet */
    uint32_t decisions, random, tick_seen;
    uint32_t seen_progress;    /* owner: the watcher */
    _Atomic uint32_t n_fibers; /* atomic: owner writes */
    struct otpi_thread thread;
    uint32_t index;

    /* shared: the owner pushes, anyone takes */
    _Alignas(OTPI_CACHE_LINE) _Atomic uint32_t head;
    _Alignas(OTPI_CACHE_LINE) _Atomic uint32_t tail; /* owner writes */
    _Atomic uint32_t progress;                       /* owner writes: counts decisions */
    _Atomic(struct otpi_proc *) next;
    _Atomic(struct otpi_proc *) ring[OTPI_RING];

    /* shared: others push */
    _Alignas(OTPI_CACHE_LINE) _Atomic(struct otpi_fiber *) ready_in;
    _Atomic uint32_t sleeping; /* 1: asleep or about to; who sets it to 0 wakes it */
    _Atomic uint32_t stuck;    /* watcher writes: no progress for a tick, others help themselves */

    _Alignas(OTPI_CACHE_LINE) struct otpi_heap heap;
};

/* Has proc run: it has left IDLE by the caller's doing. direct: next on this worker. Any thread. */
void otpi_sched_run(struct otpi_proc *proc, bool direct);
/* Has a fiber that was parked go on. Any thread. */
void otpi_sched_ready(struct otpi_fiber *fiber);
/* Leaves the running fiber for whatever is to be done; returns when it goes on.
 * False: there is no other fiber. */
bool otpi_sched_park(void);
/* Leaves the running fiber for ever: its frames are abandoned. worker->orphan goes on elsewhere. */
OTP_NORETURN void otpi_sched_abandon(void);
/* Puts a wait with limit (> 0) on the list of those whose timer may have to be armed. */
void otpi_sched_wait(struct otpi_fiber *fiber, uint64_t wait_id, otp_duration limit);
/* Ends it. */
void otpi_sched_unwait(struct otpi_fiber *fiber);
/* The scheduler's loop: what a pooled fiber runs. */
void otpi_sched_loop(void *fiber);

/* Wakes a sleeping worker, if there is one. */
void otpi_sched_wake_any(void);
void otpi_sched_wake(struct otpi_worker *worker);
/* Sleeps until there may be work. */
void otpi_sched_idle(struct otpi_worker *worker);
/* Looks at the clock if a millisecond has passed: arms waits, fires timers. */
void otpi_sched_tick(struct otpi_worker *worker);

/* The time for timers: the manual clock's, if there is one. */
otp_instant otpi_sched_now(void);
/* The heap that the calling thread arms timers in. */
struct otpi_heap *otpi_sched_heap(void);

/* Runs proc's mailbox for a while on the calling fiber. */
void otpi_run_proc(struct otpi_worker *worker, struct otpi_proc *proc);
/* Goes on with a process whose frames were abandoned. */
void otpi_run_orphan(struct otpi_worker *worker, struct otpi_proc *proc);

/* A worker's thread. */
void otpi_worker_main(void *worker);
/* The thread that keeps the tick and looks after stuck workers. */
void otpi_watch_main(void *unused);

#endif
