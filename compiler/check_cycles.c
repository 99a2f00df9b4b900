/* check_cycles.c - circles of calls.
 *
 * Idea: a module answers nobody while it waits, whichever handler it waits in, so a deadlock can
 * be wherever modules call each other in a circle. The modules fall into strongly connected parts
 * (Tarjan's way, with a stack of its own, so that no spec is too deep for it). In each part every
 * call lies on a circle: the shortest one through it is reported, and the calls on it count as
 * told. */
#include "check_calls.h"
#include "check_parts.h"

enum { MAX_REPORTS = 20 };

struct search {
    struct check *c;
    struct call_graph *g;
    struct call_node **stack; /* of nodes without a component yet */
    struct call_node **path;  /* of nodes being visited; later: a queue */
    size_t stack_len, path_len;
    size_t order, components, searches;
};

/* ---- Strongly connected parts ---- */

static void enter(struct search *s, struct call_node *n)
{
    n->order = n->low = ++s->order;
    n->on_stack = true;
    n->resume = n->first;
    s->stack[s->stack_len++] = n;
    s->path[s->path_len++] = n;
}

static void leave(struct search *s, struct call_node *n)
{
    s->path_len--;
    if (s->path_len > 0 && n->low < s->path[s->path_len - 1]->low)
        s->path[s->path_len - 1]->low = n->low;
    if (n->low != n->order)
        return;
    s->components++;
    struct call_node *member;
    do {
        member = s->stack[--s->stack_len];
        member->on_stack = false;
        member->component = s->components;
    } while (member != n);
}

static void visit_from(struct search *s, struct call_node *start)
{
    enter(s, start);
    while (s->path_len > 0) {
        struct call_node *n = s->path[s->path_len - 1];
        struct call_site *site = n->resume;
        if (!site) {
            leave(s, n);
            continue;
        }
        n->resume = site->next;
        if (!site->blocks)
            continue;
        if (site->to->order == 0)
            enter(s, site->to);
        else if (site->to->on_stack && site->to->order < n->low)
            n->low = site->to->order;
    }
}

/* ---- Circles ---- */

static bool is_inner(const struct call_site *site)
{
    return site->blocks && site->from != site->to && site->from->component == site->to->component;
}

/* The last site of the shortest way from a node to another; those before it by from->found_by. */
static struct call_site *shortest_way(struct search *s, struct call_node *from,
                                      const struct call_node *to)
{
    size_t search = ++s->searches, head = 0, tail = 0;
    struct call_node **queue = s->path;
    from->search = search;
    from->found_by = NULL;
    queue[tail++] = from;
    while (head < tail) {
        struct call_node *n = queue[head++];
        for (struct call_site *site = n->first; site; site = site->next) {
            if (!is_inner(site) || site->to->search == search)
                continue;
            if (site->to == to)
                return site;
            site->to->search = search;
            site->to->found_by = site;
            queue[tail++] = site->to;
        }
    }
    return NULL;
}

/* Of several calls from one module to the next, the one in the handler that the circle has just
 * called reads best. */
static struct call_site *best_site(struct call_site *site, const struct message *in)
{
    for (struct call_site *s = site->from->first; s && in; s = s->next)
        if (s->to == site->to && s->blocks && s->in == in)
            return s;
    return site;
}

static struct tree_time shortest_wait(struct call_site *const *sites, size_t count,
                                      const struct call_site **which)
{
    struct tree_time least = calls_wait(sites[0]);
    *which = sites[0];
    for (size_t i = 1; i < count; i++) {
        struct tree_time t = calls_wait(sites[i]);
        if (!tree_time_less(t, least))
            continue;
        least = t;
        *which = sites[i];
    }
    return least;
}

static const char *circle_text(struct arena *a, struct call_site *const *sites, size_t count)
{
    struct arena_buf text;
    arena_buf_init(&text, a);
    arena_buf_printf(&text, "%s.%s", sites[0]->from->module->name.name->text, sites[0]->in_text);
    for (size_t i = 0; i < count; i++)
        arena_buf_printf(&text, " -> %s", calls_site_text(a, sites[i]));
    return text.data;
}

