/* check_tree.h - the trees that the supervisors of a unit make.
 *
 * Idea: a supervisor is declared once and named by its children's lines; here it becomes a tree of
 * the processes that would run, in the order in which they start. A root is what an application
 * starts, and every supervisor that is nobody's child. */
#ifndef OTPC_CHECK_TREE_H
#define OTPC_CHECK_TREE_H

#include "ast.h"

enum { TREE_MAX_DEPTH = 256, TREE_MAX_SIZE = 1000000 };

struct tree_node {
    struct decl *module;
    struct child *child; /* its line; NULL for a root */
    struct tree_node *parent;
    struct tree_node *first, *last, *next; /* children, in order */
    const struct name *registered;         /* "myapp.cache"; NULL if none */
    uint32_t start;                        /* from 1; they stop in the reverse order */
    uint32_t depth;                        /* 1 for a root */
    uint32_t below;                        /* processes in the subtree, without this one */
};

struct tree {
    struct decl *root;
    struct decl *application; /* that starts it; NULL if none does */
    struct tree_node **nodes; /* nodes[start - 1] */
    size_t count;
    struct intern_map primary; /* module to the node that calls to it mean: the one with the
                                  default name, else the first */
    struct intern_map by_name; /* registered name to node */
    struct tree *next;
};

/* All trees of a unit, applications first. Findings about trees that cannot be go to ds, unless it
 * is NULL. Names must be resolved. */
struct tree *tree_forest(struct unit *u, struct diags *ds);

/* The tree of one supervisor. */
struct tree *tree_of(struct unit *u, struct decl *root, struct diags *ds);

/* The process that calls to a module mean; NULL if it is not in the tree. */
struct tree_node *tree_primary(const struct tree *t, const struct decl *module);

/* What a process is called in messages: the id of its child line, or the supervisor's name. */
const char *tree_node_text(const struct tree_node *n);

/* Where it is written: its child line, or the name of the root. */
struct span tree_node_span(const struct tree_node *n);

/* How a child is restarted; permanent unless written. A root counts as permanent. */
enum restart_kind tree_restart(const struct tree_node *n);

/* A time that may be endless. */
struct tree_time {
    bool forever;
    int64_t ns;
};

struct tree_time tree_time_add(struct tree_time a, struct tree_time b);
bool tree_time_less(struct tree_time a, struct tree_time b);
/* "5s", "for ever". The arena's. */
const char *tree_time_text(struct arena *a, struct tree_time t);

/* How long its supervisor lets it stop: 5s for a worker, for ever for a supervisor, 0 if killed. */
struct tree_time tree_shutdown(const struct tree_node *n);

/* How long stopping it takes at worst: a supervisor stops its children one after the other. A
 * supervisor's need is the sum, whatever its own shutdown is; the stop ends at the shutdown. */
struct tree_time tree_need(const struct tree_node *n);
struct tree_time tree_stop(const struct tree_node *n);

/* How many restarts a supervisor allows within which time; OTP's 3 in 5s unless written. */
struct set_intensity tree_intensity(const struct tree_node *supervisor);

#endif
