/* registry_table.c - one shard of a registry: finding, putting, taking away.
 *
 * Idea: see registry.h. Linear probing with deletion by shifting back, so that there are no graves;
 * a table grows when it is four fifths full. Where slots are small, a key's home is the cache line
 * that it would be in. A table that was replaced is given back at once: who still reads it finds
 * out.
 * Threads: any. Locks: shard. Owns: tables, buckets, long keys, boxed values.
 */
#include "base/apart.h"
#include "behav/registry_change.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/mutant.h"

#define TEXT_WORDS    4
#define TEXT_IN_PLACE ((TEXT_WORDS - 1) * OTPI_WORD)
#define LOG2_MIN      3
#define BUCKET_HEAD   2
#define BUCKET_MIN    2

struct otpi_shape otpi_shape_of(const struct otp_registry *type)
{
    static const struct otpi_shape pair = OTPI_SHAPE_PAIR;
    const struct otp_layout *value = type->value;
    struct otpi_shape shape = { 0 };

    if (otpi_slot_is_pair(type))
        return pair; /* as what follows has it, but at once */
    if (value != NULL) {
        shape.boxed = value->n_refs != 0 || value->size > OTPI_REGISTRY_VALUE_MAX * OTPI_WORD;
        shape.value = shape.boxed ? 1 : (uint32_t)otpi_words_of(value->size);
    }
    shape.entry = 1 + shape.value;
    shape.head = type->keys == OTP_UNIQUE ? shape.entry : 1;
    shape.key =
        type->key_kind == OTP_KEY_TEXT ? TEXT_WORDS : (uint32_t)otpi_words_of(type->key->size);
    shape.slot = shape.head + shape.key;
    shape.group = shape.slot == 2 ? OTPI_GROUP : 1;
    return shape;
}

/* -- keys -- */

OTPI_APART static bool make_text(uint64_t seed, const otp_str *text, struct otpi_key *out)
{
    if (text->size > OTP_REGISTRY_TEXT_MAX)
        return false;
    out->hash = otpi_hash_bytes(seed, text->data, text->size);
    out->is_long = text->size > TEXT_IN_PLACE;
    memset(out->words, 0, TEXT_WORDS * OTPI_WORD);
    out->words[0] = text->size;
    if (out->is_long) {
        out->words[0] |= OTPI_KEY_LONG;
        out->words[1] = out->hash;
        out->text = *text;
    } else if (text->size != 0) {
        memcpy(&out->words[1], text->data, text->size);
    }
    return true;
}

bool otpi_key_make(const struct otp_registry *type, uint64_t seed, const void *key,
                   struct otpi_key *out)
{
    size_t size = type->key->size;

    if (type->key_kind == OTP_KEY_TEXT)
        return make_text(seed, key, out);
    out->is_long = false;
    if (otpi_key_is_word(type)) {
        out->words[0] = otpi_key_word(type, key);
        out->hash = otpi_hash_number(seed, out->words[0]);
        return true;
    }
    out->words[otpi_words_of(size) - 1] = 0;
    memcpy(out->words, key, size);
    out->hash = otpi_hash_bytes(seed, out->words, otpi_words_of(size) * OTPI_WORD);
    return true;
}

/* The word of text that begins at byte `from`, filled up with zeros. */
static uint64_t text_word(otp_str text, size_t from)
{
    uint64_t word = 0;
    size_t left = text.size - from;

    memcpy(&word, text.data + from, left < OTPI_WORD ? left : OTPI_WORD);
    return word;
}

static bool same_text(const uint64_t *block, otp_str text)
{
    for (size_t from = 0; from < text.size; from += OTPI_WORD)
        if (otpi_word_get(&block[from / OTPI_WORD]) != text_word(text, from))
            return false;
    return true;
}

