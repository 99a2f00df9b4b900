/* policies.c - what other caches evict.
 *
 * Idea: LRU; SIEVE (Zhang et al., NSDI 2024); S3-FIFO (Yang et al., SOSP 2023): a small queue of a
 * tenth, a main one, and the names of what left the small one; W-TinyLFU (Einziger et al.): a
 * window of a hundredth and a segmented LRU behind a filter of counted keys, as in Caffeine.
 */
#include <string.h>

#include "bench.h"
#include "sim.h"

/* -- queues of nodes -- */

struct links {
    uint32_t next, before;
};

struct list {
    struct links *links;
    uint32_t first, last, count;
};

static struct links *need_links(struct sim *sim)
{
    return sim_need(sim, (sim->size + 1) * sizeof(struct links));
}

static void push(struct list *list, uint32_t node)
{
    list->links[node] = (struct links){ list->first, 0 };
    if (list->first != 0)
        list->links[list->first].before = node;
    else
        list->last = node;
    list->first = node;
    list->count++;
}

static void take(struct list *list, uint32_t node)
{
    const struct links links = list->links[node];
    if (links.before != 0)
        list->links[links.before].next = links.next;
    else
        list->first = links.next;
    if (links.next != 0)
        list->links[links.next].before = links.before;
    else
        list->last = links.before;
    list->count--;
}

static uint32_t pop(struct list *list)
{
    uint32_t node = list->last;
    take(list, node);
    return node;
}

/* -- LRU -- */

static void *lru_begin(struct sim *sim)
{
    struct list *list = sim_need(sim, sizeof(*list));
    list->links = need_links(sim);
    return list;
}

static void lru_hit(struct sim *sim, uint32_t node)
{
    take(sim->own, node);
    push(sim->own, node);
}

static uint32_t lru_evict(struct sim *sim)
{
    return pop(sim->own);
}

static void lru_put(struct sim *sim, uint32_t node)
{
    push(sim->own, node);
}

const struct sim_policy sim_lru = { "lru", lru_begin, NULL, lru_hit, lru_evict, lru_put };

/* -- SIEVE -- */

struct sieve {
    struct list list;
    uint32_t hand;
    uint8_t *used;
};

static void *sieve_begin(struct sim *sim)
{
    struct sieve *sieve = sim_need(sim, sizeof(*sieve));
    sieve->list.links = need_links(sim);
    sieve->used = sim_need(sim, sim->size + 1);
    return sieve;
}

static void sieve_hit(struct sim *sim, uint32_t node)
{
    ((struct sieve *)sim->own)->used[node] = 1;
}

static uint32_t sieve_evict(struct sim *sim)
{
    struct sieve *sieve = sim->own;
    uint32_t node = sieve->hand != 0 ? sieve->hand : sieve->list.last;
    while (sieve->used[node] != 0) {
        sieve->used[node] = 0;
        node = sieve->list.links[node].before;
        node = node != 0 ? node : sieve->list.last;
    }
    sieve->hand = sieve->list.links[node].before;
    take(&sieve->list, node);
    return node;
}

static void sieve_put(struct sim *sim, uint32_t node)
{
    struct sieve *sieve = sim->own;
    sieve->used[node] = 0;
    push(&sieve->list, node);
}

const struct sim_policy sim_sieve = {
    "sieve", sieve_begin, NULL, sieve_hit, sieve_evict, sieve_put
};

/* -- S3-FIFO -- */

/* A name of one that left the small queue; the oldest one is overwritten. */
struct ghost {
    uint64_t key;
    uint32_t chain;
    bool there;
};

struct s3 {
    struct list small, main;
    uint8_t *uses;
    struct ghost *ghosts; /* from 1 */
    uint32_t *heads;
    uint32_t n_ghosts, next, mask;
};

static void *s3_begin(struct sim *sim)
{
    struct s3 *s3 = sim_need(sim, sizeof(*s3));
    s3->small.links = s3->main.links = need_links(sim);
    s3->uses = sim_need(sim, sim->size + 1);
    s3->n_ghosts = sim->size - sim->size / 10;
    s3->ghosts = sim_need(sim, (s3->n_ghosts + 1) * sizeof(*s3->ghosts));
    for (s3->mask = 1; s3->mask < s3->n_ghosts; s3->mask *= 2)
        ;
    s3->heads = sim_need(sim, s3->mask-- * sizeof(*s3->heads));
    return s3;
}

/* Where the chain that leads to it says so; 0 is at its end. */
static uint32_t *s3_find_ghost(struct s3 *s3, uint64_t key)
{
    uint32_t *at = &s3->heads[sim_hash(key, 0) & s3->mask];
    while (*at != 0 && s3->ghosts[*at].key != key)
        at = &s3->ghosts[*at].chain;
    return at;
}

static bool s3_forget_ghost(struct s3 *s3, uint64_t key)
{
    uint32_t *at = s3_find_ghost(s3, key), ghost = *at;
    if (ghost == 0)
        return false;
    s3->ghosts[ghost].there = false;
    *at = s3->ghosts[ghost].chain;
    return true;
}

static void s3_add_ghost(struct s3 *s3, uint64_t key)
{
    uint32_t ghost = s3->next = s3->next % s3->n_ghosts + 1, *head;
    if (s3->ghosts[ghost].there)
        s3_forget_ghost(s3, s3->ghosts[ghost].key);
    head = &s3->heads[sim_hash(key, 0) & s3->mask];
    s3->ghosts[ghost] = (struct ghost){ key, *head, true };
    *head = ghost;
}

