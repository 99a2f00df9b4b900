/* store_grow.c - one bucket more in a shard, one bucket less.
 *
 * Idea: linear hashing. With n buckets, of which the largest power of two that fits is p, bucket n
 * gets from bucket n - p what belongs there with one more bit of the hash; the last bucket gives
 * that back when there is to be one less. Five entries for each bucket are wanted; below two there
 * are too many buckets. Buckets are made many at a time, in segments (store.h): what is small is a
 * piece (store_box.c), zeroed as a whole, since a reader may come to any bucket of it; what is
 * large is a region, which takes memory where it has been touched and goes in parts.
 * Chained buckets are made some at a time too, and kept for the next chain; they go when the shard
 * has none in chains.
 * A new bucket is complete before the count of buckets says that it is there, and one that goes is
 * copied before the count says that it is gone; only then the copies that were left are taken out,
 * in a change of their bucket.
 * Threads: any. Locks: shard. Owns: segments, chained buckets.
 */
#include <string.h>

#include "base/region.h"
#include "store/store.h"

#define WORD        sizeof(uint64_t)
#define MANY        5
#define FEW         2
#define ROOM_MIN    16
#define CHAINED_MAX 64 /* that are made at once */

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

static size_t list_size(size_t room)
{
    return sizeof(struct otpi_segments) + room * sizeof(struct otpi_segment *);
}

/* The list of segments has room for the one of index `at`. False: no memory. */
static bool make_list(struct otpi_store_shard *shard, uint64_t at)
{
    struct otpi_segments *old = atomic_load_explicit(&shard->segments, memory_order_relaxed);
    struct otpi_segments *list;
    size_t room = old == NULL ? ROOM_MIN : 2 * old->room;

    if (old != NULL && at < old->room)
        return true;
    list = otp_block(list_size(room));
    if (list == NULL)
        return false;
    memset(list, 0, list_size(room));
    list->room = room;
    if (old != NULL)
        memcpy(list->at, old->at, old->room * sizeof *old->at);
    atomic_store_explicit(&shard->segments, list, memory_order_release);
    shard->bytes += list_size(room);
    if (old != NULL) {
        shard->bytes -= list_size(old->room);
        otp_retire(old, list_size(old->room));
    }
    return true;
}

/* All of a piece but its head. */
static void zero(void *piece, size_t size)
{
    memset((char *)piece + sizeof(struct otp_retired), 0, size - sizeof(struct otp_retired));
}

static struct otpi_segment *new_segment(struct otpi_store *store, size_t size)
{
    struct otpi_segment *segment;
    bool is_region = size >= store->region_min;

    segment = is_region ? otpi_region_new(size) : otpi_store_piece(store, size);
    if (segment == NULL)
        return NULL;
    if (!is_region)
        zero(segment, size);
    segment->size = segment->left = size;
    segment->is_region = is_region;
    return segment;
}

bool otpi_store_free_segment(struct otpi_segment *segment)
{
    size_t left = 0;

    if (segment->is_region)
        left = otpi_region_cut(segment, segment->size, segment->left);
    else
        otpi_store_free_piece(segment, segment->size);
    if (left == 0)
        return false;
    segment->left = left;
    return true;
}

static bool free_later(struct otp_later *later)
{
    return otpi_store_free_segment((struct otpi_segment *)(void *)later);
}

static size_t bucket_size(const struct otpi_store *store)
{
    return otpi_store_bucket_words(store) * WORD;
}

/* There is memory for the bucket of that index. */
static bool make_bucket(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t index)
{
    struct otpi_store_spot spot = otpi_store_spot(store, index);
    struct otpi_segments *list;
    struct otpi_segment *segment;

    if (!make_list(shard, spot.segment))
        return false;
    list = atomic_load_explicit(&shard->segments, memory_order_relaxed);
    segment = list->at[spot.segment];
    if (segment == NULL) {
        segment = new_segment(store, sizeof *segment + 63 + spot.size * bucket_size(store));
        if (segment == NULL)
            return false;
        shard->bytes += segment->is_region ? 0 : segment->size;
        __atomic_store_n(&list->at[spot.segment], segment, __ATOMIC_RELEASE);
    }
    if (index >= shard->touched) {
        shard->touched = index + 1;
        shard->bytes += segment->is_region ? bucket_size(store) : 0;
    }
    return true;
}

static void drop_last_segment(const struct otpi_store *store, struct otpi_store_shard *shard)
{
    struct otpi_segments *list = atomic_load_explicit(&shard->segments, memory_order_relaxed);
    struct otpi_store_spot last = otpi_store_spot(store, shard->touched - 1);
    struct otpi_segment *segment = list->at[last.segment];

    __atomic_store_n(&list->at[last.segment], (struct otpi_segment *)NULL, __ATOMIC_RELEASE);
    shard->bytes -= segment->is_region ? (last.place + 1) * bucket_size(store) : segment->size;
    shard->touched -= last.place + 1;
    if (segment->is_region) {
        segment->later.run = free_later;
        otp_retire_later(&segment->later);
    } else {
        otpi_store_retire_piece(segment, segment->size);
    }
}

/* The segments from that bucket on, which is the first one of its segment. */
static void drop_segments(const struct otpi_store *store, struct otpi_store_shard *shard,
                          uint64_t first)
{
    while (shard->touched > first)
        drop_last_segment(store, shard);
}

