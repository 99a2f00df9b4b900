/* check_timeouts.c - callers that give up too early, handlers that go on too long.
 *
 * Idea: a handler makes its calls one after the other, so at worst it waits for the sum of their
 * timeouts. That sum is compared with how long its own callers wait, and with how long its
 * supervisor waits when it stops. */
#include "check_calls.h"
#include "check_parts.h"

static void note_timeouts(struct check *c, struct diag *d, const struct call_site *first)
{
    for (const struct call_site *s = first; s && s->handler == first->handler; s = s->next) {
        const struct message *m = s->edge->message;
        const char *wait = tree_time_text(c->a, calls_wait(s));
        if (m && m->handler.timeout.set)
            diag_note(d, m->handler.timeout.span, "the timeout of '%s' is set here",
                      calls_site_text(c->a, s));
        else if (m)
            diag_note(d, m->name.span, "'%s' has the default timeout, %s", calls_site_text(c->a, s),
                      wait);
        else
            diag_note(d, s->edge->span, "a call of '%s' may take %s", calls_site_text(c->a, s),
                      wait);
    }
}

static const char *takes_text(struct check *c, const struct call_site *first)
{
    bool several = first->next && first->next->handler == first->handler;
    return arena_format(c->a, "%s may take %s", several ? "its calls together" : "this call",
                        tree_time_text(c->a, calls_handler_wait(first)));
}

/* Do those who call this message give up before, or just when, its own calls do? */
static void check_inversion(struct check *c, const struct call_site *first)
{
    const struct message *m = first->in;
    if (!m || m->kind != MESSAGE_CALL || m->handler.reply_later.set)
        return;
    const struct set_time *t = &m->handler.timeout;
    if (t->set && t->kind == TIME_INFINITY)
        return;
    struct tree_time outer = { .ns = t->set ? t->ns : INT64_C(5000000000) };
    if (tree_time_less(calls_handler_wait(first), outer))
        return;
    struct diag *d =
        diag_add(c->ds, W_TIMEOUT_INVERSION, first->edge->span,
                 "callers of '%s.%s' give up after %s, but %s", m->owner->name.name->text,
                 m->name.name->text, ast_duration_text(c->a, outer.ns), takes_text(c, first));
    if (t->set)
        diag_note(d, t->span, "the timeout of '%s.%s' is set here", m->owner->name.name->text,
                  m->name.name->text);
    note_timeouts(c, d, first);
}

/* Does a process that stops only between handlers get the time to? */
static void check_slow_stop(struct check *c, const struct call_site *first,
                            const struct tree_node *n)
{
    struct tree_time allowed = tree_shutdown(n);
    if (first->phase != CALL_IN_WORK || allowed.forever || allowed.ns == 0 ||
        !tree_time_less(allowed, calls_handler_wait(first)))
        return;
    const struct set_time *t = &n->child->shutdown;
    struct diag *d = diag_add(c->ds, W_SLOW_STOP, t->set ? t->value_span : tree_node_span(n),
                              "'%s' may still be in '%s' when its shutdown time of %s is over: %s",
                              tree_node_text(n), first->in_text,
                              ast_duration_text(c->a, allowed.ns), takes_text(c, first));
    diag_note(d, first->edge->span, "'%s' is called here", calls_site_text(c->a, first));
    note_timeouts(c, d, first);
}

static void check_stops(struct check *c, const struct tree *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct tree_node *n = t->nodes[i];
        if (n->module->kind != DECL_GENSERVER || !n->module->genserver.trap_exit.set || !n->child)
            continue;
        const struct call_node *node = calls_node(c->calls, n->module);
        for (const struct call_site *s = node->first; s; s = calls_next_handler(s))
            check_slow_stop(c, s, n);
    }
}

void check_timeouts(struct check *c)
{
    for (size_t i = 0; i < c->calls->count; i++)
        for (const struct call_site *s = c->calls->nodes[i]->first; s; s = calls_next_handler(s))
            check_inversion(c, s);
    if (!diag_enabled(c->ds, W_SLOW_STOP))
        return;
    for (const struct tree *t = c->trees; t; t = t->next)
        check_stops(c, t);
}
