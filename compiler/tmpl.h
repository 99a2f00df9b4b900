/* tmpl.h - text from templates that look like what they make.
 *
 * Idea: a template is C with $name$ in it. Every name is looked up in a short list of variables; a
 * line that comes out longer than TMPL_WIDTH is broken the way the house style breaks it, so no
 * emitter counts columns. Comments are filled and made safe here, string literals escaped.
 *
 *     tmpl_put(t, "otp_status $c$(otp_dest dest_$params$);\n",
 *              (struct tmpl_var[]){TMPL_VAR("c", m->c_name), TMPL_VAR("params", p), TMPL_END}); */
#ifndef OTPC_TMPL_H
#define OTPC_TMPL_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

enum { TMPL_WIDTH = 100 };

struct tmpl_var {
    const char *name;
    unsigned name_len;
    bool lines; /* the value may have several */
    const char *value;
};

#define TMPL_VAR(name, value)                                                                      \
    {                                                                                              \
        (name), sizeof(name) - 1, false, (value)                                                   \
    }
#define TMPL_LINES(name, value)                                                                    \
    {                                                                                              \
        (name), sizeof(name) - 1, true, (value)                                                    \
    }
#define TMPL_END                                                                                   \
    {                                                                                              \
        NULL, 0, false, NULL                                                                       \
    }

enum { TMPL_KNOWN = 512 };

/* Output in the making, one file after the other. */
struct tmpl {
    struct arena *arena;
    struct tmpl_parsed *known[TMPL_KNOWN]; /* templates that were used, by their address */
    char *data;
    size_t len;
    size_t cap;
    size_t line;              /* where the line begins that is not finished yet */
    struct arena_buf wrapped; /* of the line that is being broken */
};

void tmpl_init(struct tmpl *t, struct arena *a);

/* Appends text, a constant, with every $name$ replaced; $$ is a dollar. Borrows all. Of the lines
 * of a TMPL_LINES the later ones get the indentation of the line it stands on. vars ends with
 * TMPL_END. A name that is not among vars stays as it is written: a fault of the emitter that no C
 * compiler accepts. */
void tmpl_put(struct tmpl *t, const char *text, const struct tmpl_var *vars);

/* Appends text as it is, dollars too; lines are broken as above. */
void tmpl_raw(struct tmpl *t, const char *text);

/* Takes away blank lines at the end. */
void tmpl_trim(struct tmpl *t);

/* All that was appended, NUL-terminated, *size bytes; t is empty again. The arena's. */
char *tmpl_take(struct tmpl *t, size_t *size);

/* Appends a comment: head, then the lines of doc, filled to the width, each behind indent blanks.
 * head or doc may be NULL, then it is left out; nothing comes of two NULLs. */
void tmpl_comment(struct tmpl *t, size_t indent, const char *head, const char *doc);

/* The text as it may stand inside a comment: no end mark, no control characters. The arena's, or
 * text itself if there is nothing to mend. */
const char *tmpl_comment_safe(struct arena *a, const char *text);

/* A C string literal with its quotes. The arena's. */
const char *tmpl_string(struct arena *a, const char *bytes, size_t len);

/* All of parts, which ends with NULL, as one text. The arena's. */
const char *tmpl_join(struct arena *a, const char *const *parts);
#define TMPL_JOIN(a, ...) tmpl_join((a), (const char *const[]){ __VA_ARGS__, NULL })

/* A decimal number. The arena's. */
const char *tmpl_number(struct arena *a, unsigned long long number);

#endif
