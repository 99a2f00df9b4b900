/* resolve_declare.c - the tables of names, and names that may not be.
 *
 * Idea: one table per role. What is declared second is reported with the place of the first and
 * stays out of the table, so that everything else means the first. */
#include "resolve_state.h"

#include <string.h>

struct declarer {
    struct unit *unit;
    struct file *file;
};

/* ---- Single names ---- */

static void check_name(struct declarer *r, struct ident id)
{
    if (id.name->text[id.name->len - 1] != '_')
        return;
    struct diag *d = diag_add(&r->unit->diags, E_NAME_UNDERSCORE, id.span, "name '%s' ends in '_'",
                              id.name->text);
    size_t len = id.name->len;
    while (len > 0 && id.name->text[len - 1] == '_')
        len--;
    if (len > 0)
        diag_suggest(d, arena_copy(r->unit->arena, id.name->text, len));
}

static void report_twin(struct declarer *r, enum diag_code code, const char *noun, struct ident id,
                        struct span first)
{
    struct diag *d =
        diag_add(&r->unit->diags, code, id.span, "%s '%s' is declared twice", noun, id.name->text);
    diag_note(d, first, "first declared here");
}

static struct intern_map *new_map(struct declarer *r)
{
    struct intern_map *m = ARENA_NEW(r->unit->arena, struct intern_map);
    intern_map_init(m, r->unit->arena);
    return m;
}

/* ---- Lists of names ---- */

static void declare_fields(struct declarer *r, struct intern_map *table, const char *noun,
                           const struct field_list *fields)
{
    for (struct field *f = fields->first; f; f = f->next) {
        check_name(r, f->name);
        struct field *first = intern_map_add(table, f->name.name, f);
        if (first)
            report_twin(r, E_DUPLICATE_MEMBER, noun, f->name, first->name.span);
    }
}

/* Names that nobody looks up in a table: few, so no table is kept. */
static void check_fields(struct declarer *r, const char *noun, const struct field_list *fields)
{
    struct intern_map seen;
    intern_map_init(&seen, r->unit->arena);
    if (fields->count == 1)
        check_name(r, fields->first->name);
    else if (fields->count > 1)
        declare_fields(r, &seen, noun, fields);
}

static void declare_values(struct declarer *r, struct decl *d)
{
    d->members = new_map(r);
    for (struct enum_value *v = d->values.first; v; v = v->next) {
        check_name(r, v->name);
        struct enum_value *first = intern_map_add(d->members, v->name.name, v);
        if (first)
            report_twin(r, E_DUPLICATE_MEMBER, "value", v->name, first->name.span);
    }
}

static void check_tags(struct declarer *r, struct reply *reply)
{
    struct intern_map seen;
    intern_map_init(&seen, r->unit->arena);
    for (struct tag *t = reply->tags.first; t; t = t->next) {
        check_name(r, t->name);
        check_fields(r, "field", &t->fields);
        struct tag *first = intern_map_add(&seen, t->name.name, t);
        if (!first)
            continue;
        report_twin(r, E_DUPLICATE_MEMBER, "alternative", t->name, first->name.span);
        reply->kind = REPLY_POISON;
    }
}

static void check_message(struct declarer *r, struct message *m)
{
    check_fields(r, "parameter", &m->params);
    if (m->reply.kind == REPLY_TAGS)
        check_tags(r, &m->reply);
}

/* A continue is named only by its own genserver: its names are a role of their own. */
static void declare_messages(struct declarer *r, struct decl *d, struct message *m)
{
    struct intern_map continues;
    intern_map_init(&continues, r->unit->arena);
    d->members = new_map(r);
    for (; m; m = m->next) {
        bool own = m->kind == MESSAGE_CONTINUE;
        struct message *first = intern_map_add(own ? &continues : d->members, m->name.name, m);
        check_name(r, m->name);
        check_message(r, m);
        if (first)
            report_twin(r, E_DUPLICATE_MEMBER, own ? "continue" : "message", m->name,
                        first->name.span);
    }
}

static void declare_children(struct declarer *r, struct decl *d)
{
    d->members = new_map(r);
    for (struct child *c = d->supervisor.children.first; c; c = c->next) {
        if (c->id_written)
            check_name(r, c->id);
        if (c->name.set)
            check_name(r, c->name.name);
        struct child *first = intern_map_add(d->members, c->id.name, c);
        if (!first || d->kind != DECL_SUPERVISOR)
            continue;
        struct diag *x = diag_add(&r->unit->diags, E_DUPLICATE_CHILD, c->id.span,
                                  "supervisor '%s' already has a child '%s'", d->name.name->text,
                                  c->id.name->text);
        diag_note(x, first->id.span, "first '%s' is here", c->id.name->text);
        diag_help(x, "give one of them another id: 'child %s_2: %s ...'", c->id.name->text,
                  c->module.name.name->text);
    }
}

