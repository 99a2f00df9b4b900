/* check_order.c - what cannot work in a tree of supervisors.
 *
 * Idea: children start in the order of their lines, each before the next, and stop in the reverse
 * order, one after the other. From that follow who is there when somebody calls, how long a stop
 * takes, and which limit of restarts can be passed. */
#include "check_parts.h"

#include <stdlib.h>

#include "check_calls.h"

/* "1st", "2nd", "3rd", "11th" */
static const char *ordinal(struct arena *a, uint32_t n)
{
    const char *end = "th";
    if (n % 100 < 11 || n % 100 > 13)
        end = n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
    return arena_format(a, "%u%s", n, end);
}

/* ---- Who is there when somebody calls ---- */

/* The children of the nearest common supervisor that two processes are, or are below of. */
static void split(const struct tree_node **a, const struct tree_node **b)
{
    while ((*a)->depth > (*b)->depth && (*a)->parent)
        *a = (*a)->parent;
    while ((*b)->depth > (*a)->depth && (*b)->parent)
        *b = (*b)->parent;
    while ((*a)->parent != (*b)->parent) {
        *a = (*a)->parent;
        *b = (*b)->parent;
    }
}

static void note_below(struct diag *d, const struct tree_node *branch, const struct tree_node *n)
{
    if (branch == n)
        diag_note(d, tree_node_span(n), "'%s' here", tree_node_text(n));
    else
        diag_note(d, tree_node_span(branch), "'%s' here, as a part of '%s'", tree_node_text(n),
                  tree_node_text(branch));
}

/* Notes where both are started, and how to mend it. */
static void explain_order(struct diag *d, const struct tree_node *caller,
                          const struct tree_node *callee)
{
    const struct tree_node *x = caller, *y = callee;
    split(&x, &y);
    diag_remark(d, "children start in the order of their lines and stop in the reverse order");
    note_below(d, x, caller);
    note_below(d, y, callee);
    diag_help(d, "move the line of '%s' above that of '%s'", tree_node_text(y), tree_node_text(x));
}

static void report_init(struct check *c, const struct call_site *s, const struct tree_node *caller,
                        const struct tree_node *callee)
{
    struct diag *d = diag_add(c->ds, E_START_ORDER, s->edge->span,
                              "'%s' (starts %s) calls '%s' (starts %s) in init, before it exists",
                              tree_node_text(caller), ordinal(c->a, caller->start),
                              tree_node_text(callee), ordinal(c->a, callee->start));
    explain_order(d, caller, callee);
    diag_help(d, "or call from a continue that init asks for");
}

static void report_terminate(struct check *c, const struct call_site *s,
                             const struct tree_node *caller, const struct tree_node *callee)
{
    struct diag *d = diag_add(c->ds, E_START_ORDER, s->edge->span,
                              "'%s' calls '%s' in terminate, when it is stopped already",
                              tree_node_text(caller), tree_node_text(callee));
    explain_order(d, caller, callee);
}

static void report_work(struct check *c, const struct call_site *s, const struct tree_node *caller,
                        const struct tree_node *callee)
{
    struct diag *d = diag_add(c->ds, W_START_ORDER, s->edge->span,
                              "'%s' calls '%s', which starts after it and stops before it",
                              tree_node_text(caller), tree_node_text(callee));
    const struct tree_node *x = caller, *y = callee;
    split(&x, &y);
    const struct decl *common = x->parent ? x->parent->module : NULL;
    if (common && common->supervisor.strategy.set &&
        common->supervisor.strategy.value == STRATEGY_REST_FOR_ONE)
        diag_remark(d,
                    "with rest_for_one a crash of '%s' takes '%s' down for nothing, and not the "
                    "other way round",
                    tree_node_text(x), tree_node_text(y));
    explain_order(d, caller, callee);
}

