/* watch.c - the thread that looks after the workers.
 *
 * Idea: while anybody works it counts milliseconds, so that a busy worker knows when to look at
 * the clock; a worker that has made no progress for two of them although it has work is marked
 * stuck and a sleeper is woken, who helps itself to its queue and its timers. A little later its
 * fibers are rescued too, and when all are stuck a spare worker is called. When all have slept for
 * a while it sleeps too.
 * Threads: its own. Locks: none. Owns: nothing.
 */
#include "core/gather.h"
#include "core/pool.h"
#include "core/rescue.h"
#include "core/sched.h"

#define LINGER       8
#define RETIRE_TICKS 50

/* Decisions since the last tick. */
static uint32_t count_progress(struct otpi_worker *worker)
{
    uint32_t progress = atomic_load_explicit(&worker->progress, memory_order_relaxed);
    uint32_t made = progress - worker->seen_progress;

    worker->seen_progress = progress;
    return made;
}

static bool is_awake(struct otpi_worker *worker)
{
    return atomic_load(&worker->started) != 0 && atomic_load(&worker->sleeping) == 0;
}

/* It decides too seldom to measure how long its queue is waited in. */
static void relieve(struct otpi_worker *worker, uint32_t made)
{
    uint32_t length = atomic_load(&worker->tail) - atomic_load(&worker->head);

    if (made < OTPI_COARSE && length >= 2)
        otpi_sched_crowd(worker);
}

/* There is something that others can do for it. */
static bool has_work(struct otpi_worker *worker, otp_instant now)
{
    return atomic_load(&worker->tail) != atomic_load(&worker->head) ||
           atomic_load(&worker->next) != NULL ||
           (!otpi_rt->config.manual_clock && otpi_heap_earliest(&worker->heap) <= now);
}

/* True: somebody has to be woken for what waits for it. */
static bool look_at(struct otpi_worker *worker, otp_instant now)
{
    uint32_t made = count_progress(worker);
    bool still = made == 0 && is_awake(worker), help;

    worker->made = made;
    relieve(worker, made);
    worker->stuck_ticks = still ? worker->stuck_ticks + 1 : 0;
    help = still && has_work(worker, now);
    atomic_store(&worker->stuck, help);
    if (help)
        otpi_sched_rescue_next(worker);
    if (worker->stuck_ticks < OTPI_RESCUE_TICKS)
        return help;
    otpi_rescue_accuse(worker, now);
    return otpi_rescue_fibers(worker) || help;
}

/* Some worker that always works does not get on with what all could do, and no other does. */
static bool all_are_stuck(void)
{
    for (uint32_t i = 0; i < otpi_sched_slots(); i++) {
        struct otpi_worker *worker = &otpi_rt->workers[i];
        if (atomic_load(&worker->active) != 0 && worker->stuck_ticks < OTPI_RESCUE_TICKS)
            return false;
    }
    return true;
}

/* How many of those that always work do. */
static uint32_t count_free(void)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < otpi_rt->n_workers; i++)
        n += otpi_rt->workers[i].stuck_ticks < OTPI_RESCUE_TICKS;
    return n;
}

static void look(void)
{
    otp_instant now = otpi_plat_now();
    bool help = false;

    for (uint32_t i = 0; i < otpi_sched_slots(); i++)
        help = look_at(&otpi_rt->workers[i], now) || help;
    otpi_gather_look(&otpi_rt->gather);
    help =
        help || atomic_load(&otpi_rt->rescued[0].n) != 0 || atomic_load(&otpi_rt->n_injected) != 0;
    if (atomic_load(&otpi_rt->rescued[1].n) != 0)
        otpi_pool_help();
    otpi_rt->free_ticks = count_free() > 0 ? otpi_rt->free_ticks + 1 : 0;
    if (help && all_are_stuck())
        otpi_rescue_reinforce();
    else if (help)
        otpi_sched_wake_any();
    if (otpi_rt->free_ticks > RETIRE_TICKS) {
        otpi_rt->free_ticks = 0;
        otpi_rescue_retire();
    }
}

static bool all_sleep(void)
{
    return atomic_load(&otpi_rt->n_sleeping) == atomic_load(&otpi_rt->n_started);
}

void otpi_watch_main(void *unused)
{
    const uint32_t *watching = (const uint32_t *)(const void *)&otpi_rt->watching;
    uint32_t idle_ticks = 0, never = 0;

    (void)unused;
    otpi_self_set(&otpi_rt->watcher_self);
    while (atomic_load(&otpi_rt->stopping) != OTPI_STOP_WORKERS) {
        otpi_plat_wait(&never, 0, otpi_plat_now() + OTP_MS);
        atomic_fetch_add_explicit(&otpi_rt->tick, 1, memory_order_relaxed);
        look();
        idle_ticks = all_sleep() ? idle_ticks + 1 : 0;
        if (idle_ticks < LINGER)
            continue;
        idle_ticks = 0;
        otpi_gather_end(&otpi_rt->gather);
        atomic_store(&otpi_rt->watching, 0);
        if (all_sleep() && atomic_load(&otpi_rt->stopping) != OTPI_STOP_WORKERS)
            otpi_plat_wait(watching, 0, OTP_INFINITY);
        atomic_store(&otpi_rt->watching, 1);
    }
    otpi_self_set(NULL);
}
