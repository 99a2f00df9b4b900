/* store_look.c - walking through a store beside those that write to it, to look only.
 *
 * Idea: see store.h. A shard's buckets may be split and joined while a walk is in it, but an entry
 * always belongs to one of those that there were when the walk came: with that number of buckets
 * its hash says to which. So the walk asks for the entries of each of these, wherever they are by
 * now: in that bucket and those split from it since, or in the one that it was joined to.
 * Threads: any, pinned. Locks: shard. Owns: nothing.
 */
#include <string.h>

#include "store/store.h"

#define WORD sizeof(uint64_t)

/* What is looked for, and what was found. */
struct look {
    const struct otpi_store *store;
    const struct otpi_store_walk *walk;
    struct otpi_seen *seen;
    size_t room, n;
};

static void look_at(struct look *look, const uint64_t *slot)
{
    const struct otpi_store *store = look->store;
    struct otpi_seen *seen = &look->seen[look->n];

    if (otpi_store_index(store, otpi_store_hash(store, slot), look->walk->n) != look->walk->index)
        return;
    if (look->n++ >= look->room)
        return;
    seen->entry.box = store->boxed ? (struct otpi_box *)(uintptr_t)slot[1] : NULL;
    if (!store->boxed)
        memcpy(seen->entry.words, slot, (store->key + store->value) * WORD);
    seen->stamp = slot[store->slot - 1];
}

static void look_in_chain(struct look *look, uint64_t *bucket)
{
    for (; bucket != NULL; bucket = otpi_store_next(bucket)) {
        uint64_t places = otpi_store_taken(bucket[OTPI_TAGS]);
        for (; places != 0; places &= places - 1)
            look_at(look, otpi_store_slot(look->store, bucket, otpi_store_place(places)));
    }
}

/* How many buckets apart those are that come from one, of n that there were: as many as the bits of
 * the hash tell apart that had decided about it. */
static uint64_t apart(uint64_t index, uint64_t n)
{
    uint64_t power = (uint64_t)1 << (63 - __builtin_clzll(n)); /* n - power were split already */

    return index < n - power || index >= power ? 2 * power : power;
}

/* lock: shard. */
static void look_in_shard(struct look *look, struct otpi_store_shard *shard)
{
    uint64_t n = atomic_load_explicit(&shard->n, memory_order_relaxed);
    uint64_t index = look->walk->index;

    if (n == 0) /* all was taken out at once meanwhile */
        return;
    while (index >= n) /* it was joined to the one without its highest bit, again and again */
        index -= (uint64_t)1 << (63 - __builtin_clzll(index));
    for (uint64_t i = index; i < n; i += apart(look->walk->index, look->walk->n)) {
        look_in_chain(look, otpi_store_bucket(look->store, shard, i));
        if (index != look->walk->index)
            return; /* all of it is there */
    }
}

bool otpi_store_look(struct otpi_store *store, struct otpi_store_walk *walk, struct otpi_seen *seen,
                     size_t room, size_t *n)
{
    struct look look = { store, walk, seen, room, 0 };
    struct otpi_store_shard *shard = &store->shards[walk->shard];

    otp_lock_take(&shard->lock);
    if (walk->index == 0)
        walk->n = atomic_load_explicit(&shard->n, memory_order_relaxed);
    if (walk->n != 0)
        look_in_shard(&look, shard);
    otp_lock_release(&shard->lock);
    *n = look.n;
    if (look.n > room)
        return true;
    if (++walk->index < walk->n)
        return true;
    walk->index = 0;
    return ++walk->shard <= store->shard_mask;
}
