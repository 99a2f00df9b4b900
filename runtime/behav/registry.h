/* registry.h - what the files of the registry share.
 *
 * Idea: entries are in shards by the hash of their key. A shard is an open-addressing table of
 * words that is read without its lock: its count of changes (`changes`, odd during one) says
 * afterwards whether what was read was whole. Tables, buckets, long keys and values lie in memory
 * that stays readable (otp_stable), so a late reader reads nonsense, never nothing.
 *
 *   unique     slot: pid, the value's words, the key's words
 *   duplicate  slot: its bucket, the key's words
 *              bucket: how many, how many there is room for, then per entry: pid, the value's words
 *
 * A value is its own words if it is small and refers to nothing, else the address of a block: its
 * size, the address that its references assume, its bytes.
 *
 *   registry.c         the process; who has what; register, unregister, ends
 *   registry_table.c   one shard: finding, putting, taking away
 *   registry_near.c    the short way to register and unregister a small key
 *   registry_change.h  what all of these change a registry by
 *   registry_read.c    lookups, and entries as they are given out
 *
 * Locks: owners, then shard (or proc); one of each at a time.
 */
#ifndef OTPI_REGISTRY_H
#define OTPI_REGISTRY_H

#include <stdatomic.h>
#include <string.h>

#include <otp/registry.h>
#include <otp/share.h>

#include "base/map.h"

#define OTPI_REGISTRY_SHARDS    64
#define OTPI_REGISTRY_KEY_MAX   (OTP_REGISTRY_PLAIN_MAX / sizeof(uint64_t))
#define OTPI_REGISTRY_VALUE_MAX 4 /* words that a value may have in place */

/* Of how many words the parts of a slot are. */
struct otpi_shape {
    uint32_t value; /* of a value: 0: none */
    uint32_t entry; /* pid and value */
    uint32_t head;  /* of a slot before its key */
    uint32_t key;
    uint32_t slot;
    uint32_t group; /* a key's home is a multiple of this: a cache line's, if a slot is small */
    bool boxed;     /* a value is the address of a block */
};

/* Slots of two words in a cache line. */
#define OTPI_GROUP 4

/* A key as it is compared. Text of up to 24 bytes is in place: size, then the bytes. Longer text
 * is its size with the top bit set, its hash, and (in a slot) the address of its bytes. */
struct otpi_key {
    uint64_t words[OTPI_REGISTRY_KEY_MAX];
    uint64_t hash;
    otp_str text; /* of a long text; borrowed */
    bool is_long;
};

#define OTPI_KEY_LONG ((uint64_t)1 << 63)

/* An entry as its registry knows it: one of its process's. */
struct otpi_entry {
    struct otpi_entry *prev, *next; /* lock: owners */
    uint64_t hash;                  /* const */
    uint64_t *bucket;               /* lock: shard. Of a duplicate registry */
    uint32_t index;                 /* lock: shard. In the bucket */
    uint32_t serial;                /* const: rises along its owner's list */
};

/* One of the tables. */
struct otpi_shard {
    _Alignas(64) struct otp_lock lock;
    _Atomic uint64_t changes; /* atomic: odd in a change; of all lives; written under lock */
    _Atomic uintptr_t
        table;              /* atomic: where the slots are, and how many; under lock, in a change */
    uint64_t *entries;      /* lock: of a unique registry, by slot; behind the slots */
    uint64_t used;          /* lock: slots */
    _Atomic uint64_t count; /* atomic: entries; written under lock */
};

/* The processes that have entries. */
struct otpi_owners {
    _Alignas(64) struct otp_lock lock;
    struct otpi_map owners; /* lock: pid bits -> struct otpi_owner */
};

/* One of them: it stays until its process or the registry ends. */
struct otpi_owner {
    struct otp_tie tie;
    struct otpi_registry *registry;
    otp_pid pid;
    struct otpi_entry *entries, *last; /* lock: owners. In the order of registering */
    struct otpi_entry *spare;          /* lock: owners. For the next one; NULL: none */
    uint32_t serial;                   /* lock: owners. Of its next entry */
    bool closed;             /* lock: owners. The registry has ended: whom tie tells frees it */
    struct otpi_owner *told; /* owner: the end of the registry */
};

