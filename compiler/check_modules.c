/* check_modules.c - what one declaration says wrong by itself.
 *
 * Idea: rules that need no other declaration than the names it mentions: times that could never be
 * kept, callbacks that could never run, options that nobody gives, names that the environment
 * cannot have. */
#include "check_parts.h"

#include <string.h>

/* ---- Times and numbers ---- */

static void not_positive(struct check *c, struct span span, const char *what)
{
    diag_add(c->ds, E_NOT_POSITIVE, span, "%s must be more than zero", what);
}

static void check_time(struct check *c, const struct set_time *t, const char *what)
{
    if (t->set && t->kind == TIME_DURATION && t->ns <= 0)
        not_positive(c, t->value_span, what);
}

static void check_handler(struct check *c, const struct handler *h)
{
    check_time(c, &h->timeout, "a timeout");
}

/* ---- Genservers ---- */

static void check_mailbox(struct check *c, const struct mailbox *m)
{
    if (m->set && m->limit == 0)
        not_positive(c, m->limit_span, "the limit of a mailbox");
    if (m->set && m->limit > UINT32_MAX)
        diag_add(c->ds, E_TOO_MANY, m->limit_span, "a mailbox holds at most %llu messages",
                 (unsigned long long)UINT32_MAX);
    if (m->set && m->policy == MAILBOX_BLOCK && m->block_ns <= 0)
        not_positive(c, m->policy_span, "the time that a sender is blocked");
}

static void check_callbacks(struct check *c, const struct decl *d)
{
    const struct genserver *g = &d->genserver;
    const struct callback *on_exit = &g->callbacks[CALLBACK_EXIT];
    const struct callback *terminate = &g->callbacks[CALLBACK_TERMINATE];
    for (int i = 0; i < CALLBACK_COUNT; i++)
        check_handler(c, &g->callbacks[i].handler);
    const struct edge *edge = g->callbacks[CALLBACK_FORMAT_STATUS].handler.calls.first;
    if (edge)
        diag_add(c->ds, E_FORMAT_CALLS, edge->span, "format_status of '%s' cannot call anybody",
                 d->name.name->text);
    if (g->trap_exit.set || d->broken)
        return;
    if (on_exit->set) {
        struct diag *f =
            diag_add(c->ds, E_EXIT_UNTRAPPED, on_exit->word_span,
                     "'on exit' of '%s' can never run without trap_exit", d->name.name->text);
        diag_help(f, "add the line 'trap_exit;'");
    }
    if (terminate->set) {
        struct diag *f = diag_add(c->ds, W_TERMINATE_WITHOUT_TRAP, terminate->word_span,
                                  "terminate of '%s' does not run at shutdown without trap_exit",
                                  d->name.name->text);
        diag_help(f, "add the line 'trap_exit;'");
    }
}

/* ---- Replies ---- */

static const char *type_spelt(const struct file *f, const struct name *name)
{
    if (name->scalar)
        return "a built-in type";
    const struct decl *d = intern_map_get(&f->decls_by_name, name);
    return d ? ast_decl_phrase(d->kind) : NULL;
}

/* A tag without fields was looked at where types are told from tags: here are those with. */
static void check_tags(struct check *c, const struct message *m)
{
    for (const struct tag *t = m->reply.tags.first; t; t = t->next) {
        const char *what = type_spelt(m->owner->file, t->name.name);
        if (!what || t->span.end == t->name.span.end)
            continue;
        struct diag *d = diag_add(c->ds, E_TAG_IS_TYPE, t->name.span,
                                  "alternative '%s' is spelt like %s", t->name.name->text, what);
        diag_help(d, "give the value a tag, '%s', or call the alternative something else",
                  arena_format(c->a, "value(value: %s)", t->name.name->text));
    }
}

/* ---- Supervisors ---- */

static void check_intensity(struct check *c, const struct set_intensity *s)
{
    if (s->set && s->period_ns <= 0)
        not_positive(c, s->value_span, "the period of max_restarts");
    if (s->set && s->count > UINT32_MAX)
        diag_add(c->ds, E_TOO_MANY, s->value_span, "max_restarts is at most 4294967295");
}

static bool is_given(const struct child *k, const struct field *option)
{
    for (const struct option_value *v = k->options.first; v; v = v->next)
        if (v->option == option || v->name.name == option->name.name)
            return true;
    return false;
}

static void check_required_options(struct check *c, const struct child *k)
{
    const struct decl *m = k->module.decl;
    const struct genserver *server = m ? ast_server(m) : NULL;
    for (const struct field *o = server ? server->options.fields.first : NULL; o; o = o->next) {
        if (o->value || !o->type || o->type->kind == TYPE_POISON || is_given(k, o) ||
            ast_is_partition_number(k, o))
            continue;
        struct diag *d = diag_add(c->ds, E_OPTION_MISSING, k->module.span,
                                  "child '%s' does not give the option '%s'", k->id.name->text,
                                  o->name.name->text);
        diag_note(d, o->name.span, "'%s' has no default", o->name.name->text);
    }
}