static void report_circle(struct search *s, struct call_site *const *sites, size_t count)
{
    struct check *c = s->c;
    bool sure = true, servers = false;
    for (size_t i = 0; i < count; i++) {
        bool task = sites[i]->from->module->kind == DECL_TASK;
        sure = sure && (task || calls_is_single(sites[i]->from));
        servers = servers || !task;
    }
    if (!servers)
        return; /* each starts another */
    struct diag *d =
        diag_add(c->ds, sure ? E_CALL_CYCLE : W_CALL_CYCLE, sites[0]->edge->span, "%s: %s",
                 sure ? "deadlock" : "possible deadlock", circle_text(c->a, sites, count));
    for (size_t i = 1; i < count; i++)
        diag_note(d, sites[i]->edge->span,
                  i + 1 == count ? "'%s' calls back here, in '%s', and '%s' is still busy"
                                 : "'%s' calls on here, in '%s', while '%s' waits",
                  sites[i]->from->module->name.name->text, sites[i]->in_text,
                  i + 1 == count ? sites[0]->from->module->name.name->text
                                 : sites[i - 1]->from->module->name.name->text);
    const struct call_site *which;
    struct tree_time least = shortest_wait(sites, count, &which);
    if (!least.forever)
        diag_remark(d, "all of them wait until the call of '%s' gives up after %s",
                    calls_site_text(c->a, which), ast_duration_text(c->a, least.ns));
    diag_help(d, "make one of the calls a cast, or let it be answered by 'reply later'");
}

/* The shortest circle that begins with a site. */
static void follow_circle(struct search *s, struct call_site *first)
{
    struct call_site *last = shortest_way(s, first->to, first->from);
    size_t count = 2;
    if (!last)
        return;
    for (struct call_site *site = last->from->found_by; site; site = site->from->found_by)
        count++;
    struct call_site **sites = ARENA_ARRAY(s->c->a, struct call_site *, count);
    sites[0] = first;
    struct call_site *site = last;
    for (size_t i = count; i-- > 1; site = site->from->found_by)
        sites[i] = site;
    for (size_t i = 1; i < count; i++)
        sites[i] = best_site(sites[i], sites[i - 1]->edge->message);
    for (size_t i = 0; i < count; i++)
        sites[i]->reported = true;
    report_circle(s, sites, count);
}

static void check_self_call(struct search *s, const struct call_site *site)
{
    bool sure = calls_is_single(site->from);
    if (site->from->module->kind == DECL_TASK)
        return; /* it waits for another of its kind */
    struct diag *d =
        diag_add(s->c->ds, sure ? E_SELF_CALL : W_SELF_CALL, site->edge->span, "%s '%s' %s in '%s'",
                 ast_decl_word(site->from->module->kind), site->from->module->name.name->text,
                 sure ? "calls itself" : "may call itself", site->in_text);
    diag_help(d, "call a C function instead, or go on in a continue");
}

static void check_node(struct search *s, struct call_node *n, size_t *left)
{
    for (struct call_site *site = n->first; site; site = site->next) {
        if (site->from == site->to && (site->blocks || site->edge->message)) {
            check_self_call(s, site);
        } else if (is_inner(site) && !site->reported && *left > 0) {
            --*left;
            follow_circle(s, site);
        }
    }
}

void check_cycles(struct check *c)
{
    struct call_graph *g = c->calls;
    struct search s = { .c = c, .g = g };
    s.stack = ARENA_ARRAY(c->a, struct call_node *, g->count + 1);
    s.path = ARENA_ARRAY(c->a, struct call_node *, g->count + 1);
    for (size_t i = 0; i < g->count; i++)
        if (g->nodes[i]->order == 0)
            visit_from(&s, g->nodes[i]);
    size_t *left = ARENA_ARRAY(c->a, size_t, s.components + 1);
    for (size_t i = 0; i <= s.components; i++)
        left[i] = MAX_REPORTS;
    for (size_t i = 0; i < g->count; i++)
        check_node(&s, g->nodes[i], &left[g->nodes[i]->component]);
}
