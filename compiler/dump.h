/* dump.h - the tree as text, for tests: `otpc --dump=ast`.
 *
 * Idea: what a test compares must not move: one node a line, in the order of the spec. */
#ifndef OTPC_DUMP_H
#define OTPC_DUMP_H

#include "ast.h"

/* Appends the tree of a file: one node a line, indented by what it belongs to. */
void dump_ast(const struct file *f, struct arena_buf *out);

#endif