/* A task's parameters are no options: nobody could give them. */
static void check_task_child(struct check *c, const struct child *k)
{
    const struct decl *m = k->module.decl;
    if (!m || m->kind != DECL_TASK || !m->task->params.first)
        return;
    struct diag *d = diag_add(c->ds, E_OPTION_MISSING, k->module.span,
                              "a task with parameters cannot be a child: nobody gives them");
    diag_note(d, m->task->params.first->name.span, "'%s' has this one", m->name.name->text);
    diag_help(d, "start it where it is needed, under a task_supervisor");
}

static void check_child(struct check *c, const struct child *k)
{
    check_task_child(c, k);
    if (k->shutdown.set && k->shutdown.kind == TIME_DURATION && k->shutdown.ns <= 0) {
        struct diag *d = diag_add(c->ds, E_NOT_POSITIVE, k->shutdown.value_span,
                                  "a shutdown must be more than zero");
        diag_help(d, "to kill it at once, write 'shutdown brutal_kill'");
    }
    if (k->backoff.set && k->backoff.min_ns <= 0)
        not_positive(c, k->backoff.value_span, "a backoff");
    if (k->backoff.set && ast_restart(k) == RESTART_TEMPORARY)
        diag_add(c->ds, E_CLAUSE, k->backoff.span,
                 "'%s' is temporary, so it has no backoff: it is never started again",
                 k->id.name->text);
}

/* What is started many times has no name that one process could have. */
static void check_nameless(struct check *c, const struct decl *s, const struct child *k)
{
    const struct decl *m = k->module.decl;
    const struct name_line *line = m && m->kind == DECL_GENSERVER ? &m->genserver.name : NULL;
    if (k->name.set) {
        diag_add(c->ds, E_DYNAMIC_NAME, k->name.span,
                 "%s starts many of '%s', so they have no name", ast_decl_phrase(s->kind),
                 k->id.name->text);
    } else if (line && line->set && !line->via) {
        struct diag *d = diag_add(c->ds, E_DYNAMIC_NAME, k->module.span,
                                  "%s starts many of '%s', which has one name",
                                  ast_decl_phrase(s->kind), k->module.name.name->text);
        diag_note(d, line->span, "it has it here");
        diag_help(d, "leave out that line, or make it the child of a supervisor");
    }
}

static void check_partitions(struct check *c, const struct set_value *count)
{
    if (count->value && count->value->kind == EXPR_INT && count->value->integer == 0)
        not_positive(c, count->value->span, "the number of partitions");
}

static void check_supervisor(struct check *c, const struct decl *d)
{
    const struct supervisor *s = &d->supervisor;
    check_intensity(c, &s->max_restarts);
    for (const struct child *k = s->children.first; k; k = k->next) {
        check_child(c, k);
        if (d->kind != DECL_DYNAMIC_SUPERVISOR)
            check_required_options(c, k);
        if (d->kind != DECL_SUPERVISOR)
            check_nameless(c, d, k);
    }
    check_partitions(c, &s->partitions);
    if (d->kind == DECL_SUPERVISOR && !s->children.first && !d->broken)
        diag_add(c->ds, W_EMPTY_SUPERVISOR, d->name.span, "supervisor '%s' has no children",
                 d->name.name->text);
}

/* ---- The application and its configuration ---- */

static bool is_variable_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    return *text && strspn(text, letters) > 0 && text[strspn(text, allowed)] == '\0';
}

static void check_variable(struct check *c, const struct field *f, struct intern_map *seen)
{
    if (strcmp(f->name.name->text, "help") == 0 || strcmp(f->name.name->text, "version") == 0)
        diag_add(c->ds, E_ENV_VARIABLE, f->name.span,
                 "a variable of env cannot be called '%s': --%s is the program's",
                 f->name.name->text, f->name.name->text);
    if (!f->variable.bytes)
        return;
    if (!is_variable_name(f->variable.bytes)) {
        diag_add(c->ds, E_ENV_VARIABLE, f->variable.span,
                 "'%s' cannot be the name of an environment variable", f->variable.bytes);
        return;
    }
    const struct name *key = intern_text(&c->u->names, f->variable.bytes);
    const struct field *first = intern_map_add(seen, key, (void *)(uintptr_t)f);
    if (!first)
        return;
    struct diag *d = diag_add(c->ds, E_ENV_VARIABLE, f->variable.span,
                              "'%s' and '%s' are read from the same environment variable",
                              first->name.name->text, f->name.name->text);
    diag_note(d, first->variable.span, "'%s' is read from it here", first->name.name->text);
}

static void check_env(struct check *c, const struct decl *d)
{
    struct intern_map seen;
    intern_map_init(&seen, c->a);
    for (const struct field *f = d->fields.first; f; f = f->next)
        check_variable(c, f, &seen);
    if (d == d->file->env && !d->file->application && !d->file->broken)
        diag_add(c->ds, W_UNREAD_ENV, d->word_span,
                 "env belongs to an application, and package '%s' has none",
                 d->file->package.name ? d->file->package.name->text : "");
}

/* ---- Includes ---- */

