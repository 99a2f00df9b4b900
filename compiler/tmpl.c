/* tmpl.c - text from templates that look like what they make.
 *
 * Idea: a template is cut into pieces when it is first used, and remembered by its address, so that
 * using it costs little more than copying. Finished lines are looked at once, and only those that
 * are too long are laid out again. A small file is copied out of the buffer, which the next one
 * uses again; a large one takes the buffer with it. */
#include "tmpl.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "wrap.h"

enum { FIRST_CAP = 64 * 1024, LARGE = 1024 * 1024 };

static void new_buffer(struct tmpl *t)
{
    t->data = arena_alloc(t->arena, FIRST_CAP);
    t->cap = FIRST_CAP;
    t->len = t->line = 0;
}

void tmpl_init(struct tmpl *t, struct arena *a)
{
    *t = (struct tmpl){ .arena = a };
    arena_buf_init(&t->wrapped, a);
    new_buffer(t);
}

/* Room for need more bytes. Growing fourfold leaves at most a third of the text behind in smaller
 * buffers; what is not used of the last one was never touched. */
static void grow(struct tmpl *t, size_t need)
{
    size_t cap = 4 * t->cap > t->len + need ? 4 * t->cap : 2 * (t->len + need);
    char *data = arena_alloc(t->arena, cap);
    memcpy(data, t->data, t->len);
    t->data = data;
    t->cap = cap;
}

static inline void append(struct tmpl *t, const char *bytes, size_t len)
{
    if (t->cap - t->len < len)
        grow(t, len);
    memcpy(t->data + t->len, bytes, len);
    t->len += len;
}

/* Lays out again the line that begins at t->line and is len bytes long; the rest moves behind. */
static void wrap(struct tmpl *t, size_t len)
{
    t->wrapped.len = 0;
    wrap_line(&t->wrapped, t->data + t->line, len, TMPL_WIDTH);
    size_t line_len = t->wrapped.len, rest = t->len - t->line - len;
    if (t->cap - t->len < line_len)
        grow(t, line_len);
    char *line = t->data + t->line;
    memmove(line + line_len, line + len, rest);
    memcpy(line, t->wrapped.data, line_len);
    t->len = t->line + line_len + rest;
    t->line += line_len;
}

