/* plan_modules.c - genservers, supervisors, the configuration and the application.
 *
 * Idea: one function per declaration, which fills one struct of the plan from one of the tree. */
#include "plan_build.h"

#include <string.h>

#include "cname.h"
#include "tmpl.h"

/* ---- Messages ---- */

static enum plan_message_kind message_kind(enum message_kind kind)
{
    if (kind == MESSAGE_CAST)
        return PLAN_CAST;
    if (kind == MESSAGE_CONTINUE)
        return PLAN_CONTINUE;
    if (kind == MESSAGE_EVENT)
        return PLAN_EVENT;
    return kind == MESSAGE_INFO ? PLAN_INFO : PLAN_CALL; /* those of agents are calls too */
}

static void plan_tags(struct plan_builder *b, const struct message *m, struct plan_message *to)
{
    const struct file *f = m->owner->file;
    struct plan_reply *r = &to->reply;
    const char *upper = cname_upper(b->arena, to->c_name);
    r->tags = ARENA_ARRAY(b->arena, struct plan_tag, m->reply.tags.count);
    for (const struct tag *t = m->reply.tags.first; t; t = t->next) {
        struct plan_tag *tag = &r->tags[r->n_tags++];
        tag->name = t->name.name->text;
        tag->c_name = TMPL_JOIN(b->arena, upper, "_", cname_upper(b->arena, tag->name));
        tag->doc = plan_doc(t->doc);
        tag->fields = plan_fields_of(b, &t->fields, f);
        r->refs = r->refs || tag->fields.refs;
    }
}

static void plan_reply(struct plan_builder *b, const struct message *m, struct plan_message *to)
{
    struct plan_reply *r = &to->reply;
    if (m->reply.kind == REPLY_TAGS) {
        r->kind = PLAN_TAGS;
        plan_tags(b, m, to);
    } else if (m->reply.kind == REPLY_VALUE) {
        r->kind = PLAN_VALUE;
        r->value = plan_field_of(b, "value", m->reply.type, m->owner->file);
        r->item = plan_whole_item(b, m->reply.type, m->owner->file);
        r->refs = r->item->refs;
    }
    to->later = m->handler.reply_later.set;
    const struct set_time *t = &m->handler.timeout;
    to->timeout = !t->set                    ? "OTP_CALL_TIMEOUT"
                  : t->kind == TIME_INFINITY ? "OTP_INFINITY"
                                             : plan_duration(b->arena, t->ns);
}

static void plan_message(struct plan_builder *b, const struct message *m, struct plan_message *to)
{
    const struct decl *owner = m->owner;
    const char *module = owner->name.name->text, *name = m->name.name->text;
    to->kind = message_kind(m->kind);
    to->word = ast_message_word(m->kind);
    to->reads = m->kind == MESSAGE_GET;
    to->blocking = m->handler.blocking.set;
    to->module = module;
    to->name = name;
    bool is_continue = to->kind == PLAN_CONTINUE;
    const char *package = plan_package(owner->file);
    if (m->kind == MESSAGE_RUN) {
        to->stem = name;
        to->c_name = TMPL_JOIN(b->arena, package, "_", name);
        to->handler = TMPL_JOIN(b->arena, to->c_name, "_run");
    } else {
        to->stem = TMPL_JOIN(b->arena, module, is_continue ? "_continue_" : "_", name);
        to->c_name = TMPL_JOIN(b->arena, package, "_", to->stem);
        to->handler = TMPL_JOIN(b->arena, package, "_", module,
                                is_continue ? "_handle_continue_" : "_handle_", name);
    }
    to->source = plan_source(b, owner->file);
    to->doc = plan_doc(m->doc);
    to->line = plan_line(b, m->span);
    to->params =
        plan_fields_of(b, &m->params, to->kind == PLAN_EVENT ? m->pubsub.decl->file : owner->file);
    if (to->kind == PLAN_EVENT)
        to->event = TMPL_JOIN(b->arena, plan_c_name(b, m->pubsub.decl), "_event");
    if (to->kind == PLAN_CALL)
        plan_reply(b, m, to);
    if (owner->file == b->file)
        to->inlined = plan_inline_of(b, m);
    intern_map_add(&b->messages, m, to);
}

