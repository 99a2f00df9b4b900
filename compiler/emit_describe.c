/* emit_describe.c - constant tables that say how values read.
 *
 * Idea: one row per field, whatever its type, beside the layout that says how it is copied: a
 * layout has rows for references only and is read on the path of each message, a description has
 * the names and is read by people. What a made struct holds is shown without a name of its own. */
#include "emit_parts.h"

static const char *offset_of(struct emitter *e, const char *type, const char *path,
                             const char *member)
{
    return TMPL_JOIN(e->arena, "offsetof(", type, ", ", path, member, ")");
}

/* "&entry_description"; NULL for what needs none. */
static const char *description_of(struct emitter *e, const struct plan_module *m,
                                  const struct plan_field *f)
{
    if (f->table)
        return TMPL_JOIN(e->arena, "&", f->table->stem, "_description");
    if (f->item->kind == PLAN_OPAQUE && !f->item->layout)
        return TMPL_JOIN(e->arena, "&", m->stem, "_", f->name, "_opaque");
    return f->item->description ? TMPL_JOIN(e->arena, "&", f->item->description) : "NULL";
}

/* The row of a field that lies in type, behind path. name is a C expression. */
static void emit_row(struct emitter *e, const struct plan_module *m, const struct plan_field *f,
                     const char *type, const char *path, const char *name)
{
    static const char *const kinds[] = { "ONE", "OPTIONAL", "LIST", "OPTIONAL_LIST" };
    bool flag = f->many == PLAN_OPTIONAL || f->many == PLAN_OPTIONAL_LIST;
    tmpl_put(
        &e->out, "    {$name$, $type$, OTP_FIELD_$kind$, $offset$, $flag$, $description$},\n",
        EMIT_VARS(
            TMPL_VAR("name", name), TMPL_VAR("type", f->table ? "OTP_TYPE_TABLE" : f->item->type),
            TMPL_VAR("kind", kinds[f->many]), TMPL_VAR("offset", offset_of(e, type, path, f->name)),
            TMPL_VAR("flag",
                     flag ? offset_of(e, type, path, TMPL_JOIN(e->arena, "has_", f->name)) : "0"),
            TMPL_VAR("description", description_of(e, m, f))));
}

static void open_fields(struct emitter *e, const char *name)
{
    tmpl_put(&e->out, "static const struct otp_field $name$[] = {\n",
             EMIT_VARS(TMPL_VAR("name", name)));
}

/* The description itself: size is a C expression. */
static void emit_head(struct emitter *e, const char *name, const char *kind, const char *size,
                      size_t count, const char *fields)
{
    tmpl_put(&e->out,
             "static const struct otp_description $name$ = {\n"
             "    $kind$, $size$, $n$, $fields$, NULL};\n",
             EMIT_VARS(TMPL_VAR("name", name), TMPL_VAR("kind", kind), TMPL_VAR("size", size),
                       TMPL_VAR("n", tmpl_number(e->arena, count)),
                       TMPL_VAR("fields", count > 0 ? fields : "NULL")));
}

/* The rows and the description of fields in type, behind path. */
static void emit_fields(struct emitter *e, const struct plan_module *m, const char *description,
                        const char *rows, const char *type, const char *path,
                        const struct plan_fields *f)
{
    if (f->count > 0) {
        open_fields(e, rows);
        for (size_t i = 0; i < f->count; i++)
            emit_row(e, m, &f->items[i], type, path,
                     TMPL_JOIN(e->arena, "\"", f->items[i].name, "\""));
        tmpl_raw(&e->out, "};\n");
    }
    emit_head(e, description, "OTP_TYPE_STRUCT", TMPL_JOIN(e->arena, "sizeof(", type, ")"),
              f->count, rows);
}

void emit_description(struct emitter *e, const char *stem, const char *type,
                      const struct plan_fields *f)
{
    emit_fields(e, NULL, TMPL_JOIN(e->arena, stem, "_description"),
                TMPL_JOIN(e->arena, stem, "_fields"), type, "", f);
}

/* ---- Types ---- */

static void emit_enum(struct emitter *e, const struct plan_enum *words)
{
    tmpl_put(&e->out, "static const char *const $texts$[] = {",
             EMIT_VARS(TMPL_VAR("texts", words->texts)));
    for (size_t i = 0; i < words->count; i++)
        tmpl_put(&e->out, i > 0 ? ", \"$word$\"" : "\"$word$\"",
                 EMIT_VARS(TMPL_VAR("word", words->values[i].name)));
    tmpl_put(&e->out,
             "};\nstatic const struct otp_description $description$ = {\n"
             "    OTP_TYPE_ENUM, sizeof(enum $c$), $n$, NULL, $texts$};\n\n",
             EMIT_VARS(TMPL_VAR("description", words->item.description),
                       TMPL_VAR("c", words->c_name),
                       TMPL_VAR("n", tmpl_number(e->arena, words->count)),
                       TMPL_VAR("texts", words->texts)));
}

static void emit_struct(struct emitter *e, const struct plan_struct *s)
{
    const char *rows = TMPL_JOIN(e->arena, s->stem, s->foreign ? "_members" : "_fields");
    if (s->made) {
        open_fields(e, rows);
        emit_row(e, NULL, &s->fields.items[0], s->item.view, "", "NULL");
        tmpl_raw(&e->out, "};\n");
        emit_head(e, s->item.description, "OTP_TYPE_STRUCT",
                  TMPL_JOIN(e->arena, "sizeof(", s->item.view, ")"), 1, rows);
    } else {
        emit_fields(e, NULL, s->item.description, rows, s->item.view, "", &s->fields);
    }
    tmpl_raw(&e->out, "\n");
}

