/* idle.c - time, and having nothing to do.
 *
 * Idea: the clock is read when a worker runs dry and once per tick of the watcher while it is busy,
 * never per message. For the same reason the timer of a wait is armed late: a call that is answered
 * at once never touches the heap.
 * A worker goes to sleep in this order: it says so (sleeping, n_sleeping), looks once more at every
 * queue, and sleeps; who makes work looks for sleepers after making it. Both sides are sequentially
 * consistent, so one of them sees the other.
 * Threads: idle, tick, wait by the worker's own; wake by all. Locks: none. Owns: nothing.
 */
#include "core/point.h"
#include "core/sched.h"

#define SPIN 200

otp_instant otpi_sched_now(void)
{
    if (otpi_rt->config.manual_clock)
        return atomic_load_explicit(&otpi_rt->manual_now, memory_order_acquire);
    return otpi_plat_now();
}

otp_instant otp_now(void)
{
    otp_instant now;

    if (otpi_enter() != OTP_OK)
        return otpi_plat_now();
    now = otpi_sched_now();
    otpi_leave();
    return now;
}

struct otpi_heap *otpi_sched_heap(void)
{
    return otpi_me->worker != NULL ? &otpi_me->worker->heap : &otpi_rt->workers[0].heap;
}

/* -- waits -- */

static void arm(struct otpi_worker *worker, struct otpi_fiber *fiber, otp_instant now)
{
    otp_duration limit = fiber->wait_limit;
    otp_instant due = limit > OTP_INFINITY - now ? OTP_INFINITY : now + limit;

    if (otpi_timer_wait(&worker->heap, &fiber->timer, due, &fiber->slot, fiber->wait_id) != OTP_OK)
        (void)otpi_slot_fail(&fiber->slot, fiber->wait_id, OTP_NOMEM, NULL);
}

void otpi_sched_wait(struct otpi_fiber *fiber, uint64_t wait_id, otp_duration limit)
{
    struct otpi_worker *worker = fiber->home;

    fiber->wait_id = wait_id;
    fiber->wait_limit = limit;
    if (otpi_rt->config.manual_clock) {
        arm(worker, fiber, otpi_sched_now());
        return;
    }
    fiber->unarmed = true;
    fiber->unarmed_prev = NULL;
    fiber->unarmed_next = worker->unarmed;
    if (worker->unarmed != NULL)
        worker->unarmed->unarmed_prev = fiber;
    worker->unarmed = fiber;
}

static void unlist(struct otpi_worker *worker, struct otpi_fiber *fiber)
{
    if (fiber->unarmed_prev != NULL)
        fiber->unarmed_prev->unarmed_next = fiber->unarmed_next;
    else
        worker->unarmed = fiber->unarmed_next;
    if (fiber->unarmed_next != NULL)
        fiber->unarmed_next->unarmed_prev = fiber->unarmed_prev;
    fiber->unarmed = false;
}

void otpi_sched_unwait(struct otpi_fiber *fiber)
{
    if (fiber->unarmed)
        unlist(fiber->home, fiber);
    else
        otpi_timer_unwait(&fiber->timer);
}

static void arm_all(struct otpi_worker *worker, otp_instant now)
{
    while (worker->unarmed != NULL) {
        struct otpi_fiber *fiber = worker->unarmed;
        unlist(worker, fiber);
        arm(worker, fiber, now);
    }
}

/* Own timers, and those of workers that do not get round to theirs. */
static void fire(struct otpi_worker *worker, otp_instant now)
{
    (void)otpi_heap_fire(&worker->heap, now);
    for (uint32_t i = 0; i < otpi_rt->n_workers; i++) {
        struct otpi_worker *other = &otpi_rt->workers[i];
        if (other != worker && atomic_load_explicit(&other->stuck, memory_order_relaxed) != 0)
            (void)otpi_heap_fire(&other->heap, now);
    }
}

void otpi_sched_tick(struct otpi_worker *worker)
{
    uint32_t tick = atomic_load_explicit(&otpi_rt->tick, memory_order_relaxed);
    otp_instant now;

    if (tick == worker->tick_seen)
        return;
    worker->tick_seen = tick;
    now = otpi_sched_now();
    arm_all(worker, now);
    if (!otpi_rt->config.manual_clock)
        fire(worker, now);
}

/* -- sleep -- */

