/* check_parts.h - what the parts of the check pass share.
 *
 * Idea: check.c runs the parts in order; each looks at the whole unit for rules of one kind and
 * adds findings. The trees and the graph of calls are made once, between the parts. */
#ifndef OTPC_CHECK_PARTS_H
#define OTPC_CHECK_PARTS_H

#include "ast.h"
#include "check_tree.h"

struct call_graph;

struct check {
    struct unit *u;
    struct arena *a;
    struct diags *ds;
    struct tree *trees; /* one after the other */
    struct call_graph *calls;
    const struct type *state; /* of the agent that check_operations() looks at */
};

/* check_refuse.c: what the language has and this version does not build. */
void check_refusals(struct check *c);

/* check_types.c: which types and values may stand where. */
void check_types(struct check *c);

/* The largest value of a whole number's type, and how far it goes below zero. */
void check_limits(enum type_kind k, uint64_t *most, uint64_t *below);

/* Are they one type? Both must be resolved. */
bool check_same_type(const struct type *a, const struct type *b);

/* check_expr.c: the expressions of an agent's operations. */
void check_operations(struct check *c, const struct decl *d);

/* check_modules.c: what one declaration says wrong by itself. */
void check_modules(struct check *c);

/* check_built_in.c: what registries and their like need of other modules. */
void check_built_in(struct check *c, const struct decl *d);

/* check_order.c: what cannot work in a tree of supervisors. */
void check_order(struct check *c);

/* check_cycles.c: circles of calls. */
void check_cycles(struct check *c);

/* check_timeouts.c: callers that give up too early, handlers that go on too long. */
void check_timeouts(struct check *c);

/* check_unused.c: what a whole program does not use. */
void check_unused(struct check *c);

/* The value of an option that a child gives, or of a default: see check_types.c. */
enum value_place { VALUE_PARAMETER, VALUE_OPTION, VALUE_VARIABLE, VALUE_CHILD, VALUE_SETTING };

#endif
