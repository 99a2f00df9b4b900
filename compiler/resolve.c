/* resolve.c - from names to what they mean.
 *
 * Idea: walks every declaration and looks up each reference in the tables of resolve_declare.c. A
 * `struct wanted` says what may stand at a place; one lookup serves all places, so that an unknown
 * name, a name of the wrong kind and the suggestion are told the same way everywhere. */
#include "resolve.h"

#include <string.h>

#include "resolve_state.h"
#include "suggest.h"

struct decl *resolve_decl(const struct file *f, const struct name *name)
{
    return intern_map_get(&f->decls_by_name, name);
}

struct message *resolve_message(const struct decl *d, const struct name *name)
{
    if (d->kind == DECL_TASK)
        return d->task->name.name == name ? d->task : NULL;
    return ast_server(d) && d->members ? intern_map_get(d->members, name) : NULL;
}

struct field *resolve_option(const struct decl *d, const struct name *name)
{
    return d->options ? intern_map_get(d->options, name) : NULL;
}

struct resolver {
    struct unit *unit;
    struct file *file;
};

/* ---- References ---- */

/* What may stand at a place. */
struct wanted {
    enum diag_code unknown; /* the error if there is no such name */
    const char *text;       /* "child '%s' is not declared" */
    const char *role;       /* "a child", of the sentence "... is a module" */
    const char *kinds;      /* "a module" */
    bool (*fits)(enum decl_kind kind);
    bool types; /* built-in types may be suggested */
};

static bool fits_type(enum decl_kind kind)
{
    return kind == DECL_STRUCT || kind == DECL_ENUM || ast_is_module(kind);
}

static bool fits_registry(enum decl_kind kind)
{
    return kind == DECL_REGISTRY;
}

static bool fits_pubsub(enum decl_kind kind)
{
    return kind == DECL_PUBSUB;
}

static bool fits_start(enum decl_kind kind)
{
    return kind == DECL_SUPERVISOR;
}

static const struct wanted want_type = { E_UNKNOWN_TYPE, "unknown type",
                                         "a type",       "a struct, an enum or a module",
                                         fits_type,      true };
static const struct wanted want_child = { E_UNKNOWN_MODULE, "unknown child", "a child",
                                          "a module",       ast_is_module,   false };
static const struct wanted want_module = { E_UNKNOWN_MODULE, "unknown module", "this",
                                           "a module",       ast_is_module,    false };
static const struct wanted want_registry = {
    E_UNKNOWN_MODULE, "unknown registry", "what a name is kept in",
    "a registry",     fits_registry,      false
};
static const struct wanted want_pubsub = { E_UNKNOWN_MODULE, "unknown pubsub", "what broadcasts",
                                           "a pubsub",       fits_pubsub,      false };
static const struct wanted want_start = {
    E_UNKNOWN_MODULE, "unknown supervisor", "what an application starts",
    "a supervisor",   fits_start,           false
};

static void offer_decls(struct suggest *s, const struct file *f, const struct wanted *want)
{
    for (const struct decl *d = f->decls.first; d && suggest_wanted(s); d = d->next)
        if (want->fits(d->kind))
            suggest_offer(s, d->name.name->text);
}

static void offer_types(struct suggest *s)
{
    static const char *const types[] = { "bool",     "i8",      "i16", "i32",   "i64",    "u8",
                                         "u16",      "u32",     "u64", "f64",   "string", "bytes",
                                         "duration", "instant", "pid", "reason" };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        suggest_offer(s, types[i]);
}

static void report_unknown(struct resolver *r, const struct file *f, const struct ref *ref,
                           const struct wanted *want)
{
    struct unit *u = r->unit;
    struct suggest s;
    if (f->lost_nameless || intern_map_get(&f->lost_names, ref->name.name))
        return;
    suggest_init(&s, ref->name.name->text, &u->suggest_budget);
    offer_decls(&s, f, want);
    if (want->types && f == r->file)
        offer_types(&s);
    const char *best = suggest_first(&s);
    const struct decl *d = best ? resolve_decl(f, intern_text(&u->names, best)) : NULL;
    const char *ask = suggest_text(&s, u->arena);
    if (d && s.count == 1)
        ask = arena_format(u->arena, "; did you mean the %s '%s'?", ast_decl_word(d->kind), best);
    struct diag *x = diag_add(&u->diags, want->unknown, ref->name.span, "%s '%s'%s", want->text,
                              ref->name.name->text, ask);
    if (best)
        diag_suggest(x, best);
    if (d)
        diag_note(x, d->name.span, "'%s' is declared here", best);
}

