/* wrap.h - breaking a long line of C.
 *
 * Idea: the emitters write every declaration, call and table row on one line; this breaks those
 * that are too long, as a person would: after commas, the rest aligned behind the bracket. */
#ifndef OTPC_WRAP_H
#define OTPC_WRAP_H

#include <stddef.h>

#include "arena.h"

/* Appends line (len bytes, no newline in it) to out, broken into lines of at most width bytes where
 * a break is possible: a name longer than a line stays whole. Borrows line. */
void wrap_line(struct arena_buf *out, const char *line, size_t len, size_t width);

/* Appends the words of text to a comment whose lines begin with prefix, filling lines up to width.
 * A newline in text begins a new line. Borrows all. */
void wrap_comment(struct arena_buf *out, const char *prefix, const char *text, size_t width);

#endif
