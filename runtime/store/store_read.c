/* store_read.c - finding an entry without a lock.
 *
 * Idea: see store.h. What was read of a bucket is used only after its count of changes was seen to
 * be what it was before; the address of a box is followed only then. Nothing found is believed if
 * by then another bucket is the key's, or there was a change: a bucket that was taken back and used
 * again looks empty in between. After many tries one looks under the lock.
 * Threads: any, pinned. Locks: shard, hardly ever. Owns: nothing.
 */
#include "store/store.h"

#include <string.h>

#include "base/apart.h"
#include "store/mark.h"

#define TRIES 100

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

static enum otpi_looked look_at_plain(const struct look *look, const uint64_t *slot)
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
        return OTPI_AGAIN;
    return same ? OTPI_HIT : OTPI_MISS;
}

static enum otpi_looked look_at_boxed(const struct look *look, const uint64_t *slot)
{
    const struct otpi_store_key *key = look->key;
    const struct otpi_box *box;
    bool same = otpi_store_get(&slot[0]) == key->hash;

    box = (const struct otpi_box *)(uintptr_t)otpi_store_get(&slot[1]);
    look->found->expires = (otp_instant)otpi_store_get(&slot[2]);
    look->found->box = box;
    if (!is_whole(look))
        return OTPI_AGAIN;
    same = same && otpi_box_key_size(box) == key->size &&
           (key->size == 0 || memcmp(otpi_box_key(box), key->bytes, key->size) == 0);
    return same ? OTPI_HIT : OTPI_MISS;
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

static enum otpi_looked look_in_chain(const struct look *look)
{
    uint64_t tag = otpi_store_tag(look->key->hash);

    for (uint64_t *bucket = look->bucket; bucket != NULL; bucket = otpi_store_next(bucket)) {
        uint64_t places = otpi_store_places(otpi_store_get(&bucket[OTPI_TAGS]), tag);
        for (; places != 0; places &= places - 1) {
            unsigned place = otpi_store_place(places);
            const uint64_t *slot = otpi_store_slot(look->store, bucket, place);
            enum otpi_looked looked =
                look->store->boxed ? look_at_boxed(look, slot) : look_at_plain(look, slot);
            if (looked == OTPI_HIT && look->store->limited)
                mark_use(look->store, bucket, place);
            if (looked != OTPI_MISS)
                return looked;
        }
    }
    return OTPI_MISS;
}

static enum otpi_looked look_once(struct look *look, const struct otpi_store_shard *shard)
{
    uint64_t hash = look->key->hash;
    /* acquire: pairs with the releases of store_grow.c; the bucket is there, with what moved */
    uint64_t n = atomic_load_explicit(&shard->n, memory_order_acquire);
    enum otpi_looked looked;

    if (n == 0)
        return OTPI_MISS;
    look->bucket = otpi_store_bucket(look->store, shard, otpi_store_index(look->store, hash, n));
    if (look->bucket == NULL)
        return OTPI_AGAIN;
    /* its lines come at the same time, not one after the other */
    for (size_t i = 8; i < otpi_store_bucket_words(look->store); i += 8)
        __builtin_prefetch(look->bucket + i);
    look->changes = otpi_store_get(&look->bucket[OTPI_CHANGES]);
    if ((look->changes & 1) != 0)
        return OTPI_AGAIN;
    looked = look_in_chain(look);
    if (looked != OTPI_MISS)
        return looked;
    n = atomic_load_explicit(&shard->n, memory_order_acquire);
    if (otpi_store_bucket(look->store, shard, otpi_store_index(look->store, hash, n)) !=
        look->bucket)
        return OTPI_AGAIN;
    return is_whole(look) ? OTPI_MISS : OTPI_AGAIN;
}

/* Writers have been in the way all the time. */
OTPI_APART static bool find_locked(struct look *look, struct otpi_store_shard *shard)
{
    enum otpi_looked looked;

    otp_lock_take(&shard->lock);
    looked = look_once(look, shard);
    otp_lock_release(&shard->lock);
    return looked == OTPI_HIT;
}

/* The entry of a key that is no word, or that writers were in the way of. */
OTPI_APART static bool find_any(struct otpi_store *store, const struct otpi_store_key *key,
                                struct otpi_found *found)
{
    struct otpi_store_shard *shard = otpi_store_shard(store, key->hash);
    struct look look = { .store = store, .key = key, .found = found };

