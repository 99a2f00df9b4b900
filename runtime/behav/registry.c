/* registry.c - a registry's process, and who has what in it.
 *
 * Idea: see registry.h. The process does nothing but be there: it is started, linked, named and
 * stopped like any other, and shows the tables. A process that has entries is tied to the registry
 * by its owner record, which lists them: its end takes them away before anyone is told of it. The
 * record is made, and the tie with it, before the first entry: so an entry whose process ends
 * meanwhile is taken away too, by whoever holds the lock of the owners second. The registry's own
 * end takes all away and sends those that had entries an exit signal.
 * Threads: any. Locks: owners, then shard or proc; meta. Owns: owner records, entries, meta.
 */
#include "base/apart.h"
#include "base/misuse.h"
#include "behav/registry_change.h"

#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/mutant.h"

/* -- entering -- */

otp_status otpi_registry_enter(otp_dest dest, const struct otp_registry *type,
                               struct otpi_registry **registry, otp_pid *pid)
{
    struct otp_shared *shared;
    otp_status status = otp_enter_shared(dest, &otpi_registry_behaviour, &shared, pid);

    if (status != OTP_OK)
        return status;
    *registry = (struct otpi_registry *)shared;
    if (atomic_load_explicit(&(*registry)->type, memory_order_relaxed) == type)
        return OTP_OK;
    otp_leave();
    return OTP_WRONG_MODULE;
}

struct otpi_owners *otpi_registry_owners(struct otpi_registry *registry, otp_pid pid)
{
    return &registry->owners[pid.bits % OTPI_REGISTRY_SHARDS]; /* who is in which slot is chance */
}

/* -- owners: all under their lock -- */

static void take_entry(struct otpi_owner *owner, const struct otp_registry *type,
                       struct otpi_entry *entry)
{
    otpi_shard_take(owner->registry, type, entry);
    otpi_owner_unlink(owner, entry);
}

static void free_owner(struct otpi_owner *owner)
{
    if (owner->spare != NULL)
        otpi_release(owner->spare, sizeof *owner->spare);
    otpi_release(owner, sizeof *owner);
}

static void take_all(struct otpi_owner *owner)
{
    const struct otp_registry *type =
        atomic_load_explicit(&owner->registry->type, memory_order_relaxed);

    while (owner->entries != NULL)
        take_entry(owner, type, owner->entries);
}

/* otp_tie: the process of an owner has ended. */
static void owner_ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    struct otpi_owner *owner =
        (struct otpi_owner *)(void *)((char *)tie - offsetof(struct otpi_owner, tie));
    struct otpi_owners *owners = otpi_registry_owners(owner->registry, pid);

    if (OTP_MUTANT(B168) && reason->kind == OTP_REASON_NORMAL)
        return;
    otp_lock_take(&owners->lock);
    if (!owner->closed) {
        (void)otpi_map_remove(&owners->owners, pid.bits, NULL);
        take_all(owner);
    }
    otp_lock_release(&owners->lock);
    free_owner(owner);
}

/* NOPROC: pid has ended. NOMEM. */
OTPI_APART static otp_status make_owner(struct otpi_registry *registry, struct otpi_owners *owners,
                                        otp_pid pid, struct otpi_owner **out)
{
    struct otpi_owner *owner = otpi_alloc_zero(sizeof *owner);
    otp_status status = owner == NULL ? OTP_NOMEM : OTP_OK;

    if (status == OTP_OK)
        status = otpi_map_put(&owners->owners, pid.bits, (uintptr_t)owner);
    if (status == OTP_OK) {
        owner->registry = registry;
        owner->pid = pid;
        owner->tie.ended = owner_ended;
        status = otp_tie_to(pid, &owner->tie);
        if (status != OTP_OK)
            (void)otpi_map_remove(&owners->owners, pid.bits, NULL);
    }
    if (status != OTP_OK && owner != NULL)
        otpi_release(owner, sizeof *owner);
    *out = owner;
    return status;
}

/* One that has no entry and never had one: nothing of a failed try is left. */
OTPI_APART static void forget_owner(struct otpi_owners *owners, otp_pid pid,
                                    struct otpi_owner *owner)
{
    /* or it frees itself */
    if (!otp_untie(pid, &owner->tie))
        return;
    (void)otpi_map_remove(&owners->owners, pid.bits, NULL);
    free_owner(owner);
}