static void check_include(struct check *c, const struct include *i)
{
    if (i->path.bytes && i->path.bytes[0] != '\0' && !strpbrk(i->path.bytes, "\"\\\n\r"))
        return;
    struct diag *d = diag_add(c->ds, E_INCLUDE, i->path.span, "no #include can name this file");
    diag_help(d, "a path has no quotes, backslashes or line breaks");
}

/* ---- Names ---- */

static bool is_known(const struct type *t)
{
    return t && t->kind != TYPE_POISON && (t->kind != TYPE_NAMED || t->named.decl);
}

/* Why that registry cannot keep names, whatever they are; NULL: it can. */
static struct diag *check_keeper(struct check *c, const struct name_line *n,
                                 const struct decl *registry)
{
    const struct registry *r = &registry->registry;
    const char *name = registry->name.name->text;
    struct diag *d = NULL;
    if (r->keys.set && r->keys.value != KEYS_UNIQUE) {
        d = diag_add(c->ds, E_VIA, n->registry.span,
                     "registry '%s' may have a key several times, so it cannot keep names", name);
        diag_help(d, "write 'keys unique;' there, or declare another registry for names");
    } else if (r->value.type) {
        d = diag_add(c->ds, E_VIA, n->registry.span,
                     "registry '%s' keeps a value with each key, and a name has none", name);
        diag_help(d, "declare a registry without 'value' for names, and let the process register "
                     "its value in this one");
    } else if (is_known(r->key.type) && r->key.type->kind == TYPE_NAMED &&
               r->key.type->named.decl->kind == DECL_STRUCT) {
        d = diag_add(c->ds, E_VIA, n->registry.span,
                     "keys of registry '%s' are structs, and a name is one value", name);
        diag_help(d, "declare a registry whose key is a number or a string for names");
    }
    return d;
}

/* The registry of a name line must be able to keep its key. */
static void check_via(struct check *c, const struct name_line *n)
{
    const struct decl *registry = n->via ? n->registry.decl : NULL;
    if (!registry || registry->broken)
        return;
    const struct type *wanted = registry->registry.key.type;
    const struct field *key = n->key;
    struct diag *d = check_keeper(c, n, registry);
    if (!d && key && is_known(key->type) && is_known(wanted) &&
        !check_same_type(key->type, wanted)) {
        d = diag_add(c->ds, E_VIA, n->option.span,
                     "option '%s' is of type '%s', but keys of '%s' are of type '%s'",
                     key->name.name->text, ast_type_text(c->a, key->type),
                     registry->name.name->text, ast_type_text(c->a, wanted));
        diag_help(d, "make the option a '%s', or name another registry",
                  ast_type_text(c->a, wanted));
    }
    if (d)
        diag_note(d, registry->name.span, "'%s' is declared here", registry->name.name->text);
}

/* ---- Caches ---- */

/* A setting that is a time or a number; ttl, sweep, .. A number below zero has no type here. */
static void check_positive(struct check *c, const struct set_value *s, const char *what)
{
    const struct expr *e = s->value;
    if (e && ((e->kind == EXPR_DURATION && e->ns == 0) ||
              (e->kind == EXPR_UNARY && e->op.left->kind == EXPR_DURATION) ||
              (e->kind == EXPR_INT && e->integer == 0)))
        not_positive(c, e->span, what);
}

static void check_cache(struct check *c, const struct cache *k)
{
    check_positive(c, &k->ttl, "ttl");
    check_positive(c, &k->sweep, "the interval of sweeps");
    check_positive(c, &k->max_entries, "max_entries");
    check_positive(c, &k->max_bytes, "max_bytes");
    check_time(c, &k->stale, "stale");
    if (k->stale.set && k->read.set && k->read.value == READ_OWNER) {
        struct diag *d =
            diag_add(c->ds, E_STALE, k->stale.span, "a cache that its owner reads is never stale");
        diag_note(d, k->read.span, "it is said here who reads");
        diag_help(d, "write 'read direct;', or leave 'stale' out");
    }
}

/* ---- Walking ---- */

static void check_decl(struct check *c, const struct decl *d)
{
    if (d->kind == DECL_GENSERVER) {
        check_mailbox(c, &d->genserver.mailbox);
        check_via(c, &d->genserver.name);
        check_callbacks(c, d);
        check_built_in(c, d);
    } else if (ast_is_supervisor(d->kind)) {
        check_supervisor(c, d);
    } else if (d->kind == DECL_ENV) {
        check_env(c, d);
    } else if (d->kind == DECL_APPLICATION) {
        check_time(c, &d->application.stop_within, "stop_within");
    } else if (d->kind == DECL_CACHE) {
        check_cache(c, &d->cache);
    } else if (d->kind == DECL_REGISTRY) {
        check_built_in(c, d);
    }
    for (const struct message *m = ast_messages(d); m; m = m->next) {
        check_handler(c, &m->handler);
        check_tags(c, m);
    }
}

void check_modules(struct check *c)
{
    for (const struct file *f = c->u->first_file; f; f = f->next) {
        for (const struct include *i = f->includes.first; i; i = i->next)
            check_include(c, i);
        for (const struct decl *d = f->decls.first; d; d = d->next)
            check_decl(c, d);
    }
}
