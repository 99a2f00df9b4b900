/* sim.c - caches of one thread that differ by what they evict only.
 *
 * Idea: see sim.h. */
#include "sim.h"

#include <stdlib.h>

#include "bench.h"

static void *zeros(struct sim *sim, size_t size)
{
    void *block = calloc(1, size);
    bench_check(block != NULL && sim->n_blocks < SIM_BLOCKS, "no memory");
    sim->blocks[sim->n_blocks++] = block;
    return block;
}

void *sim_need(struct sim *sim, size_t size)
{
    sim->bytes += size;
    return zeros(sim, size);
}

void sim_begin(struct sim *sim, const struct sim_policy *policy, uint32_t size)
{
    *sim = (struct sim){ .policy = policy, .size = size, .mask = 1 };
    while (sim->mask < size)
        sim->mask *= 2;
    sim->heads = zeros(sim, sim->mask-- * sizeof(*sim->heads));
    sim->nodes = zeros(sim, (size + 1) * sizeof(*sim->nodes));
    sim->own = policy->begin(sim);
}

void sim_end(struct sim *sim)
{
    for (size_t i = 0; i < sim->n_blocks; i++)
        free(sim->blocks[i]);
}

static void unlink_node(struct sim *sim, uint32_t node)
{
    uint32_t *at = &sim->heads[sim_hash(sim->nodes[node].key, 0) & sim->mask];
    while (*at != node)
        at = &sim->nodes[*at].chain;
    *at = sim->nodes[node].chain;
}

bool sim_use(struct sim *sim, uint64_t key)
{
    uint32_t *head = &sim->heads[sim_hash(key, 0) & sim->mask], node = *head;

    if (sim->policy->seen != NULL)
        sim->policy->seen(sim, key);
    while (node != 0 && sim->nodes[node].key != key)
        node = sim->nodes[node].chain;
    if (node != 0) {
        sim->policy->hit(sim, node);
        return true;
    }
    if (sim->count < sim->size) {
        node = ++sim->count;
    } else {
        node = sim->policy->evict(sim);
        unlink_node(sim, node);
    }
    sim->nodes[node] = (struct sim_node){ key, key, *head };
    *head = node;
    sim->policy->put(sim, node);
    return false;
}
