/* parse.c - from the bytes of one spec to its tree.
 *
 * Idea: the bytes are checked first (UTF-8, no zero bytes), so that the scanner need not be able to
 * tell; then scanner and grammar run; then it is seen what the file as a whole lacks. */
#include "parse.h"

#include <string.h>

#include "parse_lex.h"
#include "parse_state.h"

#include "otp.tab.h"

/* More runs of bad bytes than this: the file is no text. */
enum { MAX_BAD_RUNS = 100 };

enum byte_kind { BYTE_GOOD, BYTE_NUL, BYTE_BAD };

/* What begins at p, and how long it is. */
static enum byte_kind look_at(const char *p, const char *end, size_t *len)
{
    uint32_t code_point;
    *len = 1;
    if (*p == '\0')
        return BYTE_NUL;
    size_t good = source_utf8(p, end, &code_point);
    if (good)
        *len = good;
    return good ? BYTE_GOOD : BYTE_BAD;
}

static void report_bytes(struct unit *u, const struct source *s, size_t begin, size_t end,
                         enum byte_kind kind)
{
    struct span span = { s->id, (uint32_t)begin, (uint32_t)end };
    if (kind == BYTE_NUL) {
        struct diag *d = diag_add(&u->diags, E_NUL, span, "zero byte");
        if (begin < 4)
            diag_help(d, "if this file is UTF-16, convert it to UTF-8");
    } else {
        diag_add(&u->diags, E_UTF8, span, "invalid UTF-8: byte 0x%02x",
                 (unsigned)(unsigned char)s->bytes[begin]);
    }
}

/* Reports each run of bytes that are no text. False: give the file up. */
static bool check_bytes(struct unit *u, const struct source *s)
{
    const char *end = s->bytes + s->size;
    unsigned runs = 0;
    for (const char *p = s->bytes; p < end;) {
        size_t len;
        enum byte_kind kind = look_at(p, end, &len), next = kind;
        const char *begin = p;
        p += len;
        if (kind == BYTE_GOOD)
            continue;
        while (p < end && (next = look_at(p, end, &len)) == kind)
            p += len;
        if (runs++ == MAX_BAD_RUNS) {
            struct span rest = { s->id, (uint32_t)(begin - s->bytes), (uint32_t)(p - s->bytes) };
            diag_add(&u->diags, kind == BYTE_NUL ? E_NUL : E_UTF8, rest,
                     "this file is no text; the rest is not read");
            return false;
        }
        report_bytes(u, s, (size_t)(begin - s->bytes), (size_t)(p - s->bytes), kind);
    }
    return true;
}

static struct file *new_file(struct unit *u, struct source *source)
{
    struct file *f = ARENA_NEW(u->arena, struct file);
    f->source = source;
    intern_map_init(&f->decls_by_name, u->arena);
    intern_map_init(&f->lost_names, u->arena);
    if (u->last_file)
        u->last_file->next = f;
    else
        u->first_file = f;
    u->last_file = f;
    return f;
}

static void check_docs(struct parser *p)
{
    for (size_t i = 0; i < p->n_docs; i++)
        if (!p->docs[i]->used)
            diag_add(&p->unit->diags, W_DANGLING_DOC, p->docs[i]->span,
                     "this comment documents nothing");
}

/* What is missing in the file as a whole. If a part could not be read, it may be in there. */
static void check_file(struct parser *p)
{
    struct file *f = p->file;
    struct diags *ds = &p->unit->diags;
    struct span start = { f->source->id, 0, 0 };
    if (f->package.name || f->broken)
        return;
    if (!p->has_item) {
        diag_add(ds, E_EMPTY, start, "this spec is empty");
        return;
    }
    start = p->first_item;
    start.end = start.begin;
    struct diag *d = diag_add(ds, E_NO_PACKAGE, start, "the package line is missing");
    diag_suggest(d, "package NAME;");
}

struct file *parse_file(struct unit *u, struct source *source)
{
    struct parser *p = ARENA_NEW(u->arena, struct parser);
    p->unit = u;
    p->source = source;
    p->file = new_file(u, source);
    size_t errors = diag_count(&u->diags).errors;
    if (!check_bytes(u, source)) {
        p->file->broken = true;
        return p->file;
    }
    lex_open(p);
    if (grammar_parse(p) != 0)
        p->file->broken = true;
    lex_close(p);
    check_docs(p);
    if (p->has_item || diag_count(&u->diags).errors == errors)
        check_file(p);
    return p->file;
}
