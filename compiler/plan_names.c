/* plan_names.c - every C name that a spec makes, looked at before anything is made.
 *
 * Idea: one walk over all declarations takes each symbol, macro and tag in a table; who comes
 * second is reported with both places. Tags and functions are kept apart by C but not by the
 * warnings of C++, so here they share one space. Names that stand without a prefix (fields,
 * parameters, alternatives) are compared with the words of C and C++. The constants of the
 * generated .c need no entries: each is called after a name that is taken here and one of
 * PLAN_SUFFIXES, of which none ends in another, so they differ from each other; only a parameter
 * could hide one. */
#include <string.h>

#include "ast.h"
#include "cname.h"
#include "plan.h"
#include "plan_build.h"

/* What the constants of a generated .c end in. */
static const char *const PLAN_SUFFIXES[] = {
    "_args",     "_layout",   "_refs",        "_shape",    "_parts",    "_type",       "_dispatch",
    "_thunk",    "_tables",   "_visit",       "_children", "_settings", "_configured", "_values",
    "_entries",  "_words",    "_description", "_fields",   "_about",    "_members",    "_texts",
    "_opaque",   "_spelling", "_accepts",     "_gives",    "_runs",     "_tells",      "_untells",
    "_handlers", "_pull",     "_shared",      "_compute"
};

/* A parameter that ends like a constant of the generated .c. */
struct suspect {
    struct ident ident;
    const char *package;
    struct suspect *next;
};

/* Names that begin alike: the package and some parts. */
struct stem {
    const char *package;
    const char *parts[3]; /* NULL: left out */
    bool capitals;
    struct cname_key key;
};

struct names {
    struct unit *unit;
    struct cname_table table;
    struct suspect *suspects;
    const struct file *file;
    const char *package; /* of file */
    struct stem stem;    /* of the names that are being taken */
};

/* ---- Taking names ---- */

static struct cname_key append(const struct stem *s, struct cname_key key, const char *text)
{
    return s->capitals ? cname_append_upper(key, text) : cname_append(key, text);
}

/* What follows is called after the package and these; NULLs are left out. */
static void begin(struct names *n, bool capitals, const char *a, const char *b, const char *c)
{
    struct stem *s = &n->stem;
    *s = (struct stem){ n->package, { a, b, c }, capitals, cname_key() };
    s->key = append(s, s->key, s->package);
    for (size_t i = 0; i < 3; i++)
        if (s->parts[i])
            s->key = append(s, append(s, s->key, "_"), s->parts[i]);
}

/* The name itself, which is needed for messages only. */
static const char *spell(struct names *n, const char *suffix)
{
    const struct stem *s = &n->stem;
    struct arena_buf b;
    arena_buf_init(&b, n->unit->arena);
    arena_buf_puts(&b, s->package);
    for (size_t i = 0; i < 3; i++)
        if (s->parts[i])
            arena_buf_printf(&b, "_%s", s->parts[i]);
    const char *stem = s->capitals ? cname_upper(n->unit->arena, b.data) : b.data;
    return arena_format(n->unit->arena, "%s%s", stem, suffix);
}

/* Can the C of one file and of the other meet: does one import the other? */
static bool imports(const struct file *from, uint32_t id, unsigned depth)
{
    if (from->source->id == id)
        return true;
    for (const struct import *i = from->imports.first; i && depth > 0; i = i->next)
        if (i->file && imports(i->file, id, depth - 1))
            return true;
    return false;
}

static const struct file *file_of(const struct names *n, uint32_t id)
{
    const struct file *f = n->unit->first_file;
    while (f && f->source->id != id)
        f = f->next;
    return f;
}

/* Two packages of which neither imports the other are two programs, unless a third imports both. */
static bool meet(const struct names *n, uint32_t a, uint32_t b)
{
    enum { DEPTH = 32 };
    if (a == b)
        return true;
    const struct file *fa = file_of(n, a), *fb = file_of(n, b);
    if (!fa || !fb || fa->package.name == fb->package.name)
        return false; /* one package in two files: reported already */
    for (const struct file *f = n->unit->first_file; f; f = f->next)
        if (imports(f, a, DEPTH) && imports(f, b, DEPTH))
            return true;
    return false;
}

