/* main.c - which of what was asked for a cache still has, and what that costs.
 *
 * Idea: traces of keys, by Zipf's law (0.9, 1.1), the same with scans in between, with favourites
 * that change, circles a little larger than the cache, keys that come again soon or never; and, for
 * the time of hits and of misses, keys that are all there and keys that come once. A key is asked
 * for, and put if it was not there, in caches of 1000 and of 10000.
 * "ours" is the real cache, through its generated functions, with locks, time and copies. Others
 * are sim.h's, among them what ours does as "ours_simulated"; the same table, memory and calls for
 * all, so that their times compare. Each takes its turn three times; the shortest counts.
 * For the time with one and four clients a sim is sixteen, as ours of that size is, each under a
 * mutex: a hit of LRU and of W-TinyLFU changes a list, and the table is one of one thread.
 * The bytes are what a policy needs for an entry, beside the table: S3-FIFO has the names of those
 * that went as keys (14 bits each would do), ours_simulated has room from the beginning for half of
 * all on trial.
 * PROGRAM N TRACE POLICY uses one policy on one trace, as under callgrind, with caches of 1000.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "eviction.otp.h"
#include "sim.h"

enum { FAVOURITES = 100000, KEYS = 2000000, TURNS = 3, SHARDS = 16, LARGE = 10000 };

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

/* Three in ten are new, the others came lately, half of them within a twelfth of the cache. */
static uint32_t recent(long i, long size)
{
    static uint32_t top;
    double back = (double)size / 12;
    uint32_t distance;
    if (i == 0)
        top = 0;
    if (top < 2 || next_random() < 0.3)
        return top++ % KEYS;
    for (distance = 0; next_random() < 0.5;)
        distance += (uint32_t)back;
    distance += (uint32_t)(next_random() * back);
    return (top - 1 - (distance < top ? distance : top - 1)) % KEYS;
}

/* After a round that puts them. */
static uint32_t only_hits(long i, long size)
{
    long n = size * 9 / 10;
    return (uint32_t)(i < 4 * n ? i % n : (long)(next_random() * (double)n));
}

static uint32_t only_misses(long i, long size)
{
    (void)size;
    return (uint32_t)(i % KEYS);
}

static const struct {
    const char *name;
    int tenths;
    uint32_t (*key)(long i, long size);
} traces[] = {
    { "zipf09", 9, plain },       { "zipf11", 11, plain },         { "scan09", 9, with_scans },
    { "scan11", 11, with_scans }, { "change09", 9, with_changes }, { "change11", 11, with_changes },
    { "circle", 9, circle },      { "recent", 9, recent },         { "hits", 9, only_hits },
    { "misses", 9, only_misses },
};

/* -- ours -- */

static otp_dest begin_ours(long size)
{
    otp_pid pid;
    otp_status status = size == LARGE ? eviction_large_start_with(NULL, &pid)
                                      : eviction_small_start_with(NULL, &pid);
    bench_check(status == OTP_OK, "the cache does not start");
    return otp_to(pid);
}

static void end_ours(otp_dest cache)
{
    bench_check(otp_stop_process(cache, otp_normal(), OTP_S) == OTP_OK, "it does not stop");
}

static bool use_small(otp_dest cache, uint64_t key)
{
    uint64_t value;
    otp_status status = eviction_small_get(cache, key, &value);
    if (status == OTP_OK)
        return true;
    bench_check(status == OTP_NOT_FOUND && eviction_small_put(cache, key, 1) == OTP_OK,
                "the cache fails");
    return false;
}

static bool use_large(otp_dest cache, uint64_t key)
{
    uint64_t value;
    otp_status status = eviction_large_get(cache, key, &value);
    if (status == OTP_OK)
        return true;
    bench_check(status == OTP_NOT_FOUND && eviction_large_put(cache, key, 1) == OTP_OK,
                "the cache fails");
    return false;
}

/* -- one client -- */

static const struct sim_policy *const policies[] = {
    NULL, /* ours */
    &sim_trial, &sim_lru, &sim_sieve, &sim_s3_fifo, &sim_w_tinylfu,
};

enum { POLICIES = sizeof(policies) / sizeof(policies[0]) };

static const char *name_of(size_t policy)
{
    return policies[policy] == NULL ? "ours" : policies[policy]->name;
}

struct result {
    long hits;
    otp_duration took;
};

static struct result run_ours(const uint32_t *trace, long n, long size)
{
    struct result result = { 0, 0 };
    otp_dest cache = begin_ours(size);
    otp_instant begin = otp_now();
    for (long i = 0; i < n; i++)
        result.hits += size == LARGE ? use_large(cache, trace[i]) : use_small(cache, trace[i]);
    result.took = otp_now() - begin;
    end_ours(cache);
    return result;
}

static struct result run(const struct sim_policy *policy, const uint32_t *trace, long n, long size)
{
    struct result result = { 0, 0 };
    struct sim sim;
    otp_instant begin;
    if (policy == NULL)
        return run_ours(trace, n, size);
    sim_begin(&sim, policy, (uint32_t)size);
    begin = otp_now();
    for (long i = 0; i < n; i++)
        result.hits += sim_use(&sim, trace[i]);
    result.took = otp_now() - begin;
    sim_end(&sim);
    return result;
}

