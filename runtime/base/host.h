/* host.h - what a program's outer shell wants from the machine.
 *
 * Idea: behaviours stand beside the platform, not on it; the few things that running an application
 * as a program needs are declared here and done in plat/host.c: the environment, the two output
 * streams, being asked to end.
 * Threads: any, unless said.
 */
#ifndef OTPI_HOST_H
#define OTPI_HOST_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include <otp/status.h>
#include <otp/value.h>

/* The value of an environment variable, as it lies there; NULL: unset. */
const char *otpi_host_environment(const char *name);
/* Writes to standard error (or output). False: it could not be written. */
bool otpi_host_print(bool error, const char *text, size_t size);

/* Runs run(arg) in a new thread that nobody waits for, with all signals but those of faults
 * blocked. False: there is none. */
bool otpi_host_thread(void (*run)(void *arg), void *arg);

/* Tells the service manager, if the environment variable NOTIFY_SOCKET names one, as sd_notify(3)
 * does: "READY=1". One that does not listen is none. */
void otpi_host_notify(const char *state);

/* SIGTERM and SIGINT as events. owner: the thread that took them, but for otpi_host_wake. */
struct otpi_host_signals {
    sigset_t old;  /* the thread's mask before */
    int signal_fd; /* readable: a signal has come */
    int wake_fd;   /* readable: somebody has called otpi_host_wake */
};

/* From now on both signals wait to be fetched, in this thread and in those that it makes. SYSTEM:
 * nothing has changed. */
OTP_MUST_CHECK otp_status otpi_host_signals_take(struct otpi_host_signals *signals);
enum otpi_host_event { OTPI_HOST_SIGNAL, OTPI_HOST_WOKEN, OTPI_HOST_TIMEOUT };

/* Waits for one signal, for otpi_host_wake or for timeout (OTP_INFINITY: for ever). Both may have
 * come: then each is told in a call of its own. */
enum otpi_host_event otpi_host_signals_wait(struct otpi_host_signals *signals,
                                            otp_duration timeout);
/* Makes a wait return. Any thread. */
void otpi_host_wake(const struct otpi_host_signals *signals);
/* Signals are as they were before: the next one does what it does to any program. What has come
 * already is forgotten. */
void otpi_host_signals_give(struct otpi_host_signals *signals);
/* After give, when nobody can call otpi_host_wake any more. */
void otpi_host_signals_close(struct otpi_host_signals *signals);

#endif
