/* application_controller.c - the process that knows which applications run.
 *
 * Idea: what is asked for is done one after the other, in steps: each starts or stops one
 * application and waits for its master's message, and the next step looks at the list anew. An
 * application that ends by itself is taken off the list at once; if that is to take the others
 * along, stopping all goes before what is waiting, and ends a start that is under way.
 * Threads: the process; otpi_application_controller any.
 * Locks: none.
 * Owns: the list and what waits, in owned memory. */
#include <otp/log.h>

#include "base/mutant.h"
#include "behav/application.h"
#include "behav/env.h"

static const char controller_name[] = "otp.application_controller";

enum state { STARTING, RUNNING, STOPPING };

/* An application that runs or is about to. */
struct app {
    struct app *prev, *next; /* in order of start */
    const struct otp_application *application;
    otp_pid master;
    enum state state;
    bool fresh; /* started by what is being done now */
};

/* Something asked for. */
struct task {
    struct task *next;
    uint32_t tag;
    struct otpi_application_asks asks;
    otp_from from; /* slot_ NULL: nobody */
    bool begun;    /* STOP: it ran, and was told */
    bool failed;   /* START: what is fresh is to be stopped again */
    struct otpi_application_tells failure;
};

/* The data of the controller. owner: the process. */
struct controller {
    struct app *first, *last;
    struct task *now; /* NULL: nothing is being done */
    struct task *queue, *queue_last;
    struct task *waits; /* WAIT: answered when nothing runs any more */
    bool taken_along;   /* the end of one ends all, for reason */
    otp_reason reason;
};

static void init(void *data, const void *args);
static void receive(void *data, const struct otp_message *message);

static const struct otp_behaviour behaviour = {
    "application_controller", init, receive, NULL, NULL, NULL, NULL
};

/* -- the list -- */

static struct app *find(const struct controller *c, const struct otp_application *application)
{
    struct app *app = c->first;
    while (app != NULL && app->application != application)
        app = app->next;
    return app;
}

static struct app *find_master(const struct controller *c, otp_pid master)
{
    struct app *app = c->first;
    while (app != NULL && !otp_pid_equal(app->master, master))
        app = app->next;
    return app;
}

static void add(struct controller *c, struct app *app)
{
    app->prev = c->last;
    if (c->last != NULL)
        c->last->next = app;
    else
        c->first = app;
    c->last = app;
}

static void take_out(struct controller *c, struct app *app)
{
    if (app->prev != NULL)
        app->prev->next = app->next;
    else
        c->first = app->next;
    if (app->next != NULL)
        app->next->prev = app->prev;
    else
        c->last = app->prev;
    otp_free(app);
}

/* One is on its way up or down: its message comes. */
static bool is_waiting(const struct controller *c)
{
    for (const struct app *app = c->first; app != NULL; app = app->next)
        if (app->state != RUNNING)
            return true;
    return false;
}

/* -- answers -- */

/* Takes task. */
static void tell(struct task *task, const struct otpi_application_tells *tells)
{
    if (task->from.slot_ != NULL) /* nobody waits any more, or no memory: he sees our end */
        (void)otp_answer(task->from, &otpi_application_tells_layout, tells);
    otp_free(task);
}

/* What is being done is done. */
static void done(struct controller *c, const struct otpi_application_tells *tells)
{
    struct task *task = c->now;
    for (struct app *app = c->first; app != NULL; app = app->next)
        app->fresh = false;
    c->now = NULL;
    tell(task, tells);
}

static void done_with(struct controller *c, otp_status status, otp_pid root)
{
    struct otpi_application_tells tells = { .status = (uint32_t)status, .root = root };
    done(c, &tells);
}

/* -- starting -- */

static void describe(struct otpi_application_tells *tells, const char *name, const char *colon,
                     const char *why)
{
    const char *const parts[] = { name, colon, why };
    size_t used = strlen(tells->text);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t room = sizeof(tells->text) - 1 - used, size = strlen(parts[i]);
        size = size < room ? size : room;
        memcpy(tells->text + used, parts[i], size);
        used += size;
        tells->text[used] = '\0';
    }
}

/* The start is not to be: what it has started so far is stopped again. */
static void fail(struct task *task, otp_status status, const struct otp_application *about,
                 const char *why)
{
    task->failed = true;
    task->failure.status = (uint32_t)status;
    if (task->asks.all)
        describe(&task->failure, about->name, why[0] != '\0' ? ": " : "", why);
    else
        describe(&task->failure, "", "", why);
}

static void fail_with(struct task *task, const struct otp_application *about, otp_reason reason)
{
    char text[128];
    fail(task, OTP_EXIT, about, otp_reason_format(reason, text, sizeof(text)));
    task->failure.reason = reason;
}

/* Reads its settings, unless that is done. False: they are bad. */
static bool prepare(struct task *task, const struct otp_application *application)
{
    char text[200];
    if (task->asks.prepared)
        return true;
    if (otpi_env_read_one(application, text, sizeof(text)) != OTPI_ENV_READY) {
        fail(task, OTP_BADARG, application, text);
        return false;
    }
    if (application->configure != NULL)
        application->configure();
    return true;
}

