/* sched.c - what a worker does next.
 *
 * Idea: there is no scheduler stack: every pooled fiber runs the loop, so a call to a process on
 * the same worker is two switches. The process that somebody is about to wait for comes first,
 * then fibers that can go on, but every eighth decision the queue comes first, so that a pair
 * that calls back and forth starves nobody; every 64th the shared queue.
 * Thieves take half of a queue that is crowded: what is in it has waited for longer than CROWDED,
 * or its owner has decided so seldom lately that it will. Of a queue that is short or quick they
 * would only drag messages from CPU to CPU, which costs more than the work that they take over.
 * Threads: a worker's own part by its thread; rings and next slots by all. Locks: injection (leaf).
 * Owns: nothing.
 */
#include "core/sched.h"
#include "base/apart.h"

#include "core/memory.h"
#include "core/point.h"
#include "core/pool.h"
#include "plat/switch.h"

#define QUEUE_FIRST  8
#define SHARED_FIRST 64 /* a multiple of QUEUE_FIRST */
#define STEAL_MAX    32
#define MEASURE                                                                                    \
    16 /* a multiple of QUEUE_FIRST: decisions between two looks at how long a queue is waited in */
#define CROWDED (10 * OTP_US)
#define MANY    128 /* of a ring: their memory is still in the cache */

/* -- queues -- */

/* A slow process is left to another worker for a few ticks: who calls it waits on this one. */
#define SHUN_TICKS 50

static uint32_t now_tick(void)
{
    return atomic_load_explicit(&otpi_rt->tick, memory_order_relaxed);
}

static bool is_active(const struct otpi_worker *worker)
{
    return atomic_load_explicit(&worker->active, memory_order_relaxed) != 0;
}

/* lock: injection */
static void append(struct otpi_proc *proc)
{
    proc->queue_next = NULL;
    if (otpi_rt->injection_last != NULL)
        otpi_rt->injection_last->queue_next = proc;
    else
        otpi_rt->injection = proc;
    otpi_rt->injection_last = proc;
}

/* shunned: the worker that leaves it to others, as index + 1; 0: none. */
OTPI_APART static void inject(struct otpi_proc *proc, uint32_t shunned)
{
    otpi_lock_take(&otpi_rt->injection_lock);
    proc->shunned = otpi_rt->n_workers > 1 ? (uint16_t)shunned : 0;
    proc->shunned_tick = now_tick();
    append(proc);
    atomic_fetch_add_explicit(&otpi_rt->n_injected, 1, memory_order_relaxed);
    otpi_lock_release(&otpi_rt->injection_lock);
}

/* lock: injection. The first one that is for this worker; those before it go to the back. */
static struct otpi_proc *first_for(const struct otpi_worker *worker)
{
    struct otpi_proc *proc;
    uint32_t n = atomic_load_explicit(&otpi_rt->n_injected, memory_order_relaxed);

    while (n-- > 0) {
        proc = otpi_rt->injection;
        otpi_rt->injection = proc->queue_next;
        if (otpi_rt->injection == NULL)
            otpi_rt->injection_last = NULL;
        if (proc->shunned != worker->index + 1 || now_tick() - proc->shunned_tick >= SHUN_TICKS)
            return proc;
        append(proc);
    }
    return NULL;
}

static struct otpi_proc *take_injected(struct otpi_worker *worker)
{
    struct otpi_proc *proc;

    if (atomic_load_explicit(&otpi_rt->n_injected, memory_order_relaxed) == 0)
        return NULL;
    otpi_lock_take(&otpi_rt->injection_lock);
    proc = first_for(worker);
    if (proc != NULL)
        atomic_fetch_sub_explicit(&otpi_rt->n_injected, 1, memory_order_relaxed);
    otpi_lock_release(&otpi_rt->injection_lock);
    return proc;
}

static uint32_t ring_length(const struct otpi_worker *worker)
{
    uint32_t head = atomic_load_explicit(&worker->head, memory_order_acquire);
    return atomic_load_explicit(&worker->tail, memory_order_acquire) - head;
}

