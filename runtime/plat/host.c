/* host.c - the environment, the output streams and the signals that ask a program to end.
 *
 * Idea: see base/host.h. A signalfd and an eventfd make signals and wake-ups two descriptors that
 * one poll waits for: no handler runs, nothing is interrupted.
 * Threads: see base/host.h.
 * Locks: none.
 * Owns: the descriptors of a struct otpi_host_signals between take and close. */
#include "base/host.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "plat/plat.h"
#include "plat/sim.h"

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

struct begin {
    void (*run)(void *arg);
    void *arg;
};

static void *begin(void *given)
{
    struct begin what = *(struct begin *)given;
    free(given);
    what.run(what.arg);
    return NULL;
}

/* Signals that ask for something are the main thread's; those of faults must not be blocked. */
static bool start_blocked(pthread_t *thread, struct begin *what)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };
    sigset_t blocked, old;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        sigdelset(&blocked, faults[i]);
    if (pthread_sigmask(SIG_BLOCK, &blocked, &old) != 0)
        return false;
    bool made = pthread_create(thread, NULL, begin, what) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL); /* it was so before */
    return made;
}

bool otpi_host_thread(void (*run)(void *arg), void *arg)
{
    pthread_t thread;
    struct begin *what = malloc(sizeof(*what));
    if (what == NULL)
        return false;
    what->run = run;
    what->arg = arg;
    if (otpi_plat_is_refused(OTPI_NEED_THREAD) || !start_blocked(&thread, what)) {
        free(what);
        return false;
    }
    (void)pthread_detach(thread); /* it can be: nobody else knows it */
    return true;
}

void otpi_host_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t size = path == NULL ? 0 : strlen(path);
    if (size < 2 || size >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(address.sun_path, path, size);
    if (path[0] == '@') /* a name that is in no file system */
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    ssize_t n = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, length);
    (void)n; /* who does not listen does not hear */
    (void)close(fd);
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

/* As poll wants it: rounded up, so that it is never early. */
static int milliseconds(otp_duration left)
{
    int64_t ms = left / OTP_MS + (left % OTP_MS > 0);
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

enum otpi_host_event otpi_host_signals_wait(struct otpi_host_signals *signals, otp_duration timeout)
{
    struct signalfd_siginfo info;
    uint64_t count;
    otp_instant begin = otpi_plat_now();
    for (;;) {
        if (read(signals->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
            return OTPI_HOST_SIGNAL;
        if (read(signals->wake_fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
            return OTPI_HOST_WOKEN;
        otp_duration gone = otpi_plat_now() - begin;
        if (timeout != OTP_INFINITY && gone >= timeout)
            return OTPI_HOST_TIMEOUT;
        struct pollfd both[2] = { { signals->signal_fd, POLLIN, 0 },
                                  { signals->wake_fd, POLLIN, 0 } };
        /* interrupted or not, what counts is what can be read */
        int limit = timeout == OTP_INFINITY ? -1 : milliseconds(timeout - gone);
        if (otpi_sim_is_on())
            limit = 0; /* others go on where it asks for the time */
        (void)poll(both, 2, limit);
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