/* -- chained buckets -- */

/* A bucket that is in no chain is empty, and where its slots are is the next one. Readers may be in
 * it still, and in what it becomes part of: their own bucket has changed. */
static void keep(struct otpi_store_shard *shard, uint64_t *bucket)
{
    otpi_store_set(&bucket[OTPI_SLOTS], (uint64_t)(uintptr_t)shard->spare);
    shard->spare = bucket;
}

/* A part more than there are. False: no memory. */
static bool make_chained(struct otpi_store *store, struct otpi_store_shard *shard)
{
    uint64_t n = shard->chained / 4 < CHAINED_MAX ? 1 + shard->chained / 4 : CHAINED_MAX;
    struct otpi_chained *made;
    size_t size = sizeof *made + 63 + n * bucket_size(store);
    uintptr_t first;

    made = otpi_store_piece(store, size);
    if (made == NULL)
        return false;
    zero(made, size);
    made->size = size;
    made->next = shard->links;
    shard->links = made;
    shard->bytes += size;
    first = ((uintptr_t)made + sizeof *made + 63) & ~(uintptr_t)63;
    for (uint64_t i = n; i-- > 0;)
        keep(shard, (uint64_t *)(first + i * bucket_size(store)));
    return true;
}

uint64_t *otpi_store_chain(struct otpi_store *store, struct otpi_store_shard *shard)
{
    uint64_t *bucket;

    if (shard->spare == NULL && !make_chained(store, shard))
        return NULL;
    bucket = shard->spare;
    shard->spare = (uint64_t *)(uintptr_t)bucket[OTPI_SLOTS];
    shard->chained++;
    return bucket;
}

/* There are none in chains any more. */
static void drop_all_chained(struct otpi_store_shard *shard)
{
    struct otpi_chained *made, *next;

    for (made = shard->links; made != NULL; made = next) {
        next = made->next;
        shard->bytes -= made->size;
        otpi_store_retire_piece(made, made->size);
    }
    shard->links = NULL;
    shard->spare = NULL;
    shard->chained = 0;
}

bool otpi_store_free_chained(struct otpi_store_shard *shard)
{
    struct otpi_chained *made = shard->links;

    if (made == NULL)
        return false;
    shard->links = made->next;
    otpi_store_free_piece(made, made->size);
    return true;
}

/* It is empty. */
static void drop_chained(struct otpi_store_shard *shard, uint64_t *bucket)
{
    otpi_store_set(&bucket[OTPI_NEXT], 0);
    keep(shard, bucket);
    if (--shard->chained == 0)
        drop_all_chained(shard);
}

static void drop_chain(struct otpi_store_shard *shard, uint64_t *first)
{
    uint64_t *bucket = otpi_store_next(first), *next;

    otpi_store_set(&first[OTPI_NEXT], 0);
    for (; bucket != NULL; bucket = next) {
        next = otpi_store_next(bucket);
        drop_chained(shard, bucket);
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
        drop_chained(shard, last);
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
        drop_chain(shard, to);
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

/* The fewest buckets, which are empty, are left. */
static void drop_buckets(const struct otpi_store *store, struct otpi_store_shard *shard)
{
    set_buckets(shard, OTPI_STORE_FEWEST);
    drop_segments(store, shard, OTPI_STORE_FEWEST);
}

/* Who reads in a bucket that is gone finds nothing, or what has expired, and so it was till now. */
void otpi_store_clear(const struct otpi_store *store, struct otpi_store_shard *shard)
{
    uint64_t n = buckets_of(shard);

    for (uint64_t i = 0; i < n && i < OTPI_STORE_FEWEST; i++) {
        uint64_t *bucket = otpi_store_bucket(store, shard, i);
        otpi_store_begin(bucket);
        otpi_store_set(&bucket[OTPI_TAGS], 0);
        otpi_store_set(&bucket[OTPI_NEXT], 0);
        otpi_store_end(bucket);
    }
    if (n > OTPI_STORE_FEWEST)
        drop_buckets(store, shard);
    drop_all_chained(shard);
    shard->count = 0;
    shard->latest = 0;
}

bool otpi_store_shrink(struct otpi_store *store, struct otpi_store_shard *shard)
{
    uint64_t n = buckets_of(shard), *from, *to;
    bool is_empty;

    if (n <= OTPI_STORE_FEWEST || shard->count >= n * FEW)
        return false;
    if (shard->count == 0 &&
        shard->chained == 0) { /* what readers find, nothing, was true before */
        drop_buckets(store, shard);
        return true;
    }
    from = otpi_store_bucket(store, shard, n - 1);
    to = otpi_store_bucket(store, shard, n - 1 - power_in(n - 1));
    is_empty = from[OTPI_TAGS] == 0 && from[OTPI_NEXT] == 0;
    if (!is_empty && !make_room(store, shard, from, to))
        return false;
    set_buckets(shard, n - 1);
    if (!is_empty) { /* else what a reader finds there, nothing, was true till now */
        otpi_store_begin(from);
        forget(store, from, 0);
        drop_chain(shard, from);
        otpi_store_end(from);
    }
    if (otpi_store_spot(store, n - 1).place == 0)
        drop_segments(store, shard, n - 1);
    return true;
}