/* ---- Genservers ---- */

static void plan_table(struct plan_builder *b, const struct field *f, struct plan_module *m)
{
    struct plan_table *t = &m->tables[m->n_tables++];
    t->name = f->name.name->text;
    t->type = ast_type_text(b->arena, f->type);
    t->stem = TMPL_JOIN(b->arena, m->stem, "_", t->name);
    t->c_name = TMPL_JOIN(b->arena, m->c_name, "_", t->name);
    t->line = plan_line(b, f->name.span);
    t->key = plan_whole_item(b, f->type->table.key, b->file);
    t->value = plan_whole_item(b, f->type->table.value, b->file);
    const enum type_kind kind = f->type->table.value->kind;
    t->is_signed = kind >= TYPE_I8 && kind <= TYPE_I64;
    t->counts = t->is_signed || (kind >= TYPE_U8 && kind <= TYPE_U64);
    const enum type_kind key = f->type->table.key->kind;
    t->ordered = f->ordered.set;
    t->signed_keys =
        (key >= TYPE_I8 && key <= TYPE_I64) || key == TYPE_DURATION || key == TYPE_INSTANT;
}

static void plan_shared(struct plan_builder *b, const struct field *f, struct plan_module *m)
{
    struct plan_shared *s = &m->shared[m->n_shared++];
    s->name = f->name.name->text;
    s->access = f->access.value == ACCESS_PUBLIC ? "OTP_ACCESS_PUBLIC" : "OTP_ACCESS_PROTECTED";
    s->line = plan_line(b, f->name.span);
    s->ref = plan_ref_of(b, f->type, b->file);
    if (!f->heir.set)
        return;
    const struct decl *heir = f->heir.ref.decl;
    s->heir = plan_c_name(b, heir);
    s->heir_name = TMPL_JOIN(b->arena, plan_package(heir->file), "_",
                             heir->genserver.name.name.name->text, "_name_");
    const struct message *inherit = ast_messages(heir);
    while (strcmp(inherit->name.name->text, "inherit") != 0)
        inherit = inherit->next;
    s->heir_table = plan_ref_of(b, inherit->params.first->type, heir->file)->c_name;
}

/* Options without a default may stand anywhere, unlike parameters. */
static void plan_required(struct plan_builder *b, struct plan_module *m)
{
    m->required.items = ARENA_ARRAY(b->arena, struct plan_field, m->options.count);
    for (size_t i = 0; i < m->options.count; i++)
        if (!m->options.items[i].value)
            m->required.items[m->required.count++] = m->options.items[i];
}

static void plan_state(struct plan_builder *b, const struct decl *d, struct plan_module *m)
{
    const struct block *options = &ast_server(d)->options, *state = &ast_server(d)->state;
    m->options = plan_fields_of(b, &options->fields, b->file);
    plan_required(b, m);
    m->options_line = options->set ? plan_line(b, options->span) : m->line;
    m->state = plan_fields_of(b, &state->fields, b->file);
    m->state_line = state->set ? plan_line(b, state->span) : m->line;
    m->tables = ARENA_ARRAY(b->arena, struct plan_table, state->fields.count);
    m->shared = ARENA_ARRAY(b->arena, struct plan_shared, state->fields.count);
    size_t i = 0;
    for (const struct field *f = state->fields.first; f; f = f->next, i++) {
        if (f->type->kind != TYPE_TABLE)
            continue;
        if (ast_is_shared(f)) {
            plan_shared(b, f, m);
            m->state.items[i].item = &m->shared[m->n_shared - 1].ref->item;
            continue;
        }
        m->state.items[i].table = &m->tables[m->n_tables];
        plan_table(b, f, m);
    }
}

