/* stream.c - a task for each of many inputs, so many at once.
 *
 * Idea: tasks that run are in an array of requests, which is what is waited for. In order, those
 * that were started are also items in a ring; a result stays in its request until its item is the
 * first. What runs for a process is in a record of that process too, which is tied to it, so that
 * its end kills them.
 * Threads: the owner's; the tie's function on any. Locks: running (of a process's record).
 * Owns: streams and records, in owned memory.
 */
#include <otp/stream.h>

#include <stdatomic.h>
#include <string.h>

#include <otp/process.h>
#include <otp/runtime.h>
#include <otp/share.h>

#include "base/misuse.h"
#include "base/mutant.h"
#include "behav/task.h"

#define ROOM_MIN 64
#define SLACK    512 /* of its timeout a task may take one such part more */

/* -- what runs for a process -- */

/* Of one stream. A pid stays after its task has ended, until the next one has its place. */
struct running {
    struct running *prev, *next; /* lock: running */
    uint32_t n;
    _Atomic uint64_t pids[]; /* bits; 0: none yet. Owner writes */
};

/* Of one process: all of its streams. */
struct streams {
    struct otp_tie tie;
    struct otp_lock lock;
    struct running *first; /* lock, until it is over */
    _Atomic bool
        over; /* the process has ended: what is started now is too late. Written under lock */
};

static const struct otp_key streams_key = { "streams", NULL };

/* otp_tie: the process has ended. */
static void streams_ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    struct streams *streams = (struct streams *)(void *)tie; /* its first member */

    (void)pid;
    (void)reason;
    otp_lock_take(&streams->lock);
    /* seq_cst: pairs with running_add; from here on the list is ours */
    atomic_store(&streams->over, true);
    otp_lock_release(&streams->lock);
    for (struct running *running = streams->first; running != NULL; running = running->next)
        for (uint32_t i = 0; i < running->n; i++) {
            otp_pid task = { atomic_load(&running->pids[i]) };
            if (task.bits != 0)
                otp_kill_tied(task);
        }
}

/* The record of the calling process, made if need be. NULL: no memory, or a foreign thread. */
static struct streams *my_streams(void)
{
    struct streams *streams = otp_get(&streams_key);

    if (streams != NULL || otp_self().bits == 0)
        return streams;
    streams = otp_alloc(sizeof *streams);
    if (streams == NULL)
        return NULL;
    streams->tie.ended = streams_ended;
    if (otp_put(&streams_key, streams, NULL) == OTP_OK) {
        if (otp_tie_to(otp_self(), &streams->tie) == OTP_OK)
            return streams;
        (void)otp_erase(&streams_key);
    }
    otp_free(streams);
    return NULL;
}

static bool is_over(struct streams *streams)
{
    return atomic_load_explicit(&streams->over, memory_order_relaxed);
}

/* Room for n tasks of a new stream. NULL: no memory. Of no use to a process that was killed. */
static struct running *running_open(struct streams *streams, uint32_t n)
{
    struct running *running = otp_alloc(sizeof *running + n * sizeof *running->pids);

    if (running == NULL)
        return NULL;
    running->n = n;
    otp_lock_take(&streams->lock);
    if (!is_over(streams)) {
        running->next = streams->first;
        if (running->next != NULL)
            running->next->prev = running;
        streams->first = running;
    }
    otp_lock_release(&streams->lock);
    return running;
}

/* Once it is over the memory goes with the process. */
static void running_close(struct streams *streams, struct running *running)
{
    bool over;

    otp_lock_take(&streams->lock);
    over = is_over(streams);
    if (!over && running->prev != NULL)
        running->prev->next = running->next;
    else if (!over)
        streams->first = running->next;
    if (!over && running->next != NULL)
        running->next->prev = running->prev;
    otp_lock_release(&streams->lock);
    if (!over)
        otp_free(running);
}

/* It runs for this process now. NOPROC: the process was killed. */
static otp_status running_add(struct streams *streams, struct running *running, uint32_t place,
                              otp_pid pid)
{
    /* seq_cst, both: pairs with streams_ended, which sees the pid or is seen to have been */
    atomic_store(&running->pids[place], pid.bits);
    if (!atomic_load(&streams->over))
        return OTP_OK;
    (void)otp_exit_signal(pid, otp_kill());
    return OTP_NOPROC;
}

/* -- the stream -- */

enum state { RUNNING, DONE, LATE };

/* In order: an input whose result was not taken. */
struct item {
    otp_request request;
    enum state state;
    uint32_t runner; /* while it runs */
};

