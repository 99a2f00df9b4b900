/* host.c - the environment, the output streams and the signals that ask a program to end.
 *
 * Idea: see base/host.h. A signalfd and an eventfd make signals and wake-ups two descriptors that
 * one poll waits for: no handler runs, nothing is interrupted.
 * Threads: see base/host.h.
 * Locks: none.
 * Owns: the descriptors of a struct otpi_host_signals between take and close. */
#include "base/host.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

const char *otpi_host_environment(const char *name)
{
    return getenv(name);
}

bool otpi_host_print(bool error, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = write(error ? STDERR_FILENO : STDOUT_FILENO, text, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        size -= (size_t)n;
    }
    return true;
}

otp_status otpi_host_signals_take(struct otpi_host_signals *signals)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signals->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals->signal_fd < 0)
        return OTP_SYSTEM;
    signals->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signals->wake_fd < 0 || pthread_sigmask(SIG_BLOCK, &set, &signals->old) != 0) {
        if (signals->wake_fd >= 0)
            (void)close(signals->wake_fd);
        (void)close(signals->signal_fd);
        return OTP_SYSTEM;
    }
    return OTP_OK;
}

bool otpi_host_signals_wait(struct otpi_host_signals *signals)
{
    struct signalfd_siginfo info;
    uint64_t count;
    for (;;) {
        if (read(signals->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
            return true;
        if (read(signals->wake_fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
            return false;
        struct pollfd both[2] = { { signals->signal_fd, POLLIN, 0 },
                                  { signals->wake_fd, POLLIN, 0 } };
        (void)poll(both, 2, -1); /* interrupted or not, what counts is what can be read */
    }
}

void otpi_host_wake(const struct otpi_host_signals *signals)
{
    uint64_t one = 1;
    ssize_t n;
    do {
        n = write(signals->wake_fd, &one, sizeof(one));
    } while (n < 0 && errno == EINTR); /* it cannot be full: a wait resets it */
}

void otpi_host_signals_give(struct otpi_host_signals *signals)
{
    struct signalfd_siginfo info;
    bool more = true;
    while (more) /* what came too late to be waited for */
        more = read(signals->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
    (void)pthread_sigmask(SIG_SETMASK, &signals->old, NULL); /* the arguments are good */
}

void otpi_host_signals_close(struct otpi_host_signals *signals)
{
    (void)close(signals->signal_fd);
    (void)close(signals->wake_fd);
}
