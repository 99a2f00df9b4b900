/* wrap.c - breaking a long line of C.
 *
 * Idea: one walk over the line keeps, per depth of brackets, the last place where it may be broken.
 * When the width is passed, the outermost of these places is used and the walk goes on from there.
 * Where arguments do not fit behind their bracket, the line is laid out again in another manner:
 * the arguments hung four columns in, or the name of a function on a line of its own; the manner
 * with the fewest lines that are too long is kept. Columns are counted in bytes, which is never
 * less than what is seen. */
#include "wrap.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MAX_DEPTH = 24, HANG = 4 };

enum manner { ALIGNED, NAME_ALONE, HUNG, MANNER_COUNT };

/* What is put around the newline. */
enum glue { PLAIN, IN_STRING };

/* A place where the line may be broken. */
struct stop {
    bool set;
    enum glue glue;
    size_t from;   /* in the line: what the next line begins with */
    size_t out;    /* in the output: where this line would end */
    size_t indent; /* of the next line */
    unsigned depth;
};

struct walk {
    const char *line;
    size_t len;
    size_t width;
    struct arena_buf *out;
    enum manner manner;
    size_t base;   /* the line's own indentation */
    size_t at;     /* in line */
    size_t begin;  /* where in line this output line began */
    size_t column; /* in the output line */
    unsigned depth;
    size_t align[MAX_DEPTH]; /* column behind each open bracket */
    struct stop stops[MAX_DEPTH + 1];
    struct stop string_stop; /* inside a string */
    bool string_blank;       /* string_stop is behind a blank */
    struct stop last_resort; /* between two words outside brackets */
    size_t string_column;    /* where the open string began */
    bool in_string;
    bool in_comment;
    bool directive; /* a # line: newlines need a backslash */
    bool hung;      /* the first bracket was hung */
    unsigned too_long;
    bool counted; /* this output line was counted in too_long */
};

/* How long an output line may be that is not the last one. */
static size_t room_of(const struct walk *w)
{
    return w->directive ? w->width - 2 : w->width;
}

static void forget_stops(struct walk *w)
{
    for (unsigned i = 0; i <= MAX_DEPTH; i++)
        w->stops[i].set = false;
    w->string_stop.set = w->string_blank = w->last_resort.set = false;
}

static void set_stop(struct walk *w, struct stop *s, size_t indent, enum glue glue)
{
    *s = (struct stop){ true, glue, w->at, w->out->len, indent, w->depth };
    while (glue == PLAIN && s->from < w->len && w->line[s->from] == ' ')
        s->from++;
    s->set = s->from > w->begin; /* else nothing would be gained, for ever */
}

/* The outermost place of this output line, or NULL. */
static struct stop *best_stop(struct walk *w)
{
    for (unsigned i = 0; i <= MAX_DEPTH; i++)
        if (w->stops[i].set)
            return &w->stops[i];
    if (w->string_stop.set)
        return &w->string_stop;
    return w->last_resort.set ? &w->last_resort : NULL;
}

static void break_at(struct walk *w, const struct stop *s)
{
    struct stop stop = *s;
    w->out->len = stop.out;
    if (stop.glue == IN_STRING)
        arena_buf_puts(w->out, "\"");
    while (w->out->len && w->out->data[w->out->len - 1] == ' ' && stop.glue == PLAIN)
        w->out->len--;
    arena_buf_puts(w->out, w->directive ? " \\\n" : "\n");
    arena_buf_fill(w->out, ' ', stop.indent);
    w->column = stop.indent;
    if (stop.glue == IN_STRING) {
        arena_buf_puts(w->out, "\"");
        w->string_column = w->column++;
    }
    w->in_string = stop.glue == IN_STRING;
    w->in_comment = false;
    w->at = w->begin = stop.from;
    w->depth = stop.depth;
    w->counted = false;
    forget_stops(w);
}

static void copy(struct walk *w, size_t count)
{
    arena_buf_put(w->out, w->line + w->at, count);
    w->at += count;
    w->column += count;
}