/* True if the name was free. */
static bool take(struct names *n, const char *suffix, const char *what, struct span span)
{
    struct cname_key key = cname_append(n->stem.key, suffix);
    const struct cname *old = cname_take(&n->table, key, what, span);
    if (!old || !meet(n, old->span.file, span.file))
        return true;
    struct diag *d = diag_add(&n->unit->diags, E_C_CLASH, span,
                              "two things would be called '%s' in C: %s and %s", spell(n, suffix),
                              old->what, what);
    diag_note(d, old->span, "taken here by %s", old->what);
    diag_help(d, "rename one of them in the spec");
    return false;
}

/* Who has the name of the package and these two parts. */
static const struct cname *find(const struct names *n, const char *package, const char *name,
                                const char *suffix)
{
    struct cname_key key = cname_append(cname_append(cname_key(), package), "_");
    return cname_find(&n->table, cname_append(cname_append(key, name), suffix));
}

static bool check_reserved(struct names *n, const struct ident *id)
{
    const char *why = cname_reserved(id->name->text);
    if (!why)
        return true;
    diag_add(&n->unit->diags, E_C_RESERVED, id->span, "'%s' cannot be a part of a C name: %s",
             id->name->text, why);
    return false;
}

/* A name that stands in C without a prefix. */
static void check_alone(struct names *n, const struct ident *id, const char *what)
{
    if (!check_reserved(n, id))
        return;
    const char *why = cname_word(id->name->text);
    if (!why)
        return;
    struct diag *d = diag_add(&n->unit->diags, E_C_WORD, id->span, "%s cannot be called '%s': %s",
                              what, id->name->text, why);
    diag_help(d, "choose another name: this one stands in C as it is written");
}

/* ---- Fields and parameters ---- */

/* A list is a pointer and NAME_count, an optional value has_NAME and the value: neither may be
 * another field. */
static void check_companion(struct names *n, const struct intern_map *fields,
                            const struct field *of, const char *companion)
{
    const struct field *f = intern_map_get(fields, intern_text(&n->unit->names, companion));
    if (!f)
        return;
    struct diag *d = diag_add(&n->unit->diags, E_C_CLASH, f->name.span,
                              "two things would be called '%s' in C: this and a part of '%s'",
                              companion, of->name.name->text);
    diag_note(d, of->name.span, "'%s' is in C a value and '%s'", of->name.name->text, companion);
    diag_help(d, "rename one of them in the spec");
}

static void check_companions(struct names *n, const struct field_list *list)
{
    struct intern_map fields;
    intern_map_init(&fields, n->unit->arena);
    for (struct field *f = list->first; f; f = f->next)
        intern_map_add(&fields, f->name.name, f);
    for (const struct field *f = list->first; f; f = f->next) {
        const struct type *t = f->type;
        const char *name = f->name.name->text;
        if (t && t->kind == TYPE_OPTIONAL) {
            check_companion(n, &fields, f, arena_format(n->unit->arena, "has_%s", name));
            t = t->elem;
        }
        if (t && t->kind == TYPE_LIST)
            check_companion(n, &fields, f, arena_format(n->unit->arena, "%s_count", name));
    }
}

static void take_made(struct names *n, const struct type *t, struct span at);

/* What may be sent of a table, and its functions. */
static void take_ref(struct names *n, const struct type *t, struct span at)
{
    static const char *const suffixes[] = {
        "",          "_get",         "_has",    "_put",      "_put_new",
        "_put_all",  "_put_all_new", "_take",   "_delete",   "_add",
        "_add_or",   "_add_wrap",    "_borrow", "_release",  "_each",
        "_count_if", "_delete_if",   "_clear",  "_count",    "_memory",
        "_owner",    "_free_value",  "_select", "_free_keys"
    };
    const char *name = plan_ref_name(n->unit->arena, t, n->file);
    const char *what = arena_format(n->unit->arena, "table_ref<%s, %s>",
                                    ast_type_text(n->unit->arena, t->table.key),
                                    ast_type_text(n->unit->arena, t->table.value));
    const struct cname *old = name ? find(n, n->package, name, "") : NULL;
    take_made(n, t->table.key, at);
    take_made(n, t->table.value, at);
    if (!name || (old && strcmp(old->what, what) == 0))
        return;
    begin(n, false, name, NULL, NULL);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (!take(n, suffixes[i], i == 0 ? what : "a function of a table_ref", at))
            return;
}

