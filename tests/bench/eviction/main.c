/* main.c - which of what was asked for a cache still has: ours beside simulated policies.
 *
 * Idea: traces of keys, by Zipf's law (0.9, 1.1), the same with scans in between, with favourites
 * that change, and circles a little larger than the cache; for caches of 1000 and of 10000. Ours is
 * the real one, through its generated functions: a get, and a put if it missed. The time of ours is
 * that of these; that of the others is of a simulation, which knows no threads.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "eviction.otp.h"
#include "policies.h"

enum { FAVOURITES = 100000 };

static uint64_t state = 88172645463325252u;

static double next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * (1.0 / 9007199254740992.0);
}

/* -- traces -- */

static double sums[FAVOURITES];

/* x to the power of -tenths/10, without the library of mathematics. *root is the tenth root of the
 * whole number before. */
static double power(double x, int tenths, double *root)
{
    double product = 1;
    for (int i = 0; i < 6; i++) { /* Newton */
        double r9 = 1;
        for (int k = 0; k < 9; k++)
            r9 *= *root;
        *root -= (r9 * *root - x) / (10 * r9);
    }
    for (int i = 0; i < tenths; i++)
        product /= *root;
    return product;
}

static void use_zipf(int tenths)
{
    double sum = 0, root = 1;
    for (int i = 0; i < FAVOURITES; i++)
        sums[i] = sum += power(i + 1, tenths, &root);
    for (int i = 0; i < FAVOURITES; i++)
        sums[i] /= sum;
}

static uint32_t zipf(void)
{
    double x = next_random();
    uint32_t low = 0, high = FAVOURITES - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (sums[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t plain(long i, long size)
{
    (void)i, (void)size;
    return zipf();
}

/* One part in five is of keys that come once. */
static uint32_t with_scans(long i, long size)
{
    if (i / (size / 2) % 5 == 4)
        return (uint32_t)(FAVOURITES + i % (KEYS - FAVOURITES));
    return zipf();
}

static uint32_t with_changes(long i, long size)
{
    return (uint32_t)((zipf() + i / (20 * size) * 37) % FAVOURITES);
}

static uint32_t circle(long i, long size)
{
    return (uint32_t)(i % (size + size / 10));
}

static const struct {
    const char *name;
    int tenths;
    uint32_t (*key)(long i, long size);
} traces[] = {
    { "zipf09", 9, plain },         { "zipf11", 11, plain },
    { "scan09", 9, with_scans },    { "scan11", 11, with_scans },
    { "change09", 9, with_changes }, { "change11", 11, with_changes },
    { "circle", 9, circle },
};

/* -- ours -- */

static long ours(const uint32_t *trace, long n, long size)
{
    otp_pid pid;
    otp_status status = size == 1000 ? eviction_small_start_with(NULL, &pid)
                                     : eviction_large_start_with(NULL, &pid);
    long hits = 0;
    bench_check(status == OTP_OK, "the cache does not start");
    otp_dest cache = otp_to(pid);
    for (long i = 0; i < n; i++) {
        uint64_t value;
        if (size == 1000)
            status = eviction_small_get(cache, trace[i], &value);
        else
            status = eviction_large_get(cache, trace[i], &value);
        hits += status == OTP_OK;
        if (status == OTP_NOT_FOUND)
            status = size == 1000 ? eviction_small_put(cache, trace[i], 1)
                                  : eviction_large_put(cache, trace[i], 1);
        bench_check(status == OTP_OK, "the cache fails");
    }
    bench_check(otp_stop_process(cache, otp_normal(), OTP_S) == OTP_OK, "it does not stop");
    return hits;
}

static const struct {
    const char *name;
    policy *run;
} policies[] = {
    { "ours", ours },
    { "lru", policy_lru },
    { "sieve", policy_sieve },
    { "s3_fifo", policy_s3_fifo },
    { "w_tinylfu", policy_w_tinylfu },
};

static void compare(const char *name, const uint32_t *trace, long n, long size)
{
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        char text[64];
        otp_instant begin = otp_now();
        long hits = policies[i].run(trace, n, size);
        snprintf(text, sizeof(text), "eviction.%s_%ld_%s", name, size, policies[i].name);
        bench_emit_rate(text, n, otp_now() - begin, (double)hits / (double)n);
    }
}

static void work(long n)
{
    static const long sizes[] = { 1000, 10000 };
    uint32_t *trace = malloc((size_t)n * sizeof(*trace));
    bench_check(trace != NULL, "no memory");
    for (size_t t = 0; t < sizeof(traces) / sizeof(traces[0]); t++) {
        use_zipf(traces[t].tenths);
        for (size_t s = 0; s < 2; s++) {
            for (long i = 0; i < n; i++)
                trace[i] = traces[t].key(i, sizes[s]);
            compare(traces[t].name, trace, n, sizes[s]);
        }
    }
    free(trace);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 1000000, work);
}