/* -- the registry's own end -- */

/* Takes all that an owner has. Puts it in the list of those to be told if it had entries. */
static void close_owner(struct otpi_owner *owner, struct otpi_owner **told)
{
    bool had = owner->entries != NULL;

    take_all(owner);
    owner->closed = true;
    if (!otp_untie(owner->pid, &owner->tie))
        return; /* its process ends: it frees itself, under the lock that is held here */
    if (had) {
        owner->told = *told;
        *told = owner;
    } else {
        free_owner(owner);
    }
}

static void tell(struct otpi_owner *told, otp_pid registry, const otp_reason *reason)
{
    while (told != NULL) {
        struct otpi_owner *next = told->told;
        otp_exit_as_linked(told->pid, registry, reason);
        free_owner(told);
        told = next;
    }
}

/* otp_tie: the registry has ended. */
static void registry_ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    struct otpi_registry *registry =
        (struct otpi_registry *)(void *)((char *)tie - offsetof(struct otpi_registry, tie));
    const struct otp_registry *type = atomic_load_explicit(&registry->type, memory_order_relaxed);
    struct otpi_map_entry at;
    struct otpi_owner *told = NULL;

    otpi_word_set(&registry->shared.pid, 0);
    for (size_t i = 0; i < OTPI_REGISTRY_SHARDS; i++) {
        struct otpi_owners *owners = &registry->owners[i];
        otp_lock_take(&owners->lock);
        while (otpi_map_pop(&owners->owners, &at))
            close_owner((struct otpi_owner *)(uintptr_t)at.value, &told);
        otpi_map_clear(&owners->owners);
        otp_lock_release(&owners->lock);
    }
    for (size_t i = 0; i < OTPI_REGISTRY_SHARDS; i++)
        otpi_shard_clear(&registry->shards[i], type);
    otp_lock_take(&registry->meta_lock);
    if (registry->meta != NULL)
        otpi_release(registry->meta, registry->meta_size);
    registry->meta = NULL;
    otp_lock_release(&registry->meta_lock);
    otp_shared_free(&registry->shared);
    tell(told, pid, reason);
}

/* -- the process -- */

