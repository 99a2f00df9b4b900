/* dump.c - the tree as text, for tests: `otpc --dump=ast`.
 *
 * Idea: a line for each node, `word name` and what was set, indented by two; expressions in
 * brackets, so that precedence shows. What was not written is not printed, what names were resolved
 * to is. */
#include "dump.h"

#include <inttypes.h>

struct dumper {
    struct arena_buf *out;
    unsigned depth;
};

static void put(struct dumper *w, const char *fmt, ...) ARENA_PRINTF(2, 3);

static void put(struct dumper *w, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    arena_buf_vprintf(w->out, fmt, args);
    va_end(args);
}

static void begin(struct dumper *w, const char *word, const struct ident *name)
{
    arena_buf_fill(w->out, ' ', (size_t)w->depth * 2);
    put(w, "%s", word);
    if (name)
        put(w, " %s", name->name->text);
}

static void end(struct dumper *w)
{
    arena_buf_puts(w->out, "\n");
}

static void put_doc(struct dumper *w, const struct doc *doc)
{
    if (!doc)
        return;
    arena_buf_fill(w->out, ' ', (size_t)w->depth * 2);
    put(w, "/// ");
    for (const char *s = doc->text; *s; s++)
        put(w, *s == '\n' ? "\\n" : "%c", *s);
    end(w);
}

static void put_ref(struct dumper *w, const struct ref *r)
{
    if (r->package.name)
        put(w, "%s.", r->package.name->text);
    put(w, "%s", r->name.name->text);
    if (!r->decl)
        put(w, " (unresolved)");
}

static const char *duration(struct dumper *w, int64_t ns)
{
    return ast_duration_text(w->out->arena, ns);
}

static void put_time(struct dumper *w, const char *word, const struct set_time *t)
{
    if (!t->set)
        return;
    put(w, " %s ", word);
    switch (t->kind) {
    case TIME_DURATION: put(w, "%s", duration(w, t->ns)); break;
    case TIME_INFINITY: put(w, "infinity"); break;
    case TIME_BRUTAL_KILL: put(w, "brutal_kill"); break;
    }
}

static void put_range(struct dumper *w, const char *word, const struct set_range *r)
{
    if (r->set)
        put(w, " %s %s to %s", word, duration(w, r->min_ns), duration(w, r->max_ns));
}

static void put_word(struct dumper *w, const char *word, const struct set_word *s,
                     const char *const texts[])
{
    if (s->set)
        put(w, " %s %s", word, texts[s->value]);
}

static void put_flag(struct dumper *w, const char *word, const struct set_flag *f)
{
    if (f->set)
        put(w, " %s", word);
}

/* ---- Expressions ---- */

static void put_expr(struct dumper *w, const struct expr *e);

static const char *bind_text(const struct binding *b)
{
    switch (b->kind) {
    case BIND_NONE: return "?";
    case BIND_STATE: return "state";
    case BIND_PARAM: return "param";
    case BIND_ENV: return "env";
    case BIND_ENV_FIELD: return "variable";
    case BIND_ENUM: return "enum";
    case BIND_ENUM_VALUE: return "value";
    case BIND_FIELD: return "field";
    case BIND_PACKAGE: return "package";
    }
    return "";
}

