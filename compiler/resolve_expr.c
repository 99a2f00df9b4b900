/* resolve_expr.c - what the names in an expression stand for.
 *
 * Idea: a name is a parameter, an agent's state, `env`, an enum or an imported package; behind a
 * dot it is looked up in what stands before the dot. Types are needed only for fields of structs,
 * and those are all declared. What has no value of its own (`env`, an enum, a package) is an error
 * unless a dot follows. */
#include "resolve_state.h"

#include <string.h>

#include "resolve.h"
#include "suggest.h"

struct field *resolve_field(const struct field_list *fields, const struct name *name)
{
    struct field *f = fields->first;
    while (f && f->name.name != name)
        f = f->next;
    return f;
}

struct enum_value *resolve_value(const struct decl *d, const struct name *name)
{
    return d->members ? intern_map_get(d->members, name) : NULL;
}

static struct diag *unknown(const struct resolve_scope *s, struct ident id, const char *what,
                            const struct suggest *near)
{
    struct unit *u = s->unit;
    struct diag *d = diag_add(&u->diags, E_UNKNOWN_VALUE, id.span, "%s '%s'%s", what, id.name->text,
                              suggest_text(near, u->arena));
    if (suggest_first(near))
        diag_suggest(d, suggest_first(near));
    return d;
}

/* ---- Names ---- */

/* A value of an enum without its enum: says which one has it. */
static void help_enum_value(const struct resolve_scope *s, struct diag *d, const struct name *name)
{
    for (struct decl *e = s->file->decls.first; e; e = e->next)
        if (e->kind == DECL_ENUM && resolve_value(e, name)) {
            diag_help(d, "a value of an enum is written '%s.%s'", e->name.name->text, name->text);
            return;
        }
}

static void report_name(const struct resolve_scope *s, struct ident id)
{
    struct suggest near;
    if (s->broken || s->file->lost_nameless || intern_map_get(&s->file->lost_names, id.name))
        return;
    suggest_init(&near, id.name->text, &s->unit->suggest_budget);
    for (struct field *f = s->params ? s->params->first : NULL; f; f = f->next)
        suggest_offer(&near, f->name.name->text);
    if (s->state)
        suggest_offer(&near, "state");
    suggest_offer(&near, "true");
    suggest_offer(&near, "false");
    suggest_offer(&near, "none");
    struct diag *d = unknown(s, id, "unknown value", &near);
    if (!suggest_first(&near) && suggest_wanted(&near))
        help_enum_value(s, d, id.name);
}

static struct binding bind_package(const struct resolve_scope *s, struct ident id)
{
    bool unreadable;
    struct import *i = resolve_import(s->file, id.name, &unreadable);
    return (struct binding){ .kind = i ? BIND_PACKAGE : BIND_NONE, .file = i ? i->file : NULL };
}

static struct binding bind_env(const struct resolve_scope *s, struct ident id)
{
    struct binding none = { .kind = BIND_NONE };
    if (s->in_env) {
        diag_add(&s->unit->diags, E_UNKNOWN_VALUE, id.span,
                 "a default in env cannot use variables of env");
        return none;
    }
    if (!s->file->env) {
        struct diag *d =
            diag_add(&s->unit->diags, E_UNKNOWN_VALUE, id.span, "this spec declares no env");
        diag_help(d, "declare it: 'env { NAME: TYPE = DEFAULT; }'");
        return none;
    }
    return (struct binding){ .kind = BIND_ENV, .decl = s->file->env };
}

static void refuse_alone(const struct resolve_scope *s, struct expr *e, struct ident id)
{
    diag_add(&s->unit->diags, E_UNKNOWN_VALUE, id.span, "'%s' alone is no value", id.name->text);
    e->bind = (struct binding){ .kind = BIND_NONE };
}

/* as_base: a dot follows. */
static void bind_name(const struct resolve_scope *s, struct expr *e, bool as_base)
{
    struct ident id = e->name;
    struct field *param = s->params ? resolve_field(s->params, id.name) : NULL;
    struct decl *d = resolve_decl(s->file, id.name);
    if (param) {
        e->bind = (struct binding){ .kind = BIND_PARAM, .field = param };
    } else if (s->state && strcmp(id.name->text, "state") == 0) {
        e->bind = (struct binding){ .kind = BIND_STATE };
    } else if (strcmp(id.name->text, "env") == 0) {
        e->bind = bind_env(s, id);
        if (e->bind.kind == BIND_NONE)
            return;
    } else if (d && d->kind == DECL_ENUM) {
        e->bind = (struct binding){ .kind = BIND_ENUM, .decl = d };
    } else {
        e->bind = bind_package(s, id);
    }
    bool value = e->bind.kind == BIND_PARAM || e->bind.kind == BIND_STATE;
    if (e->bind.kind == BIND_NONE)
        report_name(s, id);
    else if (!value && !as_base)
        refuse_alone(s, e, id);
}

/* ---- Behind a dot ---- */

