/* store_write.c - putting into a store and taking out of it.
 *
 * Idea: see store.h. All that may fail comes before the first word is changed: the box is made
 * before the lock is taken, room for the entry before the change begins. So a put that fails has
 * lost nothing, the entry that was there before least of all.
 * Threads: any, pinned. Locks: shard. Owns: boxes, until they are retired.
 */
#include "store/store.h"

#include <string.h>

#include <otp/table.h>

#include "base/layout.h"
#include "base/mutant.h"
#include "store/add.h"
#include "store/mark.h"

#define WORD       sizeof(uint64_t)
#define SLOT_WORDS (OTPI_STORE_KEY_MAX + OTPI_STORE_VALUE_MAX + 1)

/* Where an entry is. */
struct where {
    struct otpi_store_shard *shard;
    uint64_t *first; /* of the chain; NULL: the shard has no buckets */
    uint64_t *bucket;
    unsigned place;
};

/* -- places: all under the lock of the shard -- */

static bool is_key(const struct otpi_store *store, const uint64_t *slot,
                   const struct otpi_store_key *key)
{
    const struct otpi_box *box;

    if (!store->boxed)
        return memcmp(slot, key->words, store->key * WORD) == 0;
    if (slot[0] != key->hash)
        return false;
    box = (const struct otpi_box *)(uintptr_t)slot[1];
    return otpi_box_key_size(box) == key->size &&
           (key->size == 0 || memcmp(otpi_box_key(box), key->bytes, key->size) == 0);
}

static bool find(struct otpi_store *store, const struct otpi_store_key *key, struct where *at)
{
    uint64_t tag = otpi_store_tag(key->hash);
    uint64_t n = atomic_load_explicit(&at->shard->n, memory_order_relaxed);

    at->first =
        n == 0 ? NULL : otpi_store_bucket(store, at->shard, otpi_store_index(store, key->hash, n));
    for (at->bucket = at->first; at->bucket != NULL; at->bucket = otpi_store_next(at->bucket)) {
        uint64_t places = otpi_store_places(at->bucket[OTPI_TAGS], tag);
        for (; places != 0; places &= places - 1) {
            at->place = otpi_store_place(places);
            if (is_key(store, otpi_store_slot(store, at->bucket, at->place), key))
                return true;
        }
    }
    return false;
}

static bool has_expired(const struct otpi_store *store, const struct where *at, otp_instant now)
{
    return (otp_instant)otpi_store_slot(store, at->bucket, at->place)[store->slot - 1] <= now;
}

uint64_t *otpi_store_room(struct otpi_store *store, struct otpi_store_shard *shard,
                          uint64_t *bucket, unsigned *place)
{
    for (;;) {
        uint64_t is_free = ~bucket[OTPI_TAGS] & 0x8080808080808080u, *next;
        if (is_free != 0) {
            *place = otpi_store_place(is_free);
            return bucket;
        }
        next = otpi_store_next(bucket);
        if (next == NULL) {
            next = otpi_store_chain(store, shard);
            if (next == NULL)
                return NULL;
            otpi_store_set(&bucket[OTPI_NEXT], (uint64_t)(uintptr_t)next);
        }
        bucket = next;
    }
}

void otpi_store_fill(const struct otpi_store *store, uint64_t *bucket, unsigned place, uint64_t tag,
                     uint64_t mark, const uint64_t *slot)
{
    uint64_t *to = otpi_store_slot(store, bucket, place);

    for (uint32_t i = 0; i < store->slot; i++)
        otpi_store_set(&to[i], slot[i]);
    otpi_store_set_byte(&bucket[OTPI_MARKS], place, mark);
    otpi_store_set_byte(&bucket[OTPI_TAGS], place, tag);
}

void otpi_store_take(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t *bucket,
                     unsigned place, struct otpi_taken *taken)
{
    const uint64_t *slot = otpi_store_slot(store, bucket, place);

    taken->box = store->boxed ? (struct otpi_box *)(uintptr_t)slot[1] : NULL;
    if (!store->boxed)
        memcpy(taken->words, slot, (store->key + store->value) * WORD);
    otpi_store_set_byte(&bucket[OTPI_TAGS], place, 0);
    shard->count--;
    otpi_box_discount(shard, taken->box);
    otpi_store_unreserve(store, 1, otpi_store_cost(store, taken->box));
}