static void put_string(struct dumper *w, const struct text *t)
{
    put(w, "\"");
    for (uint32_t i = 0; i < t->len; i++) {
        unsigned char c = (unsigned char)t->bytes[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
            put(w, "\\x%02x", c);
        else
            put(w, "%c", c);
    }
    put(w, "\"");
}

static void put_operation(struct dumper *w, const struct expr *e)
{
    put(w, "(");
    if (e->kind == EXPR_BINARY) {
        put_expr(w, e->op.left);
        put(w, " %s ", ast_op_text(e->op.op));
        put_expr(w, e->op.right);
    } else {
        put(w, "%s", ast_op_text(e->op.op));
        put_expr(w, e->op.left);
    }
    put(w, ")");
}

static void put_expr(struct dumper *w, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_POISON: put(w, "(poison)"); break;
    case EXPR_INT: put(w, "%" PRIu64, e->integer); break;
    case EXPR_FLOAT: put(w, "%.17g", e->number); break;
    case EXPR_DURATION: put(w, "%s", duration(w, e->ns)); break;
    case EXPR_STRING: put_string(w, &e->string); break;
    case EXPR_BOOL: put(w, "%s", e->truth ? "true" : "false"); break;
    case EXPR_NONE: put(w, "none"); break;
    case EXPR_NAME: put(w, "%s:%s", e->name.name->text, bind_text(&e->bind)); break;
    case EXPR_DOT:
        put_expr(w, e->dot.base);
        put(w, ".%s:%s", e->dot.member.name->text, bind_text(&e->bind));
        break;
    case EXPR_UNARY:
    case EXPR_BINARY: put_operation(w, e); break;
    }
}

static void put_value(struct dumper *w, const char *word, const struct expr *e)
{
    if (!e)
        return;
    put(w, " %s", word);
    put_expr(w, e);
}

/* ---- Fields and messages ---- */

static void put_fields(struct dumper *w, const char *word, const struct field_list *fields)
{
    static const char *const access[] = { "private", "protected", "public" };
    for (const struct field *f = fields->first; f; f = f->next) {
        put_doc(w, f->doc);
        begin(w, word, &f->name);
        put(w, ": %s", ast_type_text(w->out->arena, f->type));
        put_value(w, "= ", f->value);
        if (f->variable.bytes) {
            put(w, " env ");
            put_string(w, &f->variable);
        }
        put_word(w, "access", &f->access, access);
        if (f->ordered.set)
            put(w, " ordered");
        if (f->heir.set) {
            put(w, " heir ");
            put_ref(w, &f->heir.ref);
        }
        end(w);
    }
}

static void put_edges(struct dumper *w, const char *word, const struct edge_list *edges)
{
    for (const struct edge *e = edges->first; e; e = e->next)
        put(w, " %s %s%s", word, ast_edge_text(w->out->arena, e),
            !e->decl     ? " (unresolved)"
            : e->message ? ""
                         : " (all)");
}

static void put_handler(struct dumper *w, const struct handler *h)
{
    put_time(w, "timeout", &h->timeout);
    put_flag(w, "reply later", &h->reply_later);
    if (h->reply_by.set) {
        put(w, " by ");
        put_ref(w, &h->reply_by.ref);
    }
    put_edges(w, "calls", &h->calls);
    put_edges(w, "casts", &h->casts);
    put_range(w, "takes", &h->takes);
    put_flag(w, "blocking", &h->blocking);
}

static void put_reply(struct dumper *w, const struct reply *r)
{
    for (const struct tag *t = r->tags.first; t; t = t->next) {
        put_doc(w, t->doc);
        begin(w, "alternative", &t->name);
        end(w);
        w->depth++;
        put_fields(w, "field", &t->fields);
        w->depth--;
    }
}

static void put_messages(struct dumper *w, const struct message *m)
{
    for (; m; m = m->next) {
        put_doc(w, m->doc);
        begin(w, ast_message_word(m->kind), &m->name);
        if (m->reply.kind == REPLY_VALUE)
            put(w, " -> %s", ast_type_text(w->out->arena, m->reply.type));
        put_value(w, "= ", m->value);
        put_value(w, "then ", m->next_value);
        put_handler(w, &m->handler);
        put(w, m->broken ? " (broken)\n" : "\n");
        if (m->kind == MESSAGE_EVENT)
            continue;
        w->depth++;
        put_fields(w, "param", &m->params);
        put_reply(w, &m->reply);
        w->depth--;
    }
}

/* ---- Declarations ---- */

static void put_name_line(struct dumper *w, const struct name_line *n)
{
    if (!n->set)
        return;
    begin(w, "name", n->via ? NULL : &n->name);
    if (n->via) {
        put(w, " via ");
        put_ref(w, &n->registry);
        put(w, " (%s)", n->option.name->text);
    }
    end(w);
}

