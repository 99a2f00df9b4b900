/* task.c - tasks: a process each, which answers the request that it was started for.
 *
 * Idea: see task.h. The owner's request is opened before the process is made and goes into its
 * init, so that whatever becomes of the process answers it: there is no handshake and no moment at
 * which a reason could be lost.
 * Threads: a task's functions by its owner; the body by the task. Locks: none.
 * Owns: nothing; the request is the owner's.
 */
#include "behav/task.h"
#include "base/apart.h"
#include "base/misuse.h"

#include <string.h>

#include <otp/describe.h>
#include <otp/log.h>

#include "base/mutant.h"
#include "behav/supervisor_ask.h"

#define ARGS_TEXT 512
#define REPLIED   1000 /* an otp_next of a task: no action of a server's */

/* -- the process -- */

static const struct otp_task_type *own_type(void)
{
    return (const struct otp_task_type *)otp_own_module();
}

/* It has no result, or has not given it. */
OTPI_APART static void acknowledge(const struct otp_message_type *work, otp_from from)
{
    if (work->reply != NULL)
        otp_exit(otp_reason_make(OTP_REASON_BAD_RETURN, NULL, 0));
    if (from.slot_ != NULL)
        (void)otp_answer(from, NULL, NULL);
}

/* Flat, as a call is: all that a short task does, beside its body, is to begin and to end. */
__attribute__((flatten)) static void run(void *data, const void *args)
{
    const struct otp_message_type *work = &own_type()->work;
    const otp_reason normal = otp_normal();
    otp_from from = otp_init_from();
    otp_next next;

    (void)data;
    otp_init_ack(OTP_OK, normal);
    next = work->dispatch(NULL, from, args);
    if (next.action_ != REPLIED || work->reply == NULL)
        acknowledge(work, from);
    otp_finish(normal);
}

/* Nothing gets here: the process ends with its init. */
static void receive(void *data, const struct otp_message *message)
{
    (void)data;
    (void)message;
}

static void report(void *data, const struct otp_message *message, otp_reason *reason,
                   struct otp_log_event *event)
{
    const struct otp_message_type *work = &own_type()->work;
    const void *args = otp_init_args();
    char *text = NULL;

    (void)data;
    (void)message;
    (void)reason;
    if (work->args_description != NULL && args != NULL)
        text = otp_scratch(ARGS_TEXT);
    if (text != NULL)
        (void)otp_describe(work->args_description, args, NULL, text, ARGS_TEXT);
    event->arguments = text;
    event->message = work->name;
    event->client = otp_parent();
    event->text = "a task ended abnormally";
}

const struct otp_task_head otp_task_nobody = { { NULL, 0 }, { 0 } };

const struct otp_behaviour otpi_task_behaviour = { "task", run, receive, NULL, report, NULL, NULL };

static otp_status start(const struct otp_task_type *type, const struct otp_start *how,
                        const void *args, otp_pid *pid)
{
    const struct otp_task_head *head = args;
    struct otp_process_spec spec = { 0 };

    spec.behaviour = &otpi_task_behaviour;
    spec.module = &type->module;
    spec.layout = type->work.args;
    spec.args = args;
    spec.from = head->from_;
    spec.linked_with = head->linked_with_;
    spec.blocking = type->work.blocking;
    return otp_behaviour_start(&spec, how, pid);
}

otp_status otp_task_start(const struct otp_module *module, const struct otp_start *how,
                          const void *options, otp_pid *pid)
{
    if (options == NULL)
        return OTPI_JUDGED(OTP_BADARG);
    return OTPI_JUDGED(start((const struct otp_task_type *)module, how, options, pid));
}

