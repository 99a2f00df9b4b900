/* rt.c - starting and stopping the runtime.
 *
 * Idea: the only file that knows every layer. A start makes everything, then opens the gate; a stop
 * closes it, ends the processes, then the workers, and frees everything in reverse.
 * Threads: a foreign one. Owns: what the runtime structure points to. Locks: running.
 */
#include <otp/runtime.h>

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "core/misuse.h"
#include "core/sched.h"
#include "core/signal.h"
#include "plat/counter.h"
#include "plat/sim.h"
#include "store/cells.h"

#define GATE_CLOSED ((uint64_t)1)

/* Brings back to life nothing: in a forked child there are no workers. */
static void forked(void)
{
    otpi_self_set(NULL);
    otpi_sim_forget_all();
    otpi_rt->selves_lock.word = 0; /* whoever had it is not here */
    /* or it was being started or stopped by somebody who is not here either */
    if ((atomic_load(&otpi_rt->gate) & GATE_CLOSED) == 0 || otpi_rt->running_lock.word != 0)
        atomic_store(&otpi_rt->forked, 1);
    atomic_store(&otpi_rt->gate, GATE_CLOSED);
}

#define STACK_SIZE       ((size_t)256 * 1024)
#define POOL_STACK_SIZE  ((size_t)1024 * 1024) /* what system libraries expect to have */
#define BLOCKING_THREADS 64

static otp_status make_workers(void)
{
    struct otpi_runtime *rt = otpi_rt;
    uint32_t pool;

    rt->n_workers = rt->config.workers != 0 ? rt->config.workers : otpi_plat_cpus();
    pool = rt->config.blocking_threads != 0 ? rt->config.blocking_threads : BLOCKING_THREADS;
    rt->n_slots = 2 * rt->n_workers + pool;
    atomic_store(&rt->n_used, rt->n_workers);
    rt->workers = otpi_alloc_line(rt->n_slots * sizeof *rt->workers);
    if (rt->workers == NULL)
        return OTP_NOMEM;
    for (uint32_t i = 0; i < rt->n_slots; i++) {
        struct otpi_worker *worker = &rt->workers[i];
        worker->index = i;
        worker->random = i + 1;
        worker->self.worker = worker;
        worker->is_pool = i >= 2 * rt->n_workers;
        worker->stacks = worker->is_pool ? rt->pool_stacks : rt->stacks;
        otpi_heap_init(&worker->heap, atomic_load(&rt->epoch));
    }
    for (uint32_t i = 0; i < rt->n_workers; i++) {
        /* the loop needs one fiber, and an exit another one */
        struct otpi_fiber *fiber = otpi_fiber_take(&rt->workers[i], true);
        struct otpi_fiber *spare = fiber == NULL ? NULL : otpi_fiber_take(&rt->workers[i], true);
        if (spare == NULL)
            return OTP_NOMEM;
        otpi_fiber_pool(&rt->workers[i], fiber);
        otpi_fiber_pool(&rt->workers[i], spare);
        atomic_store(&rt->workers[i].active, 1);
    }
    return OTP_OK;
}

/* Joins the watcher if it runs, which alone starts more threads, and all workers. */
static void end_threads(bool watcher)
{
    atomic_store(&otpi_rt->stopping, OTPI_STOP_WORKERS);
    if (watcher) {
        atomic_store(&otpi_rt->watching, 1);
        otpi_plat_wake((const uint32_t *)(const void *)&otpi_rt->watching, 1);
        otpi_thread_join(&otpi_rt->watcher);
    }
    for (uint32_t i = 0; i < otpi_rt->n_slots; i++) {
        struct otpi_worker *worker = &otpi_rt->workers[i];
        if (atomic_load(&worker->started) == 0 && !worker->joinable)
            continue;
        otpi_sched_wake(worker);
        otpi_thread_join(&worker->thread);
    }
}

static otp_status start_threads(void)
{
    otp_status status = OTP_OK;

    atomic_store(&otpi_rt->watching, 1);
    for (uint32_t i = 0; i < otpi_rt->n_workers && status == OTP_OK; i++) {
        struct otpi_worker *worker = &otpi_rt->workers[i];
        status = otpi_thread_start(&worker->thread, "otp-worker", otpi_worker_main, worker);
        atomic_store(&worker->started, status == OTP_OK);
        atomic_fetch_add(&otpi_rt->n_started, status == OTP_OK);
    }
    if (status == OTP_OK)
        status = otpi_thread_start(&otpi_rt->watcher, "otp-watch", otpi_watch_main, NULL);
    if (status != OTP_OK)
        end_threads(false);
    return status;
}

