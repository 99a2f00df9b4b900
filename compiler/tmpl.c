/* tmpl.c - text from templates that look like what they make.
 *
 * Idea: a template is copied piece by piece, so its cost is that of copying. Finished lines are
 * looked at once, and only those that are too long are laid out again. The text grows in chunks
 * that never move and are used again for the next file; taking a file makes its one exact copy. */
#include "tmpl.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "wrap.h"

enum { CHUNK = 64 * 1024 };

struct tmpl_chunk {
    struct tmpl_chunk *next;
    size_t len;
    size_t cap;
    char *data;
};

static struct tmpl_chunk *new_chunk(struct arena *a, size_t cap)
{
    struct tmpl_chunk *c = ARENA_NEW(a, struct tmpl_chunk);
    c->data = arena_alloc(a, cap);
    c->cap = cap;
    return c;
}

void tmpl_init(struct tmpl *t, struct arena *a)
{
    *t = (struct tmpl){ .arena = a };
    t->first = t->last = new_chunk(a, CHUNK);
    arena_buf_init(&t->wrapped, a);
}

/* A chunk with room for need bytes behind those of the unfinished line, which moves into it. */
static void next_chunk(struct tmpl *t, size_t need)
{
    struct tmpl_chunk *from = t->last;
    size_t moved = from->len - t->line;
    struct tmpl_chunk *to = from->next;
    if (!to || to->cap < moved + need) {
        to = new_chunk(t->arena, 2 * (moved + need) > CHUNK ? 2 * (moved + need) : CHUNK);
        to->next = from->next;
        from->next = to;
    }
    memcpy(to->data, from->data + t->line, moved);
    from->len = t->line;
    to->len = moved;
    t->line = 0;
    t->last = to;
}

static void append(struct tmpl *t, const char *bytes, size_t len)
{
    if (t->last->cap - t->last->len < len)
        next_chunk(t, len);
    memcpy(t->last->data + t->last->len, bytes, len);
    t->last->len += len;
}

/* Lays out again the line that begins at t->line and is len bytes long; the rest moves behind. */
static void wrap(struct tmpl *t, size_t len)
{
    struct tmpl_chunk *c = t->last;
    t->wrapped.len = 0;
    wrap_line(&t->wrapped, c->data + t->line, len, TMPL_WIDTH);
    size_t line_len = t->wrapped.len, rest = c->len - t->line - len;
    if (c->cap - c->len < line_len) {
        next_chunk(t, line_len);
        c = t->last;
    }
    memmove(c->data + t->line + line_len, c->data + t->line + len, rest);
    memcpy(c->data + t->line, t->wrapped.data, line_len);
    c->len = t->line + line_len + rest;
    t->line += line_len;
}

/* Looks at the lines that are finished since the last look. */
static void finish_lines(struct tmpl *t)
{
    for (;;) {
        const char *begin = t->last->data + t->line;
        const char *end = memchr(begin, '\n', t->last->len - t->line);
        if (!end)
            return;
        size_t len = (size_t)(end - begin);
        if (len > TMPL_WIDTH)
            wrap(t, len);
        else
            t->line += len;
        t->line++;
    }
}

/* A value's later lines get the blanks that its first line began with. */
static void append_value(struct tmpl *t, const char *value)
{
    const char *end = strchr(value, '\n');
    if (!end) {
        append(t, value, strlen(value));
        return;
    }
    char blanks[TMPL_WIDTH];
    size_t indent = 0, have = t->last->len;
    size_t line = have;
    while (line > t->line && t->last->data[line - 1] != '\n')
        line--;
    while (line + indent < have && indent < sizeof blanks && t->last->data[line + indent] == ' ')
        indent++;
    memset(blanks, ' ', indent);
    for (; end; end = strchr(value, '\n')) {
        append(t, value, (size_t)(end - value) + 1);
        value = end + 1;
        if (*value != '\n')
            append(t, blanks, indent);
    }
    append(t, value, strlen(value));
}

static const char *find_value(const struct tmpl_var *vars, const char *name, size_t len)
{
    for (; vars->name; vars++)
        if (vars->name_len == len && memcmp(vars->name, name, len) == 0)
            return vars->value;
    return NULL;
}

void tmpl_put(struct tmpl *t, const char *text, const struct tmpl_var *vars)
{
    for (;;) {
        const char *dollar = strchr(text, '$');
        const char *close = dollar ? strchr(dollar + 1, '$') : NULL;
        if (!close)
            break;
        append(t, text, (size_t)(dollar - text));
        const char *value = find_value(vars, dollar + 1, (size_t)(close - dollar) - 1);
        if (close == dollar + 1)
            append(t, "$", 1);
        else if (value)
            append_value(t, value);
        else
            append(t, dollar, (size_t)(close - dollar) + 1);
        text = close + 1;
    }
    append(t, text, strlen(text));
    finish_lines(t);
}

