/* check_tree.c - the trees that the supervisors of a unit make.
 *
 * Idea: a depth-first walk of the child lines. Each process with a registered name enters it in the
 * tree's map; a name that is there already is a finding, and a supervisor under a taken name is not
 * walked again, so the walk ends on circles and cannot grow beyond all measure. */
#include "check_tree.h"

#define NS_PER_S INT64_C(1000000000)

struct builder {
    struct unit *u;
    struct diags *ds; /* NULL: mute */
    struct tree *tree;
    size_t cap;
    bool full;
};

/* ---- Questions about a node ---- */

const char *tree_node_text(const struct tree_node *n)
{
    return n->child ? n->child->id.name->text : n->module->name.name->text;
}

struct span tree_node_span(const struct tree_node *n)
{
    if (!n->child)
        return n->module->name.span;
    return n->child->id_written ? n->child->id.span : n->child->module.span;
}

struct tree_node *tree_primary(const struct tree *t, const struct decl *module)
{
    return intern_map_get(&t->primary, module);
}

enum restart_kind tree_restart(const struct tree_node *n)
{
    return n->child ? ast_restart(n->child) : RESTART_PERMANENT;
}

struct tree_time tree_time_add(struct tree_time a, struct tree_time b)
{
    if (a.forever || b.forever || a.ns > INT64_MAX - b.ns)
        return (struct tree_time){ .forever = true };
    return (struct tree_time){ .ns = a.ns + b.ns };
}

bool tree_time_less(struct tree_time a, struct tree_time b)
{
    return !a.forever && (b.forever || a.ns < b.ns);
}

const char *tree_time_text(struct arena *a, struct tree_time t)
{
    return t.forever ? "for ever" : ast_duration_text(a, t.ns);
}

struct tree_time tree_shutdown(const struct tree_node *n)
{
    const struct set_time *s = n->child ? &n->child->shutdown : NULL;
    if (!s || !s->set)
        return (struct tree_time){ .forever = !s || ast_is_supervisor(n->module->kind),
                                   .ns = 5 * NS_PER_S };
    switch (s->kind) {
    case TIME_DURATION: return (struct tree_time){ .ns = s->ns };
    case TIME_INFINITY: return (struct tree_time){ .forever = true };
    case TIME_BRUTAL_KILL: break;
    }
    return (struct tree_time){ .ns = 0 };
}

/* A supervisor whose children come and go stops them all at once: the slowest counts. */
static struct tree_time dynamic_need(const struct tree_node *n)
{
    struct tree_time most = { .ns = 0 };
    if (n->module->kind == DECL_TASK_SUPERVISOR)
        most.ns = 5 * NS_PER_S;
    for (struct child *k = n->module->supervisor.children.first; k; k = k->next) {
        if (!k->module.decl)
            continue;
        struct tree_node one = { .module = k->module.decl, .child = k };
        struct tree_time t = tree_shutdown(&one);
        if (tree_time_less(most, t))
            most = t;
    }
    return most;
}

/* One after the other: as many as there are, if that is known. */
static struct tree_time partitions_need(const struct tree_node *n)
{
    const struct supervisor *s = &n->module->supervisor;
    struct tree_node one = { .module = s->children.first->module.decl, .child = s->children.first };
    struct tree_time each = tree_shutdown(&one);
    const struct expr *count = s->partitions.value;
    bool known = count && count->kind == EXPR_INT && !each.forever &&
                 (each.ns == 0 || count->integer <= (uint64_t)(INT64_MAX / each.ns));
    if (!known)
        return (struct tree_time){ .forever = true };
    return (struct tree_time){ .ns = each.ns * (int64_t)count->integer };
}

struct tree_time tree_need(const struct tree_node *n)
{
    if (n->module->kind == DECL_PARTITION_SUPERVISOR &&
        n->module->supervisor.children.first->module.decl)
        return partitions_need(n);
    if (n->module->kind == DECL_DYNAMIC_SUPERVISOR || n->module->kind == DECL_TASK_SUPERVISOR)
        return dynamic_need(n);
    if (n->module->kind != DECL_SUPERVISOR)
        return tree_shutdown(n);
    struct tree_time sum = { .ns = 0 };
    for (const struct tree_node *k = n->first; k; k = k->next)
        sum = tree_time_add(sum, tree_stop(k));
    return sum;
}

struct tree_time tree_stop(const struct tree_node *n)
{
    struct tree_time need = tree_need(n), allowed = tree_shutdown(n);
    return tree_time_less(need, allowed) ? need : allowed;
}