    for (int i = 0; i < TRIES; i++) {
        enum otpi_looked looked = look_once(&look, shard);
        if (looked != OTPI_AGAIN)
            return looked == OTPI_HIT;
    }
    return find_locked(&look, shard);
}

bool otpi_store_find(struct otpi_store *store, const struct otpi_store_key *key,
                     struct otpi_found *found)
{
    struct otpi_word_found word;

    if (!store->words)
        return find_any(store, key, found);
    word = otpi_store_find_word(store, key->words[0], key->hash);
    if (word.looked == OTPI_AGAIN)
        return find_any(store, key, found);
    found->words[0] = word.value;
    found->expires = word.expires;
    found->box = NULL;
    return word.looked == OTPI_HIT;
}

/* -- entries that are words: the same, as short as it can be -- */

/* MISS: it is in another place of the same tag, or in none. */
static inline struct otpi_word_found look_for_word(const struct otpi_store *store, uint64_t *bucket,
                                                   uint64_t places, uint64_t word)
{
    struct otpi_word_found found = { .looked = OTPI_MISS };

    for (; places != 0; places &= places - 1) {
        unsigned place = otpi_store_place(places);
        const uint64_t *slot = bucket + OTPI_SLOTS + place * OTPI_WORD_SLOT;
        if (otpi_store_get(&slot[0]) != word)
            continue;
        found.looked = OTPI_HIT;
        found.value = otpi_store_get(&slot[1]);
        found.expires = (otp_instant)otpi_store_get(&slot[2]);
        if (store->limited)
            mark_use(store, bucket, place);
        break;
    }
    return found;
}

OTPI_APART static struct otpi_word_found find_word(const struct otpi_store *store, uint64_t word,
                                                   uint64_t hash)
{
    const struct otpi_store_shard *shard = &store->shards[hash & store->shard_mask];
    struct otpi_word_found found = { .looked = OTPI_AGAIN };
    uint64_t *first = otpi_store_word_bucket(store, shard, hash), changes, places;

    if (first == NULL)
        return found;
    for (int i = 8; i < OTPI_WORD_BUCKET; i += 8) /* they come at the same time, not one by one */
        __builtin_prefetch(first + i);
    changes = otpi_store_get(&first[OTPI_CHANGES]);
    for (uint64_t *bucket = first; bucket != NULL; bucket = otpi_store_next(bucket)) {
        places = otpi_store_places(otpi_store_get(&bucket[OTPI_TAGS]), otpi_store_tag(hash));
        found = look_for_word(store, bucket, places, word);
        if (found.looked == OTPI_HIT)
            break;
    }
    if ((changes & 1) != 0 || __atomic_load_n(&first[OTPI_CHANGES], __ATOMIC_RELAXED) != changes)
        found.looked = OTPI_AGAIN;
    else if (found.looked == OTPI_MISS && otpi_store_word_bucket(store, shard, hash) != first)
        found.looked = OTPI_AGAIN;
    return found;
}

/* Most are at the first place of the first bucket that has their tag. */
struct otpi_word_found otpi_store_find_word(const struct otpi_store *store, uint64_t word,
                                            uint64_t hash)
{
    const struct otpi_store_shard *shard = &store->shards[hash & store->shard_mask];
    struct otpi_word_found found = { .looked = OTPI_HIT };
    uint64_t *bucket = otpi_store_word_bucket(store, shard, hash), changes, places;
    const uint64_t *slot;

    if (bucket == NULL)
        return find_word(store, word, hash);
    for (int i = 8; i < OTPI_WORD_BUCKET; i += 8) /* they come at the same time, not one by one */
        __builtin_prefetch(bucket + i);
    changes = otpi_store_get(&bucket[OTPI_CHANGES]);
    places = otpi_store_places(otpi_store_get(&bucket[OTPI_TAGS]), otpi_store_tag(hash));
    if (places == 0)
        return find_word(store, word, hash);
    slot = bucket + OTPI_SLOTS + otpi_store_place(places) * OTPI_WORD_SLOT;
    if (otpi_store_get(&slot[0]) != word)
        return find_word(store, word, hash);
    found.value = otpi_store_get(&slot[1]);
    found.expires = (otp_instant)otpi_store_get(&slot[2]);
    if ((changes & 1) != 0 || __atomic_load_n(&bucket[OTPI_CHANGES], __ATOMIC_RELAXED) != changes)
        return find_word(store, word, hash);
    if (store->limited)
        mark_use(store, bucket, otpi_store_place(places));
    return found;
}
