/* check.h - what the names of a spec mean together: types, trees, calls.
 *
 * Idea: runs after resolve.h on everything that could be resolved, finds all it can, changes
 * nothing. What has no findings afterwards can be made into C. */
#ifndef OTPC_CHECK_H
#define OTPC_CHECK_H

#include "ast.h"

/* Adds the findings of all rules to the unit's. */
void check_unit(struct unit *u);

#endif
