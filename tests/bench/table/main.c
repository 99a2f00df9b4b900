/* main.c - a public table of a hundred thousand numbers, used by one process and by four: read, one
 * write in ten, counters; a walk through it; and what a big one holds others up when it goes.
 *
 * Idea: keys in the order of the peers' generator. The last figure is no mean: while the table of a
 * process that was killed is freed, another process lets its worker do something else and then
 * uses a table, again and again: the longest turn, in CPU time of its thread. Slices of the work
 * come once a millisecond, so there are some hundred of them among the turns. */
#include <time.h>

#include "bench.h"
#include "table.otp.h"

enum { TURNS = 200000 };

typedef struct numbers_table_of_u64_to_u64 table;

static uint64_t n_keys;

enum use { READ, READ_AND_WRITE, ADD };

struct client {
    table table;
    enum use use;
};

static void use(const void *model, uint64_t x, long count)
{
    const struct client *client = model;
    uint64_t value;
    for (long i = 0; i < count; i++) {
        x = (x * 1103515245 + 12345) & 0x7fffffff;
        uint64_t key = (x >> 8) % n_keys;
        otp_status status;
        if (client->use == ADD)
            status = numbers_table_of_u64_to_u64_add(client->table, key, 1, &value);
        else if (client->use == READ_AND_WRITE && x % 10 == 0)
            status = numbers_table_of_u64_to_u64_put(client->table, key, (uint64_t)i);
        else
            status = numbers_table_of_u64_to_u64_get(client->table, key, &value);
        bench_check(status == OTP_OK, "not done");
    }
}

static table start(otp_pid *pid)
{
    const struct numbers_holder_options options = numbers_holder_options_default();
    table all;
    bench_check(numbers_holder_start(&options, pid) == OTP_OK, "the holder does not start");
    bench_check(numbers_holder_all(otp_to(*pid), &all) == OTP_OK, "it has no table");
    return all;
}

static void fill(table all, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        bench_check(numbers_table_of_u64_to_u64_put(all, i, i) == OTP_OK, "not put");
}

static bool add_up(uint64_t key, uint64_t value, void *sum)
{
    *(uint64_t *)sum += key ^ value;
    return true;
}

static void measure_walk(table all)
{
    uint64_t sum = 0;
    otp_instant begin = otp_now();
    bench_check(numbers_table_of_u64_to_u64_each(all, add_up, &sum) == OTP_OK, "no walk");
    bench_emit("table.each", (long)n_keys, otp_now() - begin);
}

/* -- what goes holds nobody up -- */

static int64_t cpu_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * OTP_S + now.tv_nsec;
}

static void measure_drop(table other, long n)
{
    int64_t longest = 0;
    long count = n < 100000 ? 1000 : TURNS;
    otp_pid pid;
    table big = start(&pid);
    fill(big, (uint64_t)n);
    bench_check(otp_exit_signal(pid, otp_kill()) == OTP_OK, "not killed");
    for (long i = 0; i < count; i++) {
        uint64_t value = 0;
        int64_t begin = cpu_now();
        otp_yield();
        bench_check(numbers_table_of_u64_to_u64_add(other, (uint64_t)i % n_keys, 1, &value) ==
                        OTP_OK,
                    "not added");
        begin = cpu_now() - begin;
        longest = begin > longest ? begin : longest;
    }
    bench_emit("table.drop_longest_turn", 1, longest);
}

static void work(long n)
{
    otp_pid pid;
    table all = start(&pid);
    const struct client reads = { all, READ }, writes = { all, READ_AND_WRITE },
                        adds = { all, ADD };
    n_keys = n >= 1000000 ? 100000 : (uint64_t)n / 10;
    fill(all, n_keys);
    bench_clients("table.read", use, &reads, n);
    bench_clients("table.90_10", use, &writes, n);
    bench_clients("table.add", use, &adds, n);
    measure_walk(all);
    measure_drop(all, n * 5 / 2);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 4000000, work);
}