/* A supervisor of the caller, busy with starting or stopping it. */
static void report_busy(struct check *c, const struct call_site *s, const struct tree_node *caller)
{
    struct diag *d = diag_add(
        c->ds, E_ASKS_SUPERVISOR, s->edge->span, "'%s' calls '%s' in %s, while '%s' is busy %s it",
        tree_node_text(caller), s->to->module->name.name->text, s->in_text,
        s->to->module->name.name->text, s->phase == CALL_IN_INIT ? "starting" : "stopping");
    diag_note(d, tree_node_span(caller), "'%s' is started and stopped here",
              tree_node_text(caller));
}

static bool is_above(const struct tree_node *n, const struct decl *supervisor)
{
    for (const struct tree_node *p = n->parent; p; p = p->parent)
        if (p->module == supervisor)
            return true;
    return false;
}

static void check_temporary(struct check *c, const struct call_site *s,
                            const struct tree_node *caller, const struct tree_node *callee)
{
    if (tree_restart(callee) != RESTART_TEMPORARY || tree_restart(caller) == RESTART_TEMPORARY ||
        s->to->instances != 1)
        return;
    struct diag *d = diag_add(c->ds, W_TEMPORARY_CALLEE, s->edge->span,
                              "'%s' calls '%s', which is not started again after its first end",
                              tree_node_text(caller), tree_node_text(callee));
    diag_note(d, callee->child->restart.span, "'%s' is temporary here", tree_node_text(callee));
}

/* True: something was reported, one instance of the caller is enough. */
static bool check_call(struct check *c, const struct tree *t, const struct call_site *s,
                       const struct tree_node *caller)
{
    if (s->to->module->kind == DECL_TASK)
        return false; /* who waits for one has started it */
    if (ast_is_supervisor(s->to->module->kind) && is_above(caller, s->to->module)) {
        if (s->phase == CALL_IN_WORK)
            return false;
        report_busy(c, s, caller);
        return true;
    }
    const struct tree_node *callee = tree_primary(t, s->to->module);
    if (!callee || callee->module == caller->module)
        return false; /* the same module: see check_cycles.c */
    check_temporary(c, s, caller, callee);
    if (callee->start < caller->start)
        return false;
    switch (s->phase) {
    case CALL_IN_INIT: report_init(c, s, caller, callee); break;
    case CALL_IN_TERMINATE: report_terminate(c, s, caller, callee); break;
    case CALL_IN_WORK: report_work(c, s, caller, callee); break;
    }
    return true;
}

/* A registry that gives a name must be there before, like a callee of init. */
static void check_via(struct check *c, const struct tree *t, const struct tree_node *n)
{
    const struct name_line *line = &n->module->genserver.name;
    const struct tree_node *registry = NULL;
    if (n->module->kind == DECL_GENSERVER && line->set && line->via && line->registry.decl)
        registry = tree_primary(t, line->registry.decl);
    if (!registry || registry->start < n->start)
        return;
    struct diag *d = diag_add(c->ds, E_START_ORDER, tree_node_span(n),
                              "'%s' gets its name from '%s', which starts after it",
                              tree_node_text(n), tree_node_text(registry));
    explain_order(d, n, registry);
}

/* All instances of one module, until one has given a finding. */
static void check_site(struct check *c, const struct tree *t, const struct call_site *s,
                       struct tree_node *const *instances, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (check_call(c, t, s, instances[i]))
            return;
}

static int by_module(const void *left, const void *right)
{
    const struct tree_node *a = *(struct tree_node *const *)left;
    const struct tree_node *b = *(struct tree_node *const *)right;
    const struct span x = a->module->span, y = b->module->span;
    if (a->module != b->module && x.file != y.file)
        return x.file < y.file ? -1 : 1;
    if (a->module != b->module && x.begin != y.begin)
        return x.begin < y.begin ? -1 : 1;
    return a->start < b->start ? -1 : a->start > b->start;
}

