/* map.c - a small map from u64 to u64.
 *
 * Idea: most maps hold nothing or one entry, so that one costs no memory. A table is open
 * addressing with linear probing; removal moves later entries of the same run back instead of
 * leaving a mark, so a map that is used for ever does not wear out.
 * Invariant: between an entry and the home slot of its key there is no free slot; at least one slot
 * in four is free. From pop_bound (see map.h) to the end of the table all slots are free.
 * Threads: whoever owns the map. Locks: none. Owns: the entries.
 */
#include "base/map.h"

#include <stddef.h>

#include "base/alloc.h"

enum { FIRST_CAPACITY = 8 };

/* Spreads keys that are counters or carry a counter in their upper half: all bits of a key get into
 * the upper ones of the product. Nobody chooses keys. */
static uint32_t home_slot(const struct otpi_map *map, uint64_t key)
{
    /* capacity is a power of two, its logarithm 31 less these zeros */
    return (uint32_t)(key * 0x9e3779b97f4a7c15ULL >> (33 + __builtin_clz(map->capacity)));
}

static uint32_t next_slot(const struct otpi_map *map, uint32_t slot)
{
    return (slot + 1) & (map->capacity - 1);
}

/* Where key is, or the free slot where it would go. The table must exist. */
static struct otpi_map_entry *find_slot(const struct otpi_map *map, uint64_t key)
{
    uint32_t slot = home_slot(map, key);
    while (map->entries[slot].key != key && map->entries[slot].key != 0)
        slot = next_slot(map, slot);
    return &map->entries[slot];
}

/* Where key is; NULL: it is not there. */
static struct otpi_map_entry *find_entry(const struct otpi_map *map, uint64_t key)
{
    if (map->capacity == 0)
        return map->count == 1 && map->one.key == key ? (struct otpi_map_entry *)&map->one : NULL;
    struct otpi_map_entry *entry = find_slot(map, key);
    return key != 0 && entry->key == key ? entry : NULL;
}

static bool is_crowded(const struct otpi_map *map)
{
    return map->count >= map->capacity - map->capacity / 4;
}

/* Moves everything to a table of twice the size. False: no memory, nothing has changed. */
static bool grow_table(struct otpi_map *map)
{
    if (map->capacity > UINT32_MAX / 2)
        return false;
    struct otpi_map bigger = *map;
    bigger.capacity = map->capacity == 0 ? FIRST_CAPACITY : map->capacity * 2;
    bigger.entries = otpi_alloc_zero(bigger.capacity * sizeof *bigger.entries);
    if (bigger.entries == NULL)
        return false;
    if (map->capacity == 0)
        *find_slot(&bigger, map->one.key) = map->one;
    for (uint32_t i = 0; i < map->capacity; i++)
        if (map->entries[i].key != 0)
            *find_slot(&bigger, map->entries[i].key) = map->entries[i];
    otpi_release(map->entries, map->capacity * sizeof *map->entries);
    bigger.pop_bound = bigger.capacity;
    *map = bigger;
    return true;
}

/* Where key is or is to go; NULL: no memory. */
static struct otpi_map_entry *find_place(struct otpi_map *map, uint64_t key)
{
    struct otpi_map_entry *place = map->capacity == 0 ? &map->one : find_slot(map, key);
    bool fits = map->capacity == 0 ? map->count == 0 : !is_crowded(map);
    if ((map->count != 0 && place->key == key) || fits)
        return place;
    return grow_table(map) ? find_slot(map, key) : NULL;
}

otp_status otpi_map_put(struct otpi_map *map, uint64_t key, uint64_t value)
{
    struct otpi_map_entry *entry = find_place(map, key);
    if (entry == NULL)
        return OTP_NOMEM;
    if (map->count != 0 && entry->key == key) {
        entry->value = value;
        return OTP_OK;
    }
    entry->key = key;
    entry->value = value;
    map->count++;
    map->pop_bound = map->capacity;
    return OTP_OK;
}

bool otpi_map_get(const struct otpi_map *map, uint64_t key, uint64_t *value)
{
    const struct otpi_map_entry *entry = find_entry(map, key);
    if (entry != NULL && value != NULL)
        *value = entry->value;
    return entry != NULL;
}

/* Empties slot, then moves back each entry of the run behind it that may stand there: one whose
 * home is not in the part of the run after the hole. */
static void close_hole(struct otpi_map *map, uint32_t hole)
{
    uint32_t mask = map->capacity - 1;
    for (uint32_t slot = next_slot(map, hole); map->entries[slot].key != 0;
         slot = next_slot(map, slot)) {
        uint32_t from_home = (slot - home_slot(map, map->entries[slot].key)) & mask;
        if (from_home >= ((slot - hole) & mask)) {
            map->entries[hole] = map->entries[slot];
            hole = slot;
        }
    }
    map->entries[hole].key = 0;
}

static void remove_entry(struct otpi_map *map, struct otpi_map_entry *entry)
{
    map->count--;
    if (map->capacity == 0)
        entry->key = 0;
    else
        close_hole(map, (uint32_t)(entry - map->entries));
}

bool otpi_map_remove(struct otpi_map *map, uint64_t key, uint64_t *value)
{
    struct otpi_map_entry *entry = find_entry(map, key);
    if (entry == NULL)
        return false;
    if (value != NULL)
        *value = entry->value;
    remove_entry(map, entry);
    return true;
}

/* From the end of the table downwards, as the last entry of a run leaves nothing to move; all that
 * was passed on the way stays free until the next put. */
bool otpi_map_pop(struct otpi_map *map, struct otpi_map_entry *entry)
{
    if (map->count == 0)
        return false;
    struct otpi_map_entry *found = &map->one;
    if (map->capacity != 0) {
        while (map->entries[map->pop_bound - 1].key == 0)
            map->pop_bound--;
        found = &map->entries[map->pop_bound - 1];
    }
    *entry = *found;
    remove_entry(map, found);
    return true;
}

bool otpi_map_next(const struct otpi_map *map, uint32_t *at, struct otpi_map_entry *entry)
{
    if (map->capacity == 0) {
        if (*at != 0 || map->count == 0)
            return false;
        *at = 1;
        *entry = map->one;
        return true;
    }
    while (*at < map->capacity) {
        *entry = map->entries[(*at)++];
        if (entry->key != 0)
            return true;
    }
    return false;
}

/* Without memory for a smaller table it keeps the one that it has. */
void otpi_map_shrink(struct otpi_map *map)
{
    struct otpi_map smaller = { .count = 0 };
    struct otpi_map_entry entry;
    if (map->capacity == 0)
        return;
    for (uint32_t at = 0; otpi_map_next(map, &at, &entry);)
        if (otpi_map_put(&smaller, entry.key, entry.value) != OTP_OK) {
            otpi_map_clear(&smaller);
            return;
        }
    if (smaller.capacity < map->capacity) {
        otpi_map_clear(map);
        *map = smaller;
    } else {
        otpi_map_clear(&smaller);
    }
}

void otpi_map_clear(struct otpi_map *map)
{
    otpi_release(map->entries, map->capacity * sizeof *map->entries);
    *map = (struct otpi_map){ .count = 0 };
}
