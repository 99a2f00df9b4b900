/* diag.c - findings as data: collected, sorted, rendered once.
 *
 * Idea: the list is an array of pointers into the arena; everything a finding says is formatted
 * when it is added, so nothing it names must live on. The layout of the text is fixed, editors
 * parse it:
 *
 *     path:line:col: error: text [E0203]
 *         5 |   the source line
 *           |         ^~~~
 *           |         what to write instead
 *           = note: ...
 *     path:line:col: note: text at another place, with its own excerpt
 *           = help: ...
 *
 * The gutter is 8 columns wide, tabs are printed as blanks, and of a line longer than WINDOW only
 * the part around the caret is shown. */
#include "diag.h"

#include <stdlib.h>
#include <string.h>

enum { WINDOW = 160, WINDOW_BEFORE = 60, GUTTER = 5, FOLD_REACH = 16 };
/* A message with a name of a megabyte is shown by its beginning and its end. */
enum { LONGEST_TEXT = 1000, TEXT_BEGIN = 600, TEXT_END = 200 };

/* ---- Codes and switches ---- */

static const struct diag_info infos[] = {
    { 0 },
#define DIAG_ERROR(symbol, id, class, title, text, wrong, right)                                   \
    { DIAG_SEVERITY_ERROR, DIAG_GROUP_NONE, class, id, title, text, wrong, right },
#define DIAG_WARNING(symbol, name, group, title, text, wrong, right)                               \
    { DIAG_SEVERITY_WARNING, group, DIAG_CLASS_SPEC, name, title, text, wrong, right },
#include "diag.def"
};

static const char *const cures[DIAG_CODE_COUNT] = {
#define DIAG_CURE(symbol, text) [symbol] = (text),
#include "diag_cure.def"
};

const char *diag_cure(enum diag_code code)
{
    return cures[code];
}

const struct diag_info *diag_info(enum diag_code code)
{
    return &infos[code];
}

enum diag_code diag_find(const char *id)
{
    if (strncmp(id, "-W", 2) == 0)
        id += 2;
    for (enum diag_code c = DIAG_NONE + 1; c < DIAG_CODE_COUNT; c++)
        if (strcmp(infos[c].id, id) == 0)
            return c;
    return DIAG_NONE;
}

void diag_options_init(struct diag_options *o)
{
    *o = (struct diag_options){ 0 };
}

static enum diag_code find_warning(const char *name)
{
    enum diag_code c = diag_find(name);
    return infos[c].severity == DIAG_SEVERITY_WARNING ? c : DIAG_NONE;
}

static bool set_error_switch(struct diag_options *o, const char *text, bool on)
{
    if (*text == '\0') {
        o->warnings_are_errors = on;
        return true;
    }
    enum diag_code c = *text == '=' ? find_warning(text + 1) : DIAG_NONE;
    if (c == DIAG_NONE)
        return false;
    o->as_error[c] = on ? DIAG_SWITCH_ON : DIAG_SWITCH_OFF;
    if (on)
        o->enabled[c] = DIAG_SWITCH_ON;
    return true;
}

bool diag_options_switch(struct diag_options *o, const char *text)
{
    bool on = strncmp(text, "no-", 3) != 0;
    if (!on)
        text += 3;
    if (strncmp(text, "error", 5) == 0 && (text[5] == '\0' || text[5] == '='))
        return set_error_switch(o, text + 5, on);
    if (strcmp(text, "all") == 0) {
        o->all = on;
        return true;
    }
    if (strcmp(text, "extra") == 0) {
        o->extra = on;
        return true;
    }
    enum diag_code c = strncmp(text, "-W", 2) == 0 ? DIAG_NONE : find_warning(text);
    if (c == DIAG_NONE)
        return false;
    o->enabled[c] = on ? DIAG_SWITCH_ON : DIAG_SWITCH_OFF;
    return true;
}