static void report_wrong_kind(struct resolver *r, const struct ref *ref, const struct decl *d,
                              const struct wanted *want)
{
    struct diag *x =
        diag_add(&r->unit->diags, E_WRONG_KIND, ref->span, "'%s' is %s, but %s is %s",
                 ref->name.name->text, ast_decl_phrase(d->kind), want->role, want->kinds);
    diag_note(x, d->name.span, "'%s' is declared here", ref->name.name->text);
}

static void report_package(struct resolver *r, struct ident package)
{
    struct suggest s;
    suggest_init(&s, package.name->text, &r->unit->suggest_budget);
    for (const struct import *i = r->file->imports.first; i && suggest_wanted(&s); i = i->next)
        if (i->file && i->file->package.name)
            suggest_offer(&s, i->file->package.name->text);
    struct diag *d = diag_add(&r->unit->diags, E_UNKNOWN_PACKAGE, package.span,
                              "no imported package is called '%s'%s", package.name->text,
                              suggest_text(&s, r->unit->arena));
    if (suggest_first(&s))
        diag_suggest(d, suggest_first(&s));
    else
        diag_help(d, "import its spec: 'import \"%s.otp\";'", package.name->text);
}

/* The file that a reference without or with a package is looked up in; NULL, and reported, if it
 * cannot be told. */
static struct file *file_of(struct resolver *r, struct ident package)
{
    bool unreadable;
    if (!package.name || package.name == r->file->package.name)
        return r->file;
    struct import *i = resolve_import(r->file, package.name, &unreadable);
    if (!i && !unreadable)
        report_package(r, package);
    return i ? i->file : NULL;
}

static void resolve_ref(struct resolver *r, struct ref *ref, const struct wanted *want)
{
    struct file *f = file_of(r, ref->package);
    if (!f)
        return;
    struct decl *d = resolve_decl(f, ref->name.name);
    if (!d)
        report_unknown(r, f, ref, want);
    else if (!want->fits(d->kind))
        report_wrong_kind(r, ref, d, want);
    else
        ref->decl = d;
}

/* ---- Types and fields ---- */

static void resolve_type(struct resolver *r, struct type *t)
{
    if (!t)
        return;
    if (t->kind == TYPE_NAMED) {
        resolve_ref(r, &t->named, &want_type);
    } else if (t->kind == TYPE_OPTIONAL || t->kind == TYPE_LIST) {
        resolve_type(r, t->elem);
    } else if (t->kind == TYPE_TABLE || t->kind == TYPE_TABLE_REF) {
        resolve_type(r, t->table.key);
        resolve_type(r, t->table.value);
    }
}

static void resolve_value_expr(struct resolver *r, struct expr *e)
{
    struct resolve_scope scope = { .unit = r->unit, .file = r->file };
    resolve_expr(&scope, e);
}

static void resolve_types(struct resolver *r, const struct field_list *fields)
{
    for (struct field *f = fields->first; f; f = f->next) {
        resolve_type(r, f->type);
        if (f->heir.set)
            resolve_ref(r, &f->heir.ref, &want_module);
    }
}

static void resolve_defaults(struct resolver *r, const struct field_list *fields, bool in_env)
{
    struct resolve_scope scope = { .unit = r->unit, .file = r->file, .in_env = in_env };
    for (struct field *f = fields->first; f; f = f->next)
        resolve_expr(&scope, f->value);
}

/* ---- Edges ---- */

/* Which of the parts name the module: a.b is package.module only if there is no module a. */
static unsigned parts_of_module(struct resolver *r, const struct edge *e)
{
    bool unreadable;
    if (e->n_parts != 2)
        return e->n_parts == 3 ? 2 : 1;
    if (resolve_decl(r->file, e->parts[0].name) ||
        intern_map_get(&r->file->lost_names, e->parts[0].name))
        return 1;
    return resolve_import(r->file, e->parts[0].name, &unreadable) ? 2 : 1;
}

