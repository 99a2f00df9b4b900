/* main.c - lookups among a hundred thousand names by one process and by four; a name registered
 * and unregistered.
 *
 * Idea: a thousand processes have a hundred names each, as in the Elixir peer, whose unregister
 * looks at all names of its process. n lookups in all, of a twentieth as many names in a random
 * order.
 */
#include <stdio.h>

#include "bench.h"
#include "w9.otp.h"

enum { NAMES_EACH = 100, MOST_CLIENTS = 4 };

static const struct otp_message_type done = { .name = "done", .message_class = OTP_CLASS_INFO };

static otp_pid main_pid;
static otp_dest workers;
static uint64_t n_names;

static void tell_main(void)
{
    otp_cast(otp_to(main_pid), &done, NULL);
}

static void hold(void *first)
{
    const struct otp_message *message;
    otp_pid holder;
    for (uint64_t i = 0; i < NAMES_EACH; i++)
        bench_check(w9_workers_register(workers, *(uint64_t *)first + i, &holder) == OTP_OK,
                    "a name is not given");
    tell_main();
    while (otp_receive(OTP_INFINITY, &message) == OTP_OK)
        continue;
}

static void fill(long holders)
{
    static uint64_t first[1000];
    bench_check(holders <= (long)(sizeof(first) / sizeof(*first)), "too many names");
    for (long i = 0; i < holders; i++) {
        otp_pid pid;
        first[i] = (uint64_t)i * NAMES_EACH;
        bench_check(otp_spawn(hold, &first[i], NULL, &pid) == OTP_OK, "a process does not start");
    }
    bench_collect(holders);
    n_names = (uint64_t)holders * NAMES_EACH;
}

struct client {
    uint64_t seed;
    long count;
};

static void look_up(void *context)
{
    const struct client *client = context;
    uint64_t x = client->seed;
    for (long i = 0; i < client->count; i++) {
        otp_pid pid;
        x = (x * 1103515245 + 12345) & 0x7fffffff;
        bench_check(w9_workers_lookup(workers, (x >> 8) % n_names, &pid) == OTP_OK,
                    "a name is not there");
    }
    tell_main();
}

static void look_up_all(long n, int clients)
{
    static struct client all[MOST_CLIENTS];
    for (int i = 0; i < clients; i++) {
        otp_pid pid;
        all[i].seed = 7919 * (uint64_t)(i + 1);
        all[i].count = n / clients;
        bench_check(otp_spawn(look_up, &all[i], NULL, &pid) == OTP_OK, "a process does not start");
    }
    bench_collect(clients);
}

static void register_times(long n, int clients)
{
    (void)clients;
    for (long i = 0; i < n; i++) {
        otp_pid holder;
        bench_check(w9_workers_register(workers, n_names, &holder) == OTP_OK,
                    "a name is not given");
        bench_check(w9_workers_unregister(workers, n_names) == OTP_OK, "a name is not taken back");
    }
}

static void measure(const char *workload, void (*way)(long n, int clients), long n, int clients)
{
    way(n / 10, clients);
    otp_instant begin = otp_now();
    way(n, clients);
    bench_emit(workload, n, otp_now() - begin);
}

static void work(long n)
{
    long holders = n / (20 * NAMES_EACH);
    otp_pid registry;
    main_pid = otp_self();
    bench_check(w9_workers_start_link(&registry) == OTP_OK, "the registry does not start");
    workers = W9_WORKERS;
    fill(holders == 0 ? 1 : holders);
    measure("W9.registry_lookup_c1", look_up_all, n, 1);
    measure("W9.registry_lookup_c4", look_up_all, n, 4);
    measure("W9.registry_register_unregister", register_times, n / 4, 1);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 2000000, work);
}
