/* emit.h - from the plan of a package to its C files, in memory.
 *
 * Idea: one function renders what is asked for; nothing is written to disk here. What comes out
 * depends on the plan alone, so the same spec gives the same bytes everywhere. */
#ifndef OTPC_EMIT_H
#define OTPC_EMIT_H

#include <stddef.h>

#include "arena.h"

struct plan;

enum emit_role {
    EMIT_GENERATED, /* ours: replaced when it changes */
    EMIT_MAIN,      /* the same; only with --main */
    EMIT_SKELETON   /* the user's: written only if there is none */
};

/* Which roles are asked for. */
enum { EMIT_WANT_GENERATED = 1u << 0, EMIT_WANT_MAIN = 1u << 1, EMIT_WANT_SKELETON = 1u << 2 };

/* One function of a skeleton, so that a missing one can be appended alone. */
struct emit_function {
    const char *name;  /* "myapp_cache_handle_get" */
    const char *bytes; /* its definition, a blank line before it; within the bytes of its file */
    size_t size;
};

struct emit_file {
    const char *name; /* without a folder: "myapp_cache_impl.h" */
    enum emit_role role;
    const char *bytes; /* NUL-terminated */
    size_t size;
    const struct emit_function *functions; /* EMIT_SKELETON */
    size_t n_functions;
};

struct emit_files {
    struct emit_file *items;
    size_t count;
};

/* Renders the files of a package: the generated ones, a main (none if the package has no
 * application), a skeleton per module; want is a set of EMIT_WANT_.... Borrows all; the result is
 * the arena's. */
struct emit_files emit_files(struct arena *a, const struct plan *p, unsigned want);

#endif