/* reading is NULL under the lock. */
static bool same_key(const uint64_t *at, uint32_t n_words, const struct otpi_key *key,
                     const struct otpi_reading *reading)
{
    const uint64_t *block;

    if (key->is_long)
        n_words = 2;
    for (uint32_t i = 0; i < n_words; i++)
        if (otpi_word_get(&at[i]) != key->words[i])
            return false;
    if (!key->is_long)
        return true;
    block = (const uint64_t *)(uintptr_t)otpi_word_get(&at[2]);
    /* an address only if nothing has changed */
    if (reading != NULL && !otpi_reading_is_whole(reading))
        return false;
    return same_text(block, key->text);
}

/* The words of a key for a slot of its own; false: no memory. */
static bool store_key(const struct otpi_key *key, const struct otpi_shape *shape, uint64_t *words)
{
    uint64_t *block;

    for (uint32_t i = 0; i < shape->key; i++)
        words[i] = key->words[i];
    if (!key->is_long)
        return true;
    block = otp_stable(otpi_words_of(key->text.size) * OTPI_WORD);
    if (block == NULL)
        return false;
    for (size_t from = 0; from < key->text.size; from += OTPI_WORD)
        otpi_word_set(&block[from / OTPI_WORD], text_word(key->text, from));
    words[2] = (uint64_t)(uintptr_t)block;
    return true;
}

static void drop_key(const struct otp_registry *type, const uint64_t *at)
{
    if (type->key_kind == OTP_KEY_TEXT && (at[0] & OTPI_KEY_LONG) != 0)
        otp_stable_free((void *)(uintptr_t)at[2],
                        otpi_words_of(at[0] & ~OTPI_KEY_LONG) * OTPI_WORD);
}

/* -- values -- */

/* A block of its own, copied word by word, as late readers may read. */
static uint64_t *make_block(const struct otp_layout *layout, const void *value)
{
    size_t size = otp_layout_measure(layout, value);
    uint64_t *copy = size == 0 ? NULL : otpi_alloc_zero(otpi_words_of(size) * OTPI_WORD);
    uint64_t *block = copy == NULL ? NULL : otp_stable((2 + otpi_words_of(size)) * OTPI_WORD);

    if (block != NULL) {
        otp_layout_copy(layout, value, copy);
        otpi_word_set(&block[0], size);
        otpi_word_set(&block[1], (uint64_t)(uintptr_t)copy);
        for (size_t i = 0; i < otpi_words_of(size); i++)
            otpi_word_set(&block[2 + i], copy[i]);
    }
    otpi_release(copy, otpi_words_of(size) * OTPI_WORD);
    return block;
}

bool otpi_value_make(const struct otp_registry *type, const void *value, uint64_t *words)
{
    struct otpi_shape shape;
    uint64_t *block;

    if (type->value == NULL)
        return true;
    shape = otpi_shape_of(type);
    if (shape.boxed) {
        block = make_block(type->value, value);
        words[0] = (uint64_t)(uintptr_t)block;
        return block != NULL;
    }
    words[shape.value - 1] = 0;
    memcpy(words, value, type->value->size);
    return true;
}

void otpi_value_drop(const struct otpi_shape *shape, const uint64_t *words)
{
    uint64_t *block;

    if (!shape->boxed)
        return;
    block = (uint64_t *)(uintptr_t)words[0];
    otp_stable_free(block, (2 + otpi_words_of(block[0])) * OTPI_WORD);
}

/* -- reading -- */

/* Late, a table may have no empty slot: one looks now and then. */
uint64_t *otpi_reading_find(const struct otpi_reading *reading, const struct otpi_shape *shape,
                            const struct otpi_key *key)
{
    uint64_t *slots = otpi_table_slots(reading->table), mask = otpi_table_mask(reading->table);
    uint64_t at = otpi_slot_home(shape, key->hash, mask);

    if (slots == NULL)
        return NULL;
    for (uint64_t n = 0; n <= mask; n++, at++) {
        uint64_t *slot = &slots[(at & mask) * shape->slot];
        if (otpi_word_get(slot) == 0 || (n % 64 == 63 && !otpi_reading_is_whole(reading)))
            return NULL;
        if (same_key(slot + shape->head, shape->key, key, reading))
            return slot;
    }
    return NULL;
}

