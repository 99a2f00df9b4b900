/* check.c - what the names of a spec mean together: types, trees, calls.
 *
 * Idea: the parts run in a fixed order, first those that look at one declaration, then those that
 * look at trees and at the graph of calls. None needs another to have found nothing. */
#include "check.h"

#include "check_calls.h"
#include "check_parts.h"

void check_unit(struct unit *u)
{
    struct check c = { .u = u, .a = u->arena, .ds = &u->diags };
    check_refusals(&c);
    check_types(&c);
    check_modules(&c);
    c.trees = tree_forest(u, c.ds);
    c.calls = calls_build(u, c.trees);
    check_order(&c);
    check_cycles(&c);
    check_timeouts(&c);
    check_unused(&c);
}