otp_next otp_task_reply(otp_from from, const struct otp_message_type *work, const void *value)
{
    static const otp_next done = { REPLIED, 0, 0 };

    /* NOT_FOUND: nobody waits any more */
    if (otp_answer(from, work->reply, value) == OTP_NOMEM)
        otp_exit(otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    return done;
}

/* -- starting -- */

otp_status otpi_task_open(const struct otp_task_type *type, void *args, bool linked,
                          otp_request *request)
{
    struct otp_task_head *head = args;

    head->linked_with_ = linked ? otp_self() : otp_no_pid();
    return otp_open_request(&type->work, request, &head->from_);
}

otp_status otpi_task_spawn(const struct otp_task_type *type, const void *args, bool link,
                           otp_pid *pid)
{
    struct otp_start how = { .link = link };

    return start(type, &how, args, pid);
}

/* child is a possible one; but children of static supervisors have ids, and tasks have none. */
static otp_status start_under(otp_dest supervisor, const struct otp_child *child, otp_pid *pid)
{
    otp_status status = otpi_ask_start(supervisor, child, pid);

    return status == OTP_BADARG ? OTP_WRONG_MODULE : status;
}

/* What a function for tasks under a supervisor returns. */
static otp_status judged(const char *function, otp_status status)
{
    return status == OTP_OK ? status
                            : otpi_judge_with(function, status,
                                              status == OTP_WRONG_MODULE
                                                  ? "it is to be a task or dynamic supervisor"
                                                  : NULL);
}

otp_status otpi_task_spawn_under(otp_dest supervisor, const struct otp_task_type *type,
                                 const void *args, otp_pid *pid)
{
    struct otp_child child = { .module = &type->module, .options = args };

    child.shutdown = OTP_SHUTDOWN_DEFAULT;
    child.restart = OTP_TEMPORARY;
    return start_under(supervisor, &child, pid);
}

otp_status otp_task_async(const struct otp_task_type *type, void *args, otp_task *task)
{
    otp_status status = otpi_task_open(type, args, false, &task->request);
    otp_pid pid;

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = otpi_task_spawn(type, args, otp_self().bits != 0, &pid);
    if (status != OTP_OK)
        (void)otp_abandon_request(&task->request);
    return OTPI_JUDGED(status);
}

static otp_status async_under(otp_dest supervisor, const struct otp_task_type *type, void *args,
                              bool linked, otp_task *task)
{
    otp_status status = otpi_task_open(type, args, linked, &task->request);
    otp_pid pid;

    if (status != OTP_OK)
        return status;
    if (OTP_MUTANT(B162) && !linked) { /* asks it when it runs, as with a monitor */
        (void)otp_abandon_request(&task->request);
        memset(args, 0, sizeof(struct otp_task_head));
        status = otpi_task_spawn_under(supervisor, type, args, &pid);
        return status == OTP_OK ? otp_send_request(otp_to(pid), &type->work, args, &task->request)
                                : status;
    }
    status = otpi_task_spawn_under(supervisor, type, args, &pid);
    if (status != OTP_OK) {
        otp_reason reason = otp_last_reason();
        (void)otp_abandon_request(&task->request);
        otp_set_last_reason(reason);
    }
    return status;
}

otp_status otp_task_supervisor_async(otp_dest supervisor, const struct otp_task_type *type,
                                     void *args, otp_task *task)
{
    return judged(__func__, async_under(supervisor, type, args, otp_self().bits != 0, task));
}

otp_status otp_task_supervisor_async_nolink(otp_dest supervisor, const struct otp_task_type *type,
                                            void *args, otp_task *task)
{
    return judged(__func__, async_under(supervisor, type, args, false, task));
}

otp_status otp_task_supervisor_start_child(otp_dest supervisor, const struct otp_task_type *type,
                                           void *args, enum otp_restart restart,
                                           otp_duration shutdown, otp_pid *pid)
{
    struct otp_child child = { .module = &type->module, .options = args };

    memcpy(args, &otp_task_nobody, sizeof otp_task_nobody);
    child.restart = (uint8_t)restart;
    child.shutdown = shutdown;
    if (!otpi_child_is_possible(&child))
        return OTPI_JUDGED(OTP_BADARG);
    return judged(__func__, start_under(supervisor, &child, pid));
}

otp_pid otp_task_pid(const otp_task *task)
{
    return otp_request_server(&task->request);
}

/* -- one -- */

otp_status otp_task_await(otp_task *task, const struct otp_task_type *type, void *reply,
                          otp_duration timeout)
{
    if (OTP_MUTANT(B141)) {
        otp_status status = otp_task_yield(task, type, reply, timeout);
        if (status == OTP_TIMEOUT)
            (void)otp_exit_signal(otp_task_pid(task), otp_kill());
        return status;
    }
    return otp_receive_response(&task->request, &type->work, reply, timeout);
}

otp_status otp_task_yield(otp_task *task, const struct otp_task_type *type, void *reply,
                          otp_duration timeout)
{
    otp_status status =
        timeout < 0 ? OTPI_JUDGED(OTP_BADARG) : otp_check_request(&task->request, &type->work);

    if (status == OTP_OK)
        status = otp_wait_response(&task->request, timeout);
    if (status != OTP_OK)
        return status;
    return otp_receive_response(&task->request, &type->work, reply, 0);
}

otp_status otp_task_ignore(otp_task *task, const struct otp_task_type *type, void *reply)
{
    otp_pid pid = otp_task_pid(task);
    otp_status status = otp_receive_response(&task->request, &type->work, reply, 0);

    if (status == OTP_TIMEOUT && otp_self().bits != 0)
        (void)otp_unlink(pid);
    return status;
}

/* Tells it to end, for the first time or the second. */
static void tell(otp_pid pid, bool kill)
{
    (void)otp_exit_signal(pid, kill ? otp_kill() : otp_shutdown());
}

/* It has ended without a result: was it by this? */
static otp_status why(bool killed, otp_duration timeout)
{
    uint32_t kind = otp_last_reason().kind;

    if (timeout == OTP_BRUTAL_KILL)
        return kind == OTP_REASON_KILLED ? OTP_STOPPED : OTP_EXIT;
    return kind == OTP_REASON_SHUTDOWN && !killed ? OTP_STOPPED : OTP_EXIT;
}

otp_status otp_task_shutdown(otp_task *task, const struct otp_task_type *type, void *reply,
                             otp_duration timeout)
{
    otp_pid pid = otp_task_pid(task);
    bool brutal = timeout == OTP_BRUTAL_KILL, killed = brutal;
    otp_status status = otp_check_request(&task->request, &type->work);

    if (status == OTP_OK && timeout < 0 && !brutal)
        status = OTPI_JUDGED(OTP_BADARG);
    if (status != OTP_OK)
        return status;
    status = otp_wait_response(&task->request, 0);
    if (otp_self().bits != 0 && !OTP_MUTANT(B150))
        (void)otp_unlink(pid);
    tell(pid, brutal); /* also if it has answered, and is on its way out */
    if (status == OTP_TIMEOUT)
        status = otp_wait_response(&task->request, brutal ? OTP_INFINITY : timeout);
    if (status == OTP_TIMEOUT && !OTP_MUTANT(B151)) {
        tell(pid, true);
        killed = true;
        status = otp_wait_response(&task->request, OTP_INFINITY);
    }
    if (status != OTP_OK)
        return status;
    status = otp_receive_response(&task->request, &type->work, reply, 0);
    return status == OTP_EXIT ? why(killed, timeout) : status;
}

/* -- many -- */

static const otp_request *requests_of(const otp_task *tasks)
{
    return &tasks->request;
}

static void *element(void *replies, const struct otp_task_type *type, size_t i)
{
    return replies == NULL || type->work.reply == NULL
               ? NULL
               : (char *)replies + i * type->work.reply->size;
}

/* They are all to be waited for; some may be over already if that is said. */
static otp_status all_open(const otp_task *tasks, size_t count, const struct otp_task_type *type,
                           otp_duration timeout, bool some)
{
    if (timeout < 0)
        return OTPI_JUDGED(OTP_BADARG);
    for (size_t i = 0; i < count; i++) {
        otp_status status = otp_check_request(&tasks[i].request, &type->work);
        if (status != OTP_OK && !(some && status == OTP_NOT_FOUND))
            return status;
    }
    return OTP_OK;
}

static void abandon_all(otp_task *tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)otp_abandon_request(&tasks[i].request);
}