/* -- changing: all under the lock of the shard -- */

static size_t table_size(uint32_t log2, uint32_t slot_words, bool unique)
{
    return ((size_t)slot_words + (unique ? 1 : 0)) * OTPI_WORD << log2;
}

/* The first empty slot for hash, from its home on. */
static uint64_t empty_slot(const uint64_t *slots, uint64_t mask, const struct otpi_shape *shape,
                           uint64_t hash)
{
    uint64_t at = otpi_slot_home(shape, hash, mask);

    while (slots[at * shape->slot] != 0)
        at = (at + 1) & mask;
    return at;
}

OTPI_APART static void move_all(struct otpi_registry *registry, const struct otp_registry *type,
                                const struct otpi_shard *shard, uint64_t *to, uint32_t log2)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    uint64_t *from = otpi_shard_slots(shard), mask = ((uint64_t)1 << log2) - 1;
    uint64_t *entries = to + ((size_t)shape.slot << log2);

    for (uint64_t i = 0; from != NULL && i <= otpi_shard_mask(shard); i++) {
        const uint64_t *slot = &from[i * shape.slot];
        uint64_t at;
        if (slot[0] == 0)
            continue;
        at = empty_slot(to, mask, &shape,
                        otpi_slot_hash(type, &shape, registry->seed, slot + shape.head));
        for (uint32_t k = 0; k < shape.slot; k++)
            otpi_word_set(&to[at * shape.slot + k], slot[k]);
        if (type->keys == OTP_UNIQUE)
            otpi_word_set(&entries[at], shard->entries[i]);
    }
}

/* Another table, with more room. False: no memory. */
OTPI_APART static bool grow(struct otpi_registry *registry, const struct otp_registry *type,
                            struct otpi_shard *shard)
{
    const struct otpi_shape shape_now = otpi_shape_of(type), *shape = &shape_now;
    bool unique = type->keys == OTP_UNIQUE;
    uint64_t *old = otpi_shard_slots(shard), *slots;
    uint32_t log2 = otpi_shard_log2(shard), more = LOG2_MIN;

    if (old != NULL)
        more = log2 + 1;
    slots = otp_stable(table_size(more, shape->slot, unique));
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < (size_t)1 << more; i++)
        otpi_word_set(&slots[i * shape->slot], 0);
    move_all(registry, type, shard, slots, more);
    otpi_shard_begin(shard);
    atomic_store_explicit(&shard->table, otpi_table(slots, more), memory_order_release);
    otpi_shard_end(shard);
    shard->entries = slots + ((size_t)shape->slot << more);
    if (old != NULL)
        otp_stable_free(old, table_size(log2, shape->slot, unique));
    return true;
}

/* Room for one more slot of that hash, whose place is *at if the table is not replaced; else it is
 * found anew. False: no memory. */
static bool make_room(struct otpi_registry *registry, const struct otp_registry *type,
                      struct otpi_shard *shard, uint64_t hash, uint64_t *at)
{
    struct otpi_shape shape;

    if (otpi_shard_has_room(shard))
        return true;
    if (!grow(registry, type, shard))
        return false;
    shape = otpi_shape_of(type);
    *at = empty_slot(otpi_shard_slots(shard), otpi_shard_mask(shard), &shape, hash);
    return true;
}

/* The slot of key; NULL: there is none, *at would be its place in that table, if there is one. */
static uint64_t *find(const struct otpi_shard *shard, const struct otpi_shape *shape,
                      const struct otpi_key *key, uint64_t *at)
{
    uint64_t *slots = otpi_shard_slots(shard), mask = otpi_shard_mask(shard);

    if (slots == NULL)
        return NULL;
    if (shape->key == 1)
        return otpi_slot_find_word(shard, shape, key->hash, key->words[0], at)
                   ? &slots[*at * shape->slot]
                   : NULL;
    for (*at = otpi_slot_home(shape, key->hash, mask);; *at = (*at + 1) & mask) {
        uint64_t *slot = &slots[*at * shape->slot];
        if (slot[0] == 0)
            return NULL;
        if (same_key(slot + shape->head, shape->key, key, NULL))
            return slot;
    }
}

