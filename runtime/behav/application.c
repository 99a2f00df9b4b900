/* application.c - a tree with its configuration, run to its ordered end.
 *
 * Idea: one small process, the application's master, starts the root supervisor, watches it and
 * stops it: it never waits inside a function. In a program the main thread only waits for signals
 * and for what the master has to tell; the first signal becomes a stop request to the master, the
 * second ends what is left by stopping the runtime.
 * Threads: the otp_ functions a foreign thread; the master is a process.
 * Locks: none.
 * Owns: struct run is the main thread's and outlives the master; struct master is the process's
 * data. */
#include <otp/application.h>

#include <stdatomic.h>

#include "base/host.h"
#include "behav/env.h"

/* A request to the master: the root's pid. */
#define TAG_ROOT 0x41505001

enum phase { PHASE_RUNNING, PHASE_STOPPED, PHASE_ENDED };

/* An application that is run as a program. */
struct run {
    struct otpi_host_signals signals; /* owner: the main thread; the master wakes it */
    _Atomic uint32_t phase; /* atomic: enum phase; written by the master before it wakes */
};

/* The data of a master. owner: the process. */
struct master {
    const struct otp_application *application;
    struct run *run; /* NULL: whoever started it waits for the root */
    otp_pid root;
    bool started;  /* the root is up */
    bool stopping; /* the root has been told to stop */
    otp_reason reason;
};

struct start_args {
    const struct otp_application *application;
    struct run *run;
};

static void init(void *data, const void *args);
static void receive(void *data, const struct otp_message *message);

static const struct otp_behaviour behaviour = { "application", init, receive, NULL, NULL };
static const struct otp_layout args_layout = { sizeof(struct start_args), 0, NULL };
static const struct otp_layout pid_layout = { sizeof(otp_pid), 0, NULL };

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

/* -- the master -- */

/* It is over: whoever runs the application is told, the master ends. */
static void leave(struct master *master, uint32_t phase, otp_reason reason)
{
    if (master->run != NULL) {
        atomic_store(&master->run->phase, phase);
        otpi_host_wake(&master->run->signals);
    }
    otp_finish(reason);
}

/* The root is not up and will not be. */
static void root_failed(struct master *master, otp_reason reason)
{
    say(master, OTP_LOG_ERROR, &reason, "did not start");
    if (master->run == NULL)
        otp_init_ack(OTP_EXIT, reason);
    leave(master, PHASE_ENDED, reason);
}

static void init(void *data, const void *args)
{
    const struct start_args *start = args;
    struct master *master = data;
    master->application = start->application;
    master->run = start->run;
    if (master->run != NULL)
        otp_init_ack(OTP_OK, otp_normal());
    const struct otp_module *module = &master->application->root->module;
    otp_monitor monitor;
    struct otp_start how = { .name = master->application->root_name,
                             .link = true,
                             .monitor = true,
                             .async = true,
                             .monitor_out = &monitor };
    otp_status status = module->start(module, &how, NULL, &master->root);
    if (status != OTP_OK)
        root_failed(master, status == OTP_EXIT
                                ? otp_last_reason()
                                : otp_reason_make(OTP_REASON_STATUS, otp_status_text(status),
                                                  (int64_t)status));
}

static void receive_started(struct master *master, const struct otp_message *message)
{
    if (message->tag != OTP_OK) {
        root_failed(master, message->reason != NULL ? *message->reason : otp_normal());
        return;
    }
    master->started = true;
    say(master, OTP_LOG_INFO, NULL, "started");
    if (master->run == NULL)
        otp_init_ack(OTP_OK, otp_normal());
}

/* What otp_application_stop asks the root to end with: a root that gives up ends with shutdown. */
static otp_reason stopped(void)
{
    return otp_shutdown_with("stopped");
}

static void receive_down(struct master *master, const otp_reason *reason)
{
    if (master->stopping || otp_reason_equal(*reason, stopped())) {
        say(master, OTP_LOG_INFO, NULL, "stopped");
        leave(master, otp_reason_is_clean(*reason) ? PHASE_STOPPED : PHASE_ENDED,
              master->stopping ? master->reason : *reason);
        return;
    }
    say(master, OTP_LOG_ERROR, reason, "ended by itself");
    leave(master, PHASE_ENDED, *reason);
}

static void receive_stop(struct master *master, const struct otp_message *message)
{
    /* Who asked is told by our end. No memory to remember him: he is told too early. */
    (void)otp_defer_reply(message->from);
    if (master->stopping)
        return;
    master->stopping = true;
    master->reason = *message->reason;
    say(master, OTP_LOG_INFO, NULL, "stops");
    (void)otp_exit_signal(master->root, otp_shutdown()); /* its end comes as a DOWN, dead or not */
}

