/* w08.h - what the C peers of W8 share: the clients, their keys, the clock, lines of JSON.
 *
 * Idea: a peer defines what is named below and then includes this, so that its table is inlined
 * into the loop, as C programs would have it. Clients are threads. What is read stale takes the
 * kernel's coarse clock, which is late by a few milliseconds too. Hashes need no key here.
 *
 *   void enter(void), leave(void)    a thread begins, ends; twice for the main thread
 *   void rest(void)                  each 256 uses
 *   bool get(uint64_t key, int64_t now, uint64_t *value)
 *   void put(uint64_t key, uint64_t value, int64_t expires)
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { KEYS = 100000, USES = 4000000, MOST_CLIENTS = 4 };
#define TTL 300000000000

static void enter(void), leave(void), rest(void);
static bool get(uint64_t key, int64_t now, uint64_t *value);
static void put(uint64_t key, uint64_t value, int64_t expires);

struct client {
    pthread_t thread;
    uint64_t x; /* where its keys are */
    long count;
    clockid_t clock;
    bool mixed;
};

static int64_t now_by(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void *use(void *arg)
{
    struct client *client = arg;
    uint64_t x = client->x, value;
    enter();
    for (long i = 0; i < client->count; i++) {
        x = (x * 1103515245 + 12345) & 0x7fffffff;
        uint64_t key = (x >> 8) % KEYS;
        if (client->mixed && x % 10 == 0)
            put(key, (uint64_t)i, now_by(CLOCK_MONOTONIC) + TTL);
        else if (!get(key, now_by(client->clock), &value))
            abort();
        if (i % 256 == 0)
            rest();
    }
    leave();
    return NULL;
}

static int64_t use_by(int clients, long count, clockid_t clock, bool mixed)
{
    struct client all[MOST_CLIENTS];
    int64_t begin = now_by(CLOCK_MONOTONIC);
    for (int i = 0; i < clients; i++) {
        all[i] = (struct client){ .x = 7919u * (unsigned)(i + 1), .count = count / clients };
        all[i].clock = clock;
        all[i].mixed = mixed;
        if (pthread_create(&all[i].thread, NULL, use, &all[i]) != 0)
            abort();
    }
    for (int i = 0; i < clients; i++)
        pthread_join(all[i].thread, NULL);
    return now_by(CLOCK_MONOTONIC) - begin;
}

static void emit(const char *peer, const char *workload, long n, int64_t took)
{
    printf("{\"workload\":\"%s\",\"peer\":\"%s\",\"n\":%ld,\"ns_per_op\":%.3f}\n", workload, peer,
           n, (double)took / (double)n);
}

static void measure(const char *peer)
{
    enter();
    for (uint64_t key = 0; key < KEYS; key++)
        put(key, key, now_by(CLOCK_MONOTONIC) + TTL);
    leave();
    for (int k = 0; k < 8; k++) {
        bool stale = k >= 4, mixed = k % 4 >= 2;
        int clients = k % 2 == 0 ? 1 : MOST_CLIENTS;
        clockid_t clock = stale ? CLOCK_MONOTONIC_COARSE : CLOCK_MONOTONIC;
        char name[64];
        snprintf(name, sizeof name, "W8.direct_%s%s_c%d", mixed ? "90_10" : "read",
                 stale ? "_stale" : "", clients);
        use_by(clients, USES / 10, clock, mixed);
        emit(peer, name, USES, use_by(clients, USES, clock, mixed));
    }
}
