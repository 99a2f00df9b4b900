/* registry_change.h - a registry as it is changed, under its locks.
 *
 * Idea: the steps of which registering and unregistering consist. They are inline, so that the
 * short way of what is registered most (registry_near.c) is these steps and no others, with what is
 * known of such slots worked out by the compiler.
 * Threads: any. Locks: owners, shard; each function says which.
 */
#ifndef OTPI_REGISTRY_CHANGE_H
#define OTPI_REGISTRY_CHANGE_H

#include "base/alloc.h"
#include "base/hash.h"
#include "behav/registry.h"

#define OTPI_WORD    sizeof(uint64_t)
/* A table of slots gets another one when more than 13 of 16 would be used. */
#define OTPI_FULL    13
#define OTPI_FULL_OF 16

static inline size_t otpi_words_of(size_t bytes)
{
    return (bytes + OTPI_WORD - 1) / OTPI_WORD;
}

/* -- slots of a shard: under its lock -- */

/* The slot where what has that hash is looked for first. */
static inline uint64_t otpi_slot_home(const struct otpi_shape *shape, uint64_t hash, uint64_t mask)
{
    return hash & mask & ~(uint64_t)(shape->group - 1);
}

/* The hash of the key whose words are at `at`. */
static inline uint64_t otpi_slot_hash(const struct otp_registry *type,
                                      const struct otpi_shape *shape, uint64_t seed,
                                      const uint64_t *at)
{
    if (shape->group == OTPI_GROUP)
        return otpi_hash_number(seed, at[0]);
    if (type->key_kind == OTP_KEY_TEXT)
        return (at[0] & OTPI_KEY_LONG) != 0 ? at[1] : otpi_hash_bytes(seed, &at[1], at[0]);
    if (shape->key == 1)
        return otpi_hash_number(seed, at[0]);
    return otpi_hash_bytes(seed, at, shape->key * OTPI_WORD);
}

static inline void otpi_shard_begin(struct otpi_shard *shard)
{
    /* relaxed: each word that follows is released after it */
    uint64_t changes = atomic_load_explicit(&shard->changes, memory_order_relaxed);
    atomic_store_explicit(&shard->changes, changes + 1, memory_order_relaxed);
}

static inline void otpi_shard_end(struct otpi_shard *shard)
{
    uint64_t changes = atomic_load_explicit(&shard->changes, memory_order_relaxed);
    atomic_store_explicit(&shard->changes, changes + 1, memory_order_release);
}

/* Entries lie beside words that others read, so they are words too. */
static inline void otpi_entry_set(uint64_t *entries, uint64_t at, const struct otpi_entry *entry)
{
    otpi_word_set(&entries[at], (uint64_t)(uintptr_t)entry);
}

static inline struct otpi_entry *otpi_entry_get(const uint64_t *entries, uint64_t at)
{
    return (struct otpi_entry *)(uintptr_t)entries[at];
}

/* NULL: none yet. */
static inline uint64_t *otpi_shard_slots(const struct otpi_shard *shard)
{
    return otpi_table_slots(atomic_load_explicit(&shard->table, memory_order_relaxed));
}

static inline uint32_t otpi_shard_log2(const struct otpi_shard *shard)
{
    return otpi_table_log2(atomic_load_explicit(&shard->table, memory_order_relaxed));
}

static inline uint64_t otpi_shard_mask(const struct otpi_shard *shard)
{
    return ((uint64_t)1 << otpi_shard_log2(shard)) - 1;
}

/* For one more slot. */
static inline bool otpi_shard_has_room(const struct otpi_shard *shard)
{
    return otpi_shard_slots(shard) != NULL &&
           (shard->used + 1) * OTPI_FULL_OF <= (otpi_shard_mask(shard) + 1) * OTPI_FULL;
}

/* There are that many more entries. */
static inline void otpi_shard_count(struct otpi_shard *shard, uint64_t more)
{
    uint64_t n = atomic_load_explicit(&shard->count, memory_order_relaxed);
    atomic_store_explicit(&shard->count, n + more, memory_order_relaxed);
}

/* Of keys that are words, in a shard that has slots: whether that one is there. *at: its slot, or
 * the first empty one that it could be in. */
static inline bool otpi_slot_find_word(const struct otpi_shard *shard,
                                       const struct otpi_shape *shape, uint64_t hash, uint64_t word,
                                       uint64_t *at)
{
    const uint64_t *slots = otpi_shard_slots(shard);
    uint64_t mask = otpi_shard_mask(shard);

    for (*at = otpi_slot_home(shape, hash, mask); slots[*at * shape->slot] != 0;
         *at = (*at + 1) & mask)
        if (slots[*at * shape->slot + shape->head] == word)
            return true;
    return false;
}

/* Takes a slot away: those behind it that it kept from their place move up. What a long key refers
 * to stays. */
static inline void otpi_slot_remove(const struct otp_registry *type, const struct otpi_shape *shape,
                                    uint64_t seed, struct otpi_shard *shard, uint64_t hole)
{
    uint64_t *slots = otpi_shard_slots(shard), mask = otpi_shard_mask(shard);

    otpi_shard_begin(shard);
    for (uint64_t i = (hole + 1) & mask; slots[i * shape->slot] != 0; i = (i + 1) & mask) {
        uint64_t *from = &slots[i * shape->slot], *to = &slots[hole * shape->slot];
        uint64_t hash = otpi_slot_hash(type, shape, seed, from + shape->head);
        if (((i - otpi_slot_home(shape, hash, mask)) & mask) < ((i - hole) & mask))
            continue;
        for (uint32_t k = 0; k < shape->slot; k++)
            otpi_word_set(&to[k], from[k]);
        if (type->keys == OTP_UNIQUE)
            otpi_word_set(&shard->entries[hole], shard->entries[i]);
        hole = i;
    }
    otpi_word_set(&slots[hole * shape->slot], 0);
    otpi_shard_end(shard);
    shard->used--;
}

/* -- who has what: under the lock of the owners -- */

/* NULL: it has had nothing yet. */
static inline struct otpi_owner *otpi_owner_find(const struct otpi_owners *owners, otp_pid pid)
{
    uint64_t owner = 0;

    (void)otpi_map_get(&owners->owners, pid.bits, &owner);
    return (struct otpi_owner *)(uintptr_t)owner;
}

static inline void otpi_owner_link(struct otpi_owner *owner, struct otpi_entry *entry)
{
    entry->serial = owner->serial++;
    entry->next = NULL;
    entry->prev = owner->last;
    if (entry->prev != NULL)
        entry->prev->next = entry;
    else
        owner->entries = entry;
    owner->last = entry;
}

/* Out of its owner's list, which keeps the memory for the next one. */
static inline void otpi_owner_unlink(struct otpi_owner *owner, struct otpi_entry *entry)
{
    if (entry->prev != NULL)
        entry->prev->next = entry->next;
    else
        owner->entries = entry->next;
    if (entry->next != NULL)
        entry->next->prev = entry->prev;
    else
        owner->last = entry->prev;
    if (owner->spare != NULL)
        otpi_release(owner->spare, sizeof *entry);
    owner->spare = entry;
}

#endif
