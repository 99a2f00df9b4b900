/* store_sweep.c - walking through a store in slices: expiry, the end.
 *
 * Idea: see store.h. A step is a few buckets under the lock of one shard. Buckets that are added
 * meanwhile are met further on, with what moves there; the walk makes a shard smaller when its last
 * bucket has been seen. A delete may do so before: what that moves to where the walk has been is
 * for the next sweep.
 * Threads: any, pinned; freeing: who drops the store. Locks: shard. Owns: nothing.
 */
#include "store/store.h"

#include <string.h>

#include "base/mutant.h"

#define WORD    sizeof(uint64_t)
#define STEP    16 /* buckets under one lock */
#define SHRINKS 4
#define AHEAD   16           /* buckets that are fetched before they are looked at */
#define FREED   64           /* looks at the clock in a slice, at most .. */
#define BUCKETS 2            /* .. each after so many buckets */
#define SLICE   (5 * OTP_US) /* so one part of a region, which takes longer */

static uint64_t buckets_of(const struct otpi_store_shard *shard)
{
    return atomic_load_explicit(&shard->n, memory_order_relaxed);
}

/* -- expiry -- */

/* What a step has taken so far. */
struct sweep {
    struct otpi_store *store;
    struct otpi_store_shard *shard;
    otp_instant now;
    struct otpi_taken *taken;
    size_t n;
    bool full;
};

/* The places whose entries have expired: of all places without a branch, then of those taken. */
static uint64_t expired_in(const struct sweep *sweep, const uint64_t *bucket)
{
    const uint64_t *expires = bucket + OTPI_SLOTS + sweep->store->slot - 1;
    otp_instant limit = sweep->now + (OTP_MUTANT(B190) ? 1 : 0);
    uint64_t expired = 0;

    for (unsigned place = 0; place < OTPI_STORE_PLACES; place++, expires += sweep->store->slot)
        expired |= (uint64_t)((otp_instant)*expires < limit) << (8 * place + 7);
    return expired & bucket[OTPI_TAGS];
}

/* lock: shard, in a change. All of them at once, of a store without boxes; who wants to know how
 * many is told. */
static void forget_expired(struct sweep *sweep, uint64_t *bucket, uint64_t places)
{
    size_t n = (places >> 7) * 0x0101010101010101u >> 56; /* a bit for each place, added up */

    /* a byte for each place: from its top bit down to its lowest */
    otpi_store_set(&bucket[OTPI_TAGS], bucket[OTPI_TAGS] & ~(places | (places - (places >> 7))));
    sweep->shard->count -= n;
    sweep->n += n;
    otpi_store_unreserve(sweep->store, n, n * otpi_store_cost(sweep->store, NULL));
}

/* lock: shard, in a change. One after the other, as many as there is room for. */
static void take_each(struct sweep *sweep, uint64_t *bucket, uint64_t places)
{
    for (; places != 0 && !sweep->full; places &= places - 1) {
        struct otpi_taken *taken = &sweep->taken[sweep->n++];
        otpi_store_take(sweep->store, sweep->shard, bucket, otpi_store_place(places), taken);
        taken->expired = true;
        sweep->full = sweep->n == OTPI_STORE_TAKEN;
    }
}

static void take_expired(struct sweep *sweep, uint64_t *first)
{
    bool changed = false, chained = false;

    for (uint64_t *bucket = first; bucket != NULL; bucket = otpi_store_next(bucket)) {
        uint64_t places = expired_in(sweep, bucket);
        if (places == 0 || sweep->full)
            continue;
        if (!changed)
            otpi_store_begin(first);
        changed = true;
        chained = chained || bucket != first;
        if (sweep->taken == NULL)
            forget_expired(sweep, bucket, places);
        else
            take_each(sweep, bucket, places);
    }
    if (chained)
        otpi_store_compact(sweep->store, sweep->shard, first);
    if (changed)
        otpi_store_end(first);
}

/* lock: shard. All that it has is forgotten, without a look at any entry; false: perhaps not all of
 * it has expired. */
static bool forget_shard(struct sweep *sweep)
{
    struct otpi_store_shard *shard = sweep->shard;
    size_t n = shard->count;

    if (n == 0)
        shard->latest = 0;
    if (sweep->taken != NULL || n == 0 || shard->latest >= sweep->now)
        return false;
    otpi_store_clear(sweep->store, shard);
    sweep->n += n;
    otpi_store_unreserve(sweep->store, n, n * otpi_store_cost(sweep->store, NULL));
    return true;
}

