/* emit_layout.c - constant tables that tell the library how to copy a struct.
 *
 * Idea: one row per member that refers to memory. A member that is there only sometimes is guarded,
 * by its has_ flag or by the tag of a reply; where it would need both guards, the alternative gets
 * a layout of its own, guarded by the tag. */
#include "emit_parts.h"

/* What guards a row besides its own has_ flag. */
struct guard {
    const char *size; /* "0", or "4" for a tag */
    const char *value;
    const char *member; /* "tag" */
};

static const struct guard no_guard = { "0", "0", NULL };

/* Where the rows of some fields are: in type, behind path; less is what their offsets begin at. */
struct place {
    const char *type;
    const char *path;
    const char *less;
};

static const char *offset_of(struct emitter *e, const struct place *at, const char *member)
{
    return TMPL_JOIN(e->arena, "offsetof(", at->type, ", ", at->path, member, ")", at->less);
}

static bool is_many(const struct plan_field *f)
{
    return f->many == PLAN_LIST || f->many == PLAN_OPTIONAL_LIST;
}

static bool has_row(const struct plan_field *f)
{
    return is_many(f) || f->item->refs;
}

static size_t count_rows(const struct plan_fields *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->count; i++)
        n += has_row(&f->items[i]);
    return n;
}

static void emit_row(struct emitter *e, const struct plan_field *f, const struct place *at,
                     const struct guard *guard)
{
    bool many = is_many(f), flag = f->many == PLAN_OPTIONAL || f->many == PLAN_OPTIONAL_LIST;
    const char *kind = many                           ? "OTP_REF_LIST"
                       : f->item->kind == PLAN_STRUCT ? "OTP_REF_STRUCT"
                                                      : "OTP_REF_TEXT";
    const char *guard_offset = "0";
    if (flag)
        guard_offset = offset_of(e, at, TMPL_JOIN(e->arena, "has_", f->name));
    else if (guard->member)
        guard_offset = TMPL_JOIN(e->arena, "offsetof(", at->type, ", ", guard->member, ")");
    bool item = many || f->item->kind == PLAN_STRUCT;
    tmpl_put(
        &e->out, "    {$kind$, $size$, $value$, $offset$, $guard$, $item$},\n",
        EMIT_VARS(TMPL_VAR("kind", kind), TMPL_VAR("size", flag ? "1" : guard->size),
                  TMPL_VAR("value", flag ? "1" : guard->value),
                  TMPL_VAR("offset", offset_of(e, at, f->name)), TMPL_VAR("guard", guard_offset),
                  TMPL_VAR("item", item ? TMPL_JOIN(e->arena, "&", f->item->layout) : "NULL")));
}

static void emit_rows(struct emitter *e, const struct plan_fields *f, const struct place *at,
                      const struct guard *guard)
{
    for (size_t i = 0; i < f->count; i++)
        if (has_row(&f->items[i]))
            emit_row(e, &f->items[i], at, guard);
}

static void open_refs(struct emitter *e, const char *name)
{
    tmpl_put(&e->out, "static const struct otp_ref $name$[] = {\n",
             EMIT_VARS(TMPL_VAR("name", name)));
}

/* The layout itself: size is a C expression. */
static void emit_head_row(struct emitter *e, const char *name, const char *size, size_t rows,
                          const char *refs)
{
    tmpl_put(&e->out, "static const struct otp_layout $name$ = {$size$, $rows$, $refs$};\n",
             EMIT_VARS(TMPL_VAR("name", name), TMPL_VAR("size", size),
                       TMPL_VAR("rows", tmpl_number(e->arena, rows)),
                       TMPL_VAR("refs", rows > 0 ? refs : "NULL")));
}

/* The refs and the layout of fields that lie in type, under the two names. */
static void emit_fields_layout(struct emitter *e, const char *layout, const char *refs,
                               const char *type, const struct plan_fields *f)
{
    const struct place at = { type, "", "" };
    size_t rows = count_rows(f);
    if (rows > 0) {
        open_refs(e, refs);
        emit_rows(e, f, &at, &no_guard);
        tmpl_raw(&e->out, "};\n");
    }
    emit_head_row(e, layout, TMPL_JOIN(e->arena, "sizeof(", type, ")"), rows, refs);
}

void emit_layout(struct emitter *e, const char *stem, const char *type, const struct plan_fields *f)
{
    emit_fields_layout(e, TMPL_JOIN(e->arena, stem, "_layout"), TMPL_JOIN(e->arena, stem, "_refs"),
                       type, f);
}

/* ---- Replies with alternatives ---- */