/* Looks at the lines that are finished since the last look. */
static void finish_lines(struct tmpl *t)
{
    for (;;) {
        const char *begin = t->data + t->line;
        const char *end = memchr(begin, '\n', t->len - t->line);
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

/* The value's later lines get the blanks that its first line began with. */
static void append_lines(struct tmpl *t, const char *value)
{
    char blanks[TMPL_WIDTH];
    size_t line = t->len, indent = 0;
    while (line > t->line && t->data[line - 1] != '\n')
        line--;
    while (line + indent < t->len && indent < sizeof blanks && t->data[line + indent] == ' ')
        indent++;
    memset(blanks, ' ', indent);
    for (const char *end; (end = strchr(value, '\n')) != NULL; value = end + 1) {
        append(t, value, (size_t)(end - value) + 1);
        if (end[1] != '\n' && end[1] != '\0')
            append(t, blanks, indent);
    }
    append(t, value, strlen(value));
}

/* ---- Templates ---- */

/* Text of a template, and the variable behind it. */
struct piece {
    const char *text;
    size_t len;
    const char *name; /* as the variables have it: its address is compared; NULL: none */
    size_t number;    /* of the variable */
};

struct tmpl_parsed {
    const char *text;
    size_t n_pieces;
    struct piece pieces[];
};

static size_t find_var(const struct tmpl_var *vars, const char *name, size_t len)
{
    size_t i = 0;
    while (vars[i].name && (vars[i].name_len != len || memcmp(vars[i].name, name, len) != 0))
        i++;
    return i;
}

static size_t count_dollars(const char *text)
{
    size_t n = 0;
    for (; (text = strchr(text, '$')) != NULL; text++)
        n++;
    return n;
}

/* Cuts a template; vars are those of its first use. */
static struct tmpl_parsed *parse(struct arena *a, const char *text, const struct tmpl_var *vars)
{
    size_t most = count_dollars(text) + 1;
    struct tmpl_parsed *p = arena_alloc(a, sizeof *p + most * sizeof p->pieces[0]);
    p->text = text;
    for (const char *dollar; (dollar = strchr(text, '$')) != NULL;) {
        size_t len = strcspn(dollar + 1, "$");
        struct piece *piece = &p->pieces[p->n_pieces++];
        piece->text = text;
        piece->len = (size_t)(dollar - text);
        piece->number = find_var(vars, dollar + 1, len);
        piece->name = len > 0 ? vars[piece->number].name : NULL;
        text = dollar + 1 + len + (dollar[1 + len] != '\0');
        if (!piece->name) /* $$ is one dollar; an unknown name stays */
            piece->len = len == 0 ? piece->len + 1 : (size_t)(text - piece->text);
    }
    p->pieces[p->n_pieces++] = (struct piece){ .text = text, .len = strlen(text) };
    return p;
}

static bool fits(const struct tmpl_parsed *p, const struct tmpl_var *vars)
{
    size_t count = 0;
    while (vars[count].name)
        count++;
    for (size_t i = 0; i < p->n_pieces; i++) {
        const struct piece *piece = &p->pieces[i];
        if (piece->name && (piece->number >= count || vars[piece->number].name != piece->name))
            return false;
    }
    return true;
}

void tmpl_put(struct tmpl *t, const char *text, const struct tmpl_var *vars)
{
    struct tmpl_parsed **known = &t->known[((uintptr_t)text >> 3) % TMPL_KNOWN];
    if (!*known || (*known)->text != text || !fits(*known, vars))
        *known = parse(t->arena, text, vars);
    const struct piece *piece = (*known)->pieces;
    for (size_t n = (*known)->n_pieces; n > 0; n--, piece++) {
        append(t, piece->text, piece->len);
        if (!piece->name)
            continue;
        const struct tmpl_var *v = &vars[piece->number];
        if (v->lines)
            append_lines(t, v->value);
        else
            append(t, v->value, strlen(v->value));
    }
    finish_lines(t);
}

void tmpl_raw(struct tmpl *t, const char *text)
{
    append(t, text, strlen(text));
    finish_lines(t);
}

void tmpl_trim(struct tmpl *t)
{
    while (t->len > 1 && t->data[t->len - 1] == '\n' && t->data[t->len - 2] == '\n')
        t->len--;
    t->line = t->len;
}

char *tmpl_take(struct tmpl *t, size_t *size)
{
    *size = t->len;
    append(t, "", 1);
    char *all = t->data;
    if (t->len > LARGE)
        new_buffer(t);
    else
        all = arena_copy(t->arena, all, *size);
    t->len = t->line = 0;
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

/* Most characters cannot begin anything unsafe. */
static bool may_be_unsafe(char c)
{
    unsigned char u = (unsigned char)c;
    return u < ' ' || c == '*' || c == '/' || c == '?' || u == 0x7f || u == 0xe2;
}

const char *tmpl_comment_safe(struct arena *a, const char *text)
{
    const char *p = text;
    while (*p && (!may_be_unsafe(*p) || unsafe_length(p) == 0))
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
    struct arena_buf *b = &t->wrapped;
    b->len = 0;
    arena_buf_put(b, prefix, indent);
    arena_buf_put(b, "/* ", 3);
    if (head)
        wrap_comment(b, prefix, tmpl_comment_safe(t->arena, head), TMPL_WIDTH - 3);
    if (head && doc) {
        arena_buf_put(b, "\n", 1);
        arena_buf_puts(b, prefix);
    }
    if (doc)
        wrap_comment(b, prefix, tmpl_comment_safe(t->arena, doc), TMPL_WIDTH - 3);
    arena_buf_put(b, " */\n", 4);
    append(t, b->data, b->len);
    t->line = t->len;
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