/* ---- Declarations ---- */

static void declare_genserver(struct declarer *r, struct decl *d)
{
    d->options = new_map(r);
    declare_fields(r, d->options, "option", &d->genserver.options.fields);
    check_fields(r, "field", &d->genserver.state.fields);
    declare_messages(r, d, d->genserver.messages.first);
    if (d->genserver.name.set && !d->genserver.name.via)
        check_name(r, d->genserver.name.name);
}

static void declare_members(struct declarer *r, struct decl *d)
{
    switch (d->kind) {
    case DECL_STRUCT:
    case DECL_ENV:
        d->members = new_map(r);
        declare_fields(r, d->members, d->kind == DECL_ENV ? "variable" : "field", &d->fields);
        break;
    case DECL_ENUM: declare_values(r, d); break;
    case DECL_GENSERVER: declare_genserver(r, d); break;
    case DECL_AGENT:
        d->options = new_map(r);
        declare_fields(r, d->options, "option", &d->agent.server.options.fields);
        declare_messages(r, d, d->agent.server.messages.first);
        break;
    case DECL_TASK: check_message(r, d->task); break;
    case DECL_SUPERVISOR:
    case DECL_DYNAMIC_SUPERVISOR:
    case DECL_PARTITION_SUPERVISOR: declare_children(r, d); break;
    case DECL_TASK_SUPERVISOR:
    case DECL_REGISTRY:
    case DECL_PUBSUB:
    case DECL_CACHE:
    case DECL_APPLICATION:
    case DECL_ALLOW:
    case DECL_EXPORT:
    case DECL_REMOTE:
    case DECL_KIND_COUNT: break;
    }
}

/* env and application: one a file. */
static void declare_single(struct declarer *r, struct decl **place, struct decl *d)
{
    if (!*place) {
        *place = d;
        return;
    }
    struct diag *x = diag_add(&r->unit->diags, E_DUPLICATE, d->word_span,
                              "a spec has one %s, and this is the second", ast_decl_word(d->kind));
    diag_note(x, (*place)->word_span, "first declared here");
}

static void declare_named(struct declarer *r, struct decl *d)
{
    check_name(r, d->name);
    if (d->name.name->scalar) {
        diag_add(&r->unit->diags, E_NAME_IS_TYPE, d->name.span, "'%s' is a built-in type",
                 d->name.name->text);
        intern_map_add(&r->file->lost_names, d->name.name, r->file);
        return;
    }
    struct decl *first = intern_map_add(&r->file->decls_by_name, d->name.name, d);
    if (!first)
        return;
    struct diag *x = diag_add(&r->unit->diags, E_DUPLICATE, d->name.span, "'%s' is declared twice",
                              d->name.name->text);
    diag_note(x, first->name.span, "first declared here, as %s", ast_decl_phrase(first->kind));
}

static void declare(struct declarer *r, struct decl *d)
{
    if (d->kind == DECL_ENV)
        declare_single(r, &r->file->env, d);
    else if (d->kind == DECL_APPLICATION)
        declare_single(r, &r->file->application, d);
    else if (ast_is_module(d->kind) || d->kind == DECL_STRUCT || d->kind == DECL_ENUM)
        declare_named(r, d);
    declare_members(r, d);
}

void resolve_declare(struct unit *u, struct file *f)
{
    struct declarer r = { .unit = u, .file = f };
    if (f->package.name)
        check_name(&r, f->package);
    for (struct decl *d = f->decls.first; d; d = d->next)
        declare(&r, d);
}

void resolve_packages(struct unit *u)
{
    struct intern_map seen;
    intern_map_init(&seen, u->arena);
    for (struct file *f = u->first_file; f; f = f->next) {
        struct file *first = f->package.name ? intern_map_add(&seen, f->package.name, f) : NULL;
        if (!first)
            continue;
        struct diag *d = diag_add(&u->diags, E_PACKAGE_CLASH, f->package.span,
                                  "package '%s' is another spec's already", f->package.name->text);
        diag_note(d, first->package.span, "'%s' has it", first->source->path);
    }
}
