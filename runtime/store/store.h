/* store.h - a hash table that any thread reads without a lock and that never stalls.
 *
 * Idea: a store is shards by the low bits of the hash, each a linear hash table under a lock of its
 * own. It grows and shrinks by one bucket at a time, so no step is longer than the entries of one
 * bucket take. A bucket has eight places; more entries are in buckets chained to it.
 *
 *   bucket: changes (odd during one), tags, marks, the next bucket of the chain, eight slots
 *   tags:   a byte per slot, 0: free, else seven bits of the hash and the top bit
 *   marks:  a byte per slot, what eviction knows about the entry (mark.h)
 *   slot:   plain: the key's words, the value's words, the instant when it expires
 *           boxed: the hash, the address of its box, the instant when it expires
 *
 * A reader notes the count of changes, looks, and looks at the count again: if it is the same and
 * even, what was read was whole. A box is never changed, only replaced; it, and buckets that are
 * taken out, are retired (otp/reclaim.h), so a reader that has pinned can follow the address of a
 * box that was whole, and that of the next bucket always. What a key's bucket is depends on how
 * many there are: a reader that finds nothing looks whether that is the same still.
 * Readers and writers pin before they look for the store, and until they are done with what they
 * found.
 *
 *   store.c        the life of a store, keys, values, the limit on how much there is
 *   store_box.c    keys and values that are not in slots, and where they and shards' parts are
 *   store_read.c   finding without the lock
 *   store_write.c  putting and taking away, under the lock of the shard
 *   store_grow.c   one bucket more, one bucket less
 *   store_sweep.c  walking through it in slices: expiry, the end
 *   store_evict.c  which entry goes when there is no room
 *   store_look.c   walking through it beside writers, to look only
 *
 * Threads: any. Locks: of shards one at a time, or several in their order; under it only that of
 * what a thread has retired.
 */
#ifndef OTPI_STORE_H
#define OTPI_STORE_H

#include <stdatomic.h>

#include <otp/layout.h>
#include <otp/reclaim.h>
#include <otp/share.h>
#include <otp/slabs.h>
#include <otp/status.h>
#include <otp/table.h>
#include <otp/value.h>

#include "base/hash.h"

#define OTPI_STORE_SHARDS    64
#define OTPI_STORE_PLACES    8                 /* of a bucket */
#define OTPI_STORE_FEWEST    8                 /* buckets of a shard that has any */
#define OTPI_STORE_KEY_MAX   8                 /* words of a plain key */
#define OTPI_STORE_VALUE_MAX 4                 /* words of a value that is in its slot */
#define OTPI_STORE_TEXT_MAX  ((size_t)1 << 24) /* bytes of a text key */

/* Where the parts of a bucket are, in words. */
enum { OTPI_CHANGES, OTPI_TAGS, OTPI_MARKS, OTPI_NEXT, OTPI_SLOTS };

/* What a store is of. */
struct otpi_store_type {
    uint32_t key_kind; /* enum otp_key_kind */
    const struct otp_layout *key, *value;
    uint64_t max_entries; /* 0: no limit */
    uint64_t max_bytes;   /* 0: no limit */
};

/* An entry's key and value as one block, if they are not in the slot. Small ones are in the slabs
 * of their shard, and their sizes in the head. */
struct otpi_box {
    struct otp_retired head;
    /* the value follows, aligned to 16; the key is at the end */
};

/* Others are in the slabs of their store, or regions, or else blocks. */
struct otpi_large_box {
    struct otp_later later; /* what it is retired as, if it is a region: then its size_ is 0 */
    size_t key_size;
    size_t size; /* in all */
    size_t left; /* of a region that goes back in parts */
    /* the same */
};

/* A key as it is looked for. */
struct otpi_store_key {
    uint64_t words[OTPI_STORE_KEY_MAX]; /* of a plain one, filled up with zeros */
    uint64_t hash;
    const void *bytes; /* borrowed */
    size_t size;
};

/* Buckets that were made together. They begin at the next cache line but for this head. */
struct otpi_segment {
    struct otp_later later; /* what it is retired as, if it is a region; else a block */
    size_t size;            /* with this head */
    size_t left;            /* of a region that goes back in parts */
    bool is_region;
};

/* Chained buckets that were made together, and go together. They begin at the next cache line but
 * for this head. */