static void plan_callbacks(struct plan_builder *b, const struct decl *d, struct plan_module *m)
{
    static const enum callback_kind from[PLAN_CALLBACK_COUNT] = {
        [PLAN_INIT] = CALLBACK_INIT,           [PLAN_DOWN] = CALLBACK_DOWN,
        [PLAN_EXIT] = CALLBACK_EXIT,           [PLAN_IDLE] = CALLBACK_IDLE,
        [PLAN_TERMINATE] = CALLBACK_TERMINATE, [PLAN_FORMAT_STATUS] = CALLBACK_FORMAT_STATUS,
    };
    for (int i = 0; i < PLAN_CALLBACK_COUNT; i++) {
        const struct callback *c = &ast_server(d)->callbacks[from[i]];
        m->callbacks[i].set = c->set || i == PLAN_INIT;
        m->callbacks[i].doc = plan_doc(c->doc);
        m->callbacks[i].line = c->set ? plan_line(b, c->span) : m->line;
    }
}

static void add_name(struct plan_builder *b, const struct ident *name, uint32_t line)
{
    const char *package = plan_package(b->file), *text = name->name->text;
    const char *symbol = TMPL_JOIN(b->arena, package, "_", text);
    const void *key = intern_text(&b->unit->names, TMPL_JOIN(b->arena, package, ".", text));
    if (intern_map_add(&b->wanted, key, b))
        return; /* a name of two children in two trees: one object for both */
    struct plan_name *n = ARENA_NEW(b->arena, struct plan_name);
    *n = (struct plan_name){ TMPL_JOIN(b->arena, package, ".", text),
                             TMPL_JOIN(b->arena, symbol, "_name_"), cname_upper(b->arena, symbol),
                             line };
    plan_push(b, &b->names, n);
}

/* "myapp.cache": the name that a module's processes have unless their child line gives another. */
static const char *default_name(struct plan_builder *b, const struct decl *d)
{
    const char *name = d->name.name->text;
    if (d->kind == DECL_TASK)
        return NULL;
    if (d->kind == DECL_GENSERVER) {
        const struct name_line *line = &d->genserver.name;
        if (!line->set || line->via)
            return NULL;
        name = line->name.name->text;
    }
    return TMPL_JOIN(b->arena, plan_package(d->file), ".", name);
}

static const char *mailbox_of(struct plan_builder *b, const struct mailbox *m)
{
    static const char *const policies[] = { "OTP_MAILBOX_ERROR", "OTP_MAILBOX_DROP",
                                            "OTP_MAILBOX_BLOCK" };
    return TMPL_JOIN(b->arena, "{", tmpl_number(b->arena, m->limit), ", ", policies[m->policy],
                     ", ", plan_duration(b->arena, m->block_ns), "}");
}

static void plan_via(struct plan_builder *b, const struct name_line *line, struct plan_module *m)
{
    struct plan_via *via = ARENA_NEW(b->arena, struct plan_via);
    via->registry = plan_c_name(b, line->registry.decl);
    via->keeper = cname_upper(b->arena, via->registry);
    struct plan_field *key = ARENA_NEW(b->arena, struct plan_field);
    *key = plan_field_of(b, line->key->name.name->text, line->key->type, b->file);
    via->key = key;
    via->line = plan_line(b, line->span);
    m->via = via;
}

/* What the spec says of an agent beyond a genserver: its first value, and what it computes. */
static void plan_agent(struct plan_builder *b, const struct decl *d, struct plan_module *m)
{
    if (d->agent.value)
        m->agent_item = plan_whole_item(b, d->agent.type, b->file);
    m->written = !d->agent.value;
    for (size_t i = 0; i < m->n_messages; i++)
        m->written = m->written || !m->messages[i].inlined;
}

void plan_server(struct plan_builder *b, const struct decl *d)
{
    struct plan_module *m = &b->modules[b->n_modules++];
    const struct genserver *g = ast_server(d);
    m->word = ast_decl_word(d->kind);
    m->written = true;
    m->name = m->stem = d->name.name->text;
    m->c_name = plan_c_name(b, d);
    m->upper = cname_upper(b->arena, m->c_name);
    m->doc = plan_doc(d->doc);
    m->line = plan_line(b, d->word_span);
    m->trap_exit = g->trap_exit.set;
    m->blocking = g->blocking.set;
    if (g->mailbox.set)
        m->mailbox = mailbox_of(b, &g->mailbox);
    m->registered = default_name(b, d);
    if (m->registered)
        add_name(b, g->name.set ? &g->name.name : &d->name,
                 g->name.set ? plan_line(b, g->name.span) : m->line);
    plan_state(b, d, m);
    if (g->name.set && g->name.via)
        plan_via(b, &g->name, m);
    plan_callbacks(b, d, m);
    m->messages = ARENA_ARRAY(b->arena, struct plan_message, g->messages.count);
    for (const struct message *from = g->messages.first; from; from = from->next)
        plan_message(b, from, &m->messages[m->n_messages++]);
    if (d->kind == DECL_AGENT)
        plan_agent(b, d, m);
}