static void report_message(struct resolver *r, const struct decl *d, struct ident id)
{
    struct suggest s;
    if (d->broken)
        return;
    suggest_init(&s, id.name->text, &r->unit->suggest_budget);
    for (const struct message *m = ast_messages(d); m && suggest_wanted(&s); m = m->next)
        if (m->kind != MESSAGE_CONTINUE && m->kind != MESSAGE_EVENT)
            suggest_offer(&s, m->name.name->text);
    struct diag *x = diag_add(&r->unit->diags, E_UNKNOWN_MESSAGE, id.span,
                              "%s '%s' has no message '%s'%s", ast_decl_word(d->kind),
                              d->name.name->text, id.name->text, suggest_text(&s, r->unit->arena));
    if (suggest_first(&s))
        diag_suggest(x, suggest_first(&s));
    diag_note(x, d->name.span, "'%s' is declared here", d->name.name->text);
}

static bool is_cast(enum message_kind kind)
{
    return kind == MESSAGE_CAST || kind == MESSAGE_INFO;
}

/* `calls` names what is waited for, `casts` what is not. */
static void check_edge_kind(struct resolver *r, const struct edge *e, bool casts)
{
    const struct message *m = e->message;
    if (m->kind != MESSAGE_EVENT && is_cast(m->kind) == casts)
        return;
    const char *word = ast_message_word(m->kind);
    struct diag *d = diag_add(&r->unit->diags, E_WRONG_KIND, e->parts[e->n_parts - 1].span,
                              "'%s' is %s %s, which '%s' cannot name", m->name.name->text,
                              strchr("aeiou", *word) ? "an" : "a", word, casts ? "casts" : "calls");
    diag_note(d, m->name.span, "'%s' is declared here", m->name.name->text);
}

static void resolve_edge(struct resolver *r, struct edge *e, bool casts)
{
    unsigned n = parts_of_module(r, e);
    struct ref ref = { .name = e->parts[n - 1], .span = e->parts[n - 1].span };
    if (n == 2)
        ref.package = e->parts[0];
    resolve_ref(r, &ref, &want_module);
    e->decl = ref.decl;
    if (!e->decl || n == e->n_parts)
        return;
    e->message = resolve_message(e->decl, e->parts[n].name);
    if (e->message)
        check_edge_kind(r, e, casts);
    else
        report_message(r, e->decl, e->parts[n]);
}

static void resolve_handler(struct resolver *r, struct handler *h)
{
    for (struct edge *e = h->calls.first; e; e = e->next)
        resolve_edge(r, e, false);
    for (struct edge *e = h->casts.first; e; e = e->next)
        resolve_edge(r, e, true);
    if (h->reply_by.set)
        resolve_ref(r, &h->reply_by.ref, &want_module);
}

/* ---- Messages ---- */

/* A lone tag that is called like a type is a type to the reader. */
static void check_tag(struct resolver *r, const struct tag *t)
{
    const struct decl *d = resolve_decl(r->file, t->name.name);
    if (!d || t->fields.count > 0 || t->span.end != t->name.span.end)
        return;
    struct diag *x =
        diag_add(&r->unit->diags, E_ALTERNATIVE, t->span, "alternative '%s' is called like %s",
                 t->name.name->text, ast_decl_phrase(d->kind));
    diag_note(x, d->name.span, "'%s' is declared here", t->name.name->text);
    diag_help(x, "a reply that holds one is written 'ok(value: %s)'", t->name.name->text);
}

static void add_param(struct resolver *r, struct message *m, const char *name, struct type *type)
{
    struct field *f = ARENA_NEW(r->unit->arena, struct field);
    f->name = (struct ident){ intern_text(&r->unit->names, name), m->name.span };
    f->type = type;
    f->span = m->name.span;
    if (m->params.last)
        m->params.last->next = f;
    else
        m->params.first = f;
    m->params.last = f;
    m->params.count++;
}

/* It carries the topic, and what the pubsub says; the types in that are the pubsub's to resolve. */
static void resolve_event(struct resolver *r, struct message *m)
{
    struct type *text = ARENA_NEW(r->unit->arena, struct type);
    resolve_ref(r, &m->pubsub, &want_pubsub);
    resolve_handler(r, &m->handler);
    if (!m->pubsub.decl)
        return;
    *text = (struct type){ .kind = TYPE_STRING, .span = m->name.span, .depth = 1 };
    add_param(r, m, "topic", text);
    add_param(r, m, "message", m->pubsub.decl->pubsub.message.type);
}