void otpi_sched_crowd(struct otpi_worker *worker)
{
    /* seq_cst: pairs with the stores in otpi_sched_sleep */
    atomic_store(&worker->crowded, 1);
    otpi_sched_wake_any();
}

/* By the owner. A full ring overflows into the shared queue. */
static void ring_push(struct otpi_worker *worker, struct otpi_proc *proc)
{
    uint32_t tail = atomic_load_explicit(&worker->tail, memory_order_relaxed);

    /* acquire: pairs with the CAS of who took an entry; its place is free */
    if (tail - atomic_load_explicit(&worker->head, memory_order_acquire) >= OTPI_RING) {
        inject(proc, 0);
        otpi_sched_crowd(worker);
        return;
    }
    atomic_store_explicit(&worker->ring[tail % OTPI_RING], proc, memory_order_relaxed);
    /* release: who sees the tail sees the entry */
    atomic_store_explicit(&worker->tail, tail + 1, memory_order_release);
}

/* By anyone. An entry read before the CAS may be stale, but then the CAS fails. */
static struct otpi_proc *ring_take(struct otpi_worker *worker)
{
    uint32_t head = atomic_load_explicit(&worker->head, memory_order_acquire);
    struct otpi_proc *proc;

    do {
        if (head == atomic_load_explicit(&worker->tail, memory_order_acquire))
            return NULL;
        proc = atomic_load_explicit(&worker->ring[head % OTPI_RING], memory_order_relaxed);
        OTPI_POINT();
    } while (!atomic_compare_exchange_weak_explicit(&worker->head, &head, head + 1,
                                                    memory_order_acq_rel, memory_order_acquire));
    return proc;
}

/* inside: ready_lock. Only the owner fills it, and only when it is empty. */
static struct otpi_proc *empty_next(struct otpi_worker *worker)
{
    /* acquire: pairs with the release of otpi_sched_run */
    struct otpi_proc *proc = atomic_load_explicit(&worker->next, memory_order_acquire);

    atomic_store_explicit(&worker->next, NULL, memory_order_relaxed);
    return proc;
}

/* By the owner. */
static struct otpi_proc *take_next(struct otpi_worker *worker)
{
    struct otpi_proc *proc;

    if (atomic_load_explicit(&worker->next, memory_order_relaxed) == NULL)
        return NULL;
    otpi_biased_enter(&worker->ready_lock);
    proc = empty_next(worker);
    otpi_biased_leave(&worker->ready_lock);
    return proc;
}

void otpi_sched_rescue_next(struct otpi_worker *worker)
{
    struct otpi_proc *proc;

    if (atomic_load_explicit(&worker->next, memory_order_relaxed) == NULL ||
        !otpi_biased_try(&worker->ready_lock))
        return;
    proc = empty_next(worker);
    otpi_biased_restore(&worker->ready_lock);
    if (proc != NULL)
        inject(proc, 0);
}

OTPI_APART void otpi_sched_offer(struct otpi_worker *worker)
{
    bool coarse =
        worker->rate < OTPI_COARSE && worker->decisions - worker->tick_decisions < OTPI_COARSE;

    if (atomic_load_explicit(&worker->crowded, memory_order_relaxed) != 0)
        otpi_sched_wake_any();
    else if (coarse)
        otpi_sched_crowd(worker);
}

/* Half of the victim's queue: one to run, the rest to our ring. */
static struct otpi_proc *rob(struct otpi_worker *worker, struct otpi_worker *victim)
{
    bool stuck = atomic_load_explicit(&victim->stuck, memory_order_relaxed) != 0;
    uint32_t length = ring_length(victim), take;
    struct otpi_proc *first;

