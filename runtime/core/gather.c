/* gather.c - work that one worker does faster than all of them.
 *
 * Idea: see gather.h. What counts as done is a message that was received and a decision that was
 * not to rest. The worker that has done most goes on, but who waits for all that is done may be
 * tied to another one by its frames: after a trial that failed it is the turn of the next. Trials
 * that fail become rare.
 * Threads: the watcher. Locks: none. Owns: nothing.
 */
#include "core/gather.h"

#include "core/sched.h"

#define TICKS    8   /* that are compared */
#define SETTLE   2   /* ticks until what rests has given away what it had */
#define WAIT     250 /* ticks between two trials if one has failed, twice as many if two have, .. */
#define WAIT_MAX 8000 /* .. but no more than this */
#define GATHER   250  /* ticks until it is seen whether it still holds */
#define MOVED    32   /* of so many runs one came from another worker: it may be worth a trial */
#define STUCK    2    /* ticks in which a worker may make no progress */
#ifdef OTP_POINTS
#define FINE 16
#else
#define FINE 1000 /* to be done in a tick: where it is less nothing is gained */
#endif

/* -- what was done -- */

static uint32_t since(uint32_t *seen, const _Atomic uint32_t *count)
{
    uint32_t now = atomic_load_explicit(count, memory_order_relaxed), before = *seen;

    *seen = now;
    return now - before;
}

static void count(struct otpi_worker *worker, struct otpi_done *tick)
{
    uint32_t rested = since(&worker->seen_idled, &worker->idled);
    uint32_t runs = worker->made > rested ? worker->made - rested : 0;
    uint32_t done = runs + since(&worker->seen_received, &worker->received);

    worker->done += done;
    tick->done += done;
    tick->runs += runs;
    tick->moved += since(&worker->seen_moved, &worker->moved);
}

static struct otpi_done count_all(void)
{
    struct otpi_done tick = { 0, 0, 0 };

    for (uint32_t i = 0; i < otpi_rt->n_workers; i++)
        count(&otpi_rt->workers[i], &tick);
    return tick;
}

/* Of those that are to work. */
static bool is_anyone_stuck(const struct otpi_gather *gather)
{
    for (uint32_t i = 0; i < otpi_rt->n_workers; i++) {
        const struct otpi_worker *worker = &otpi_rt->workers[i];
        if (worker->stuck_ticks >= STUCK &&
            (gather->phase == OTPI_SPREAD || worker == gather->keep))
            return true;
    }
    return false;
}

static void count_anew(struct otpi_gather *gather)
{
    gather->ticks = 0;
    gather->stuck = false;
    gather->now = (struct otpi_done){ 0, 0, 0 };
    for (uint32_t i = 0; i < otpi_rt->n_workers; i++)
        otpi_rt->workers[i].done = 0;
}

/* -- phases -- */

static void turn_to(struct otpi_gather *gather, enum otpi_gather_phase phase)
{
    gather->phase = phase;
    count_anew(gather);
}

static struct otpi_worker *busiest(uint32_t but)
{
    struct otpi_worker *worker = otpi_rt->workers;

    for (uint32_t i = 1; i < otpi_rt->n_workers; i++)
        if (otpi_rt->workers[i].done > worker->done)
            worker = &otpi_rt->workers[i];
    return &otpi_rt->workers[(worker->index + but) % otpi_rt->n_workers];
}

static void begin(struct otpi_gather *gather)
{
    gather->keep = busiest(gather->failed);
    gather->before = gather->now;
    for (uint32_t i = 0; i < otpi_rt->n_workers; i++)
        if (&otpi_rt->workers[i] != gather->keep)
            atomic_store(&otpi_rt->workers[i].active, 0);
    turn_to(gather, OTPI_TRIED);
}

void otpi_gather_end(struct otpi_gather *gather)
{
    if (gather->phase == OTPI_SPREAD)
        return;
    turn_to(gather, OTPI_SPREAD);
    for (uint32_t i = 0; i < otpi_rt->n_workers; i++)
        atomic_store(&otpi_rt->workers[i].active, 1);
    otpi_sched_wake_any();
}

static void fail(struct otpi_gather *gather)
{
    gather->wait = gather->failed == 0 ? WAIT : 2 * gather->last_wait;
    if (gather->wait > WAIT_MAX)
        gather->wait = WAIT_MAX;
    gather->last_wait = gather->wait;
    gather->failed++;
    otpi_gather_end(gather);
}

/* Much of what is run comes from another worker, and it is fine. */
static bool is_worth_a_trial(const struct otpi_gather *gather)
{
    const struct otpi_done *now = &gather->now;

    return gather->wait == 0 && !gather->stuck && now->done >= FINE * TICKS &&
           now->moved > now->runs / MOVED;
}

static void look_at_spread(struct otpi_gather *gather)
{
    if (gather->wait > 0)
        gather->wait--;
    if (gather->ticks < TICKS)
        return;
    if (is_worth_a_trial(gather))
        begin(gather);
    else
        count_anew(gather);
}

static void look_at_trial(struct otpi_gather *gather, const struct otpi_done *tick)
{
    bool over = gather->ticks == SETTLE + TICKS;

    if (gather->ticks == SETTLE)
        gather->now.done = 0;
    if (tick->done < FINE || gather->stuck || (over && gather->now.done < gather->before.done)) {
        fail(gather);
        return;
    }
    if (!over)
        return;
    gather->failed = 0;
    turn_to(gather, OTPI_GATHERED);
}

void otpi_gather_look(struct otpi_gather *gather)
{
    struct otpi_done tick = count_all();

    if (otpi_rt->n_workers < 2)
        return;
    gather->ticks++;
    gather->now.done += tick.done;
    gather->now.runs += tick.runs;
    gather->now.moved += tick.moved;
    gather->stuck = gather->stuck || is_anyone_stuck(gather);
    if (gather->phase == OTPI_SPREAD)
        look_at_spread(gather);
    else if (gather->phase == OTPI_TRIED)
        look_at_trial(gather, &tick);
    else if (gather->ticks >= GATHER || tick.done < FINE || gather->stuck)
        otpi_gather_end(gather);
}