static void init(void *data, const void *args)
{
    struct otp_shared *shared =
        otp_shared_new(&otpi_registry_behaviour, sizeof(struct otpi_registry));
    struct otpi_registry *registry = (struct otpi_registry *)shared;

    (void)data;
    if (shared == NULL)
        otp_init_ack(OTP_EXIT, otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    if (registry->seed == 0)
        registry->seed = otpi_hash_seed() | 1;
    atomic_store_explicit(&registry->type, args, memory_order_relaxed);
    atomic_store_explicit(&registry->pairs, otpi_slot_is_pair(args) ? otpi_pairs_of(args) : 0,
                          memory_order_relaxed);
    registry->tie.ended = registry_ended;
    if (otp_tie_to(otp_self(), &registry->tie) != OTP_OK) {
        otp_shared_free(shared);
        otp_init_ack(OTP_EXIT, otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    }
    otp_share(shared);
    otp_init_ack(OTP_OK, otp_normal());
}

static void receive(void *data, const struct otp_message *message)
{
    (void)data;
    if (message->kind == OTP_MESSAGE_STOP)
        otp_finish(*message->reason);
}

const struct otp_behaviour otpi_registry_behaviour = { "registry", init, receive, NULL,
                                                       NULL,       NULL, NULL };

static bool is_possible(const struct otp_registry *type)
{
    bool is_text = type->key_kind == OTP_KEY_TEXT;

    return type->keys <= OTP_DUPLICATE && type->key_kind <= OTP_KEY_TEXT && type->key != NULL &&
           type->key->size != 0 &&
           (is_text || (type->key->n_refs == 0 && type->key->size <= OTP_REGISTRY_PLAIN_MAX)) &&
           (type->value == NULL || type->value->size != 0);
}

otp_status otpi_registry_start(const struct otp_module *module, const struct otp_registry *type,
                               const struct otp_start *how, otp_pid *pid)
{
    struct otp_process_spec process = { 0 };

    if (!is_possible(type))
        return OTP_BADARG;
    process.behaviour = &otpi_registry_behaviour;
    process.module = module;
    process.args = type;
    return otp_behaviour_start(&process, how, pid);
}

otp_status otp_registry_start(const struct otp_module *module, const struct otp_start *how,
                              const void *options, otp_pid *pid)
{
    if (options != NULL)
        return OTPI_JUDGED(OTP_BADARG);
    return OTPI_JUDGED(otpi_registry_start(module, (const struct otp_registry *)module, how, pid));
}

/* -- registering -- */

/* Memory for an entry of the owner's; NULL: none. */
static struct otpi_entry *new_entry(struct otpi_owner *owner)
{
    struct otpi_entry *entry = owner->spare;

    owner->spare = NULL;
    return entry != NULL ? entry : otpi_alloc_zero(sizeof *entry);
}

/* Under the lock of the owners. Takes the value if OK. */
static otp_status put_entry(struct otpi_registry *registry, struct otpi_owners *owners,
                            const struct otp_registry *type, struct otpi_putting *putting)
{
    struct otpi_owner *owner = otpi_owner_find(owners, putting->pid);
    bool is_new = owner == NULL;
    otp_status status = OTP_OK;

    if (is_new)
        status = make_owner(registry, owners, putting->pid, &owner);
    if (status != OTP_OK)
        return status;
    putting->entry = new_entry(owner);
    status = putting->entry == NULL ? OTP_NOMEM : otpi_shard_put(registry, type, putting);
    if (status == OTP_OK)
        otpi_owner_link(owner, putting->entry);
    else
        owner->spare = putting->entry;
    if (status != OTP_OK && is_new)
        forget_owner(owners, putting->pid, owner);
    return status;
}

static otp_status register_made(struct otpi_registry *registry, otp_pid self,
                                const struct otp_registry *type, struct otpi_putting *putting)
{
    struct otpi_owners *owners = otpi_registry_owners(registry, putting->pid);
    otp_status status = OTP_NOPROC;

    otp_lock_take(&owners->lock);
    if (otpi_registry_is(registry, self))
        status = put_entry(registry, owners, type, putting);
    otp_lock_release(&owners->lock);
    return status;
}

static otp_status register_pid(otp_dest dest, const struct otp_registry *type,
                               struct otpi_putting *putting, const void *key, const void *value)
{
    uint64_t words[OTPI_REGISTRY_VALUE_MAX] = { 0 };
    struct otpi_registry *registry;
    struct otpi_key made;
    otp_pid self;
    otp_status status = otpi_registry_enter(dest, type, &registry, &self);

    if (status != OTP_OK)
        return status;
    putting->key = &made;
    putting->value = words;
    if (!otpi_key_make(type, registry->seed, key, &made)) {
        status = OTP_BADARG;
    } else if (!otpi_value_make(type, value, words)) {
        status = OTP_NOMEM;
    } else {
        status = register_made(registry, self, type, putting);
        if (status != OTP_OK) {
            const struct otpi_shape shape = otpi_shape_of(type);
            otpi_value_drop(&shape, words);
        }
    }
    otp_leave();
    if (status == OTP_OK && type->registered != NULL)
        type->registered(key, putting->pid, value);
    return status;
}

/* Flat too: what is not a small key is registered as often by some. */
OTPI_APART __attribute__((flatten)) static otp_status register_self(otp_dest registry,
                                                                    const struct otp_registry *type,
                                                                    const void *key,
                                                                    const void *value,
                                                                    otp_pid *holder)
{
    struct otpi_putting putting = { .pid = otp_self() };
    otp_status status;

    if (putting.pid.bits == 0)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    status = register_pid(registry, type, &putting, key, value);
    if (status == OTP_ALREADY_STARTED && holder != NULL)
        *holder = putting.holder;
    return OTPI_JUDGED(status);
}

/* Flat, as a lookup is; so is the way back. */
__attribute__((flatten)) otp_status otp_registry_register(otp_dest registry,
                                                          const struct otp_registry *type,
                                                          const void *key, const void *value,
                                                          otp_pid *holder)
{
    return otpi_registry_put_near(registry, type, key)
               ? OTP_OK
               : register_self(registry, type, key, value, holder);
}

otp_status otp_registry_register_name(otp_dest registry, const struct otp_registry *type,
                                      otp_pid pid, const void *key, const void *value,
                                      otp_pid *holder)
{
    struct otpi_putting putting = { .pid = pid };
    otp_status status;

    if (type->keys != OTP_UNIQUE || pid.bits == 0)
        return OTPI_JUDGED(OTP_BADARG);
    status = register_pid(registry, type, &putting, key, value);
    if (status == OTP_ALREADY_STARTED && holder != NULL)
        *holder = putting.holder;
    return OTPI_JUDGED(status);
}

static otp_status register_via(const struct otp_via *via, otp_pid pid, otp_pid *holder)
{
    return otp_registry_register_name(via->keeper, via->context, pid, via->key, via->value, holder);
}

/* Its start has failed, so it has ended, and a registry forgets who has. */
static void unregister_via(const struct otp_via *via, otp_pid pid)
{
    (void)via;
    (void)pid;
}

static otp_pid whereis_via(const struct otp_via *via)
{
    return otp_registry_whereis_name(via->keeper, via->context, via->key);
}

const struct otp_via_type otp_registry_via = { register_via, unregister_via, whereis_via };

/* -- unregistering -- */

/* The caller's entries of a key. */
struct mine {
    struct otpi_registry *registry;
    const struct otp_registry *type;
    otp_pid registry_pid, pid;
    struct otpi_owners *owners;
    struct otpi_key key;
};

/* Enters. BADARG: the key is too long, so nobody has it; nothing is entered then. */
static otp_status mine_enter(struct mine *mine, otp_dest dest, const struct otp_registry *type,
                             const void *key)
{
    otp_status status;

    mine->type = type;
    mine->pid = otp_self();
    if (mine->pid.bits == 0)
        return OTP_WRONG_THREAD;
    status = otpi_registry_enter(dest, type, &mine->registry, &mine->registry_pid);
    if (status != OTP_OK)
        return status;
    mine->owners = otpi_registry_owners(mine->registry, mine->pid);
    if (otpi_key_make(type, mine->registry->seed, key, &mine->key))
        return OTP_OK;
    otp_leave();
    return OTP_BADARG;
}

/* Under the lock of the owners: who the caller is there; NULL: it has nothing. */
static struct otpi_owner *mine_owner(const struct mine *mine)
{
    if (!otpi_registry_is(mine->registry, mine->registry_pid))
        return NULL;
    return otpi_owner_find(mine->owners, mine->pid);
}

/* The first of the caller's entries of the key from entry on. Under the lock of the owners. */
static struct otpi_entry *mine_next(const struct mine *mine, struct otpi_entry *entry)
{
    while (entry != NULL && !otpi_shard_has_key(mine->registry, mine->type, entry, &mine->key))
        entry = entry->next;
    return entry;
}

static size_t mine_count(const struct mine *mine)
{
    struct otpi_owner *owner;
    struct otpi_entry *entry;
    size_t n = 0;

    otp_lock_take(&mine->owners->lock);
    owner = mine_owner(mine);
    if (owner != NULL && mine->type->keys == OTP_UNIQUE)
        n = otpi_shard_owns(mine->registry, mine->type, &mine->key, mine->pid);
    else
        for (entry = owner == NULL ? NULL : mine_next(mine, owner->entries); entry != NULL;
             entry = mine_next(mine, entry->next))
            n++;
    otp_lock_release(&mine->owners->lock);
    return n;
}

static void take_mine(const struct mine *mine)
{
    struct otpi_owner *owner;
    struct otpi_entry *entry = NULL, *next;

    otp_lock_take(&mine->owners->lock);
    owner = mine_owner(mine);
    if (owner != NULL && mine->type->keys == OTP_UNIQUE) {
        entry = otpi_shard_take_own(mine->registry, mine->type, &mine->key, mine->pid);
        if (entry != NULL)
            otpi_owner_unlink(owner, entry);
    } else if (owner != NULL) {
        for (entry = mine_next(mine, owner->entries); entry != NULL; entry = next) {
            next = mine_next(mine, entry->next);
            take_entry(owner, mine->type, entry);
        }
    }
    otp_lock_release(&mine->owners->lock);
}

/* Tells the listener of each entry that is about to go. Leaves, and enters again. */
OTPI_APART static otp_status tell_unregistered(struct mine *mine, otp_dest registry,
                                               const void *key)
{
    const struct otp_registry *type = mine->type;
    size_t n = mine_count(mine);

    otp_leave();
    while (n-- > 0)
        type->unregistered(key, mine->pid);
    return mine_enter(mine, registry, type, key);
}

OTPI_APART __attribute__((flatten)) static otp_status unregister(otp_dest registry,
                                                                 const struct otp_registry *type,
                                                                 const void *key)
{
    struct mine mine;
    otp_status status = mine_enter(&mine, registry, type, key);

    if (status == OTP_BADARG)
        return OTP_OK;
    /* nobody else can take them away meanwhile, but an end */
    if (status == OTP_OK && type->unregistered != NULL)
        status = tell_unregistered(&mine, registry, key);
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    take_mine(&mine);
    otp_leave();
    return OTP_OK;
}

__attribute__((flatten)) otp_status otp_registry_unregister(otp_dest registry,
                                                            const struct otp_registry *type,
                                                            const void *key)
{
    return otpi_registry_take_near(registry, type, key) ? OTP_OK : unregister(registry, type, key);
}

/* -- unregistering what fits -- */

/* Entries of the caller's, by their serials, in the order of its list. What accept does may change
 * that list: entries that came later are none of them, and those that went are passed by. */
struct wanted {
    uint32_t *serials;
    size_t n;
};

/* The first n entries of the key. NOPROC: the registry has ended. */
static otp_status number_mine(struct mine *mine, otp_dest dest, const void *key,
                              struct wanted *wanted)
{
    otp_status status = mine_enter(mine, dest, mine->type, key);
    struct otpi_owner *owner;
    struct otpi_entry *entry;
    size_t i = 0;

    if (status != OTP_OK)
        return status;
    otp_lock_take(&mine->owners->lock);
    owner = mine_owner(mine);
    for (entry = owner == NULL ? NULL : mine_next(mine, owner->entries);
         entry != NULL && i < wanted->n; entry = mine_next(mine, entry->next))
        wanted->serials[i++] = entry->serial;
    otp_lock_release(&mine->owners->lock);
    otp_leave();
    return i == wanted->n ? OTP_OK : OTP_NOPROC;
}

/* Asks accept about each of the caller's entries. */
static otp_status ask_mine(struct mine *mine, otp_dest dest, const void *key,
                           otp_registry_accept *accept, void *context, struct wanted *wanted)
{
    struct otp_registry_entries entries;
    otp_status status = otp_registry_entries_of(dest, mine->type, mine->pid, key, &entries);

    if (status != OTP_OK || entries.count == 0)
        return status;
    wanted->n = entries.count;
    wanted->serials = otp_scratch(entries.count * sizeof *wanted->serials);
    if (wanted->serials == NULL)
        return OTP_NOMEM;
    status = number_mine(mine, dest, key, wanted);
    if (status != OTP_OK)
        return status;
    wanted->n = 0;
    for (size_t i = 0; i < entries.count; i++)
        if (accept == NULL ||
            accept((const char *)entries.items + i * mine->type->entry_size, context))
            wanted->serials[wanted->n++] = wanted->serials[i];
    return OTP_OK;
}

/* How many of them there are; takes them away if that is asked for. */
static size_t find_wanted(const struct mine *mine, const struct wanted *wanted, bool take)
{
    struct otpi_owner *owner;
    struct otpi_entry *entry, *next;
    size_t i = 0, n = 0;

    otp_lock_take(&mine->owners->lock);
    owner = mine_owner(mine);
    for (entry = owner == NULL ? NULL : owner->entries; entry != NULL && i < wanted->n;
         entry = next) {
        next = entry->next;
        while (i < wanted->n && (int32_t)(entry->serial - wanted->serials[i]) > 0)
            i++;
        if (i == wanted->n || entry->serial != wanted->serials[i])
            continue;
        n++;
        if (take)
            take_entry(owner, mine->type, entry);
    }
    otp_lock_release(&mine->owners->lock);
    return n;
}

otp_status otp_registry_unregister_match(otp_dest registry, const struct otp_registry *type,
                                         const void *key, otp_registry_accept *accept,
                                         void *context, size_t *n)
{
    struct mine mine = { .type = type, .pid = otp_self() };
    struct wanted wanted = { NULL, 0 };
    size_t count = 0;
    otp_status status = mine.pid.bits == 0
                            ? OTP_WRONG_THREAD
                            : ask_mine(&mine, registry, key, accept, context, &wanted);

    if (status == OTP_OK && wanted.n != 0)
        status = mine_enter(&mine, registry, type, key);
    if (status == OTP_OK && wanted.n != 0 && type->unregistered != NULL) {
        count = find_wanted(&mine, &wanted, false);
        otp_leave();
        while (count-- > 0)
            type->unregistered(key, mine.pid);
        status = mine_enter(&mine, registry, type, key);
    }
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    count = 0;
    if (wanted.n != 0) {
        count = find_wanted(&mine, &wanted, true);
        otp_leave();
    }
    if (n != NULL)
        *n = count;
    return OTP_OK;
}

/* -- values and meta -- */

otp_status otp_registry_update_value(otp_dest registry, const struct otp_registry *type,
                                     const void *key, const void *value)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    uint64_t words[OTPI_REGISTRY_VALUE_MAX] = { 0 };
    struct mine mine;
    otp_status status = type->keys != OTP_UNIQUE || type->value == NULL
                            ? OTP_BADARG
                            : mine_enter(&mine, registry, type, key);

    if (status == OTP_BADARG && type->keys == OTP_UNIQUE && type->value != NULL)
        return OTP_NOT_FOUND;
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (!otpi_value_make(type, value, words)) {
        otp_leave();
        return OTP_NOMEM;
    }
    otp_lock_take(&mine.owners->lock);
    if (mine_owner(&mine) == NULL ||
        !otpi_shard_swap(mine.registry, type, &mine.key, mine.pid, words))
        status = OTP_NOT_FOUND;
    otp_lock_release(&mine.owners->lock);
    otpi_value_drop(&shape, words);
    otp_leave();
    return OTPI_JUDGED(status);
}

/* Replaces what is kept by a block, taken if OK; NULL: by nothing. */
static otp_status set_meta(otp_dest dest, const struct otp_registry *type, void *meta, size_t size)
{
    struct otpi_registry *registry;
    otp_pid pid;
    otp_status status = otpi_registry_enter(dest, type, &registry, &pid);
    void *old;
    size_t old_size;

    if (status != OTP_OK)
        return status;
    otp_lock_take(&registry->meta_lock);
    if (!otpi_registry_is(registry, pid))
        status = OTP_NOPROC;
    old = status == OTP_OK ? registry->meta : NULL;
    old_size = registry->meta_size;
    if (status == OTP_OK) {
        registry->meta = meta;
        registry->meta_size = size;
    }
    otp_lock_release(&registry->meta_lock);
    if (old != NULL)
        otpi_release(old, old_size);
    else if (meta == NULL && status == OTP_OK)
        status = OTP_NOT_FOUND;
    otp_leave();
    return status;
}

otp_status otp_registry_put_meta(otp_dest registry, const struct otp_registry *type,
                                 const void *meta)
{
    size_t size = type->meta == NULL ? 0 : otp_layout_measure(type->meta, meta);
    void *block = size == 0 ? NULL : otpi_alloc(size);
    otp_status status;

    if (type->meta == NULL)
        return OTPI_JUDGED(OTP_BADARG);
    if (block == NULL)
        return OTP_NOMEM;
    otp_layout_copy(type->meta, meta, block);
    status = set_meta(registry, type, block, size);
    if (status != OTP_OK)
        otpi_release(block, size);
    return OTPI_JUDGED(status);
}

otp_status otp_registry_delete_meta(otp_dest registry, const struct otp_registry *type)
{
    return OTPI_JUDGED(type->meta == NULL ? OTP_BADARG : set_meta(registry, type, NULL, 0));
}
