/* program.c - an application as a program.
 *
 * Idea: the main thread only waits for signals, and for what a process of its own, the runner, has
 * to tell: that starting all is done or has failed, that nothing runs any more. The first signal
 * asks for an ordered stop, also while things start; the second, or the end of stop_within, ends
 * what is left by stopping the runtime.
 * Threads: the main thread; the runner is a process.
 * Locks: none.
 * Owns: struct run is the main thread's and outlives the runner. */
#include <stdatomic.h>

#include "base/host.h"
#include "behav/application.h"
#include "behav/env.h"
#include "behav/killed.h"

enum phase { RUNNING, STOPPED, ENDED };

/* An application that is run as a program. */
struct run {
    const struct otp_application *application; /* const */
    struct otpi_host_signals signals;          /* owner: the main thread; the runner wakes it */
    otp_pid runner;                            /* owner: the main thread */
    _Atomic uint32_t phase; /* atomic: enum phase; written by the runner before it wakes */
};

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

/* -- the runner -- */

/* Starts all and waits until nothing runs. The masters log what goes wrong. */
static otp_status carry_out(const struct otp_application *application)
{
    struct otpi_application_asks asks = { .application = application, .all = true };
    struct otpi_application_tells tells;
    asks.prepared = true;
    otp_status status = otpi_application_ask(OTPI_APPLICATION_START, &asks, &tells, OTP_INFINITY);
    if (status != OTP_OK && status != OTP_STOPPED)
        return status;
    if (status == OTP_OK)
        otpi_host_notify("READY=1");
    return otp_application_wait(OTP_INFINITY);
}

static void runner(void *arg)
{
    struct run *run = arg;
    otp_status status = carry_out(run->application);
    atomic_store(&run->phase, status == OTP_OK ? STOPPED : ENDED);
    otpi_host_wake(&run->signals);
}

/* -- the main thread -- */

/* Only asked, not waited for: a second signal must be seen. Its status is TIMEOUT, or OK if the end
 * has just come. */
static void ask_to_stop(void)
{
    otp_status status = otp_application_stop_all(0);
    (void)status;
    otpi_host_notify("STOPPING=1");
}

static int give_up(const struct run *run, const char *why)
{
    otpi_killed_give_up(run->application, why, run->runner);
    return 1;
}

/* Waits until nothing runs or, at a second signal, must be ended. Returns the exit code. */
static int wait_for_end(struct run *run)
{
    otp_duration patience = OTP_INFINITY;
    bool asked = false;
    while (atomic_load(&run->phase) == RUNNING) {
        switch (otpi_host_signals_wait(&run->signals, patience)) {
        case OTPI_HOST_WOKEN: continue;
        case OTPI_HOST_SIGNAL:
            if (asked)
                return give_up(run, "a second signal");
            break;
        case OTPI_HOST_TIMEOUT: return give_up(run, "stop_within is over");
        }
        asked = true;
        if (run->application->stop_within > 0)
            patience = run->application->stop_within;
        ask_to_stop();
    }
    return atomic_load(&run->phase) == STOPPED ? 0 : 1;
}

/* The runtime runs, signals are taken. */
static int run_all(struct run *run)
{
    otp_status status = otp_spawn(runner, run, NULL, &run->runner);
    if (status == OTP_OK)
        return wait_for_end(run);
    print_error(run->application, otp_status_text(status));
    return 1;
}

static int run_program(const struct otpi_env_apps *apps)
{
    struct run run = { .application = apps->order[apps->n - 1] };
    atomic_init(&run.phase, RUNNING);
    otp_status status = otpi_host_signals_take(&run.signals);
    if (status != OTP_OK) {
        print_error(run.application, otp_status_text(status));
        return 1;
    }
    int code = 1;
    status = otp_runtime_start(NULL);
    if (status == OTP_OK) {
        otpi_env_configure(apps);
        code = run_all(&run);
    }
    /* The runner may still be waking us, so the descriptors stay open until the runtime is gone;
     * but whoever loses patience now gets what a signal does to any program. */
    otpi_host_signals_give(&run.signals);
    if (status == OTP_OK)
        status = otp_runtime_stop();
    otpi_host_signals_close(&run.signals);
    if (status == OTP_OK)
        return code;
    print_error(run.application, otp_status_text(status));
    return 1;
}

int otp_application_main(const struct otp_application *application, int argc, char **argv)
{
    char text[512];
    const struct otp_application *order[OTP_APPLICATIONS_MAX];
    struct otpi_env_apps apps = { order, otpi_application_order(application, order), NULL, 0 };
    if (apps.n == 0) {
        print_error(application, otp_status_text(OTP_BADARG));
        return 1;
    }
    switch (otpi_env_read(&apps, argc, argv, text, sizeof(text))) {
    case OTPI_ENV_HELP: return otpi_env_print_help(&apps) ? 0 : 1;
    case OTPI_ENV_VERSION: return print_version(application);
    case OTPI_ENV_BAD: print_error(application, text); return 2;
    case OTPI_ENV_READY: break;
    }
    return run_program(&apps);
}