static void start(struct controller *c, const struct otp_application *application)
{
    struct task *task = c->now;
    if (!prepare(task, application))
        return;
    struct app *app = otp_alloc(sizeof(*app));
    otp_status status = OTP_NOMEM;
    if (app != NULL)
        status = otpi_application_master(application, &app->master);
    if (status != OTP_OK) {
        otp_free(app);
        fail(task, status, application, otp_status_text(status));
        return;
    }
    app->application = application;
    app->fresh = true;
    add(c, app);
}

/* -- stopping -- */

/* Its master, whose parent we are, takes that for the order to stop. */
static void stop(struct app *app)
{
    app->state = STOPPING;
    (void)otp_exit_signal(app->master, otp_shutdown());
}

/* What is being started is not to be any more. */
static void cancel(struct controller *c)
{
    struct task *task = c->now;
    if (task == NULL || task->tag != OTPI_APPLICATION_START || task->failed)
        return;
    fail(task, OTP_STOPPED, task->asks.application, "all are to stop");
    for (struct app *app = c->first; app != NULL; app = app->next)
        if (app->state == STARTING)
            (void)otp_exit_signal(app->master, otp_shutdown());
}

/* -- steps: false: it waits -- */

/* What of those that it uses does not run; itself if all do, NULL if that runs, too. */
static const struct otp_application *next_missing(const struct controller *c,
                                                  const struct otp_application *application)
{
    const struct otp_application *order[OTP_APPLICATIONS_MAX];
    size_t n = otpi_application_order(application, order);
    for (size_t i = 0; i < n; i++)
        if (find(c, order[i]) == NULL)
            return order[i];
    return NULL;
}

static bool undo(struct controller *c)
{
    struct app *app = c->last;
    while (app != NULL && !app->fresh)
        app = app->prev;
    if (app == NULL) {
        struct otpi_application_tells failure = c->now->failure;
        done(c, &failure);
        return true;
    }
    stop(app);
    return false;
}

static bool step_start(struct controller *c)
{
    struct task *task = c->now;
    const struct otp_application *wanted = task->asks.application;
    const struct otp_application *next = next_missing(c, wanted);
    if (c->first == NULL)
        c->taken_along = false; /* of those that ran before */
    if (task->failed)
        return undo(c);
    if (!task->asks.all && next != NULL && next != wanted) {
        fail(task, OTP_NOT_STARTED, wanted, next->name);
        return undo(c);
    }
    struct app *app = find(c, wanted);
    if (app != NULL && !app->fresh && !task->asks.all) {
        done_with(c, OTP_ALREADY_STARTED, otp_whereis(wanted->root_name));
        return true;
    }
    if (next == NULL) {
        done_with(c, OTP_OK, otp_whereis(wanted->root_name));
        return true;
    }
    start(c, next);
    return true;
}

static bool step_stop(struct controller *c)
{
    struct task *task = c->now;
    struct app *app = find(c, task->asks.application);
    if (app == NULL) {
        done_with(c, task->begun ? OTP_OK : OTP_NOT_STARTED, otp_no_pid());
        return true;
    }
    task->begun = true;
    stop(app);
    return false;
}

static bool step_stop_all(struct controller *c)
{
    if (c->last == NULL) {
        done_with(c, OTP_OK, otp_no_pid());
        return true;
    }
    stop(OTP_MUTANT(B216) ? c->first : c->last);
    return false;
}

static bool step(struct controller *c)
{
    if (is_waiting(c))
        return false;
    switch ((enum otpi_application_ask)c->now->tag) {
    case OTPI_APPLICATION_START: return step_start(c);
    case OTPI_APPLICATION_STOP: return step_stop(c);
    case OTPI_APPLICATION_STOP_ALL: return step_stop_all(c);
    case OTPI_APPLICATION_WAIT:
    case OTPI_APPLICATION_WHICH: break;
    }
    return false;
}

static void answer_waits(struct controller *c)
{
    struct otpi_application_tells tells = { .status = c->taken_along ? OTP_EXIT : OTP_OK };
    tells.reason = c->reason;
    if (c->first != NULL)
        return;
    if (c->waits != NULL)
        c->taken_along = false;
    while (c->waits != NULL) {
        struct task *task = c->waits;
        c->waits = task->next;
        tell(task, &tells);
    }
}

static void go_on(struct controller *c)
{
    for (;;) {
        if (c->now == NULL && c->queue == NULL) {
            answer_waits(c);
            return;
        }
        if (c->now == NULL) {
            c->now = c->queue;
            c->queue = c->now->next;
        }
        if (!step(c))
            return;
    }
}

/* -- what arrives -- */

static void push(struct controller *c, struct task *task)
{
    if (c->queue != NULL)
        c->queue_last->next = task;
    else
        c->queue = task;
    c->queue_last = task;
}

static void stop_all_first(struct controller *c)
{
    struct task *task = otp_alloc(sizeof(*task));
    cancel(c);
    if (task == NULL) { /* no memory: then all at once */
        for (struct app *app = c->last; app != NULL; app = app->prev)
            stop(app);
        return;
    }
    task->tag = OTPI_APPLICATION_STOP_ALL;
    task->next = c->queue;
    if (c->queue == NULL)
        c->queue_last = task;
    c->queue = task;
}