/* Bytes of the character or escape at w->at inside a string. */
static size_t string_step(const struct walk *w)
{
    const char *p = w->line + w->at;
    size_t left = w->len - w->at, n = 1;
    if (*p == '\\' && left > 1) {
        for (n = 2; n < 4 && n < left && p[1] >= '0' && p[1] <= '7' && p[n] >= '0' && p[n] <= '7';)
            n++;
        return n;
    }
    while (n < left && ((unsigned char)p[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static void walk_string(struct walk *w)
{
    if (w->line[w->at] == '"') {
        copy(w, 1);
        w->in_string = false;
        return;
    }
    bool blank = w->line[w->at] == ' ';
    copy(w, string_step(w));
    size_t room = room_of(w) - 1;
    bool more = w->at < w->len && w->line[w->at] != '"';
    if (more && w->column < room && (blank || !w->string_blank)) {
        set_stop(w, &w->string_stop, w->string_column, IN_STRING);
        w->string_blank = blank;
    }
}

static void open_bracket(struct walk *w)
{
    char bracket = w->line[w->at];
    bool outermost = w->depth == 0;
    copy(w, 1);
    if (w->depth < MAX_DEPTH)
        w->align[w->depth] = w->column;
    w->depth++;
    if (w->manner == HUNG && bracket == '(' && outermost && !w->hung && !w->directive) {
        w->hung = true;
        w->align[0] = w->base + HANG;
        set_stop(w, &w->stops[1], w->base + HANG, PLAIN);
        break_at(w, &w->stops[1]);
    }
}

/* A declaration of a function: its name, where it moves to a new line, is not indented. */
static bool names_function(const struct walk *w)
{
    const char *open = memchr(w->line, '(', w->len);
    return open && w->base == 0 && !w->directive && !memchr(w->line, '=', (size_t)(open - w->line));
}

/* The name before the first bracket of a declaration stands on its own line in this manner. */
static size_t name_place(const struct walk *w)
{
    const char *open = memchr(w->line, '(', w->len);
    if (w->manner != NAME_ALONE || !names_function(w))
        return 0;
    const char *p = open;
    while (p > w->line && p[-1] != ' ' && p[-1] != '*')
        p--;
    return (size_t)(p - w->line);
}

static bool starts(const struct walk *w, const char *text)
{
    size_t n = strlen(text);
    return w->len - w->at >= n && memcmp(w->line + w->at, text, n) == 0;
}

static void walk_code(struct walk *w)
{
    char c = w->line[w->at];
    unsigned level = w->depth < MAX_DEPTH ? w->depth : MAX_DEPTH;
    if (c == '"') {
        w->string_column = w->column;
        w->in_string = true;
        copy(w, 1);
    } else if (c == '(' || c == '{' || c == '[') {
        open_bracket(w);
    } else if (c == ')' || c == '}' || c == ']') {
        copy(w, 1);
        w->depth -= w->depth > 0;
    } else if (starts(w, "/*")) {
        set_stop(w, &w->stops[MAX_DEPTH], w->base, PLAIN);
        w->in_comment = true;
        copy(w, 2);
    } else if (starts(w, ", ")) {
        copy(w, 1);
        if (w->column <= room_of(w) || !best_stop(w))
            set_stop(w, &w->stops[level], level > 0 ? w->align[level - 1] : w->base, PLAIN);
    } else if (starts(w, "= ") && w->depth == 0) {
        copy(w, 1);
        set_stop(w, &w->stops[MAX_DEPTH], w->base + HANG, PLAIN);
    } else if (starts(w, " - ") || starts(w, " ? ") || starts(w, " : ")) {
        set_stop(w, &w->last_resort, level > 0 ? w->align[level - 1] : w->base + HANG, PLAIN);
        copy(w, 3);
    } else if (c == ' ' && (w->directive || w->depth == 0)) {
        set_stop(w, &w->last_resort, names_function(w) ? 0 : w->base + HANG, PLAIN);
        copy(w, 1);
    } else {
        copy(w, 1);
    }
}

static void step(struct walk *w)
{
    if (w->in_comment) {
        w->in_comment = !starts(w, "*/");
        copy(w, w->in_comment ? 1 : 2);
    } else if (w->in_string) {
        walk_string(w);
    } else {
        walk_code(w);
    }
}

/* Lays the line out in one manner; returns how many lines stay too long. */
static unsigned lay_out(struct walk *w, enum manner manner)
{
    w->manner = manner;
    w->at = w->begin = w->column = 0;
    w->depth = 0;
    w->in_string = w->in_comment = w->hung = w->counted = false;
    w->too_long = 0;
    forget_stops(w);
    size_t name = name_place(w);
    size_t room = room_of(w);
    while (w->at < w->len) {
        if (name && w->at == name) {
            set_stop(w, &w->stops[0], 0, PLAIN);
            break_at(w, &w->stops[0]);
            name = 0;
        }
        step(w);
        bool last = w->at == w->len;
        if (w->column <= (last ? w->width : room))
            continue;
        const struct stop *s = best_stop(w);
        if (s) {
            break_at(w, s);
        } else if (!w->counted) {
            w->counted = true;
            w->too_long++;
        }
    }
    return w->too_long;
}

void wrap_line(struct arena_buf *out, const char *line, size_t len, size_t width)
{
    struct walk w = { .line = line, .len = len, .width = width, .out = out };
    while (w.base < len && line[w.base] == ' ')
        w.base++;
    w.directive = w.base < len && line[w.base] == '#';
    size_t begin = out->len;
    unsigned fewest = UINT32_MAX;
    enum manner best = ALIGNED;
    for (enum manner m = ALIGNED; m < MANNER_COUNT && fewest > 0; m++) {
        out->len = begin;
        unsigned too_long = lay_out(&w, m);
        if (too_long < fewest) {
            fewest = too_long;
            best = m;
        }
    }
    if (fewest > 0) {
        out->len = begin;
        lay_out(&w, best);
    }
}

static size_t word_length(const char *p)
{
    return strcspn(p, " \n");
}

void wrap_comment(struct arena_buf *out, const char *prefix, const char *text, size_t width)
{
    size_t column = strlen(prefix);
    const char *p = text;
    bool fresh = false; /* nothing stands on this line behind its prefix */
    while (*p) {
        if (*p == '\n') {
            while (out->len && out->data[out->len - 1] == ' ')
                out->len--;
            arena_buf_puts(out, "\n");
            arena_buf_puts(out, prefix);
            column = strlen(prefix);
            fresh = true;
            p++;
            continue;
        }
        size_t blanks = strspn(p, " "), word = word_length(p + blanks);
        if (!fresh && word && column + blanks + word > width) {
            arena_buf_puts(out, "\n");
            arena_buf_puts(out, prefix);
            column = strlen(prefix);
            blanks = 0;
            p += strspn(p, " ");
        }
        arena_buf_put(out, p, blanks + word);
        column += blanks + word;
        p += blanks + word;
        fresh = false;
    }
    while (out->len && out->data[out->len - 1] == ' ')
        out->len--;
}