struct set_intensity tree_intensity(const struct tree_node *supervisor)
{
    const struct set_intensity *s = &supervisor->module->supervisor.max_restarts;
    return s->set ? *s : (struct set_intensity){ .count = 3, .period_ns = 5 * NS_PER_S };
}

/* ---- Building ---- */

/* What a child is registered as: its own name line, else what its module says. */
static const struct name *registered_name(struct builder *b, const struct tree_node *n)
{
    const struct decl *d = n->module;
    const struct ident *name = &d->name;
    const struct file *f = d->file;
    if (n->child && n->child->name.set) {
        name = &n->child->name.name;
        f = n->child->owner->file;
    } else if (d->kind == DECL_TASK) {
        return NULL;
    } else if (d->kind == DECL_GENSERVER) {
        if (!d->genserver.name.set || d->genserver.name.via)
            return NULL;
        name = &d->genserver.name.name;
    }
    const char *package = f->package.name ? f->package.name->text : "";
    if (!name->name)
        return NULL;
    return intern_text(&b->u->names, arena_format(b->u->arena, "%s.%s", package, name->name->text));
}

/* The line of the nearest process above that both run under different lines of. */
static void note_where(struct diag *d, const struct tree_node *n, const struct tree_node *other)
{
    const struct tree_node *a = n, *b = other;
    while (a->parent && b->parent && a->child == b->child) {
        a = a->parent;
        b = b->parent;
    }
    if (a == n)
        return;
    diag_note(d, tree_node_span(b), "'%s' runs here", tree_node_text(b));
    diag_note(d, tree_node_span(a), "and here");
}

/* A circle of supervisors: it was reported when names were resolved. */
static bool is_own_ancestor(const struct tree_node *n)
{
    for (const struct tree_node *p = n->parent; p; p = p->parent)
        if (p->module == n->module)
            return true;
    return false;
}

static bool has_default_name(const struct tree_node *n)
{
    return !n->child || !n->child->name.set;
}

/* Two modules of one package with one name: that clashes in C too, and is reported there. */
static bool clashes_in_c(const struct tree_node *n, const struct tree_node *first)
{
    return n->module != first->module && n->module->file == first->module->file &&
           has_default_name(n) && has_default_name(first);
}

/* One child written twice: that its id is taken was reported when names were resolved. */
static bool is_twin(const struct tree_node *n, const struct tree_node *first)
{
    return n->child && first->child && n->child->owner == first->child->owner &&
           n->child != first->child && n->child->id.name == first->child->id.name;
}

static void report_taken(struct builder *b, const struct tree_node *n,
                         const struct tree_node *first)
{
    if (!b->ds || is_own_ancestor(n) || clashes_in_c(n, first) || is_twin(n, first))
        return;
    struct diag *d;
    if (ast_is_supervisor(n->module->kind) && n->module == first->module) {
        d = diag_add(b->ds, E_TWO_PARENTS, tree_node_span(n),
                     "supervisor '%s' would run twice in the tree of '%s'",
                     n->module->name.name->text, b->tree->root->name.name->text);
    } else {
        d = diag_add(b->ds, E_NAME_TAKEN, tree_node_span(n),
                     "'%s' would register the name '%s', which is taken", tree_node_text(n),
                     n->registered->text);
    }
    if (n->child == first->child)
        note_where(d, n, first);
    else
        diag_note(d, tree_node_span(first), "'%s' registers it here", tree_node_text(first));
    if (n->child && n->child != first->child)
        diag_help(d, "give it another name: 'child %s: %s name ANOTHER'", tree_node_text(n),
                  n->module->name.name->text);
}

/* Enters the registered name of a node, if it has one. False: it is taken. */
static bool enter(struct builder *b, struct tree_node *n)
{
    n->registered = registered_name(b, n);
    if (!n->registered)
        return true;
    struct tree_node *first = intern_map_add(&b->tree->by_name, n->registered, n);
    if (first)
        report_taken(b, n, first);
    return !first;
}

