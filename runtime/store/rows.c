/* rows.c - the entries of a table that only its process sees.
 *
 * Idea: open addressing with linear probing over a dense array of hashes; the slot with key and
 * value is looked at only where the hash agrees. Removal moves later entries of the run back, so
 * nothing is left behind. All bytes that an entry's key and value refer to are one owned block, so
 * an entry is gone in one step. Hashes are keyed with a seed of the table's own.
 * Invariant: between an entry and the home of its hash no slot is free; one slot in four is free.
 * It holds whenever a function of the user's is called, so it may also end the process.
 * Where keys have an order, they are in that too (order.h): just when they are here.
 * Threads: the owning process only. Locks: none.
 * Owns: the block of hashes and slots, and each entry's block; all from otp_alloc.
 */
#include "store/rows.h"

#include <string.h>

#include <otp/memory.h>
#include <otp/process.h>
#include <otp/reason.h>

#include "base/hash.h"
#include "base/layout.h"
#include "store/order.h"

enum { FIRST_CAPACITY = 8, MOST_ALIGNED = 16 };

/* A slot is: the entry's block if the type has any, the key, the value, each where it is
 * aligned. */
struct otpi_rows {
    const struct otp_table_type *type; /* borrowed for ever: constant */
    uint64_t seed;
    uint64_t *hashes; /* of each slot, 0: free. The slots follow in the same block */
    char *slots;
    size_t capacity; /* 0 or a power of two */
    size_t count;
    size_t entry_bytes; /* in the blocks of all entries */
    size_t key_at;      /* in a slot */
    size_t value_at;
    size_t stride;            /* from slot to slot */
    size_t walks;             /* under way */
    struct otpi_order *order; /* NULL: keys have none */
    bool is_text;             /* keys are */
    bool has_blocks;          /* keys are text or values have references */
};

/* -- slots -- */

/* The size of a type is a multiple of its alignment, so the alignment divides it. */
static size_t alignment_of(size_t size)
{
    size_t lowest = size & (~size + 1);
    return lowest == 0 ? 1 : lowest < MOST_ALIGNED ? lowest : MOST_ALIGNED;
}

static size_t round_up(size_t size, size_t alignment)
{
    return (size + alignment - 1) / alignment * alignment;
}

static void lay_out_slot(struct otpi_rows *table)
{
    const struct otp_table_type *type = table->type;
    size_t key_alignment = alignment_of(type->key->size);
    size_t value_alignment = alignment_of(type->value->size);
    size_t most = key_alignment > value_alignment ? key_alignment : value_alignment;
    table->is_text = (type->key_kind & OTP_KEY_TEXT) != 0;
    table->has_blocks = table->is_text || type->value->n_refs > 0;
    if (table->has_blocks && most < sizeof(void *))
        most = sizeof(void *);
    table->key_at = round_up(table->has_blocks ? sizeof(void *) : 0, key_alignment);
    table->value_at = round_up(table->key_at + type->key->size, value_alignment);
    table->stride = round_up(table->value_at + type->value->size, most);
}

static char *slot_at(const struct otpi_rows *table, size_t index)
{
    return table->slots + index * table->stride;
}

static char *key_of(const struct otpi_rows *table, size_t index)
{
    return slot_at(table, index) + table->key_at;
}

static char *value_of(const struct otpi_rows *table, size_t index)
{
    return slot_at(table, index) + table->value_at;
}

/* -- keys -- */

static otp_str text_of(const void *key)
{
    otp_str text;
    memcpy(&text, key, sizeof text);
    return text;
}

/* Never 0, which means free. */
static uint64_t hash_key(const struct otpi_rows *table, const void *key)
{
    size_t size = table->type->key->size;
    uint64_t hash = 0;
    if (table->is_text) {
        otp_str text = text_of(key);
        hash = otpi_hash_bytes(table->seed, text.data, text.size);
    } else if (size <= sizeof hash) {
        memcpy(&hash, key, size);
        hash = otpi_hash_number(table->seed, hash);
    } else {
        hash = otpi_hash_bytes(table->seed, key, size);
    }
    return hash == 0 ? 1 : hash;
}

static bool keys_equal(const struct otpi_rows *table, const void *a, const void *b)
{
    if (table->is_text)
        return otp_str_equal(text_of(a), text_of(b));
    return memcmp(a, b, table->type->key->size) == 0;
}

/* -- finding -- */

