/* main.c - a million idle genservers with a small state: their memory, and that they answer.
 *
 * Idea: what the whole program has resident afterwards less what it had before, so that nothing
 * that belongs to a process can be missed. The time is that of starting them, with the kernel's
 * share for memory that is touched for the first time, in the peers too.
 */
#include <stdlib.h>

#include "bench.h"
#include "w6.otp.h"

static void work(long n)
{
    struct w6_counter_options options = w6_counter_options_default();
    otp_pid *pids = calloc((size_t)n, sizeof *pids);
    bench_check(pids != NULL, "no memory");
    for (long i = 0; i < n; i++)
        pids[i].bits = 1; /* touched: not to be counted as theirs */
    long before = bench_status_kb("VmRSS");
    otp_instant begin = otp_now();
    for (long i = 0; i < n; i++)
        bench_check(w6_counter_start(&options, &pids[i]) == OTP_OK, "a server does not start");
    otp_duration took = otp_now() - begin;
    double bytes = (double)(bench_status_kb("VmRSS") - before) * 1024 / (double)n;
    for (long i = 0; i < n; i++) {
        int64_t got;
        bench_check(w6_counter_bump(otp_to(pids[i]), &got) == OTP_OK && got == 1, "a wrong answer");
    }
    bench_emit_memory("W6.memory_gen_server", n, took, bytes);
    free(pids);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 1000000, work);
}