static bool group_is_on(const struct diag_options *o, enum diag_group group)
{
    switch (group) {
    case DIAG_GROUP_NONE: return false;
    case DIAG_GROUP_ALWAYS: return true;
    case DIAG_GROUP_ALL: return o->all;
    case DIAG_GROUP_EXTRA: return o->extra;
    }
    return false;
}

bool diag_enabled(const struct diags *ds, enum diag_code code)
{
    const struct diag_options *o = ds->options;
    if (infos[code].severity == DIAG_SEVERITY_ERROR)
        return true;
    if (o->no_warnings)
        return false;
    if (o->enabled[code] != DIAG_SWITCH_DEFAULT)
        return o->enabled[code] == DIAG_SWITCH_ON;
    return group_is_on(o, infos[code].group);
}

static bool is_made_error(const struct diag_options *o, enum diag_code code)
{
    if (o->as_error[code] != DIAG_SWITCH_DEFAULT)
        return o->as_error[code] == DIAG_SWITCH_ON;
    return o->warnings_are_errors;
}

static enum diag_severity severity_of(const struct diag_options *o, enum diag_code code)
{
    bool error = infos[code].severity == DIAG_SEVERITY_ERROR || is_made_error(o, code);
    return error ? DIAG_SEVERITY_ERROR : DIAG_SEVERITY_WARNING;
}

/* ---- Collecting ---- */

void diag_init(struct diags *ds, struct arena *a, struct source_set *sources,
               const struct diag_options *options)
{
    *ds = (struct diags){ .arena = a, .sources = sources, .options = options };
}

static void append(struct diags *ds, struct diag *d)
{
    if (ds->count == ds->cap) {
        size_t cap = ds->cap ? ds->cap * 2 : 32;
        struct diag **items = ARENA_ARRAY(ds->arena, struct diag *, cap);
        if (ds->count)
            memcpy(items, ds->items, ds->count * sizeof(struct diag *));
        ds->items = items;
        ds->cap = cap;
    }
    ds->items[ds->count++] = d;
}

struct diag *diag_add(struct diags *ds, enum diag_code code, struct span span, const char *fmt, ...)
{
    if (!diag_enabled(ds, code)) {
        ds->dropped = (struct diag){ .code = DIAG_NONE, .list = ds };
        return &ds->dropped;
    }
    struct diag *d = ARENA_NEW(ds->arena, struct diag);
    va_list args;
    va_start(args, fmt);
    d->text = arena_vformat(ds->arena, fmt, args);
    va_end(args);
    d->code = code;
    d->severity = severity_of(ds->options, code);
    d->span = span;
    d->list = ds;
    d->number = (uint32_t)ds->count;
    append(ds, d);
    return d;
}

static void add_extra(struct diag *d, enum diag_extra_kind kind, struct span span, const char *text)
{
    struct diag_extra *e = ARENA_NEW(d->list->arena, struct diag_extra);
    e->kind = kind;
    e->span = span;
    e->text = text;
    if (d->last_extra)
        d->last_extra->next = e;
    else
        d->first_extra = e;
    d->last_extra = e;
}

void diag_note(struct diag *d, struct span span, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_extra(d, DIAG_NOTE, span, arena_vformat(d->list->arena, fmt, args));
    va_end(args);
}

void diag_remark(struct diag *d, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_extra(d, DIAG_REMARK, (struct span){ 0 }, arena_vformat(d->list->arena, fmt, args));
    va_end(args);
}

void diag_help(struct diag *d, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_extra(d, DIAG_HELP, (struct span){ 0 }, arena_vformat(d->list->arena, fmt, args));
    va_end(args);
}

void diag_suggest(struct diag *d, const char *text)
{
    text = arena_copy(d->list->arena, text, strlen(text));
    add_extra(d, DIAG_SUGGESTION, (struct span){ 0 }, text);
}

void diag_mark(struct diag *d, struct span span)
{
    add_extra(d, DIAG_MARK, span, NULL);
}

