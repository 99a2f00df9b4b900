/* parse_build.c - builders of a file's parts and of its declarations.
 *
 * Idea: a declaration of many lines is made empty when its block opens, filled line by line, and
 * gets its name and place when the block is closed; only then is it known what is missing. */
#include "parse_build.h"

#include <string.h>

static struct arena *arena_of(struct parser *p)
{
    return p->unit->arena;
}

/* ---- Of a file ---- */

static void note_item(struct parser *p, struct span span)
{
    if (!p->has_item)
        p->first_item = span;
    p->has_item = true;
}

void build_package(struct parser *p, struct span span, struct word *word, struct word *name)
{
    struct file *f = p->file;
    if (!build_once(p, f->package.name, f->package_span, span, "package"))
        return;
    if (p->has_item) {
        struct diag *d = diag_add(&p->unit->diags, E_ORDER, word->id.span,
                                  "'package' comes before everything else");
        diag_note(d, p->first_item, "this stands before it");
    }
    f->package = name->id;
    f->package_span = span;
    f->doc = word->doc;
    if (f->doc)
        f->doc->used = true;
}

void build_import(struct parser *p, struct span span, struct text *path)
{
    note_item(p, span);
    if (!path->bytes)
        return;
    struct import *i = ARENA_NEW(arena_of(p), struct import);
    i->path = *path;
    i->span = span;
    struct import_list *list = &p->file->imports;
    if (list->last)
        list->last->next = i;
    else
        list->first = i;
    list->last = i;
    list->count++;
}

void build_include(struct parser *p, struct span span, struct text *path)
{
    note_item(p, span);
    if (!path->bytes)
        return;
    struct include *i = ARENA_NEW(arena_of(p), struct include);
    i->path = *path;
    i->span = span;
    struct include_list *list = &p->file->includes;
    if (list->last)
        list->last->next = i;
    else
        list->first = i;
    list->last = i;
    list->count++;
}

void build_add(struct parser *p, struct decl *d, struct span span)
{
    note_item(p, span);
    d->span = span;
    d->file = p->file;
    struct decl_list *list = &p->file->decls;
    if (list->last)
        list->last->next = d;
    else
        list->first = d;
    list->last = d;
    list->count++;
}

/* ---- What a finished declaration lacks ---- */

static void missing(struct parser *p, const struct decl *d, const char *what, const char *help)
{
    struct diag *x = diag_add(&p->unit->diags, E_MISSING, d->name.span, "%s '%s' has no %s",
                              ast_decl_word(d->kind), d->name.name->text, what);
    diag_help(x, "%s", help);
}

/* One child is what a dynamic_supervisor starts. */
static void check_dynamic(struct parser *p, struct decl *d)
{
    const struct child *c = d->supervisor.children.first;
    if (!c) {
        missing(p, d, "child", "'child MODULE;' says what it starts");
    } else if (c->next) {
        struct diag *x = diag_add(&p->unit->diags, E_TWICE, c->next->span,
                                  "a dynamic_supervisor starts children of one module");
        diag_note(x, c->span, "it starts these");
    }
}

static void check_parts(struct parser *p, struct decl *d)
{
    if (d->broken)
        return;
    if (d->kind == DECL_APPLICATION && !d->application.start.set)
        missing(p, d, "start", "'start SUPERVISOR;' says what it runs");
    else if (d->kind == DECL_DYNAMIC_SUPERVISOR)
        check_dynamic(p, d);
}

/* ---- Declarations ---- */

/* What a kind has of the union: a struct must not pay for a genserver. */
static size_t size_of_part(enum decl_kind kind)
{
    static const struct decl *const d = NULL;
    switch (kind) {
    case DECL_STRUCT:
    case DECL_ENV: return sizeof d->fields;
    case DECL_ENUM: return sizeof d->values;
    case DECL_GENSERVER: return sizeof d->genserver;
    case DECL_AGENT: return sizeof d->agent;
    case DECL_TASK: return sizeof d->task;
    case DECL_REGISTRY: return sizeof d->registry;
    case DECL_PUBSUB: return sizeof d->pubsub;
    case DECL_CACHE: return sizeof d->cache;
    case DECL_TASK_SUPERVISOR:
    case DECL_DYNAMIC_SUPERVISOR:
    case DECL_PARTITION_SUPERVISOR:
    case DECL_SUPERVISOR: return sizeof d->supervisor;
    case DECL_APPLICATION: return sizeof d->application;
    case DECL_ALLOW: return sizeof d->allow;
    case DECL_EXPORT:
    case DECL_REMOTE:
    case DECL_KIND_COUNT: break;
    }
    return 0;
}

struct decl *build_decl(struct parser *p, enum decl_kind kind)
{
    struct decl *d = arena_alloc(arena_of(p), offsetof(struct decl, fields) + size_of_part(kind));
    d->kind = kind;
    return d;
}

static void own_messages(struct decl *d)
{
    const struct genserver *server = ast_server(d);
    for (struct message *m = server ? server->messages.first : NULL; m; m = m->next)
        m->owner = d;
}

struct decl *build_named(struct parser *p, struct decl *d, struct word *word, struct word *name)
{
    d->name = name->id;
    d->word_span = word->id.span;
    d->doc = word->doc;
    if (d->doc)
        d->doc->used = true;
    d->broken = p->decl_broken;
    p->decl_broken = p->line_broken = false;
    own_messages(d);
    check_parts(p, d);
    return d;
}