/* A list or an option that needs a struct of its own in C. */
static void take_made(struct names *n, const struct type *t, struct span at)
{
    if (t->kind == TYPE_TABLE_REF) {
        take_ref(n, t, at);
        return;
    }
    const char *name = plan_made_name(n->unit->arena, t, n->file);
    if (!name)
        return;
    take_made(n, t->elem, at);
    const char *what = ast_type_text(n->unit->arena, t);
    const struct cname *old = find(n, n->package, name, "");
    if (old && strcmp(old->what, what) == 0)
        return;
    begin(n, false, name, NULL, NULL);
    if (take(n, "", what, at))
        take(n, "_owned", what, at);
}

/* The same for what lies inside the first ? and [] of a field, which need none. */
static void take_inner(struct names *n, const struct type *t, struct span at)
{
    if (t->kind == TYPE_OPTIONAL)
        t = t->elem;
    if (t->kind == TYPE_LIST)
        t = t->elem;
    if (t->kind == TYPE_TABLE) {
        take_made(n, t->table.key, at);
        take_made(n, t->table.value, at);
    } else {
        take_made(n, t, at);
    }
}

static void check_fields(struct names *n, const struct field_list *list, const char *what)
{
    bool pairs = false;
    for (const struct field *f = list->first; f; f = f->next) {
        check_alone(n, &f->name, what);
        if (!f->type)
            continue;
        pairs = pairs || f->type->kind == TYPE_OPTIONAL || f->type->kind == TYPE_LIST;
        if (ast_is_shared(f))
            take_ref(n, f->type, f->name.span);
        else
            take_inner(n, f->type, f->name.span);
    }
    if (pairs)
        check_companions(n, list);
}

static bool ends_in(const char *name, size_t len, const char *suffix)
{
    size_t n = strlen(suffix);
    return len > n && memcmp(name + len - n, suffix, n) == 0;
}

static void check_params(struct names *n, const struct field_list *list)
{
    check_fields(n, list, "a parameter");
    for (const struct field *f = list->first; f; f = f->next) {
        const struct name *name = f->name.name;
        for (size_t i = 0; i < sizeof PLAN_SUFFIXES / sizeof PLAN_SUFFIXES[0]; i++) {
            if (!ends_in(name->text, name->len, PLAN_SUFFIXES[i]))
                continue;
            struct suspect *s = ARENA_NEW(n->unit->arena, struct suspect);
            *s = (struct suspect){ f->name, n->package, n->suspects };
            n->suspects = s;
        }
    }
}

/* Parameters that would hide a constant of the generated .c, now that all names are known. */
static void check_suspects(struct names *n)
{
    for (const struct suspect *s = n->suspects; s; s = s->next) {
        const char *name = s->ident.name->text;
        size_t len = strlen(name);
        for (size_t i = 0; i < sizeof PLAN_SUFFIXES / sizeof PLAN_SUFFIXES[0]; i++) {
            if (!ends_in(name, len, PLAN_SUFFIXES[i]))
                continue;
            size_t stem = len - strlen(PLAN_SUFFIXES[i]);
            const struct cname *c = find(n, s->package, arena_copy(n->unit->arena, name, stem), "");
            if (!c)
                continue;
            struct diag *d = diag_add(&n->unit->diags, E_C_CLASH, s->ident.span,
                                      "two things would be called '%s' in C: this parameter and a "
                                      "constant of the generated code",
                                      name);
            diag_note(d, c->span, "the constant comes from here");
            diag_help(d, "rename the parameter");
        }
    }
}

/* ---- Messages ---- */