    if (!stuck &&
        (length == 0 || atomic_load_explicit(&victim->crowded, memory_order_relaxed) == 0))
        return NULL;
    first = ring_take(victim);
    if (first == NULL)
        return NULL;
    take = length / 2 < STEAL_MAX ? length / 2 : STEAL_MAX;
    while (take-- > 1) {
        struct otpi_proc *proc = ring_take(victim);
        if (proc == NULL)
            break;
        ring_push(worker, proc);
    }
    if (ring_length(worker) > 1)
        otpi_sched_offer(worker);
    return first;
}

static struct otpi_proc *steal(struct otpi_worker *worker)
{
    uint32_t n = otpi_sched_slots();

    worker->random = worker->random * 1664525u + 1013904223u;
    for (uint32_t i = 0; i < n; i++) {
        struct otpi_worker *victim = &otpi_rt->workers[((worker->random >> 16) + i) % n];
        struct otpi_proc *proc = victim == worker ? NULL : rob(worker, victim);
        if (proc != NULL)
            return proc;
    }
    return NULL;
}

/* Of the entry that was the last one at the mark: what it has waited so far, or, if it has been
 * taken, what it is likely to have. */
static otp_duration measured_wait(const struct otpi_worker *worker, uint32_t head, otp_instant now)
{
    uint32_t ahead = worker->mark - worker->mark_head, gone = head - worker->mark_head;
    otp_duration since = now - worker->marked;

    return gone > ahead ? since * (otp_duration)ahead / gone : since;
}

/* How long an entry waits: a place is marked when it is the last one, and looked for later. */
static void measure(struct otpi_worker *worker)
{
    uint32_t head = atomic_load_explicit(&worker->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&worker->tail, memory_order_relaxed);
    bool crowded = atomic_load_explicit(&worker->crowded, memory_order_relaxed) != 0;
    bool waits;
    otp_instant now;

    if (tail - head < 2) {
        worker->marked = 0;
        if (crowded)
            atomic_store_explicit(&worker->crowded, 0, memory_order_relaxed);
        return;
    }
    now = otpi_plat_now();
    waits = worker->marked != 0 && measured_wait(worker, head, now) > CROWDED;
    if (waits)
        otpi_sched_crowd(worker);
    if (worker->marked != 0 && (int32_t)(head - worker->mark) < 0)
        return;
    if (worker->marked != 0 && !waits && crowded)
        atomic_store_explicit(&worker->crowded, 0, memory_order_relaxed);
    worker->mark = tail;
    worker->mark_head = head;
    worker->marked = now;
}

static struct otpi_fiber *first_ready(const struct otpi_worker *worker)
{
    return atomic_load_explicit(&worker->ready, memory_order_relaxed);
}

static void set_first_ready(struct otpi_worker *worker, struct otpi_fiber *fiber)
{
    atomic_store_explicit(&worker->ready, fiber, memory_order_relaxed);
}

/* inside: ready_lock */
static void append_ready(struct otpi_worker *worker, struct otpi_fiber *first,
                         struct otpi_fiber *last)
{
    if (first_ready(worker) != NULL)
        worker->ready_last->next = first;
    else
        set_first_ready(worker, first);
    worker->ready_last = last;
}

OTPI_APART static void append_ready_in(struct otpi_worker *worker)
{
    struct otpi_fiber *list, *oldest = NULL, *newest;

    /* acquire: pairs with the release of otpi_sched_ready */
    list = atomic_exchange_explicit(&worker->ready_in, NULL, memory_order_acquire);
    newest = list;
    while (list != NULL) {
        struct otpi_fiber *next = list->next;
        list->next = oldest;
        oldest = list;
        list = next;
    }
    if (oldest != NULL)
        append_ready(worker, oldest, newest);
}

/* What others have made ready, in the order in which they did. inside: ready_lock */
static void drain_ready(struct otpi_worker *worker)
{
    if (OTPI_SELDOM(atomic_load_explicit(&worker->ready_in, memory_order_relaxed) != NULL))
        append_ready_in(worker);
}

/* Who waits for many answers had better go on once, with all of them, than for each: what is queued
 * may be about to give them. */