static void free_all(void)
{
    struct otpi_runtime *rt = otpi_rt;

    if (rt->workers != NULL) {
        for (uint32_t i = 0; i < rt->n_slots; i++) {
            otpi_self_set(&rt->workers[i].self);  /* messages go back through its magazine */
            otpi_heap_free(&rt->workers[i].heap); /* before the fibers: some timers are theirs */
            otpi_self_set(NULL);
            otpi_fiber_free_all(&rt->workers[i]);
        }
        otpi_release_line(rt->workers, rt->n_slots * sizeof *rt->workers);
        rt->workers = NULL;
    }
    if (rt->stacks != NULL)
        otpi_stacks_free(rt->stacks);
    if (rt->pool_stacks != NULL)
        otpi_stacks_free(rt->pool_stacks);
    rt->stacks = rt->pool_stacks = NULL;
    otpi_requests_free(&rt->requests);
    otpi_bounds_free(&rt->bounds);
    otpi_shelf_free(&rt->shelf);
    otpi_misuse_end();
    otpi_cells_free();
    otpi_table_free(&rt->table);
    otpi_names_free(&rt->names);
    otpi_depot_free(&rt->depot);
}

static void reset(const struct otp_config *config)
{
    struct otpi_runtime *rt = otpi_rt;

    memset(&rt->config, 0, sizeof rt->config);
    if (config != NULL)
        rt->config = *config;
    otpi_alloc_use(rt->config.allocator);
    otpi_hash_use(otpi_plat_random());
    otpi_fence_init();
    rt->coarseness = otpi_plat_coarseness();
    rt->clock_lasts = rt->config.manual_clock ? 0 : otpi_counter_within(OTPI_CLOCK_LASTS);
    atomic_store(&rt->stopping, OTPI_STOP_NOT);
    rt->injection = rt->injection_last = NULL;
    atomic_store(&rt->n_injected, 0);
    atomic_store(&rt->n_sleeping, 0);
    atomic_store(&rt->n_spinning, 0);
    otpi_reclaim_init(&rt->reclaim);
    memset(rt->rescued, 0, sizeof rt->rescued);
    memset(&rt->pool, 0, sizeof rt->pool);
    atomic_store(&rt->n_started, 0);
    atomic_store(&rt->n_accused, 0);
    memset(&rt->watcher_self, 0, sizeof rt->watcher_self);
    atomic_store(&rt->first_slot, atomic_load(&rt->slots));
    rt->free_ticks = 0;
    rt->accuse_again = 0;
    rt->alone_said = false;
    rt->gather = (struct otpi_gather){ 0 };
    atomic_store(&rt->manual_now, 0);
    atomic_store(&rt->lost, 0);
    atomic_store(&rt->lost_said, 0);
    atomic_fetch_add(&rt->epoch, 1);
}

static otp_status start_all(const struct otp_config *config)
{
    size_t stack_size;
    otp_status status;

    reset(config);
    otpi_misuse_begin();
    stack_size = otpi_rt->config.stack_size == 0 ? STACK_SIZE : otpi_rt->config.stack_size;
    otpi_rt->stacks = otpi_stacks_new(stack_size, otpi_rt->config.guard);
    if (stack_size < POOL_STACK_SIZE)
        stack_size = POOL_STACK_SIZE;
    otpi_rt->pool_stacks = otpi_stacks_new(stack_size, otpi_rt->config.guard);
    if (otpi_rt->stacks == NULL || otpi_rt->pool_stacks == NULL)
        return OTP_NOMEM;
    status = otpi_table_init(&otpi_rt->table);
    if (status == OTP_OK)
        status = make_workers();
    if (status == OTP_OK)
        status = start_threads();
    return status;
}