static struct tree_node *add_node(struct builder *b, struct tree_node *parent, struct child *line,
                                  struct decl *module)
{
    struct tree *t = b->tree;
    if (t->count == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 32;
        struct tree_node **nodes = ARENA_ARRAY(b->u->arena, struct tree_node *, cap);
        for (size_t i = 0; i < t->count; i++)
            nodes[i] = t->nodes[i];
        t->nodes = nodes;
        b->cap = cap;
    }
    struct tree_node *n = ARENA_NEW(b->u->arena, struct tree_node);
    n->module = module;
    n->child = line;
    n->parent = parent;
    n->depth = parent ? parent->depth + 1 : 1;
    t->nodes[t->count++] = n;
    n->start = (uint32_t)t->count;
    if (!parent)
        return n;
    if (parent->last)
        parent->last->next = n;
    else
        parent->first = n;
    parent->last = n;
    return n;
}

static bool is_too_large(struct builder *b, const struct tree_node *n)
{
    if (n->depth < TREE_MAX_DEPTH && b->tree->count < TREE_MAX_SIZE)
        return false;
    if (!b->full && b->ds)
        diag_add(b->ds, E_TREE_SIZE, tree_node_span(n),
                 n->depth < TREE_MAX_DEPTH ? "the tree of '%s' has more than %d processes"
                                           : "the tree of '%s' has more than %d levels",
                 b->tree->root->name.name->text,
                 n->depth < TREE_MAX_DEPTH ? TREE_MAX_SIZE : TREE_MAX_DEPTH);
    b->full = true;
    return true;
}

static void grow(struct builder *b, struct tree_node *n)
{
    if (!enter(b, n) || n->module->kind != DECL_SUPERVISOR || is_too_large(b, n))
        return;
    for (struct child *line = n->module->supervisor.children.first; line && !b->full;
         line = line->next) {
        if (!line->module.decl)
            continue;
        struct tree_node *k = add_node(b, n, line, line->module.decl);
        grow(b, k);
        n->below += k->below + 1;
    }
}

/* A call to a module means the process with the module's own name, if there is one. */
static void prefer_default_names(struct builder *b)
{
    struct tree *t = b->tree;
    struct intern_map primary;
    intern_map_init(&primary, b->u->arena);
    for (size_t i = 0; i < t->count; i++)
        if (!t->nodes[i]->child || !t->nodes[i]->child->name.set)
            intern_map_add(&primary, t->nodes[i]->module, t->nodes[i]);
    for (size_t i = 0; i < t->count; i++)
        intern_map_add(&primary, t->nodes[i]->module, t->nodes[i]);
    t->primary = primary;
}

struct tree *tree_of(struct unit *u, struct decl *root, struct diags *ds)
{
    struct tree *t = ARENA_NEW(u->arena, struct tree);
    struct builder b = { .u = u, .ds = ds, .tree = t };
    t->root = root;
    intern_map_init(&t->primary, u->arena);
    intern_map_init(&t->by_name, u->arena);
    grow(&b, add_node(&b, NULL, NULL, root));
    prefer_default_names(&b);
    return t;
}

/* ---- The forest ---- */

struct forest {
    struct unit *u;
    struct diags *ds;
    struct tree *first, *last;
    struct intern_map is_child;
    struct intern_map is_root;
};

static void plant(struct forest *w, struct decl *root, struct decl *application)
{
    if (intern_map_add(&w->is_root, root, root))
        return;
    struct tree *t = tree_of(w->u, root, w->ds);
    t->application = application;
    if (w->last)
        w->last->next = t;
    else
        w->first = t;
    w->last = t;
}

static void mark_children(struct forest *w, const struct decl *d)
{
    if (d->kind != DECL_SUPERVISOR)
        return;
    for (struct child *k = d->supervisor.children.first; k; k = k->next)
        if (k->module.decl)
            intern_map_add(&w->is_child, k->module.decl, k);
}

struct tree *tree_forest(struct unit *u, struct diags *ds)
{
    struct forest w = { .u = u, .ds = ds };
    intern_map_init(&w.is_child, u->arena);
    intern_map_init(&w.is_root, u->arena);
    for (struct file *f = u->first_file; f; f = f->next)
        for (struct decl *d = f->decls.first; d; d = d->next)
            mark_children(&w, d);
    for (struct file *f = u->first_file; f; f = f->next) {
        const struct decl *a = f->application;
        struct decl *root = a ? a->application.start.ref.decl : NULL;
        if (root && root->kind == DECL_SUPERVISOR)
            plant(&w, root, f->application);
    }
    for (struct file *f = u->first_file; f; f = f->next)
        for (struct decl *d = f->decls.first; d; d = d->next)
            if (d->kind == DECL_SUPERVISOR && d->name.name && !intern_map_get(&w.is_child, d))
                plant(&w, d, NULL);
    return w.first;
}
