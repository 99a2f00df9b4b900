/* sched.h - workers.
 *
 * Idea: one thread per CPU. Each has a ring of processes to run, one slot for the process that its
 * running one is about to wait for (run next, on the same CPU), and a list of fibers that can go on
 * (they stay on their worker). Others are let at a ring when it is crowded: when what is in it
 * waits for longer than moving it to another CPU costs. What foreign threads send goes through one
 * shared queue. A worker with nothing to do spins briefly, then sleeps until woken or until the
 * earliest timer. What waits for a worker that is stuck in a handler goes to others (rescue.h);
 * for when all are stuck there are as many spare workers, whose threads are started when they are
 * first needed.
 * Locks: injection (leaf), arming, ready_lock (biased: the worker's own, and the watcher's).
 */
#ifndef OTPI_SCHED_H
#define OTPI_SCHED_H

#include <stdatomic.h>

#include "core/fiber.h"
#include "core/proc.h"
#include "core/self.h"
#include "core/timer.h"
#include "plat/biased.h"

#define OTPI_RING   256
/* Decisions in a tick: a worker with fewer has coarse work, which is worth sharing at once. */
#define OTPI_COARSE 32

struct otpi_worker {
    /* owner only */
    struct otpi_self self;
    struct otpi_context thread_context;
    struct otpi_fiber *pool; /* free fibers, LIFO */
    /* may go on here, FIFO; lock: ready_lock, the head is also looked at without */
    _Atomic(struct otpi_fiber *) ready;
    struct otpi_fiber *ready_last;
    struct otpi_biased ready_lock; /* entered while fibers are switched, too, and to empty next */
    struct otpi_fiber *dead;       /* abandoned, to be made anew by the next fiber */
    struct otpi_proc *orphan;      /* whose frames these were: goes on unwinding */
    otp_reason orphan_reason;
    struct otpi_fiber *all;
    uint32_t decisions, random, tick_seen;
    uint32_t tick_decisions, rate; /* decisions up to this tick; in the one before */
    uint32_t mark, mark_head;      /* behind the entry that is measured; the head then .. */
    otp_instant marked;            /* .. since then; 0: none */
    /* owner: the watcher. Decisions of the last tick; what is done, see gather.h; counts so far */
    uint32_t made, done, seen_progress, seen_idled, seen_moved, seen_received, stuck_ticks;
    _Atomic uint32_t n_fibers; /* atomic: owner writes */
    struct otpi_thread thread;
    struct otpi_stacks *stacks; /* const: where its fibers' stacks come from */
    uint32_t index;
    bool is_pool;            /* const: takes blocking processes, and nothing else */
    bool joinable;           /* pool: its thread was started and not joined; owner: who starts it */
    _Atomic uint32_t parked; /* pool: fibers that will go on here */

    /* shared: the owner pushes, anyone takes */
    _Alignas(OTPI_CACHE_LINE) _Atomic uint32_t head;
    _Alignas(OTPI_CACHE_LINE) _Atomic uint32_t tail; /* owner writes */
    _Atomic uint32_t progress;                       /* owner writes: counts decisions */
    _Atomic uint32_t idled;                          /* owner writes: those that found nothing */
    _Atomic uint32_t moved;           /* owner writes: runs of what ran on another worker before */
    _Atomic uint32_t received;        /* owner writes: messages, when a process has had its turn */
    _Atomic uint32_t crowded;         /* owner and watcher write: others may take from the ring */
    _Atomic(struct otpi_proc *) next; /* owner fills it; emptied under ready_lock */
    _Atomic(struct otpi_proc *) ring[OTPI_RING];

    /* shared: others push */
    _Alignas(OTPI_CACHE_LINE) _Atomic(struct otpi_fiber *) ready_in;
    _Atomic uint32_t sleeping; /* 1: asleep or about to; who sets it to 0 wakes it */
    _Atomic uint32_t stuck;    /* watcher writes: no progress for a tick, others help themselves */
    /* watcher writes: takes what is not its own. A spare: sometimes; others: unless they rest */
    _Atomic uint32_t active;
    _Atomic uint32_t started; /* its thread runs; a spare: from when it was first needed */
    _Atomic(struct otpi_fiber *) unarmed; /* waits whose timers are not armed yet; owner pushes */
    struct otpi_lock arming;              /* one who takes those */
    _Atomic uint64_t running;             /* owner writes: the pid that it runs, or ran last */
    _Atomic uint64_t accused;             /* watcher writes: a pid to be logged as stuck; 0: none */

    _Alignas(OTPI_CACHE_LINE) struct otpi_heap heap;
};

/* Has proc run: it has left IDLE by the caller's doing. direct: next on this worker. Any thread. */
void otpi_sched_run(struct otpi_proc *proc, bool direct);
/* Another entry has come to the worker's ring, where one waits. */
void otpi_sched_offer(struct otpi_worker *worker);