void tmpl_raw(struct tmpl *t, const char *text)
{
    append(t, text, strlen(text));
    finish_lines(t);
}

size_t tmpl_size(const struct tmpl *t)
{
    size_t total = 0;
    for (const struct tmpl_chunk *c = t->first; c != t->last->next; c = c->next)
        total += c->len;
    return total;
}

void tmpl_trim(struct tmpl *t)
{
    struct tmpl_chunk *c = t->last;
    while (c->len > 1 && c->data[c->len - 1] == '\n' && c->data[c->len - 2] == '\n')
        c->len--;
    t->line = c->len;
}

char *tmpl_take(struct tmpl *t, size_t *size)
{
    size_t total = tmpl_size(t);
    char *all = arena_alloc(t->arena, total + 1), *to = all;
    for (struct tmpl_chunk *c = t->first;; c = c->next) {
        memcpy(to, c->data, c->len);
        to += c->len;
        c->len = 0;
        if (c == t->last)
            break;
    }
    t->last = t->first;
    t->line = 0;
    *size = total;
    return all;
}

/* A mark that reorders the text around it (U+202A to U+202E, U+2066 to U+2069): compilers refuse
 * them, since what is read is not what is there. */
static bool is_bidi_mark(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return u[0] == 0xe2 && ((u[1] == 0x80 && u[2] >= 0xaa && u[2] <= 0xae) ||
                            (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9));
}

/* Bytes at p that may not stand in a comment: 1 for half of a mark that would begin or end one or
 * splice lines, 0 if all is well. */
static size_t unsafe_length(const char *p)
{
    if (((unsigned char)*p < ' ' && *p != '\n') || *p == 0x7f)
        return 1;
    if ((p[0] == '*' && p[1] == '/') || (p[0] == '/' && p[1] == '*') ||
        (p[0] == '?' && p[1] == '?'))
        return 1;
    return is_bidi_mark(p) ? 3 : 0;
}

const char *tmpl_comment_safe(struct arena *a, const char *text)
{
    const char *p = text;
    while (*p && unsafe_length(p) == 0)
        p++;
    if (!*p)
        return text;
    struct arena_buf b;
    arena_buf_init(&b, a);
    for (p = text; *p;) {
        size_t n = unsafe_length(p);
        if (n == 1 && (*p == '*' || *p == '/' || *p == '?'))
            arena_buf_printf(&b, "%c ", *p);
        else if (n > 0)
            arena_buf_put(&b, " ", 1);
        else
            arena_buf_put(&b, p, 1);
        p += n > 0 ? n : 1;
    }
    return b.data;
}

void tmpl_comment(struct tmpl *t, size_t indent, const char *head, const char *doc)
{
    char prefix[TMPL_WIDTH];
    if (!head && !doc)
        return;
    indent = indent < TMPL_WIDTH / 2 ? indent : TMPL_WIDTH / 2;
    memset(prefix, ' ', indent);
    memcpy(prefix + indent, " * ", 4);
    struct arena_buf b;
    arena_buf_init(&b, t->arena);
    arena_buf_put(&b, prefix, indent);
    arena_buf_puts(&b, "/* ");
    const char *both = head && doc ? TMPL_JOIN(t->arena, head, "\n", doc) : head ? head : doc;
    wrap_comment(&b, prefix, tmpl_comment_safe(t->arena, both), TMPL_WIDTH - 3);
    arena_buf_puts(&b, " */\n");
    append(t, b.data, b.len);
    t->line = t->last->len;
}

const char *tmpl_string(struct arena *a, const char *bytes, size_t len)
{
    struct arena_buf b;
    arena_buf_init(&b, a);
    arena_buf_puts(&b, "\"");
    size_t escape = 0; /* so many bytes must be escaped */
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (len - i >= 3 && is_bidi_mark(bytes + i))
            escape = 3;
        if (c == '\n')
            arena_buf_puts(&b, "\\n");
        else if (c == '"' || c == '\\' || c == '?') /* two ? could begin a trigraph */
            arena_buf_printf(&b, "\\%c", c);
        else if (escape > 0 || c < ' ' || c == 0x7f)
            arena_buf_printf(&b, "\\%03o", c);
        else
            arena_buf_put(&b, bytes + i, 1);
        escape -= escape > 0;
    }
    arena_buf_puts(&b, "\"");
    return b.data;
}

const char *tmpl_join(struct arena *a, const char *const *parts)
{
    size_t len = 0;
    for (const char *const *p = parts; *p; p++)
        len += strlen(*p);
    char *all = arena_alloc(a, len + 1), *to = all;
    for (const char *const *p = parts; *p; p++) {
        size_t n = strlen(*p);
        memcpy(to, *p, n);
        to += n;
    }
    return all;
}

const char *tmpl_number(struct arena *a, unsigned long long number)
{
    char text[24];
    char *p = text + sizeof text;
    do
        *--p = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    return arena_copy(a, p, (size_t)(text + sizeof text - p));
}
