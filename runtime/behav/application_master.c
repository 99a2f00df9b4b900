/* application_master.c - the process of one application.
 *
 * Idea: it starts the root supervisor, watches it and stops it; callbacks run in processes of their
 * own, whose ends it awaits, so that one that crashes or hangs harms nobody. It never waits inside
 * a function. It ends with the reason of its root.
 *
 *   STARTING -> RUNNING -> PREPARING (prep_stop runs) -> STOPPING -> FINISHING (stop runs)
 *                  `------- the root ended by itself ------------------^
 *
 * Threads: the process.
 * Locks: none.
 * Owns: struct master, the process's data. */
#include <otp/log.h>

#include "base/text.h"
#include "behav/application.h"
#include "behav/killed.h"

enum phase { STARTING, RUNNING, PREPARING, STOPPING, FINISHING };

/* How much is said of those that had to be killed. */
#define REPORT_SIZE 512

/* The data of a master. owner: the process. */
struct master {
    const struct otp_application *application;
    enum phase phase;
    otp_pid root;   /* no pid: it has ended */
    otp_pid helper; /* runs a callback; no pid: none does */
    bool stopping;  /* its end was asked for */
    otp_reason reason;
    uint32_t n_killed; /* children that did not stop in time */
    struct otpi_text killed;
    char report[REPORT_SIZE];
};

static void init(void *data, const void *args);
static void receive(void *data, const struct otp_message *message);

static const struct otp_behaviour behaviour = {
    "application", init, receive, NULL, NULL, NULL, NULL
};

static void say(const struct master *master, uint32_t level, const otp_reason *reason,
                const char *text)
{
    struct otp_log_event event = { 0 };
    event.level = level;
    event.kind = OTP_LOG_APPLICATION;
    event.pid = otp_self();
    event.module = master->application->name;
    event.source = master->application->source;
    event.reason = reason;
    event.text = text;
    otp_log(&event);
}

/* -- callbacks -- */

static void run_prep_stop(void *application)
{
    ((const struct otp_application *)application)->prep_stop();
}

static void run_stop(void *application)
{
    ((const struct otp_application *)application)->stop();
}

/* False: there is nothing to wait for. */
static bool help(struct master *master, void (*run)(void *application))
{
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .async = true, .monitor_out = &monitor };
    if (otp_spawn(run, (void *)(uintptr_t)master->application, &how, &master->helper) == OTP_OK)
        return true;
    say(master, OTP_LOG_ERROR, NULL, "no memory to run a callback");
    master->helper = otp_no_pid();
    return false;
}

/* -- the end -- */

static void leave(struct master *master)
{
    if (master->stopping && master->n_killed > 0)
        say(master, OTP_LOG_WARNING, NULL, master->report);
    if (master->stopping)
        say(master, OTP_LOG_INFO, NULL, "stopped");
    otp_finish(master->reason);
}

/* The root has ended: what is left is the callback stop. */
static void finish(struct master *master)
{
    master->phase = FINISHING;
    if (master->application->stop == NULL || !help(master, run_stop))
        leave(master);
}

static void stop_root(struct master *master)
{
    master->phase = STOPPING;
    if (master->root.bits == 0)
        finish(master);
    else
        (void)otp_exit_signal(master->root, otp_shutdown()); /* its end comes as a DOWN */
}

static void begin_stop(struct master *master, const otp_reason *reason)
{
    if (master->stopping || master->phase == FINISHING)
        return;
    master->stopping = true;
    master->reason = *reason;
    say(master, OTP_LOG_INFO, NULL, "stops");
    if (master->phase == STARTING) { /* its start fails then */
        (void)otp_exit_signal(master->root, otp_shutdown());
        return;
    }
    master->phase = PREPARING;
    if (master->application->prep_stop == NULL || !help(master, run_prep_stop))
        stop_root(master);
}

/* -- what arrives -- */