/* The same by a thread that knows its worker (NULL: it is none's): what nearly always happens. */
static inline void otpi_sched_run_by(struct otpi_worker *worker, struct otpi_proc *proc,
                                     bool direct)
{
    uint32_t head, tail;
    /* a pool's worker is never active */
    bool plain = worker != NULL && proc->pool == 0 && proc->slow == 0 &&
                 atomic_load_explicit(&worker->active, memory_order_relaxed) != 0;

    if (OTPI_SELDOM(!plain)) {
        otpi_sched_run(proc, direct);
        return;
    }
    if (direct && atomic_load_explicit(&worker->next, memory_order_relaxed) == NULL) {
        /* Only the owner fills it, so it is still empty. release: pairs with empty_next. */
        atomic_store_explicit(&worker->next, proc, memory_order_release);
        return;
    }
    tail = atomic_load_explicit(&worker->tail, memory_order_relaxed);
    /* acquire: pairs with the CAS of who took an entry; its place is free */
    head = atomic_load_explicit(&worker->head, memory_order_acquire);
    if (OTPI_SELDOM(tail - head >= OTPI_RING)) {
        otpi_sched_run(proc, false);
        return;
    }
    atomic_store_explicit(&worker->ring[tail % OTPI_RING], proc, memory_order_relaxed);
    /* release: who sees the tail sees the entry */
    atomic_store_explicit(&worker->tail, tail + 1, memory_order_release);
    if (tail != head)
        otpi_sched_offer(worker);
}
/* Has a fiber that was parked go on. Any thread. */
void otpi_sched_ready(struct otpi_fiber *fiber);
/* Leaves the running fiber of worker for whatever is to be done; returns when it goes on, maybe on
 * another worker. Inside the worker's lock, which is left then. False: there is no other fiber;
 * still inside. */
bool otpi_sched_park(struct otpi_worker *worker);
/* What patience the running fiber has when it is woken: see fiber.h. */
void otpi_sched_patient(struct otpi_fiber *fiber, uint32_t patience);
/* Lets others run that can; a process may go on at once. */
void otpi_sched_yield(struct otpi_fiber *fiber);
/* Lets those go first that wait on this worker, if they are many. */
void otpi_sched_give_way(struct otpi_fiber *fiber);
/* Leaves the running fiber for ever: its frames are abandoned. worker->orphan goes on elsewhere. */
OTP_NORETURN void otpi_sched_abandon(void);
/* Puts a wait with limit (> 0) on the list of those whose timer may have to be armed. */
void otpi_sched_wait(struct otpi_fiber *fiber, uint64_t wait_id, otp_duration limit);
/* Ends it. */
void otpi_sched_unwait(struct otpi_fiber *fiber);
/* Arms the timers of its waits. By the worker. */
void otpi_sched_arm(struct otpi_worker *worker);
/* The same under the lock arming. foreign: by another thread. */
void otpi_sched_arm_held(struct otpi_worker *worker, bool foreign);
/* How many slots are worth looking at. */
static inline uint32_t otpi_sched_slots(void)
{
    return atomic_load_explicit(&otpi_rt->n_used, memory_order_acquire);
}

/* From here on its slot is among those that are looked through. */
void otpi_sched_use_slot(const struct otpi_worker *worker);
/* Lets others at its ring. */
void otpi_sched_crowd(struct otpi_worker *worker);
/* A worker that sleeps would be woken for it. */
bool otpi_sched_has_work(struct otpi_worker *worker);
/* Sleeps until due, or until woken. */
void otpi_sched_sleep(struct otpi_worker *worker, otp_instant due);
/* Moves the count of fibers that will go on in a pool's worker. */
void otpi_sched_count_parked(struct otpi_worker *worker, int by);
/* What a stuck worker was to run next becomes everybody's. By the watcher. */
void otpi_sched_rescue_next(struct otpi_worker *worker);
/* A fiber that was taken from a stuck worker, now this worker's; NULL: none. */
struct otpi_fiber *otpi_sched_take_rescued(struct otpi_worker *worker);
/* The scheduler's loop: what a pooled fiber runs. */
void otpi_sched_loop(void *fiber);

/* Wakes a sleeping worker, if there is one. */
void otpi_sched_wake_any(void);
void otpi_sched_wake(struct otpi_worker *worker);
/* Sleeps until there may be work. */
void otpi_sched_idle(struct otpi_worker *worker);
/* Looks at the clock: arms waits, fires timers. */
void otpi_sched_tick(struct otpi_worker *worker);
/* A millisecond has passed since. */
static inline bool otpi_sched_tick_is_new(const struct otpi_worker *worker)
{
    return atomic_load_explicit(&otpi_rt->tick, memory_order_relaxed) != worker->tick_seen;
}

/* The time for timers: the manual clock's, if there is one. */
otp_instant otpi_sched_now(void);
/* The heap that the calling thread arms timers in. */
struct otpi_heap *otpi_sched_heap(void);

/* Runs proc's mailbox for a while on fiber, the calling one. */
void otpi_run_proc(struct otpi_fiber *fiber, struct otpi_proc *proc);
/* Has proc, which the caller runs as fiber's guest, receive a message that is in no mailbox.
 * False: it has ended and is buried. */
bool otpi_run_guest(struct otpi_fiber *fiber, struct otpi_proc *proc,
                    const struct otp_message *message);
/* Goes on with a process whose frames were abandoned. */
void otpi_run_orphan(struct otpi_worker *worker, struct otpi_proc *proc);

/* For whoever wants to know why the worker does not get on: it runs proc. */
static inline void otpi_sched_note(struct otpi_worker *worker, const struct otpi_proc *proc)
{
    /* release: pairs with the acquire in otpi_rescue_accuse; the process is made */
    atomic_store_explicit(&worker->running, atomic_load_explicit(&proc->pid, memory_order_relaxed),
                          memory_order_release);
}

/* A worker's thread. */
void otpi_worker_main(void *worker);
/* The thread that keeps the tick and looks after stuck workers. */
void otpi_watch_main(void *unused);

#endif
