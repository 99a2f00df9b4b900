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

/* A place where the line may be broken. Their order is that in which they are used: the outermost
 * bracket first. */
enum { STOP_WEAK = MAX_DEPTH + 1, STOP_STRING, STOP_LAST, STOP_COUNT };

struct stop {
    size_t end;    /* in the line: where this output line would end */
    size_t from;   /* ... and what the next one begins with */
    size_t indent; /* of the next one */
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
    size_t begin;  /* where in line this output line begins */
    size_t indent; /* of this output line; its first one has its blanks in the line */
    unsigned depth;
    size_t align[MAX_DEPTH + 1]; /* column behind each open bracket */
    uint32_t set;                /* bit i: stops[i] is one of this output line */
    struct stop stops[STOP_COUNT];
    size_t string_column; /* where the open string began */
    bool in_string;
    bool in_comment;
    bool string_blank; /* the stop in the string is behind a blank */
    bool directive;    /* a # line: newlines need a backslash */
    bool function;     /* a declaration of one: its name is not indented on a line of its own */
    bool hung;         /* the first bracket was hung */
    bool counted;      /* this output line was counted in too_long */
    unsigned too_long;
};

static size_t column(const struct walk *w)
{
    return w->indent + (w->at - w->begin);
}

/* How long an output line may be that is not the last one. */
static size_t room_of(const struct walk *w)
{
    return w->directive ? w->width - 2 : w->width;
}

static void set_stop(struct walk *w, unsigned which, size_t indent)
{
    struct stop *s = &w->stops[which];
    s->end = s->from = w->at;
    if (which != STOP_STRING)
        while (s->from < w->len && w->line[s->from] == ' ')
            s->from++;
    while (which != STOP_STRING && s->end > w->begin && w->line[s->end - 1] == ' ')
        s->end--;
    s->indent = indent;
    s->depth = w->depth;
    if (s->from > w->begin) /* else nothing would be gained, for ever */
        w->set |= 1u << which;
}

static void break_at(struct walk *w, unsigned which)
{
    const struct stop s = w->stops[which];
    bool string = which == STOP_STRING;
    /* a comma that is itself past the width: the only place there was */
    w->too_long += !w->counted && w->indent + (s.end - w->begin) > room_of(w);
    arena_buf_put(w->out, w->line + w->begin, s.end - w->begin);
    if (string)
        arena_buf_put(w->out, "\"", 1);
    arena_buf_puts(w->out, w->directive ? " \\\n" : "\n");
    arena_buf_fill(w->out, ' ', s.indent);
    if (string)
        arena_buf_put(w->out, "\"", 1);
    w->string_column = s.indent;
    w->in_string = string;
    w->in_comment = w->string_blank = w->counted = false;
    w->indent = s.indent + string;
    w->at = w->begin = s.from;
    w->depth = s.depth;
    w->set = 0;
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
        w->at++;
        w->in_string = false;
        return;
    }
    bool blank = w->line[w->at] == ' ';
    w->at += string_step(w);
    bool more = w->at < w->len && w->line[w->at] != '"';
    if (more && column(w) < room_of(w) - 1 && (blank || !w->string_blank)) {
        set_stop(w, STOP_STRING, w->string_column);
        w->string_blank = blank;
    }
}

static void open_bracket(struct walk *w)
{
    bool hang = w->line[w->at] == '(' && w->depth == 0 && w->manner == HUNG && !w->hung;
    w->at++;
    if (w->depth < MAX_DEPTH)
        w->align[w->depth] = column(w);
    w->depth++;
    if (hang && !w->directive) {
        w->hung = true;
        w->align[0] = w->base + HANG;
        set_stop(w, 1, w->base + HANG);
        break_at(w, 1);
    }
}

static bool declares_function(const struct walk *w)
{
    const char *open = memchr(w->line, '(', w->len);
    return open && w->base == 0 && !w->directive && !memchr(w->line, '=', (size_t)(open - w->line));
}

/* The name before the first bracket of a declaration stands on its own line in this manner. */
static size_t name_place(const struct walk *w)
{
    if (w->manner != NAME_ALONE || !w->function)
        return 0;
    const char *p = memchr(w->line, '(', w->len);
    while (p > w->line && p[-1] != ' ' && p[-1] != '*')
        p--;
    return (size_t)(p - w->line);
}

/* Where a line goes on that is broken at this depth. */
static size_t aligned(const struct walk *w, size_t outside)
{
    return w->depth == 0 ? outside : w->align[(w->depth < MAX_DEPTH ? w->depth : MAX_DEPTH) - 1];
}

static char next_char(const struct walk *w)
{
    return w->at + 1 < w->len ? w->line[w->at + 1] : '\0';
}

static void walk_comma(struct walk *w)
{
    /* A note at the end of a row stays with the row. */
    bool stop = next_char(w) == ' ' && !(w->at + 2 < w->len && w->line[w->at + 2] == '/');
    w->at++;
    if (stop && (column(w) <= room_of(w) || w->set == 0))
        set_stop(w, w->depth < MAX_DEPTH ? w->depth : MAX_DEPTH, aligned(w, w->base));
}

static void walk_blank(struct walk *w)
{
    if (w->directive || w->depth == 0)
        set_stop(w, STOP_LAST, w->function ? 0 : w->base + HANG);
    w->at++;
}