static bool takes_all_along(const struct otp_application *application, const otp_reason *reason)
{
    bool normal =
        reason->kind == OTP_REASON_NORMAL || (OTP_MUTANT(B217) && otp_reason_is_clean(*reason));
    switch ((enum otp_application_type)application->type) {
    case OTP_APPLICATION_PERMANENT: return true;
    case OTP_APPLICATION_TRANSIENT: return !normal;
    case OTP_APPLICATION_TEMPORARY: break;
    }
    return false;
}

static void receive_down(struct controller *c, const struct otp_message *message)
{
    struct app *app = find_master(c, message->pid);
    if (app == NULL)
        return;
    const struct otp_application *application = app->application;
    bool by_itself = app->state != STOPPING;
    if (by_itself && app->fresh && !c->now->failed) /* it is not started twice */
        fail_with(c->now, application, *message->reason);
    take_out(c, app);
    if (by_itself && !c->taken_along && takes_all_along(application, message->reason)) {
        c->taken_along = true;
        c->reason = *message->reason;
        stop_all_first(c);
    }
}

static void receive_started(struct controller *c, const struct otp_message *message)
{
    struct app *app = find_master(c, message->pid);
    if (app == NULL)
        return;
    if (message->tag == OTP_OK) {
        if (app->state == STARTING)
            app->state = RUNNING;
        return;
    }
    const struct otp_application *application = app->application;
    take_out(c, app); /* no DOWN comes */
    if (c->now != NULL && !c->now->failed)
        fail_with(c->now, application, message->reason != NULL ? *message->reason : otp_normal());
}

static void answer_which(const struct controller *c, const struct otp_message *message)
{
    const struct otpi_application_asks *asks = message->args;
    struct otpi_application_list list = { NULL, 0, 0 };
    for (const struct app *app = c->first; app != NULL; app = app->next)
        list.count += app->state != STARTING;
    uint64_t room = asks->room < list.count ? asks->room : list.count;
    if (room > 0)
        list.applications = otp_alloc(room * sizeof(*list.applications));
    for (const struct app *app = c->first; app != NULL && list.applications != NULL;
         app = app->next)
        if (app->state != STARTING && list.n < room)
            list.applications[list.n++] = app->application;
    (void)otp_answer(message->from, &otpi_application_list_layout, &list);
    otp_free(list.applications);
}

static void receive_request(struct controller *c, const struct otp_message *message)
{
    if (message->tag < OTPI_APPLICATION_START || message->tag > OTPI_APPLICATION_WHICH)
        return;
    if (message->tag == OTPI_APPLICATION_WHICH) {
        answer_which(c, message);
        return;
    }
    struct task *task = otp_alloc(sizeof(*task));
    if (task == NULL || otp_defer_reply(message->from) == OTP_NOMEM) {
        struct otpi_application_tells tells = { .status = OTP_NOMEM };
        otp_free(task);
        (void)otp_answer(message->from, &otpi_application_tells_layout, &tells);
        return;
    }
    task->tag = message->tag;
    task->asks = *(const struct otpi_application_asks *)message->args;
    task->from = message->from;
    if (task->tag == OTPI_APPLICATION_STOP_ALL)
        cancel(c);
    if (task->tag == OTPI_APPLICATION_WAIT) {
        task->next = c->waits;
        c->waits = task;
    } else {
        push(c, task);
    }
}

/* Somebody means to end the controller itself: then all are to stop. */
static void receive_stop(struct controller *c, const otp_reason *reason)
{
    (void)c;
    otp_finish(*reason); /* masters are linked, and stop */
}

static void receive(void *data, const struct otp_message *message)
{
    struct controller *c = data;
    switch ((enum otp_message_kind)message->kind) {
    case OTP_MESSAGE_STARTED: receive_started(c, message); break;
    case OTP_MESSAGE_DOWN: receive_down(c, message); break;
    case OTP_MESSAGE_SYSTEM: receive_request(c, message); break;
    case OTP_MESSAGE_STOP: receive_stop(c, message->reason); return;
    case OTP_MESSAGE_EXIT: /* masters': their DOWN tells the same */
    case OTP_MESSAGE_TIMER:
    case OTP_MESSAGE_EVENT:
    case OTP_MESSAGE_USER: break;
    }
    go_on(c);
}

static void init(void *data, const void *args)
{
    (void)data, (void)args;
    otp_init_ack(OTP_OK, otp_normal());
}

otp_status otpi_application_controller(otp_pid *pid)
{
    struct otp_start how = { .name = controller_name };
    struct otp_process_spec spec = { 0 };
    *pid = otp_whereis(controller_name);
    if (pid->bits != 0)
        return OTP_OK;
    spec.behaviour = &behaviour;
    spec.data_size = sizeof(struct controller);
    spec.trap_exit = true;
    otp_status status = otp_behaviour_start(&spec, &how, pid);
    return status == OTP_ALREADY_STARTED ? OTP_OK : status;
}
