/* pool.c - threads for handlers that block.
 *
 * Idea: see pool.h. The queue and whose thread runs are under one lock, so that a thread that ends
 * and a process that comes cannot miss each other.
 * Threads: any; take and idle by the pool's workers. Locks: pool. Owns: the queue.
 */
#include "core/pool.h"
#include "base/apart.h"

#include <otp/log.h>

#define LINGER (2 * OTP_S) /* how long a thread waits for work before it ends */

static struct otpi_worker *first_slot(void)
{
    return &otpi_rt->workers[2 * otpi_rt->n_workers];
}

/* lock: pool */
static void append(struct otpi_proc *proc)
{
    struct otpi_pool *pool = &otpi_rt->pool;

    proc->queue_next = NULL;
    if (pool->last != NULL)
        pool->last->queue_next = proc;
    else
        pool->first = proc;
    pool->last = proc;
    atomic_fetch_add(&pool->n_queued, 1);
}

/* lock: pool. One that sleeps, or one without a thread, which is then claimed; NULL: neither. */
static struct otpi_worker *find_helper(bool *asleep)
{
    struct otpi_worker *worker = first_slot(), *end = &otpi_rt->workers[otpi_rt->n_slots];
    struct otpi_worker *unused = NULL;

    for (; worker < end; worker++) {
        *asleep = atomic_load(&worker->started) != 0;
        if (*asleep && atomic_load(&worker->sleeping) != 0)
            return worker;
        if (!*asleep && unused == NULL)
            unused = worker;
    }
    *asleep = false;
    if (unused != NULL)
        atomic_store(&unused->started, 1);
    return unused;
}

/* A thread that runs nothing yet needs two fibers, as rt.c says; the one on which an earlier thread
 * ended is made anew. */
static otp_status prepare(struct otpi_worker *worker)
{
    struct otpi_fiber *last = worker->self.current;

    if (worker->joinable)
        otpi_thread_join(&worker->thread);
    worker->joinable = false;
    worker->self.current = NULL;
    if (last != NULL)
        otpi_fiber_revive(worker, last);
    for (int i = worker->pool == NULL ? 0 : 1 + (worker->pool->next != NULL); i < 2; i++) {
        struct otpi_fiber *fiber = otpi_fiber_take(worker, false);
        if (fiber == NULL)
            return OTP_NOMEM;
        otpi_fiber_pool(worker, fiber);
    }
    return OTP_OK;
}

static void say_denied(void)
{
    struct otp_log_event event = {
        .level = OTP_LOG_WARNING,
        .kind = OTP_LOG_STUCK,
        .text = "no thread can be started for a blocking handler: it holds up others",
    };

    if (!atomic_exchange(&otpi_rt->pool.denied_said, true))
        otp_log(&event);
}

/* Starts the thread of a claimed worker. */
static bool start(struct otpi_worker *worker)
{
    otp_status status = prepare(worker);

    if (status == OTP_OK) {
        otpi_sched_use_slot(worker);
        atomic_fetch_add(&otpi_rt->n_started, 1);
        status = otpi_thread_start(&worker->thread, "otp-blocking", otpi_worker_main, worker);
        if (status == OTP_OK)
            return worker->joinable = true;
        atomic_fetch_sub(&otpi_rt->n_started, 1);
    }
    otpi_lock_take(&otpi_rt->pool.lock);
    atomic_store(&worker->started, 0);
    otpi_lock_release(&otpi_rt->pool.lock);
    return false;
}

/* lock: pool. Whether any thread will ever look at the queue. */
static bool is_deserted(void)
{
    struct otpi_worker *end = &otpi_rt->workers[otpi_rt->n_slots];

    for (struct otpi_worker *worker = first_slot(); worker < end; worker++)
        if (atomic_load(&worker->started) != 0)
            return false;
    return true;
}

/* Nobody can: all that wait run where everything else does, this once. */
static void give_up(void)
{
    struct otpi_proc *proc = NULL;

    otpi_lock_take(&otpi_rt->pool.lock);
    if (is_deserted()) {
        proc = otpi_rt->pool.first;
        otpi_rt->pool.first = otpi_rt->pool.last = NULL;
        atomic_store(&otpi_rt->pool.n_queued, 0);
    }
    otpi_lock_release(&otpi_rt->pool.lock);
    while (proc != NULL) {
        struct otpi_proc *next = proc->queue_next;
        proc->pool |= OTPI_POOL_DENIED;
        otpi_sched_run(proc, false);
        proc = next;
    }
}

/* Woken under the lock: the next one who looks for a helper finds another. */
void otpi_pool_help(void)
{
    struct otpi_worker *worker;
    bool asleep;

    otpi_lock_take(&otpi_rt->pool.lock);
    worker = find_helper(&asleep);
    if (worker != NULL && asleep)
        otpi_sched_wake(worker);
    otpi_lock_release(&otpi_rt->pool.lock);
    if (worker != NULL && !asleep && !start(worker)) {
        say_denied();
        give_up();
    }
}

OTPI_APART void otpi_pool_run(struct otpi_proc *proc)
{
    otpi_lock_take(&otpi_rt->pool.lock);
    append(proc);
    otpi_lock_release(&otpi_rt->pool.lock);
    otpi_pool_help();
}

struct otpi_proc *otpi_pool_take(void)
{
    struct otpi_pool *pool = &otpi_rt->pool;
    struct otpi_proc *proc;

    if (atomic_load(&pool->n_queued) == 0)
        return NULL;
    otpi_lock_take(&pool->lock);
    proc = pool->first;
    if (proc != NULL) {
        pool->first = proc->queue_next;
        if (pool->first == NULL)
            pool->last = NULL;
        atomic_fetch_sub(&pool->n_queued, 1);
    }
    otpi_lock_release(&pool->lock);
    return proc;
}

/* No process waits on a fiber of this worker, and nothing is queued: from here on its slot is
 * unused. */
static bool retire(struct otpi_worker *worker)
{
    bool over = false;

    otpi_lock_take(&otpi_rt->pool.lock);
    if (atomic_load(&worker->parked) == 0 && atomic_load(&otpi_rt->pool.n_queued) == 0 &&
        !otpi_sched_has_work(worker)) {
        atomic_store(&worker->started, 0);
        atomic_fetch_sub(&otpi_rt->n_started, 1);
        over = true;
    }
    otpi_lock_release(&otpi_rt->pool.lock);
    return over;
}

bool otpi_pool_idle(struct otpi_worker *worker)
{
    otp_instant now = otpi_plat_now();

    otpi_sched_arm(worker);
    if (otpi_sched_has_work(worker))
        return false;
    otpi_sched_sleep(worker, now + LINGER);
    return otpi_plat_now() - now >= LINGER && retire(worker);
}

bool otpi_pool_moves(const struct otpi_worker *worker, struct otpi_proc *proc, struct otpi_msg *msg)
{
    bool blocking = (proc->pool & OTPI_POOL_ALWAYS) != 0 ||
                    (msg->body.kind == OTP_MESSAGE_USER && msg->body.type->blocking);

    if (blocking == worker->is_pool || (proc->pool & OTPI_POOL_DENIED) != 0)
        return false;
    otpi_mailbox_put_back(proc, msg);
    if (blocking)
        proc->pool |= OTPI_POOL_ONCE;
    else
        proc->pool &= (uint8_t)~OTPI_POOL_ONCE;
    return true;
}