static bool is_patient(const struct otpi_worker *worker, struct otpi_fiber *fiber)
{
    if (fiber->patience == 0)
        return false;
    fiber->patience--;
    return fiber->patient_tick == now_tick() && ring_length(worker) != 0;
}

/* The first that does not let others go first, if not any will do; NULL: there is none. inside:
 * ready_lock */
OTPI_APART static struct otpi_fiber *take_impatient(struct otpi_worker *worker, bool any)
{
    struct otpi_fiber *fiber = first_ready(worker), *before = NULL;

    for (; fiber != NULL && !any && is_patient(worker, fiber); fiber = fiber->next)
        before = fiber;
    if (fiber == NULL)
        return NULL;
    if (before == NULL)
        set_first_ready(worker, fiber->next);
    else
        before->next = fiber->next;
    if (worker->ready_last == fiber)
        worker->ready_last = before;
    return fiber;
}

/* The same where the first has no patience. */
static struct otpi_fiber *take_ready(struct otpi_worker *worker, bool any)
{
    struct otpi_fiber *fiber = first_ready(worker);

    if (fiber == NULL)
        return NULL;
    if (OTPI_SELDOM(fiber->patience != 0))
        return take_impatient(worker, any);
    set_first_ready(worker, fiber->next);
    return fiber;
}

void otpi_sched_count_parked(struct otpi_worker *worker, int by)
{
    if (worker->is_pool)
        atomic_fetch_add_explicit(&worker->parked, (uint32_t)by, memory_order_relaxed);
}

void otpi_sched_use_slot(const struct otpi_worker *worker)
{
    uint32_t used = atomic_load(&otpi_rt->n_used);

    while (used < worker->index + 1 &&
           !atomic_compare_exchange_weak(&otpi_rt->n_used, &used, worker->index + 1))
        continue;
}

struct otpi_fiber *otpi_sched_take_rescued(struct otpi_worker *worker)
{
    struct otpi_rescued *from = &otpi_rt->rescued[worker->is_pool];
    struct otpi_fiber *fiber;

    if (atomic_load_explicit(&from->n, memory_order_relaxed) == 0)
        return NULL;
    otpi_lock_take(&otpi_rt->injection_lock);
    fiber = from->first;
    if (fiber != NULL) {
        from->first = fiber->next;
        otpi_sched_count_parked(fiber->home, -1);
        otpi_sched_count_parked(worker, 1);
        fiber->home = worker; /* nobody reads it before it parks again */
        atomic_fetch_sub_explicit(&from->n, 1, memory_order_relaxed);
    }
    otpi_lock_release(&otpi_rt->injection_lock);
    return fiber;
}

OTPI_APART void otpi_sched_run(struct otpi_proc *proc, bool direct)
{
    struct otpi_worker *worker = otpi_me()->worker;

    if (proc->pool != 0 && (proc->pool & OTPI_POOL_DENIED) == 0) {
        otpi_pool_run(proc);
        return;
    }
    if (worker == NULL || worker->is_pool || proc->slow) {
        inject(proc, worker == NULL || worker->is_pool ? 0 : worker->index + 1);
        otpi_sched_wake_any();
        return;
    }
    if (direct && atomic_load_explicit(&worker->next, memory_order_relaxed) == NULL) {
        /* Only the owner fills it, so it is still empty. release: pairs with empty_next. */
        atomic_store_explicit(&worker->next, proc, memory_order_release);
        return;
    }
    if (!is_active(worker)) {
        inject(proc, 0);
        otpi_sched_wake_any();
        return;
    }
    ring_push(worker, proc);
    if (ring_length(worker) > 1)
        otpi_sched_offer(worker);
}

