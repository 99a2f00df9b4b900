/* rescue.c - what waits for a worker that does not get on.
 *
 * Idea: see rescue.h. A fiber may be taken only if nobody can be in the middle of switching to or
 * from it: that is inside the worker's ready_lock, so while the watcher has that, every ready fiber
 * has a saved context. One that is in the list of waits without a timer stays: its worker's list
 * would become another's. It is armed in this tick and taken in the next.
 * Threads: the watcher; log by workers. Locks: as rescue.h. Owns: nothing.
 */
#include "core/rescue.h"

#include <otp/log.h>

#define ACCUSE_TICKS    100
#define ACCUSE_INTERVAL OTP_S

/* -- fibers -- */

/* The list with its order reversed. */
static struct otpi_fiber *reversed(struct otpi_fiber *list)
{
    struct otpi_fiber *back = NULL;

    while (list != NULL) {
        struct otpi_fiber *next = list->next;
        list->next = back;
        back = list;
        list = next;
    }
    return back;
}

/* Back to its worker, as if just woken. */
static void put_back(struct otpi_fiber *fiber)
{
    struct otpi_worker *home = fiber->home;
    struct otpi_fiber *top = atomic_load_explicit(&home->ready_in, memory_order_relaxed);

    do {
        fiber->next = top;
        /* release: pairs with the exchange of who drains it */
    } while (!atomic_compare_exchange_weak_explicit(&home->ready_in, &top, fiber,
                                                    memory_order_release, memory_order_relaxed));
}

/* For all of its kind, in order. */
static void offer(struct otpi_fiber *fiber)
{
    struct otpi_rescued *to = &otpi_rt->rescued[fiber->home->is_pool];

    fiber->next = NULL;
    otpi_lock_take(&otpi_rt->injection_lock);
    if (to->first == NULL)
        to->first = fiber;
    else
        to->last->next = fiber;
    to->last = fiber;
    atomic_fetch_add(&to->n, 1);
    otpi_lock_release(&otpi_rt->injection_lock);
}

static void offer_all(struct otpi_fiber *list)
{
    while (list != NULL) {
        struct otpi_fiber *fiber = list;
        list = fiber->next;
        /* acquire: pairs with the release of who takes it off the list of waits */
        if (atomic_load_explicit(&fiber->listed, memory_order_acquire) != 0)
            put_back(fiber);
        else
            offer(fiber);
    }
}

static bool has_ready(const struct otpi_worker *worker)
{
    return atomic_load_explicit(&worker->ready, memory_order_relaxed) != NULL ||
           atomic_load_explicit(&worker->ready_in, memory_order_relaxed) != NULL;
}

/* lock: arming, so that its own thread looks at none of its fibers. */
static bool take_ready(struct otpi_worker *worker)
{
    struct otpi_fiber *own, *in;

    if (!has_ready(worker) || !otpi_biased_try(&worker->ready_lock))
        return false;
    own = atomic_exchange_explicit(&worker->ready, NULL, memory_order_relaxed);
    /* acquire: pairs with the release of otpi_sched_ready */
    in = reversed(atomic_exchange_explicit(&worker->ready_in, NULL, memory_order_acquire));
    otpi_biased_restore(&worker->ready_lock);
    offer_all(own);
    offer_all(in);
    return true;
}

bool otpi_rescue_fibers(struct otpi_worker *worker)
{
    bool taken;

    if (!otpi_lock_try(&worker->arming))
        return false;
    otpi_sched_arm_held(worker, true);
    taken = take_ready(worker);
    otpi_lock_release(&worker->arming);
    return taken;
}

/* -- spare workers -- */

/* What rt.c does for the others. */
static otp_status start_spare(struct otpi_worker *worker)
{
    otp_status status;

    for (int i = 0; i < 2; i++) {
        struct otpi_fiber *fiber = otpi_fiber_take(worker, true);
        if (fiber == NULL)
            return OTP_NOMEM;
        otpi_fiber_pool(worker, fiber);
    }
    otpi_sched_use_slot(worker);
    status = otpi_thread_start(&worker->thread, "otp-spare", otpi_worker_main, worker);
    if (status == OTP_OK) {
        atomic_store(&worker->started, 1);
        atomic_fetch_add(&otpi_rt->n_started, 1);
    }
    return status;
}

static void say_alone(void)
{
    struct otp_log_event event = {
        .level = OTP_LOG_WARNING,
        .kind = OTP_LOG_STUCK,
        .text = "all workers are stuck, and no thread can be started to work instead",
    };

    if (!otpi_rt->alone_said)
        otp_log(&event);
    otpi_rt->alone_said = true;
}

void otpi_rescue_reinforce(void)
{
    for (uint32_t i = otpi_rt->n_workers; i < 2 * otpi_rt->n_workers; i++) {
        struct otpi_worker *worker = &otpi_rt->workers[i];
        if (atomic_load(&worker->active) != 0)
            continue;
        atomic_store(&worker->active, 1);
        if (atomic_load(&worker->started) != 0) {
            otpi_sched_wake(worker);
        } else if (start_spare(worker) != OTP_OK) {
            atomic_store(&worker->active, 0);
            say_alone();
        }
        return;
    }
}

void otpi_rescue_retire(void)
{
    for (uint32_t i = 2 * otpi_rt->n_workers; i > otpi_rt->n_workers; i--)
        if (atomic_exchange(&otpi_rt->workers[i - 1].active, 0) != 0)
            return;
}

/* -- who is to blame -- */

void otpi_rescue_accuse(struct otpi_worker *worker, otp_instant now)
{
    /* acquire: pairs with the releases of who runs a process */
    uint64_t pid = atomic_load_explicit(&worker->running, memory_order_acquire);

    if (worker->is_pool || worker->stuck_ticks != ACCUSE_TICKS || pid == 0 ||
        now < otpi_rt->accuse_again)
        return;
    otpi_rt->accuse_again = now + ACCUSE_INTERVAL;
    if (atomic_exchange(&worker->accused, pid) == 0)
        atomic_fetch_add(&otpi_rt->n_accused, 1);
    otpi_sched_wake_any();
}

static void log_stuck(uint64_t pid)
{
    struct otp_log_event event = {
        .level = OTP_LOG_WARNING,
        .kind = OTP_LOG_STUCK,
        .text = "a handler has held a thread for 100 ms; what waited for it goes on elsewhere",
    };
    struct otpi_proc *proc = otpi_proc_find(pid);

    if (proc == NULL)
        return;
    event.pid.bits = pid;
    otpi_lock_take(&proc->lock);
    if (proc->pid == pid && !proc->dead) {
        event.name = proc->name == NULL ? NULL : proc->name->text; /* cells are never freed */
        event.module = proc->module == NULL ? NULL : proc->module->name;
        event.source = proc->module == NULL ? NULL : proc->module->source;
    }
    otpi_lock_release(&proc->lock);
    otp_log(&event);
}

void otpi_rescue_log(void)
{
    if (atomic_load_explicit(&otpi_rt->n_accused, memory_order_relaxed) == 0)
        return;
    for (uint32_t i = 0; i < otpi_sched_slots(); i++) {
        uint64_t pid = atomic_exchange(&otpi_rt->workers[i].accused, 0);
        if (pid == 0)
            continue;
        atomic_fetch_sub(&otpi_rt->n_accused, 1);
        log_stuck(pid);
    }
}
