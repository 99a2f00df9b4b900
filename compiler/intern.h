/* intern.h - one pointer per spelling, and maps keyed by it.
 *
 * Idea: names are compared as pointers after interning. A name also carries what its spelling
 * means to the language: which keyword it can be, which built-in type. Keywords are soft: a
 * keyword's name is still a fine name for anything. */
#ifndef OTPC_INTERN_H
#define OTPC_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

struct name {
    const char *text; /* NUL-terminated */
    uint32_t len;
    uint32_t hash;
    uint16_t token;  /* 0, or the parser's token of this keyword */
    uint16_t scalar; /* 0, or the enum type_kind of the built-in type so called */
};

struct intern {
    struct arena *arena;
    struct name **slots;
    size_t count;
    size_t cap;
};

/* Borrows a, which must outlive the table. */
void intern_init(struct intern *t, struct arena *a);

/* The name with this spelling; made on first use. Borrows bytes. The same spelling gives the same
 * pointer. */
struct name *intern_bytes(struct intern *t, const char *bytes, size_t len);
struct name *intern_text(struct intern *t, const char *text);

/* A map from pointers (names, declarations, ...) to pointers. {0} plus an arena is an empty one. */
struct intern_map {
    struct arena *arena;
    struct intern_entry *slots;
    size_t count;
    size_t cap;
};

struct intern_entry {
    const void *key;
    void *value;
};

void intern_map_init(struct intern_map *m, struct arena *a);

/* The value of key, or NULL. */
void *intern_map_get(const struct intern_map *m, const void *key);

/* Adds key if it is new and returns NULL; else changes nothing and returns the value it has.
 * Borrows value, which must not be NULL. */
void *intern_map_add(struct intern_map *m, const void *key, void *value);

#endif
