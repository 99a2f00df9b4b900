/* sum.c - task sum of package jobs: fork and join. */
#include "jobs_sum_impl.h"

otp_next jobs_sum_run(otp_from from, const uint64_t *numbers, size_t numbers_count)
{
    size_t half = numbers_count / 2;
    otp_task tasks[2];
    uint64_t sums[2];
    if (numbers_count < 2)
        return jobs_sum_reply(from, numbers_count == 0 ? 0 : numbers[0]);
    otp_must(jobs_sum_async(numbers, half, &tasks[0]));
    otp_must(jobs_sum_async(numbers + half, numbers_count - half, &tasks[1]));
    otp_must(jobs_sum_await_many(tasks, 2, OTP_INFINITY, sums));
    return jobs_sum_reply(from, sums[0] + sums[1]);
}
