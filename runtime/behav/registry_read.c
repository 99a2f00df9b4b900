/* registry_read.c - lookups in a registry, and entries as they are given out.
 *
 * Idea: what is found is first copied as words, under the lock of the shard or so that it is known
 * to be whole; entries are made of that, in one piece of memory: the structs, then what they refer
 * to. So nothing of the user's runs while a table is looked at.
 * Threads: any. Locks: owners, shard, for as long as something is copied.
 * Owns: what was found, until it was given out.
 */
#include "base/apart.h"
#include "base/misuse.h"
#include "behav/registry.h"

#include <string.h>

#include "base/hash.h"
#include "base/layout.h"

#define WORD        sizeof(uint64_t)
#define GROUPS_NEAR 16
#define TRIES       100

/* Entries as words: pid; if there are keys, the key's words and the bytes of a long text; the
 * value's words, or of a boxed one its size, the address that it assumes, and its bytes. */
struct found {
    const struct otp_registry *type;
    struct otpi_shape shape;
    bool keys;       /* or they all have one, that of who asks */
    uint64_t *words; /* owned memory */
    size_t used, room, n;
    bool failed; /* no memory */
};

/* One of them. */
struct seen {
    otp_pid pid;
    const void *key; /* of a plain one */
    otp_str text;
    const void *value;
    size_t value_size;
    uint64_t assumed; /* boxed: the address */
};

static size_t words_of(size_t bytes)
{
    return (bytes + WORD - 1) / WORD;
}