static size_t next_index(const struct otpi_rows *table, size_t index)
{
    return (index + 1) & (table->capacity - 1);
}

/* Where an entry with this hash would begin to look for a place, and finds it. */
static size_t find_free(const struct otpi_rows *table, uint64_t hash)
{
    size_t index = hash & (table->capacity - 1);
    while (table->hashes[index] != 0)
        index = next_index(table, index);
    return index;
}

/* The slot of key; capacity: none. */
static size_t find_key(const struct otpi_rows *table, const void *key, uint64_t hash)
{
    if (table->count == 0)
        return table->capacity;
    size_t index = hash & (table->capacity - 1);
    for (; table->hashes[index] != 0; index = next_index(table, index))
        if (table->hashes[index] == hash && keys_equal(table, key_of(table, index), key))
            return index;
    return table->capacity;
}

/* -- an entry's block: what the value refers to, then the bytes of a text key -- */

static void *get_block(const struct otpi_rows *table, size_t index)
{
    void *block = NULL;
    if (table->has_blocks)
        memcpy(&block, slot_at(table, index), sizeof block);
    return block;
}

/* SIZE_MAX: too large. */
static size_t measure_block(const struct otpi_rows *table, const void *key, const void *value)
{
    size_t size = otpi_layout_measure_refs(table->type->value, value);
    if (size > OTPI_LAYOUT_MAX || !table->is_text)
        return size;
    size_t text_size = text_of(key).size;
    return text_size > OTPI_LAYOUT_MAX - size ? SIZE_MAX : size + text_size;
}

/* Copies key and value into the slot, and what they refer to into block. Either may be the slot's
 * own. */
static void fill_slot(struct otpi_rows *table, size_t index, const void *key, const void *value,
                      char *block)
{
    const struct otp_table_type *type = table->type;
    size_t value_bytes = otpi_layout_measure_refs(type->value, value);
    memmove(key_of(table, index), key, type->key->size);
    memmove(value_of(table, index), value, type->value->size);
    if (!table->has_blocks)
        return;
    memcpy(slot_at(table, index), &block, sizeof block);
    otpi_layout_copy_refs(type->value, value_of(table, index), block);
    if (table->is_text) {
        otp_str text = text_of(key);
        if (text.size > 0)
            memcpy(block + value_bytes, text.data, text.size);
        text.data = text.size > 0 ? block + value_bytes : NULL;
        memcpy(key_of(table, index), &text, sizeof text);
    }
}

static void free_block(struct otpi_rows *table, size_t index)
{
    if (!table->has_blocks)
        return;
    table->entry_bytes -= measure_block(table, key_of(table, index), value_of(table, index));
    otp_free(get_block(table, index));
}

/* -- growing and shrinking -- */

static bool is_crowded(size_t count, size_t capacity)
{
    return count >= capacity - capacity / 4;
}

/* Moves all entries to a block of that capacity. NOMEM: nothing has changed. */
static otp_status resize_table(struct otpi_rows *table, size_t capacity)
{
    struct otpi_rows moved = *table;
    moved.capacity = capacity;
    if (moved.capacity > SIZE_MAX / 2 / (sizeof(uint64_t) + table->stride))
        return OTP_NOMEM;
    moved.hashes = otp_alloc(moved.capacity * (sizeof(uint64_t) + table->stride));
    if (moved.hashes == NULL)
        return OTP_NOMEM;
    moved.slots = (char *)(moved.hashes + moved.capacity);
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->hashes[i] == 0)
            continue;
        size_t index = find_free(&moved, table->hashes[i]);
        moved.hashes[index] = table->hashes[i];
        memcpy(slot_at(&moved, index), slot_at(table, i), table->stride);
    }
    otp_free(table->hashes);
    *table = moved;
    return OTP_OK;
}

static otp_status grow_table(struct otpi_rows *table)
{
    return resize_table(table, table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2);
}

/* Frees the slot, then moves back each entry of the run behind it that may stand there: one whose
 * home is not in the part of the run after the hole. */
static void remove_entry(struct otpi_rows *table, size_t hole)
{
    size_t mask = table->capacity - 1;
    if (table->order != NULL)
        otpi_order_remove(table->order, key_of(table, hole));
    free_block(table, hole);
    for (size_t i = next_index(table, hole); table->hashes[i] != 0; i = next_index(table, i)) {
        size_t from_home = (i - (size_t)table->hashes[i]) & mask;
        if (from_home >= ((i - hole) & mask)) {
            table->hashes[hole] = table->hashes[i];
            memcpy(slot_at(table, hole), slot_at(table, i), table->stride);
            hole = i;
        }
    }
    table->hashes[hole] = 0;
    table->count--;
}

