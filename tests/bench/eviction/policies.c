/* policies.c - simulated caches, to compare ours with.
 *
 * Idea: see policies.h. Keys are in lists by their number; beside each stands where it is, and how
 * often it was used. */
#include "policies.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { NOWHERE, WINDOW, MAIN, PROTECTED, GHOST };

static int32_t next[KEYS], before[KEYS];
static uint8_t place[KEYS], uses[KEYS];

struct list {
    int32_t first, last;
    long count;
};

static const struct list empty = { -1, -1, 0 };

static void push(struct list *list, uint32_t key)
{
    before[key] = -1;
    next[key] = list->first;
    if (list->first >= 0)
        before[list->first] = (int32_t)key;
    else
        list->last = (int32_t)key;
    list->first = (int32_t)key;
    list->count++;
}

static void take(struct list *list, uint32_t key)
{
    if (before[key] >= 0)
        next[before[key]] = next[key];
    else
        list->first = next[key];
    if (next[key] >= 0)
        before[next[key]] = before[key];
    else
        list->last = before[key];
    list->count--;
}

static uint32_t pop(struct list *list)
{
    uint32_t key = (uint32_t)list->last;
    take(list, key);
    return key;
}

static void reset(void)
{
    memset(place, NOWHERE, sizeof(place));
    memset(uses, 0, sizeof(uses));
}

long policy_lru(const uint32_t *trace, long n, long size)
{
    struct list list = empty;
    long hits = 0;
    reset();
    for (long i = 0; i < n; i++) {
        uint32_t key = trace[i];
        if (place[key] != NOWHERE) {
            hits++;
            take(&list, key);
        } else if (list.count == size) {
            place[pop(&list)] = NOWHERE;
        }
        place[key] = MAIN;
        push(&list, key);
    }
    return hits;
}

long policy_sieve(const uint32_t *trace, long n, long size)
{
    struct list list = empty;
    int32_t hand = -1;
    long hits = 0;
    reset();
    for (long i = 0; i < n; i++) {
        uint32_t key = trace[i];
        if (place[key] != NOWHERE) {
            hits++;
            uses[key] = 1;
            continue;
        }
        if (list.count == size) {
            if (hand < 0)
                hand = list.last;
            while (uses[hand] != 0) {
                uses[hand] = 0;
                hand = before[hand] >= 0 ? before[hand] : list.last;
            }
            uint32_t victim = (uint32_t)hand;
            hand = before[hand];
            take(&list, victim);
            place[victim] = NOWHERE;
        }
        place[key] = MAIN;
        uses[key] = 0;
        push(&list, key);
    }
    return hits;
}

/* -- S3-FIFO -- */

struct s3 {
    struct list small, main, ghosts;
    long size;
};

static void s3_evict_small(struct s3 *s3)
{
    uint32_t key = pop(&s3->small);
    if (uses[key] > 1) {
        uses[key] = 0;
        place[key] = MAIN;
        push(&s3->main, key);
        return;
    }
    if (s3->ghosts.count == s3->size - s3->size / 10)
        place[pop(&s3->ghosts)] = NOWHERE;
    place[key] = GHOST;
    push(&s3->ghosts, key);
}

static void s3_evict_main(struct s3 *s3)
{
    uint32_t key = pop(&s3->main);
    if (uses[key] > 0) {
        uses[key]--;
        push(&s3->main, key);
    } else {
        place[key] = NOWHERE;
    }
}

long policy_s3_fifo(const uint32_t *trace, long n, long size)
{
    struct s3 s3 = { empty, empty, empty, size };
    long hits = 0;
    reset();
    for (long i = 0; i < n; i++) {
        uint32_t key = trace[i];
        if (place[key] == WINDOW || place[key] == MAIN) {
            hits++;
            if (uses[key] < 3)
                uses[key]++;
            continue;
        }
        while (s3.small.count + s3.main.count >= size) {
            if (s3.small.count >= size / 10 || s3.main.count == 0)
                s3_evict_small(&s3);
            else
                s3_evict_main(&s3);
        }
        bool known = place[key] == GHOST;
        if (known)
            take(&s3.ghosts, key);
        uses[key] = 0;
        place[key] = known ? MAIN : WINDOW;
        push(known ? &s3.main : &s3.small, key);
    }
    return hits;
}

