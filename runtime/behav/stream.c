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

#include <string.h>

#include <otp/process.h>
#include <otp/runtime.h>
#include <otp/share.h>

#include "base/map.h"
#include "base/misuse.h"
#include "base/mutant.h"
#include "behav/task.h"

#define ROOM_MIN 64

/* -- what runs for a process -- */

struct running {
    struct otp_tie tie;
    struct otp_lock lock;
    bool over;            /* lock. The process has ended: what is started now is too late */
    struct otpi_map pids; /* lock: pid bits -> 1 */
};

static const struct otp_key running_key = { "streams", NULL };

/* otp_tie: the process has ended. */
static void running_ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    struct running *running = (struct running *)(void *)tie; /* its first member */
    struct otpi_map_entry entry;

    (void)pid;
    (void)reason;
    otp_lock_take(&running->lock);
    running->over = true; /* from here on the map is ours */
    otp_lock_release(&running->lock);
    while (otpi_map_pop(&running->pids, &entry))
        otp_kill_tied((otp_pid){ entry.key });
    otpi_map_clear(&running->pids);
}

/* The record of the calling process, made if need be. NULL: no memory, or a foreign thread. */
static struct running *my_running(void)
{
    struct running *running = otp_get(&running_key);

    if (running != NULL || otp_self().bits == 0)
        return running;
    running = otp_alloc(sizeof *running);
    if (running == NULL)
        return NULL;
    running->tie.ended = running_ended;
    if (otp_put(&running_key, running, NULL) == OTP_OK) {
        if (otp_tie_to(otp_self(), &running->tie) == OTP_OK)
            return running;
        (void)otp_erase(&running_key);
    }
    otp_free(running);
    return NULL;
}

/* It runs for this process now. NOMEM: it was killed. */
static otp_status running_add(struct running *running, otp_pid pid)
{
    otp_status status = OTP_NOPROC;

    otp_lock_take(&running->lock);
    if (!running->over)
        status = otpi_map_put(&running->pids, pid.bits, 1);
    otp_lock_release(&running->lock);
    if (status != OTP_OK)
        (void)otp_exit_signal(pid, otp_kill());
    return status;
}

static void running_remove(struct running *running, otp_pid pid)
{
    otp_lock_take(&running->lock);
    if (!running->over)
        (void)otpi_map_remove(&running->pids, pid.bits, NULL);
    otp_lock_release(&running->lock);
}

/* -- the stream -- */

enum state { RUNNING, DONE, LATE };

/* In order: an input whose result was not taken. */
struct item {
    otp_request request;
    enum state state;
};

/* A task that runs, beside its request. */
struct runner {
    uint64_t input; /* which one, from 0 */
    otp_pid pid;
    otp_instant deadline;
};

struct otp_stream {
    const struct otp_task_type *type;
    struct otp_stream_options options;
    otp_stream_input *input;
    void *context, *args;
    struct running *running; /* NULL: a foreign thread's */
    otp_pid owner;
    const void *thread;         /* the owner, if that is a foreign thread */
    bool linked, ended, closed; /* ended: there are no more inputs */
    uint64_t next, given;       /* inputs: the next one, the one whose result was given last */
    uint64_t first, room;       /* in order: the first item; the ring's size, a power of two */
    struct item *items;
    uint32_t n_runners;
    struct runner *runners;
    otp_request *requests; /* of the runners */
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
    stream->running = my_running();
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
    if (stream->options.timeout != OTP_INFINITY)
        runner->deadline = otp_now() + stream->options.timeout;
    status = under ? otpi_task_spawn_under(stream->options.supervisor, stream->type, stream->args,
                                           &runner->pid)
                   : otpi_task_spawn(stream->type, stream->args, stream->linked, &runner->pid);
    if (status == OTP_OK && stream->running != NULL)
        status = running_add(stream->running, runner->pid);
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

/* Its task is not waited for any more. */
static void drop_runner(struct otp_stream *stream, uint32_t i)
{
    uint32_t last = --stream->n_runners;

    if (stream->running != NULL)
        running_remove(stream->running, stream->runners[i].pid);
    stream->runners[i] = stream->runners[last];
    stream->requests[i] = stream->requests[last];
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

/* Waits until a runner has its result, or no more time (then *late). */
static otp_status wait_for_runner(struct otp_stream *stream, uint32_t *i, bool *late)
{
    size_t which = 0;
    otp_status status;

    *late = false;
    for (;;) {
        otp_duration left = OTP_INFINITY;
        if (stream->options.timeout != OTP_INFINITY) {
            *i = find_earliest(stream);
            left = stream->runners[*i].deadline - otp_now();
        }
        status =
            otp_wait_any_response(stream->requests, stream->n_runners, left < 0 ? 0 : left, &which);
        if (status == OTP_OK)
            *i = (uint32_t)which;
        if (status != OTP_TIMEOUT)
            return status;
        *late = otp_now() >= stream->runners[*i].deadline;
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

static bool head_is_done(const struct otp_stream *stream)
{
    return !stream->options.unordered && stream->first != stream->next &&
           item_at(stream, stream->first)->state != RUNNING;
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
