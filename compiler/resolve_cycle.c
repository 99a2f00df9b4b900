/* resolve_cycle.c - supervisors that are, through their children, their own children.
 *
 * Idea: depth first over "supervises", with a stack of its own, so that a deep tree is no danger.
 * A child that is still on the stack closes a circle; each such edge is reported once, with the
 * steps that lead there. Linear in children. */
#include "resolve_state.h"

enum { SHOWN_STEPS = 12 };

enum mark { UNSEEN, ON_STACK, DONE };

struct node {
    struct decl *decl;
    enum mark mark;
    const struct child *next;  /* to look at */
    const struct child *child; /* being looked at: the step from here to the node above */
    struct node *below;
};

struct walker {
    struct unit *unit;
    struct intern_map nodes; /* decl to node */
    struct node *top;
};

static const struct child *children_of(const struct decl *d)
{
    return ast_is_supervisor(d->kind) ? d->supervisor.children.first : NULL;
}

static struct node *node_of(struct walker *w, struct decl *d)
{
    struct node *n = intern_map_get(&w->nodes, d);
    if (n)
        return n;
    n = ARENA_NEW(w->unit->arena, struct node);
    n->decl = d;
    n->next = children_of(d);
    intern_map_add(&w->nodes, d, n);
    return n;
}

/* The circle runs from `first` up the stack to the top, whose child leads back. */
static void report(struct walker *w, const struct node *first)
{
    struct arena *a = w->unit->arena;
    const char *name = first->decl->name.name->text, *path = name;
    unsigned steps = 0;
    for (const struct node *n = w->top; n != first; n = n->below)
        if (steps++ < SHOWN_STEPS)
            path = arena_format(a, "%s -> %s", n->decl->name.name->text, path);
    path = arena_format(a, "%s -> %s%s", name, steps > SHOWN_STEPS ? "... -> " : "", path);
    struct diag *d = diag_add(&w->unit->diags, E_SUPERVISION_CYCLE, w->top->child->module.span,
                              "circle of supervisors: %s", path);
    steps = 0;
    for (const struct node *n = w->top; n != first && steps < SHOWN_STEPS; n = n->below, steps++)
        diag_note(d, n->below->child->module.span, "'%s' supervises '%s' here",
                  n->below->decl->name.name->text, n->decl->name.name->text);
}

static void push(struct walker *w, struct node *n)
{
    n->mark = ON_STACK;
    n->below = w->top;
    w->top = n;
}

static void walk(struct walker *w, struct node *root)
{
    push(w, root);
    while (w->top) {
        struct node *n = w->top;
        if (!n->next) {
            n->mark = DONE;
            w->top = n->below;
            continue;
        }
        n->child = n->next;
        n->next = n->next->next;
        struct decl *d = n->child->module.decl;
        struct node *to = d && children_of(d) ? node_of(w, d) : NULL;
        if (to && to->mark == ON_STACK)
            report(w, to);
        else if (to && to->mark == UNSEEN)
            push(w, to);
    }
}

void resolve_cycles(struct unit *u)
{
    struct walker w = { .unit = u };
    intern_map_init(&w.nodes, u->arena);
    for (struct file *f = u->first_file; f; f = f->next)
        for (struct decl *d = f->decls.first; d; d = d->next)
            if (children_of(d) && node_of(&w, d)->mark == UNSEEN)
                walk(&w, node_of(&w, d));
}
