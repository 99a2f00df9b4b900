/* store_read.c - finding an entry without a lock.
 *
 * Idea: see store.h. What was read of a bucket is used only after its count of changes was seen to
 * be what it was before; the address of a box is followed only then. Nothing found is believed if
 * by then another bucket is the key's, or there was a change: a bucket that was taken back and used
 * again looks empty in between. After many tries one looks under the lock.
 * Threads: any, pinned. Locks: shard, hardly ever. Owns: nothing.
 */
#include "behav/store.h"

#include <string.h>

#include "behav/mark.h"

#define TRIES 100

enum looked { HIT, MISS, AGAIN };

/* A look at one bucket. */
struct look {
    const struct otpi_store *store;
    const struct otpi_store_key *key;
    struct otpi_found *found;
    uint64_t *bucket; /* the first one of the chain */
    uint64_t changes;
};

static bool is_whole(const struct look *look)
{
    return __atomic_load_n(&look->bucket[OTPI_CHANGES], __ATOMIC_RELAXED) == look->changes;
}

static enum looked look_at_plain(const struct look *look, const uint64_t *slot)
{
    const struct otpi_store *store = look->store;
    bool same = true;

    for (uint32_t i = 0; i < store->key; i++)
        same = same && otpi_store_get(&slot[i]) == look->key->words[i];
    for (uint32_t i = 0; same && i < store->value; i++)
        look->found->words[i] = otpi_store_get(&slot[store->key + i]);
    look->found->expires = (otp_instant)otpi_store_get(&slot[store->slot - 1]);
    look->found->box = NULL;
    if (!is_whole(look))
        return AGAIN;
    return same ? HIT : MISS;
}

static enum looked look_at_boxed(const struct look *look, const uint64_t *slot)
{
    const struct otpi_store_key *key = look->key;
    const struct otpi_box *box;
    bool same = otpi_store_get(&slot[0]) == key->hash;

    box = (const struct otpi_box *)(uintptr_t)otpi_store_get(&slot[1]);
    look->found->expires = (otp_instant)otpi_store_get(&slot[2]);
    look->found->box = box;
    if (!is_whole(look))
        return AGAIN;
    same = same && box->key_size == key->size &&
           (key->size == 0 || memcmp(otpi_box_key(box), key->bytes, key->size) == 0);
    return same ? HIT : MISS;
}

/* Others may do so at the same moment: one of them is lost then, which does not matter. */
static void mark_use(const struct otpi_store *store, uint64_t *bucket, unsigned place)
{
    uint8_t *mark = (uint8_t *)&bucket[OTPI_MARKS];
    uint32_t clock = atomic_load_explicit(&store->clock, memory_order_relaxed);
    uint64_t old, used;

    mark += place; /* bytes of a word begin with its lowest: ARCHITECTURE.md, platforms */
    old = __atomic_load_n(mark, __ATOMIC_RELAXED);
    used = otpi_mark_use(old, clock);
    if (used != old)
        __atomic_store_n(mark, (uint8_t)used, __ATOMIC_RELAXED);
}

static enum looked look_in_chain(const struct look *look)
{
    uint64_t tag = otpi_store_tag(look->key->hash);

    for (uint64_t *bucket = look->bucket; bucket != NULL; bucket = otpi_store_next(bucket)) {
        uint64_t places = otpi_store_places(otpi_store_get(&bucket[OTPI_TAGS]), tag);
        for (; places != 0; places &= places - 1) {
            unsigned place = otpi_store_place(places);
            const uint64_t *slot = otpi_store_slot(look->store, bucket, place);
            enum looked looked =
                look->store->boxed ? look_at_boxed(look, slot) : look_at_plain(look, slot);
            if (looked == HIT && look->store->limited)
                mark_use(look->store, bucket, place);
            if (looked != MISS)
                return looked;
        }
    }
    return MISS;
}

static enum looked look_once(struct look *look, const struct otpi_store_shard *shard)
{
    uint64_t hash = look->key->hash;
    /* acquire: pairs with the releases of store_grow.c; the bucket is there, with what moved */
    uint64_t n = atomic_load_explicit(&shard->n, memory_order_acquire);
    enum looked looked;

    if (n == 0)
        return MISS;
    look->bucket = otpi_store_bucket(look->store, shard, otpi_store_index(look->store, hash, n));
    if (look->bucket == NULL)
        return AGAIN;
    /* its lines come at the same time, not one after the other */
    for (size_t i = 8; i < otpi_store_bucket_words(look->store); i += 8)
        __builtin_prefetch(look->bucket + i);
    look->changes = otpi_store_get(&look->bucket[OTPI_CHANGES]);
    if ((look->changes & 1) != 0)
        return AGAIN;
    looked = look_in_chain(look);
    if (looked != MISS)
        return looked;
    n = atomic_load_explicit(&shard->n, memory_order_acquire);
    if (otpi_store_bucket(look->store, shard, otpi_store_index(look->store, hash, n)) !=
        look->bucket)
        return AGAIN;
    return is_whole(look) ? MISS : AGAIN;
}

/* Writers have been in the way all the time. */
__attribute__((noinline)) static bool find_locked(struct look *look, struct otpi_store_shard *shard)
{
    enum looked looked;

    otp_lock_take(&shard->lock);
    looked = look_once(look, shard);
    otp_lock_release(&shard->lock);
    return looked == HIT;
}

bool otpi_store_find(struct otpi_store *store, const struct otpi_store_key *key,
                     struct otpi_found *found)
{
    struct otpi_store_shard *shard = otpi_store_shard(store, key->hash);
    struct look look = { .store = store, .key = key, .found = found };

    for (int i = 0; i < TRIES; i++) {
        enum looked looked = look_once(&look, shard);
        if (looked != AGAIN)
            return looked == HIT;
    }
    return find_locked(&look, shard);
}