/* An alternative with optional references has a layout of its own. */
static void emit_alternative(struct emitter *e, const char *type, const char *stem,
                             const struct plan_tag *t)
{
    const char *member = TMPL_JOIN(e->arena, "as.", t->name);
    const char *start = TMPL_JOIN(e->arena, " - offsetof(", type, ", ", member, ")");
    const struct place at = { type, TMPL_JOIN(e->arena, member, "."), start };
    const char *refs = TMPL_JOIN(e->arena, stem, "_", t->name, "_refs");
    open_refs(e, refs);
    emit_rows(e, &t->fields, &at, &no_guard);
    tmpl_raw(&e->out, "};\n");
    emit_head_row(e, TMPL_JOIN(e->arena, stem, "_", t->name, "_layout"),
                  TMPL_JOIN(e->arena, "sizeof(((", type, " *)NULL)->", member, ")"),
                  count_rows(&t->fields), refs);
}

static size_t emit_alternative_rows(struct emitter *e, const char *type, const char *stem,
                                    const struct plan_tag *t)
{
    const char *member = TMPL_JOIN(e->arena, "as.", t->name);
    const struct guard guard = { "4", t->c_name, "tag" };
    if (!t->fields.guarded) {
        const struct place at = { type, TMPL_JOIN(e->arena, member, "."), "" };
        emit_rows(e, &t->fields, &at, &guard);
        return count_rows(&t->fields);
    }
    tmpl_put(&e->out,
             "    {OTP_REF_STRUCT, 4, $tag$, offsetof($type$, $member$), offsetof($type$, tag), "
             "&$stem$_$name$_layout},\n",
             EMIT_VARS(TMPL_VAR("tag", t->c_name), TMPL_VAR("type", type),
                       TMPL_VAR("member", member), TMPL_VAR("stem", stem),
                       TMPL_VAR("name", t->name)));
    return 1;
}

void emit_reply_layout(struct emitter *e, const struct plan_message *m)
{
    const char *type = TMPL_JOIN(e->arena, "struct ", m->c_name, "_reply");
    const char *stem = TMPL_JOIN(e->arena, m->stem, "_reply");
    const char *refs = TMPL_JOIN(e->arena, stem, "_refs");
    size_t rows = 0;
    for (size_t i = 0; i < m->reply.n_tags; i++)
        if (m->reply.tags[i].fields.guarded)
            emit_alternative(e, type, stem, &m->reply.tags[i]);
    if (m->reply.refs) {
        open_refs(e, refs);
        for (size_t i = 0; i < m->reply.n_tags; i++)
            rows += emit_alternative_rows(e, type, stem, &m->reply.tags[i]);
        tmpl_raw(&e->out, "};\n");
    }
    emit_head_row(e, TMPL_JOIN(e->arena, stem, "_layout"),
                  TMPL_JOIN(e->arena, "sizeof(", type, ")"), rows, refs);
}

/* ---- Layouts of types ---- */

static bool needs_layout(const struct plan_struct *s)
{
    return s->wanted || !s->made;
}

/* A struct behind a pointer may come later, or be the one itself: then it is announced. */
static void emit_announcements(struct emitter *e, const struct plan_struct *const *structs,
                               size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (structs[i]->early && needs_layout(structs[i]))
            tmpl_put(&e->out, "static const struct otp_layout $layout$;\n\n",
                     EMIT_VARS(TMPL_VAR("layout", structs[i]->item.layout)));
}

static void emit_struct_layouts(struct emitter *e)
{
    const struct plan *p = e->plan;
    emit_announcements(e, p->foreign_layouts, p->n_foreign_layouts);
    emit_announcements(e, p->structs, p->n_structs);
    for (size_t i = 0; i < p->n_foreign_layouts; i++) {
        const struct plan_struct *s = p->foreign_layouts[i];
        emit_fields_layout(e, s->item.layout, TMPL_JOIN(e->arena, s->stem, "_parts"), s->item.view,
                           &s->fields);
        tmpl_raw(&e->out, "\n");
    }
    for (size_t i = 0; i < p->n_structs; i++) {
        const struct plan_struct *s = p->structs[i];
        if (!needs_layout(s))
            continue;
        if (!s->made)
            emit_note(e, "struct ", s->name, s->line, NULL);
        emit_layout(e, s->stem, s->item.view, &s->fields);
        tmpl_raw(&e->out, "\n");
    }
}

void emit_source_layouts(struct emitter *e)
{
    const struct plan *p = e->plan;
    bool texts = false;
    for (size_t i = 0; i < p->n_plain_layouts; i++) {
        const struct plan_item *item = p->plain_layouts[i];
        if (item->refs && !texts)
            tmpl_raw(&e->out, "static const struct otp_ref ref_of_text[] = {\n"
                              "    {OTP_REF_TEXT, 0, 0, 0, 0, NULL},\n"
                              "};\n");
        texts = texts || item->refs;
        emit_head_row(e, item->layout, TMPL_JOIN(e->arena, "sizeof(", item->view, ")"), item->refs,
                      "ref_of_text");
    }
    if (p->n_plain_layouts > 0)
        tmpl_raw(&e->out, "\n");
    emit_struct_layouts(e);
}