static bool has_work(struct otpi_worker *worker)
{
    if (worker->ready != NULL || atomic_load(&worker->ready_in) != NULL ||
        atomic_load(&worker->next) != NULL || atomic_load(&otpi_rt->n_injected) != 0)
        return true;
    for (uint32_t i = 0; i < otpi_rt->n_workers; i++) {
        struct otpi_worker *other = &otpi_rt->workers[i];
        uint32_t length = atomic_load(&other->tail) - atomic_load(&other->head);
        if (length >= 2 || (length == 1 && other == worker))
            return true;
        if (atomic_load(&other->stuck) != 0 && (length > 0 || atomic_load(&other->next) != NULL))
            return true;
    }
    return false;
}

/* At most half of the workers spin; a machine with one CPU has nobody to wait for. */
static bool spin(struct otpi_worker *worker)
{
    uint32_t n = otpi_rt->n_workers;
    bool found = false;

    if (n < 2 || atomic_load_explicit(&otpi_rt->n_spinning, memory_order_relaxed) >= n / 2)
        return false;
    atomic_fetch_add(&otpi_rt->n_spinning, 1);
    for (int i = 0; i < SPIN && !found; i++) {
        otpi_plat_relax();
        found = has_work(worker);
    }
    atomic_fetch_sub(&otpi_rt->n_spinning, 1);
    return found;
}

static otp_instant earliest_timer(void)
{
    otp_instant earliest = OTP_INFINITY;

    if (otpi_rt->config.manual_clock)
        return OTP_INFINITY;
    for (uint32_t i = 0; i < otpi_rt->n_workers; i++) {
        otp_instant due = otpi_heap_earliest(&otpi_rt->workers[i].heap);
        if (due < earliest)
            earliest = due;
    }
    return earliest;
}

/* The watcher keeps no tick while everybody sleeps. */
static void wake_watcher(void)
{
    if (atomic_load(&otpi_rt->watching) == 0 && atomic_exchange(&otpi_rt->watching, 1) == 0)
        otpi_plat_wake((const uint32_t *)(const void *)&otpi_rt->watching, 1);
}

static void sleep_until(struct otpi_worker *worker, otp_instant due)
{
    atomic_fetch_add(&otpi_rt->n_sleeping, 1);
    atomic_store(&worker->sleeping, 1);
    OTPI_POINT();
    if (!has_work(worker) && atomic_load(&otpi_rt->stopping) != OTPI_STOP_WORKERS &&
        earliest_timer() >= due)
        otpi_plat_wait((const uint32_t *)(const void *)&worker->sleeping, 1, due);
    if (atomic_exchange(&worker->sleeping, 0) == 1)
        atomic_fetch_sub(&otpi_rt->n_sleeping, 1);
    wake_watcher();
}

void otpi_sched_idle(struct otpi_worker *worker)
{
    otp_instant now = otpi_sched_now();

    arm_all(worker, now);
    if (!otpi_rt->config.manual_clock) {
        fire(worker, now);
        /* any worker that is awake serves a timer that a sleeper would have to be woken for */
        for (uint32_t i = 0; i < otpi_rt->n_workers; i++)
            (void)otpi_heap_fire(&otpi_rt->workers[i].heap, now);
    }
    if (has_work(worker) || spin(worker))
        return;
    sleep_until(worker, earliest_timer());
}

void otpi_sched_wake(struct otpi_worker *worker)
{
    /* seq_cst: pairs with the stores in sleep_until; what we have made is visible to its last
     * look */
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&worker->sleeping, memory_order_relaxed) != 0 &&
        atomic_exchange(&worker->sleeping, 0) == 1) {
        atomic_fetch_sub(&otpi_rt->n_sleeping, 1);
        otpi_plat_wake((const uint32_t *)(const void *)&worker->sleeping, 1);
    }
}

void otpi_sched_wake_any(void)
{
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&otpi_rt->n_sleeping, memory_order_relaxed) == 0 ||
        atomic_load_explicit(&otpi_rt->n_spinning, memory_order_relaxed) != 0)
        return;
    for (uint32_t i = 0; i < otpi_rt->n_workers; i++) {
        struct otpi_worker *worker = &otpi_rt->workers[i];
        if (atomic_load_explicit(&worker->sleeping, memory_order_relaxed) != 0 &&
            atomic_exchange(&worker->sleeping, 0) == 1) {
            atomic_fetch_sub(&otpi_rt->n_sleeping, 1);
            otpi_plat_wake((const uint32_t *)(const void *)&worker->sleeping, 1);
            return;
        }
    }
}
