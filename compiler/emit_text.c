/* emit_text.c - fields and parameters as C.
 *
 * Idea: a field is one item, an optional one, or a list. In a struct these are a member, a has_
 * flag and a member, a pointer and a count; as parameters a value, a pointer that may be NULL, a
 * pointer and a count. Every other form follows from these two. */
#include <string.h>

#include "emit_parts.h"

/* ---- Building a text in the scratch buffer ---- */

#define ADD(e, ...) add_all((e), (const char *const[]){ __VA_ARGS__, NULL })

static void add_all(struct emitter *e, const char *const *parts)
{
    for (; *parts; parts++)
        arena_buf_puts(&e->scratch, *parts);
}

static const char *taken(struct emitter *e)
{
    const char *text = e->scratch.len ? arena_copy(e->arena, e->scratch.data, e->scratch.len) : "";
    e->scratch.len = 0;
    return text;
}

/* ---- Members ---- */

static void emit_member(struct emitter *e, const struct plan_field *m, const char *type,
                        const char *constant, const char *indent)
{
    static const char *const texts[] = {
        [PLAN_ONE] = "$indent$$type$$gap$$name$;\n",
        [PLAN_OPTIONAL] = "$indent$bool has_$name$;\n"
                          "$indent$$type$$gap$$name$;\n",
        [PLAN_LIST] = "$indent$$const$$type$ *$name$;\n"
                      "$indent$size_t $name$_count;\n",
        [PLAN_OPTIONAL_LIST] = "$indent$bool has_$name$;\n"
                               "$indent$$const$$type$ *$name$;\n"
                               "$indent$size_t $name$_count;\n",
    };
    bool star = type[strlen(type) - 1] == '*';
    tmpl_put(&e->out, texts[m->many],
             EMIT_VARS(TMPL_VAR("indent", indent), TMPL_VAR("type", type),
                       TMPL_VAR("gap", star ? "" : " "), TMPL_VAR("const", constant),
                       TMPL_VAR("name", m->name)));
}

void emit_members(struct emitter *e, const struct plan_fields *f, enum emit_form form,
                  const char *indent)
{
    if (f->count == 0)
        tmpl_put(&e->out, "$indent$char reserved_; /* C wants a member */\n",
                 EMIT_VARS(TMPL_VAR("indent", indent)));
    for (size_t i = 0; i < f->count; i++) {
        const struct plan_field *m = &f->items[i];
        if (m->doc && (form == EMIT_VIEW || form == EMIT_STATE))
            tmpl_comment(&e->out, strlen(indent), NULL, m->doc);
        if (m->table)
            emit_member(e, m, TMPL_JOIN(e->arena, "struct ", m->table->c_name, " *"), "", indent);
        else if (form == EMIT_OWNER || form == EMIT_STATE)
            emit_member(e, m, m->item->owner, "", indent);
        else
            emit_member(e, m, m->item->view, "const ", indent);
    }
}

/* ---- Parameters ---- */

/* Passed by pointer: a struct, and an optional value of any kind. */
static bool by_pointer(const struct plan_field *p)
{
    return p->many == PLAN_OPTIONAL || p->item->kind == PLAN_STRUCT;
}

const char *emit_params(struct emitter *e, const struct plan_fields *f, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct plan_field *p = &f->items[i];
        if (p->many == PLAN_OPTIONAL_LIST)
            ADD(e, ", bool has_", p->name);
        if (p->many == PLAN_LIST || p->many == PLAN_OPTIONAL_LIST)
            ADD(e, ", const ", p->item->view, " *", p->name, ", size_t ", p->name, "_count");
        else if (by_pointer(p))
            ADD(e, ", const ", p->item->view, " *", p->name);
        else
            ADD(e, ", ", p->item->view, " ", p->name);
    }
    return taken(e);
}

const char *emit_names(struct emitter *e, const struct plan_fields *f, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct plan_field *p = &f->items[i];
        if (p->many == PLAN_OPTIONAL_LIST)
            ADD(e, ", has_", p->name);
        ADD(e, ", ", p->name);
        if (p->many == PLAN_LIST || p->many == PLAN_OPTIONAL_LIST)
            ADD(e, ", ", p->name, "_count");
    }
    return taken(e);
}