static void take_tags(struct names *n, const struct message *m, const char *module)
{
    const char *name = m->name.name->text;
    const struct tag_list *tags = &m->reply.tags;
    take(n, "_tag", "the alternatives of a reply", m->name.span);
    for (const struct tag *t = tags->first; t; t = t->next) {
        const char *tag = t->name.name->text;
        check_alone(n, &t->name, "an alternative");
        check_fields(n, &t->fields, "a field of an alternative");
        begin(n, false, module, name, "reply_");
        take(n, tag, "the reply function of an alternative", t->name.span);
        if (m->handler.reply_later.set) {
            begin(n, false, module, name, "answer_");
            take(n, tag, "the function for a later answer", t->name.span);
        }
        begin(n, true, module, name, tag);
        take(n, "", "an alternative of a reply", t->name.span);
    }
}

static bool has_default(const struct message *m)
{
    return m->params.last && m->params.last->value;
}

static void take_call(struct names *n, const struct message *m, const char *module)
{
    struct span at = m->name.span;
    if (m->reply.kind == REPLY_VALUE && m->reply.type)
        take_made(n, m->reply.type, at);
    begin(n, false, module, m->name.name->text, NULL);
    take(n, "_within", "the client with a timeout of its own", at);
    take(n, "_request", "the client that sends a call only", at);
    take(n, "_receive", "the client that takes the answer to a request", at);
    take(n, "_reply", "the reply of a call", at);
    take(n, "_free_reply", "what frees the reply of a call", at);
    if (m->handler.reply_later.set && m->reply.kind != REPLY_TAGS)
        take(n, "_answer", "the function for a later answer", at);
    if (m->reply.kind == REPLY_TAGS)
        take_tags(n, m, module);
}

static void take_message(struct names *n, const struct message *m, const char *module)
{
    const char *name = m->name.name->text;
    struct span at = m->name.span;
    if (!check_reserved(n, &m->name))
        return;
    if (m->kind == MESSAGE_EVENT) {
        begin(n, false, module, "handle", name);
        take(n, "", "the handler of an event", at);
        return;
    }
    check_params(n, &m->params);
    bool is_continue = m->kind == MESSAGE_CONTINUE;
    const char *client = is_continue ? "what names a continue" : "the client of a message";
    begin(n, false, module, is_continue ? "continue" : name, is_continue ? name : NULL);
    if (!take(n, "", client, at))
        return; /* all that is called after it would be said again */
    take(n, "_args", "the arguments of a message", at);
    begin(n, false, module, is_continue ? "handle_continue" : "handle", name);
    if (!m->value)
        take(n, "", "the handler of a message", at);
    if (is_continue)
        return;
    begin(n, false, module, name, NULL);
    if (has_default(m))
        take(n, "_with", "the client that takes the defaulted parameters too", at);
    if (m->kind == MESSAGE_INFO)
        take(n, "_after", "the client that sends an info later", at);
    if (m->kind != MESSAGE_CAST && m->kind != MESSAGE_INFO)
        take_call(n, m, module);
}

/* The result of a task and what gives it. */
static void take_result(struct names *n, const struct message *m)
{
    const char *name = m->name.name->text;
    struct span at = m->name.span;
    if (m->reply.kind == REPLY_VALUE && m->reply.type)
        take_made(n, m->reply.type, at);
    begin(n, false, name, NULL, NULL);
    take(n, "_reply", "the result of a task", at);
    take(n, "_free_reply", "what frees the result of a task", at);
    if (m->reply.kind == REPLY_TAGS)
        take_tags(n, m, NULL);
}

static void take_task(struct names *n, const struct message *m)
{
    static const char *const functions[] = {
        "_module",      "_args",       "_async",  "_async_under",  "_async_nolink", "_start",
        "_start_child", "_await",      "_yield",  "_await_within", "_shutdown",     "_ignore",
        "_await_many",  "_yield_many", "_stream", "_stream_next"
    };
    static const char *const all[] = { "_async_with", "_async_under_with", "_async_nolink_with",
                                       "_start_with" };
    struct span at = m->name.span;
    begin(n, false, m->name.name->text, NULL, NULL);
    if (!take(n, "", "a task", at))
        return;
    take(n, "_run", "the body of a task", at);
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        take(n, functions[i], "a function of a task", at);
    for (size_t i = 0; has_default(m) && i < sizeof all / sizeof all[0]; i++)
        take(n, all[i], "a function of a task", at);
    if (!m->params.first)
        take(n, "_child_spec", "the child spec of a task", at);
    check_params(n, &m->params);
    if (m->reply.kind != REPLY_ACK)
        take_result(n, m);
    begin(n, true, m->name.name->text, NULL, NULL);
    take(n, "_IMPL_H", "the guard of a header", at);
}