static int compare_places(const void *left, const void *right)
{
    const struct diag *a = *(const struct diag *const *)left;
    const struct diag *b = *(const struct diag *const *)right;
    if (a->span.file != b->span.file)
        return a->span.file < b->span.file ? -1 : 1;
    if (a->span.begin != b->span.begin)
        return a->span.begin < b->span.begin ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static bool same_finding(const struct diag *a, const struct diag *b)
{
    return a->code == b->code && a->span.file == b->span.file && a->span.begin == b->span.begin &&
           a->span.end == b->span.end && strcmp(a->text, b->text) == 0;
}

/* Is it among the last few that are kept? Findings at one place are few. */
static bool is_repeat(const struct diags *ds, size_t kept, const struct diag *d)
{
    size_t low = kept > FOLD_REACH ? kept - FOLD_REACH : 0;
    for (size_t i = kept; i > low; i--)
        if (same_finding(ds->items[i - 1], d))
            return true;
    return false;
}

void diag_sort(struct diags *ds)
{
    if (ds->count == 0)
        return;
    qsort(ds->items, ds->count, sizeof(struct diag *), compare_places);
    size_t kept = 0;
    for (size_t i = 0; i < ds->count; i++)
        if (!is_repeat(ds, kept, ds->items[i]))
            ds->items[kept++] = ds->items[i];
    ds->count = kept;
}

struct diag_counts diag_count(const struct diags *ds)
{
    struct diag_counts n = { 0 };
    for (size_t i = 0; i < ds->count; i++) {
        const struct diag *d = ds->items[i];
        n.errors += d->severity == DIAG_SEVERITY_ERROR;
        n.warnings += d->severity == DIAG_SEVERITY_WARNING;
        n.io_errors += infos[d->code].class == DIAG_CLASS_IO;
    }
    return n;
}

/* ---- Rendering ---- */

struct renderer {
    const struct diags *ds;
    const struct diag_options *options;
    struct arena_buf *out;
};

static void put_style(struct renderer *r, const char *escape)
{
    if (r->options->colour)
        arena_buf_puts(r->out, escape);
}

/* `path:line:col: word: ` */
static void put_head(struct renderer *r, struct span span, const char *style, const char *word)
{
    put_style(r, "\033[1m");
    const struct source *s = source_get(r->ds->sources, span.file);
    if (s) {
        struct source_place at = source_place(r->ds->sources, span.file, span.begin);
        arena_buf_printf(r->out, "%s:%u:%u: ", s->path, at.line, at.column);
    } else {
        arena_buf_puts(r->out, "otpc: ");
    }
    put_style(r, style);
    arena_buf_printf(r->out, "%s: ", word);
    put_style(r, "\033[0m");
}

/* The part of a source line that is shown. Columns are display columns of the whole line. */
struct excerpt {
    const struct source *source;
    uint32_t begin, end;         /* bytes */
    uint32_t column;             /* of byte begin */
    bool cut_before, cut_behind; /* shown as "..." */
    uint32_t line_number, line_begin, line_end;
};

static uint32_t back_to_character(const struct source *s, uint32_t at, uint32_t lowest)
{
    while (at > lowest && ((unsigned char)s->bytes[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static struct excerpt cut_excerpt(struct renderer *r, struct span span)
{
    struct source_place at = source_place(r->ds->sources, span.file, span.begin);
    struct excerpt x = { .source = source_get(r->ds->sources, span.file),
                         .begin = at.line_begin,
                         .end = at.line_end,
                         .column = 1,
                         .line_number = at.line,
                         .line_begin = at.line_begin,
                         .line_end = at.line_end };
    if (x.end - x.begin <= WINDOW)
        return x;
    uint32_t caret = span.begin < x.end ? span.begin : x.end;
    if (caret - x.begin > WINDOW_BEFORE) {
        x.begin = back_to_character(x.source, caret - WINDOW_BEFORE, x.begin);
        x.cut_before = true;
        x.column = source_place(r->ds->sources, span.file, x.begin).column;
    }
    if (x.end - x.begin > WINDOW) {
        x.end = back_to_character(x.source, x.begin + WINDOW, x.begin);
        x.cut_behind = true;
    }
    return x;
}

/* Prints bytes begin..end of a line that starts at `column`: tabs as blanks, what is no text as
 * '?'. Gives the column behind them. */
static uint32_t put_source_text(struct arena_buf *out, const struct source *s, uint32_t begin,
                                uint32_t end, uint32_t column)
{
    while (begin < end) {
        const char *p = s->bytes + begin;
        uint32_t width, code_point;
        size_t len = source_char(p, s->bytes + end, column, &width);
        if (*p == '\t')
            arena_buf_fill(out, ' ', width);
        else if ((unsigned char)*p < 0x20 || *p == 0x7f ||
                 !source_utf8(p, s->bytes + end, &code_point))
            arena_buf_puts(out, "?");
        else
            arena_buf_put(out, p, len);
        begin += (uint32_t)len;
        column += width;
    }
    return column;
}

static void put_gutter(struct renderer *r, uint32_t line)
{
    if (line)
        arena_buf_printf(r->out, "%*u | ", GUTTER, line);
    else
        arena_buf_printf(r->out, "%*s | ", GUTTER, "");
}

static void put_line(struct renderer *r, const struct excerpt *x)
{
    put_gutter(r, x->line_number);
    if (x->cut_before)
        arena_buf_puts(r->out, "...");
    put_source_text(r->out, x->source, x->begin, x->end, x->column);
    arena_buf_puts(r->out, x->cut_behind ? "...\n" : "\n");
}

/* Display column of a byte of the excerpt, counted from its first shown column (0). */
static uint32_t shown_column(const struct excerpt *x, uint32_t offset)
{
    uint32_t column = x->column, at = x->begin;
    if (offset > x->end)
        offset = x->end;
    while (at < offset) {
        uint32_t width;
        at +=
            (uint32_t)source_char(x->source->bytes + at, x->source->bytes + x->end, column, &width);
        column += width;
    }
    return column - x->column + (x->cut_before ? 3 : 0);
}

/* Eight columns a byte at most (a tab), a last character, and a caret behind the end. */
enum { CARETS = (WINDOW + 4) * 8 + 8 };

/* A line of carets being drawn. */
struct caret_line {
    char at[CARETS];
    uint32_t len;
};

static void draw(struct caret_line *c, uint32_t from, uint32_t to, char first)
{
    if (to <= from)
        to = from + 1;
    for (uint32_t i = from; i < to && i < CARETS; i++)
        c->at[i] = i == from ? first : '~';
    if (to > c->len)
        c->len = to < CARETS ? to : CARETS;
}

static void draw_marks(const struct excerpt *x, const struct diag_extra *e, struct caret_line *c)
{
    for (; e; e = e->next)
        if (e->kind == DIAG_MARK && e->span.file == x->source->id && e->span.begin >= x->begin &&
            e->span.end <= x->end)
            draw(c, shown_column(x, e->span.begin), shown_column(x, e->span.end), '~');
}

static void put_carets(struct renderer *r, const struct excerpt *x, struct span span,
                       const struct diag_extra *extras)
{
    struct caret_line c = { .len = 0 };
    memset(c.at, ' ', sizeof c.at);
    uint32_t from = shown_column(x, span.begin), to = shown_column(x, span.end);
    draw_marks(x, extras, &c);
    draw(&c, from, to, '^');
    put_gutter(r, 0);
    put_style(r, "\033[1;32m");
    arena_buf_put(r->out, c.at, c.len);
    put_style(r, "\033[0m");
    arena_buf_puts(r->out, "\n");
    for (; extras; extras = extras->next) {
        if (extras->kind != DIAG_SUGGESTION)
            continue;
        put_gutter(r, 0);
        arena_buf_fill(r->out, ' ', from);
        put_style(r, "\033[32m");
        arena_buf_printf(r->out, "%s", extras->text);
        put_style(r, "\033[0m");
        arena_buf_puts(r->out, "\n");
    }
}

static void put_excerpt(struct renderer *r, struct span span, const struct diag_extra *extras)
{
    if (r->options->no_caret || !span.file)
        return;
    struct excerpt x = cut_excerpt(r, span);
    put_line(r, &x);
    put_carets(r, &x, span, extras);
}

/* Bytes of a message, which may quote the spec: what is no text would spoil the layout. */
static void put_clean(struct renderer *r, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool control = (unsigned char)text[i] < 0x20 || text[i] == 0x7f;
        arena_buf_put(r->out, control ? "?" : text + i, 1);
    }
}

static void put_text(struct renderer *r, const char *text)
{
    size_t len = strlen(text), begin = TEXT_BEGIN, end = len - TEXT_END;
    if (len <= LONGEST_TEXT) {
        put_clean(r, text, len);
        return;
    }
    while (((unsigned char)text[begin] & 0xc0) == 0x80)
        begin--;
    while (((unsigned char)text[end] & 0xc0) == 0x80)
        end++;
    put_clean(r, text, begin);
    arena_buf_puts(r->out, "...");
    put_clean(r, text + end, len - end);
}

static void put_extras(struct renderer *r, const struct diag *d, enum diag_extra_kind kind)
{
    for (const struct diag_extra *e = d->first_extra; e; e = e->next) {
        if (e->kind != kind)
            continue;
        if (kind == DIAG_NOTE) {
            put_head(r, e->span, "\033[1;36m", "note");
            put_text(r, e->text);
            arena_buf_puts(r->out, "\n");
            put_excerpt(r, e->span, NULL);
        } else {
            arena_buf_printf(r->out, "%*s = %s: ", GUTTER, "", kind == DIAG_HELP ? "help" : "note");
            put_text(r, e->text);
            arena_buf_puts(r->out, "\n");
        }
    }
}

/* Has it a cure of its own? */
static bool is_cured(const struct diag *d)
{
    const struct diag_extra *e = d->first_extra;
    while (e && e->kind != DIAG_HELP && e->kind != DIAG_SUGGESTION)
        e = e->next;
    return e != NULL;
}

/* `[E0203]`, `[-Wname]`, `[-Werror=name]` */
static void put_code(struct renderer *r, const struct diag *d)
{
    const struct diag_info *info = &infos[d->code];
    bool warning = info->severity == DIAG_SEVERITY_WARNING;
    const char *dash = !warning ? "" : d->severity == DIAG_SEVERITY_ERROR ? "-Werror=" : "-W";
    arena_buf_printf(r->out, " [%s%s]\n", dash, info->id);
}

static void put_finding(struct renderer *r, const struct diag *d)
{
    bool error = d->severity == DIAG_SEVERITY_ERROR;
    put_head(r, d->span, error ? "\033[1;31m" : "\033[1;35m", error ? "error" : "warning");
    put_text(r, d->text);
    put_code(r, d);
    put_excerpt(r, d->span, d->first_extra);
    put_extras(r, d, DIAG_REMARK);
    put_extras(r, d, DIAG_NOTE);
    put_extras(r, d, DIAG_HELP);
    if (diag_cure(d->code) && !is_cured(d))
        arena_buf_printf(r->out, "%*s = help: %s\n", GUTTER, "", diag_cure(d->code));
}

void diag_render(const struct diags *ds, struct arena_buf *out)
{
    struct renderer r = { .ds = ds, .options = ds->options, .out = out };
    size_t errors = 0;
    for (size_t i = 0; i < ds->count; i++) {
        errors += ds->items[i]->severity == DIAG_SEVERITY_ERROR;
        if (ds->options->max_errors && errors > ds->options->max_errors) {
            arena_buf_printf(out, "otpc: stopped after %u of %zu errors (-fmax-errors=%u)\n",
                             ds->options->max_errors, diag_count(ds).errors,
                             ds->options->max_errors);
            return;
        }
        put_finding(&r, ds->items[i]);
    }
}