/* lock: shard. False: the shard is done. */
static bool sweep_shard(struct sweep *sweep, struct otpi_store_cursor *cursor)
{
    size_t words = otpi_store_bucket_words(sweep->store);

    if (forget_shard(sweep))
        return false;
    for (int i = 0; i < STEP && cursor->index < buckets_of(sweep->shard); i++) {
        uint64_t *bucket = otpi_store_bucket(sweep->store, sweep->shard, cursor->index);
        /* what is looked at soon, most likely */
        for (size_t word = 0; word < words; word += 8)
            __builtin_prefetch(bucket + AHEAD * words + word);
        take_expired(sweep, bucket);
        if (sweep->full) /* there may be more in it */
            return true;
        cursor->index++;
    }
    if (cursor->index < buckets_of(sweep->shard))
        return true;
    for (int i = 0; i < SHRINKS; i++)
        if (!otpi_store_shrink(sweep->store, sweep->shard))
            return false;
    cursor->index = buckets_of(sweep->shard);
    return true;
}

bool otpi_store_sweep(struct otpi_store *store, struct otpi_store_cursor *cursor, otp_instant now,
                      struct otpi_taken *taken, size_t *n)
{
    struct sweep sweep = { .store = store, .now = now, .taken = taken };
    bool more;

    sweep.shard = &store->shards[cursor->shard];
    otp_lock_take(&sweep.shard->lock);
    more = sweep_shard(&sweep, cursor);
    otp_lock_release(&sweep.shard->lock);
    *n = sweep.n;
    if (more)
        return true;
    cursor->index = 0;
    return ++cursor->shard <= store->shard_mask;
}

/* -- the end: nobody else sees the store -- */

/* Those in slabs go with these. */
static void free_boxes(const struct otpi_store *store, uint64_t *bucket)
{
    uint64_t places = otpi_store_taken(bucket[OTPI_TAGS]);

    for (; places != 0; places &= places - 1) {
        struct otpi_box *box = (struct otpi_box *)(uintptr_t)otpi_store_slot(
            store, bucket, otpi_store_place(places))[1];
        if (!otp_slabs_has(&box->head))
            otpi_box_free(box);
    }
}

static void free_boxes_of_chain(const struct otpi_store *store, uint64_t *bucket)
{
    for (; bucket != NULL; bucket = otpi_store_next(bucket))
        free_boxes(store, bucket);
}

/* The segment of the next bucket, and its buckets, some at a time. False: the shard has no more. */
static bool free_next(struct otpi_store *store, const struct otpi_store_shard *shard,
                      const struct otpi_segments *list)
{
    uint64_t n = buckets_of(shard), at = store->dropped_segments, index = store->dropped_buckets;
    struct otpi_segment *segment = list == NULL || at >= list->room ? NULL : list->at[at];

    if (segment == NULL)
        return false;
    if (shard->own == 0)
        index = n; /* there is nothing to be found in them */
    for (int i = 0; i < BUCKETS && index < n && otpi_store_spot(store, index).segment == at; i++)
        free_boxes_of_chain(store, otpi_store_bucket(store, shard, index++));
    store->dropped_buckets = index;
    if (index < n && otpi_store_spot(store, index).segment == at)
        return true;
    if (!otpi_store_free_segment(segment))
        store->dropped_segments++;
    return true;
}

/* A part of slabs of which the store has n blocks. False: there is no more. */
static bool free_slabs(_Atomic(struct otp_slabs *) *at, uint64_t n)
{
    struct otp_slabs *slabs = atomic_load_explicit(at, memory_order_relaxed);

    if (slabs == NULL)
        return false;
    if (!otp_slabs_drop(slabs, n))
        atomic_store_explicit(at, NULL, memory_order_relaxed);
    return true;
}

/* What is left of a shard is little. */
static void end_shard(struct otpi_store *store, struct otpi_store_shard *shard,
                      struct otpi_segments *list)
{
    if (list != NULL)
        otp_block_free(list, sizeof *list + list->room * sizeof(struct otpi_segment *));
    otpi_store_forget(shard);
    store->dropped_buckets = 0;
    store->dropped_segments = 0;
    store->dropped_large += shard->large;
    store->dropped++;
}

/* A part. False: that was all. */
static bool free_part(struct otpi_store *store)
{
    struct otpi_store_shard *shard = &store->shards[store->dropped];
    struct otpi_segments *list;

    if (store->dropped > store->shard_mask)
        return free_slabs(&store->slabs, store->dropped_large);
    list = atomic_load_explicit(&shard->segments, memory_order_relaxed);
    if (!free_next(store, shard, list) && !otpi_store_free_chained(shard) &&
        !free_slabs(&shard->slabs, shard->count - shard->large - shard->own))
        end_shard(store, shard, list);
    return true;
}

bool otpi_store_free_some(struct otpi_store *store)
{
    otp_instant end = otp_now() + SLICE;

    for (int i = 0; i < FREED && otp_now() < end; i++)
        if (!free_part(store))
            return false;
    return true;
}
