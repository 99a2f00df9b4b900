/* main.c - from the order to crash to the next process being ready.
 *
 * Idea: one supervisor whose child is told to crash again and again, then a thousand that take
 * turns, as peers keep lists of past restarts that grow. Events go to a hook that counts them. A
 * tenth goes first, untimed.
 */
#include <stdatomic.h>

#include "bench.h"
#include "ready.h"
#include "w7.otp.h"

enum { MANY = 1000 };

static const struct otp_layout pid_layout = { sizeof(otp_pid), 0, NULL };
const struct otp_message_type bench_ready = { .name = "ready",
                                              .message_class = OTP_CLASS_CAST,
                                              .args = &pid_layout };
otp_pid bench_starter;

static _Atomic uint64_t events;

static void count(void *context, const struct otp_log_event *event)
{
    (void)context, (void)event;
    atomic_fetch_add_explicit(&events, 1, memory_order_relaxed);
}

static otp_pid await_ready(void)
{
    const struct otp_message *message;
    bench_check(otp_receive(60 * OTP_S, &message) == OTP_OK, "no child came back");
    return *(const otp_pid *)message->args;
}

static otp_pid start_keeper(void)
{
    static const struct otp_start how = { .link = true };
    otp_pid supervisor;
    bench_check(w7_keeper_start_with(&how, &supervisor) == OTP_OK, "a supervisor does not start");
    return await_ready();
}

/* The children of n supervisors crash in turn. */
static void crash(otp_pid *children, long n, long crashes)
{
    for (long i = 0; i < crashes; i++) {
        otp_pid *child = &children[i % n];
        w7_crasher_crash(otp_to(*child));
        *child = await_ready();
    }
}

static void measure(const char *workload, otp_pid *children, long n, long crashes)
{
    crash(children, n, crashes / 10);
    otp_instant begin = otp_now();
    crash(children, n, crashes);
    bench_emit(workload, crashes, otp_now() - begin);
}

static void work(long n)
{
    static otp_pid children[MANY];
    bench_starter = otp_self();
    children[0] = start_keeper();
    measure("W7.restart_crash", children, 1, n / 5);
    for (int i = 1; i < MANY; i++)
        children[i] = start_keeper();
    measure("W7.restart_crash_1000sups", children, MANY, n);
    bench_check(atomic_load(&events) > 0, "no event was seen");
}

int main(int argc, char **argv)
{
    static const struct otp_config config = { .log = count };
    return bench_main_with(&config, argc, argv, 100000, work);
}