/* Operators of which the line may be broken before or behind. */
static void walk_operator(struct walk *w)
{
    char c = w->line[w->at], next = next_char(w);
    bool apart = next == ' ' && w->at > w->begin && w->line[w->at - 1] == ' ';
    if (c == '/' && next == '*') {
        set_stop(w, STOP_WEAK, w->base);
        w->in_comment = true;
        w->at++;
    } else if ((c == '-' && next == '>') || (apart && (c == '-' || c == '?' || c == ':'))) {
        set_stop(w, STOP_LAST, aligned(w, w->base + HANG));
        w->at++;
    }
    w->at++;
    if (c == '=' && next == ' ' && w->depth == 0)
        set_stop(w, STOP_WEAK, w->base + HANG);
}

/* Characters that walk_code() looks at: 1 outside of brackets, 2 inside, 3 both. */
static const unsigned char special[256] = {
    ['"'] = 3, ['('] = 3, [')'] = 3, ['{'] = 3, ['}'] = 3, ['['] = 3, [']'] = 3,
    [','] = 3, ['/'] = 3, ['-'] = 3, ['?'] = 3, [':'] = 3, ['='] = 1, [' '] = 1,
};

static void walk_code(struct walk *w)
{
    const char *line = w->line;
    switch (line[w->at]) {
    case '"':
        w->string_column = column(w);
        w->in_string = true;
        w->at++;
        return;
    case '(':
    case '{':
    case '[': open_bracket(w); return;
    case ')':
    case '}':
    case ']':
        w->at++;
        w->depth -= w->depth > 0;
        return;
    case ',': walk_comma(w); return;
    case ' ': walk_blank(w); return;
    case '-':
    case '/':
    case '?':
    case ':':
    case '=': walk_operator(w); return;
    default: break;
    }
    size_t at = w->at + 1, len = w->len;
    unsigned here = w->depth > 0 && !w->directive ? 2 : 1;
    while (at < len && !(special[(unsigned char)line[at]] & here))
        at++;
    w->at = at;
}

static void step(struct walk *w)
{
    if (w->in_comment) {
        const char *end = memchr(w->line + w->at, '/', w->len - w->at);
        w->at = end ? (size_t)(end - w->line) + 1 : w->len;
        w->in_comment = end && end[-1] != '*';
    } else if (w->in_string) {
        walk_string(w);
    } else {
        walk_code(w);
    }
}

/* The first of those that are set. */
static unsigned best_stop(const struct walk *w)
{
    unsigned i = 0;
    while (!(w->set >> i & 1u))
        i++;
    return i;
}

static void begin_walk(struct walk *w, enum manner manner)
{
    w->manner = manner;
    w->at = w->begin = w->indent = 0;
    w->depth = 0;
    w->set = 0;
    w->in_string = w->in_comment = w->string_blank = w->hung = w->counted = false;
    w->too_long = 0;
}

/* Lays the line out in one manner; w->too_long says how many lines stay too long. */
static void lay_out(struct walk *w, enum manner manner)
{
    begin_walk(w, manner);
    size_t name = name_place(w), room = room_of(w);
    while (w->at < w->len) {
        if (name && w->at >= name) {
            w->at = name;
            set_stop(w, 0, 0);
            break_at(w, 0);
            name = 0;
        }
        step(w);
        if (column(w) <= (w->at == w->len ? w->width : room))
            continue;
        if (w->set) {
            break_at(w, best_stop(w));
        } else if (!w->counted) {
            w->counted = true;
            w->too_long++;
        }
    }
    arena_buf_put(w->out, w->line + w->begin, w->len - w->begin);
}

void wrap_line(struct arena_buf *out, const char *line, size_t len, size_t width)
{
    struct walk w;
    w.line = line;
    w.len = len;
    w.width = width;
    w.out = out;
    w.base = 0;
    while (w.base < len && line[w.base] == ' ')
        w.base++;
    w.directive = w.base < len && line[w.base] == '#';
    w.function = declares_function(&w);
    w.string_column = 0;
    size_t begin = out->len;
    unsigned fewest = UINT32_MAX;
    enum manner best = ALIGNED;
    for (enum manner m = ALIGNED; m < MANNER_COUNT && fewest > 0; m++) {
        out->len = begin;
        lay_out(&w, m);
        if (w.too_long < fewest) {
            fewest = w.too_long;
            best = m;
        }
    }
    if (fewest > 0) {
        out->len = begin;
        lay_out(&w, best);
    }
}

void wrap_comment(struct arena_buf *out, const char *prefix, const char *text, size_t width)
{
    size_t column = strlen(prefix);
    bool fresh = false; /* nothing stands on this line behind its prefix */
    for (const char *p = text; *p;) {
        size_t blanks = strspn(p, " "), word = strcspn(p + blanks, " \n");
        bool end = *p == '\n';
        if (end || (!fresh && word && column + blanks + word > width)) {
            while (out->len && out->data[out->len - 1] == ' ')
                out->len--;
            arena_buf_puts(out, "\n");
            arena_buf_puts(out, prefix);
            column = strlen(prefix);
            p += end ? 1 : blanks;
            blanks = 0;
        }
        fresh = end;
        if (end)
            continue;
        arena_buf_put(out, p, blanks + word);
        column += blanks + word;
        p += blanks + word;
    }
    while (out->len && out->data[out->len - 1] == ' ')
        out->len--;
}