/* A new slot at that place with that head. False: no memory for the key. */
static bool add_slot(struct otpi_shard *shard, const struct otpi_shape *shape,
                     const struct otpi_putting *putting, const uint64_t *head, uint64_t at)
{
    uint64_t words[OTPI_REGISTRY_KEY_MAX], *slot = &otpi_shard_slots(shard)[at * shape->slot];

    if (!store_key(putting->key, shape, words))
        return false;
    otpi_shard_begin(shard);
    for (uint32_t i = 0; i < shape->key; i++)
        otpi_word_set(&slot[shape->head + i], words[i]);
    for (uint32_t i = shape->head; i-- > 0;)
        otpi_word_set(&slot[i], head[i]);
    otpi_shard_end(shard);
    if (putting->entry->bucket == NULL)
        otpi_entry_set(shard->entries, at, putting->entry);
    shard->used++;
    return true;
}

static void remove_slot(const struct otpi_registry *registry, const struct otp_registry *type,
                        const struct otpi_shape *shape, struct otpi_shard *shard, uint64_t *slot)
{
    uint64_t hole = (uint64_t)(slot - otpi_shard_slots(shard)) / shape->slot, key[3] = { 0 };

    if (type->key_kind == OTP_KEY_TEXT)
        memcpy(key, slot + shape->head, sizeof key);
    otpi_slot_remove(type, shape, registry->seed, shard, hole);
    drop_key(type, key); /* after the change: who reads it meanwhile finds out */
}

/* -- unique -- */

static otp_status put_unique(struct otpi_registry *registry, const struct otp_registry *type,
                             struct otpi_shard *shard, struct otpi_putting *putting)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    uint64_t head[1 + OTPI_REGISTRY_VALUE_MAX], at = 0;
    uint64_t *slot = find(shard, &shape, putting->key, &at);

    if (slot != NULL && !OTP_MUTANT(B167)) {
        putting->holder.bits = slot[0];
        return OTP_ALREADY_STARTED;
    }
    head[0] = putting->pid.bits;
    for (uint32_t i = 0; i < shape.value; i++)
        head[1 + i] = putting->value[i];
    putting->entry->bucket = NULL;
    return make_room(registry, type, shard, putting->key->hash, &at) &&
                   add_slot(shard, &shape, putting, head, at)
               ? OTP_OK
               : OTP_NOMEM;
}

/* -- duplicate -- */

static uint64_t *bucket_entries(uint64_t *bucket, const struct otpi_shape *shape)
{
    return &bucket[BUCKET_HEAD + bucket[1] * shape->entry];
}

static size_t bucket_size(const struct otpi_shape *shape, uint64_t room)
{
    return (BUCKET_HEAD + room * (shape->entry + 1)) * OTPI_WORD;
}

static uint64_t *new_bucket(const struct otpi_shape *shape, uint64_t room)
{
    uint64_t *bucket = otp_stable(bucket_size(shape, room));

    if (bucket != NULL) {
        otpi_word_set(&bucket[0], 0);
        otpi_word_set(&bucket[1], room);
    }
    return bucket;
}

/* The bucket of slot, twice as big. NULL: no memory. */
static uint64_t *grow_bucket(struct otpi_shard *shard, const struct otpi_shape *shape,
                             uint64_t *slot)
{
    uint64_t *old = (uint64_t *)(uintptr_t)slot[0], n = old[0];
    uint64_t *bucket = new_bucket(shape, 2 * old[1]);

    if (bucket == NULL)
        return NULL;
    for (uint64_t i = 0; i < n * shape->entry; i++)
        otpi_word_set(&bucket[BUCKET_HEAD + i], old[BUCKET_HEAD + i]);
    for (uint64_t i = 0; i < n; i++) {
        struct otpi_entry *entry = otpi_entry_get(bucket_entries(old, shape), i);
        entry->bucket = bucket;
        otpi_entry_set(bucket_entries(bucket, shape), i, entry);
    }
    otpi_word_set(&bucket[0], n);
    otpi_shard_begin(shard);
    otpi_word_set(slot, (uint64_t)(uintptr_t)bucket);
    otpi_shard_end(shard);
    otp_stable_free(old, bucket_size(shape, old[1]));
    return bucket;
}