static void put_genserver(struct dumper *w, const struct genserver *g)
{
    static const char *const policies[] = { "error", "drop", "block" };
    put_name_line(w, &g->name);
    if (g->mailbox.set) {
        begin(w, "mailbox", NULL);
        put(w, " %" PRIu64 " %s", g->mailbox.limit, policies[g->mailbox.policy]);
        if (g->mailbox.policy == MAILBOX_BLOCK)
            put(w, " %s", duration(w, g->mailbox.block_ns));
        end(w);
    }
    if (g->trap_exit.set || g->blocking.set) {
        begin(w, "flags", NULL);
        put_flag(w, "trap_exit", &g->trap_exit);
        put_flag(w, "blocking", &g->blocking);
        end(w);
    }
    put_fields(w, "option", &g->options.fields);
    put_fields(w, "state", &g->state.fields);
    put_messages(w, g->messages.first);
    for (int i = 0; i < CALLBACK_COUNT; i++) {
        if (!g->callbacks[i].set)
            continue;
        begin(w, "on", NULL);
        put(w, " %s", ast_callback_word((enum callback_kind)i));
        put_handler(w, &g->callbacks[i].handler);
        end(w);
    }
}

static void put_child(struct dumper *w, const struct child *c)
{
    static const char *const restarts[] = { "permanent", "transient", "temporary" };
    put_doc(w, c->doc);
    begin(w, "child", &c->id);
    put(w, ": ");
    put_ref(w, &c->module);
    put_word(w, "restart", &c->restart, restarts);
    put_time(w, "shutdown", &c->shutdown);
    put_range(w, "backoff", &c->backoff);
    if (c->name.set)
        put(w, " name %s", c->name.name.name->text);
    put_flag(w, "significant", &c->significant);
    end(w);
    w->depth++;
    for (const struct option_value *o = c->options.first; o; o = o->next) {
        begin(w, "set", &o->name);
        put_value(w, "= ", o->value);
        put(w, o->option ? "\n" : " (unresolved)\n");
    }
    w->depth--;
}

static void put_supervisor(struct dumper *w, const struct supervisor *s)
{
    static const char *const strategies[] = { "one_for_one", "one_for_all", "rest_for_one" };
    static const char *const autos[] = { "never", "any_significant", "all_significant" };
    bool any = s->strategy.set || s->max_restarts.set || s->max_children.value ||
               s->partitions.value || s->auto_shutdown.set;
    if (any) {
        begin(w, "settings", NULL);
        put_word(w, "strategy", &s->strategy, strategies);
        if (s->max_restarts.set)
            put(w, " max_restarts %" PRIu64 " in %s", s->max_restarts.count,
                duration(w, s->max_restarts.period_ns));
        put_value(w, "max_children = ", s->max_children.value);
        put_value(w, "partitions ", s->partitions.value);
        put_word(w, "auto_shutdown", &s->auto_shutdown, autos);
        end(w);
    }
    for (const struct child *c = s->children.first; c; c = c->next)
        put_child(w, c);
}

static void put_typed(struct dumper *w, const char *word, const struct set_type *t)
{
    if (!t->type)
        return;
    begin(w, word, NULL);
    put(w, ": %s\n", ast_type_text(w->out->arena, t->type));
}

static void put_registry(struct dumper *w, const struct registry *g)
{
    static const char *const keys[] = { "unique", "duplicate" };
    begin(w, "settings", NULL);
    put_word(w, "keys", &g->keys, keys);
    if (g->listener.set) {
        put(w, " listener ");
        put_ref(w, &g->listener.ref);
    }
    end(w);
    put_typed(w, "key", &g->key);
    put_typed(w, "value", &g->value);
    put_typed(w, "meta", &g->meta);
}

static void put_cache(struct dumper *w, const struct cache *c)
{
    static const char *const reads[] = { "direct", "owner" };
    put_typed(w, "key", &c->key);
    put_typed(w, "value", &c->value);
    begin(w, "settings", NULL);
    put_value(w, "ttl = ", c->ttl.value);
    put_value(w, "sweep = ", c->sweep.value);
    put_value(w, "max_entries = ", c->max_entries.value);
    put_value(w, "max_bytes = ", c->max_bytes.value);
    put_word(w, "read", &c->read, reads);
    put_time(w, "stale", &c->stale);
    put_flag(w, "loader", &c->loader);
    put(w, c->evict.set ? " on evict\n" : "\n");
}

