/* trial.c - what our caches evict, over the table that the others have.
 *
 * Idea: store_evict.c says how it works. Here a random node stands for one of a random bucket, and
 * all are in one shard. It shows what this costs compared with other policies; what our caches cost
 * and hit is measured with them.
 */
#include "bench.h"
#include "sim.h"
#include "store/mark.h"

enum { SAMPLE = 32, PARTS = 1024, PART_MIN = 10, PART_MAX = 512, TRIED = 16, WORTH_IT = 48 };

struct trial {
    uint8_t *marks;
    uint32_t *tried; /* who is on trial, the oldest first; and how often each came back */
    uint8_t *back;
    uint64_t *past; /* four each that went */
    uint64_t words, random;
    uint32_t first, end, mask, clock, puts;
    uint32_t part, n_tried, n_used;
};

static void *trial_begin(struct sim *sim)
{
    struct trial *trial = sim_need(sim, sizeof(*trial));
    trial->marks = sim_need(sim, sim->size + 1);
    trial->words = sim->size * 5 / 32 + 1;
    trial->past = sim_need(sim, trial->words * sizeof(*trial->past));
    for (trial->mask = 1; trial->mask <= sim->size * PART_MAX / PARTS + 1; trial->mask *= 2)
        ;
    trial->tried = sim_need(sim, trial->mask * sizeof(*trial->tried));
    trial->back = sim_need(sim, trial->mask);
    trial->mask--;
    trial->part = PART_MIN;
    return trial;
}

static void trial_hit(struct sim *sim, uint32_t node)
{
    struct trial *trial = sim->own;
    uint64_t old = trial->marks[node], used = otpi_mark_use(old, trial->clock);
    if (used != old)
        trial->marks[node] = (uint8_t)used;
}

static uint64_t *past_of(const struct trial *trial, uint64_t hash)
{
    return &trial->past[(hash >> 16 & UINT32_MAX) * trial->words >> 32];
}

static void remember(struct trial *trial, uint64_t key, uint64_t uses)
{
    uint64_t hash = sim_hash(key, 0), *past = past_of(trial, hash);
    *past = *past << 16 | hash >> 50 << 2 | (uses < OTPI_MARK_USES ? uses + 1 : OTPI_MARK_USES);
}

static uint64_t recall(const struct trial *trial, uint64_t key)
{
    uint64_t hash = sim_hash(key, 0), past = *past_of(trial, hash);
    for (; past != 0; past >>= 16)
        if ((past & 0xffff) >> 2 == hash >> 50)
            return past & 3;
    return 0;
}

static uint32_t find_worst(const struct sim *sim, struct trial *trial)
{
    uint32_t worst = 0, most = 0;
    for (int i = 0; i < SAMPLE; i++) {
        uint64_t x = sim_hash(trial->random++, 1);
        uint32_t node = (uint32_t)((x >> 32) * sim->size >> 32) + 1, badness;
        uint64_t mark = trial->marks[node];
        if ((mark & OTPI_MARK_TRIAL) != 0)
            continue;
        if (otpi_mark_uses(mark) != 0 && otpi_mark_age(mark, trial->clock) >= OTPI_MARK_OLD) {
            mark = otpi_mark_new(trial->clock, otpi_mark_uses(mark) - 1);
            trial->marks[node] = (uint8_t)mark;
        }
        badness = otpi_mark_badness(mark, trial->clock);
        if (badness > most) {
            most = badness;
            worst = node;
        }
    }
    return worst;
}

static void adapt(const struct sim *sim, struct trial *trial)
{
    uint32_t step = trial->part / PART_MIN;
    if (trial->n_tried < TRIED + sim->size / OTPI_MARK_TICKS)
        return;
    if (trial->n_used * WORTH_IT > trial->n_tried)
        trial->part = trial->part + step < PART_MAX ? trial->part + step : PART_MAX;
    else
        trial->part = trial->part - step > PART_MIN ? trial->part - step : PART_MIN;
    trial->n_tried = trial->n_used = 0;
}

static uint32_t trial_evict(struct sim *sim)
{
    struct trial *trial = sim->own;
    uint32_t node, worst, at;
    uint64_t used, uses;
    if (trial->end - trial->first < 1 + sim->size * trial->part / PARTS)
        return (worst = find_worst(sim, trial)) != 0 ? worst : 1;
    at = trial->first++ & trial->mask;
    node = trial->tried[at];
    used = otpi_mark_uses(trial->marks[node]);
    uses = used + trial->back[at] < OTPI_MARK_USES ? used + trial->back[at] : OTPI_MARK_USES;
    trial->n_tried++;
    trial->n_used += used > 0;
    adapt(sim, trial);
    worst = uses > 0 ? find_worst(sim, trial) : 0;
    if (worst == 0 || otpi_mark_uses(trial->marks[worst]) >= uses) {
        remember(trial, sim->nodes[node].key, uses);
        return node;
    }
    trial->marks[node] = (uint8_t)((trial->marks[node] & ~7u) | uses);
    remember(trial, sim->nodes[worst].key, 0);
    return worst;
}

static void trial_put(struct sim *sim, uint32_t node)
{
    struct trial *trial = sim->own;
    bool full = sim->count == sim->size;
    trial->marks[node] = (uint8_t)otpi_mark_new(trial->clock, full ? OTPI_MARK_TRIAL : 0);
    if (full) {
        trial->tried[trial->end & trial->mask] = node;
        trial->back[trial->end++ & trial->mask] = (uint8_t)recall(trial, sim->nodes[node].key);
    }
    if (++trial->puts > sim->count / OTPI_MARK_TICKS) {
        trial->puts = 0;
        trial->clock++;
    }
}

const struct sim_policy sim_trial = { "ours_simulated", trial_begin, NULL,
                                      trial_hit,        trial_evict, trial_put };