/* -- life -- */

struct otpi_rows *otpi_rows_new(const struct otp_table_type *type)
{
    struct otpi_rows *table = otp_alloc(sizeof *table);
    if (table == NULL)
        return NULL;
    table->type = type;
    table->seed = otpi_hash_seed();
    lay_out_slot(table);
    if ((type->key_kind & OTP_KEY_ORDERED) == 0)
        return table;
    table->order = otpi_order_new(type);
    if (table->order != NULL)
        return table;
    otp_free(table);
    return NULL;
}

void otpi_rows_drop(struct otpi_rows *table)
{
    if (table == NULL)
        return;
    otpi_rows_clear(table);
    otpi_order_drop(table->order);
    otp_free(table);
}

/* A new block for the entry; *block is NULL if it needs none. */
static otp_status make_block(struct otpi_rows *table, const void *key, const void *value,
                             char **block)
{
    *block = NULL;
    size_t size = measure_block(table, key, value);
    if (size == 0)
        return OTP_OK;
    if (size > OTPI_LAYOUT_MAX)
        return OTP_NOMEM;
    *block = otp_alloc(size);
    if (*block == NULL)
        return OTP_NOMEM;
    table->entry_bytes += size;
    return OTP_OK;
}

/* key and value take the place of those in the slot. The new block is filled before the old one
 * goes: they may lie in it. */
static void replace_entry(struct otpi_rows *table, size_t index, const void *key, const void *value,
                          char *block)
{
    void *old = get_block(table, index);
    size_t old_size =
        old == NULL ? 0 : measure_block(table, key_of(table, index), value_of(table, index));

    fill_slot(table, index, key, value, block);
    table->entry_bytes -= old_size;
    otp_free(old);
}

static otp_status replace_value(struct otpi_rows *table, size_t index, const void *value)
{
    char *block;

    if (table->type->value->n_refs == 0) {
        memmove(value_of(table, index), value, table->type->value->size);
        return OTP_OK;
    }
    if (make_block(table, key_of(table, index), value, &block) != OTP_OK)
        return OTP_NOMEM;
    replace_entry(table, index, key_of(table, index), value, block);
    return OTP_OK;
}

/* -- one entry -- */

/* Fills a free slot; there is room. */
static void place_entry(struct otpi_rows *table, uint64_t hash, const void *key, const void *value,
                        char *block)
{
    size_t index = find_free(table, hash);

    table->hashes[index] = hash;
    table->count++;
    fill_slot(table, index, key, value, block);
}

/* A key that is not there. NOMEM. */
static otp_status insert(struct otpi_rows *table, uint64_t hash, const void *key, const void *value)
{
    char *block;

    if (is_crowded(table->count, table->capacity) && grow_table(table) != OTP_OK)
        return OTP_NOMEM;
    if (make_block(table, key, value, &block) != OTP_OK)
        return OTP_NOMEM;
    if (table->order != NULL && otpi_order_add(table->order, key) != OTP_OK) {
        table->entry_bytes -= block == NULL ? 0 : measure_block(table, key, value);
        otp_free(block);
        return OTP_NOMEM;
    }
    place_entry(table, hash, key, value, block);
    return OTP_OK;
}

otp_status otpi_rows_put(struct otpi_rows *table, const void *key, const void *value)
{
    uint64_t hash = hash_key(table, key);
    size_t index = find_key(table, key, hash);

    return index != table->capacity ? replace_value(table, index, value)
                                    : insert(table, hash, key, value);
}

otp_status otpi_rows_put_new(struct otpi_rows *table, const void *key, const void *value)
{
    uint64_t hash = hash_key(table, key);
    bool exists = find_key(table, key, hash) != table->capacity;

    return exists ? OTP_EXISTS : insert(table, hash, key, value);
}

