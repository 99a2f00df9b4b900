/* map.h - a small map from u64 to u64.
 *
 * Idea: links, monitors and open calls of a process. One entry lives in the struct itself; from two
 * on an open-addressing table with linear probing and backward-shift deletion. Key 0 is no key.
 * Threads: none of its own; whoever owns the map.
 */
#ifndef OTPI_MAP_H
#define OTPI_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include <otp/status.h>

struct otpi_map_entry {
    uint64_t key;
    uint64_t value;
};

/* All zero: empty. */
struct otpi_map {
    struct otpi_map_entry one;      /* used while capacity is 0 */
    struct otpi_map_entry *entries; /* owner: the map */
    uint32_t count;
    uint32_t capacity;  /* 0 or a power of two */
    uint32_t pop_bound; /* no entry from this slot on; written by map.c alone */
};

/* Inserts or replaces. NOMEM: unchanged. key != 0. */
OTP_MUST_CHECK otp_status otpi_map_put(struct otpi_map *map, uint64_t key, uint64_t value);
/* True: *value (may be NULL) is what key has. */
bool otpi_map_get(const struct otpi_map *map, uint64_t key, uint64_t *value);
/* True: it was there; *value (may be NULL) is what it had. Shrinks nothing. */
bool otpi_map_remove(struct otpi_map *map, uint64_t key, uint64_t *value);
/* Takes any entry out; false: empty. Emptying a map so is linear in all. */
bool otpi_map_pop(struct otpi_map *map, struct otpi_map_entry *entry);
/* Goes through it, in any order: *at begins as 0. False: no more. Not while it changes. */
bool otpi_map_next(const struct otpi_map *map, uint32_t *at, struct otpi_map_entry *entry);
/* Gives back what it does not need for what is in it. */
void otpi_map_shrink(struct otpi_map *map);
/* Frees its memory; it is empty then. */
void otpi_map_clear(struct otpi_map *map);

#endif
