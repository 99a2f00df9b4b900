/* explain.h - `otpc explain`: what a finding means, how a tree behaves.
 *
 * Idea: text for people, laid out here; what it says comes from diag.def and from check_tree.h. */
#ifndef OTPC_EXPLAIN_H
#define OTPC_EXPLAIN_H

#include "ast.h"
#include "check_tree.h"

/* Appends what diag.def says about a code, with its examples. */
void explain_code(struct arena_buf *out, enum diag_code code);

/* Appends a list of all codes and warnings, in order. */
void explain_list(struct arena_buf *out, struct arena *a);

/* Appends a table of the processes of a tree: when each starts and stops, how long its stop takes
 * at worst, how many crashes of it make the root give up, and who goes down with it. */
void explain_tree(struct arena_buf *out, struct arena *a, const struct tree *t);

#endif
