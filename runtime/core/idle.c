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
#include "base/apart.h"
#include "core/memory.h"
#include "core/point.h"
#include "core/rescue.h"
#include "core/sched.h"
#include "plat/counter.h"

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

/* The clock, which then is good for a while. The counter is read first: what comes in between makes
 * the while shorter. */
OTPI_APART static otp_instant read_clock(struct otpi_self *self)
{
    self->clock.counter = otpi_counter();
    self->clock.now = otpi_sched_now();
    return self->clock.now;
}

otp_instant otp_now_within(otp_duration slack)
{
    struct otpi_self *self;
    otp_instant now;

    if (otpi_enter() != OTP_OK)
        return otpi_plat_now();
    self = otpi_me();
    if (slack >= OTPI_CLOCK_LASTS && otpi_rt->clock_lasts != 0)
        now = otpi_clock_is_good(self) ? self->clock.now : read_clock(self);
    else if (slack < otpi_rt->coarseness || otpi_rt->config.manual_clock)
        now = otpi_sched_now();
    else
        now = otpi_plat_now_coarse();
    otpi_leave();
    return now;
}

bool otp_has_passed(otp_instant instant)
{
    struct otpi_self *self;
    bool passed;

    if (otpi_enter() != OTP_OK)
        return otpi_plat_now() >= instant;
    self = otpi_me();
    passed = !otpi_is_before(self, instant) && read_clock(self) >= instant;
    otpi_leave();
    return passed;
}

otp_instant otp_deadline_within(otp_duration after, otp_duration slack)
{
    otp_instant now;

    if (otpi_enter() != OTP_OK)
        return otpi_plat_now() + after;
    /* the coarse clock is behind by one of its steps, or by two when it was held up */
    if (slack / 2 < otpi_rt->coarseness || otpi_rt->config.manual_clock)
        now = otpi_sched_now();
    else
        now = otpi_plat_now_coarse() + 2 * otpi_rt->coarseness;
    otpi_leave();
    return after < OTP_INFINITY - now ? now + after : OTP_INFINITY;
}

struct otpi_heap *otpi_sched_heap(void)
{
    return otpi_me()->worker != NULL ? &otpi_me()->worker->heap : &otpi_rt->workers[0].heap;
}

/* -- waits -- */

/* Of a wait that is going on; it may end meanwhile if this is not its worker's thread: then the
 * timer finds another wait, or none. The clock is read once the wait is known: this thread may have
 * stood still, and the wait be younger than any time from before. */
OTPI_APART static void arm(struct otpi_fiber *fiber)
{
    /* acquire: pairs with the release in otpi_sched_wait; the limit is not an earlier wait's */
    uint64_t id = atomic_load_explicit(&fiber->wait_id, memory_order_acquire);
    otp_duration limit = atomic_load_explicit(&fiber->wait_limit, memory_order_relaxed);
    otp_instant now, due;

    if (id == 0)
        return;
    now = otpi_sched_now();
    due = limit > OTP_INFINITY - now ? OTP_INFINITY : now + limit;
    atomic_store_explicit(&fiber->armed, 1, memory_order_relaxed);
    if (otpi_timer_wait(&fiber->timer, due, &fiber->slot, id) != OTP_OK)
        (void)otpi_slot_fail(&fiber->slot, id, OTP_NOMEM, NULL);
}

/* A fiber stays in the list when its wait ends, so that of the many waits of one millisecond only
 * the first has to put it there. */
void otpi_sched_wait(struct otpi_fiber *fiber, uint64_t wait_id, otp_duration limit)
{
    struct otpi_worker *worker = fiber->home;
    struct otpi_fiber *top;

    atomic_store_explicit(&fiber->wait_limit, limit, memory_order_relaxed);
    /* release: pairs with the acquire in arm */
    atomic_store_explicit(&fiber->wait_id, wait_id, memory_order_release);
    if (otpi_rt->config.manual_clock) {
        arm(fiber);
        return;
    }
    otpi_fence_light(); /* pairs with the heavy one of otpi_sched_arm_held: one sees the other */
    /* acquire: pairs with the release in take_unarmed */
    if (atomic_load_explicit(&fiber->listed, memory_order_acquire) != 0)
        return;
    atomic_store_explicit(&fiber->listed, 1, memory_order_relaxed);
    top = atomic_load_explicit(&worker->unarmed, memory_order_relaxed);
    do {
        fiber->unarmed_next = top;
        /* release: pairs with the exchange of take_unarmed */
    } while (!atomic_compare_exchange_weak_explicit(&worker->unarmed, &top, fiber,
                                                    memory_order_release, memory_order_relaxed));
}

void otpi_sched_unwait(struct otpi_fiber *fiber)
{
    atomic_store_explicit(&fiber->wait_id, 0, memory_order_relaxed);
    if (atomic_load_explicit(&fiber->armed, memory_order_relaxed) == 0)
        return;
    atomic_store_explicit(&fiber->armed, 0, memory_order_relaxed);
    otpi_timer_unwait(&fiber->timer);
}

/* lock: arming. All that are listed, listed no more. */
static struct otpi_fiber *take_unarmed(struct otpi_worker *worker)
{
    struct otpi_fiber *taken = NULL, *next;

    if (atomic_load_explicit(&worker->unarmed, memory_order_relaxed) == NULL)
        return NULL;
    next = atomic_exchange_explicit(&worker->unarmed, NULL, memory_order_acquire);
    while (next != NULL) {
        struct otpi_fiber *fiber = next;
        next = fiber->unarmed_next;
        fiber->arming_next = taken;
        taken = fiber;
        /* release: its link has been read, it may be listed again */
        atomic_store_explicit(&fiber->listed, 0, memory_order_release);
    }
    return taken;
}

