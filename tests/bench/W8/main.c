/* main.c - a cache of a hundred thousand numbers, read by one process and by four, alone and with
 * one write in ten, where it is and through its process; its memory; a sweep of all.
 *
 * Idea: keys in the order of the peers' generator. Memory is what the program has resident with the
 * entries less what it had before; sweeping is by entry, all of which have expired.
 */
#include "bench.h"
#include "w8.otp.h"

static uint64_t n_keys;

typedef otp_status reader(otp_dest cache, uint64_t key, uint64_t *value);
typedef otp_status writer(otp_dest cache, uint64_t key, uint64_t value);

struct client {
    otp_dest cache;
    reader *get;
    writer *put; /* NULL: reads only */
};

static void use(const void *model, uint64_t x, long count)
{
    const struct client *client = model;
    uint64_t value;
    for (long i = 0; i < count; i++) {
        x = (x * 1103515245 + 12345) & 0x7fffffff;
        uint64_t key = (x >> 8) % n_keys;
        if (client->put != NULL && x % 10 == 0)
            bench_check(client->put(client->cache, key, (uint64_t)i) == OTP_OK, "not put");
        else
            bench_check(client->get(client->cache, key, &value) == OTP_OK, "not found");
    }
}

static void fill(otp_dest cache, writer *put, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        bench_check(put(cache, i, i) == OTP_OK, "not put");
}

static void measure_all(long n)
{
    struct client exact = { otp_to(otp_no_pid()), w8_exact_get, NULL };
    struct client cheap = { otp_to(otp_no_pid()), w8_cheap_get, NULL };
    struct client asked = { otp_to(otp_no_pid()), w8_asked_get, w8_asked_put };
    otp_pid pid;
    bench_check(w8_exact_start(&pid) == OTP_OK, "the cache does not start");
    exact.cache = otp_to(pid);
    fill(exact.cache, w8_exact_put, n_keys);
    bench_clients("W8.direct_read", use, &exact, n);
    exact.put = w8_exact_put;
    bench_clients("W8.direct_90_10", use, &exact, n);
    bench_check(w8_cheap_start(&pid) == OTP_OK, "the cache does not start");
    cheap.cache = otp_to(pid);
    fill(cheap.cache, w8_cheap_put, n_keys);
    bench_clients("W8.direct_read_stale", use, &cheap, n);
    cheap.put = w8_cheap_put;
    bench_clients("W8.direct_90_10_stale", use, &cheap, n);
    bench_check(w8_asked_start(&pid) == OTP_OK, "the cache does not start");
    asked.cache = otp_to(pid);
    fill(asked.cache, w8_asked_put, n_keys);
    bench_clients("W8.call_90_10", use, &asked, n / 4);
}

static void measure_big(long n)
{
    otp_pid pid;
    otp_dest cache;
    size_t left = 1;
    bench_check(w8_exact_start_with(NULL, &pid) == OTP_OK, "the cache does not start");
    cache = otp_to(pid);
    long before = bench_status_kb("VmRSS");
    otp_instant begin = otp_now();
    for (uint64_t i = 0; i < (uint64_t)n; i++)
        bench_check(w8_exact_put_with(cache, i, i, 0) == OTP_OK, "not put");
    otp_duration took = otp_now() - begin;
    double bytes = (double)(bench_status_kb("VmRSS") - before) * 1024 / (double)n;
    bench_emit_memory("W8.put_new_keys", n, took, bytes);
    begin = otp_now();
    bench_check(w8_exact_sweep(cache) == OTP_OK, "not swept");
    bench_emit("W8.sweep", n, otp_now() - begin);
    bench_check(w8_exact_count(cache, &left) == OTP_OK && left == 0, "something is left");
}

static void work(long n)
{
    n_keys = n >= 1000000 ? 100000 : (uint64_t)n / 10;
    measure_all(n);
    measure_big(n / 4);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 4000000, work);
}