static void check_calls_in(struct check *c, const struct tree *t)
{
    struct tree_node **sorted = ARENA_ARRAY(c->a, struct tree_node *, t->count + 1);
    for (size_t i = 0; i < t->count; i++)
        sorted[i] = t->nodes[i];
    qsort(sorted, t->count, sizeof *sorted, by_module);
    for (size_t from = 0, to; from < t->count; from = to) {
        const struct decl *module = sorted[from]->module;
        for (to = from; to < t->count && sorted[to]->module == module; to++)
            check_via(c, t, sorted[to]);
        const struct call_node *n = calls_node(c->calls, module);
        for (const struct call_site *s = n ? n->first : NULL; s; s = s->next)
            check_site(c, t, s, sorted + from, to - from);
    }
}

/* ---- How long a stop takes ---- */

enum { MAX_TERMS = 5 };

/* The child that takes longest to stop, of those that are not told yet. */
static const struct tree_node *largest_term(const struct tree_node *n,
                                            const struct tree_node *const *told, size_t n_told)
{
    const struct tree_node *most = NULL;
    for (const struct tree_node *k = n->first; k; k = k->next) {
        bool is_told = false;
        for (size_t i = 0; i < n_told; i++)
            is_told = is_told || told[i] == k;
        if (!is_told && (!most || tree_time_less(tree_stop(most), tree_stop(k))))
            most = k;
    }
    return most;
}

static void note_terms(struct check *c, struct diag *d, const struct tree_node *n)
{
    const struct tree_node *told[MAX_TERMS];
    for (size_t i = 0; i < MAX_TERMS; i++) {
        const struct tree_node *k = told[i] = largest_term(n, told, i);
        if (!k || (!tree_stop(k).forever && tree_stop(k).ns == 0))
            return;
        diag_note(d, tree_node_span(k), "%s for '%s'", tree_time_text(c->a, tree_stop(k)),
                  tree_node_text(k));
    }
}

static const char *need_text(struct check *c, struct tree_time need)
{
    return need.forever ? "any time" : ast_duration_text(c->a, need.ns);
}

static void check_budget(struct check *c, const struct tree_node *n)
{
    if (!n->child || !ast_is_supervisor(n->module->kind) || !n->child->shutdown.set ||
        !tree_time_less(tree_shutdown(n), tree_need(n)))
        return;
    const struct set_time *t = &n->child->shutdown;
    struct tree_time need = tree_need(n);
    const char *parent = n->parent->module->name.name->text;
    struct diag *d;
    if (t->kind == TIME_BRUTAL_KILL)
        d = diag_add(c->ds, E_SHUTDOWN_BUDGET, t->span,
                     "'%s' may need %s to stop its children, but '%s' kills it at once",
                     tree_node_text(n), need_text(c, need), parent);
    else
        d = diag_add(c->ds, E_SHUTDOWN_BUDGET, t->span,
                     "'%s' may need %s to stop, but '%s' allows %s", tree_node_text(n),
                     need_text(c, need), parent, ast_duration_text(c->a, t->ns));
    note_terms(c, d, n);
    diag_help(d, "leave the shutdown out: a supervisor then has all the time it needs");
}

static void check_stop_within(struct check *c, const struct tree *t)
{
    const struct set_time *s = t->application ? &t->application->application.stop_within : NULL;
    if (!s || !s->set || s->kind != TIME_DURATION)
        return;
    struct tree_time need = tree_need(t->nodes[0]);
    if (!tree_time_less((struct tree_time){ .ns = s->ns }, need))
        return;
    struct diag *d =
        diag_add(c->ds, E_SHUTDOWN_BUDGET, s->value_span,
                 "'%s' may need %s to stop, but the application allows %s",
                 t->root->name.name->text, need_text(c, need), ast_duration_text(c->a, s->ns));
    note_terms(c, d, t->nodes[0]);
}

/* ---- Restarts ---- */