/* -- W-TinyLFU -- */

/* How often keys were seen, roughly: four counters up to 15 each, halved now and then. */
struct sketch {
    uint8_t *counts;
    uint64_t mask;
    long seen, most;
};

static uint64_t spread(uint32_t key, uint64_t row)
{
    uint64_t x = (key + row * 0x632be59bd9b4e019u) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    return x ^ x >> 29;
}

static void sketch_add(struct sketch *sketch, uint32_t key)
{
    for (uint64_t row = 0; row < 4; row++) {
        uint8_t *count = &sketch->counts[spread(key, row) & sketch->mask];
        *count = (uint8_t)(*count < 15 ? *count + 1 : 15);
    }
    if (++sketch->seen < sketch->most)
        return;
    for (uint64_t i = 0; i <= sketch->mask; i++)
        sketch->counts[i] /= 2;
    sketch->seen /= 2;
}

static int sketch_get(const struct sketch *sketch, uint32_t key)
{
    int least = 15;
    for (uint64_t row = 0; row < 4; row++) {
        int count = sketch->counts[spread(key, row) & sketch->mask];
        least = count < least ? count : least;
    }
    return least;
}

struct tiny {
    struct list window, probation, guarded;
    long window_size, main_size;
    struct sketch sketch;
};

static void tiny_use(struct tiny *tiny, uint32_t key)
{
    if (place[key] == WINDOW) {
        take(&tiny->window, key);
        push(&tiny->window, key);
        return;
    }
    take(place[key] == MAIN ? &tiny->probation : &tiny->guarded, key);
    place[key] = PROTECTED;
    push(&tiny->guarded, key);
    if (tiny->guarded.count > tiny->main_size * 8 / 10) {
        uint32_t back = pop(&tiny->guarded);
        place[back] = MAIN;
        push(&tiny->probation, back);
    }
}

/* What leaves the window takes the place of what would be next, if it was seen more often. */
static void tiny_admit(struct tiny *tiny, uint32_t key)
{
    if (tiny->probation.count + tiny->guarded.count == tiny->main_size) {
        struct list *from = tiny->probation.count > 0 ? &tiny->probation : &tiny->guarded;
        uint32_t victim = (uint32_t)from->last;
        if (sketch_get(&tiny->sketch, key) <= sketch_get(&tiny->sketch, victim)) {
            place[key] = NOWHERE;
            return;
        }
        take(from, victim);
        place[victim] = NOWHERE;
    }
    place[key] = MAIN;
    push(&tiny->probation, key);
}

long policy_w_tinylfu(const uint32_t *trace, long n, long size)
{
    long window = size / 100 > 0 ? size / 100 : 1, hits = 0;
    struct tiny tiny = { empty, empty, empty, window, size - window, { NULL, 1, 0, 10 * size } };
    while (tiny.sketch.mask < (uint64_t)size * 4)
        tiny.sketch.mask *= 2;
    tiny.sketch.counts = calloc(tiny.sketch.mask--, 1);
    bench_check(tiny.sketch.counts != NULL, "no memory");
    reset();
    for (long i = 0; i < n; i++) {
        uint32_t key = trace[i];
        sketch_add(&tiny.sketch, key);
        if (place[key] != NOWHERE) {
            hits++;
            tiny_use(&tiny, key);
            continue;
        }
        place[key] = WINDOW;
        push(&tiny.window, key);
        if (tiny.window.count > window)
            tiny_admit(&tiny, pop(&tiny.window));
    }
    free(tiny.sketch.counts);
    return hits;
}