void otpi_sched_ready(struct otpi_fiber *fiber)
{
    struct otpi_worker *home = fiber->home;
    struct otpi_fiber *top;

    if (otpi_me()->worker == home) {
        fiber->next = NULL;
        otpi_biased_enter(&home->ready_lock);
        append_ready(home, fiber, fiber);
        otpi_biased_leave(&home->ready_lock);
        return;
    }
    top = atomic_load_explicit(&home->ready_in, memory_order_relaxed);
    do {
        fiber->next = top;
    } while (!atomic_compare_exchange_weak_explicit(&home->ready_in, &top, fiber,
                                                    memory_order_release, memory_order_relaxed));
    otpi_sched_wake(home);
}

/* -- the loop -- */

/* After a switch: the fiber that came before may be dead, its process to be gone on with. */
static void settle(struct otpi_worker *worker)
{
    struct otpi_fiber *dead = worker->dead;
    struct otpi_proc *orphan = worker->orphan;

    worker->dead = NULL;
    worker->orphan = NULL;
    if (orphan != NULL) { /* what its handler has in scratch memory goes on with it */
        struct otpi_scratch scratch = dead->scratch;
        dead->scratch = worker->self.current->scratch;
        worker->self.current->scratch = scratch;
    }
    otpi_fiber_revive(worker, dead);
    if (orphan != NULL)
        otpi_run_orphan(worker, orphan);
}

static struct otpi_proc *choose(struct otpi_worker *worker)
{
    struct otpi_proc *proc;

    if (worker->is_pool)
        return otpi_pool_take();
    proc = take_next(worker);
    if (proc == NULL)
        proc = ring_take(worker);
    if (proc == NULL && is_active(worker))
        proc = take_injected(worker);
    if (proc == NULL && is_active(worker))
        proc = steal(worker);
    return proc;
}

/* From the next place or the ring, whichever it is asked for first: each comes first in turn, so
 * that neither can keep the other out. */
static struct otpi_proc *take_queued(struct otpi_worker *worker, bool next_first)
{
    struct otpi_proc *proc = next_first ? take_next(worker) : NULL;

    if (proc == NULL)
        proc = ring_take(worker);
    return proc == NULL && !next_first ? take_next(worker) : proc;
}

OTPI_APART static struct otpi_proc *take_by_turn(struct otpi_worker *worker)
{
    struct otpi_proc *proc = NULL;

    if (worker->decisions % MEASURE == 0)
        measure(worker);
    if (worker->decisions % SHARED_FIRST == 0 && is_active(worker))
        proc = take_injected(worker);
    if (proc == NULL)
        proc = take_queued(worker, worker->decisions / QUEUE_FIRST % 2 == 0);
    return proc;
}

/* A process whose turn it is although others come first by rule. */
static struct otpi_proc *overdue(struct otpi_worker *worker)
{
    worker->decisions++;
    atomic_store_explicit(&worker->progress, worker->decisions, memory_order_relaxed);
    return worker->decisions % QUEUE_FIRST == 0 ? take_by_turn(worker) : NULL;
}

static bool is_over(const struct otpi_worker *worker)
{
    return atomic_load_explicit(&otpi_rt->stopping, memory_order_acquire) == OTPI_STOP_WORKERS &&
           first_ready(worker) == NULL && atomic_load(&otpi_rt->rescued[worker->is_pool].n) == 0;
}

/* Goes on in a fiber that can, with self in the pool. False: there is none. */
static bool run_ready(struct otpi_worker *worker, struct otpi_fiber *self)
{
    struct otpi_fiber *fiber = NULL;
    bool rescued =
        atomic_load_explicit(&otpi_rt->rescued[worker->is_pool].n, memory_order_relaxed) != 0;

    if (!rescued && first_ready(worker) == NULL &&
        atomic_load_explicit(&worker->ready_in, memory_order_relaxed) == NULL)
        return false;
    otpi_biased_enter(&worker->ready_lock);
    if (rescued && (is_active(worker) || worker->is_pool))
        fiber = otpi_sched_take_rescued(worker); /* it has waited for long */
    if (fiber == NULL) {
        drain_ready(worker);
        fiber = take_ready(worker, false);
    }
    if (fiber == NULL) {
        otpi_biased_leave(&worker->ready_lock);
        return false;
    }
    otpi_fiber_pool(worker, self);
    otpi_fiber_switch(worker, fiber, false);
    return true;
}

