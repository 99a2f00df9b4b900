/* store_grow.c - one bucket more in a shard, one bucket less.
 *
 * Idea: linear hashing. With n buckets, of which the largest power of two that fits is p, bucket n
 * gets from bucket n - p what belongs there with one more bit of the hash; the last bucket gives
 * that back when there is to be one less. Buckets are allocated eight at a time. Five entries for
 * each bucket are wanted; below two there are too many buckets.
 * A new bucket is complete before the count of buckets says that it is there, and one that goes is
 * copied before the count says that it is gone; only then the copies that were left are taken out,
 * in a change of their bucket.
 * Threads: any. Locks: shard. Owns: chunks, chained buckets.
 */
#include <string.h>

#include "behav/store.h"

#define WORD     sizeof(uint64_t)
#define MANY     5
#define FEW      2
#define ROOM_MIN 8

static uint64_t buckets_of(const struct otpi_store_shard *shard)
{
    return atomic_load_explicit(&shard->n, memory_order_relaxed);
}

/* release: who sees the count sees the bucket, and what was copied */
static void set_buckets(struct otpi_store_shard *shard, uint64_t n)
{
    atomic_store_explicit(&shard->n, n, memory_order_release);
}

/* The largest power of two up to n. */
static uint64_t power_in(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n));
}

/* -- memory -- */

static size_t chunks_size(size_t room)
{
    return sizeof(struct otpi_chunks) + room * sizeof(uint64_t *);
}

/* The list of chunks has room for the one of index `at`. False: no memory. */
static bool make_chunks(struct otpi_store_shard *shard, uint64_t at)
{
    struct otpi_chunks *old = atomic_load_explicit(&shard->chunks, memory_order_relaxed), *chunks;
    size_t room = old == NULL ? ROOM_MIN : 2 * old->room;

    if (old != NULL && at < old->room)
        return true;
    chunks = otp_block(chunks_size(room));
    if (chunks == NULL)
        return false;
    memset(chunks, 0, chunks_size(room));
    chunks->room = room;
    if (old != NULL)
        memcpy(chunks->at, old->at, old->room * sizeof *old->at);
    atomic_store_explicit(&shard->chunks, chunks, memory_order_release);
    shard->bytes += chunks_size(room);
    if (old != NULL) {
        shard->bytes -= chunks_size(old->room);
        otp_retire(old, chunks_size(old->room));
    }
    return true;
}

/* There is memory for the bucket of that index. */
static bool make_bucket(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t index)
{
    uint64_t at = index / OTPI_STORE_CHUNK, *chunk;
    struct otpi_chunks *chunks;

    if (!make_chunks(shard, at))
        return false;
    chunks = atomic_load_explicit(&shard->chunks, memory_order_relaxed);
    if (chunks->at[at] != NULL)
        return true;
    chunk = otp_block(otpi_store_chunk_size(store));
    if (chunk == NULL)
        return false;
    memset(chunk, 0, otpi_store_chunk_size(store));
    shard->bytes += otpi_store_chunk_size(store);
    __atomic_store_n(&chunks->at[at], chunk, __ATOMIC_RELEASE);
    return true;
}

static void drop_chained(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t *bucket)
{
    size_t size = otpi_store_chained_size(store);

    shard->bytes -= size;
    otp_retire((char *)bucket - sizeof(struct otp_retired), size);
}

static void drop_chain(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t *first)
{
    uint64_t *bucket = otpi_store_next(first), *next;

    otpi_store_set(&first[OTPI_NEXT], 0);
    for (; bucket != NULL; bucket = next) {
        next = otpi_store_next(bucket);
        drop_chained(store, shard, bucket);
    }
}

bool otpi_store_begin_shard(struct otpi_store *store, struct otpi_store_shard *shard)
{
    if (buckets_of(shard) != 0)
        return true;
    if (!make_bucket(store, shard, 0))
        return false;
    set_buckets(shard, 1);
    return true;
}

/* -- moving entries -- */

/* Which entries of a bucket: those whose index has that bit; 0: all. */
static bool moves(const struct otpi_store *store, const uint64_t *slot, uint64_t bit)
{
    return bit == 0 || (otpi_store_hash(store, slot) >> store->shift & bit) != 0;
}

/* Copies what moves. In a change of to, whose chain may get longer. False: no memory. */
static bool copy(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t *from,
                 uint64_t *to, uint64_t bit)
{
    for (; from != NULL; from = otpi_store_next(from)) {
        uint64_t places = otpi_store_taken(from[OTPI_TAGS]);
        for (; places != 0; places &= places - 1) {
            unsigned place = otpi_store_place(places), free_place;
            const uint64_t *slot = otpi_store_slot(store, from, place);
            uint64_t *room;
            if (!moves(store, slot, bit))
                continue;
            room = otpi_store_room(store, shard, to, &free_place);
            if (room == NULL)
                return false;
            otpi_store_fill(store, room, free_place, otpi_store_byte(from[OTPI_TAGS], place),
                            otpi_store_byte(otpi_store_get(&from[OTPI_MARKS]), place), slot);
        }
    }
    return true;
}