/* ---- Tasks ---- */

void plan_task(struct plan_builder *b, const struct decl *d)
{
    struct plan_task *t = &b->tasks[b->n_tasks++];
    plan_message(b, d->task, &t->message);
    t->upper = cname_upper(b->arena, t->message.c_name);
}

/* ---- Declared calls ---- */

static const struct plan_message *planned(struct plan_builder *b, const struct message *m)
{
    const struct plan_message *known = intern_map_get(&b->messages, m);
    if (known)
        return known;
    struct plan_message *made = ARENA_NEW(b->arena, struct plan_message);
    plan_message(b, m, made); /* of an imported package */
    return made;
}

struct edges {
    struct plan_builder *b;
    struct intern_map seen;
    struct plan_list calls;
    struct plan_list starters;
    struct plan_list tasks;
};

static void add_task(struct edges *e, const struct message *m)
{
    struct plan_task *t = ARENA_NEW(e->b->arena, struct plan_task);
    t->message = *planned(e->b, m);
    plan_push(e->b, &e->tasks, t);
}

static void add_call(struct edges *e, const struct message *m)
{
    if (message_kind(m->kind) != PLAN_CALL || intern_map_add(&e->seen, m, e))
        return;
    if (m->kind == MESSAGE_RUN)
        add_task(e, m);
    else
        plan_push(e->b, &e->calls, planned(e->b, m));
}

/* All that a module can be asked. */
static void add_module(struct edges *e, const struct decl *d)
{
    if (d->kind == DECL_DYNAMIC_SUPERVISOR && !intern_map_add(&e->seen, d, e))
        plan_push(e->b, &e->starters, plan_starter(e->b, d));
    for (const struct message *m = ast_messages(d); m; m = m->next)
        add_call(e, m);
}

static void add_edges(struct edges *e, const struct edge_list *list)
{
    for (const struct edge *edge = list->first; edge; edge = edge->next) {
        if (edge->message)
            add_call(e, edge->message);
        else if (edge->decl)
            add_module(e, edge->decl);
    }
}

static struct plan_edges edges_of(struct plan_builder *b, const struct decl *d)
{
    const struct genserver *server = ast_server(d);
    struct edges e = { .b = b };
    intern_map_init(&e.seen, b->arena);
    for (int c = 0; server && c < CALLBACK_COUNT; c++)
        add_edges(&e, &server->callbacks[c].handler.calls);
    for (const struct message *m = ast_messages(d); m; m = m->next)
        add_edges(&e, &m->handler.calls);
    return (struct plan_edges){
        (const struct plan_message *const *)e.calls.items,    e.calls.count,
        (const struct plan_starter *const *)e.starters.items, e.starters.count,
        (const struct plan_task *const *)e.tasks.items,       e.tasks.count,
    };
}

void plan_edges(struct plan_builder *b)
{
    size_t modules = 0, tasks = 0;
    for (const struct decl *d = b->file->decls.first; d; d = d->next) {
        if (ast_server(d))
            b->modules[modules++].edges = edges_of(b, d);
        else if (d->kind == DECL_TASK)
            b->tasks[tasks++].edges = edges_of(b, d);
    }
}

/* ---- Supervisors ---- */

static const struct plan_field *option_named(const struct plan_fields *options, const char *name)
{
    for (size_t i = 0; i < options->count; i++)
        if (strcmp(options->items[i].name, name) == 0)
            return &options->items[i];
    return NULL;
}

static const struct option_value *given(const struct child *c, const struct field *option)
{
    for (const struct option_value *v = c->options.first; v; v = v->next)
        if (v->option == option)
            return v;
    return NULL;
}