otp_status otpi_rows_add(struct otpi_rows *table, const void *key, const struct otp_addition *add,
                         void *value)
{
    uint64_t hash = hash_key(table, key), sum = 0;
    size_t index = find_key(table, key, hash), size = table->type->value->size;
    bool missing = index == table->capacity;
    otp_status status;

    if (!otpi_add_can(table->type->value))
        return OTP_BADARG;
    if (missing && add->initial == NULL)
        return OTP_NOT_FOUND;
    status = otpi_add(add, size, missing ? add->initial : value_of(table, index), &sum);
    if (status == OTP_OK)
        status = missing ? insert(table, hash, key, &sum) : replace_value(table, index, &sum);
    if (status == OTP_OK && value != NULL)
        memcpy(value, &sum, size);
    return status;
}

/* Copies the value out. */
static void give(const struct otpi_rows *table, size_t index, void *value)
{
    const struct otp_layout *layout = table->type->value;
    size_t size = otpi_layout_measure_refs(layout, value_of(table, index));
    void *scratch = NULL;
    if (size > 0) {
        scratch = otp_scratch(size);
        if (scratch == NULL)
            otp_exit(otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    }
    memcpy(value, value_of(table, index), layout->size);
    if (layout->n_refs > 0)
        otpi_layout_copy_refs(layout, value, scratch);
}

/* The same of a key. */
static void give_key(const struct otpi_rows *table, const void *key, void *to)
{
    otp_str text;
    char *bytes;

    if (!table->is_text) {
        memcpy(to, key, table->type->key->size);
        return;
    }
    text = text_of(key);
    bytes = otp_scratch(text.size + 1);
    if (bytes == NULL)
        otp_exit(otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    if (text.size != 0)
        memcpy(bytes, text.data, text.size);
    text.data = bytes;
    memcpy(to, &text, sizeof text);
}

bool otpi_rows_get(const struct otpi_rows *table, const void *key, void *value)
{
    size_t index = find_key(table, key, hash_key(table, key));
    if (index == table->capacity)
        return false;
    give(table, index, value);
    return true;
}

bool otpi_rows_take(struct otpi_rows *table, const void *key, void *value)
{
    size_t index = find_key(table, key, hash_key(table, key));
    if (index == table->capacity)
        return false;
    give(table, index, value);
    remove_entry(table, index);
    return true;
}

bool otpi_rows_has(const struct otpi_rows *table, const void *key)
{
    return find_key(table, key, hash_key(table, key)) != table->capacity;
}

bool otpi_rows_delete(struct otpi_rows *table, const void *key)
{
    size_t index = find_key(table, key, hash_key(table, key));
    if (index == table->capacity)
        return false;
    remove_entry(table, index);
    return true;
}

/* -- many entries at once: all that may fail comes before the first change -- */

static const char *nth_key(const struct otpi_rows *table, const struct otpi_row_list *list,
                           size_t i)
{
    return (const char *)list->keys + i * table->type->key->size;
}

static const char *nth_value(const struct otpi_rows *table, const struct otpi_row_list *list,
                             size_t i)
{
    return (const char *)list->values + i * table->type->value->size;
}

/* How many of them are not there. */
static size_t count_new(const struct otpi_rows *table, const struct otpi_row_list *list)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++) {
        const char *key = nth_key(table, list, i);
        n += find_key(table, key, hash_key(table, key)) == table->capacity;
    }
    return n;
}

/* Room for n more. NOMEM: nothing has changed. */
static otp_status make_room(struct otpi_rows *table, size_t n)
{
    size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity;

    if (n == 0 || (table->capacity != 0 && !is_crowded(table->count + n - 1, capacity)))
        return OTP_OK;
    while (is_crowded(table->count + n - 1, capacity)) {
        if (capacity > SIZE_MAX / 4)
            return OTP_NOMEM;
        capacity *= 2;
    }
    return resize_table(table, capacity);
}

static void free_blocks(struct otpi_rows *table, const struct otpi_row_list *list, char **blocks,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        table->entry_bytes -=
            measure_block(table, nth_key(table, list, i), nth_value(table, list, i));
        otp_free(blocks[i]);
    }
    otp_free(blocks);
}

/* *blocks gets those of all, in a block that the caller frees; NULL: they need none. */
static otp_status make_blocks(struct otpi_rows *table, const struct otpi_row_list *list,
                              char ***blocks)
{
    *blocks = NULL;
    if (!table->has_blocks)
        return OTP_OK;
    if (list->n > SIZE_MAX / sizeof **blocks)
        return OTP_NOMEM;
    *blocks = otp_alloc(list->n * sizeof **blocks);
    if (*blocks == NULL)
        return OTP_NOMEM;
    for (size_t i = 0; i < list->n; i++) {
        otp_status status =
            make_block(table, nth_key(table, list, i), nth_value(table, list, i), &(*blocks)[i]);
        if (status != OTP_OK) {
            free_blocks(table, list, *blocks, i);
            return status;
        }
    }
    return OTP_OK;
}

