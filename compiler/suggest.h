/* suggest.h - "did you mean": the nearest of the names that could stand here.
 *
 * Idea: the caller offers only names that are legal at that spot and of the right kind. A name is
 * near if at most max(1, length / 3) letters differ; two swapped neighbours count as one. */
#ifndef OTPC_SUGGEST_H
#define OTPC_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum { SUGGEST_MAX = 3, SUGGEST_LONGEST = 64 };

struct suggest {
    const char *word;
    size_t len;
    unsigned limit;   /* no farther than this */
    uint64_t *budget; /* NULL: unlimited */
    unsigned count;
    const char *best[SUGGEST_MAX]; /* the nearest, by spelling */
    unsigned distance;             /* of all of them */
};

/* Borrows word and every candidate. */
void suggest_init(struct suggest *s, const char *word, uint64_t *budget);
void suggest_offer(struct suggest *s, const char *candidate);

/* Is there budget left? If not, candidates need not be looked for. */
bool suggest_wanted(const struct suggest *s);

/* The nearest candidate, or NULL. */
const char *suggest_first(const struct suggest *s);

/* "; did you mean 'a'?", "; did you mean 'a', 'b' or 'c'?", or "". The arena's. */
const char *suggest_text(const struct suggest *s, struct arena *a);

/* How many letters must change (a swap of neighbours is one), or limit + 1 if more than limit. */
unsigned suggest_distance(const char *a, const char *b, unsigned limit);

#endif
