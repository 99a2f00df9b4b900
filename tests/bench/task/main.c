/* main.c - a million tasks, one after the other: started with a link, and awaited.
 *
 * Idea: default timeout and everything else. The results are checked, so that none can be left out.
 */
#include "bench.h"
#include "task.otp.h"

static void await_times(int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        otp_task task;
        int64_t n;
        bench_check(bench_task_same_async(i, &task) == OTP_OK, "a task does not start");
        bench_check(bench_task_same_await(&task, &n) == OTP_OK && n == i, "a task went wrong");
    }
}

static void work(long n)
{
    await_times(n / 10);
    otp_instant begin = otp_now();
    await_times(n);
    bench_emit("task.async_await", n, otp_now() - begin);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 1000000, work);
}