static void receive(void *data, const struct otp_message *message)
{
    struct master *master = data;
    switch ((enum otp_message_kind)message->kind) {
    case OTP_MESSAGE_STARTED: receive_started(master, message); break;
    case OTP_MESSAGE_DOWN: receive_down(master, message->reason); break;
    case OTP_MESSAGE_STOP: receive_stop(master, message); break;
    case OTP_MESSAGE_SYSTEM:
        if (message->tag == TAG_ROOT)
            (void)otp_answer(message->from, &pid_layout, &master->root); /* or it sees our end */
        break;
    case OTP_MESSAGE_EXIT: /* the root's: its DOWN tells the same */
    case OTP_MESSAGE_TIMER:
    case OTP_MESSAGE_EVENT:
    case OTP_MESSAGE_USER: break;
    }
}

/* -- starting and stopping -- */

static otp_status start_master(const struct otp_application *application, struct run *run,
                               otp_pid *pid)
{
    struct start_args args = { application, run };
    struct otp_start how = { 0 };
    struct otp_process_spec spec = { 0 };
    spec.behaviour = &behaviour;
    spec.data_size = sizeof(struct master);
    spec.layout = &args_layout;
    spec.args = &args;
    spec.trap_exit = true;
    return otp_behaviour_start(&spec, &how, pid);
}

otp_status otp_application_start(const struct otp_application *application, otp_pid *root,
                                 char *text, size_t text_size)
{
    otp_pid master;
    if (otpi_env_read(application, 0, NULL, text, text_size) != OTPI_ENV_READY)
        return OTP_BADARG;
    if (application->configure != NULL)
        application->configure();
    otp_status status = start_master(application, NULL, &master);
    if (status != OTP_OK)
        return status;
    return otp_system_call(otp_to(master), TAG_ROOT, NULL, NULL, root, OTP_INFINITY);
}

otp_status otp_application_stop(otp_pid root, otp_duration timeout)
{
    return otp_stop_process(otp_to(root), stopped(), timeout);
}

/* -- as a program -- */

static void print_error(const struct otp_application *application, const char *text)
{
    /* Standard error is where failures go: there is nowhere to report that it is closed. */
    (void)otpi_host_print(true, application->name, strlen(application->name));
    (void)otpi_host_print(true, ": ", 2);
    (void)otpi_host_print(true, text, strlen(text));
    (void)otpi_host_print(true, "\n", 1);
}

static int print_version(const struct otp_application *application)
{
    static const char rest[] = " (libotp " OTP_VERSION ")\n";
    bool done = otpi_host_print(false, application->name, strlen(application->name)) &&
                otpi_host_print(false, rest, sizeof(rest) - 1);
    return done ? 0 : 1;
}

/* Waits until the tree has ended or, at a second signal, must be ended. Returns the exit code. */
static int wait_for_end(struct run *run, otp_pid master)
{
    unsigned signals = 0;
    while (atomic_load(&run->phase) == PHASE_RUNNING) {
        if (!otpi_host_signals_wait(&run->signals))
            continue;
        if (++signals > 1)
            return 1;
        /* Only asked, not waited for: a second signal must be seen. Its status is TIMEOUT, or
         * NOPROC if the end is just being told. */
        otp_status status = otp_stop_process(otp_to(master), otp_shutdown(), 0);
        (void)status;
    }
    return atomic_load(&run->phase) == PHASE_STOPPED ? 0 : 1;
}

/* The runtime runs, signals are taken. */
static int run_tree(const struct otp_application *application, struct run *run)
{
    otp_pid master;
    otp_status status = start_master(application, run, &master);
    if (status == OTP_OK)
        return wait_for_end(run, master);
    print_error(application, otp_status_text(status));
    return 1;
}

static int run_program(const struct otp_application *application)
{
    struct run run;
    atomic_init(&run.phase, PHASE_RUNNING);
    otp_status status = otpi_host_signals_take(&run.signals);
    if (status != OTP_OK) {
        print_error(application, otp_status_text(status));
        return 1;
    }
    int code = 1;
    status = otp_runtime_start(NULL);
    if (status == OTP_OK) {
        if (application->configure != NULL)
            application->configure();
        code = run_tree(application, &run);
    }
    /* The master may still be waking us, so the descriptors stay open until the runtime is gone;
     * but whoever loses patience now gets what a signal does to any program. */
    otpi_host_signals_give(&run.signals);
    if (status == OTP_OK)
        status = otp_runtime_stop();
    otpi_host_signals_close(&run.signals);
    if (status == OTP_OK)
        return code;
    print_error(application, otp_status_text(status));
    return 1;
}

int otp_application_main(const struct otp_application *application, int argc, char **argv)
{
    char text[512];
    switch (otpi_env_read(application, argc, argv, text, sizeof(text))) {
    case OTPI_ENV_HELP: return otpi_env_print_help(application) ? 0 : 1;
    case OTPI_ENV_VERSION: return print_version(application);
    case OTPI_ENV_BAD: print_error(application, text); return 2;
    case OTPI_ENV_READY: break;
    }
    return run_program(application);
}