/* -- putting -- */

static void make_slot(const struct otpi_store *store, struct otpi_store_shard *shard,
                      const struct otpi_store_putting *putting, struct otpi_box *box,
                      uint64_t *slot)
{
    memset(slot, 0, SLOT_WORDS * WORD);
    if (store->boxed) {
        slot[0] = putting->key->hash;
        slot[1] = (uint64_t)(uintptr_t)box;
    } else {
        memcpy(slot, putting->key->words, store->key * WORD);
        memcpy(slot + store->key, putting->value, store->type.value->size);
    }
    slot[store->slot - 1] =
        putting->expires == OTPI_STORE_STAMP ? ++shard->stamps : (uint64_t)putting->expires;
    otpi_store_expects(shard, putting->expires);
}

/* The clock of marks goes on when a part of what there is has been put. */
static void tick(struct otpi_store *store)
{
    uint64_t n, part;

    if (!store->limited)
        return;
    n = atomic_fetch_add_explicit(&store->inserts, 1, memory_order_relaxed) + 1;
    part = atomic_load_explicit(&store->entries, memory_order_relaxed) / OTPI_MARK_TICKS;
    if (n > part) {
        atomic_store_explicit(&store->inserts, 0, memory_order_relaxed);
        atomic_fetch_add_explicit(&store->clock, 1, memory_order_relaxed);
    }
}

static otp_status insert(struct otpi_store *store, struct where *at,
                         const struct otpi_store_putting *putting, struct otpi_box *box)
{
    uint64_t slot[SLOT_WORDS], hash = putting->key->hash;
    size_t cost = otpi_store_cost(store, box);

    if (!otpi_store_reserve(store, cost))
        return OTP_OVERLOAD;
    if (at->first == NULL && !otpi_store_begin_shard(store, at->shard)) {
        otpi_store_unreserve(store, 1, cost);
        return OTP_NOMEM;
    }
    otpi_store_grow(store, at->shard);
    at->first = otpi_store_bucket(store, at->shard,
                                  otpi_store_index(store, hash, atomic_load(&at->shard->n)));
    at->bucket = otpi_store_room(store, at->shard, at->first, &at->place);
    if (at->bucket == NULL) {
        otpi_store_unreserve(store, 1, cost);
        return OTP_NOMEM;
    }
    make_slot(store, at->shard, putting, box, slot);
    otpi_store_begin(at->first);
    otpi_store_fill(store, at->bucket, at->place, otpi_store_tag(hash),
                    otpi_store_admit(store, at->shard, hash), slot);
    otpi_store_end(at->first);
    at->shard->count++;
    otpi_box_count(at->shard, box);
    tick(store);
    return OTP_OK;
}

/* *old gets the old box, which is the caller's then, if OK; else it is unchanged. */
static otp_status replace(struct otpi_store *store, const struct where *at,
                          const struct otpi_store_putting *putting, struct otpi_box *box,
                          struct otpi_box **old)
{
    uint64_t slot[SLOT_WORDS], *to = otpi_store_slot(store, at->bucket, at->place);
    struct otpi_box *before = store->boxed ? (struct otpi_box *)(uintptr_t)to[1] : NULL;
    size_t size = box == NULL ? 0 : otpi_box_size(box);

    if (!otpi_store_recost(store, before == NULL ? 0 : otpi_box_size(before), size))
        return OTP_OVERLOAD;
    make_slot(store, at->shard, putting, box, slot);
    if (OTP_MUTANT(B191))
        slot[store->slot - 1] = to[store->slot - 1];
    otpi_store_begin(at->first);
    for (uint32_t i = 0; i < store->slot; i++)
        otpi_store_set(&to[i], slot[i]);
    otpi_store_end(at->first);
    otpi_box_count(at->shard, box);
    otpi_box_discount(at->shard, before);
    *old = before;
    return OTP_OK;
}

