/* sim.h - caches of one thread that differ by what they evict only.
 *
 * Idea: all have the same table of chained nodes from one block and ask their policy when a key
 * was found, when there is no room, and when a key was put. A policy has what it needs beside the
 * table, by the number of a node, from sim_need, which counts it. So hits, time and memory compare.
 */
#ifndef BENCH_EVICTION_SIM_H
#define BENCH_EVICTION_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_node {
    uint64_t key, value;
    uint32_t chain;
};

enum { SIM_BLOCKS = 16 };

struct sim {
    const struct sim_policy *policy;
    uint32_t size, count, mask;
    uint32_t *heads;
    struct sim_node *nodes; /* of those that there are from 1 to count */
    void *own;              /* of the policy */
    size_t bytes;           /* that it needs */
    void *blocks[SIM_BLOCKS];
    size_t n_blocks;
};

struct sim_policy {
    const char *name;
    void *(*begin)(struct sim *sim);                /* gives own */
    void (*seen)(struct sim *sim, uint64_t key);    /* a key is asked for; NULL: nothing to do */
    void (*hit)(struct sim *sim, uint32_t node);    /* .. and is there */
    uint32_t (*evict)(struct sim *sim);             /* gives the node that has to go */
    void (*put)(struct sim *sim, uint32_t node);    /* a key was put into that node */
};

extern const struct sim_policy sim_lru, sim_sieve, sim_s3_fifo, sim_w_tinylfu, sim_trial;

void sim_begin(struct sim *sim, const struct sim_policy *policy, uint32_t size);
void sim_end(struct sim *sim);
/* Asks for a key, and puts it if it is not there. True: it was. */
bool sim_use(struct sim *sim, uint64_t key);
/* Zeros, until sim_end. */
void *sim_need(struct sim *sim, size_t size);

static inline uint64_t sim_hash(uint64_t key, uint64_t row)
{
    uint64_t x = (key + row * 0x632be59bd9b4e019u) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    return x ^ x >> 29;
}

#endif