static void check_backoff(struct check *c, const struct decl *d, const struct child *k,
                          const struct set_intensity *limit)
{
    const struct decl *m = k->module.decl;
    int64_t least = k->backoff.set ? k->backoff.min_ns : 0;
    if (m && m->kind == DECL_GENSERVER)
        least += m->genserver.callbacks[CALLBACK_INIT].handler.takes.min_ns;
    if (least <= 0 || limit->period_ns <= 0 || limit->count <= (uint64_t)(limit->period_ns / least))
        return;
    struct diag *f = diag_add(
        c->ds, W_INTENSITY,
        d->supervisor.max_restarts.set ? d->supervisor.max_restarts.span : d->name.span,
        "crashes of '%s' alone can never pass this limit: a restart takes at least %s, so "
        "at most %llu fit in %s",
        k->id.name->text, ast_duration_text(c->a, least),
        (unsigned long long)(limit->period_ns / least), ast_duration_text(c->a, limit->period_ns));
    diag_note(f, k->backoff.set ? k->backoff.span : k->span, "the least time comes from here");
}

static void check_restarts(struct check *c, const struct decl *d)
{
    const struct supervisor *s = &d->supervisor;
    const struct tree_node node = { .module = (struct decl *)(uintptr_t)d };
    struct set_intensity limit = tree_intensity(&node);
    size_t restarted = 0;
    for (const struct child *k = s->children.first; k; k = k->next) {
        bool temporary = ast_restart(k) == RESTART_TEMPORARY;
        restarted += !temporary;
        if (!temporary)
            check_backoff(c, d, k, &limit);
    }
    if (!s->max_restarts.set || d->broken || !s->children.first)
        return;
    if (restarted == 0)
        diag_add(c->ds, W_INTENSITY, s->max_restarts.span,
                 "no child of '%s' is ever restarted, so this limit is never passed",
                 d->name.name->text);
    else if (limit.count == 0)
        diag_add(c->ds, W_ZERO_RESTARTS, s->max_restarts.span,
                 "the first crash of a child ends '%s'", d->name.name->text);
}

/* ---- Significant children ---- */

static void check_significant(struct check *c, const struct decl *d)
{
    const struct supervisor *s = &d->supervisor;
    bool shuts_down = s->auto_shutdown.set && s->auto_shutdown.value != AUTO_SHUTDOWN_NEVER;
    for (const struct child *k = s->children.first; k; k = k->next) {
        if (!k->significant.set)
            continue;
        if (d->kind == DECL_DYNAMIC_SUPERVISOR)
            diag_add(c->ds, E_SIGNIFICANT, k->significant.span,
                     "a dynamic_supervisor does not end with its children, so '%s' cannot be "
                     "significant",
                     k->id.name->text);
        else if (ast_restart(k) == RESTART_PERMANENT)
            diag_add(c->ds, E_SIGNIFICANT, k->significant.span,
                     "'%s' is permanent, so it can never be significant: it always comes back",
                     k->id.name->text);
        else if (!shuts_down)
            diag_add(c->ds, E_SIGNIFICANT, k->significant.span,
                     "'%s' is significant, but '%s' has no auto_shutdown", k->id.name->text,
                     d->name.name->text);
    }
}

void check_order(struct check *c)
{
    for (const struct tree *t = c->trees; t; t = t->next) {
        check_calls_in(c, t);
        check_stop_within(c, t);
        for (size_t i = 0; i < t->count; i++)
            check_budget(c, t->nodes[i]);
    }
    for (const struct file *f = c->u->first_file; f; f = f->next) {
        for (const struct decl *d = f->decls.first; d; d = d->next) {
            if (d->kind == DECL_SUPERVISOR)
                check_restarts(c, d);
            if (d->kind == DECL_SUPERVISOR || d->kind == DECL_DYNAMIC_SUPERVISOR)
                check_significant(c, d);
        }
    }
}