static void report_member(const struct resolve_scope *s, const struct decl *d, struct ident id,
                          const char *what)
{
    struct suggest near;
    if (d->broken)
        return;
    suggest_init(&near, id.name->text, &s->unit->suggest_budget);
    if (d->kind == DECL_ENUM)
        for (struct enum_value *v = d->values.first; v && suggest_wanted(&near); v = v->next)
            suggest_offer(&near, v->name.name->text);
    else
        for (struct field *f = d->fields.first; f && suggest_wanted(&near); f = f->next)
            suggest_offer(&near, f->name.name->text);
    struct diag *x = unknown(s, id, what, &near);
    diag_note(x, d->kind == DECL_ENV ? d->word_span : d->name.span, "declared here");
}

static struct binding bind_field(const struct resolve_scope *s, struct decl *d, struct ident id,
                                 enum bind_kind kind, const char *what)
{
    struct field *f = d->members ? intern_map_get(d->members, id.name) : NULL;
    if (!f) {
        report_member(s, d, id, what);
        return (struct binding){ .kind = BIND_NONE };
    }
    return (struct binding){ .kind = kind, .field = f, .decl = d };
}

static struct binding bind_value(const struct resolve_scope *s, struct decl *d, struct ident id)
{
    struct enum_value *v = resolve_value(d, id.name);
    if (!v) {
        report_member(s, d, id,
                      arena_format(s->unit->arena, "enum '%s' has no value", d->name.name->text));
        return (struct binding){ .kind = BIND_NONE };
    }
    return (struct binding){ .kind = BIND_ENUM_VALUE, .value = v, .decl = d };
}

/* shop.level: only enums of another package are of use in an expression. */
static struct binding bind_in_package(const struct resolve_scope *s, struct file *f,
                                      struct ident id)
{
    struct decl *d = resolve_decl(f, id.name);
    if (d && d->kind == DECL_ENUM)
        return (struct binding){ .kind = BIND_ENUM, .decl = d };
    if (!intern_map_get(&f->lost_names, id.name))
        diag_add(&s->unit->diags, E_UNKNOWN_VALUE, id.span, "package '%s' has no enum '%s'",
                 f->package.name->text, id.name->text);
    return (struct binding){ .kind = BIND_NONE };
}

/* The declared type of something that a dot may follow; NULL if unknown. */
static const struct type *declared_type(const struct resolve_scope *s, const struct expr *e)
{
    switch (e->bind.kind) {
    case BIND_STATE: return s->state;
    case BIND_PARAM:
    case BIND_ENV_FIELD:
    case BIND_FIELD: return e->bind.field->type;
    case BIND_NONE:
    case BIND_ENV:
    case BIND_ENUM:
    case BIND_ENUM_VALUE:
    case BIND_PACKAGE: break;
    }
    return NULL;
}

static struct binding bind_struct_field(const struct resolve_scope *s, const struct expr *base,
                                        struct ident id)
{
    struct binding none = { .kind = BIND_NONE };
    const struct type *t = declared_type(s, base);
    if (!t || t->kind == TYPE_POISON || (t->kind == TYPE_NAMED && !t->named.decl))
        return none;
    if (t->kind == TYPE_NAMED && t->named.decl->kind == DECL_STRUCT)
        return bind_field(s, t->named.decl, id, BIND_FIELD,
                          arena_format(s->unit->arena, "struct '%s' has no field",
                                       t->named.decl->name.name->text));
    diag_add(&s->unit->diags, E_UNKNOWN_VALUE, id.span, "a value of type '%s' has no field '%s'",
             ast_type_text(s->unit->arena, t), id.name->text);
    return none;
}

static void bind_expr(const struct resolve_scope *s, struct expr *e, bool as_base);

static void bind_dot(const struct resolve_scope *s, struct expr *e, bool as_base)
{
    struct expr *base = e->dot.base;
    struct ident id = e->dot.member;
    bind_expr(s, base, true);
    switch (base->bind.kind) {
    case BIND_NONE: return;
    case BIND_ENV:
        e->bind = bind_field(s, base->bind.decl, id, BIND_ENV_FIELD, "env has no variable");
        break;
    case BIND_ENUM: e->bind = bind_value(s, base->bind.decl, id); break;
    case BIND_PACKAGE: e->bind = bind_in_package(s, base->bind.file, id); break;
    case BIND_ENUM_VALUE:
        diag_add(&s->unit->diags, E_UNKNOWN_VALUE, id.span, "a value of an enum has no field '%s'",
                 id.name->text);
        break;
    case BIND_STATE:
    case BIND_PARAM:
    case BIND_ENV_FIELD:
    case BIND_FIELD: e->bind = bind_struct_field(s, base, id); break;
    }
    if (e->bind.kind == BIND_ENUM && !as_base)
        refuse_alone(s, e, id);
}

static void bind_expr(const struct resolve_scope *s, struct expr *e, bool as_base)
{
    switch (e->kind) {
    case EXPR_POISON:
    case EXPR_INT:
    case EXPR_FLOAT:
    case EXPR_DURATION:
    case EXPR_STRING:
    case EXPR_BOOL:
    case EXPR_NONE: break;
    case EXPR_NAME: bind_name(s, e, as_base); break;
    case EXPR_DOT: bind_dot(s, e, as_base); break;
    case EXPR_UNARY: bind_expr(s, e->op.left, false); break;
    case EXPR_BINARY:
        bind_expr(s, e->op.left, false);
        bind_expr(s, e->op.right, false);
        break;
    }
}

void resolve_expr(const struct resolve_scope *scope, struct expr *e)
{
    if (e)
        bind_expr(scope, e, false);
}