/* A task that runs, beside its request. */
struct runner {
    uint64_t input; /* which one, from 0 */
    otp_pid pid;
    otp_instant deadline;
    uint32_t place; /* in what runs for the process. Of one that does not run: the next one's */
};

struct otp_stream {
    const struct otp_task_type *type;
    struct otp_stream_options options;
    otp_stream_input *input;
    void *context, *args;
    struct streams *streams; /* NULL: a foreign thread's */
    struct running *running; /* the same */
    otp_pid owner;
    const void *thread;         /* the owner, if that is a foreign thread */
    bool linked, ended, closed; /* ended: there are no more inputs */
    uint64_t next, given;       /* inputs: the next one, the one whose result was given last */
    uint64_t first, room;       /* in order: the first item; the ring's size, a power of two */
    struct item *items;
    uint32_t n_runners;
    struct runner *runners;
    otp_request *requests; /* of the runners */
    uint32_t looked;       /* runners before this one had no result when they were looked at last */
    otp_instant soonest;   /* no deadline is before this */
    otp_duration slack;    /* so much later than said a task may be late */
};

struct otp_stream_options otp_stream_defaults(void)
{
    struct otp_stream_options options = { 0 };
    struct otp_info info;

    options.max_concurrency = otp_runtime_info(&info) == OTP_OK ? info.workers : 1;
    options.timeout = 5 * OTP_S;
    return options;
}

static bool is_possible(const struct otp_stream_options *options)
{
    return options->max_concurrency > 0 && options->on_timeout <= OTP_TIMEOUT_KILLS &&
           options->timeout > 0;
}

static void free_all(struct otp_stream *stream)
{
    otp_free(stream->args);
    otp_free(stream->items);
    otp_free(stream->runners);
    otp_free(stream->requests);
    if (stream->running != NULL)
        running_close(stream->streams, stream->running);
    otp_free(stream);
}

static bool traps_exits(void)
{
    struct otp_proc_info info;

    return otp_process_info(otp_self(), &info) == OTP_OK && info.trap_exit;
}

/* False: no memory. */
static bool allocate(struct otp_stream *stream)
{
    size_t n = stream->options.max_concurrency;
    bool ordered = !stream->options.unordered;

    stream->room = ROOM_MIN;
    stream->args = otp_alloc(stream->type->work.args->size);
    stream->items = ordered ? otp_alloc(stream->room * sizeof *stream->items) : NULL;
    stream->runners = otp_alloc(n * sizeof *stream->runners);
    stream->requests = otp_alloc(n * sizeof *stream->requests);
    stream->streams = my_streams();
    if (stream->streams != NULL)
        stream->running = running_open(stream->streams, stream->options.max_concurrency);
    for (uint32_t i = 0; stream->runners != NULL && i < n; i++)
        stream->runners[i].place = i;
    stream->soonest = OTP_INFINITY;
    stream->slack = stream->options.timeout / SLACK;
    return stream->args != NULL && (!ordered || stream->items != NULL) && stream->runners != NULL &&
           stream->requests != NULL && (stream->owner.bits == 0 || stream->running != NULL);
}

otp_status otp_stream_open(const struct otp_task_type *type,
                           const struct otp_stream_options *options, otp_stream_input *input,
                           void *context, struct otp_stream **out)
{
    struct otp_info info;
    otp_status status = otp_runtime_info(&info);
    struct otp_stream *stream;

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (type->pull == NULL || !is_possible(options))
        return OTPI_JUDGED(OTP_BADARG);
    stream = otp_alloc(sizeof *stream);
    if (stream == NULL)
        return OTP_NOMEM;
    stream->type = type;
    stream->options = *options;
    stream->input = input;
    stream->context = context;
    stream->owner = otp_self();
    stream->thread = otp_foreign_thread();
    if (!allocate(stream)) {
        free_all(stream);
        return OTP_NOMEM;
    }
    stream->linked = stream->owner.bits != 0 && !options->nolink && !traps_exits();
    *out = stream;
    return OTP_OK;
}

uint64_t otp_stream_index(const struct otp_stream *stream)
{
    return stream->given;
}

static struct item *item_at(const struct otp_stream *stream, uint64_t number)
{
    return &stream->items[number & (stream->room - 1)];
}

/* -- starting -- */

/* Room for one more item. False: no memory. */
static bool make_room(struct otp_stream *stream)
{
    uint64_t room = 2 * stream->room;
    struct item *items;

    if (stream->options.unordered || stream->next - stream->first < stream->room)
        return true;
    items = otp_alloc(room * sizeof *items);
    if (items == NULL)
        return false;
    for (uint64_t i = stream->first; i != stream->next; i++)
        items[i & (room - 1)] = *item_at(stream, i);
    otp_free(stream->items);
    stream->items = items;
    stream->room = room;
    return true;
}

