/* check_refuse.c - what the language has and this version does not build.
 *
 * Idea: everything of the language is read and checked; what no C can be made from yet is refused
 * here, once where it is written, so that nothing is left out in silence. A row or a line goes away
 * when its words are built. */
#include "check_parts.h"

static void refuse(struct check *c, struct span span, const char *what)
{
    if (ast_has_span(span))
        diag_add(c->ds, E_NOT_BUILT, span, "%s is not built yet", what);
}

/* ---- Types ---- */

static void refuse_type(struct check *c, const struct type *t)
{
    if (!t)
        return;
    switch (t->kind) {
    case TYPE_OPTIONAL:
    case TYPE_LIST: refuse_type(c, t->elem); break;
    case TYPE_TABLE:
    case TYPE_TABLE_REF:
        refuse_type(c, t->table.key);
        refuse_type(c, t->table.value);
        break;
    case TYPE_POISON:
    case TYPE_BOOL:
    case TYPE_I8:
    case TYPE_I16:
    case TYPE_I32:
    case TYPE_I64:
    case TYPE_U8:
    case TYPE_U16:
    case TYPE_U32:
    case TYPE_U64:
    case TYPE_F64:
    case TYPE_STRING:
    case TYPE_BYTES:
    case TYPE_DURATION:
    case TYPE_INSTANT:
    case TYPE_PID:
    case TYPE_REASON:
    case TYPE_TIMER:
    case TYPE_MONITOR:
    case TYPE_NAMED:
    case TYPE_EXTERN: break;
    }
}

static void refuse_fields(struct check *c, const struct field_list *fields)
{
    for (const struct field *f = fields->first; f; f = f->next) {
        refuse_type(c, f->type);
    }
}

/* ---- Handlers and messages ---- */

static void refuse_handler(struct check *c, const struct handler *h)
{
    if (h->reply_by.set)
        refuse(c, h->reply_by.span, "'reply later by'");
    if (h->casts.first)
        refuse(c, h->casts.first->span, "'casts'");
    if (h->takes.set)
        refuse(c, h->takes.span, "'takes'");
}

static void refuse_messages(struct check *c, const struct message *m)
{
    for (; m; m = m->next) {
        refuse_handler(c, &m->handler);
        if (m->kind == MESSAGE_EVENT)
            continue;
        refuse_fields(c, &m->params);
        refuse_type(c, m->reply.type);
        for (const struct tag *t = m->reply.tags.first; t; t = t->next)
            refuse_fields(c, &t->fields);
    }
}

/* ---- Declarations ---- */

static void refuse_genserver(struct check *c, const struct genserver *g)
{
    refuse_fields(c, &g->options.fields);
    refuse_fields(c, &g->state.fields);
    for (int i = 0; i < CALLBACK_COUNT; i++) {
        const struct handler *h = &g->callbacks[i].handler;
        refuse_handler(c, h);
        if (h->blocking.set)
            refuse(c, h->blocking.span,
                   "'blocking' of a callback, other than of the whole genserver,");
    }
    const struct edge *edge = g->callbacks[CALLBACK_TERMINATE].handler.calls.first;
    if (edge)
        refuse(c, edge->span, "'calls' of terminate");
    refuse_messages(c, g->messages.first);
}

static void refuse_application(struct check *c, const struct application *a)
{
    if (a->crash.set)
        refuse(c, a->crash.span, "'crash'");
}

static void refuse_kind(struct check *c, const struct decl *d)
{
    refuse(c, d->word_span, arena_format(c->a, "'%s'", ast_decl_word(d->kind)));
}

static void refuse_decl(struct check *c, const struct decl *d)
{
    switch (d->kind) {
    case DECL_STRUCT:
    case DECL_ENV: refuse_fields(c, &d->fields); break;
    case DECL_ENUM:
    case DECL_SUPERVISOR:
    case DECL_DYNAMIC_SUPERVISOR:
    case DECL_TASK_SUPERVISOR:
    case DECL_PARTITION_SUPERVISOR: break;
    case DECL_GENSERVER: refuse_genserver(c, &d->genserver); break;
    case DECL_APPLICATION: refuse_application(c, &d->application); break;
    case DECL_AGENT: refuse_messages(c, d->agent.server.messages.first); break;
    case DECL_REGISTRY:
        refuse_type(c, d->registry.value.type);
        refuse_type(c, d->registry.meta.type);
        break;
    case DECL_PUBSUB: refuse_type(c, d->pubsub.message.type); break;
    case DECL_TASK: refuse_messages(c, d->task); break;
    case DECL_CACHE: refuse_type(c, d->cache.value.type); break;
    case DECL_ALLOW:
    case DECL_EXPORT:
    case DECL_REMOTE: refuse_kind(c, d); break;
    case DECL_KIND_COUNT: break;
    }
}

void check_refusals(struct check *c)
{
    for (const struct file *f = c->u->first_file; f; f = f->next)
        for (const struct decl *d = f->decls.first; d; d = d->next)
            refuse_decl(c, d);
}
