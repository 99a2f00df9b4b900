/* main.c - a million calls from one process to another through the generated functions.
 *
 * Idea: what a user gets without setting anything: default timeout, workers and log. The calls are
 * checked, so that none can be left out. One JSON line: the figures of the timed part, and the peak
 * memory of the whole program.
 */
#include "w1.otp.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

enum { WARM_UP = 10000, CALLS = 1000000 };

static sem_t done;        /* posted by the process that calls, awaited by main */
static otp_duration took; /* written before that, read after it */

static void fail(const char *what)
{
    fprintf(stderr, "W1: %s\n", what);
    exit(1);
}

static void call_times(otp_dest counter, int64_t first, int64_t count)
{
    for (int64_t i = first; i < first + count; i++) {
        int64_t n;
        if (w1_counter_bump(counter, &n) != OTP_OK || n != i)
            fail("a call went wrong");
    }
}

static void run(void *context)
{
    struct w1_counter_options options = w1_counter_options_default();
    otp_pid counter;
    (void)context;
    if (w1_counter_start_link(&options, &counter) != OTP_OK)
        fail("the counter does not start");
    call_times(otp_to(counter), 1, WARM_UP);
    otp_instant begin = otp_now();
    call_times(otp_to(counter), WARM_UP + 1, CALLS);
    took = otp_now() - begin;
    if (sem_post(&done) != 0)
        fail("sem_post");
}

/* Peak resident memory; 0 where the kernel does not tell. */
static long peak_rss_kb(void)
{
    char line[256];
    long kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof(line), status) != NULL)
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (status != NULL)
        fclose(status);
    return kb;
}

int main(void)
{
    otp_pid caller;
    if (sem_init(&done, 0, 0) != 0 || otp_runtime_start(NULL) != OTP_OK ||
        otp_spawn(run, NULL, NULL, &caller) != OTP_OK)
        fail("the runtime does not start");
    while (sem_wait(&done) != 0)
        continue;
    printf("{\"workload\":\"W1.call_roundtrip\",\"peer\":\"otpc\",\"n\":%d,\"ns_per_op\":%.3f,"
           "\"ops_per_s\":%.0f,\"peak_rss_kb\":%ld}\n",
           CALLS, (double)took / CALLS, CALLS * 1e9 / (double)took, peak_rss_kb());
    return otp_runtime_stop() == OTP_OK ? 0 : 1;
}