void otpi_sched_arm_held(struct otpi_worker *worker, bool foreign)
{
    struct otpi_fiber *fiber = take_unarmed(worker);

    if (foreign && fiber != NULL)
        otpi_fence_heavy(); /* pairs with the light one of otpi_sched_wait */
    for (; fiber != NULL; fiber = fiber->arming_next)
        arm(fiber);
}

void otpi_sched_arm(struct otpi_worker *worker)
{
    if (atomic_load_explicit(&worker->unarmed, memory_order_relaxed) == NULL)
        return;
    otpi_lock_take(&worker->arming);
    otpi_sched_arm_held(worker, false);
    otpi_lock_release(&worker->arming);
}

/* Own timers, and those of workers that do not get round to theirs. */
static void fire(struct otpi_worker *worker, otp_instant now)
{
    (void)otpi_heap_fire(&worker->heap, now);
    for (uint32_t i = 0; i < otpi_sched_slots(); i++) {
        struct otpi_worker *other = &otpi_rt->workers[i];
        if (other != worker && atomic_load_explicit(&other->stuck, memory_order_relaxed) != 0)
            (void)otpi_heap_fire(&other->heap, now);
    }
}

void otpi_sched_tick(struct otpi_worker *worker)
{
    uint32_t tick = atomic_load_explicit(&otpi_rt->tick, memory_order_relaxed);
    otp_instant now;

    /* a tick that was slept through was one without decisions */
    worker->rate = (worker->decisions - worker->tick_decisions) / (tick - worker->tick_seen);
    worker->tick_decisions = worker->decisions;
    worker->tick_seen = tick;
    now = otpi_sched_now();
    otpi_sched_arm(worker);
    if (!otpi_rt->config.manual_clock)
        fire(worker, now);
    otpi_rescue_log();
}

/* -- sleep -- */

bool otpi_sched_has_work(struct otpi_worker *worker)
{
    uint32_t own = atomic_load(&worker->tail) - atomic_load(&worker->head);

    if (atomic_load(&worker->ready) != NULL || atomic_load(&worker->ready_in) != NULL ||
        atomic_load(&worker->next) != NULL || own != 0)
        return true;
    if (worker->is_pool)
        return atomic_load(&otpi_rt->pool.n_queued) != 0 ||
               atomic_load(&otpi_rt->rescued[1].n) != 0;
    if (atomic_load(&worker->active) == 0)
        return false;
    if (atomic_load(&otpi_rt->n_injected) != 0 || atomic_load(&otpi_rt->rescued[0].n) != 0 ||
        atomic_load(&otpi_rt->n_accused) != 0 || atomic_load(&otpi_rt->reclaim.n_later) != 0)
        return true;
    for (uint32_t i = 0; i < otpi_sched_slots(); i++) {
        struct otpi_worker *other = &otpi_rt->workers[i];
        uint32_t length = atomic_load(&other->tail) - atomic_load(&other->head);
        if (length > 0 && atomic_load(&other->crowded) != 0)
            return true;
        if (atomic_load(&other->stuck) != 0 && length > 0)
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
        found = otpi_sched_has_work(worker);
    }
    atomic_fetch_sub(&otpi_rt->n_spinning, 1);
    return found;
}

static otp_instant earliest_timer(const struct otpi_worker *worker)
{
    otp_instant earliest = OTP_INFINITY;

    if (otpi_rt->config.manual_clock || atomic_load(&worker->active) == 0)
        return OTP_INFINITY;
    for (uint32_t i = 0; i < otpi_sched_slots(); i++) {
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

void otpi_sched_sleep(struct otpi_worker *worker, otp_instant due)
{
    otpi_resting_give(&worker->self.resting);
    otpi_data_forget();
    atomic_fetch_add(&otpi_rt->n_sleeping, 1);
    atomic_store(&worker->sleeping, 1);
    OTPI_POINT();
    if (!otpi_sched_has_work(worker) && atomic_load(&otpi_rt->stopping) != OTPI_STOP_WORKERS &&
        earliest_timer(worker) >= due)
        otpi_plat_wait((const uint32_t *)(const void *)&worker->sleeping, 1, due);
    if (atomic_exchange(&worker->sleeping, 0) == 1)
        atomic_fetch_sub(&otpi_rt->n_sleeping, 1);
    wake_watcher();
}

void otpi_sched_idle(struct otpi_worker *worker)
{
    otp_instant now = otpi_sched_now();

    atomic_store_explicit(&worker->idled,
                          atomic_load_explicit(&worker->idled, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    otpi_sched_arm(worker);
    otpi_rescue_log();
    if (!otpi_rt->config.manual_clock) {
        fire(worker, now);
        /* any worker that is awake serves a timer that a sleeper would have to be woken for */
        for (uint32_t i = 0; i < otpi_sched_slots(); i++)
            (void)otpi_heap_fire(&otpi_rt->workers[i].heap, now);
    }
    if (otpi_sched_has_work(worker) || spin(worker))
        return;
    otpi_sched_sleep(worker, earliest_timer(worker));
}

void otpi_sched_wake(struct otpi_worker *worker)
{
    /* seq_cst: pairs with the stores in otpi_sched_sleep; what we have made is visible to its last
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
    for (uint32_t i = 0; i < otpi_sched_slots(); i++) {
        struct otpi_worker *worker = &otpi_rt->workers[i];
        if (atomic_load_explicit(&worker->active, memory_order_relaxed) != 0 &&
            atomic_load_explicit(&worker->sleeping, memory_order_relaxed) != 0 &&
            atomic_exchange(&worker->sleeping, 0) == 1) {
            atomic_fetch_sub(&otpi_rt->n_sleeping, 1);
            otpi_plat_wake((const uint32_t *)(const void *)&worker->sleeping, 1);
            return;
        }
    }
}