/* A task for what is in args. */
static otp_status start_task(struct otp_stream *stream, otp_request *request, struct runner *runner)
{
    bool under = stream->options.supervised;
    otp_status status =
        otpi_task_open(stream->type, stream->args, under && stream->linked, request);

    if (status != OTP_OK)
        return status;
    runner->deadline = OTP_INFINITY;
    if (stream->options.timeout != OTP_INFINITY) {
        runner->deadline = otp_deadline_within(stream->options.timeout, stream->slack);
        if (runner->deadline < stream->soonest)
            stream->soonest = runner->deadline;
    }
    status = under ? otpi_task_spawn_under(stream->options.supervisor, stream->type, stream->args,
                                           &runner->pid)
                   : otpi_task_spawn(stream->type, stream->args, stream->linked, &runner->pid);
    if (status == OTP_OK && stream->running != NULL)
        status = running_add(stream->streams, stream->running, runner->place, runner->pid);
    if (status != OTP_OK)
        (void)otp_abandon_request(request);
    return status;
}

/* Takes the next input and starts its task. NOT_FOUND: there are no more. */
static otp_status start_next(struct otp_stream *stream)
{
    uint32_t i = stream->n_runners;
    otp_status status = make_room(stream) ? OTP_OK : OTP_NOMEM;

    memset(stream->args, 0, stream->type->work.args->size);
    if (status == OTP_OK)
        status = stream->type->pull(stream->input, stream->context, stream->args);
    if (status == OTP_NOT_FOUND)
        stream->ended = true;
    if (status == OTP_OK)
        status = start_task(stream, &stream->requests[i], &stream->runners[i]);
    if (status != OTP_OK)
        return status;
    if (!stream->options.unordered) {
        item_at(stream, stream->next)->request = stream->requests[i];
        item_at(stream, stream->next)->state = RUNNING;
        item_at(stream, stream->next)->runner = i;
    }
    stream->runners[i].input = stream->next++;
    stream->n_runners++;
    return OTP_OK;
}

static otp_status fill(struct otp_stream *stream)
{
    uint32_t most = stream->options.max_concurrency;
    otp_status status = OTP_OK;

    if (OTP_MUTANT(B154) && most > 1)
        most--;
    if (OTP_MUTANT(B155) && stream->next - stream->first >= most)
        return OTP_OK;
    while (!stream->ended && stream->n_runners < most && status == OTP_OK)
        status = start_next(stream);
    return status == OTP_NOT_FOUND ? OTP_OK : status;
}

/* -- ending -- */

/* Its task is not waited for any more: the last one has its number. */
static void drop_runner(struct otp_stream *stream, uint32_t i)
{
    uint32_t last = --stream->n_runners, place = stream->runners[i].place;

    stream->runners[i] = stream->runners[last];
    stream->requests[i] = stream->requests[last];
    stream->runners[last].place = place;
    if (i < stream->looked)
        stream->looked = i;
    if (!stream->options.unordered && i != last)
        item_at(stream, stream->runners[i].input)->runner = i;
}

/* Kills the task, unseen. */
static void kill_runner(struct otp_stream *stream, uint32_t i)
{
    otp_pid pid = stream->runners[i].pid;

    if (stream->linked)
        (void)otp_unlink(pid);
    if (stream->closed ? !OTP_MUTANT(B160) : !OTP_MUTANT(B156))
        (void)otp_exit_signal(pid, otp_kill());
    (void)otp_abandon_request(&stream->requests[i]);
    drop_runner(stream, i);
}

/* Nothing of it is left but its own memory. */
static void stop(struct otp_stream *stream)
{
    stream->closed = true;
    while (stream->n_runners > 0)
        kill_runner(stream, stream->n_runners - 1);
    for (; !stream->options.unordered && stream->first != stream->next; stream->first++)
        if (item_at(stream, stream->first)->state == DONE)
            (void)otp_abandon_request(&item_at(stream, stream->first)->request);
}

static bool is_mine(const struct otp_stream *stream)
{
    return otp_pid_equal(stream->owner, otp_self()) && stream->thread == otp_foreign_thread();
}

void otp_stream_close(struct otp_stream *stream)
{
    if (stream == NULL || !is_mine(stream))
        return;
    stop(stream);
    free_all(stream);
}

/* -- results -- */

static otp_status timed_out(void)
{
    otp_set_last_reason(otp_reason_make(OTP_REASON_TIMEOUT, NULL, 0));
    return OTP_TIMEOUT;
}