otp_status otpi_store_put(struct otpi_store *store, const struct otpi_store_putting *putting)
{
    struct where at = { .shard = otpi_store_shard(store, putting->key->hash) };
    struct otpi_box *box, *old = NULL;
    otp_status status = otpi_box_make(store, putting->key, putting->value, &box);

    if (status != OTP_OK)
        return status;
    if (store->type.max_bytes != 0 && otpi_store_cost(store, box) > store->type.max_bytes)
        status = OTP_BADARG;
    if (status == OTP_OK) {
        otp_lock_take(&at.shard->lock);
        if (!find(store, putting->key, &at))
            status = insert(store, &at, putting, box);
        else if (putting->how == OTPI_PUT_NEW && !has_expired(store, &at, putting->now))
            status = OTP_EXISTS;
        else
            status = replace(store, &at, putting, box, &old);
        otp_lock_release(&at.shard->lock);
    }
    if (status != OTP_OK)
        otpi_box_free(box);
    otpi_box_retire(old);
    return status;
}

/* The bucket's lines are asked for before the lock, which waits for what was begun before. */
bool otpi_store_replace_word(struct otpi_store *store, uint64_t word, uint64_t hash, uint64_t value,
                             otp_instant expires)
{
    struct otpi_store_shard *shard = otpi_store_shard(store, hash);
    uint64_t *bucket = otpi_store_word_bucket(store, shard, hash), *slot = NULL, places = 0;

    if (bucket == NULL)
        return false;
    for (int i = 0; i < OTPI_WORD_BUCKET; i += 8)
        __builtin_prefetch(bucket + i, 1);
    otp_lock_take(&shard->lock);
    bucket = otpi_store_word_bucket(store, shard, hash);
    if (bucket != NULL)
        places = otpi_store_places(bucket[OTPI_TAGS], otpi_store_tag(hash));
    if (places != 0)
        slot = bucket + OTPI_SLOTS + otpi_store_place(places) * OTPI_WORD_SLOT;
    if (slot != NULL && slot[0] != word)
        slot = NULL;
    if (slot != NULL) {
        otpi_store_begin(bucket);
        otpi_store_set(&slot[1], value);
        if (!OTP_MUTANT(B191))
            otpi_store_set(&slot[2], (uint64_t)expires);
        otpi_store_expects(shard, expires);
        otpi_store_end(bucket);
    }
    otp_lock_release(&shard->lock);
    return slot != NULL;
}

/* What an entry that is there has as its value. lock: shard. */
static const void *value_at(const struct otpi_store *store, const struct where *at)
{
    const uint64_t *slot = otpi_store_slot(store, at->bucket, at->place);

    return store->boxed ? otpi_box_value((const struct otpi_box *)(uintptr_t)slot[1])
                        : (const void *)&slot[store->key];
}

/* lock: shard. box: is filled in. */
static otp_status add_locked(struct otpi_store *store, struct where *at,
                             const struct otpi_store_putting *putting,
                             const struct otp_addition *add, struct otpi_box *box,
                             struct otpi_box **old)
{
    size_t size = store->type.value->size;
    bool found = find(store, putting->key, at);
    const void *before = found ? value_at(store, at) : add->initial;
    uint64_t sum = 0;
    struct otpi_store_putting with_sum = *putting;
    otp_status status = before == NULL ? OTP_NOT_FOUND : otpi_add(add, size, before, &sum);

    if (status != OTP_OK)
        return status;
    with_sum.value = &sum;
    if (box != NULL)
        memcpy((void *)(uintptr_t)otpi_box_value(box), &sum, size);
    return found ? replace(store, at, &with_sum, box, old) : insert(store, at, &with_sum, box);
}

otp_status otpi_store_add(struct otpi_store *store, const struct otpi_store_key *key,
                          const struct otp_addition *add, void *value)
{
    struct where at = { .shard = otpi_store_shard(store, key->hash) };
    struct otpi_box *box, *old = NULL;
    uint64_t sum = 0;
    struct otpi_store_putting putting = { key, &sum, OTPI_STORE_STAMP, 0, OTPI_PUT };
    otp_status status = otpi_box_make(store, key, &sum, &box);

    if (status != OTP_OK)
        return status;
    otp_lock_take(&at.shard->lock);
    status = add_locked(store, &at, &putting, add, box, &old);
    if (status == OTP_OK && value != NULL)
        memcpy(value, value_at(store, &at), store->type.value->size);
    otp_lock_release(&at.shard->lock);
    if (status != OTP_OK)
        otpi_box_free(box);
    otpi_box_retire(old);
    return status;
}