/* A slot with an empty bucket, at that place as make_room has it. NULL: no memory. */
static uint64_t *add_bucket(struct otpi_registry *registry, const struct otp_registry *type,
                            struct otpi_shard *shard, struct otpi_putting *putting, uint64_t at)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    uint64_t *bucket = new_bucket(&shape, BUCKET_MIN), head;

    if (bucket == NULL)
        return NULL;
    head = (uint64_t)(uintptr_t)bucket;
    putting->entry->bucket = bucket;
    if (make_room(registry, type, shard, putting->key->hash, &at) &&
        add_slot(shard, &shape, putting, &head, at))
        return bucket;
    otp_stable_free(bucket, bucket_size(&shape, BUCKET_MIN));
    return NULL;
}

OTPI_APART static otp_status put_duplicate(struct otpi_registry *registry,
                                           const struct otp_registry *type,
                                           struct otpi_shard *shard, struct otpi_putting *putting)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    uint64_t place = 0, *slot = find(shard, &shape, putting->key, &place), *bucket, *at;

    if (slot == NULL) {
        bucket = add_bucket(registry, type, shard, putting, place);
    } else {
        bucket = (uint64_t *)(uintptr_t)slot[0];
        if (bucket[0] == bucket[1])
            bucket = grow_bucket(shard, &shape, slot);
    }
    if (bucket == NULL)
        return OTP_NOMEM;
    at = &bucket[BUCKET_HEAD + bucket[0] * shape.entry];
    otpi_shard_begin(shard);
    otpi_word_set(at, putting->pid.bits);
    for (uint32_t i = 0; i < shape.value; i++)
        otpi_word_set(&at[1 + i], putting->value[i]);
    putting->entry->bucket = bucket;
    putting->entry->index = (uint32_t)bucket[0];
    otpi_entry_set(bucket_entries(bucket, &shape), bucket[0], putting->entry);
    otpi_word_set(&bucket[0], bucket[0] + 1);
    otpi_shard_end(shard);
    return OTP_OK;
}

/* Out of its bucket: the last one takes its place. */
OTPI_APART static void take_duplicate(struct otpi_registry *registry,
                                      const struct otp_registry *type, struct otpi_shard *shard,
                                      uint64_t *slot, struct otpi_entry *entry)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    uint64_t *bucket = entry->bucket, last = bucket[0] - 1;
    uint64_t *at = &bucket[BUCKET_HEAD + entry->index * shape.entry];
    const uint64_t *from = &bucket[BUCKET_HEAD + last * shape.entry];
    struct otpi_entry *moved = otpi_entry_get(bucket_entries(bucket, &shape), last);

    if (last == 0) {
        remove_slot(registry, type, &shape, shard, slot);
        otp_stable_free(bucket, bucket_size(&shape, bucket[1]));
        return;
    }
    otpi_shard_begin(shard);
    for (uint32_t i = 0; i < shape.entry; i++)
        otpi_word_set(&at[i], from[i]);
    moved->index = entry->index;
    otpi_entry_set(bucket_entries(bucket, &shape), entry->index, moved);
    otpi_word_set(&bucket[0], last);
    otpi_shard_end(shard);
}

/* -- both -- */

