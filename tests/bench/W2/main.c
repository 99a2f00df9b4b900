/* main.c - casts from one process to another, until the last one is handled.
 *
 * Idea: a first pass of the same size touches the memory that a full mailbox takes, so that the
 * timed one does not measure the kernel. The call at the end waits for all casts and checks that
 * none was lost.
 */
#include "bench.h"
#include "w2.otp.h"

static void pass(otp_dest counter, long n, int64_t sum)
{
    int64_t got;
    for (long i = 0; i < n; i++)
        w2_counter_add(counter, 1);
    bench_check(w2_counter_get_within(counter, OTP_INFINITY, &got) == OTP_OK && got == sum,
                "casts were lost");
}

static void work(long n)
{
    struct w2_counter_options options = w2_counter_options_default();
    otp_pid counter;
    bench_check(w2_counter_start_link(&options, &counter) == OTP_OK, "the counter does not start");
    pass(otp_to(counter), n, n);
    otp_instant begin = otp_now();
    pass(otp_to(counter), n, 2 * n);
    bench_emit("W2.cast_throughput", n, otp_now() - begin);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 5000000, work);
}