bool otpi_store_remove(struct otpi_store *store, const struct otpi_store_key *key, uint64_t stamp,
                       struct otpi_taken *taken)
{
    struct where at = { .shard = otpi_store_shard(store, key->hash) };
    bool found;

    otp_lock_take(&at.shard->lock);
    found = find(store, key, &at);
    if (found && stamp != 0)
        found = otpi_store_slot(store, at.bucket, at.place)[store->slot - 1] == stamp;
    if (found) {
        otpi_store_begin(at.first);
        otpi_store_take(store, at.shard, at.bucket, at.place, taken);
        if (at.bucket != at.first)
            otpi_store_compact(store, at.shard, at.first);
        otpi_store_end(at.first);
        (void)otpi_store_shrink(store, at.shard);
    }
    otp_lock_release(&at.shard->lock);
    return found;
}

bool otpi_store_delete(struct otpi_store *store, const struct otpi_store_key *key)
{
    struct otpi_taken taken = { .box = NULL };
    bool found = otpi_store_remove(store, key, 0, &taken);

    otpi_store_retire(&taken);
    return found;
}

bool otpi_store_touch(struct otpi_store *store, const struct otpi_store_key *key,
                      otp_instant expires, otp_instant now)
{
    struct where at = { .shard = otpi_store_shard(store, key->hash) };
    bool found;

    otp_lock_take(&at.shard->lock);
    found = find(store, key, &at) && !has_expired(store, &at, now);
    if (found) {
        otpi_store_begin(at.first);
        otpi_store_set(&otpi_store_slot(store, at.bucket, at.place)[store->slot - 1],
                       (uint64_t)expires);
        otpi_store_expects(at.shard, expires);
        otpi_store_end(at.first);
    }
    otp_lock_release(&at.shard->lock);
    return found;
}

/* -- many at once: under the locks of all shards that they belong to -- */

static uint64_t shards_of(const struct otpi_store *store, const struct otpi_store_row *rows,
                          size_t n)
{
    uint64_t shards = 0;

    for (size_t i = 0; i < n; i++)
        shards |= (uint64_t)1 << (rows[i].key.hash & store->shard_mask);
    return shards;
}

/* In ascending order, as everybody who takes more than one. */
static void lock_all(struct otpi_store *store, uint64_t shards)
{
    for (; shards != 0; shards &= shards - 1)
        otp_lock_take(&store->shards[__builtin_ctzll(shards)].lock);
}

static void release_all(struct otpi_store *store, uint64_t shards)
{
    for (; shards != 0; shards &= shards - 1)
        otp_lock_release(&store->shards[__builtin_ctzll(shards)].lock);
}

static bool find_row(struct otpi_store *store, const struct otpi_store_row *row, struct where *at)
{
    at->shard = otpi_store_shard(store, row->key.hash);
    return find(store, &row->key, at);
}

/* They are counted as if they were there, so that the shards grow as they will have to. On failure
 * too: it takes back none. EXISTS. NOMEM. */
static otp_status expect_rows(struct otpi_store *store, struct otpi_store_row *rows, size_t n,
                              enum otpi_put how)
{
    struct where at;

    for (size_t i = 0; i < n; i++) {
        if (find_row(store, &rows[i], &at) && how == OTPI_PUT_NEW)
            return OTP_EXISTS;
        if (at.first == NULL && !otpi_store_begin_shard(store, at.shard))
            return OTP_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        rows[i].is_new = !find_row(store, &rows[i], &at);
        at.shard->count += rows[i].is_new;
        otpi_store_grow(store, at.shard);
    }
    return OTP_OK;
}

/* A change of its bucket is under way, until end_changes. */
static void begin_change(uint64_t *bucket)
{
    if ((bucket[OTPI_CHANGES] & 1) == 0)
        otpi_store_begin(bucket);
}

/* Of all: who sees what is new of one finds no other as it was before. */
static void end_changes(struct otpi_store *store, const struct otpi_store_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = rows[i].key.hash, *bucket;
        const struct otpi_store_shard *shard = otpi_store_shard(store, hash);
        bucket =
            otpi_store_bucket(store, shard, otpi_store_index(store, hash, atomic_load(&shard->n)));
        if ((bucket[OTPI_CHANGES] & 1) != 0)
            otpi_store_end(bucket);
    }
}