/* The slot that entry is in. */
static uint64_t *locate(const struct otpi_shard *shard, const struct otp_registry *type,
                        const struct otpi_entry *entry)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    uint64_t *slots = otpi_shard_slots(shard), mask = otpi_shard_mask(shard);
    uint64_t at = otpi_slot_home(&shape, entry->hash, mask);

    if (slots == NULL)
        return NULL;
    for (; slots[at * shape.slot] != 0; at = (at + 1) & mask) {
        uint64_t *slot = &slots[at * shape.slot];
        if (type->keys == OTP_UNIQUE ? otpi_entry_get(shard->entries, at) == entry
                                     : slot[0] == (uint64_t)(uintptr_t)entry->bucket)
            return slot;
    }
    return NULL;
}

/* The words of an entry that is in slot. */
static const uint64_t *words_at(const struct otp_registry *type, const struct otpi_shape *shape,
                                const uint64_t *slot, const struct otpi_entry *entry)
{
    return type->keys == OTP_UNIQUE ? slot
                                    : &entry->bucket[BUCKET_HEAD + entry->index * shape->entry];
}

otp_status otpi_shard_put(struct otpi_registry *registry, const struct otp_registry *type,
                          struct otpi_putting *putting)
{
    struct otpi_shard *shard = otpi_registry_shard(registry, putting->key->hash);
    otp_status status;

    putting->entry->hash = putting->key->hash;
    otp_lock_take(&shard->lock);
    if (type->keys == OTP_UNIQUE)
        status = put_unique(registry, type, shard, putting);
    else
        status = put_duplicate(registry, type, shard, putting);
    if (status == OTP_OK)
        otpi_shard_count(shard, 1);
    otp_lock_release(&shard->lock);
    return status;
}

/* lock: shard, which it leaves. Takes away the entry that is in slot. */
static void take_from(struct otpi_registry *registry, const struct otp_registry *type,
                      const struct otpi_shape *shape, uint64_t *slot, struct otpi_entry *entry)
{
    struct otpi_shard *shard = otpi_registry_shard(registry, entry->hash);
    uint64_t value = 0;

    if (shape->boxed)
        value = words_at(type, shape, slot, entry)[1];
    if (type->keys == OTP_UNIQUE && !OTP_MUTANT(B170))
        remove_slot(registry, type, shape, shard, slot);
    else if (type->keys != OTP_UNIQUE)
        take_duplicate(registry, type, shard, slot, entry);
    otpi_shard_count(shard, (uint64_t)0 - 1);
    otp_lock_release(&shard->lock);
    /* after the change: who reads it meanwhile finds out */
    otpi_value_drop(shape, &value);
}

void otpi_shard_take(struct otpi_registry *registry, const struct otp_registry *type,
                     struct otpi_entry *entry)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    struct otpi_shard *shard = otpi_registry_shard(registry, entry->hash);

    otp_lock_take(&shard->lock);
    take_from(registry, type, &shape, locate(shard, type, entry), entry);
}

struct otpi_entry *otpi_shard_take_own(struct otpi_registry *registry,
                                       const struct otp_registry *type, const struct otpi_key *key,
                                       otp_pid pid)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    struct otpi_shard *shard = otpi_registry_shard(registry, key->hash);
    struct otpi_entry *entry = NULL;
    uint64_t *slot, at;

    otp_lock_take(&shard->lock);
    slot = find(shard, &shape, key, &at);
    if (slot != NULL && slot[0] == pid.bits) {
        entry = otpi_entry_get(shard->entries, at);
        take_from(registry, type, &shape, slot, entry);
    } else {
        otp_lock_release(&shard->lock);
    }
    return entry;
}

bool otpi_shard_owns(struct otpi_registry *registry, const struct otp_registry *type,
                     const struct otpi_key *key, otp_pid pid)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    struct otpi_shard *shard = otpi_registry_shard(registry, key->hash);
    const uint64_t *slot;
    uint64_t at;
    bool owns;

    otp_lock_take(&shard->lock);
    slot = find(shard, &shape, key, &at);
    owns = slot != NULL && slot[0] == pid.bits;
    otp_lock_release(&shard->lock);
    return owns;
}

