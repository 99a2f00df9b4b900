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

/* A name that is taken. */
struct cname {
    const char *text;
    const char *what; /* "the handler of a message"; borrowed */
    struct span span; /* where in the spec it comes from */
    uint64_t hash;
};

struct cname_table {
    struct arena *arena;
    struct cname *slots;
    size_t count;
    size_t cap;
};

void cname_table_init(struct cname_table *t, struct arena *a);

/* Takes a name: NULL if it was free, else who has it, and nothing changes. Copies text; the result
 * is valid until the next cname_take. */
const struct cname *cname_take(struct cname_table *t, const char *text, size_t len,
                               const char *what, struct span span);

/* Who has a name; NULL if it is free. */
const struct cname *cname_find(const struct cname_table *t, const char *text, size_t len);

/* Why a field or parameter cannot be called so: "a keyword of C++"; NULL if it can. */
const char *cname_word(const char *name);

/* Why no part of a C name can be called so; NULL if it can. */
const char *cname_reserved(const char *name);

/* The same for the name of a package, which begins all its C names. */
const char *cname_reserved_package(const char *name);

/* The name in capitals. The arena's. */
const char *cname_upper(struct arena *a, const char *name);

#endif