otp_status otp_task_await_many(otp_task *tasks, size_t count, const struct otp_task_type *type,
                               void *replies, otp_duration timeout)
{
    otp_status status = all_open(tasks, count, type, timeout, false);
    size_t which;

    if (status != OTP_OK || count == 0)
        return status;
    status = otp_wait_no_failure(requests_of(tasks), count, timeout, &which);
    if (status == OTP_BADARG || status == OTP_WRONG_THREAD)
        return status;
    for (size_t i = 0; i < count && status == OTP_OK; i++)
        status = otp_receive_response(&tasks[i].request, &type->work, element(replies, type, i), 0);
    if (status != OTP_OK) {
        otp_reason reason = otp_last_reason();
        abandon_all(tasks, count);
        otp_set_last_reason(reason);
    }
    return status;
}

otp_status otp_task_yield_many(otp_task *tasks, size_t count, const struct otp_task_type *type,
                               struct otp_task_outcome *outcomes, void *replies,
                               otp_duration timeout)
{
    otp_status status = all_open(tasks, count, type, timeout, true);

    if (status == OTP_OK)
        status = otp_wait_all_responses(requests_of(tasks), count, timeout);
    if (status == OTP_BADARG || status == OTP_WRONG_THREAD || status == OTP_NOT_RUNNING ||
        status == OTP_FORKED)
        return status;
    for (size_t i = 0; i < count; i++) {
        struct otp_task_outcome *outcome = &outcomes[i];
        outcome->status = otp_task_yield(&tasks[i], type, element(replies, type, i), 0);
        outcome->reason = outcome->status == OTP_EXIT ? otp_last_reason() : otp_normal();
    }
    return OTP_OK;
}