static size_t round16(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

static void found_init(struct found *found, const struct otp_registry *type, bool keys)
{
    memset(found, 0, sizeof *found);
    found->type = type;
    found->shape = otpi_shape_of(type);
    found->keys = keys;
}

static void found_free(struct found *found)
{
    otp_free(found->words);
}

/* -- reading without the lock of a shard -- */

/* for (begin; next;) reads once, and again as long as what was read was not whole. To be left by
 * `next` only. */
static void reading_begin(struct otpi_reading *reading, struct otpi_shard *shard)
{
    reading->shard = shard;
    reading->tries = 0;
    reading->locked = false;
}

/* Begins a try, or ends the last one: false: what was read in it is good. */
static bool reading_next(struct otpi_reading *reading)
{
    if (reading->tries > 0 && otpi_reading_is_whole(reading)) {
        if (reading->locked)
            otp_lock_release(&reading->shard->lock);
        return false;
    }
    do {
        if (++reading->tries == TRIES) {
            otp_lock_take(&reading->shard->lock);
            reading->locked = true;
        }
    } while (!otpi_reading_try(reading));
    return true;
}

/* -- finding -- */

/* Room for n more words; NULL: no memory. */
static uint64_t *more(struct found *found, size_t n)
{
    if (found->used + n > found->room) {
        size_t room = 2 * found->room + n + 30;
        uint64_t *words = otp_alloc(room * WORD);
        if (words == NULL) {
            found->failed = true;
            return NULL;
        }
        if (found->used != 0)
            memcpy(words, found->words, found->used * WORD);
        otp_free(found->words);
        found->words = words;
        found->room = room;
    }
    found->used += n;
    return found->words + found->used - n;
}

static void copy_words(struct found *found, const uint64_t *from, size_t n)
{
    uint64_t *to = more(found, n);

    for (size_t i = 0; to != NULL && i < n; i++)
        to[i] = otpi_word_get(&from[i]);
}

/* reading is NULL under the lock. */
static bool is_whole(const struct otpi_reading *reading)
{
    return reading == NULL || otpi_reading_is_whole(reading);
}

static void copy_key(struct found *found, const uint64_t *key)
{
    copy_words(found, key, found->shape.key);
    if (found->type->key_kind == OTP_KEY_TEXT && (key[0] & OTPI_KEY_LONG) != 0)
        copy_words(found, (const uint64_t *)(uintptr_t)key[2], words_of(key[0] & ~OTPI_KEY_LONG));
}

static void copy_box(struct found *found, const uint64_t *word, const struct otpi_reading *reading)
{
    const uint64_t *block = (const uint64_t *)(uintptr_t)otpi_word_get(word);
    uint64_t size;

    /* an address, and a size, only if nothing has changed */
    if (!is_whole(reading))
        return;
    size = otpi_word_get(block);
    if (is_whole(reading))
        copy_words(found, block, 2 + words_of(size));
}

static void copy_entry(struct found *found, const uint64_t *key, const uint64_t *words,
                       const struct otpi_reading *reading)
{
    copy_words(found, words, 1);
    if (found->keys)
        copy_key(found, key);
    if (found->shape.boxed)
        copy_box(found, words + 1, reading);
    else
        copy_words(found, words + 1, found->shape.value);
    found->n++;
}

/* otpi_shard_visitor */
static void copy_visited(const uint64_t *key, const uint64_t *words, void *context)
{
    copy_entry(context, key, words, NULL);
}

/* One try; what it has found is good if it was whole. */
static void try_key(struct found *found, const struct otpi_key *key,
                    const struct otpi_reading *reading)
{
    const uint64_t *slot = otpi_reading_find(reading, &found->shape, key), *words = slot;
    uint64_t n = 1;

    found->used = found->n = 0;
    if (slot == NULL)
        return;
    if (found->type->keys != OTP_UNIQUE) {
        const uint64_t *bucket = (const uint64_t *)(uintptr_t)otpi_word_get(slot);
        if (!is_whole(reading))
            return;
        words = otpi_bucket_entries(bucket, &n);
        if (!is_whole(reading))
            return;
    }
    if (found->shape.value == 0) { /* pids */
        copy_words(found, words, n);
        found->n = n;
        return;
    }
    for (uint64_t i = 0; i < n && !found->failed && is_whole(reading); i++)
        copy_entry(found, NULL, words + i * found->shape.entry, reading);
}

/* All entries of key. NOPROC, NOMEM. */
static otp_status find_key(struct otpi_registry *registry, otp_pid pid, const struct otpi_key *key,
                           struct found *found)
{
    struct otpi_reading reading;
    bool there = true;

    reading_begin(&reading, otpi_registry_shard(registry, key->hash));
    while (reading_next(&reading)) {
        there = otpi_registry_is(registry, pid);
        if (there)
            try_key(found, key, &reading);
    }
    if (found->failed)
        return OTP_NOMEM;
    return there ? OTP_OK : OTP_NOPROC;
}

/* -- giving out -- */

/* Memory of the caller's: its scratch memory, or what a foreign thread gives back. */
static void *result(size_t size)
{
    return otp_self().bits != 0 ? otp_scratch(size) : otp_alloc(size);
}

static void free_result(void *memory)
{
    if (otp_self().bits == 0)
        otp_free(memory);
}

/* The entry at `at`, of which what found says of its key is filled in; gives the next one. */
static const uint64_t *see(const struct found *found, const uint64_t *at, struct seen *seen)
{
    const struct otpi_shape *shape = &found->shape;

    seen->pid.bits = *at++;
    if (found->keys) {
        seen->key = at;
        at += shape->key;
        if (found->type->key_kind == OTP_KEY_TEXT) {
            const uint64_t *words = seen->key;
            bool is_long = (words[0] & OTPI_KEY_LONG) != 0;
            seen->text.size = words[0] & ~OTPI_KEY_LONG;
            seen->text.data = (const char *)(is_long ? at : words + 1);
            at += is_long ? words_of(seen->text.size) : 0;
        }
    }
    if (shape->boxed) {
        seen->value_size = at[0];
        seen->assumed = at[1];
        at += 2;
    } else if (shape->value != 0) {
        seen->value_size = found->type->value->size;
    }
    seen->value = at;
    return at + words_of(seen->value_size);
}

/* Bytes behind the structs that entries need: a text and boxed values with references. */
static size_t measure(const struct found *found, struct seen *seen)
{
    const uint64_t *at = found->words;
    size_t bare = found->type->value == NULL ? 0 : found->type->value->size;
    size_t size = found->keys ? 0 : round16(seen->text.size);

    for (size_t i = 0; i < found->n; i++) {
        at = see(found, at, seen);
        size += (found->keys ? round16(seen->text.size) : 0) +
                (seen->value_size > bare ? round16(seen->value_size) : 0);
    }
    return size;
}

/* Copies size bytes to *place, and takes that from it. */
static void *put(char **place, const void *bytes, size_t size)
{
    char *copy = *place;

    if (size != 0)
        memcpy(copy, bytes, size);
    *place += round16(size);
    return copy;
}

/* The value into its struct, what it refers to at *place. */
static void give_value(const struct otp_layout *layout, const struct seen *seen, void *value,
                       char **place)
{
    memcpy(value, seen->value, layout->size);
    if (seen->value_size > layout->size) {
        char *copy = put(place, seen->value, seen->value_size);
        otpi_layout_move(layout, value, (intptr_t)copy - (intptr_t)seen->assumed);
    }
}

static void give_key(const struct otp_registry *type, const struct seen *seen, void *key)
{
    if (type->key_kind == OTP_KEY_TEXT)
        memcpy(key, &seen->text, sizeof seen->text);
    else
        memcpy(key, seen->key, type->key->size);
}

/* What was found as structs. key is what they have in common, or NULL. NOMEM. */
static otp_status give(const struct found *found, const void *key,
                       struct otp_registry_entries *entries)
{
    const struct otp_registry *type = found->type;
    struct seen seen = { .key = key };
    const uint64_t *at = found->words;
    size_t structs = round16(found->n * type->entry_size);
    char *items, *place;

    entries->items = NULL;
    entries->count = 0;
    if (found->n == 0)
        return OTP_OK;
    if (!found->keys && type->key_kind == OTP_KEY_TEXT)
        memcpy(&seen.text, key, sizeof seen.text);
    items = result(structs + measure(found, &seen));
    if (items == NULL)
        return OTP_NOMEM;
    place = items + structs;
    if (!found->keys)
        seen.text.data = put(&place, seen.text.data, seen.text.size);
    for (size_t i = 0; i < found->n; i++) {
        char *item = items + i * type->entry_size;
        at = see(found, at, &seen);
        if (found->keys)
            seen.text.data = put(&place, seen.text.data, seen.text.size);
        memset(item, 0, type->entry_size);
        give_key(type, &seen, item);
        memcpy(item + type->pid_offset, &seen.pid, sizeof seen.pid);
        if (type->value != NULL)
            give_value(type->value, &seen, item + type->value_offset, &place);
    }
    entries->items = items;
    entries->count = found->n;
    return OTP_OK;
}

/* -- one -- */

/* A boxed value that was found. */
static otp_status give_boxed(const struct found *found, otp_pid *pid, void *value)
{
    const struct otp_layout *layout = found->type->value;
    struct seen seen = { .key = NULL };
    char *place = NULL;

    if (found->n == 0)
        return OTP_NOT_FOUND;
    (void)see(found, found->words, &seen);
    if (seen.value_size > layout->size) {
        place = result(round16(seen.value_size));
        if (place == NULL)
            return OTP_NOMEM;
    }
    give_value(layout, &seen, value, &place);
    *pid = seen.pid;
    return OTP_OK;
}

static otp_status lookup_boxed(struct otpi_registry *registry, otp_pid self,
                               const struct otpi_key *key, otp_pid *pid, void *value)
{
    struct found found;
    otp_status status;

    found_init(&found, atomic_load_explicit(&registry->type, memory_order_relaxed), false);
    status = find_key(registry, self, key, &found);
    if (status == OTP_OK)
        status = give_boxed(&found, pid, value);
    found_free(&found);
    return status;
}

/* The words of the entry of key. NOT_FOUND, NOPROC. */
static otp_status lookup_words(struct otpi_registry *registry, otp_pid self,
                               const struct otpi_shape *shape, const struct otpi_key *key,
                               uint64_t *words)
{
    struct otpi_reading reading;
    otp_status status = OTP_NOPROC;

    reading_begin(&reading, otpi_registry_shard(registry, key->hash));
    while (reading_next(&reading)) {
        const uint64_t *slot;
        status = OTP_NOPROC;
        if (!otpi_registry_is(registry, self))
            continue;
        slot = otpi_reading_find(&reading, shape, key);
        status = slot == NULL ? OTP_NOT_FOUND : OTP_OK;
        for (uint32_t i = 0; slot != NULL && i < shape->entry; i++)
            words[i] = otpi_word_get(&slot[i]);
    }
    return status;
}

/* The slot of a group that has word, or the first one. An empty one that once had it comes behind
 * the one that has it, if there is one. */
static inline const uint64_t *slot_of(const uint64_t *slots, uint64_t word)
{
    size_t at = otpi_word_get(&slots[7]) == word ? 6 : 0;

    at = otpi_word_get(&slots[5]) == word ? 4 : at;
    at = otpi_word_get(&slots[3]) == word ? 2 : at;
    return slots + (at & ((size_t)0 - (otpi_word_get(&slots[1]) != word)));
}

static inline bool has_empty(const uint64_t *slots)
{
    return otpi_word_get(&slots[0]) == 0 || otpi_word_get(&slots[2]) == 0 ||
           otpi_word_get(&slots[4]) == 0 || otpi_word_get(&slots[6]) == 0;
}

/* The pid of the entry whose key is that one word, if it is in the first groups of slots where it
 * may be; 0: there is none. There is no branch for each slot, as a wrong guess of it waits for
 * memory. False: something changes meanwhile, or it is further on. */
static inline bool find_near(struct otpi_registry *registry, otp_pid self, uint64_t word,
                             uint64_t *pid)
{
    uint64_t hash = otpi_hash_number(registry->seed, word);
    uint64_t at = hash & ~(uint64_t)(OTPI_GROUP - 1);
    struct otpi_reading reading = { .shard = otpi_registry_shard(registry, hash) };
    bool ends = false; /* behind an empty slot there is nothing that could be before it */

    if (!otpi_reading_try(&reading) || reading.table == 0 || !otpi_registry_is(registry, self))
        return false;
    for (int n = GROUPS_NEAR; n > 0 && !ends; n--, at += OTPI_GROUP) {
        const uint64_t *slots =
            otpi_table_slots(reading.table) + (at & otpi_table_mask(reading.table)) * 2;
        const uint64_t *slot = slot_of(slots, word);
        *pid = otpi_word_get(slot + 1) == word ? otpi_word_get(slot) : 0;
        ends = *pid != 0 || has_empty(slots);
    }
    return ends && otpi_reading_is_whole(&reading);
}

/* The key as a word if it is of eight bytes or four, of a registry that pairs is of: what takes no
 * call, for which all registers would have to be saved. */
static inline bool key_near(uintptr_t pairs, const struct otp_registry *type, const void *key,
                            uint64_t *word)
{
    uint32_t half;

    if (__builtin_expect(pairs == (uintptr_t)type, 1)) {
        memcpy(word, key, sizeof *word);
        return true;
    }
    if (pairs != (uintptr_t)type + 1)
        return false;
    memcpy(&half, key, sizeof half);
    *word = 0;
    memcpy(word, &half, sizeof half);
    return true;
}

/* All of a lookup by a process that nothing is unusual with, of such a key. False: try the other
 * way. */
static inline bool look_near(otp_dest dest, const struct otp_registry *type, const void *key,
                             uint64_t *found)
{
    otp_pid self;
    struct otpi_registry *registry =
        (struct otpi_registry *)otp_shared_near(dest, &otpi_registry_behaviour, &self);
    uint64_t word;

    return registry != NULL &&
           key_near(atomic_load_explicit(&registry->pairs, memory_order_relaxed), type, key,
                    &word) &&
           find_near(registry, self, word, found);
}

/* The same by any thread, of any key that is a word. */
static bool look_as_any(otp_dest dest, const struct otp_registry *type, const void *key,
                        uint64_t *found)
{
    otp_pid self;
    struct otpi_registry *registry;
    bool sure;

    if (!otpi_slot_is_pair(type) || otpi_registry_enter(dest, type, &registry, &self) != OTP_OK)
        return false;
    sure = find_near(registry, self, otpi_key_word(type, key), found);
    otp_leave();
    return sure;
}

static otp_status look_far(otp_dest dest, const struct otp_registry *type, const void *key,
                           otp_pid *pid, void *value)
{
    uint64_t words[1 + OTPI_REGISTRY_VALUE_MAX];
    const struct otpi_shape shape = otpi_shape_of(type);
    struct otpi_registry *registry;
    struct otpi_key made;
    otp_pid self;
    otp_status status = otpi_registry_enter(dest, type, &registry, &self);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (type->keys != OTP_UNIQUE) {
        status = OTP_BADARG;
    } else if (!otpi_key_make(type, registry->seed, key, &made)) {
        status = OTP_NOT_FOUND;
    } else if (shape.boxed && value != NULL) {
        status = lookup_boxed(registry, self, &made, pid, value);
    } else {
        status = lookup_words(registry, self, &shape, &made, words);
        if (status == OTP_OK)
            pid->bits = words[0];
        if (status == OTP_OK && value != NULL && shape.value != 0)
            memcpy(value, &words[1], type->value->size);
    }
    otp_leave();
    return OTPI_JUDGED(status);
}

/* What most lookups are not: by a foreign thread, of a key that is far from its place, .. */
OTPI_APART static otp_status look(otp_dest dest, const struct otp_registry *type, const void *key,
                                  otp_pid *pid, void *value)
{
    uint64_t found = 0;

    if (!look_as_any(dest, type, key, &found))
        return look_far(dest, type, key, pid, value);
    if (found == 0)
        return OTP_NOT_FOUND;
    pid->bits = found;
    return OTP_OK;
}

/* Flat and short: the next lookup begins while this one waits for memory, if it is near enough. */
__attribute__((flatten)) otp_status otp_registry_lookup(otp_dest registry,
                                                        const struct otp_registry *type,
                                                        const void *key, otp_pid *pid, void *value)
{
    uint64_t found = 0;

    if (!look_near(registry, type, key, &found))
        return look(registry, type, key, pid, value);
    if (found == 0)
        return OTP_NOT_FOUND;
    pid->bits = found;
    return OTP_OK;
}

otp_pid otp_registry_whereis_name(otp_dest registry, const struct otp_registry *type,
                                  const void *key)
{
    otp_pid pid = otp_no_pid();

    if (otp_registry_lookup(registry, type, key, &pid, NULL) != OTP_OK || !otp_is_alive(pid))
        return otp_no_pid();
    return pid;
}

/* -- many -- */

/* Gives out what was found, and frees it. */
static otp_status finish(struct found *found, otp_status status, const void *key,
                         struct otp_registry_entries *entries)
{
    if (status == OTP_OK && found->failed)
        status = OTP_NOMEM;
    if (status == OTP_OK)
        status = give(found, key, entries);
    found_free(found);
    otp_leave();
    return status;
}

otp_status otp_registry_lookup_all(otp_dest dest, const struct otp_registry *type, const void *key,
                                   struct otp_registry_entries *entries)
{
    struct otpi_registry *registry;
    struct otpi_key made;
    struct found found;
    otp_pid pid;
    otp_status status = otpi_registry_enter(dest, type, &registry, &pid);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    found_init(&found, type, false);
    if (otpi_key_make(type, registry->seed, key, &made))
        status = find_key(registry, pid, &made, &found);
    return OTPI_JUDGED(finish(&found, status, key, entries));
}

otp_status otpi_registry_pids(otp_dest dest, const struct otp_registry *type, const void *key,
                              otp_pid **pids, size_t *n)
{
    struct otpi_registry *registry;
    struct otpi_key made;
    struct found found;
    otp_pid pid;
    otp_status status = otpi_registry_enter(dest, type, &registry, &pid);

    if (status != OTP_OK)
        return status;
    found_init(&found, type, false);
    if (otpi_key_make(type, registry->seed, key, &made))
        status = find_key(registry, pid, &made, &found);
    if (status != OTP_OK)
        found_free(&found);
    *pids = (otp_pid *)(void *)found.words;
    *n = found.n;
    otp_leave();
    return status;
}

/* Under the lock of its owners. */
static void find_own(struct otpi_registry *registry, const struct otpi_owner *owner,
                     const struct otpi_key *key, struct found *found)
{
    for (struct otpi_entry *entry = owner->entries; entry != NULL; entry = entry->next)
        if (key == NULL || otpi_shard_has_key(registry, found->type, entry, key))
            otpi_shard_visit(registry, found->type, entry, copy_visited, found);
}

otp_status otp_registry_entries_of(otp_dest dest, const struct otp_registry *type, otp_pid pid,
                                   const void *key, struct otp_registry_entries *entries)
{
    struct otpi_registry *registry;
    struct otpi_owners *owners;
    struct otpi_key made;
    struct found found;
    uint64_t owner = 0;
    otp_pid self;
    otp_status status = otpi_registry_enter(dest, type, &registry, &self);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    found_init(&found, type, true);
    if (key == NULL || otpi_key_make(type, registry->seed, key, &made)) {
        owners = otpi_registry_owners(registry, pid);
        otp_lock_take(&owners->lock);
        if (!otpi_registry_is(registry, self))
            status = OTP_NOPROC;
        else if (pid.bits != 0 && otpi_map_get(&owners->owners, pid.bits, &owner))
            find_own(registry, (struct otpi_owner *)(uintptr_t)owner, key == NULL ? NULL : &made,
                     &found);
        otp_lock_release(&owners->lock);
    }
    return OTPI_JUDGED(finish(&found, status, NULL, entries));
}

/* Every entry there is. */
static otp_status all_entries(otp_dest dest, const struct otp_registry *type,
                              struct otp_registry_entries *entries)
{
    struct otpi_registry *registry;
    struct found found;
    otp_pid pid;
    otp_status status = otpi_registry_enter(dest, type, &registry, &pid);

    if (status != OTP_OK)
        return status;
    found_init(&found, type, true);
    for (size_t i = 0; i < OTPI_REGISTRY_SHARDS && status == OTP_OK; i++)
        if (!otpi_shard_each(registry, pid, &registry->shards[i], copy_visited, &found))
            status = OTP_NOPROC;
    return finish(&found, status, NULL, entries);
}

otp_status otp_registry_select(otp_dest registry, const struct otp_registry *type, const void *key,
                               otp_registry_accept *accept, void *context,
                               struct otp_registry_entries *entries)
{
    struct otp_registry_entries all;
    otp_status status = key == NULL ? all_entries(registry, type, &all)
                                    : otp_registry_lookup_all(registry, type, key, &all);
    size_t n = 0;

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    for (size_t i = 0; i < all.count; i++) {
        char *items = all.items;
        const char *item = items + i * type->entry_size;
        if (accept != NULL && !accept(item, context))
            continue;
        if (n != i)
            memcpy(items + n * type->entry_size, item, type->entry_size);
        n++;
    }
    all.count = n;
    if (n == 0)
        otp_registry_free_entries(&all);
    *entries = all;
    return OTP_OK;
}

otp_status otp_registry_dispatch(
    otp_dest registry, const struct otp_registry *type, const void *key,
    void (*run)(const struct otp_registry_entries *entries, void *context), void *context)
{
    struct otp_registry_entries entries;
    otp_status status = otp_registry_lookup_all(registry, type, key, &entries);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (entries.count != 0)
        run(&entries, context);
    otp_registry_free_entries(&entries);
    return OTP_OK;
}

void otp_registry_free_entries(struct otp_registry_entries *entries)
{
    free_result(entries->items);
    entries->items = NULL;
    entries->count = 0;
}

void otp_registry_free_value(const struct otp_layout *layout, const void *value)
{
    char *first = layout == NULL ? NULL : otpi_layout_first(layout, value);

    if (first != NULL)
        free_result(first - round16(layout->size));
}

otp_status otp_registry_count(otp_dest dest, const struct otp_registry *type, size_t *n)
{
    struct otpi_registry *registry;
    otp_pid pid;
    otp_status status = otpi_registry_enter(dest, type, &registry, &pid);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    *n = 0;
    for (size_t i = 0; i < OTPI_REGISTRY_SHARDS; i++)
        *n += atomic_load_explicit(&registry->shards[i].count, memory_order_relaxed);
    otp_leave();
    return OTP_OK;
}

/* -- meta -- */

/* lock: meta. A copy of what the registry keeps. */
static otp_status copy_meta(const struct otpi_registry *registry, const struct otp_layout *layout,
                            void *meta)
{
    void *copy;

    if (registry->meta == NULL)
        return OTP_NOT_FOUND;
    if (otpi_layout_first(layout, registry->meta) == NULL) {
        memcpy(meta, registry->meta, layout->size);
        return OTP_OK;
    }
    copy = result(registry->meta_size);
    if (copy == NULL)
        return OTP_NOMEM;
    otp_layout_copy(layout, registry->meta, copy);
    memcpy(meta, copy, layout->size);
    return OTP_OK;
}

otp_status otp_registry_meta(otp_dest dest, const struct otp_registry *type, void *meta)
{
    struct otpi_registry *registry;
    otp_pid pid;
    otp_status status = otpi_registry_enter(dest, type, &registry, &pid);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otp_lock_take(&registry->meta_lock);
    if (type->meta == NULL)
        status = OTP_BADARG;
    else if (!otpi_registry_is(registry, pid))
        status = OTP_NOPROC;
    else
        status = copy_meta(registry, type->meta, meta);
    otp_lock_release(&registry->meta_lock);
    otp_leave();
    return OTPI_JUDGED(status);
}