static void plan_settings(struct plan_builder *b, const struct child *c, struct plan_child *to)
{
    const struct decl *module = c->module.decl;
    const struct field_list *list = &ast_server(module)->options.fields;
    if (list->count == 0)
        return;
    to->options = TMPL_JOIN(b->arena, plan_c_name(b, module), "_options");
    struct plan_fields *options = ARENA_NEW(b->arena, struct plan_fields);
    *options = plan_fields_of(b, list, module->file);
    to->settings = ARENA_ARRAY(b->arena, struct plan_setting, list->count);
    for (const struct field *f = list->first; f; f = f->next) {
        const struct option_value *v = given(c, f);
        const struct plan_field *option = option_named(options, f->name.name->text);
        const struct plan_value *value =
            v ? plan_value_of(b, v->value, f->type, b->file) : option->value;
        if (!value || (!v && c->owner->kind == DECL_DYNAMIC_SUPERVISOR))
            continue; /* a start must give it, or may */
        uint32_t line = v ? plan_line(b, v->span) : to->line;
        to->settings[to->n_settings++] = (struct plan_setting){ option, value, line };
        to->configured = to->configured || value->fallback;
    }
}

static const char *shutdown_of(struct plan_builder *b, const struct set_time *t)
{
    if (!t->set)
        return "OTP_SHUTDOWN_DEFAULT";
    switch (t->kind) {
    case TIME_INFINITY: return "OTP_INFINITY";
    case TIME_BRUTAL_KILL: return "OTP_BRUTAL_KILL";
    case TIME_DURATION: break;
    }
    return plan_duration(b->arena, t->ns);
}

static void plan_child(struct plan_builder *b, const struct child *c, struct plan_child *to)
{
    static const char *const restarts[] = { "OTP_PERMANENT", "OTP_TRANSIENT", "OTP_TEMPORARY" };
    const struct decl *module = c->module.decl;
    to->id = c->id.name->text;
    to->line = plan_line(b, c->span);
    to->module = TMPL_JOIN(b->arena, plan_c_name(b, module), "_module");
    to->shutdown = shutdown_of(b, &c->shutdown);
    to->significant = c->significant.set;
    to->task = module->kind == DECL_TASK;
    if (c->backoff.set) {
        to->backoff_min = plan_duration(b->arena, c->backoff.min_ns);
        to->backoff_max = plan_duration(b->arena, c->backoff.max_ns);
    }
    to->restart = restarts[ast_restart(c)];
    if (c->owner->kind == DECL_SUPERVISOR)
        to->registered = default_name(b, module);
    if (c->name.set) {
        to->registered = TMPL_JOIN(b->arena, plan_package(b->file), ".", c->name.name.name->text);
        add_name(b, &c->name.name, to->line);
    }
    if (ast_server(module))
        plan_settings(b, c, to);
}

static void plan_limits(struct plan_builder *b, const struct supervisor *from,
                        struct plan_supervisor *to)
{
    static const char *const strategies[] = { "OTP_ONE_FOR_ONE", "OTP_ONE_FOR_ALL",
                                              "OTP_REST_FOR_ONE" };
    static const char *const autos[] = { "OTP_NEVER", "OTP_ANY_SIGNIFICANT",
                                         "OTP_ALL_SIGNIFICANT" };
    const struct set_intensity *limit = &from->max_restarts;
    to->auto_shutdown =
        autos[from->auto_shutdown.set ? from->auto_shutdown.value : AUTO_SHUTDOWN_NEVER];
    to->strategy = strategies[from->strategy.set ? from->strategy.value : STRATEGY_ONE_FOR_ONE];
    to->max_restarts = limit->set ? tmpl_number(b->arena, limit->count) : "OTP_MAX_RESTARTS";
    to->period = limit->set ? plan_duration(b->arena, limit->period_ns) : "OTP_MAX_RESTARTS_PERIOD";
}