static void refuse_default(struct parser *p, struct field *f, const char *what)
{
    if (!f->value)
        return;
    diag_add(&p->unit->diags, E_NO_DEFAULT, f->value->span,
             "field '%s' of a %s cannot have a default", f->name.name->text, what);
    f->value = NULL;
}

static void refuse_variable(struct parser *p, struct field *f)
{
    if (!f->variable.bytes)
        return;
    struct diag *d = diag_add(&p->unit->diags, E_CLAUSE, f->variable.span,
                              "only variables of 'env' are read from the environment");
    diag_help(d, "declare it in 'env { ... }' and use it as env.%s", f->name.name->text);
    f->variable.bytes = NULL;
}

static void refuse_table_clauses(struct parser *p, struct field *f)
{
    if (f->access.set)
        diag_add(&p->unit->diags, E_CLAUSE, f->access.span,
                 "only a table of a state has an access");
    if (f->heir.set)
        diag_add(&p->unit->diags, E_CLAUSE, f->heir.span, "only a table of a state has an heir");
    if (f->ordered.set)
        diag_add(&p->unit->diags, E_CLAUSE, f->ordered.span, "only a table of a state is ordered");
    f->access.set = f->heir.set = f->ordered.set = false;
}

struct decl *build_struct(struct parser *p, struct word *word, struct word *name,
                          struct field_list *fields)
{
    struct decl *d = build_decl(p, DECL_STRUCT);
    d->fields = *fields;
    for (struct field *f = fields->first; f; f = f->next) {
        refuse_default(p, f, "struct");
        refuse_variable(p, f);
        refuse_table_clauses(p, f);
    }
    return build_named(p, d, word, name);
}

struct decl *build_enum(struct parser *p, struct word *word, struct word *name,
                        struct enum_value_list *values)
{
    struct decl *d = build_decl(p, DECL_ENUM);
    d->values = *values;
    return build_named(p, d, word, name);
}

struct decl *build_env(struct parser *p, struct word *word, struct field_list *fields)
{
    struct decl *d = build_decl(p, DECL_ENV);
    d->fields = *fields;
    for (struct field *f = fields->first; f; f = f->next)
        refuse_table_clauses(p, f);
    return build_named(p, d, word, word);
}

/* A field of the server that an agent is: it stands where the agent's name does. */
static void add_implied(struct parser *p, struct field_list *list, const char *name, struct decl *d)
{
    struct field *f = ARENA_NEW(arena_of(p), struct field);
    f->name = (struct ident){ intern_text(&p->unit->names, name), d->name.span };
    f->type = d->agent.type;
    f->span = d->name.span;
    build_add_field(list, f, d->name.span);
}

struct decl *build_agent(struct parser *p, struct decl *d, struct type *type, struct expr *value)
{
    struct genserver *server = &d->agent.server;
    d->agent.type = type;
    d->agent.value = value;
    add_implied(p, &server->state.fields, "value", d);
    if (value) {
        add_implied(p, &server->options.fields, "initial", d);
        server->options.fields.first->value = value;
    }
    return d;
}

struct decl *build_partition(struct parser *p, struct word *word, struct word *name,
                             struct ref *module, struct expr *count)
{
    struct decl *d = build_decl(p, DECL_PARTITION_SUPERVISOR);
    struct child *c = build_child(p, word, NULL, module);
    c->span = module->span;
    build_add_child(d, c);
    if (count)
        d->supervisor.partitions =
            (struct set_value){ .value = count, .span = count->span, .name_span = name->id.span };
    return build_named(p, d, word, name);
}

void build_partition_options(struct decl *d, struct option_value_list *options, struct span span)
{
    struct child *c = d->supervisor.children.first;
    c->options_written = true;
    c->options_span = span;
    c->options = *options;
}

struct decl *build_allow(struct parser *p, struct word *word, struct word *what,
                         struct ref_list *modules, struct text *why)
{
    struct decl *d = build_decl(p, DECL_ALLOW);
    d->allow = (struct allow){ .what = what->id, .modules = *modules, .why = *why };
    return build_named(p, d, word, what);
}

struct decl *build_skipped(struct parser *p, enum decl_kind kind, struct word *word)
{
    return build_named(p, build_decl(p, kind), word, word);
}

/* ---- Blocks of fields in a genserver ---- */

static bool set_block(struct parser *p, struct block *b, struct word *word,
                      struct field_list *fields, struct span span)
{
    p->line_broken = false;
    if (!build_once(p, b->set, b->head_span, word->id.span, word->id.name->text))
        return false;
    *b = (struct block){
        .set = true, .span = span, .head_span = word->id.span, .doc = word->doc, .fields = *fields
    };
    if (b->doc)
        b->doc->used = true;
    return true;
}

void build_options(struct parser *p, struct decl *d, struct word *word, struct field_list *fields,
                   struct span span)
{
    if (!set_block(p, &d->genserver.options, word, fields, span))
        return;
    for (struct field *f = fields->first; f; f = f->next) {
        refuse_variable(p, f);
        refuse_table_clauses(p, f);
    }
}

void build_state(struct parser *p, struct decl *d, struct word *word, struct field_list *fields,
                 struct span span)
{
    if (!set_block(p, &d->genserver.state, word, fields, span))
        return;
    for (struct field *f = fields->first; f; f = f->next) {
        refuse_default(p, f, "state");
        refuse_variable(p, f);
        if (f->type->kind != TYPE_TABLE && f->type->kind != TYPE_POISON)
            refuse_table_clauses(p, f);
    }
}
