/* main.c - a cache of a hundred thousand numbers, read by one process and by four, alone and with
 * one write in ten, where it is and through its process; its memory; a sweep of all.
 *
 * Idea: keys in the order of the peers' generator. Memory is what the program has resident with the
 * entries less what it had before; sweeping is by entry, all of which have expired.
 */
#include <stdio.h>

#include "bench.h"
#include "w8.otp.h"

enum { MOST_CLIENTS = 4 };

static const struct otp_message_type done = { .name = "done", .message_class = OTP_CLASS_INFO };

static otp_pid main_pid;
static uint64_t n_keys;

typedef otp_status reader(otp_dest cache, uint64_t key, uint64_t *value);
typedef otp_status writer(otp_dest cache, uint64_t key, uint64_t value);

struct client {
    otp_dest cache;
    reader *get;
    writer *put; /* NULL: reads only */
    uint64_t seed;
    long count;
};

static void use(void *context)
{
    const struct client *client = context;
    uint64_t x = client->seed, value;
    for (long i = 0; i < client->count; i++) {
        x = (x * 1103515245 + 12345) & 0x7fffffff;
        uint64_t key = (x >> 8) % n_keys;
        if (client->put != NULL && x % 10 == 0)
            bench_check(client->put(client->cache, key, (uint64_t)i) == OTP_OK, "not put");
        else
            bench_check(client->get(client->cache, key, &value) == OTP_OK, "not found");
    }
    otp_cast(otp_to(main_pid), &done, NULL);
}

static otp_duration use_by(const struct client *model, long clients, long n)
{
    static struct client all[MOST_CLIENTS];
    otp_instant begin = otp_now();
    for (long i = 0; i < clients; i++) {
        otp_pid pid;
        all[i] = *model;
        all[i].seed = (uint64_t)(i + 1) * 7919;
        all[i].count = n / clients;
        bench_check(otp_spawn(use, &all[i], NULL, &pid) == OTP_OK, "a process does not start");
    }
    bench_collect(clients);
    return otp_now() - begin;
}

/* A tenth goes first, untimed. */
static void measure(const char *name, const struct client *model, long n)
{
    static const long clients[] = { 1, MOST_CLIENTS };
    for (size_t i = 0; i < 2; i++) {
        char text[64];
        snprintf(text, sizeof(text), "W8.%s_c%ld", name, clients[i]);
        (void)use_by(model, clients[i], n / 10);
        bench_emit(text, n, use_by(model, clients[i], n));
    }
}

static void fill(otp_dest cache, writer *put, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        bench_check(put(cache, i, i) == OTP_OK, "not put");
}

static void measure_all(long n)
{
    struct client exact = { otp_to(otp_no_pid()), w8_exact_get, NULL, 0, 0 };
    struct client cheap = { otp_to(otp_no_pid()), w8_cheap_get, NULL, 0, 0 };
    struct client asked = { otp_to(otp_no_pid()), w8_asked_get, w8_asked_put, 0, 0 };
    otp_pid pid;
    bench_check(w8_exact_start(&pid) == OTP_OK, "the cache does not start");
    exact.cache = otp_to(pid);
    fill(exact.cache, w8_exact_put, n_keys);
    measure("direct_read", &exact, n);
    exact.put = w8_exact_put;
    measure("direct_90_10", &exact, n);
    bench_check(w8_cheap_start(&pid) == OTP_OK, "the cache does not start");
    cheap.cache = otp_to(pid);
    fill(cheap.cache, w8_cheap_put, n_keys);
    measure("direct_read_stale", &cheap, n);
    cheap.put = w8_cheap_put;
    measure("direct_90_10_stale", &cheap, n);
    bench_check(w8_asked_start(&pid) == OTP_OK, "the cache does not start");
    asked.cache = otp_to(pid);
    fill(asked.cache, w8_asked_put, n_keys);
    measure("call_90_10", &asked, n / 4);
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
    main_pid = otp_self();
    n_keys = n >= 1000000 ? 100000 : (uint64_t)n / 10;
    measure_all(n);
    measure_big(n / 4);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 4000000, work);
}
