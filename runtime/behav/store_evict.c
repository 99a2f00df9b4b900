/* store_evict.c - which entry of a store goes when there is no room for another.
 *
 * Idea: it looks at the entries of a few random buckets and takes the worst of them.
 * Threads: any, pinned. Locks: shard. Owns: nothing.
 */
#include "base/hash.h"
#include "behav/mark.h"
#include "behav/store.h"

#define CANDIDATES 32
#define LOOKS      64 /* buckets of one shard, for candidates */
#define GOLDEN     0x9e3779b97f4a7c15u

static uint64_t buckets_of(const struct otpi_store_shard *shard)
{
    return atomic_load_explicit(&shard->n, memory_order_relaxed);
}

static otp_instant expiry(const struct otpi_store *store, uint64_t *bucket, unsigned place)
{
    return (otp_instant)otpi_store_slot(store, bucket, place)[store->slot - 1];
}

/* The worst entry seen so far. */
struct worst {
    uint64_t *first, *bucket;
    unsigned place, n;
    uint32_t badness;
};

static void look_at_chain(const struct otpi_store *store, uint64_t *first, otp_instant now,
                          struct worst *worst)
{
    uint32_t clock = atomic_load_explicit(&store->clock, memory_order_relaxed);

    for (uint64_t *bucket = first; bucket != NULL; bucket = otpi_store_next(bucket)) {
        uint64_t places = otpi_store_taken(bucket[OTPI_TAGS]);
        uint64_t marks = otpi_store_get(&bucket[OTPI_MARKS]);
        for (; places != 0; places &= places - 1, worst->n++) {
            unsigned place = otpi_store_place(places);
            uint32_t badness = otpi_mark_badness(otpi_store_byte(marks, place), clock);
            if (expiry(store, bucket, place) <= now)
                badness = UINT32_MAX;
            if (worst->n == 0 || badness > worst->badness)
                *worst = (struct worst){ first, bucket, place, worst->n, badness };
        }
    }
}

static uint64_t next_random(struct otpi_store *store)
{
    return otpi_hash_mix(atomic_fetch_add_explicit(&store->random, GOLDEN, memory_order_relaxed));
}

/* Buckets are chosen by a random hash, so that those that were not split yet, which have twice as
 * many entries, are chosen twice as often. */
static struct worst find_worst(const struct otpi_store *store, const struct otpi_store_shard *shard,
                               uint64_t random, otp_instant now)
{
    struct worst worst = { .n = 0 };
    uint64_t n = buckets_of(shard);

    for (uint64_t i = 0; i < LOOKS && worst.n < CANDIDATES; i++, random += GOLDEN) {
        uint64_t index = otpi_store_index(store, otpi_hash_mix(random), n);
        look_at_chain(store, otpi_store_bucket(store, shard, index), now, &worst);
    }
    for (uint64_t i = 0; i < n && worst.n == 0; i++)
        look_at_chain(store, otpi_store_bucket(store, shard, i), now, &worst);
    return worst;
}

static bool evict_from(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t random,
                       otp_instant now, struct otpi_taken *taken)
{
    struct worst worst;

    if (shard->count == 0)
        return false;
    worst = find_worst(store, shard, random, now);
    taken->expired = expiry(store, worst.bucket, worst.place) <= now;
    otpi_store_begin(worst.first);
    otpi_store_take(store, shard, worst.bucket, worst.place, taken);
    if (worst.bucket != worst.first)
        otpi_store_compact(store, shard, worst.first);
    otpi_store_end(worst.first);
    return true;
}

bool otpi_store_evict(struct otpi_store *store, otp_instant now, struct otpi_taken *taken)
{
    uint64_t random = next_random(store);

    for (uint32_t i = 0; i <= store->shard_mask; i++) {
        struct otpi_store_shard *shard = &store->shards[(random + i) & store->shard_mask];
        bool evicted;
        otp_lock_take(&shard->lock);
        evicted = evict_from(store, shard, random, now, taken);
        otp_lock_release(&shard->lock);
        if (evicted)
            return true;
    }
    return false;
}
