/* same.c - the task: its result is what it was given. */
#include "bench_task_same_impl.h"

otp_next bench_task_same_run(otp_from from, int64_t n)
{
    return bench_task_same_reply(from, n);
}
