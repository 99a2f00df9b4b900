/* check_calls.c - who calls whom, as the spec declares it.
 *
 * Idea: the graph is made from the `calls` clauses of all handlers and callbacks; a call that is
 * answered by `reply later` does not tie its caller to one handler of the callee and blocks
 * nobody for sure. What it is used for stands in check_cycles.c, check_order.c and
 * check_timeouts.c. */
#include "check_calls.h"

#define DEFAULT_TIMEOUT_NS INT64_C(5000000000)

/* ---- Times ---- */

static bool is_answered(const struct message *m)
{
    return m->kind == MESSAGE_CALL || m->kind == MESSAGE_GET || m->kind == MESSAGE_UPDATE ||
           m->kind == MESSAGE_GET_AND_UPDATE || m->kind == MESSAGE_RUN;
}

static struct tree_time message_timeout(const struct message *m)
{
    const struct set_time *t = &m->handler.timeout;
    if (!t->set)
        return (struct tree_time){ .ns = DEFAULT_TIMEOUT_NS };
    return (struct tree_time){ .forever = t->kind == TIME_INFINITY, .ns = t->ns };
}

struct tree_time calls_wait(const struct call_site *s)
{
    if (s->edge->message)
        return message_timeout(s->edge->message);
    struct tree_time longest = { .ns = 0 };
    bool any = false;
    for (const struct message *m = ast_messages(s->to->module); m; m = m->next) {
        struct tree_time t = message_timeout(m);
        if (!is_answered(m) || (any && !tree_time_less(longest, t)))
            continue;
        longest = t;
        any = true;
    }
    return any ? longest : (struct tree_time){ .ns = DEFAULT_TIMEOUT_NS };
}

struct tree_time calls_handler_wait(const struct call_site *first)
{
    struct tree_time sum = { .ns = 0 };
    for (const struct call_site *s = first; s && s->handler == first->handler; s = s->next)
        sum = tree_time_add(sum, calls_wait(s));
    return sum;
}

struct call_site *calls_next_handler(const struct call_site *first)
{
    struct call_site *s = first->next;
    while (s && s->handler == first->handler)
        s = s->next;
    return s;
}

/* ---- Building ---- */

static struct call_node *node_of(struct unit *u, struct call_graph *g, const struct decl *module)
{
    struct call_node *n = intern_map_get(&g->by_module, module);
    if (n)
        return n;
    if (g->count == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 32;
        struct call_node **nodes = ARENA_ARRAY(u->arena, struct call_node *, cap);
        for (size_t i = 0; i < g->count; i++)
            nodes[i] = g->nodes[i];
        g->nodes = nodes;
        g->cap = cap;
    }
    n = ARENA_NEW(u->arena, struct call_node);
    n->module = module;
    n->index = g->count;
    g->nodes[g->count++] = n;
    intern_map_add(&g->by_module, module, n);
    return n;
}

/* Does the callee's answer come from a handler of its own, while the caller waits? */
static bool blocks(const struct edge *e)
{
    if (e->message)
        return is_answered(e->message) && !e->message->handler.reply_later.set;
    if (ast_is_supervisor(e->decl->kind))
        return true;
    for (const struct message *m = ast_messages(e->decl); m; m = m->next)
        if (is_answered(m) && !m->handler.reply_later.set)
            return true;
    return false;
}

static void add_sites(struct unit *u, struct call_graph *g, struct call_node *from,
                      const struct call_site *like)
{
    for (const struct edge *e = like->handler->calls.first; e; e = e->next) {
        if (!e->decl)
            continue;
        struct call_site *s = ARENA_NEW(u->arena, struct call_site);
        *s = *like;
        s->from = from;
        s->to = node_of(u, g, e->decl);
        s->edge = e;
        s->blocks = blocks(e);
        if (from->last)
            from->last->next = s;
        else
            from->first = s;
        from->last = s;
    }
}

static void add_module(struct unit *u, struct call_graph *g, const struct decl *d)
{
    struct call_node *n = node_of(u, g, d);
    for (int i = 0; d->kind == DECL_GENSERVER && i < CALLBACK_COUNT; i++) {
        struct call_site like = { .handler = &d->genserver.callbacks[i].handler,
                                  .in_text = ast_callback_word((enum callback_kind)i),
                                  .phase = i == CALLBACK_INIT        ? CALL_IN_INIT
                                           : i == CALLBACK_TERMINATE ? CALL_IN_TERMINATE
                                                                     : CALL_IN_WORK };
        add_sites(u, g, n, &like);
    }
    for (const struct message *m = ast_messages(d); m; m = m->next) {
        struct call_site like = {
            .handler = &m->handler, .in = m, .in_text = m->name.name->text, .phase = CALL_IN_WORK
        };
        add_sites(u, g, n, &like);
    }
}

struct call_graph *calls_build(struct unit *u, const struct tree *trees)
{
    struct call_graph *g = ARENA_NEW(u->arena, struct call_graph);
    intern_map_init(&g->by_module, u->arena);
    for (const struct file *f = u->first_file; f; f = f->next)
        for (const struct decl *d = f->decls.first; d; d = d->next)
            if (ast_is_module(d->kind))
                add_module(u, g, d);
    for (const struct tree *t = trees; t; t = t->next)
        for (size_t i = 0; i < t->count; i++)
            node_of(u, g, t->nodes[i]->module)->instances++;
    return g;
}

struct call_node *calls_node(const struct call_graph *g, const struct decl *module)
{
    return intern_map_get(&g->by_module, module);
}

bool calls_is_single(const struct call_node *n)
{
    const struct decl *d = n->module;
    bool named = d->kind != DECL_GENSERVER || (d->genserver.name.set && !d->genserver.name.via);
    return n->instances == 1 || (n->instances == 0 && named && d->kind != DECL_TASK);
}

const char *calls_site_text(struct arena *a, const struct call_site *s)
{
    return ast_edge_text(a, s->edge);
}
