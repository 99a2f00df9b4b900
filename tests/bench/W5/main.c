/* main.c - plain processes and genservers are started and end, in six ways.
 *
 * Idea: raw_seq starts a process and waits for its one message; raw_batch1000 starts a thousand
 * and waits for a thousand; raw_nowait does not wait for anything. A genserver is started with a
 * link and stopped, which waits for its end: by its starter, or by a supervisor as a temporary
 * child, static or dynamic. A tenth of each goes first, untimed.
 */
#include "bench.h"
#include "w5.otp.h"

enum { BATCH = 1000 };

static const struct otp_message_type done = { .name = "done", .message_class = OTP_CLASS_INFO };

static void tell(void *starter)
{
    otp_cast(otp_to(*(const otp_pid *)starter), &done, NULL);
}

static void nothing(void *context)
{
    (void)context;
}

static void spawn(void (*run)(void *arg), otp_pid *self)
{
    otp_pid pid;
    bench_check(otp_spawn(run, self, NULL, &pid) == OTP_OK, "a process does not start");
}

static void raw_seq(long n, otp_pid *self)
{
    for (long i = 0; i < n; i++) {
        spawn(tell, self);
        bench_collect(1);
    }
}

static void raw_batch(long n, otp_pid *self)
{
    for (long i = 0; i < n; i += BATCH) {
        for (int k = 0; k < BATCH; k++)
            spawn(tell, self);
        bench_collect(BATCH);
    }
}

static void raw_nowait(long n, otp_pid *self)
{
    for (long i = 0; i < n; i++)
        spawn(nothing, self);
}

static void start_stop(long n, otp_pid *self)
{
    struct w5_counter_options options = w5_counter_options_default();
    (void)self;
    for (long i = 0; i < n; i++) {
        otp_pid pid;
        bench_check(w5_counter_start_link(&options, &pid) == OTP_OK, "a server does not start");
        bench_check(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY) == OTP_OK,
                    "a server does not stop");
    }
}

static void supervised(long n, otp_pid *supervisor)
{
    struct w5_counter_options options = w5_counter_options_default();
    struct otp_child child = w5_counter_child_spec(&options);
    child.restart = OTP_TEMPORARY;
    for (long i = 0; i < n; i++) {
        otp_pid pid;
        bench_check(otp_start_child(otp_to(*supervisor), &child, &pid) == OTP_OK,
                    "a child does not start");
        bench_check(otp_terminate_child(otp_to(*supervisor), child.id) == OTP_OK,
                    "a child does not stop");
    }
}

static void dynamic(long n, otp_pid *supervisor)
{
    for (long i = 0; i < n; i++) {
        otp_pid pid;
        bench_check(w5_counters_start_child(otp_to(*supervisor), &pid) == OTP_OK,
                    "a dynamic child does not start");
        bench_check(otp_terminate_child_by_pid(otp_to(*supervisor), pid) == OTP_OK,
                    "a dynamic child does not stop");
    }
}

static void measure(const char *workload, void (*way)(long n, otp_pid *pid), long n, otp_pid *pid)
{
    way(n / 10, pid);
    otp_instant begin = otp_now();
    way(n, pid);
    bench_emit(workload, n, otp_now() - begin);
}

static void work(long n)
{
    otp_pid self = otp_self(), supervisor, counters;
    bench_check(w5_main_start_link(&supervisor) == OTP_OK &&
                    w5_counters_start_link(&counters) == OTP_OK,
                "a supervisor does not start");
    measure("W5.spawn_raw_seq", raw_seq, n, &self);
    measure("W5.spawn_raw_batch1000", raw_batch, n, &self);
    measure("W5.spawn_raw_nowait", raw_nowait, n, &self);
    measure("W5.gen_server_start_stop_nosup", start_stop, n / 5, &self);
    measure("W5.gen_server_start_stop_sup", supervised, n / 10, &supervisor);
    measure("W5.dynamic_child_start_stop", dynamic, n / 10, &counters);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 1000000, work);
}