/* The options that the child's line leaves to who starts it. */
static struct plan_fields open_options(struct plan_builder *b, const struct child *c)
{
    const struct decl *module = c->module.decl;
    const struct genserver *server = ast_server(module);
    struct plan_fields open = { 0 };
    if (!server)
        return open;
    const struct field_list *list = &server->options.fields;
    struct plan_fields all = plan_fields_of(b, list, module->file);
    open.items = ARENA_ARRAY(b->arena, struct plan_field, all.count);
    for (int pass = 0; pass < 2; pass++) {
        const struct field *f = list->first;
        for (size_t i = 0; i < all.count; i++, f = f->next)
            if (!given(c, f) && (all.items[i].value != NULL) == (pass == 1))
                open.items[open.count++] = all.items[i];
        if (pass == 0)
            open.required = open.count;
    }
    return open;
}

const struct plan_starter *plan_starter(struct plan_builder *b, const struct decl *d)
{
    struct plan_starter *s = ARENA_NEW(b->arena, struct plan_starter);
    const struct child *c = d->supervisor.children.first;
    s->c_name = plan_c_name(b, d);
    s->word = TMPL_JOIN(b->arena, ast_decl_word(d->kind), " ", d->name.name->text);
    s->child = c->id.name->text;
    s->params = open_options(b, c);
    return s;
}

static void plan_dynamic(struct plan_builder *b, const struct decl *d, struct plan_supervisor *s)
{
    const struct expr *most = d->supervisor.max_children.value;
    s->max_children = most ? tmpl_number(b->arena, most->integer) : "OTP_UNLIMITED";
    s->type = "otp_dynamic_supervisor";
    if (d->kind == DECL_DYNAMIC_SUPERVISOR)
        s->starter = plan_starter(b, d);
}

static void plan_partitions(struct plan_builder *b, const struct decl *d, struct plan_supervisor *s)
{
    const struct expr *count = d->supervisor.partitions.value;
    const struct child *c = d->supervisor.children.first;
    const struct genserver *server = ast_server(c->module.decl);
    s->partitions = count ? tmpl_number(b->arena, count->integer) : "0";
    for (const struct field *f = server ? server->options.fields.first : NULL; f; f = f->next)
        if (ast_is_partition_number(c, f) && !given(c, f))
            s->number = plan_field_of(b, "partition", f->type, c->module.decl->file).item->view;
}

void plan_supervisor(struct plan_builder *b, const struct decl *d)
{
    struct plan_supervisor *s = &b->supervisors[b->n_supervisors++];
    s->name = s->stem = d->name.name->text;
    s->c_name = plan_c_name(b, d);
    s->upper = cname_upper(b->arena, s->c_name);
    s->doc = plan_doc(d->doc);
    s->line = plan_line(b, d->word_span);
    s->registered = default_name(b, d);
    add_name(b, &d->name, s->line);
    plan_limits(b, &d->supervisor, s);
    s->word = ast_decl_word(d->kind);
    s->type = TMPL_JOIN(b->arena, "otp_", s->word);
    if (d->kind == DECL_DYNAMIC_SUPERVISOR || d->kind == DECL_TASK_SUPERVISOR)
        plan_dynamic(b, d, s);
    if (d->kind == DECL_PARTITION_SUPERVISOR)
        plan_partitions(b, d, s);
    s->children = ARENA_ARRAY(b->arena, struct plan_child, d->supervisor.children.count);
    for (const struct child *c = d->supervisor.children.first; c; c = c->next) {
        struct plan_child *to = &s->children[s->n_children++];
        plan_child(b, c, to);
        s->n_configured += to->configured && !s->starter;
        s->n_constant += to->options && !to->configured && !s->starter;
    }
}

/* ---- Registries ---- */