/* ---- Declarations ---- */

/* False if the name itself is taken: all that is called after it would be said again. */
static bool take_started(struct names *n, struct span at)
{
    if (!take(n, "", "a module", at))
        return false;
    take(n, "_module", "the table of a module", at);
    take(n, "_start", "a start function", at);
    take(n, "_start_link", "a start function", at);
    take(n, "_start_with", "a start function", at);
    take(n, "_child_spec", "the child spec of a module", at);
    return true;
}

/* Two processes of one name share its symbol; whether both can run is for checking to say. */
static void take_registered(struct names *n, const struct ident *name)
{
    static const char what[] = "a registered name";
    if (!check_reserved(n, name))
        return;
    const struct cname *old = find(n, n->package, name->name->text, "_name_");
    if (old && strcmp(old->what, what) == 0)
        return;
    begin(n, false, name->name->text, "name_", NULL);
    take(n, "", what, name->span);
    begin(n, true, name->name->text, NULL, NULL);
    take(n, "", what, name->span);
}

static void take_state(struct names *n, const struct field_list *state, const char *module)
{
    /* the last ones only of integers or where there is an order, but a name is not free or taken
     * by what a table is like */
    static const char *const verbs[] = { "",         "_put",         "_put_new",  "_get",
                                         "_take",    "_has",         "_delete",   "_delete_if",
                                         "_put_all", "_put_all_new", "_count_if", "_select",
                                         "_each",    "_clear",       "_count",    "_memory",
                                         "_add",     "_add_or",      "_add_wrap", "_first",
                                         "_last",    "_next",        "_prev",     "_range" };
    check_fields(n, state, "a field of a state");
    for (const struct field *f = state->first; f; f = f->next) {
        if (!f->type || ast_is_shared(f) ||
            (f->type->kind != TYPE_TABLE && f->type->kind != TYPE_LIST &&
             f->type->kind != TYPE_EXTERN))
            continue;
        begin(n, false, module, f->name.name->text, NULL);
        if (f->type->kind == TYPE_EXTERN) {
            take(n, "_opaque", "what says how a C type reads", f->name.span);
            continue;
        }
        if (f->type->kind == TYPE_LIST) {
            take(n, "_set", "what sets a list of a state", f->name.span);
            continue;
        }
        for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
            take(n, verbs[i], i == 0 ? "a table" : "a function of a table", f->name.span);
    }
}

/* Each name once: a second one was reported. Continues have a space of names of their own. */
static void take_messages(struct names *n, const struct decl *d, const char *module)
{
    struct intern_map continues;
    intern_map_init(&continues, n->unit->arena);
    for (struct message *m = ast_server(d)->messages.first; m; m = m->next) {
        const struct name *name = m->name.name;
        if (m->kind == MESSAGE_CONTINUE ? !intern_map_add(&continues, name, m)
                                        : !d->members || intern_map_get(d->members, name) == m)
            take_message(n, m, module);
    }
}

static void take_agent(struct names *n, const struct decl *d)
{
    take_registered(n, &d->name);
    if (d->agent.type)
        take_made(n, d->agent.type, d->name.span);
}