/* The runner whose time is over first. */
static uint32_t find_earliest(const struct otp_stream *stream)
{
    uint32_t earliest = 0;

    for (uint32_t i = 1; i < stream->n_runners; i++)
        if (stream->runners[i].deadline < stream->runners[earliest].deadline)
            earliest = i;
    return earliest;
}

/* How long may be waited before one is late. */
static otp_duration time_left(struct otp_stream *stream)
{
    otp_instant now;

    if (stream->soonest == OTP_INFINITY)
        return OTP_INFINITY;
    now = otp_now_within(stream->slack);
    return stream->soonest <= now ? 0 : stream->soonest - now;
}

/* Behind those that were looked at already, which is where those are that ended with the last one.
 * TIMEOUT: none has its result. */
static otp_status look_on(struct otp_stream *stream, uint32_t *i)
{
    uint32_t from = stream->looked;
    size_t which = 0;
    otp_status status = OTP_TIMEOUT;

    stream->looked = 0;
    if (from != 0 && from < stream->n_runners)
        status =
            otp_wait_any_response(stream->requests + from, stream->n_runners - from, 0, &which);
    if (status == OTP_OK)
        *i = stream->looked = from + (uint32_t)which;
    return status;
}

/* Waits until a runner has its result, or no more time (then *late). */
static otp_status wait_for_runner(struct otp_stream *stream, uint32_t *i, bool *late)
{
    size_t which = 0;

    *late = false;
    for (;;) {
        otp_status status = look_on(stream, i);
        if (status != OTP_TIMEOUT)
            return status;
        status =
            otp_wait_any_response(stream->requests, stream->n_runners, time_left(stream), &which);
        *i = stream->looked = (uint32_t)which;
        if (status != OTP_TIMEOUT)
            return status;
        *i = find_earliest(stream);
        stream->soonest = stream->runners[*i].deadline;
        *late = otp_now() >= stream->soonest;
        if (*late)
            return OTP_OK;
    }
}

/* Out of order: the result of a runner, at once. */
static otp_status take_runner(struct otp_stream *stream, uint32_t i, bool late, void *reply)
{
    otp_request request = stream->requests[i];

    stream->given = stream->runners[i].input;
    if (late) {
        kill_runner(stream, i);
        return timed_out();
    }
    drop_runner(stream, i);
    return otp_receive_response(&request, &stream->type->work, reply, 0);
}

/* In order: its item has a result. */
static void settle_runner(struct otp_stream *stream, uint32_t i, bool late)
{
    item_at(stream, stream->runners[i].input)->state = late ? LATE : DONE;
    if (late)
        kill_runner(stream, i);
    else
        drop_runner(stream, i);
}

/* The others need not be looked at if the first has its result. */
static bool head_is_done(struct otp_stream *stream)
{
    struct item *head;

    if (stream->options.unordered || stream->first == stream->next)
        return false;
    head = item_at(stream, stream->first);
    if (head->state == RUNNING && otp_wait_response(&head->request, 0) == OTP_OK)
        settle_runner(stream, head->runner, false);
    return head->state != RUNNING;
}

static otp_status take_head(struct otp_stream *stream, void *reply)
{
    struct item item = *item_at(stream, stream->first);

    stream->given = stream->first++;
    if (item.state == LATE)
        return timed_out();
    return otp_receive_response(&item.request, &stream->type->work, reply, 0);
}

static otp_status close_with(struct otp_stream *stream, otp_status status)
{
    otp_reason reason = otp_last_reason();

    stop(stream);
    otp_set_last_reason(reason);
    return status;
}

otp_status otp_stream_next(struct otp_stream *stream, void *reply)
{
    if (!is_mine(stream))
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    while (!stream->closed) {
        bool late = false;
        uint32_t i = 0;
        otp_status status;
        if (head_is_done(stream))
            return OTPI_JUDGED(take_head(stream, reply));
        status = fill(stream);
        if (status == OTP_OK && stream->n_runners == 0)
            return OTP_NOT_FOUND;
        if (status == OTP_OK)
            status = wait_for_runner(stream, &i, &late);
        if (status == OTP_WRONG_THREAD)
            return OTPI_JUDGED(status);
        if (status != OTP_OK)
            return OTPI_JUDGED(close_with(stream, status));
        if (late && stream->options.on_timeout == OTP_TIMEOUT_ENDS)
            return OTPI_JUDGED(close_with(stream, timed_out()));
        if (stream->options.unordered)
            return OTPI_JUDGED(take_runner(stream, i, late, reply));
        settle_runner(stream, i, late);
    }
    return OTP_NOT_FOUND;
}
