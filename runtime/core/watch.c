/* watch.c - the thread that looks after the workers.
 *
 * Idea: while anybody works it counts milliseconds, so that a busy worker knows when to look at
 * the clock; a worker that has made no progress for two of them although it has work is marked
 * stuck and a sleeper is woken, who helps itself to its queue and its timers. When all have
 * slept for a while it sleeps too.
 * Threads: its own. Locks: none. Owns: nothing.
 */
#include "core/sched.h"

#define LINGER 8

/* Whether someone else should do what waits for this worker. */
static bool needs_help(struct otpi_worker *worker, otp_instant now)
{
    uint32_t progress = atomic_load_explicit(&worker->progress, memory_order_relaxed);
    bool same = progress == worker->seen_progress;

    worker->seen_progress = progress;
    if (!same || atomic_load(&worker->sleeping) != 0)
        return false;
    return atomic_load(&worker->tail) != atomic_load(&worker->head) ||
           atomic_load(&worker->next) != NULL ||
           (!otpi_rt->config.manual_clock && otpi_heap_earliest(&worker->heap) <= now);
}

static void look(void)
{
    otp_instant now = otpi_plat_now();
    bool help = false;

    for (uint32_t i = 0; i < otpi_rt->n_workers; i++) {
        struct otpi_worker *worker = &otpi_rt->workers[i];
        bool stuck = needs_help(worker, now);
        atomic_store(&worker->stuck, stuck);
        help = help || stuck;
    }
    if (help)
        otpi_sched_wake_any();
}

void otpi_watch_main(void *unused)
{
    const uint32_t *watching = (const uint32_t *)(const void *)&otpi_rt->watching;
    uint32_t idle_ticks = 0, never = 0;

    (void)unused;
    while (atomic_load(&otpi_rt->stopping) != OTPI_STOP_WORKERS) {
        otpi_plat_wait(&never, 0, otpi_plat_now() + OTP_MS);
        atomic_fetch_add_explicit(&otpi_rt->tick, 1, memory_order_relaxed);
        look();
        idle_ticks = atomic_load(&otpi_rt->n_sleeping) < otpi_rt->n_workers ? 0 : idle_ticks + 1;
        if (idle_ticks < LINGER)
            continue;
        idle_ticks = 0;
        atomic_store(&otpi_rt->watching, 0);
        if (atomic_load(&otpi_rt->n_sleeping) == otpi_rt->n_workers &&
            atomic_load(&otpi_rt->stopping) != OTPI_STOP_WORKERS)
            otpi_plat_wait(watching, 0, OTP_INFINITY);
        atomic_store(&otpi_rt->watching, 1);
    }
}