/* The order has the keys of the table only. */
static void order_none(struct otpi_rows *table, const struct otpi_row_list *list)
{
    for (size_t i = 0; table->order != NULL && i < list->n; i++) {
        const char *key = nth_key(table, list, i);
        if (find_key(table, key, hash_key(table, key)) == table->capacity)
            otpi_order_remove(table->order, key);
    }
}

/* And those of all. NOMEM: it has not. */
static otp_status order_all(struct otpi_rows *table, const struct otpi_row_list *list)
{
    otp_status status = OTP_OK;

    for (size_t i = 0; table->order != NULL && i < list->n && status == OTP_OK; i++)
        status = otpi_order_add(table->order, nth_key(table, list, i));
    return status;
}

otp_status otpi_rows_put_all(struct otpi_rows *table, const struct otpi_row_list *list)
{
    size_t n_new = count_new(table, list);
    char **blocks;
    otp_status status;

    if (list->n == 0)
        return OTP_OK;
    if (list->only_new && n_new != list->n)
        return OTP_EXISTS;
    status = make_blocks(table, list, &blocks);
    if (status != OTP_OK)
        return status;
    status = order_all(table, list);
    if (status == OTP_OK)
        status = make_room(table, n_new);
    if (status != OTP_OK) {
        order_none(table, list);
        free_blocks(table, list, blocks, blocks == NULL ? 0 : list->n);
        return status;
    }
    for (size_t i = 0; i < list->n; i++) {
        const char *key = nth_key(table, list, i), *value = nth_value(table, list, i);
        uint64_t hash = hash_key(table, key);
        size_t index = find_key(table, key, hash);
        char *block = blocks == NULL ? NULL : blocks[i];
        if (index != table->capacity)
            replace_entry(table, index, key, value, block);
        else
            place_entry(table, hash, key, value, block);
    }
    otp_free(blocks);
    return OTP_OK;
}

/* -- walks -- */

/* From a place on, to the end or to a key; NULL: none. False: visit has ended it. */
static void each_from(struct otpi_rows *table, const struct otpi_place *place, const void *to,
                      otp_table_predicate *visit, void *context)
{
    table->walks++;
    for (; place != NULL; place = otpi_order_next(place)) {
        const void *key = otpi_order_key(place);
        size_t i = find_key(table, key, hash_key(table, key));
        if (to != NULL && otpi_order_compare(table->order, place, to) >= 0)
            break;
        if (!visit(key_of(table, i), value_of(table, i), context))
            break;
    }
    table->walks--;
}

otp_status otpi_rows_range(struct otpi_rows *table, const void *from, const void *to,
                           otp_table_predicate *visit, void *context)
{
    if (table->order == NULL)
        return OTP_BADARG;
    each_from(table,
              from == NULL ? otpi_order_first(table->order) : otpi_order_seek(table->order, from),
              to, visit, context);
    return OTP_OK;
}

static const struct otpi_place *place_after(const struct otpi_order *order, const void *key)
{
    const struct otpi_place *place = otpi_order_seek(order, key);
    bool is_it = place != NULL && otpi_order_compare(order, place, key) == 0;

    return is_it ? otpi_order_next(place) : place;
}

static const struct otpi_place *place_before(const struct otpi_order *order, const void *key)
{
    const struct otpi_place *place = otpi_order_seek(order, key);

    return place != NULL ? otpi_order_prev(place) : otpi_order_last(order);
}

otp_status otpi_rows_step(const struct otpi_rows *table, enum otpi_step step, const void *key,
                          void *found)
{
    const struct otpi_place *place;

    if (table->order == NULL)
        return OTP_BADARG;
    if (key == NULL)
        place = step == OTPI_UP ? otpi_order_first(table->order) : otpi_order_last(table->order);
    else
        place = step == OTPI_UP ? place_after(table->order, key) : place_before(table->order, key);
    if (place == NULL)
        return OTP_NOT_FOUND;
    give_key(table, otpi_order_key(place), found);
    return OTP_OK;
}

/* Once round from a free slot on: what a removal moves comes from further on in its run, never from
 * what was seen already, so each entry is asked about once. */
