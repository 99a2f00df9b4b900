/* parse_mend.h - syntax errors: what to say, and how to go on.
 *
 * Idea: bison calls mend_report() at an unexpected token; it reports and decides what would mend
 * the text. Then the `mend_` rule of the list the parser stands in (or falls back to) calls
 * mend_fix(), which does that, or throws away the clause, line or declaration. Whatever it does
 * makes progress: a token is taken, or the next one fits. */
#ifndef OTPC_PARSE_MEND_H
#define OTPC_PARSE_MEND_H

#include "parse_state.h"

/* Where the parser stands. ITEM: between declarations; OPEN: before the '{' of a block; LINE:
 * between the lines of one; CLAUSE: before the ';' of a line; PARAM, VALUE: in a list of parameters
 * or of an enum's values. */
enum mend_level { MEND_ITEM, MEND_OPEN, MEND_LINE, MEND_CLAUSE, MEND_PARAM, MEND_VALUE };

/* Bison's lookahead, which mend_fix() replaces. */
struct mend_lookahead {
    int *token;
    union parse_value *value;
    struct span *place;
};

/* The last token read is unexpected; expected are otp.y's names of tokens. Borrows both. */
void mend_report(struct parser *p, const char *const *expected, unsigned n_expected);

/* place is what the parser gave up, with the unexpected token. */
void mend_fix(struct parser *p, enum mend_level level, struct span place,
              struct mend_lookahead lookahead);

/* Bison's stack is full. */
void mend_too_deep(struct parser *p, struct span place);

#endif
