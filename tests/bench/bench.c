/* bench.c - what the benchmarks share.
 *
 * Idea: see bench.h. Figures are of the timed part; peak_rss_kb is the whole program's.
 */
#include "bench.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sem_t done; /* posted by the process that works, awaited by main */
static void (*work_of_it)(long n);
static long n_of_it;

void bench_fail(const char *what)
{
    fprintf(stderr, "benchmark: %s\n", what);
    exit(1);
}

void bench_check(bool good, const char *what)
{
    if (!good)
        bench_fail(what);
}

long bench_status_kb(const char *field)
{
    char line[256];
    long kb = 0;
    size_t size = strlen(field);
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof(line), status) != NULL)
        if (strncmp(line, field, size) == 0 && sscanf(line + size, ": %ld", &kb) == 1)
            break;
    if (status != NULL)
        fclose(status);
    return kb;
}

static void emit_common(const char *workload, long n, otp_duration took)
{
    printf("{\"workload\":\"%s\",\"peer\":\"otpc\",\"n\":%ld,\"ns_per_op\":%.3f,"
           "\"ops_per_s\":%.0f,\"peak_rss_kb\":%ld",
           workload, n, (double)took / (double)n, (double)n * 1e9 / (double)took,
           bench_status_kb("VmHWM"));
}

void bench_emit(const char *workload, long n, otp_duration took)
{
    emit_common(workload, n, took);
    printf("}\n");
}

void bench_emit_memory(const char *workload, long n, otp_duration took, double bytes_per_proc)
{
    emit_common(workload, n, took);
    printf(",\"bytes_per_proc_rss\":%.0f}\n", bytes_per_proc);
}

void bench_emit_bytes(const char *workload, long n, otp_duration took, double bytes_per_entry)
{
    emit_common(workload, n, took);
    printf(",\"bytes_per_entry\":%.2f}\n", bytes_per_entry);
}

void bench_emit_rate(const char *workload, long n, otp_duration took, double hit_rate)
{
    emit_common(workload, n, took);
    printf(",\"hit_rate\":%.4f}\n", hit_rate);
}

void bench_collect(long count)
{
    const struct otp_message *message;
    while (count-- > 0)
        bench_check(otp_receive(60 * OTP_S, &message) == OTP_OK, "a message did not come");
}

/* -- clients -- */

enum { MOST_CLIENTS = 4 };

struct client {
    void (*use)(const void *model, uint64_t seed, long count);
    const void *model;
    uint64_t seed;
    long count;
    otp_pid main;
};

static const struct otp_message_type used = { .name = "used", .message_class = OTP_CLASS_INFO };

static void be_client(void *context)
{
    const struct client *client = context;
    client->use(client->model, client->seed, client->count);
    otp_cast(otp_to(client->main), &used, NULL);
}

static otp_duration use_by(struct client client, long clients, long n)
{
    static struct client all[MOST_CLIENTS];
    otp_instant begin = otp_now();
    for (long i = 0; i < clients; i++) {
        otp_pid pid;
        all[i] = client;
        all[i].seed = (uint64_t)(i + 1) * 7919;
        all[i].count = n / clients;
        bench_check(otp_spawn(be_client, &all[i], NULL, &pid) == OTP_OK,
                    "a process does not start");
    }
    bench_collect(clients);
    return otp_now() - begin;
}

void bench_clients(const char *workload, void (*use)(const void *model, uint64_t seed, long count),
                   const void *model, long n)
{
    static const long clients[] = { 1, MOST_CLIENTS };
    const struct client client = { use, model, 0, 0, otp_self() };
    for (size_t i = 0; i < 2; i++) {
        char text[64];
        snprintf(text, sizeof(text), "%s_c%ld", workload, clients[i]);
        (void)use_by(client, clients[i], n / 10);
        bench_emit(text, n, use_by(client, clients[i], n));
    }
}

static void run(void *context)
{
    (void)context;
    work_of_it(n_of_it);
    bench_check(sem_post(&done) == 0, "sem_post");
}

int bench_main(int argc, char **argv, long usual, void (*work)(long n))
{
    return bench_main_with(NULL, argc, argv, usual, work);
}

int bench_main_with(const struct otp_config *config, int argc, char **argv, long usual,
                    void (*work)(long n))
{
    otp_pid worker;
    n_of_it = argc > 1 ? strtol(argv[1], NULL, 10) : usual;
    work_of_it = work;
    bench_check(n_of_it >= 1000, "n must be a number of at least 1000");
    bench_check(sem_init(&done, 0, 0) == 0 && otp_runtime_start(config) == OTP_OK &&
                    otp_spawn(run, NULL, NULL, &worker) == OTP_OK,
                "the runtime does not start");
    while (sem_wait(&done) != 0)
        continue;
    return otp_runtime_stop() == OTP_OK ? 0 : 1;
}