static void s3_hit(struct sim *sim, uint32_t node)
{
    uint8_t *uses = ((struct s3 *)sim->own)->uses;
    if (uses[node] < 3)
        uses[node]++;
}

/* 0: none went, as it was moved. */
static uint32_t s3_evict_small(struct sim *sim, struct s3 *s3)
{
    uint32_t node = pop(&s3->small);
    if (s3->uses[node] > 1) {
        s3->uses[node] = 0;
        push(&s3->main, node);
        return 0;
    }
    s3_add_ghost(s3, sim->nodes[node].key);
    return node;
}

static uint32_t s3_evict_main(struct s3 *s3)
{
    uint32_t node = pop(&s3->main);
    if (s3->uses[node] == 0)
        return node;
    s3->uses[node]--;
    push(&s3->main, node);
    return 0;
}

static uint32_t s3_evict(struct sim *sim)
{
    struct s3 *s3 = sim->own;
    uint32_t node = 0;
    while (node == 0)
        node = s3->small.count >= sim->size / 10 || s3->main.count == 0 ? s3_evict_small(sim, s3)
                                                                        : s3_evict_main(s3);
    return node;
}

static void s3_put(struct sim *sim, uint32_t node)
{
    struct s3 *s3 = sim->own;
    s3->uses[node] = 0;
    push(s3_forget_ghost(s3, sim->nodes[node].key) ? &s3->main : &s3->small, node);
}

const struct sim_policy sim_s3_fifo = { "s3_fifo", s3_begin, NULL, s3_hit, s3_evict, s3_put };

/* -- W-TinyLFU -- */

enum { WINDOW, PROBATION, GUARDED };

struct tiny {
    struct list lists[3];
    uint8_t *place;
    uint8_t *counts; /* how often keys were seen, roughly: four up to 15 each */
    uint64_t mask;
    uint32_t seen, window, main;
};

static void *tiny_begin(struct sim *sim)
{
    struct tiny *tiny = sim_need(sim, sizeof(*tiny));
    tiny->lists[0].links = tiny->lists[1].links = tiny->lists[2].links = need_links(sim);
    tiny->place = sim_need(sim, sim->size + 1);
    tiny->window = sim->size / 100 > 0 ? sim->size / 100 : 1;
    tiny->main = sim->size - tiny->window;
    for (tiny->mask = 1; tiny->mask < (uint64_t)sim->size * 4; tiny->mask *= 2)
        ;
    tiny->counts = sim_need(sim, tiny->mask--);
    return tiny;
}

static void tiny_seen(struct sim *sim, uint64_t key)
{
    struct tiny *tiny = sim->own;
    for (uint64_t row = 0; row < 4; row++) {
        uint8_t *count = &tiny->counts[sim_hash(key, row) & tiny->mask];
        *count = (uint8_t)(*count < 15 ? *count + 1 : 15);
    }
    if (++tiny->seen < 10 * sim->size)
        return;
    for (uint64_t i = 0; i <= tiny->mask; i++)
        tiny->counts[i] /= 2;
    tiny->seen /= 2;
}

static int tiny_count(const struct sim *sim, const struct tiny *tiny, uint32_t node)
{
    int least = 15;
    for (uint64_t row = 0; row < 4; row++) {
        int count = tiny->counts[sim_hash(sim->nodes[node].key, row) & tiny->mask];
        least = count < least ? count : least;
    }
    return least;
}

static void tiny_move(struct tiny *tiny, uint32_t node, uint8_t to)
{
    take(&tiny->lists[tiny->place[node]], node);
    tiny->place[node] = to;
    push(&tiny->lists[to], node);
}

static void tiny_hit(struct sim *sim, uint32_t node)
{
    struct tiny *tiny = sim->own;
    tiny_move(tiny, node, tiny->place[node] == WINDOW ? WINDOW : GUARDED);
    if (tiny->lists[GUARDED].count > (uint64_t)tiny->main * 8 / 10)
        tiny_move(tiny, tiny->lists[GUARDED].last, PROBATION);
}

/* What leaves the window takes the place of what would be next, if it was seen more often. */
static uint32_t tiny_evict(struct sim *sim)
{
    struct tiny *tiny = sim->own;
    uint8_t from = tiny->lists[PROBATION].count > 0 ? PROBATION : GUARDED;
    uint32_t node = tiny->lists[WINDOW].last, victim = tiny->lists[from].last;
    if (tiny_count(sim, tiny, node) > tiny_count(sim, tiny, victim)) {
        tiny_move(tiny, node, PROBATION);
        node = victim;
    }
    take(&tiny->lists[tiny->place[node]], node);
    return node;
}

static void tiny_put(struct sim *sim, uint32_t node)
{
    struct tiny *tiny = sim->own;
    tiny->place[node] = WINDOW;
    push(&tiny->lists[WINDOW], node);
    if (tiny->lists[WINDOW].count > tiny->window) /* there is room yet */
        tiny_move(tiny, tiny->lists[WINDOW].last, PROBATION);
}

const struct sim_policy sim_w_tinylfu = { "w_tinylfu", tiny_begin, tiny_seen,
                                          tiny_hit,    tiny_evict, tiny_put };
