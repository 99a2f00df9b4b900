/* check_calls.h - who calls whom, as the spec declares it.
 *
 * Idea: one node per module, one site per target of a `calls` clause. The generated headers offer a
 * module only the calls that it declares, so this graph is all there is. */
#ifndef OTPC_CHECK_CALLS_H
#define OTPC_CHECK_CALLS_H

#include "ast.h"
#include "check_tree.h"

enum call_phase { CALL_IN_INIT, CALL_IN_TERMINATE, CALL_IN_WORK };

struct call_site {
    struct call_node *from, *to;
    const struct edge *edge;
    const struct handler *handler; /* whose clause it is */
    const struct message *in;      /* NULL: in a callback */
    const char *in_text;           /* "init", "get" */
    enum call_phase phase;
    bool blocks;            /* the caller waits for the callee's handler */
    bool reported;          /* as a part of a circle */
    struct call_site *next; /* of the same node, in the order of the spec */
};

struct call_node {
    const struct decl *module;
    struct call_site *first, *last;
    size_t index;     /* in nodes */
    size_t instances; /* in all trees */

    /* Of the search for circles. */
    size_t order, low, component; /* from 1 */
    bool on_stack;
    struct call_site *resume;
    struct call_site *found_by; /* of the search for the shortest way */
    size_t search;
};

struct call_graph {
    struct call_node **nodes;
    size_t count;
    size_t cap;
    struct intern_map by_module;
};

/* The graph of a unit with resolved names. */
struct call_graph *calls_build(struct unit *u, const struct tree *trees);

struct call_node *calls_node(const struct call_graph *g, const struct decl *module);

/* How long a site's caller waits: the callee's timeout, the longest where any call is meant. */
struct tree_time calls_wait(const struct call_site *s);

/* How long the calls of one handler take at worst, one after the other. first is the first site of
 * the handler; calls_next_handler() goes on to that of the next, NULL if there is none. */
struct tree_time calls_handler_wait(const struct call_site *first);
struct call_site *calls_next_handler(const struct call_site *first);

/* Can there be only one process of the module? Then a circle through it is a deadlock for sure. */
bool calls_is_single(const struct call_node *n);

/* "cache.get". The arena's. */
const char *calls_site_text(struct arena *a, const struct call_site *s);

#endif
