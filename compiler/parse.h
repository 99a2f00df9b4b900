/* parse.h - from the bytes of one spec to its tree.
 *
 * Idea: flex cuts tokens, bison finds the shape, the builders of parse.c make the tree. A syntax
 * error is mended if one word or one sign can do it (a misspelt keyword, a missing `;`), else the
 * statement is left out and what it belongs to is marked broken; in both cases the rest is read. */
#ifndef OTPC_PARSE_H
#define OTPC_PARSE_H

#include "ast.h"

/* Parses a source. Never NULL. Appends the file to the unit's files and findings to its diags.
 * Imports are only recorded; see resolve.h. */
struct file *parse_file(struct unit *u, struct source *source);

#endif