static void resolve_one_message(struct resolver *r, struct message *m, struct type *state)
{
    if (m->kind == MESSAGE_EVENT) {
        resolve_event(r, m);
        return;
    }
    resolve_types(r, &m->params);
    resolve_defaults(r, &m->params, false);
    resolve_type(r, m->reply.type);
    for (struct tag *t = m->reply.tags.first; t; t = t->next) {
        resolve_types(r, &t->fields);
        check_tag(r, t);
    }
    resolve_handler(r, &m->handler);
    struct resolve_scope scope = {
        .unit = r->unit, .file = r->file, .params = &m->params, .state = state, .broken = m->broken
    };
    resolve_expr(&scope, m->value);
    resolve_expr(&scope, m->next_value);
}

/* ---- Modules ---- */

static void report_option(struct resolver *r, const struct decl *d, struct ident id)
{
    struct suggest s;
    if (d->broken)
        return;
    suggest_init(&s, id.name->text, &r->unit->suggest_budget);
    const struct block *options = &ast_server(d)->options;
    const struct field *f = options->fields.first;
    for (; f && suggest_wanted(&s); f = f->next)
        suggest_offer(&s, f->name.name->text);
    struct diag *x = diag_add(&r->unit->diags, E_UNKNOWN_OPTION, id.span,
                              "%s '%s' has no option '%s'%s", ast_decl_word(d->kind),
                              d->name.name->text, id.name->text, suggest_text(&s, r->unit->arena));
    if (suggest_first(&s))
        diag_suggest(x, suggest_first(&s));
    diag_note(x, options->set ? options->head_span : d->name.span,
              options->set ? "its options" : "it declares no options");
}

static void resolve_name_line(struct resolver *r, struct decl *d)
{
    struct name_line *n = &d->genserver.name;
    if (!n->via)
        return;
    resolve_ref(r, &n->registry, &want_registry);
    n->key = resolve_option(d, n->option.name);
    if (!n->key)
        report_option(r, d, n->option);
}

static void resolve_genserver(struct resolver *r, struct decl *d)
{
    struct genserver *g = &d->genserver;
    resolve_name_line(r, d);
    resolve_types(r, &g->options.fields);
    resolve_defaults(r, &g->options.fields, false);
    resolve_types(r, &g->state.fields);
    for (struct message *m = g->messages.first; m; m = m->next)
        resolve_one_message(r, m, NULL);
    for (int i = 0; i < CALLBACK_COUNT; i++)
        resolve_handler(r, &g->callbacks[i].handler);
}

static void resolve_agent(struct resolver *r, struct decl *d)
{
    resolve_type(r, d->agent.type);
    resolve_value_expr(r, d->agent.value);
    for (struct message *m = d->agent.server.messages.first; m; m = m->next)
        resolve_one_message(r, m, d->agent.type);
}

static void resolve_built_in(struct resolver *r, struct decl *d)
{
    if (d->kind == DECL_REGISTRY) {
        resolve_type(r, d->registry.key.type);
        resolve_type(r, d->registry.value.type);
        resolve_type(r, d->registry.meta.type);
        if (d->registry.listener.set)
            resolve_ref(r, &d->registry.listener.ref, &want_module);
    } else if (d->kind == DECL_PUBSUB) {
        resolve_type(r, d->pubsub.message.type);
    } else {
        resolve_type(r, d->cache.key.type);
        resolve_type(r, d->cache.value.type);
        resolve_value_expr(r, d->cache.ttl.value);
        resolve_value_expr(r, d->cache.sweep.value);
        resolve_value_expr(r, d->cache.max_entries.value);
        resolve_value_expr(r, d->cache.max_bytes.value);
    }
}

/* ---- Supervisors ---- */

static void report_no_options(struct resolver *r, const struct child *c, struct ident id)
{
    const struct decl *d = c->module.decl;
    struct diag *x =
        diag_add(&r->unit->diags, E_UNKNOWN_OPTION, id.span, "'%s' is %s and has no options",
                 d->name.name->text, ast_decl_phrase(d->kind));
    diag_note(x, d->name.span, "'%s' is declared here", d->name.name->text);
}

static void resolve_child_options(struct resolver *r, struct child *c)
{
    const struct decl *d = c->module.decl;
    struct intern_map seen;
    intern_map_init(&seen, r->unit->arena);
    for (struct option_value *o = c->options.first; o; o = o->next) {
        resolve_value_expr(r, o->value);
        struct option_value *first = intern_map_add(&seen, o->name.name, o);
        if (first) {
            struct diag *x = diag_add(&r->unit->diags, E_TWICE, o->name.span, "'%s' is given twice",
                                      o->name.name->text);
            diag_note(x, first->name.span, "first given here");
        }
        if (!d || first)
            continue;
        o->option = resolve_option(d, o->name.name);
        if (!ast_server(d))
            report_no_options(r, c, o->name);
        else if (!o->option)
            report_option(r, d, o->name);
    }
}

