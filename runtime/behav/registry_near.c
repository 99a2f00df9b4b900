/* registry_near.c - a small name is registered, and given back, in one short frame.
 *
 * Idea: most keys are one word, of a registry without values: its slots are pairs (registry.h). And
 * who registers is mostly a process that nothing is unusual with and that has had a name there
 * before. What that takes is done here with nothing around it; if anything is otherwise, nothing
 * has changed and the long way (registry.c) does it.
 * Threads: a process's own. Locks: owners, then shard. Owns: nothing.
 */
#include "base/mutant.h"
#include "behav/registry_change.h"

static const struct otpi_shape pair = OTPI_SHAPE_PAIR;

/* What is to be changed. */
struct near {
    struct otpi_registry *registry;
    struct otpi_owners *owners;
    struct otpi_shard *shard;
    struct otpi_owner *owner;
    otp_pid pid;
    uint64_t word, hash;
};

/* Takes the lock of the owners, which leave releases. False: it is not taken; the long way. */
static inline bool enter(otp_dest dest, const struct otp_registry *type, const void *key,
                         struct near *near)
{
    otp_pid self;
    struct otpi_registry *registry =
        (struct otpi_registry *)otp_shared_near(dest, &otpi_registry_behaviour, &self);

    if (registry == NULL || OTP_MUTANT(B167) || OTP_MUTANT(B170) ||
        atomic_load_explicit(&registry->pairs, memory_order_relaxed) != (uintptr_t)type)
        return false;
    near->registry = registry;
    near->pid = otp_self();
    near->owners = otpi_registry_owners(registry, near->pid);
    memcpy(&near->word, key, OTPI_WORD);
    near->hash = otpi_hash_number(registry->seed, near->word);
    near->shard = otpi_registry_shard(registry, near->hash);
    otp_lock_take(&near->owners->lock);
    near->owner = otpi_owner_find(near->owners, near->pid);
    if (near->owner != NULL && otpi_registry_is(registry, self))
        return true;
    otp_lock_release(&near->owners->lock);
    return false;
}

static inline void leave(const struct near *near)
{
    otp_lock_release(&near->owners->lock);
}

/* Under the lock of the shard, which has slots. */
static inline bool find(const struct near *near, uint64_t *at)
{
    return otpi_slot_find_word(near->shard, &pair, near->hash, near->word, at);
}

static inline bool put(const struct near *near, struct otpi_entry *entry)
{
    struct otpi_shard *shard = near->shard;
    uint64_t at, *slots = otpi_shard_slots(shard);

    if (!otpi_shard_has_room(shard) || find(near, &at))
        return false;
    otpi_shard_begin(shard);
    otpi_word_set(&slots[at * 2 + 1], near->word);
    otpi_word_set(&slots[at * 2], near->pid.bits);
    otpi_shard_end(shard);
    entry->hash = near->hash;
    entry->bucket = NULL;
    otpi_entry_set(shard->entries, at, entry);
    shard->used++;
    otpi_shard_count(shard, 1);
    return true;
}

bool otpi_registry_put_near(otp_dest dest, const struct otp_registry *type, const void *key)
{
    struct otpi_entry *entry;
    struct near near;
    bool done = false;

    if (type->registered != NULL || !enter(dest, type, key, &near))
        return false;
    entry = near.owner->spare;
    if (entry != NULL) {
        otp_lock_take(&near.shard->lock);
        done = put(&near, entry);
        otp_lock_release(&near.shard->lock);
    }
    if (done) {
        near.owner->spare = NULL;
        otpi_owner_link(near.owner, entry);
    }
    leave(&near);
    return done;
}

static inline struct otpi_entry *take(const struct near *near, const struct otp_registry *type)
{
    struct otpi_shard *shard = near->shard;
    struct otpi_entry *entry;
    uint64_t at;

    if (otpi_shard_slots(shard) == NULL || !find(near, &at) ||
        otpi_shard_slots(shard)[at * 2] != near->pid.bits)
        return NULL;
    entry = otpi_entry_get(shard->entries, at);
    otpi_slot_remove(type, &pair, near->registry->seed, shard, at);
    otpi_shard_count(shard, (uint64_t)0 - 1);
    return entry;
}

bool otpi_registry_take_near(otp_dest dest, const struct otp_registry *type, const void *key)
{
    struct otpi_entry *entry;
    struct near near;

    if (type->unregistered != NULL || !enter(dest, type, key, &near))
        return false;
    otp_lock_take(&near.shard->lock);
    entry = take(&near, type);
    otp_lock_release(&near.shard->lock);
    if (entry != NULL)
        otpi_owner_unlink(near.owner, entry);
    leave(&near);
    return true; /* who has it not has it not any more */
}