/* Puts the first n, which are new, out again; and counts none that is new. */
static void forget_rows(struct otpi_store *store, const struct otpi_store_row *rows, size_t n,
                        size_t n_all)
{
    struct where at;

    for (size_t i = 0; i < n; i++)
        if (rows[i].is_new && find_row(store, &rows[i], &at)) {
            otpi_store_set_byte(&at.bucket[OTPI_TAGS], at.place, 0);
            otpi_store_compact(store, at.shard, at.first);
        }
    for (size_t i = 0; i < n_all; i++)
        otpi_store_shard(store, rows[i].key.hash)->count -= rows[i].is_new;
}

static void row_slot(const struct otpi_store *store, struct otpi_store_shard *shard,
                     const struct otpi_store_row *row, uint64_t *slot)
{
    struct otpi_store_putting putting = { &row->key, row->value, OTPI_STORE_STAMP, 0, OTPI_PUT };

    make_slot(store, shard, &putting, row->box, slot);
}

/* The new ones. NOMEM: it has put out again those that it had put, and their changes are under way
 * as if they were there. */
static otp_status insert_rows(struct otpi_store *store, struct otpi_store_row *rows, size_t n)
{
    uint64_t slot[SLOT_WORDS];
    struct where at;

    for (size_t i = 0; i < n; i++) {
        bool found = find_row(store, &rows[i], &at);
        begin_change(at.first);
        if (found && rows[i].is_new) { /* by one before it */
            rows[i].is_new = false;
            at.shard->count--;
        }
        if (found)
            continue;
        at.bucket = otpi_store_room(store, at.shard, at.first, &at.place);
        if (at.bucket == NULL) {
            forget_rows(store, rows, i, n);
            return OTP_NOMEM;
        }
        row_slot(store, at.shard, &rows[i], slot);
        otpi_store_fill(store, at.bucket, at.place, otpi_store_tag(rows[i].key.hash), 0, slot);
    }
    return OTP_OK;
}

/* Those that are there. Each row's box is what nobody finds any more. */
static void replace_rows(struct otpi_store *store, struct otpi_store_row *rows, size_t n)
{
    uint64_t slot[SLOT_WORDS], *to;
    struct where at;

    for (size_t i = 0; i < n; i++) {
        struct otpi_box *old = NULL;
        (void)find_row(store, &rows[i], &at);
        otpi_box_count(at.shard, rows[i].box);
        if (!rows[i].is_new) {
            to = otpi_store_slot(store, at.bucket, at.place);
            old = store->boxed ? (struct otpi_box *)(uintptr_t)to[1] : NULL;
            otpi_box_discount(at.shard, old);
            row_slot(store, at.shard, &rows[i], slot);
            for (uint32_t word = 0; word < store->slot; word++)
                otpi_store_set(&to[word], slot[word]);
        }
        rows[i].box = old;
    }
}

static otp_status put_locked(struct otpi_store *store, struct otpi_store_row *rows, size_t n,
                             enum otpi_put how)
{
    otp_status status = expect_rows(store, rows, n, how);

    if (status != OTP_OK)
        return status;
    status = insert_rows(store, rows, n);
    if (status == OTP_OK)
        replace_rows(store, rows, n);
    end_changes(store, rows, n);
    return status;
}

static otp_status make_boxes(struct otpi_store *store, struct otpi_store_row *rows, size_t n)
{
    otp_status status = OTP_OK;

    for (size_t i = 0; i < n; i++)
        rows[i].box = NULL;
    for (size_t i = 0; i < n && status == OTP_OK; i++)
        status = otpi_box_make(store, &rows[i].key, rows[i].value, &rows[i].box);
    return status;
}

otp_status otpi_store_put_all(struct otpi_store *store, struct otpi_store_row *rows, size_t n,
                              enum otpi_put how)
{
    uint64_t shards = shards_of(store, rows, n);
    otp_status status = make_boxes(store, rows, n);

    if (status == OTP_OK) {
        lock_all(store, shards);
        status = put_locked(store, rows, n, how);
        release_all(store, shards);
    }
    for (size_t i = 0; i < n; i++) {
        if (status == OTP_OK)
            otpi_box_retire(rows[i].box);
        else
            otpi_box_free(rows[i].box);
    }
    return status;
}
