/* main.c - calls and casts with 1e3, 1e5 and 1e6 idle processes alive, and with 1e4 parked fibers.
 *
 * Idea: one server and one caller, the same each time; whatever else lives must not show. n is the
 * most idle processes; parked are n / 100 processes that wait in a call. Each line is a call or a
 * cast (a thousand casts, then a call that waits for them).
 */
#include <stdio.h>

#include "bench.h"
#include "scale.otp.h"

enum { OPS = 300000, CASTS = 1000 };

static otp_pid counter;

static void call_times(long count)
{
    for (long i = 0; i < count; i++) {
        int64_t n;
        bench_check(scale_counter_bump(otp_to(counter), &n) == OTP_OK, "a call went wrong");
    }
}

static void cast_times(long count)
{
    for (long i = 0; i < count; i++) {
        if (i % CASTS == 0)
            call_times(1);
        scale_counter_add(otp_to(counter), 1);
    }
    call_times(1);
}

static void measure(const char *what, void (*way)(long count), const char *among, long alive)
{
    char name[64];
    way(OPS / 10);
    otp_instant begin = otp_now();
    way(OPS);
    otp_duration took = otp_now() - begin;
    (void)snprintf(name, sizeof(name), "scale.%s_%ld_%s", what, alive, among);
    bench_emit(name, OPS, took);
}

static void wait_for_ever(void *dest)
{
    int64_t n;
    otp_must(scale_counter_forever_within(otp_to(*(const otp_pid *)dest), OTP_INFINITY, &n));
}

static void start_idle(long count)
{
    struct scale_counter_options options = scale_counter_options_default();
    otp_pid pid;
    while (count-- > 0)
        bench_check(scale_counter_start(&options, &pid) == OTP_OK, "a server does not start");
}

static void start_parked(long count, otp_pid *server)
{
    otp_pid pid;
    while (count-- > 0)
        bench_check(otp_spawn(wait_for_ever, server, NULL, &pid) == OTP_OK,
                    "a caller does not start");
}

static void work(long n)
{
    struct scale_counter_options options = scale_counter_options_default();
    static otp_pid silent;
    long alive = 0;
    bench_check(scale_counter_start(&options, &counter) == OTP_OK &&
                    scale_counter_start(&options, &silent) == OTP_OK,
                "the servers do not start");
    for (long wanted = n / 1000; wanted <= n; wanted *= wanted == n / 1000 ? 100 : 10) {
        start_idle(wanted - alive);
        alive = wanted;
        measure("call", call_times, "idle", alive);
        measure("cast", cast_times, "idle", alive);
    }
    start_parked(n / 100, &silent);
    measure("call", call_times, "parked", n / 100);
    measure("cast", cast_times, "parked", n / 100);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 1000000, work);
}
