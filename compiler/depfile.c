/* depfile.c - what was made from what, as rules for make.
 *
 * Idea: make's quoting is odd: '$' is doubled, '#' and ':' take a backslash, and a blank takes one
 * more than twice the backslashes before it; any other backslash stands for itself. */
#include "depfile.h"

#include <string.h>

enum { MAX_COLUMN = 78 };

void depfile_add(struct depfile_names *names, struct arena *a, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return;
    if (names->count == names->cap) {
        size_t cap = names->cap ? names->cap * 2 : 16;
        const char **items = ARENA_ARRAY(a, const char *, cap);
        if (names->count > 0)
            memcpy(items, names->items, names->count * sizeof *items);
        names->items = items;
        names->cap = cap;
    }
    names->items[names->count++] = name;
}

static void put_escaped(struct arena_buf *out, const char *name)
{
    size_t backslashes = 0;
    for (const char *p = name; *p; p++) {
        switch (*p) {
        case ' ':
        case '\t': arena_buf_fill(out, '\\', backslashes + 1); break;
        case '#':
        case ':': arena_buf_put(out, "\\", 1); break;
        case '$': arena_buf_put(out, "$", 1); break;
        default: break;
        }
        backslashes = *p == '\\' ? backslashes + 1 : 0;
        arena_buf_put(out, p, 1);
    }
}

/* Puts a name behind a blank, or on the next line if it would not fit on this one. */
static void put_name(struct arena_buf *out, const char *name, bool raw, size_t *line_start)
{
    size_t before = out->len;
    if (out->len > *line_start)
        arena_buf_puts(out, " ");
    if (raw)
        arena_buf_puts(out, name);
    else
        put_escaped(out, name);
    if (out->len - *line_start <= MAX_COLUMN || before == *line_start)
        return;
    char *text = arena_copy(out->arena, out->data + before, out->len - before);
    out->len = before;
    arena_buf_puts(out, " \\\n");
    *line_start = out->len;
    arena_buf_puts(out, text);
}

void depfile_rule(struct arena_buf *out, const struct depfile_names *targets, bool targets_are_raw,
                  const struct depfile_names *prerequisites)
{
    size_t line_start = out->len;
    for (size_t i = 0; i < targets->count; i++)
        put_name(out, targets->items[i], targets_are_raw, &line_start);
    arena_buf_puts(out, ":");
    for (size_t i = 0; i < prerequisites->count; i++)
        put_name(out, prerequisites->items[i], false, &line_start);
    arena_buf_puts(out, "\n");
}

static bool has(const struct depfile_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

void depfile_phony(struct arena_buf *out, const struct depfile_names *names,
                   const struct depfile_names *specs)
{
    for (size_t i = 0; i < names->count; i++) {
        if (has(specs, names->items[i]))
            continue;
        put_escaped(out, names->items[i]);
        arena_buf_puts(out, ":\n");
    }
}

bool depfile_can_name(const char *name)
{
    return strpbrk(name, "\r\n") == NULL;
}