struct otpi_chained {
    struct otp_retired head;
    struct otpi_chained *next;
    size_t size; /* in all */
};

/* Where the segments of a shard are. */
struct otpi_segments {
    struct otp_retired head;
    size_t room;
    struct otpi_segment *at[]; /* atomic; NULL: none */
};

struct otpi_store_shard {
    /* what readers look at; it changes when the shard grows */
    _Alignas(64) _Atomic uint64_t n;          /* atomic: buckets; written under lock */
    _Atomic(struct otpi_segments *) segments; /* atomic: written under lock */
    _Atomic(struct otp_slabs *) slabs;        /* atomic: of boxes; NULL: there was none yet */
    /* what writers have */
    _Alignas(64) struct otp_lock lock;
    uint64_t count;             /* lock: entries */
    uint64_t bytes;             /* lock: that it takes */
    uint64_t large;             /* lock: entries whose boxes are in the slabs of the store */
    uint64_t own;               /* lock: entries whose boxes are in no slabs */
    uint64_t stamps;            /* lock: given out so far */
    otp_instant latest;         /* lock: no entry expires later; not of those with stamps */
    struct otpi_trials *trials; /* lock: of store_evict.c; owner; NULL: none yet */
    struct otpi_past *past;     /* the same */
    uint64_t chained;           /* lock: buckets in chains, but for the first of each */
    struct otpi_chained *links; /* lock: what they are made of; owner */
    uint64_t *spare;            /* lock: those that are in no chain, each with the next one */
    uint64_t touched;           /* lock: buckets that take memory, some not used any more */
};

struct otpi_store {
    struct otp_later drop;
    struct otpi_store_type type;
    uint64_t seed;             /* const: of hashes of texts */
    struct otpi_word_key hash; /* const: of hashes of words */
    uint32_t key, value;       /* const: words of a key and of a value in a slot */
    uint32_t slot;             /* const: words of a slot */
    uint32_t shard_mask;       /* const: how many shards there are, less one */
    uint32_t shift;            /* const: bits of a hash that say which */
    uint32_t widest;           /* const: of the largest segments, the bits of a bucket's place */
    size_t region_min;         /* const: segments of at least that size are regions */
    bool slabbed;              /* const: there are regions, and so slabs */
    bool boxed;                /* const */
    bool words;                /* const: keys and values are a word each, as most are */
    bool limited;              /* const */
    uint32_t dropped;          /* owner: who drops it: shards, and .. */
    uint64_t dropped_buckets;  /* .. buckets of the next one, and .. */
    uint64_t dropped_segments; /* .. segments of it, and .. */
    uint64_t dropped_large;    /* .. boxes in slabs of the store */
    _Atomic(struct otp_slabs *) slabs; /* atomic: NULL: there was none yet */
    _Atomic uint64_t entries; /* atomic: if it is limited, with those that are about to be */
    _Atomic uint64_t bytes;   /* atomic: the same */
    _Atomic uint64_t random;  /* atomic: where eviction looked last */
    _Atomic uint64_t inserts; /* atomic: if it is limited, all so far */
    _Atomic uint32_t clock;   /* atomic: of marks; as often as a part of it has been replaced */
    struct otpi_store_shard shards[];
};

/* What was found: valid until the pin ends. */
struct otpi_found {
    otp_instant expires;
    uint64_t words[OTPI_STORE_VALUE_MAX]; /* not boxed: the value */
    const struct otpi_box *box;
};

/* An entry that was taken out; who has it retires its box. */
struct otpi_taken {
    uint64_t words[OTPI_STORE_KEY_MAX + OTPI_STORE_VALUE_MAX]; /* not boxed: key, value */
    struct otpi_box *box;
    bool expired;
};

/* -- words that others read meanwhile -- */