void plan_registry(struct plan_builder *b, const struct decl *d)
{
    struct plan_registry *r = &b->registries[b->n_registries++];
    const struct registry *from = &d->registry;
    r->name = r->stem = d->name.name->text;
    r->c_name = plan_c_name(b, d);
    r->doc = plan_doc(d->doc);
    r->line = plan_line(b, d->word_span);
    r->registered = default_name(b, d);
    add_name(b, &d->name, r->line);
    r->unique = from->keys.value == KEYS_UNIQUE;
    r->key = plan_whole_item(b, from->key.type, b->file);
    if (from->value.type)
        r->value = plan_whole_item(b, from->value.type, b->file);
    if (from->meta.type)
        r->meta = plan_whole_item(b, from->meta.type, b->file);
    if (from->listener.set) {
        const struct decl *listener = from->listener.ref.decl;
        const struct ident *name = &ast_server(listener)->name.name;
        r->listener = plan_c_name(b, listener);
        r->listener_name = cname_upper(
            b->arena, TMPL_JOIN(b->arena, plan_package(listener->file), "_", name->name->text));
    }
}

/* ---- Caches ---- */

static const char *duration_or(struct plan_builder *b, const struct set_value *s,
                               const char *otherwise)
{
    return s->value ? plan_duration(b->arena, s->value->ns) : otherwise;
}

static const char *number_or_none(struct plan_builder *b, const struct set_value *s)
{
    return s->value ? tmpl_number(b->arena, s->value->integer) : NULL;
}

void plan_cache(struct plan_builder *b, const struct decl *d)
{
    struct plan_cache *k = &b->caches[b->n_caches++];
    const struct cache *from = &d->cache;
    k->name = k->stem = d->name.name->text;
    k->c_name = plan_c_name(b, d);
    k->doc = plan_doc(d->doc);
    k->line = plan_line(b, d->word_span);
    k->registered = default_name(b, d);
    add_name(b, &d->name, k->line);
    k->key = plan_whole_item(b, from->key.type, b->file);
    k->value = plan_whole_item(b, from->value.type, b->file);
    k->owner = from->read.set && from->read.value == READ_OWNER;
    k->ttl = duration_or(b, &from->ttl, "OTP_INFINITY");
    k->sweep = duration_or(b, &from->sweep, "60 * OTP_S");
    k->stale = from->stale.set ? plan_duration(b->arena, from->stale.ns) : NULL;
    k->max_entries = number_or_none(b, &from->max_entries);
    k->max_bytes = number_or_none(b, &from->max_bytes);
    k->loader_line = from->loader.set ? plan_line(b, from->loader.span) : 0;
    k->evict_line = from->evict.set ? plan_line(b, from->evict.word_span) : 0;
}

/* ---- Pubsubs ---- */

void plan_pubsub(struct plan_builder *b, const struct decl *d)
{
    struct plan_pubsub *p = &b->pubsubs[b->n_pubsubs++];
    struct type text = { .kind = TYPE_STRING, .depth = 1 };
    struct field fields[2] = { { .type = &text }, { .type = d->pubsub.message.type } };
    const struct field_list event = { &fields[0], &fields[1], 2 };
    fields[0].name = (struct ident){ intern_text(&b->unit->names, "topic"), d->name.span };
    fields[1].name = (struct ident){ intern_text(&b->unit->names, "message"), d->name.span };
    fields[0].next = &fields[1];
    p->name = p->stem = d->name.name->text;
    p->c_name = plan_c_name(b, d);
    p->doc = plan_doc(d->doc);
    p->line = plan_line(b, d->word_span);
    p->registered = default_name(b, d);
    add_name(b, &d->name, p->line);
    p->event = plan_fields_of(b, &event, b->file);
    p->topic = plan_whole_item(b, &text, b->file);
}

/* ---- The application ---- */

static const char *setting_text(struct plan_builder *b, const struct expr *e, const struct type *t)
{
    switch (e->kind) {
    case EXPR_STRING: return e->string.bytes;
    case EXPR_DURATION: return ast_duration_text(b->arena, e->ns);
    case EXPR_UNARY: return TMPL_JOIN(b->arena, "-", setting_text(b, e->op.left, t));
    case EXPR_NAME:
    case EXPR_DOT: return e->bind.value->name.name->text;
    case EXPR_INT: return tmpl_number(b->arena, e->integer);
    case EXPR_FLOAT:
    case EXPR_BOOL: return plan_value_of(b, e, t, b->file)->text;
    case EXPR_NONE:
    case EXPR_BINARY:
    case EXPR_POISON: break; /* checking has refused these */
    }
    return NULL;
}