/* In a change. */
static void forget(const struct otpi_store *store, uint64_t *bucket, uint64_t bit)
{
    for (; bucket != NULL; bucket = otpi_store_next(bucket)) {
        uint64_t places = otpi_store_taken(bucket[OTPI_TAGS]);
        for (; places != 0; places &= places - 1) {
            unsigned place = otpi_store_place(places);
            if (moves(store, otpi_store_slot(store, bucket, place), bit))
                otpi_store_set_byte(&bucket[OTPI_TAGS], place, 0);
        }
    }
}

/* A free place in a chain before its last bucket; NULL: there is none. */
static uint64_t *room_before(uint64_t *bucket, const uint64_t *last, unsigned *place)
{
    for (; bucket != last; bucket = otpi_store_next(bucket)) {
        uint64_t is_free = ~bucket[OTPI_TAGS] & 0x8080808080808080u;
        if (is_free != 0) {
            *place = otpi_store_place(is_free);
            return bucket;
        }
    }
    return NULL;
}

/* Moves what the last bucket of a chain has into free places before it. True: it is empty. */
static bool empty_last(const struct otpi_store *store, uint64_t *first, uint64_t *last)
{
    uint64_t places = otpi_store_taken(last[OTPI_TAGS]);

    for (; places != 0; places &= places - 1) {
        unsigned place = otpi_store_place(places), free_place;
        uint64_t *room = room_before(first, last, &free_place);
        if (room == NULL)
            return false;
        otpi_store_fill(store, room, free_place, otpi_store_byte(last[OTPI_TAGS], place),
                        otpi_store_byte(otpi_store_get(&last[OTPI_MARKS]), place),
                        otpi_store_slot(store, last, place));
        otpi_store_set_byte(&last[OTPI_TAGS], place, 0);
    }
    return true;
}

void otpi_store_compact(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t *first)
{
    while (otpi_store_next(first) != NULL) {
        uint64_t *before = first, *last = otpi_store_next(first);
        for (; otpi_store_next(last) != NULL; last = otpi_store_next(last))
            before = last;
        if (!empty_last(store, first, last))
            return;
        otpi_store_set(&before[OTPI_NEXT], 0);
        drop_chained(store, shard, last);
    }
}

/* -- one more, one less -- */

static bool split(struct otpi_store *store, struct otpi_store_shard *shard)
{
    uint64_t n = buckets_of(shard), power = power_in(n), *from, *to;
    bool copied;

    if (!make_bucket(store, shard, n))
        return false;
    from = otpi_store_bucket(store, shard, n - power);
    to = otpi_store_bucket(store, shard, n);
    otpi_store_begin(to);
    copied = copy(store, shard, from, to, power);
    if (!copied) {
        forget(store, to, 0);
        drop_chain(store, shard, to);
    }
    otpi_store_end(to);
    if (!copied)
        return false;
    set_buckets(shard, n + 1);
    otpi_store_begin(from);
    forget(store, from, power);
    otpi_store_compact(store, shard, from);
    otpi_store_end(from);
    return true;
}

void otpi_store_grow(struct otpi_store *store, struct otpi_store_shard *shard)
{
    /* two, if memory was short before */
    for (int i = 0; i < 2 && shard->count >= buckets_of(shard) * MANY; i++)
        if (!split(store, shard))
            return;
}

/* Room for all that from has, in the chain of to. False: no memory. */
static bool make_room(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t *from,
                      uint64_t *to)
{
    otpi_store_begin(to);
    bool copied = copy(store, shard, from, to, 0);
    if (!copied) { /* what was copied is still in from, and whose it is there */
        uint64_t power = power_in(buckets_of(shard) - 1);
        forget(store, to, power);
        otpi_store_compact(store, shard, to);
    }
    otpi_store_end(to);
    return copied;
}

bool otpi_store_shrink(struct otpi_store *store, struct otpi_store_shard *shard)
{
    uint64_t n = buckets_of(shard), *from, *to;
    struct otpi_chunks *chunks = atomic_load_explicit(&shard->chunks, memory_order_relaxed);
    bool is_empty;

    if (n <= OTPI_STORE_CHUNK || shard->count >= n * FEW)
        return false;
    from = otpi_store_bucket(store, shard, n - 1);
    to = otpi_store_bucket(store, shard, n - 1 - power_in(n - 1));
    is_empty = from[OTPI_TAGS] == 0 && from[OTPI_NEXT] == 0;
    if (!is_empty && !make_room(store, shard, from, to))
        return false;
    set_buckets(shard, n - 1);
    if (!is_empty) { /* else what a reader finds there, nothing, was true till now */
        otpi_store_begin(from);
        forget(store, from, 0);
        drop_chain(store, shard, from);
        otpi_store_end(from);
    }
    if ((n - 1) % OTPI_STORE_CHUNK == 0) {
        uint64_t *chunk = chunks->at[(n - 1) / OTPI_STORE_CHUNK];
        __atomic_store_n(&chunks->at[(n - 1) / OTPI_STORE_CHUNK], (uint64_t *)NULL,
                         __ATOMIC_RELEASE);
        shard->bytes -= otpi_store_chunk_size(store);
        otp_retire(chunk, otpi_store_chunk_size(store));
    }
    return true;
}