static void compare(const char *name, const uint32_t *trace, long n, long size)
{
    struct result best[POLICIES];
    for (int turn = 0; turn < TURNS; turn++)
        for (size_t i = 0; i < POLICIES; i++) {
            struct result result = run(policies[i], trace, n, size);
            if (turn == 0 || result.took < best[i].took)
                best[i] = result;
        }
    for (size_t i = 0; i < POLICIES; i++) {
        char text[64];
        snprintf(text, sizeof(text), "eviction.%s_%ld_%s", name, size, name_of(i));
        bench_emit_rate(text, n, best[i].took, (double)best[i].hits / (double)n);
    }
}

/* -- one client and four -- */

struct shard {
    _Alignas(64) pthread_mutex_t lock;
    struct sim sim;
};

struct shared {
    const uint32_t *trace;
    long n;
    bool ours;
    otp_dest cache;
    struct shard shards[SHARDS];
};

static void use_shared(const void *model, uint64_t seed, long count)
{
    struct shared *shared = *(struct shared *const *)model;
    for (long i = 0; i < count; i++) {
        uint64_t key = shared->trace[(seed + (uint64_t)i) % (uint64_t)shared->n];
        struct shard *shard = &shared->shards[sim_hash(key, 2) % SHARDS];
        if (shared->ours) {
            (void)use_large(shared->cache, key);
            continue;
        }
        pthread_mutex_lock(&shard->lock);
        (void)sim_use(&shard->sim, key);
        pthread_mutex_unlock(&shard->lock);
    }
}

static void share(const char *name, size_t policy, const uint32_t *trace, long n)
{
    static struct shared shared;
    struct shared *model = &shared;
    char text[64];
    shared = (struct shared){ .trace = trace, .n = n, .ours = policies[policy] == NULL };
    if (shared.ours)
        shared.cache = begin_ours(LARGE);
    for (int i = 0; i < SHARDS && !shared.ours; i++) {
        pthread_mutex_init(&shared.shards[i].lock, NULL);
        sim_begin(&shared.shards[i].sim, policies[policy], LARGE / SHARDS);
    }
    snprintf(text, sizeof(text), "eviction.clients_%s_%s", name, name_of(policy));
    bench_clients(text, use_shared, &model, n);
    for (int i = 0; i < SHARDS && !shared.ours; i++)
        sim_end(&shared.shards[i].sim);
    if (shared.ours)
        end_ours(shared.cache);
}

/* -- memory -- */

static uint64_t bytes_of(otp_dest cache)
{
    struct otp_cache_statistics statistics;
    bench_check(eviction_large_statistics(cache, &statistics) == OTP_OK, "it does not count");
    return statistics.memory;
}

/* A byte for each place of a bucket, of which five are taken, and what there is more when others
 * have taken the place of all. */
static double our_bytes(void)
{
    otp_dest cache = begin_ours(LARGE);
    uint64_t before;
    for (uint64_t i = 0; i < LARGE; i++)
        (void)use_large(cache, i);
    before = bytes_of(cache);
    for (uint64_t i = 0; i < LARGE; i++)
        (void)use_large(cache, LARGE + i);
    before = bytes_of(cache) - before;
    end_ours(cache);
    return 8.0 / 5 + (double)before / LARGE;
}

static double sim_bytes(const struct sim_policy *policy)
{
    struct sim sim;
    sim_begin(&sim, policy, LARGE);
    for (uint64_t i = 0; i < 2 * LARGE; i++)
        (void)sim_use(&sim, i);
    sim_end(&sim);
    return (double)sim.bytes / LARGE;
}

static void weigh(size_t policy)
{
    otp_instant begin = otp_now();
    double bytes = policies[policy] == NULL ? our_bytes() : sim_bytes(policies[policy]);
    char text[64];
    snprintf(text, sizeof(text), "eviction.memory_%s", name_of(policy));
    bench_emit_bytes(text, 2 * LARGE, otp_now() - begin, bytes);
}

enum { TRACES = sizeof(traces) / sizeof(traces[0]) };

static void make_trace(size_t which, uint32_t *trace, long n, long size)
{
    use_zipf(traces[which].tenths);
    for (long i = 0; i < n; i++)
        trace[i] = traces[which].key(i, size);
}

static const char *only_trace, *only_policy;

static void one_only(uint32_t *trace, long n)
{
    for (size_t t = 0; t < TRACES; t++)
        if (strcmp(traces[t].name, only_trace) == 0)
            make_trace(t, trace, n, 1000);
    for (size_t i = 0; i < POLICIES; i++)
        if (strcmp(name_of(i), only_policy) == 0)
            (void)run(policies[i], trace, n, 1000);
}

static void all(uint32_t *trace, long n)
{
    static const long sizes[] = { 1000, LARGE };
    for (size_t t = 0; t < TRACES; t++)
        for (size_t s = 0; s < 2; s++) {
            make_trace(t, trace, n, sizes[s]);
            compare(traces[t].name, trace, n, sizes[s]);
        }
    for (size_t t = 0; t < TRACES; t++) {
        if (strcmp(traces[t].name, "zipf09") != 0 && strcmp(traces[t].name, "hits") != 0)
            continue;
        make_trace(t, trace, n, LARGE);
        for (size_t i = 0; i < POLICIES; i++)
            share(traces[t].name, i, trace, n);
    }
    for (size_t i = 0; i < POLICIES; i++)
        weigh(i);
}

static void work(long n)
{
    uint32_t *trace = calloc((size_t)n, sizeof(*trace));
    bench_check(trace != NULL, "no memory");
    if (only_policy != NULL)
        one_only(trace, n);
    else
        all(trace, n);
    free(trace);
}

int main(int argc, char **argv)
{
    if (argc == 4) {
        only_trace = argv[2];
        only_policy = argv[3];
    }
    return bench_main(argc, argv, 1000000, work);
}