otp_status otp_runtime_start(const struct otp_config *config)
{
    struct otpi_runtime *rt = otpi_rt;
    otp_status status = OTP_RUNNING;

    if (otpi_self_proc() != NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    if (atomic_load(&rt->forked)) /* the lock may be somebody's who is not here */
        return OTPI_JUDGED(OTP_FORKED);
    otpi_lock_take(&rt->running_lock);
    if (!rt->running) {
        status = rt->fork_watched ? OTP_OK : otpi_plat_at_fork(forked);
        rt->fork_watched = status == OTP_OK;
        otpi_sim_start();
        if (status == OTP_OK)
            status = start_all(config);
        if (status != OTP_OK) {
            free_all();
            otpi_sim_stop();
        } else {
            rt->running = true;
            /* release: pairs with the acquire of who enters */
            atomic_fetch_and_explicit(&rt->gate, ~GATE_CLOSED, memory_order_release);
        }
    }
    otpi_lock_release(&rt->running_lock);
    return OTPI_JUDGED(status);
}

/* Kills every process; new ones are refused since `stopping`. */
static void kill_all(void)
{
    uint32_t n = atomic_load(&otpi_rt->table.n_slots);
    otp_reason kill = otp_kill();

    for (uint32_t i = 0; i < n; i++) {
        struct otpi_proc *proc = otpi_proc_at(i + 1u);
        uint64_t pid = atomic_load_explicit(&proc->pid, memory_order_acquire);
        if (pid != 0)
            otpi_signal_exit(pid, 0, &kill, false);
    }
}

/* Handlers that run are waited for: a process is gone once it is buried. */
static void end_processes(void)
{
    uint32_t never = 0;

    atomic_store(&otpi_rt->stopping, OTPI_STOP_PROCESSES);
    kill_all();
    while (otpi_table_alive() != 0) {
        otpi_plat_wait(&never, 0, otpi_plat_now() + OTP_MS / 10);
        kill_all();
    }
}

/* lock: running; inside. Everything that start_all made. */
static void stop_all(void)
{
    struct otpi_runtime *rt = otpi_rt;
    uint32_t never = 0;

    end_processes();
    atomic_fetch_or(&rt->gate, GATE_CLOSED);
    otpi_leave();
    while (atomic_load_explicit(&rt->gate, memory_order_acquire) != GATE_CLOSED)
        otpi_plat_wait(&never, 0, otpi_plat_now() + OTP_MS / 10);
    end_threads(true);
    otpi_reclaim_finish();
    free_all();
    otpi_sim_stop();
    rt->running = false;
}

/* Not inside while it waits for the lock: who has it may be stopping all, and waits until nobody
 * is. */
otp_status otp_runtime_stop(void)
{
    otp_status status;

    if (otpi_self_proc() != NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    status = otpi_enter();
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_leave();
    otpi_lock_take(&otpi_rt->running_lock);
    status = otpi_rt->running ? otpi_enter() : OTP_NOT_RUNNING;
    if (status == OTP_OK)
        stop_all();
    otpi_lock_release(&otpi_rt->running_lock);
    return OTPI_JUDGED(status);
}

/* In order of time over all heaps. */
static otp_instant next_due(otp_instant until)
{
    otp_instant due = OTP_INFINITY;

    for (uint32_t i = 0; i < otpi_sched_slots(); i++) {
        otp_instant earliest = otpi_heap_earliest(&otpi_rt->workers[i].heap);
        if (earliest < due)
            due = earliest;
    }
    return due <= until ? due : until;
}

static void advance(otp_duration by)
{
    otp_instant now = atomic_load(&otpi_rt->manual_now), until = now + by;

    do {
        now = next_due(until);
        atomic_store(&otpi_rt->manual_now, now);
        for (uint32_t i = 0; i < otpi_sched_slots(); i++)
            (void)otpi_heap_fire(&otpi_rt->workers[i].heap, now);
    } while (now < until);
}

otp_status otp_clock_advance(otp_duration by)
{
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (otpi_self_proc() != NULL)
        status = OTP_WRONG_THREAD;
    else if (!otpi_rt->config.manual_clock || by < 0)
        status = OTP_BADARG;
    else
        advance(by);
    otpi_leave();
    return OTPI_JUDGED(status);
}

static void report_simulation(struct otp_info *info)
{
    struct otpi_sim_report report;

    otpi_sim_read(&report);
    info->sim_steps = report.steps;
    info->sim_trace = report.trace;
    info->sim_exact = report.exact;
}

otp_status otp_runtime_info(struct otp_info *info)
{
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    memset(info, 0, sizeof *info);
    info->workers = otpi_rt->n_workers;
    info->guard = otpi_stacks_guard(otpi_rt->stacks);
    info->processes = otpi_table_alive();
    info->spawned = otpi_table_spawned();
    info->messages_to_nobody = atomic_load(&otpi_rt->lost);
    for (uint32_t i = 0; i < otpi_sched_slots(); i++)
        info->fibers += atomic_load(&otpi_rt->workers[i].n_fibers);
    if (otpi_sim_is_on())
        report_simulation(info);
    otpi_leave();
    return OTP_OK;
}

void otp_log(const struct otp_log_event *event)
{
    char line[4096];
    size_t size;

    if (otpi_rt->config.log != NULL) {
        otpi_rt->config.log(otpi_rt->config.log_context, event);
        return;
    }
    size = otp_log_format(event, line, sizeof line);
    otpi_plat_print_error(line, size);
}