size_t otpi_rows_delete_if(struct otpi_rows *table, otp_table_predicate *predicate, void *context)
{
    size_t before = table->count;
    if (before == 0)
        return 0;
    size_t start = find_free(table, 0);
    table->walks++;
    for (size_t i = next_index(table, start); i != start; i = next_index(table, i))
        while (table->hashes[i] != 0 && predicate(key_of(table, i), value_of(table, i), context))
            remove_entry(table, i);
    table->walks--;
    return before - table->count;
}

void otpi_rows_each(struct otpi_rows *table, otp_table_predicate *visit, void *context)
{
    if (table->order != NULL) {
        each_from(table, otpi_order_first(table->order), NULL, visit, context);
        return;
    }
    table->walks++;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->hashes[i] != 0 && !visit(key_of(table, i), value_of(table, i), context))
            break;
    table->walks--;
}

/* Copies the keys of n slots to scratch memory, and the texts behind them. NULL: no memory. */
static const void *copy_keys(const struct otpi_rows *table, const size_t *chosen, size_t n)
{
    bool is_text = table->is_text;
    size_t size = table->type->key->size, bytes = n * size;
    for (size_t i = 0; is_text && i < n; i++)
        bytes += text_of(key_of(table, chosen[i])).size;
    char *keys = otp_scratch(bytes + 1);
    char *text_at = keys + n * size;
    for (size_t i = 0; keys != NULL && i < n; i++) {
        memcpy(keys + i * size, key_of(table, chosen[i]), size);
        if (!is_text)
            continue;
        otp_str text = text_of(key_of(table, chosen[i]));
        if (text.size > 0)
            memcpy(text_at, text.data, text.size);
        text.data = text_at;
        text_at += text.size;
        memcpy(keys + i * size, &text, sizeof text);
    }
    return keys;
}

/* The slots of what was accepted so far. */
struct chosen {
    const struct otpi_rows *table;
    otp_table_predicate *predicate; /* NULL: all are */
    void *context;
    size_t *slots, n;
};

static bool choose(const void *key, const void *value, void *context)
{
    struct chosen *chosen = context;
    const struct otpi_rows *table = chosen->table;

    if (chosen->predicate == NULL || chosen->predicate(key, value, chosen->context))
        chosen->slots[chosen->n++] = (size_t)((const char *)key - table->slots) / table->stride;
    return true;
}

otp_status otpi_rows_select(struct otpi_rows *table, otp_table_predicate *predicate, void *context,
                            const void **keys, size_t *n)
{
    struct chosen chosen = { table, predicate, context, NULL, 0 };
    const void *copies;

    chosen.slots = otp_alloc((table->count + 1) * sizeof *chosen.slots);
    if (chosen.slots == NULL)
        return OTP_NOMEM;
    otpi_rows_each(table, choose, &chosen);
    copies = copy_keys(table, chosen.slots, chosen.n);
    otp_free(chosen.slots);
    if (copies == NULL)
        return OTP_NOMEM;
    *keys = copies;
    *n = chosen.n;
    return OTP_OK;
}

bool otpi_rows_is_walked(const struct otpi_rows *table)
{
    return table->walks > 0;
}

void otpi_rows_end_walks(struct otpi_rows *table)
{
    table->walks = 0;
}

/* -- all of them -- */

void otpi_rows_clear(struct otpi_rows *table)
{
    for (size_t i = 0; i < table->capacity; i++)
        if (table->hashes[i] != 0)
            free_block(table, i);
    if (table->order != NULL)
        otpi_order_clear(table->order);
    otp_free(table->hashes);
    table->hashes = NULL;
    table->slots = NULL;
    table->capacity = 0;
    table->count = 0;
}

void otpi_rows_shrink(struct otpi_rows *table)
{
    size_t capacity = FIRST_CAPACITY;
    if (table->count == 0) {
        otpi_rows_clear(table);
        return;
    }
    while (is_crowded(table->count, capacity))
        capacity *= 2;
    if (capacity < table->capacity)
        (void)resize_table(table, capacity); /* else it stays */
}

size_t otpi_rows_count(const struct otpi_rows *table)
{
    return table->count;
}

size_t otpi_rows_memory(const struct otpi_rows *table)
{
    return sizeof *table + table->capacity * (sizeof(uint64_t) + table->stride) +
           table->entry_bytes + (table->order == NULL ? 0 : otpi_order_memory(table->order));
}