bool otpi_shard_has_key(struct otpi_registry *registry, const struct otp_registry *type,
                        const struct otpi_entry *entry, const struct otpi_key *key)
{
    struct otpi_shard *shard;
    struct otpi_shape shape;
    bool same;

    if (entry->hash != key->hash)
        return false;
    shard = otpi_registry_shard(registry, entry->hash);
    shape = otpi_shape_of(type);
    otp_lock_take(&shard->lock);
    same = same_key(locate(shard, type, entry) + shape.head, shape.key, key, NULL);
    otp_lock_release(&shard->lock);
    return same;
}

bool otpi_shard_swap(struct otpi_registry *registry, const struct otp_registry *type,
                     const struct otpi_key *key, otp_pid pid, uint64_t *value)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    struct otpi_shard *shard = otpi_registry_shard(registry, key->hash);
    uint64_t *slot, at;
    bool own;

    otp_lock_take(&shard->lock);
    slot = find(shard, &shape, key, &at);
    own = slot != NULL && slot[0] == pid.bits;
    if (own)
        otpi_shard_begin(shard);
    for (uint32_t i = 0; own && i < shape.value; i++) {
        uint64_t old = slot[1 + i];
        otpi_word_set(&slot[1 + i], value[i]);
        value[i] = old;
    }
    if (own)
        otpi_shard_end(shard);
    otp_lock_release(&shard->lock);
    return own;
}

void otpi_shard_visit(struct otpi_registry *registry, const struct otp_registry *type,
                      const struct otpi_entry *entry, otpi_shard_visitor *visit, void *context)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    struct otpi_shard *shard = otpi_registry_shard(registry, entry->hash);
    const uint64_t *slot;

    otp_lock_take(&shard->lock);
    slot = locate(shard, type, entry);
    visit(slot + shape.head, words_at(type, &shape, slot, entry), context);
    otp_lock_release(&shard->lock);
}

/* lock: shard. */
static void visit_all(const struct otpi_shard *shard, const struct otp_registry *type,
                      otpi_shard_visitor *visit, void *context)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    const uint64_t *slots = otpi_shard_slots(shard);

    for (uint64_t i = 0; slots != NULL && i <= otpi_shard_mask(shard); i++) {
        const uint64_t *slot = &slots[i * shape.slot], *entries = slot;
        uint64_t n = 1;
        if (slot[0] == 0)
            continue;
        if (type->keys != OTP_UNIQUE)
            entries = otpi_bucket_entries((const uint64_t *)(uintptr_t)slot[0], &n);
        for (uint64_t k = 0; k < n; k++)
            visit(slot + shape.head, entries + k * shape.entry, context);
    }
}

bool otpi_shard_each(struct otpi_registry *registry, otp_pid pid, struct otpi_shard *shard,
                     otpi_shard_visitor *visit, void *context)
{
    bool is;

    otp_lock_take(&shard->lock);
    is = otpi_registry_is(registry, pid);
    if (is)
        visit_all(shard, atomic_load_explicit(&registry->type, memory_order_relaxed), visit,
                  context);
    otp_lock_release(&shard->lock);
    return is;
}

const uint64_t *otpi_bucket_entries(const uint64_t *bucket, uint64_t *n)
{
    *n = otpi_word_get(&bucket[0]);
    return &bucket[BUCKET_HEAD];
}

void otpi_shard_clear(struct otpi_shard *shard, const struct otp_registry *type)
{
    const struct otpi_shape shape = otpi_shape_of(type);
    uint64_t *slots;
    uint32_t log2;

    otp_lock_take(&shard->lock);
    slots = otpi_shard_slots(shard);
    log2 = otpi_shard_log2(shard);
    otpi_shard_begin(shard);
    atomic_store_explicit(&shard->table, 0, memory_order_release);
    otpi_shard_end(shard);
    if (slots != NULL)
        otp_stable_free(slots, table_size(log2, shape.slot, type->keys == OTP_UNIQUE));
    shard->entries = NULL;
    shard->used = 0;
    otp_lock_release(&shard->lock);
}