static void plan_variable(struct plan_builder *b, const struct field *f, struct plan_variable *v)
{
    static const char *const kinds[TYPE_EXTERN + 1] = {
        [TYPE_BOOL] = "OTP_ENV_BOOL",     [TYPE_I8] = "OTP_ENV_I8",
        [TYPE_I16] = "OTP_ENV_I16",       [TYPE_I32] = "OTP_ENV_I32",
        [TYPE_I64] = "OTP_ENV_I64",       [TYPE_U8] = "OTP_ENV_U8",
        [TYPE_U16] = "OTP_ENV_U16",       [TYPE_U32] = "OTP_ENV_U32",
        [TYPE_U64] = "OTP_ENV_U64",       [TYPE_F64] = "OTP_ENV_F64",
        [TYPE_STRING] = "OTP_ENV_STRING", [TYPE_DURATION] = "OTP_ENV_DURATION",
        [TYPE_NAMED] = "OTP_ENV_ENUM",
    };
    v->kind = kinds[f->type->kind];
    v->variable = f->variable.bytes;
    v->fallback = f->value ? setting_text(b, f->value, f->type) : NULL;
    if (f->type->kind == TYPE_NAMED) {
        struct plan_enum *words = ARENA_NEW(b->arena, struct plan_enum);
        *words = plan_enum_of(b, f->type->named.decl);
        v->words = words;
    }
}

void plan_env(struct plan_builder *b)
{
    const struct decl *d = b->file->env;
    if (!d)
        return;
    struct plan_fields fields = plan_fields_of(b, &d->fields, b->file);
    struct plan_variable *variables = ARENA_ARRAY(b->arena, struct plan_variable, fields.count);
    size_t i = 0;
    for (const struct field *f = d->fields.first; f; f = f->next, i++) {
        variables[i].field = fields.items[i];
        plan_variable(b, f, &variables[i]);
    }
    b->plan->variables = variables;
    b->plan->n_variables = i;
    b->plan->env_line = plan_line(b, d->word_span);
}

/* What an application needs, and what its start and its end mean. */
static void plan_life(struct plan_builder *b, const struct application *from,
                      struct plan_application *to)
{
    static const char *const types[] = { "OTP_APPLICATION_PERMANENT", "OTP_APPLICATION_TRANSIENT",
                                         "OTP_APPLICATION_TEMPORARY" };
    to->type = types[from->type.set ? from->type.value : APPLICATION_PERMANENT];
    to->uses = ARENA_ARRAY(b->arena, const char *, from->uses.count);
    for (const struct ref_item *i = from->uses.first; i; i = i->next)
        to->uses[to->n_uses++] =
            TMPL_JOIN(b->arena, plan_package(i->ref.decl->file), "_application");
    if (from->prep_stop.set)
        to->prep_stop_line = plan_line(b, from->prep_stop.span);
    if (from->stop.set)
        to->stop_line = plan_line(b, from->stop.span);
    if (from->stop_within.set && from->stop_within.kind == TIME_DURATION)
        to->stop_within = plan_duration(b->arena, from->stop_within.ns);
}

static bool is_used(const struct unit *u, const struct decl *application)
{
    for (const struct file *f = u->first_file; f; f = f->next)
        for (const struct ref_item *i = f->application ? f->application->application.uses.first
                                                       : NULL;
             i; i = i->next)
            if (i->ref.decl == application)
                return true;
    return false;
}

void plan_application(struct plan_builder *b)
{
    const struct decl *d = b->file->application;
    if (!d)
        return;
    const struct decl *root = d->application.start.ref.decl;
    struct plan_application *a = ARENA_NEW(b->arena, struct plan_application);
    a->name = d->name.name->text;
    a->doc = plan_doc(d->doc);
    a->line = plan_line(b, d->word_span);
    a->root_table = TMPL_JOIN(b->arena, plan_c_name(b, root), "_module");
    a->root_name = default_name(b, root);
    a->used = is_used(b->unit, d);
    plan_life(b, &d->application, a);
    for (size_t i = 0; i < b->n_supervisors; i++)
        a->configures = a->configures || b->supervisors[i].n_configured > 0;
    b->plan->application = a;
}