OTPI_APART static void tick(struct otpi_worker *worker)
{
    otpi_sched_tick(worker);
    if (is_active(worker))
        otpi_later_tick();
}

void otpi_sched_loop(void *arg)
{
    struct otpi_fiber *self = arg;

    for (;;) {
        struct otpi_worker *worker = self->home; /* whatever ran on self may have moved */
        struct otpi_proc *proc;

        if (OTPI_SELDOM(worker->dead != NULL)) {
            settle(worker);
            continue;
        }
        if (OTPI_SELDOM(otpi_sched_tick_is_new(worker)))
            tick(worker);
        proc = overdue(worker);
        if (proc == NULL && run_ready(worker, self))
            continue;
        if (proc == NULL)
            proc = choose(worker);
        if (proc != NULL)
            otpi_run_proc(self, proc);
        else if (is_over(worker) || (worker->is_pool && otpi_pool_idle(worker)))
            otpi_context_switch(&self->context, &worker->thread_context, true);
        else if (!worker->is_pool && !(is_active(worker) && otpi_later_run()))
            otpi_sched_idle(worker);
    }
}

bool otpi_sched_park(struct otpi_worker *worker)
{
    struct otpi_fiber *to = NULL;

    drain_ready(worker);
    /* the decision that is the queue's is left to the loop, which counts it */
    if (atomic_load_explicit(&worker->next, memory_order_relaxed) == NULL &&
        (worker->decisions + 1) % QUEUE_FIRST != 0) {
        worker->decisions++;
        to = take_ready(worker, false);
    }
    if (to == NULL)
        to = otpi_fiber_take(worker, false);
    if (to == NULL)
        to = take_ready(worker, true);
    if (to == NULL)
        return false;
    otpi_fiber_switch(worker, to, false);
    return true;
}

void otpi_sched_patient(struct otpi_fiber *fiber, uint32_t patience)
{
    fiber->patience = patience;
    fiber->patient_tick = now_tick();
}

void otpi_sched_yield(struct otpi_fiber *fiber)
{
    struct otpi_worker *worker = fiber->home;

    otpi_biased_enter(&worker->ready_lock);
    fiber->next = NULL;
    otpi_sched_count_parked(worker, 1);
    append_ready(worker, fiber, fiber);
    if (!otpi_sched_park(worker)) /* it finds at least this one */
        otpi_plat_die("a fiber that can go on was lost");
    otpi_sched_count_parked(fiber->home, -1);
    otpi_sched_note(fiber->home, fiber->proc);
}

void otpi_sched_give_way(struct otpi_fiber *fiber)
{
    if (ring_length(fiber->home) < MANY)
        return;
    otpi_sched_patient(fiber, MANY);
    otpi_sched_yield(fiber);
    otpi_sched_patient(fiber, 0);
}

void otpi_sched_abandon(void)
{
    struct otpi_worker *worker = otpi_me()->worker;
    struct otpi_fiber *to = otpi_fiber_take(worker, true);

    otpi_biased_enter(&worker->ready_lock);
    worker->dead = worker->self.current;
    otpi_fiber_switch(worker, to, true);
    otpi_plat_die("an abandoned fiber was resumed");
}

void otpi_worker_main(void *arg)
{
    struct otpi_worker *worker = arg;
    struct otpi_fiber *first;

    otpi_self_set(&worker->self);
    otpi_context_adopt(&worker->thread_context);
    first = otpi_fiber_take(worker, true);
    otpi_biased_enter(&worker->ready_lock);
    worker->self.current = first;
    otpi_context_switch(&worker->thread_context, &first->context, false);
    otpi_context_unmake(&worker->thread_context);
    otpi_data_forget();
    otpi_self_set(NULL);
}