void emit_source_descriptions(struct emitter *e)
{
    const struct plan *p = e->plan;
    if (p->n_described_enums + p->n_described_structs == 0)
        return;
    tmpl_raw(&e->out, "/* How values read. */\n");
    for (size_t i = 0; i < p->n_described_enums; i++)
        emit_enum(e, p->described_enums[i]);
    for (size_t i = 0; i < p->n_described_structs; i++)
        if (p->described_structs[i]->circular)
            tmpl_put(&e->out, "static const struct otp_description $name$;\n\n",
                     EMIT_VARS(TMPL_VAR("name", p->described_structs[i]->item.description)));
    for (size_t i = 0; i < p->n_described_structs; i++)
        emit_struct(e, p->described_structs[i]);
}

/* ---- Replies ---- */

/* Of alternatives: the rows say which descriptions, whose offsets are those in the whole reply. */
static void emit_tags_reply(struct emitter *e, const struct plan_message *m)
{
    const char *type = TMPL_JOIN(e->arena, "struct ", m->c_name, "_reply");
    const char *stem = TMPL_JOIN(e->arena, m->stem, "_reply");
    for (size_t i = 0; i < m->reply.n_tags; i++) {
        const struct plan_tag *t = &m->reply.tags[i];
        const char *own = TMPL_JOIN(e->arena, stem, "_", t->name);
        if (t->fields.count > 0)
            emit_fields(e, NULL, TMPL_JOIN(e->arena, own, "_description"),
                        TMPL_JOIN(e->arena, own, "_fields"), type,
                        TMPL_JOIN(e->arena, "as.", t->name, "."), &t->fields);
    }
    open_fields(e, TMPL_JOIN(e->arena, stem, "_fields"));
    for (size_t i = 0; i < m->reply.n_tags; i++) {
        const struct plan_tag *t = &m->reply.tags[i];
        const char *own = TMPL_JOIN(e->arena, "&", stem, "_", t->name, "_description");
        tmpl_put(&e->out, "    {\"$tag$\", OTP_TYPE_STRUCT, OTP_FIELD_ONE, 0, 0, $own$},\n",
                 EMIT_VARS(TMPL_VAR("tag", t->name),
                           TMPL_VAR("own", t->fields.count > 0 ? own : "NULL")));
    }
    tmpl_raw(&e->out, "};\n");
    emit_head(e, TMPL_JOIN(e->arena, stem, "_description"), "OTP_TYPE_UNION",
              TMPL_JOIN(e->arena, "sizeof(", type, ")"), m->reply.n_tags,
              TMPL_JOIN(e->arena, stem, "_fields"));
}

void emit_reply_description(struct emitter *e, const struct plan_message *m)
{
    const struct plan_item *item = m->reply.item;
    if (m->reply.kind == PLAN_TAGS)
        emit_tags_reply(e, m);
    else if (m->reply.kind == PLAN_VALUE && !item->description)
        emit_head(e, TMPL_JOIN(e->arena, m->stem, "_reply_description"), item->type,
                  TMPL_JOIN(e->arena, "sizeof(", item->view, ")"), 0, NULL);
}

const char *emit_reply_description_name(struct emitter *e, const struct plan_message *m)
{
    bool shared = m->reply.kind == PLAN_VALUE && m->reply.item->description;
    return shared ? m->reply.item->description : TMPL_JOIN(e->arena, m->stem, "_reply_description");
}

/* ---- States ---- */

static void emit_table(struct emitter *e, const struct plan_table *t)
{
    const struct plan_field key = { .name = "key", .item = t->key };
    const struct plan_field value = { .name = "value", .item = t->value };
    tmpl_put(&e->out,
             "static const struct otp_field $stem$_fields[] = {\n"
             "    {NULL, $key$, OTP_FIELD_ONE, 0, 0, $of_key$},\n"
             "    {NULL, $value$, OTP_FIELD_ONE, 0, 0, $of_value$},\n"
             "};\n",
             EMIT_VARS(TMPL_VAR("stem", t->stem), TMPL_VAR("key", t->key->type),
                       TMPL_VAR("of_key", description_of(e, NULL, &key)),
                       TMPL_VAR("value", t->value->type),
                       TMPL_VAR("of_value", description_of(e, NULL, &value))));
    emit_head(e, TMPL_JOIN(e->arena, t->stem, "_description"), "OTP_TYPE_TABLE",
              "sizeof(struct otp_table *)", 2, TMPL_JOIN(e->arena, t->stem, "_fields"));
}

static void emit_extern(struct emitter *e, const struct plan_module *m, const struct plan_field *f)
{
    tmpl_put(&e->out,
             "static const char *const $stem$_$name$_spelling[] = {\"$type$\"};\n"
             "static const struct otp_description $stem$_$name$_opaque = {\n"
             "    OTP_TYPE_EXTERN, sizeof($type$), 1, NULL, $stem$_$name$_spelling};\n",
             EMIT_VARS(TMPL_VAR("stem", m->stem), TMPL_VAR("name", f->name),
                       TMPL_VAR("type", f->item->owner)));
}

void emit_state_description(struct emitter *e, const struct plan_module *m)
{
    const char *type = TMPL_JOIN(e->arena, "struct ", m->c_name);
    for (size_t i = 0; i < m->n_tables; i++)
        emit_table(e, &m->tables[i]);
    for (size_t i = 0; i < m->state.count; i++) {
        const struct plan_field *f = &m->state.items[i];
        if (f->item && f->item->kind == PLAN_OPAQUE && !f->item->layout)
            emit_extern(e, m, f);
    }
    emit_fields(e, m, TMPL_JOIN(e->arena, m->stem, "_description"),
                TMPL_JOIN(e->arena, m->stem, "_fields"), type, "", &m->state);
    tmpl_raw(&e->out, "\n");
}