static void put_refs(struct dumper *w, const char *word, const struct ref_list *refs)
{
    for (const struct ref_item *i = refs->first; i; i = i->next) {
        put(w, " %s ", word);
        put_ref(w, &i->ref);
    }
}

static void put_application(struct dumper *w, const struct application *a)
{
    static const char *const types[] = { "permanent", "transient", "temporary" };
    static const char *const crashes[] = { "contain", "fatal" };
    begin(w, "settings", NULL);
    if (a->start.set) {
        put(w, " start ");
        put_ref(w, &a->start.ref);
    }
    put_word(w, "type", &a->type, types);
    put_refs(w, "uses", &a->uses);
    put_word(w, "crash", &a->crash, crashes);
    put_flag(w, "prep_stop", &a->prep_stop);
    put_flag(w, "stop", &a->stop);
    put_time(w, "stop_within", &a->stop_within);
    end(w);
}

static void put_agent(struct dumper *w, const struct agent *a)
{
    begin(w, "state", NULL);
    put(w, ": %s", ast_type_text(w->out->arena, a->type));
    put_value(w, "= ", a->value);
    end(w);
    put_messages(w, a->server.messages.first);
}

static void put_values(struct dumper *w, const struct enum_value *v)
{
    for (; v; v = v->next) {
        put_doc(w, v->doc);
        begin(w, "value", &v->name);
        end(w);
    }
}

static void put_body(struct dumper *w, const struct decl *d)
{
    switch (d->kind) {
    case DECL_STRUCT:
    case DECL_ENV: put_fields(w, "field", &d->fields); break;
    case DECL_ENUM: put_values(w, d->values.first); break;
    case DECL_GENSERVER: put_genserver(w, &d->genserver); break;
    case DECL_AGENT: put_agent(w, &d->agent); break;
    case DECL_TASK: put_messages(w, d->task); break;
    case DECL_REGISTRY: put_registry(w, &d->registry); break;
    case DECL_PUBSUB: put_typed(w, "message", &d->pubsub.message); break;
    case DECL_CACHE: put_cache(w, &d->cache); break;
    case DECL_TASK_SUPERVISOR:
    case DECL_DYNAMIC_SUPERVISOR:
    case DECL_PARTITION_SUPERVISOR:
    case DECL_SUPERVISOR: put_supervisor(w, &d->supervisor); break;
    case DECL_APPLICATION: put_application(w, &d->application); break;
    case DECL_ALLOW:
        begin(w, "modules", NULL);
        put_refs(w, "of", &d->allow.modules);
        put(w, " because ");
        put_string(w, &d->allow.why);
        end(w);
        break;
    case DECL_EXPORT:
    case DECL_REMOTE:
    case DECL_KIND_COUNT: break;
    }
}

void dump_ast(const struct file *f, struct arena_buf *out)
{
    struct dumper w = { .out = out };
    put_doc(&w, f->doc);
    begin(&w, "package", f->package.name ? &f->package : NULL);
    end(&w);
    for (const struct import *i = f->imports.first; i; i = i->next) {
        put(&w, "import ");
        put_string(&w, &i->path);
        put(&w, i->file ? "\n" : " (unread)\n");
    }
    for (const struct include *i = f->includes.first; i; i = i->next) {
        put(&w, "include ");
        put_string(&w, &i->path);
        end(&w);
    }
    for (const struct decl *d = f->decls.first; d; d = d->next) {
        put_doc(&w, d->doc);
        begin(&w, ast_decl_word(d->kind), d->kind == DECL_ENV ? NULL : &d->name);
        put(&w, d->broken ? " (broken)\n" : "\n");
        w.depth++;
        put_body(&w, d);
        w.depth--;
    }
}