static void take_server(struct names *n, const struct decl *d)
{
    static const char *const callbacks[CALLBACK_COUNT] = {
        [CALLBACK_INIT] = "_init",        [CALLBACK_TERMINATE] = "_terminate",
        [CALLBACK_DOWN] = "_handle_down", [CALLBACK_EXIT] = "_handle_exit",
        [CALLBACK_IDLE] = "_handle_idle", [CALLBACK_FORMAT_STATUS] = "_format_status",
    };
    const struct genserver *g = ast_server(d);
    const char *module = d->name.name->text;
    begin(n, false, module, NULL, NULL);
    if (!take_started(n, d->name.span))
        return;
    take(n, "_options", "the options of a module", d->name.span);
    take(n, "_options_default", "the options of a module", d->name.span);
    if (g->name.set && g->name.via)
        take(n, "_via", "what finds a process by its name", g->name.span);
    for (int c = 0; c < CALLBACK_COUNT; c++)
        if (callbacks[c] && (c == CALLBACK_INIT || g->callbacks[c].set))
            take(n, callbacks[c], "a callback", d->name.span);
    begin(n, true, module, NULL, NULL);
    take(n, "_IMPL_H", "the guard of a header", d->name.span);
    if (d->kind == DECL_AGENT)
        take_agent(n, d);
    else if (g->name.set && !g->name.via)
        take_registered(n, &g->name.name);
    check_params(n, &g->options.fields);
    take_state(n, &g->state.fields, module);
    take_messages(n, d, module);
}

static void take_supervisor(struct names *n, const struct decl *d)
{
    begin(n, false, d->name.name->text, NULL, NULL);
    if (!take_started(n, d->name.span))
        return;
    take_registered(n, &d->name);
    if (d->kind == DECL_DYNAMIC_SUPERVISOR) {
        take(n, "_start_child", "what starts a child", d->name.span);
        take(n, "_start_child_with", "what starts a child", d->name.span);
    }
    for (const struct child *c = d->supervisor.children.first; c; c = c->next)
        if (c->name.set && !c->name.via)
            take_registered(n, &c->name.name);
}

static void take_registry(struct names *n, const struct decl *d)
{
    static const char *const functions[] = { "_register",    "_unregister", "_unregister_match",
                                             "_lookup",      "_keys",       "_values",
                                             "_match",       "_select",     "_dispatch",
                                             "_count",       "_entry",      "_entries",
                                             "_free_entries" };
    static const char *const unique[] = { "_whereis", "_update_value", "_free_value" };
    static const char *const meta[] = { "_meta", "_put_meta", "_delete_meta", "_free_meta" };
    const struct registry *r = &d->registry;
    struct span at = d->name.span;
    begin(n, false, d->name.name->text, NULL, NULL);
    if (!take_started(n, at))
        return;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        take(n, functions[i], "a function of a registry", at);
    for (size_t i = 0; r->keys.value == KEYS_UNIQUE && i < sizeof unique / sizeof unique[0]; i++)
        take(n, unique[i], "a function of a registry", at);
    for (size_t i = 0; r->meta.type && i < sizeof meta / sizeof meta[0]; i++)
        take(n, meta[i], "a function of a registry", at);
    if (r->value.type)
        take_made(n, r->value.type, at);
    if (r->meta.type)
        take_made(n, r->meta.type, at);
    take_registered(n, &d->name);
}

static void take_cache(struct names *n, const struct decl *d)
{
    static const char *const functions[] = {
        "_get",   "_has",        "_put",    "_put_with",  "_put_new", "_put_new_with",
        "_touch", "_touch_with", "_delete", "_clear",     "_get_or",  "_get_or_within",
        "_count", "_statistics", "_sweep",  "_free_value"
    };
    static const char *const loading[] = { "_load", "_fetch", "_fetch_within" };
    const struct cache *k = &d->cache;
    struct span at = d->name.span;
    begin(n, false, d->name.name->text, NULL, NULL);
    if (!take_started(n, at))
        return;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        take(n, functions[i], "a function of a cache", at);
    for (size_t i = 0; k->loader.set && i < sizeof loading / sizeof loading[0]; i++)
        take(n, loading[i], "a function of a cache", k->loader.span);
    if (k->evict.set)
        take(n, "_evicted", "a callback of a cache", k->evict.word_span);
    if (k->value.type)
        take_made(n, k->value.type, at);
    take_registered(n, &d->name);
}

static void take_pubsub(struct names *n, const struct decl *d)
{
    static const char *const functions[] = { "_subscribe", "_unsubscribe",    "_broadcast",
                                             "_event",     "_broadcast_from", "_subscribers",
                                             "_event_type" };
    begin(n, false, d->name.name->text, NULL, NULL);
    if (!take_started(n, d->name.span))
        return;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        take(n, functions[i], "a function of a pubsub", d->name.span);
    if (d->pubsub.message.type)
        take_inner(n, d->pubsub.message.type, d->name.span);
    take_registered(n, &d->name);
}

