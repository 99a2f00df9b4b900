/* cname.h - what may be a name in C, and which names are taken.
 *
 * Idea: C has one space of names for all that a program links, so every symbol, macro and file
 * that is generated goes through one table. Names that stand alone (fields, parameters) are
 * compared with the words that C, C++ and their libraries use for something else. */
#ifndef OTPC_CNAME_H
#define OTPC_CNAME_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "source.h"

/* Stands for a name: 128 bits of its letters, which no two names of any spec share in practice, so
 * that the names themselves need not be made. */
struct cname_key {
    uint64_t low;
    uint64_t high;
};

/* The key of no letters; the key of what follows key; the same with small letters as capitals. */
struct cname_key cname_key(void);
struct cname_key cname_append(struct cname_key key, const char *text);
struct cname_key cname_append_upper(struct cname_key key, const char *text);

/* Who has a name. */
struct cname {
    uint64_t high;
    const char *what; /* "the handler of a message" */
    struct span span; /* where in the spec it comes from */
};

struct cname_table {
    struct arena *arena;
    struct cname_slot *slots;
    size_t count;
    size_t cap;
    struct cname *free; /* entries that are ready for use */
    size_t n_free;
};

void cname_table_init(struct cname_table *t, struct arena *a);

/* Takes a name: NULL if it was free, else who has it, and nothing changes. Borrows what. */
const struct cname *cname_take(struct cname_table *t, struct cname_key key, const char *what,
                               struct span span);

/* Who has a name; NULL if it is free. */
const struct cname *cname_find(const struct cname_table *t, struct cname_key key);

/* Why a field or parameter cannot be called so: "a keyword of C++"; NULL if it can. */
const char *cname_word(const char *name);

/* Why no part of a C name can be called so; NULL if it can. */
const char *cname_reserved(const char *name);

/* The same for the name of a package, which begins all its C names. */
const char *cname_reserved_package(const char *name);

/* The name in capitals. The arena's. */
const char *cname_upper(struct arena *a, const char *name);

#endif
