/* depfile.h - what was made from what, as rules for make.
 *
 * Idea: one rule per spec: its outputs are the targets; the spec, what it imports and the C headers
 * it includes are the prerequisites. Names are escaped as gcc does, and ':' too, so that no file
 * name can become make's syntax. */
#ifndef OTPC_DEPFILE_H
#define OTPC_DEPFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

struct depfile_names {
    const char **items;
    size_t count;
    size_t cap;
};

/* Adds a name unless it is there already. Borrows it. */
void depfile_add(struct depfile_names *names, struct arena *a, const char *name);

/* Appends the rule "targets: prerequisites". Lines are broken before column 80 where they can. */
void depfile_rule(struct arena_buf *out, const struct depfile_names *targets, bool targets_are_raw,
                  const struct depfile_names *prerequisites);

/* Appends an empty rule for each name, so that make does not stop when one of them is gone; never
 * for those of `specs`: a missing spec must be an error. */
void depfile_phony(struct arena_buf *out, const struct depfile_names *names,
                   const struct depfile_names *specs);

/* Can make name it at all? Not if a line ends in it. */
bool depfile_can_name(const char *name);

#endif