/* The root is not up and will not be. */
static void root_failed(struct master *master, otp_reason reason)
{
    say(master, OTP_LOG_ERROR, &reason, "did not start");
    otp_init_ack(OTP_EXIT, reason);
}

static void init(void *data, const void *args)
{
    struct master *master = data;
    master->application = args;
    otpi_text_begin(&master->killed, master->report, sizeof(master->report));
    otpi_text_add_string(&master->killed, "did not stop in time and had to be killed: ");
    const struct otp_module *module = &master->application->root->module;
    otp_monitor monitor;
    struct otp_start how = { .link = true, .monitor = true, .async = true };
    how.name = master->application->root_name;
    how.monitor_out = &monitor;
    otp_status status = module->start(module, &how, NULL, &master->root);
    if (status != OTP_OK)
        root_failed(master, status == OTP_EXIT
                                ? otp_last_reason()
                                : otp_reason_make(OTP_REASON_STATUS, otp_status_text(status),
                                                  (int64_t)status));
}

static void receive_started(struct master *master, const struct otp_message *message)
{
    if (message->pid.bits != master->root.bits)
        return; /* a helper's */
    if (message->tag != OTP_OK) {
        root_failed(master, message->reason != NULL ? *message->reason : otp_normal());
        return;
    }
    if (master->stopping) /* the root was up before it heard of that */
        return;
    master->phase = RUNNING;
    say(master, OTP_LOG_INFO, NULL, "started");
    otp_init_ack(OTP_OK, otp_normal());
}

static void root_ended(struct master *master, const otp_reason *reason)
{
    master->root = otp_no_pid();
    if (master->phase == PREPARING)
        return; /* it goes on when prep_stop is done */
    if (master->phase == STARTING) {
        root_failed(master, *reason);
        return;
    }
    if (!master->stopping) {
        say(master, OTP_LOG_ERROR, reason, "ended by itself");
        master->reason = *reason;
    }
    finish(master);
}

static void receive_down(struct master *master, const struct otp_message *message)
{
    if (otp_pid_equal(message->pid, master->root)) {
        root_ended(master, message->reason);
        return;
    }
    if (!otp_pid_equal(message->pid, master->helper))
        return;
    master->helper = otp_no_pid();
    if (master->phase == PREPARING)
        stop_root(master);
    else if (master->phase == FINISHING)
        leave(master);
}

static void hear(struct master *master, const struct otp_message *message)
{
    otp_str path;
    if (!otpi_killed_hear(message, &path))
        return;
    otpi_text_add_string(&master->killed, master->n_killed++ > 0 ? ", " : "");
    otpi_text_add(&master->killed, path.data, path.size);
}

static void receive(void *data, const struct otp_message *message)
{
    struct master *master = data;
    switch ((enum otp_message_kind)message->kind) {
    case OTP_MESSAGE_STARTED: receive_started(master, message); break;
    case OTP_MESSAGE_DOWN: receive_down(master, message); break;
    case OTP_MESSAGE_EXIT: /* the root's and the helpers' DOWN tell the same */
        if (otp_pid_equal(message->pid, otp_parent()))
            begin_stop(master, message->reason);
        break;
    case OTP_MESSAGE_STOP:
        /* Who asked is told by our end. No memory to remember him: he is told too early. */
        (void)otp_defer_reply(message->from);
        begin_stop(master, message->reason);
        break;
    case OTP_MESSAGE_EVENT: hear(master, message); break;
    case OTP_MESSAGE_SYSTEM:
    case OTP_MESSAGE_TIMER:
    case OTP_MESSAGE_USER: break;
    }
}

otp_status otpi_application_master(const struct otp_application *application, otp_pid *pid)
{
    otp_monitor monitor;
    struct otp_start how = { .link = true, .monitor = true, .async = true };
    struct otp_process_spec spec = { 0 };
    how.monitor_out = &monitor;
    spec.behaviour = &behaviour;
    spec.data_size = sizeof(struct master);
    spec.args = application;
    spec.trap_exit = true;
    return otp_behaviour_start(&spec, &how, pid);
}
