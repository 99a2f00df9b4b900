/* main.c - a million calls from one process to another through the generated functions.
 *
 * Idea: what a user gets without setting anything: default timeout, workers and log. The calls are
 * checked, so that none can be left out.
 */
#include "bench.h"
#include "w1.otp.h"

static void call_times(otp_dest counter, int64_t first, int64_t count)
{
    for (int64_t i = first; i < first + count; i++) {
        int64_t n;
        bench_check(w1_counter_bump(counter, &n) == OTP_OK && n == i, "a call went wrong");
    }
}

static void work(long n)
{
    struct w1_counter_options options = w1_counter_options_default();
    long warm_up = n / 100;
    otp_pid counter;
    bench_check(w1_counter_start_link(&options, &counter) == OTP_OK, "the counter does not start");
    call_times(otp_to(counter), 1, warm_up);
    otp_instant begin = otp_now();
    call_times(otp_to(counter), warm_up + 1, n);
    bench_emit("W1.call_roundtrip", n, otp_now() - begin);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 1000000, work);
}
