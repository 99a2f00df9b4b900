/* check_unused.c - what a whole program does not use.
 *
 * Idea: a public call counts as a caller of everything, unless --whole-program says that there is
 * none; then what no application starts and what no `calls` names is not used. */
#include "check_calls.h"
#include "check_parts.h"

static bool runs(const struct check *c, const struct decl *d)
{
    for (const struct tree *t = c->trees; t; t = t->next)
        if (t->application && tree_primary(t, d))
            return true;
    return false;
}

/* A dynamic_supervisor that runs may start it, a partition_supervisor does. */
static bool may_run(const struct check *c, const struct decl *d)
{
    for (const struct file *f = c->u->first_file; f; f = f->next)
        for (const struct decl *s = f->decls.first; s; s = s->next)
            if ((s->kind == DECL_DYNAMIC_SUPERVISOR || s->kind == DECL_PARTITION_SUPERVISOR) &&
                s->supervisor.children.first && s->supervisor.children.first->module.decl == d &&
                runs(c, s))
                return true;
    return false;
}

static void check_module(struct check *c, const struct decl *d)
{
    if (runs(c, d) || may_run(c, d))
        return;
    diag_add(c->ds, W_UNUSED_MODULE, d->name.span, "%s '%s' is started by no application",
             ast_decl_word(d->kind), d->name.name->text);
}

/* Marks what is called, by message and by module. */
static void mark_called(const struct call_graph *g, struct intern_map *called)
{
    for (size_t i = 0; i < g->count; i++) {
        for (struct call_site *s = g->nodes[i]->first; s; s = s->next) {
            const void *key =
                s->edge->message ? (const void *)s->edge->message : (const void *)s->edge->decl;
            intern_map_add(called, key, s);
        }
    }
}

static void check_messages(struct check *c, const struct decl *d, const struct intern_map *called)
{
    if (intern_map_get(called, d))
        return;
    for (const struct message *m = ast_messages(d); m; m = m->next)
        if (m->kind == MESSAGE_CALL && !intern_map_get(called, m))
            diag_add(c->ds, W_UNUSED_CALL, m->name.span, "nobody calls '%s.%s'", d->name.name->text,
                     m->name.name->text);
}

void check_unused(struct check *c)
{
    struct intern_map called;
    if (!diag_enabled(c->ds, W_UNUSED_MODULE) && !diag_enabled(c->ds, W_UNUSED_CALL))
        return;
    intern_map_init(&called, c->a);
    mark_called(c->calls, &called);
    for (const struct file *f = c->u->first_file; f; f = f->next) {
        for (const struct decl *d = f->decls.first; d; d = d->next) {
            if (d->kind != DECL_GENSERVER && d->kind != DECL_SUPERVISOR)
                continue;
            check_module(c, d);
            check_messages(c, d, &called);
        }
    }
}
