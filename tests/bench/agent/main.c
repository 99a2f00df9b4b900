/* main.c - a million times an agent is asked and changed at once, by one process.
 *
 * Idea: what a user gets without setting anything; what the agent computes is in its spec. The
 * answers are checked, so that none can be left out.
 */
#include "agent.otp.h"
#include "bench.h"

static void add_times(otp_dest number, int64_t first, int64_t count)
{
    for (int64_t i = first; i < first + count; i++) {
        int64_t n;
        bench_check(bench_agent_number_add(number, 1, &n) == OTP_OK && n == i, "a call went wrong");
    }
}

static void work(long n)
{
    struct bench_agent_number_options options = bench_agent_number_options_default();
    long warm_up = n / 100;
    otp_pid number;
    bench_check(bench_agent_number_start_link(&options, &number) == OTP_OK,
                "the agent does not start");
    add_times(otp_to(number), 1, warm_up);
    otp_instant begin = otp_now();
    add_times(otp_to(number), warm_up + 1, n);
    bench_emit("agent.get_and_update", n, otp_now() - begin);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 1000000, work);
}
