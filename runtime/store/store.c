/* store.c - a store's life, keys, and the limit on how much there is.
 *
 * Idea: see store.h. The count of a limited store has every entry before it is put: a place is
 * reserved, or there is none, so it never has more than it may. The last shard's lock being left
 * does not end a store that was dropped: it is freed when nobody who has pinned can still see it.
 * Threads: any. Locks: shard. Owns: the store.
 */
#include "store/store.h"

#include <string.h>

#include <otp/table.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/region.h"

#define WORD        sizeof(uint64_t)
#define FEW_ENTRIES 512 /* for which a shard is enough */
#define REGION_MIN  ((size_t)32 * 1024)
#define WIDEST      13 /* of regions: some megabytes */
#define WIDEST_ZERO 7  /* of what is zeroed as a whole: some ten kilobytes */

static size_t words_of(size_t bytes)
{
    return (bytes + WORD - 1) / WORD;
}

/* -- life -- */

/* A small store does with fewer shards. */
static uint32_t shards_for(const struct otpi_store_type *type)
{
    uint32_t n = OTPI_STORE_SHARDS;

    while (type->max_entries != 0 && n > 1 && type->max_entries / n < FEW_ENTRIES)
        n /= 2;
    return n;
}

static size_t size_of(uint32_t shards)
{
    return sizeof(struct otpi_store) + shards * sizeof(struct otpi_store_shard);
}

static void lay_out(struct otpi_store *store)
{
    const struct otp_layout *key = store->type.key, *value = store->type.value;

    store->boxed = store->type.key_kind == OTP_KEY_TEXT || value->n_refs != 0 ||
                   key->size > OTPI_STORE_KEY_MAX * WORD ||
                   value->size > OTPI_STORE_VALUE_MAX * WORD;
    store->key = store->boxed ? 1 : (uint32_t)words_of(key->size);
    store->value = store->boxed ? 1 : (uint32_t)words_of(value->size);
    store->slot = store->key + store->value + 1;
    store->words = !store->boxed && key->size == WORD && value->size == WORD;
}

struct otpi_store *otpi_store_new(const struct otpi_store_type *type)
{
    uint32_t shards = shards_for(type);
    struct otpi_store *store = otpi_alloc_line(size_of(shards));

    if (store == NULL)
        return NULL;
    store->type = *type;
    store->seed = otpi_hash_seed();
    otpi_hash_word_key(store->seed, &store->hash);
    store->shard_mask = shards - 1;
    store->shift = (uint32_t)__builtin_ctz(shards);
    store->widest = otpi_region_is_there() ? WIDEST : WIDEST_ZERO;
    store->region_min = otpi_region_is_there() ? REGION_MIN : SIZE_MAX;
    store->slabbed = otpi_region_is_there();
    store->limited = type->max_entries != 0 || type->max_bytes != 0;
    atomic_store(&store->random, store->seed | 1);
    lay_out(store);
    return store;
}

static bool drop_some(struct otp_later *later)
{
    struct otpi_store *store = (struct otpi_store *)(void *)later;

    if (otpi_store_free_some(store))
        return true;
    otpi_release_line(store, size_of(store->shard_mask + 1));
    return false;
}

void otpi_store_drop(struct otpi_store *store)
{
    store->drop.run = drop_some;
    otp_retire_later(&store->drop);
    otp_reclaim();
}

/* -- keys -- */

static bool text_key(const struct otpi_store *store, const void *key, struct otpi_store_key *out)
{
    otp_str text;

    memcpy(&text, key, sizeof text);
    out->bytes = text.data;
    out->size = text.size;
    out->hash = otpi_hash_bytes(store->seed, text.data, text.size);
    return text.size <= OTPI_STORE_TEXT_MAX;
}

bool otpi_store_key(const struct otpi_store *store, const void *key, struct otpi_store_key *out)
{
    size_t size = store->type.key->size;

    if (store->type.key_kind == OTP_KEY_TEXT)
        return text_key(store, key, out);
    out->bytes = key;
    out->size = size;
    if (size == WORD) { /* as most are */
        memcpy(out->words, key, WORD);
        out->hash = otpi_store_words_hash(store, out->words, 1);
        return true;
    }
    if (size > sizeof out->words) {
        out->hash = otpi_hash_bytes(store->seed, key, size);
        return true;
    }
    out->words[words_of(size) - 1] = 0;
    memcpy(out->words, key, size);
    out->hash = otpi_store_words_hash(store, out->words, (uint32_t)words_of(size));
    return true;
}

uint64_t otpi_store_hash(const struct otpi_store *store, const uint64_t *slot)
{
    return store->boxed ? slot[0] : otpi_store_words_hash(store, slot, store->key);
}

/* -- how much there is -- */

uint64_t otpi_store_count(struct otpi_store *store)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i <= store->shard_mask; i++) {
        otp_lock_take(&store->shards[i].lock);
        count += store->shards[i].count;
        otp_lock_release(&store->shards[i].lock);
    }
    return count;
}

uint64_t otpi_store_memory(struct otpi_store *store)
{
    uint64_t bytes = size_of(store->shard_mask + 1);

    for (uint32_t i = 0; i <= store->shard_mask; i++) {
        otp_lock_take(&store->shards[i].lock);
        bytes += store->shards[i].bytes;
        otp_lock_release(&store->shards[i].lock);
    }
    return bytes;
}

/* Its box, and its part of a bucket that is five eighths full. */
size_t otpi_store_cost(const struct otpi_store *store, const struct otpi_box *box)
{
    return (box == NULL ? 0 : otpi_box_size(box)) + otpi_store_bucket_words(store) * WORD / 5;
}

/* Adds to an atomic unless it gets larger than most. */
static bool add_up_to(_Atomic uint64_t *sum, uint64_t more, uint64_t most)
{
    uint64_t now = atomic_load_explicit(sum, memory_order_relaxed);

    do {
        if (most != 0 && now + more > most)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(sum, &now, now + more, memory_order_relaxed,
                                                    memory_order_relaxed));
    return true;
}

bool otpi_store_reserve(struct otpi_store *store, size_t cost)
{
    if (!store->limited)
        return true;
    if (!add_up_to(&store->entries, 1, store->type.max_entries))
        return false;
    if (add_up_to(&store->bytes, cost, store->type.max_bytes))
        return true;
    atomic_fetch_sub_explicit(&store->entries, 1, memory_order_relaxed);
    return false;
}

bool otpi_store_recost(struct otpi_store *store, size_t old_size, size_t size)
{
    if (!store->limited)
        return true;
    if (size > old_size)
        return add_up_to(&store->bytes, size - old_size, store->type.max_bytes);
    atomic_fetch_sub_explicit(&store->bytes, old_size - size, memory_order_relaxed);
    return true;
}

void otpi_store_unreserve(struct otpi_store *store, size_t n, size_t cost)
{
    if (!store->limited)
        return;
    atomic_fetch_sub_explicit(&store->entries, n, memory_order_relaxed);
    atomic_fetch_sub_explicit(&store->bytes, cost, memory_order_relaxed);
}