/* acquire, release: who reads a word of a change sees, in what it reads next, that there is one */
static inline uint64_t otpi_store_get(const uint64_t *at)
{
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

static inline void otpi_store_set(uint64_t *at, uint64_t word)
{
    __atomic_store_n(at, word, __ATOMIC_RELEASE);
}

static inline uint64_t *otpi_store_slot(const struct otpi_store *store, uint64_t *bucket,
                                        unsigned place)
{
    return bucket + OTPI_SLOTS + place * store->slot;
}

/* The byte in tags of an entry with that hash. */
static inline uint64_t otpi_store_tag(uint64_t hash)
{
    return hash >> 57 | 0x80;
}

/* The places whose tag that is, a top bit for each; among them perhaps some whose tag is another.
 * A free place is never among them. */
static inline uint64_t otpi_store_places(uint64_t tags, uint64_t tag)
{
    uint64_t differ = tags ^ tag * 0x0101010101010101u;
    return (differ - 0x0101010101010101u) & ~differ & 0x8080808080808080u & tags;
}

/* The places that are taken, as the same bits. */
static inline uint64_t otpi_store_taken(uint64_t tags)
{
    return tags & 0x8080808080808080u;
}

static inline unsigned otpi_store_place(uint64_t places)
{
    return (unsigned)__builtin_ctzll(places) / 8;
}

/* The hash of a plain key, of so many words. */
static inline uint64_t otpi_store_words_hash(const struct otpi_store *store, const uint64_t *words,
                                             uint32_t n)
{
    return n == 1 ? otpi_hash_word(&store->hash, words[0])
                  : otpi_hash_words(store->hash.sip, words, n);
}

static inline struct otpi_store_shard *otpi_store_shard(struct otpi_store *store, uint64_t hash)
{
    return &store->shards[hash & store->shard_mask];
}

/* Which of n buckets a hash belongs to. */
static inline uint64_t otpi_store_index(const struct otpi_store *store, uint64_t hash, uint64_t n)
{
    uint64_t mask = n < 2 ? 0 : UINT64_MAX >> __builtin_clzll(n - 1);
    uint64_t index = hash >> store->shift & mask;
    return index < n ? index : index & mask >> 1;
}

/* How many words a bucket has whose slots have so many. */
static inline size_t otpi_store_words_of_bucket(uint32_t slot)
{
    return OTPI_SLOTS + (size_t)OTPI_STORE_PLACES * slot;
}

static inline size_t otpi_store_bucket_words(const struct otpi_store *store)
{
    return otpi_store_words_of_bucket(store->slot);
}

/* Which segment a bucket is in, where in it, and how many are in it. A shard has four segments of
 * eight buckets, four of sixteen and so on, so that a quarter of it at most is not used; of the
 * widest there are as many as it takes. */
struct otpi_store_spot {
    uint64_t segment, place, size;
};

static inline struct otpi_store_spot otpi_store_spot(const struct otpi_store *store, uint64_t index)
{
    uint64_t from_32 = index + 4 * OTPI_STORE_FEWEST;
    uint32_t bits = 61 - (uint32_t)__builtin_clzll(from_32);
    struct otpi_store_spot spot;

    if (bits > store->widest)
        bits = store->widest;
    spot.size = (uint64_t)1 << bits;
    spot.segment = (from_32 >> bits) - 4 + (uint64_t)4 * (bits - 3);
    spot.place = from_32 & (spot.size - 1);
    return spot;
}

/* A bucket, of so many words, of a segment. */
static inline uint64_t *otpi_store_in_segment(const struct otpi_segment *segment, uint64_t place,
                                              size_t words)
{
    uintptr_t first = ((uintptr_t)segment + sizeof *segment + 63) & ~(uintptr_t)63;
    return (uint64_t *)first + place * words;
}

/* The bucket, of so many words, of that index; NULL: there is none (any more). */
static inline uint64_t *otpi_store_bucket_of(const struct otpi_store *store,
                                             const struct otpi_store_shard *shard, uint64_t index,
                                             size_t words)
{
    /* acquire: pairs with the releases of store_grow.c */
    const struct otpi_segments *segments =
        atomic_load_explicit(&shard->segments, memory_order_acquire);
    struct otpi_store_spot spot = otpi_store_spot(store, index);
    const struct otpi_segment *segment;

    if (segments == NULL || spot.segment >= segments->room)
        return NULL;
    segment = __atomic_load_n(&segments->at[spot.segment], __ATOMIC_ACQUIRE);
    return segment == NULL ? NULL : otpi_store_in_segment(segment, spot.place, words);
}

static inline uint64_t *otpi_store_bucket(const struct otpi_store *store,
                                          const struct otpi_store_shard *shard, uint64_t index)
{
    return otpi_store_bucket_of(store, shard, index, otpi_store_bucket_words(store));
}

static inline uint64_t *otpi_store_next(const uint64_t *bucket)
{
    return (uint64_t *)(uintptr_t)otpi_store_get(&bucket[OTPI_NEXT]);
}

static inline bool otpi_box_is_large(const struct otpi_box *box)
{
    return !otp_slabs_has(&box->head) || otp_slabs_note(&box->head) == 0;
}

/* In all. */
static inline size_t otpi_box_size(const struct otpi_box *box)
{
    return otpi_box_is_large(box) ? ((const struct otpi_large_box *)box)->size
                                  : otp_slabs_note(&box->head) >> 16;
}

static inline size_t otpi_box_key_size(const struct otpi_box *box)
{
    return otpi_box_is_large(box) ? ((const struct otpi_large_box *)box)->key_size
                                  : otp_slabs_note(&box->head) & 0xffff;
}

static inline const void *otpi_box_value(const struct otpi_box *box)
{
    size_t head = otpi_box_is_large(box) ? sizeof(struct otpi_large_box) : sizeof *box;

    return (const char *)box + head;
}

static inline const void *otpi_box_key(const struct otpi_box *box)
{
    return (const char *)box + otpi_box_size(box) - otpi_box_key_size(box);
}

_Static_assert(sizeof(struct otpi_box) % 16 == 0 && sizeof(struct otpi_large_box) % 16 == 0,
               "what follows is aligned to 16");

/* -- store.c -- */

/* NULL: no memory. */
struct otpi_store *otpi_store_new(const struct otpi_store_type *type);
/* Nobody finds it any more. Takes store; what it has is freed in slices. */
void otpi_store_drop(struct otpi_store *store);
/* False: it is too long. Borrows key, also in out. */
bool otpi_store_key(const struct otpi_store *store, const void *key, struct otpi_store_key *out);
/* The hash of the entry in a slot. lock: shard. */
uint64_t otpi_store_hash(const struct otpi_store *store, const uint64_t *slot);
/* How many entries it has, and bytes that they take. */
uint64_t otpi_store_count(struct otpi_store *store);
uint64_t otpi_store_memory(struct otpi_store *store);
/* What an entry counts against max_bytes. box: NULL: it has none. */
size_t otpi_store_cost(const struct otpi_store *store, const struct otpi_box *box);
/* Room for one more entry of that cost. False: there is none. */
bool otpi_store_reserve(struct otpi_store *store, size_t cost);
/* Gives back the room of n entries, of that cost in all. */
void otpi_store_unreserve(struct otpi_store *store, size_t n, size_t cost);
/* The same for an entry whose box of one size is replaced by one of another. */
bool otpi_store_recost(struct otpi_store *store, size_t old_size, size_t size);

/* -- store_box.c -- */

/* *box gets one of an entry that is about to be put; NULL if entries of the store have none.
 * BADARG: it is too large. NOMEM. */
otp_status otpi_box_make(struct otpi_store *store, const struct otpi_store_key *key,
                         const void *value, struct otpi_box **box);
/* Takes box, which nobody else has seen; NULL is allowed. */
void otpi_box_free(struct otpi_box *box);
/* Takes box, which no new reader finds; NULL is allowed. */
void otpi_box_retire(struct otpi_box *box);
/* A part of a shard that is no box: size bytes, of which the head is not to be written; NULL: no
 * memory. */
void *otpi_store_piece(struct otpi_store *store, size_t size);
/* Takes piece, which nobody else sees. */
void otpi_store_free_piece(void *piece, size_t size);
/* Takes piece, which no new reader finds. */
void otpi_store_retire_piece(void *piece, size_t size);
/* lock: shard. The box of an entry that is put, or taken out; NULL is allowed. */
void otpi_box_count(struct otpi_store_shard *shard, const struct otpi_box *box);
void otpi_box_discount(struct otpi_store_shard *shard, const struct otpi_box *box);

/* -- store_read.c -- */

/* AGAIN: a writer was in the way. */
enum otpi_looked { OTPI_HIT, OTPI_MISS, OTPI_AGAIN };

/* What was found of a word in a store of words. */
struct otpi_word_found {
    enum otpi_looked looked;
    uint64_t value;
    otp_instant expires;
};

/* Where the parts of a bucket of words are, in words. */
enum { OTPI_WORD_SLOT = 3, OTPI_WORD_BUCKET = OTPI_SLOTS + OTPI_STORE_PLACES * OTPI_WORD_SLOT };

/* The first bucket of the word of that hash; NULL: none (any more). */
static inline uint64_t *otpi_store_word_bucket(const struct otpi_store *store,
                                               const struct otpi_store_shard *shard, uint64_t hash)
{
    uint64_t n = atomic_load_explicit(&shard->n, memory_order_acquire);

    return otpi_store_bucket_of(store, shard, otpi_store_index(store, hash, n), OTPI_WORD_BUCKET);
}

/* Looks once, for the word of that hash. In a store of words only. */
struct otpi_word_found otpi_store_find_word(const struct otpi_store *store, uint64_t word,
                                            uint64_t hash);
bool otpi_store_find(struct otpi_store *store, const struct otpi_store_key *key,
                     struct otpi_found *found);

/* -- store_write.c -- */

/* What put does with a key that is there, and has not expired by now. */
enum otpi_put { OTPI_PUT, OTPI_PUT_NEW };

/* As the instant when an entry expires: never, and in its place is a stamp, which no other entry of
 * that key has or had. */
#define OTPI_STORE_STAMP ((otp_instant)-1)

struct otpi_store_putting {
    const struct otpi_store_key *key;
    const void *value;
    otp_instant expires, now;
    enum otpi_put how;
};

/* EXISTS: PUT_NEW. NOMEM: nothing has changed. OVERLOAD: one has to be evicted first. BADARG: it
 * alone takes more than may be. */
otp_status otpi_store_put(struct otpi_store *store, const struct otpi_store_putting *putting);
/* The same in a store of words if the word is there, found at first sight. False: put it. */
bool otpi_store_replace_word(struct otpi_store *store, uint64_t word, uint64_t hash, uint64_t value,
                             otp_instant expires);
/* One of many that are put at once. */
struct otpi_store_row {
    struct otpi_store_key key;
    const void *value;    /* borrowed */
    struct otpi_box *box; /* owner: the store, as all that follows */
    bool is_new;
};

/* Puts all, in their order, or none; beside it nobody finds some only. In a store without limits;
 * what it puts has stamps. EXISTS: PUT_NEW, and one is there. NOMEM, BADARG. */
otp_status otpi_store_put_all(struct otpi_store *store, struct otpi_store_row *rows, size_t n,
                              enum otpi_put how);
/* False: it is not there. */
bool otpi_store_delete(struct otpi_store *store, const struct otpi_store_key *key);
/* The same; takes it out into taken, which the caller retires, and only if it has that stamp (0:
 * whichever it has). */
bool otpi_store_remove(struct otpi_store *store, const struct otpi_store_key *key, uint64_t stamp,
                       struct otpi_taken *taken);
/* As otp_table_add; what it puts has a stamp. */
otp_status otpi_store_add(struct otpi_store *store, const struct otpi_store_key *key,
                          const struct otp_addition *add, void *value);
/* Another instant when it expires. False: it is not there, or has expired by now. */
bool otpi_store_touch(struct otpi_store *store, const struct otpi_store_key *key,
                      otp_instant expires, otp_instant now);
/* lock: shard, in a change. Takes the entry out that is in a place of a bucket. */
void otpi_store_take(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t *bucket,
                     unsigned place, struct otpi_taken *taken);
/* Retires what was taken out. */
static inline void otpi_store_retire(const struct otpi_taken *taken)
{
    otpi_box_retire(taken->box);
}

/* lock: shard. A change of a bucket, with all that is chained to it. */
static inline void otpi_store_begin(uint64_t *bucket)
{
    /* relaxed: each word that follows is released after it */
    __atomic_store_n(&bucket[OTPI_CHANGES], bucket[OTPI_CHANGES] + 1, __ATOMIC_RELAXED);
}

/* lock: shard. One of its entries expires then. */
static inline void otpi_store_expects(struct otpi_store_shard *shard, otp_instant expires)
{
    if (expires > shard->latest)
        shard->latest = expires;
}

static inline void otpi_store_end(uint64_t *bucket)
{
    __atomic_store_n(&bucket[OTPI_CHANGES], bucket[OTPI_CHANGES] + 1, __ATOMIC_RELEASE);
}

/* lock: shard. A free place in a chain, or of a bucket that is added to it; NULL: no memory. */
uint64_t *otpi_store_room(struct otpi_store *store, struct otpi_store_shard *shard,
                          uint64_t *bucket, unsigned *place);
/* lock: shard. Fills a free place. In a change. */
void otpi_store_fill(const struct otpi_store *store, uint64_t *bucket, unsigned place, uint64_t tag,
                     uint64_t mark, const uint64_t *slot);
/* The byte of a place in tags or marks. */
static inline uint64_t otpi_store_byte(uint64_t bytes, unsigned place)
{
    return bytes >> 8 * place & 0xff;
}

static inline void otpi_store_set_byte(uint64_t *bytes, unsigned place, uint64_t byte)
{
    uint64_t others = otpi_store_get(bytes) & ~((uint64_t)0xff << 8 * place);
    otpi_store_set(bytes, others | byte << 8 * place);
}

/* -- store_grow.c: all under the lock of the shard -- */

/* There is a bucket at least. False: no memory. */
bool otpi_store_begin_shard(struct otpi_store *store, struct otpi_store_shard *shard);
/* One bucket more, if there are many entries and memory. */
void otpi_store_grow(struct otpi_store *store, struct otpi_store_shard *shard);
/* One bucket less, if there are few entries; all but the fewest, if there is none. False: nothing
 * has changed. */
bool otpi_store_shrink(struct otpi_store *store, struct otpi_store_shard *shard);
/* Takes all entries out, which have no boxes and have expired. */
void otpi_store_clear(const struct otpi_store *store, struct otpi_store_shard *shard);
/* Frees a part of a segment that nobody sees. False: that was all. */
bool otpi_store_free_segment(struct otpi_segment *segment);
/* One more bucket, empty, for a chain; NULL: no memory. */
uint64_t *otpi_store_chain(struct otpi_store *store, struct otpi_store_shard *shard);
/* Frees some that are in no chain that anybody sees. False: there are no more. */
bool otpi_store_free_chained(struct otpi_store_shard *shard);
/* Takes buckets out of a chain that it does not need. In a change. */
void otpi_store_compact(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t *bucket);

/* -- store_sweep.c -- */

/* Where a walk is. All zero: at the beginning. */
struct otpi_store_cursor {
    uint32_t shard;
    uint64_t index;
};

#define OTPI_STORE_TAKEN 32 /* what a step takes at most */

/* Takes what had expired before now out of the next few buckets. False: that was all. *n: how
 * many. Gives at most OTPI_STORE_TAKEN entries to taken; NULL: nobody asks for them, and the store
 * is not boxed. */
bool otpi_store_sweep(struct otpi_store *store, struct otpi_store_cursor *cursor, otp_instant now,
                      struct otpi_taken *taken, size_t *n);
/* Where one is that looks only. All zero: at the beginning. */
struct otpi_store_walk {
    uint32_t shard;
    uint64_t index;
    uint64_t n; /* the buckets that the shard had when it came there */
};

/* An entry that was seen; its box is there until the pin ends. */
struct otpi_seen {
    struct otpi_taken entry;
    uint64_t stamp;
};

/* Looks at the entries of the next bucket, as buckets were when the walk came to the shard: one
 * that is there all the time is seen once, however often it is moved. *n: how many there are; if
 * more than room nothing was seen, and the walk stays. False: that was all. */
bool otpi_store_look(struct otpi_store *store, struct otpi_store_walk *walk, struct otpi_seen *seen,
                     size_t room, size_t *n);
/* Frees the next few buckets of a store that nobody else sees. False: that was all. */
bool otpi_store_free_some(struct otpi_store *store);

/* -- store_evict.c -- */

/* lock: shard. The mark of an entry of that hash that is about to be put. */
uint64_t otpi_store_admit(struct otpi_store *store, struct otpi_store_shard *shard, uint64_t hash);
/* Takes one entry out, so that one of that hash has room. False: it found none. */
bool otpi_store_evict(struct otpi_store *store, uint64_t hash, otp_instant now,
                      struct otpi_taken *taken);
/* Nobody else sees the store. */
void otpi_store_forget(struct otpi_store_shard *shard);

#endif