/* What a registry's process shows. Its words are the tables'. */
struct otpi_registry {
    struct otp_shared shared;
    struct otp_tie tie;                        /* to its own process */
    _Atomic(const struct otp_registry *) type; /* atomic: of this life */
    _Atomic uintptr_t pairs;                   /* atomic: otpi_pairs_of type, or 0: they are none */
    uint64_t seed;                             /* const, for ever */
    struct otp_lock meta_lock;
    void *meta; /* lock: meta. A block, or NULL: none */
    size_t meta_size;
    struct otpi_shard shards[OTPI_REGISTRY_SHARDS];
    struct otpi_owners owners[OTPI_REGISTRY_SHARDS];
};

extern const struct otp_behaviour otpi_registry_behaviour;

/* -- words that others read meanwhile -- */

/* acquire, release: who reads a word of a change sees, in what it reads next, that there is one */
static inline uint64_t otpi_word_get(const uint64_t *at)
{
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

static inline void otpi_word_set(uint64_t *at, uint64_t word)
{
    __atomic_store_n(at, word, __ATOMIC_RELEASE);
}

/* -- entering -- */

/* Starts one of module, whose entries are of type. BADARG: that cannot be. */
otp_status otpi_registry_start(const struct otp_module *module, const struct otp_registry *type,
                               const struct otp_start *how, otp_pid *pid);
/* Finds the registry that dest is, and enters; otp_leave ends it. The registry's statuses. */
otp_status otpi_registry_enter(otp_dest dest, const struct otp_registry *type,
                               struct otpi_registry **registry, otp_pid *pid);
/* It still is pid. A table that was found before this is that one's, under the lock of its shard or
 * of owners too for as long as that is held. */
static inline bool otpi_registry_is(const struct otpi_registry *registry, otp_pid pid)
{
    return otpi_word_get(&registry->shared.pid) == pid.bits;
}

/* What its owners are kept in. */
struct otpi_owners *otpi_registry_owners(struct otpi_registry *registry, otp_pid pid);

/* The processes that have key in a registry without values, as owned memory that the caller frees,
 * if OK. Statuses of a lookup. */
otp_status otpi_registry_pids(otp_dest dest, const struct otp_registry *type, const void *key,
                              otp_pid **pids, size_t *n);

/* -- registry_near.c -- */

/* The caller registers key. False: nothing has changed; the long way says why. */
bool otpi_registry_put_near(otp_dest dest, const struct otp_registry *type, const void *key);
/* The caller has that key no more. False: as above. */
bool otpi_registry_take_near(otp_dest dest, const struct otp_registry *type, const void *key);

/* -- registry_table.c -- */

struct otpi_shape otpi_shape_of(const struct otp_registry *type);
/* Of slots that are pairs; see otpi_slot_is_pair. */
#define OTPI_SHAPE_PAIR                                                                            \
    {                                                                                              \
        0, 1, 1, 1, 2, OTPI_GROUP, false                                                           \
    }
/* A key is one word, which is in a slot of its own: a number, or what is as small. */
static inline bool otpi_key_is_word(const struct otp_registry *type)
{
    return type->key_kind != OTP_KEY_TEXT && type->key->size <= sizeof(uint64_t);
}

/* A slot is a pid and such a key. */
static inline bool otpi_slot_is_pair(const struct otp_registry *type)
{
    return type->keys == OTP_UNIQUE && type->value == NULL && otpi_key_is_word(type);
}

/* Such a type, and how long its keys are, as one word that takes one comparison: its address, and
 * nothing, one or two more for keys of 8 bytes, of 4, and of others. */
static inline uintptr_t otpi_pairs_of(const struct otp_registry *type)
{
    return (uintptr_t)type + (type->key->size == 8 ? 0 : type->key->size == 4 ? 1 : 2);
}

/* Such a key. */
static inline uint64_t otpi_key_word(const struct otp_registry *type, const void *key)
{
    uint64_t word = 0;

    if (type->key->size == sizeof word)
        memcpy(&word, key, sizeof word);
    else
        memcpy(&word, key, type->key->size);
    return word;
}

/* False: it is too long. Borrows key. */
bool otpi_key_make(const struct otp_registry *type, uint64_t seed, const void *key,
                   struct otpi_key *out);

static inline struct otpi_shard *otpi_registry_shard(struct otpi_registry *registry, uint64_t hash)
{
    return &registry->shards[hash >> 58];
}

/* -- the table of a shard --
 * The address of its slots, a line's, whose last bits are the logarithm of how many there are: one
 * word, so that who reads it without a lock has both of the same table. */

#define OTPI_TABLE_LOG2 ((uintptr_t)63)

static inline uintptr_t otpi_table(uint64_t *slots, uint32_t log2)
{
    return (uintptr_t)slots | log2;
}

/* NULL: none yet. */
static inline uint64_t *otpi_table_slots(uintptr_t table)
{
    return (uint64_t *)(table & ~OTPI_TABLE_LOG2);
}

static inline uint32_t otpi_table_log2(uintptr_t table)
{
    return (uint32_t)(table & OTPI_TABLE_LOG2);
}

static inline uint64_t otpi_table_mask(uintptr_t table)
{
    return ((uint64_t)1 << otpi_table_log2(table)) - 1;
}

/* A reading without the lock of a shard. */
struct otpi_reading {
    struct otpi_shard *shard;
    uint64_t changes;
    uintptr_t table; /* of the registry's life that goes on after it was read */
    bool locked;     /* after many tries */
    uint32_t tries;
};

/* One try, without the lock; what is read in it is good if it is whole after it. False: a change is
 * going on. Slots are of the shape that they are taken for if the registry still is the same (see
 * otpi_registry_is) when it is asked after this. */
static inline bool otpi_reading_try(struct otpi_reading *reading)
{
    struct otpi_shard *shard = reading->shard;

    /* acquire: pairs with the release at the end of a change; the table is as that left it */
    reading->changes = atomic_load_explicit(&shard->changes, memory_order_acquire);
    reading->table = atomic_load_explicit(&shard->table, memory_order_acquire);
    return (reading->changes & 1) == 0;
}
/* Nothing has changed so far. */
static inline bool otpi_reading_is_whole(const struct otpi_reading *reading)
{
    return atomic_load_explicit(&reading->shard->changes, memory_order_relaxed) == reading->changes;
}
/* The slot of key; NULL: there is none, or something has changed. */
uint64_t *otpi_reading_find(const struct otpi_reading *reading, const struct otpi_shape *shape,
                            const struct otpi_key *key);

/* A value as its words; false: no memory. Freed by value_drop. */
bool otpi_value_make(const struct otp_registry *type, const void *value, uint64_t *words);
void otpi_value_drop(const struct otpi_shape *shape, const uint64_t *words);

/* What is put. */
struct otpi_putting {
    const struct otpi_key *key;
    otp_pid pid;
    const uint64_t *value;
    struct otpi_entry *entry;
    otp_pid holder; /* of a unique registry, if the key is taken */
};

/* All of these: under the lock of the owners of whom the entry is of. */

/* Takes the entry and its value if OK. ALREADY_STARTED: *holder. NOMEM. Takes and leaves the lock
 * of the shard, as all below. */
otp_status otpi_shard_put(struct otpi_registry *registry, const struct otp_registry *type,
                          struct otpi_putting *putting);
/* Takes the entry of pid away, with its value; not the struct itself. */
void otpi_shard_take(struct otpi_registry *registry, const struct otp_registry *type,
                     struct otpi_entry *entry);
/* The same for the entry that pid has in a unique registry, which it gives; NULL: none. */
struct otpi_entry *otpi_shard_take_own(struct otpi_registry *registry,
                                       const struct otp_registry *type, const struct otpi_key *key,
                                       otp_pid pid);
/* Whether pid has the key in a unique registry. */
bool otpi_shard_owns(struct otpi_registry *registry, const struct otp_registry *type,
                     const struct otpi_key *key, otp_pid pid);
/* Whether entry has that key. */
bool otpi_shard_has_key(struct otpi_registry *registry, const struct otp_registry *type,
                        const struct otpi_entry *entry, const struct otpi_key *key);
/* Sees an entry: the words of its key, and its own: pid and value. Under the lock. */
typedef void otpi_shard_visitor(const uint64_t *key, const uint64_t *words, void *context);
void otpi_shard_visit(struct otpi_registry *registry, const struct otp_registry *type,
                      const struct otpi_entry *entry, otpi_shard_visitor *visit, void *context);
/* Shows all that the shard has. False: the registry is not pid any more. */
bool otpi_shard_each(struct otpi_registry *registry, otp_pid pid, struct otpi_shard *shard,
                     otpi_shard_visitor *visit, void *context);
/* How many entries a bucket has, and their words. */
const uint64_t *otpi_bucket_entries(const uint64_t *bucket, uint64_t *n);
/* Replaces the value of pid's entry; the old one's words in value. False: it has none. */
bool otpi_shard_swap(struct otpi_registry *registry, const struct otp_registry *type,
                     const struct otpi_key *key, otp_pid pid, uint64_t *value);
/* Frees what an empty shard has. */
void otpi_shard_clear(struct otpi_shard *shard, const struct otp_registry *type);

#endif