static void take_struct(struct names *n, const struct decl *d)
{
    begin(n, false, d->name.name->text, NULL, NULL);
    if (!take(n, "", "a struct", d->name.span))
        return;
    take(n, "_owned", "the owner form of a struct", d->name.span);
    take(n, "_set", "what sets the owner form of a struct", d->name.span);
    take(n, "_view", "what reads the owner form of a struct", d->name.span);
    check_fields(n, &d->fields, "a field");
}

static void take_enum(struct names *n, const struct decl *d)
{
    begin(n, false, d->name.name->text, NULL, NULL);
    if (!take(n, "", "an enum", d->name.span))
        return;
    for (const struct enum_value *v = d->values.first; v; v = v->next) {
        if (!check_reserved(n, &v->name))
            continue;
        begin(n, true, d->name.name->text, v->name.name->text, NULL);
        if (!d->members || intern_map_get(d->members, v->name.name) == v)
            take(n, "", "a value of an enum", v->name.span);
    }
}

static void take_env(struct names *n, const struct decl *d)
{
    begin(n, false, "env", NULL, NULL);
    take(n, "", "the configuration", d->name.span);
    take(n, "_values", "the configuration", d->name.span);
    check_fields(n, &d->fields, "a variable of env");
}

static void take_decl(struct names *n, const struct decl *d)
{
    switch (d->kind) {
    case DECL_STRUCT: take_struct(n, d); return;
    case DECL_ENUM: take_enum(n, d); return;
    case DECL_GENSERVER:
    case DECL_AGENT: take_server(n, d); return;
    case DECL_SUPERVISOR:
    case DECL_DYNAMIC_SUPERVISOR:
    case DECL_TASK_SUPERVISOR:
    case DECL_PARTITION_SUPERVISOR: take_supervisor(n, d); return;
    case DECL_ENV: take_env(n, d); return;
    case DECL_APPLICATION:
        begin(n, false, "application", NULL, NULL);
        take(n, "", "the application", d->name.span);
        if (d->application.prep_stop.set)
            take(n, "_prep_stop", "a callback of the application", d->application.prep_stop.span);
        if (d->application.stop.set)
            take(n, "_stop", "a callback of the application", d->application.stop.span);
        return;
    case DECL_REGISTRY: take_registry(n, d); return;
    case DECL_PUBSUB: take_pubsub(n, d); return;
    case DECL_TASK: take_task(n, d->task); return;
    case DECL_CACHE: take_cache(n, d); return;
    case DECL_ALLOW:
    case DECL_EXPORT:
    case DECL_REMOTE:
    case DECL_KIND_COUNT: return;
    }
}

static bool is_named(enum decl_kind kind)
{
    return kind != DECL_ENV && kind != DECL_APPLICATION && kind != DECL_ALLOW;
}

static void take_file(struct names *n, const struct file *f)
{
    if (!f->package.name)
        return;
    n->file = f;
    n->package = f->package.name->text;
    const char *why = cname_reserved_package(n->package);
    if (why) {
        diag_add(&n->unit->diags, E_C_RESERVED, f->package.span,
                 "a package cannot be called '%s': %s", n->package, why);
        return;
    }
    begin(n, true, NULL, NULL, NULL);
    take(n, "_OTP_H", "the guard of a header", f->package.span);
    take(n, "_OTP_TYPES_H", "the guard of a header", f->package.span);
    for (const struct decl *d = f->decls.first; d; d = d->next) {
        if (is_named(d->kind) &&
            (!check_reserved(n, &d->name) ||
             (f->decls_by_name.cap && intern_map_get(&f->decls_by_name, d->name.name) != d)))
            continue;
        if ((d->kind == DECL_ENV && d != f->env) ||
            (d->kind == DECL_APPLICATION && d != f->application))
            continue;
        take_decl(n, d);
    }
}

void plan_check_names(struct unit *u)
{
    struct names n = { .unit = u };
    cname_table_init(&n.table, u->arena);
    for (const struct file *f = u->first_file; f; f = f->next)
        take_file(&n, f);
    check_suspects(&n);
}