static void resolve_supervisor(struct resolver *r, struct decl *d)
{
    resolve_value_expr(r, d->supervisor.max_children.value);
    resolve_value_expr(r, d->supervisor.partitions.value);
    for (struct child *c = d->supervisor.children.first; c; c = c->next) {
        if (!c->broken || resolve_decl(r->file, c->module.name.name))
            resolve_ref(r, &c->module, &want_child);
        resolve_child_options(r, c);
    }
}

/* `uses other;`: the application of an imported package. */
static void resolve_use(struct resolver *r, struct ref *ref)
{
    struct file *f = file_of(r, ref->name);
    if (ref->package.name) {
        struct diag *x = diag_add(&r->unit->diags, E_WRONG_KIND, ref->span,
                                  "'uses' takes the name of a package");
        diag_help(x, "'uses %s;'", ref->package.name->text);
    } else if (f == r->file) {
        diag_add(&r->unit->diags, E_WRONG_KIND, ref->span, "an application cannot use itself");
    } else if (f && f->application) {
        ref->decl = f->application;
    } else if (f && !f->broken) {
        struct diag *x = diag_add(&r->unit->diags, E_WRONG_KIND, ref->span,
                                  "package '%s' has no application", ref->name.name->text);
        diag_note(x, f->package.span, "'%s' is here", ref->name.name->text);
    }
}

static void resolve_application(struct resolver *r, struct decl *d)
{
    struct intern_map seen;
    intern_map_init(&seen, r->unit->arena);
    for (struct ref_item *i = d->application.uses.first; i; i = i->next) {
        resolve_use(r, &i->ref);
        struct ref_item *first = i->ref.decl ? intern_map_add(&seen, i->ref.decl, i) : NULL;
        if (!first)
            continue;
        struct diag *x = diag_add(&r->unit->diags, E_TWICE, i->ref.span, "'%s' uses '%s' already",
                                  d->name.name->text, i->ref.name.name->text);
        diag_note(x, first->ref.span, "first here");
    }
    if (d->application.start.set)
        resolve_ref(r, &d->application.start.ref, &want_start);
}

static void resolve_allow(struct resolver *r, struct decl *d)
{
    for (struct ref_item *i = d->allow.modules.first; i; i = i->next)
        resolve_ref(r, &i->ref, &want_module);
}

static void resolve_one(struct resolver *r, struct decl *d)
{
    switch (d->kind) {
    case DECL_STRUCT: resolve_types(r, &d->fields); break;
    case DECL_ENV:
        resolve_types(r, &d->fields);
        resolve_defaults(r, &d->fields, true);
        break;
    case DECL_GENSERVER: resolve_genserver(r, d); break;
    case DECL_AGENT: resolve_agent(r, d); break;
    case DECL_TASK: resolve_one_message(r, d->task, NULL); break;
    case DECL_REGISTRY:
    case DECL_PUBSUB:
    case DECL_CACHE: resolve_built_in(r, d); break;
    case DECL_TASK_SUPERVISOR:
    case DECL_DYNAMIC_SUPERVISOR:
    case DECL_PARTITION_SUPERVISOR:
    case DECL_SUPERVISOR: resolve_supervisor(r, d); break;
    case DECL_APPLICATION: resolve_application(r, d); break;
    case DECL_ALLOW: resolve_allow(r, d); break;
    case DECL_ENUM:
    case DECL_EXPORT:
    case DECL_REMOTE:
    case DECL_KIND_COUNT: break;
    }
}

static void find_unused_imports(struct unit *u, struct file *f)
{
    if (f->broken)
        return;
    for (struct import *i = f->imports.first; i; i = i->next)
        if (i->file && i->file->package.name && !i->used)
            diag_add(&u->diags, W_UNUSED_IMPORT, i->path.span, "nothing of package '%s' is used",
                     i->file->package.name->text);
}

void resolve_names(struct unit *u)
{
    resolve_packages(u);
    for (struct file *f = u->first_file; f; f = f->next)
        resolve_declare(u, f);
    for (struct file *f = u->first_file; f; f = f->next) {
        struct resolver r = { .unit = u, .file = f };
        for (struct decl *d = f->decls.first; d; d = d->next)
            resolve_one(&r, d);
        find_unused_imports(u, f);
    }
    resolve_cycles(u);
}
