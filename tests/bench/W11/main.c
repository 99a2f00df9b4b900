/* main.c - a stream of tasks over a hundred thousand numbers, ten or a hundred at once.
 *
 * Idea: the sum of the results is checked, and in order each of them. A tenth of each goes first,
 * untimed.
 */
#include <stdio.h>

#include "bench.h"
#include "w11.otp.h"

/* The inputs: from 1 on. */
struct numbers {
    int64_t next, last;
};

static otp_status give(void *context, struct w11_next_args *args)
{
    struct numbers *numbers = context;
    if (numbers->next > numbers->last)
        return OTP_NOT_FOUND;
    args->n = numbers->next++;
    return OTP_OK;
}

static void stream(const struct otp_stream_options *options, int64_t n)
{
    struct numbers numbers = { 1, n };
    struct otp_stream *results;
    int64_t sum = 0, value;
    otp_status status;
    bench_check(w11_next_stream(options, give, &numbers, &results) == OTP_OK,
                "the stream does not open");
    for (int64_t i = 1; (status = w11_next_stream_next(results, &value)) == OTP_OK; i++) {
        bench_check(options->unordered || value == i + 1, "a result is not in its place");
        sum += value;
    }
    bench_check(status == OTP_NOT_FOUND && sum == n * (n + 3) / 2, "results are missing");
    otp_stream_close(results);
}

static void measure(long n, uint32_t at_once, bool unordered)
{
    struct otp_stream_options options = otp_stream_defaults();
    char name[64];
    options.max_concurrency = at_once;
    options.unordered = unordered;
    stream(&options, n / 10);
    otp_instant begin = otp_now();
    stream(&options, n);
    otp_duration took = otp_now() - begin;
    (void)snprintf(name, sizeof(name), "W11.async_stream_%u_%s", (unsigned)at_once,
                   unordered ? "unordered" : "ordered");
    bench_emit(name, n, took);
}

static void work(long n)
{
    measure(n, 10, false);
    measure(n, 100, false);
    measure(n, 100, true);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 100000, work);
}