/* A default as the argument for its parameter. */
static void add_value(struct emitter *e, const struct plan_field *p)
{
    const struct plan_value *v = p->value;
    const char *size = tmpl_number(e->arena, v->size);
    const char *address = p->many == PLAN_OPTIONAL ? "&" : "";
    if (v->kind == PLAN_ABSENT)
        ADD(e, p->many == PLAN_OPTIONAL_LIST ? ", false, NULL, 0" : ", NULL");
    else if (v->kind == PLAN_STRING)
        ADD(e, ", ", address, "(otp_str){", v->text, ", ", size, "}");
    else if (v->kind == PLAN_BLOB)
        ADD(e, ", ", address, "(otp_bytes){(const uint8_t *)", v->text, ", ", size, "}");
    else if (p->many == PLAN_OPTIONAL)
        ADD(e, ", &(", p->item->view, "){", v->text, "}");
    else
        ADD(e, ", ", v->text);
}

const char *emit_values(struct emitter *e, const struct plan_fields *f, size_t first)
{
    for (size_t i = first; i < f->count; i++)
        add_value(e, &f->items[i]);
    return taken(e);
}

const char *emit_unpack(struct emitter *e, const struct plan_fields *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct plan_field *p = &f->items[i];
        const char *name = p->name;
        if (p->many == PLAN_OPTIONAL)
            ADD(e, ", a_->has_", name, " ? &a_->", name, " : NULL");
        else if (p->many == PLAN_OPTIONAL_LIST)
            ADD(e, ", a_->has_", name, ", a_->", name, ", a_->", name, "_count");
        else if (p->many == PLAN_LIST)
            ADD(e, ", a_->", name, ", a_->", name, "_count");
        else
            ADD(e, by_pointer(p) ? ", &a_->" : ", a_->", name);
    }
    return taken(e);
}

/* ---- Parameters into structs ---- */

static void add_member(struct emitter *e, const struct plan_field *p, const char *prefix)
{
    const char *name = p->name;
    if (p->many == PLAN_OPTIONAL) {
        ADD(e, prefix, ".has_", name, " = ", name, " != NULL");
        return;
    }
    if (p->many == PLAN_OPTIONAL_LIST)
        ADD(e, prefix, ".has_", name, " = has_", name, ", ");
    ADD(e, prefix, ".", name, " = ", p->many == PLAN_ONE && by_pointer(p) ? "*" : "", name);
    if (p->many == PLAN_LIST || p->many == PLAN_OPTIONAL_LIST)
        ADD(e, ", ", prefix, ".", name, "_count = ", name, "_count");
}

const char *emit_initializer(struct emitter *e, const struct plan_fields *f, const char *first,
                             const char *prefix)
{
    ADD(e, "{", first ? first : "");
    for (size_t i = 0; i < f->count; i++) {
        ADD(e, i > 0 || first ? ", " : "");
        add_member(e, &f->items[i], prefix);
    }
    ADD(e, "}");
    return taken(e);
}

bool emit_has_optionals(const struct plan_fields *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].many == PLAN_OPTIONAL)
            return true;
    return false;
}

void emit_optionals(struct emitter *e, const struct plan_fields *f, const char *var)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].many == PLAN_OPTIONAL)
            tmpl_put(&e->out,
                     "    if ($name$ != NULL)\n"
                     "        $var$.$name$ = *$name$;\n",
                     EMIT_VARS(TMPL_VAR("var", var), TMPL_VAR("name", f->items[i].name)));
}

const char *emit_setting(struct emitter *e, const struct plan_field *f, const struct plan_value *v,
                         bool fallback)
{
    if (fallback && v->fallback)
        v = v->fallback;
    bool may_lack = f->many == PLAN_OPTIONAL || f->many == PLAN_OPTIONAL_LIST;
    const char *size = tmpl_number(e->arena, v->size);
    if (v->kind == PLAN_ABSENT) {
        if (may_lack)
            ADD(e, ".has_", f->name, " = false");
        return taken(e);
    }
    if (may_lack)
        ADD(e, ".has_", f->name, " = true, ");
    ADD(e, ".", f->name, " = ");
    if (v->kind == PLAN_STRING)
        ADD(e, "{", v->text, ", ", size, "}");
    else if (v->kind == PLAN_BLOB)
        ADD(e, "{(const uint8_t *)", v->text, ", ", size, "}");
    else
        ADD(e, v->text);
    return taken(e);
}

const char *emit_own_name(const struct plan_fields *f, const char *word, const char *otherwise)
{
    for (size_t i = 0; f && i < f->count; i++)
        if (strcmp(f->items[i].name, word) == 0)
            return otherwise;
    return word;
}

const char *emit_item_param(struct emitter *e, const struct plan_item *item, const char *name)
{
    if (item->kind == PLAN_STRUCT)
        return TMPL_JOIN(e->arena, "const ", item->view, " *", name);
    return TMPL_JOIN(e->arena, item->view, " ", name);
}
