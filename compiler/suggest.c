/* suggest.c - "did you mean": the nearest of the names that could stand here.
 *
 * Idea: the distance is that of optimal string alignment (insert, delete, replace, swap
 * neighbours), computed row by row and given up as soon as a row holds nothing within the limit.
 * Words longer than SUGGEST_LONGEST get no suggestion, so the rows are small arrays. */
#include "suggest.h"

#include <string.h>

void suggest_init(struct suggest *s, const char *word, uint64_t *budget)
{
    size_t len = strlen(word);
    unsigned limit = len / 3 > 1 ? (unsigned)(len / 3) : 1;
    if (budget && *budget == 0)
        limit = 0;
    *s = (struct suggest){ .word = word, .len = len, .limit = limit, .budget = budget };
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

struct rows {
    unsigned before[SUGGEST_LONGEST + 1]; /* two letters of a ago: for swaps */
    unsigned last[SUGGEST_LONGEST + 1];
    unsigned now[SUGGEST_LONGEST + 1];
};

/* Fills in the row of a's letter i; gives its least entry. */
static unsigned fill_row(struct rows *r, const char *a, size_t i, const char *b, size_t b_len)
{
    unsigned lowest = r->now[0] = (unsigned)i + 1;
    for (size_t j = 0; j < b_len; j++) {
        unsigned d = least(r->last[j + 1], r->now[j]) + 1;
        d = least(d, r->last[j] + (a[i] != b[j]));
        if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
            d = least(d, r->before[j - 1] + 1);
        r->now[j + 1] = d;
        lowest = least(lowest, d);
    }
    return lowest;
}

unsigned suggest_distance(const char *a, const char *b, unsigned limit)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    size_t gap = a_len > b_len ? a_len - b_len : b_len - a_len;
    if (gap > limit || a_len > SUGGEST_LONGEST || b_len > SUGGEST_LONGEST)
        return limit + 1;
    struct rows r = { 0 };
    for (size_t j = 0; j <= b_len; j++)
        r.last[j] = (unsigned)j;
    for (size_t i = 0; i < a_len; i++) {
        if (fill_row(&r, a, i, b, b_len) > limit)
            return limit + 1;
        memcpy(r.before, r.last, sizeof r.last);
        memcpy(r.last, r.now, sizeof r.now);
    }
    return least(r.last[b_len], limit + 1);
}

bool suggest_wanted(const struct suggest *s)
{
    return s->limit > 0;
}

/* A word that was begun is finished, so what is suggested never depends on a partial search. */
static void pay(struct suggest *s, uint64_t price)
{
    if (s->budget)
        *s->budget -= *s->budget < price ? *s->budget : price;
}

/* Only the nearest are kept: a farther one is dropped, a nearer one drops the rest. */
void suggest_offer(struct suggest *s, const char *candidate)
{
    size_t len = strlen(candidate);
    pay(s, 1);
    if (s->limit == 0 || (len > s->len ? len - s->len : s->len - len) > s->limit)
        return;
    pay(s, len * s->len / 4);
    unsigned d = suggest_distance(s->word, candidate, s->limit);
    if (d == 0 || d > s->limit || d >= s->len)
        return; /* what shares no letter is no suggestion */
    s->limit = d;
    if (s->count && d < s->distance)
        s->count = 0;
    s->distance = d;
    unsigned at = 0;
    while (at < s->count && strcmp(s->best[at], candidate) < 0)
        at++;
    if (at == SUGGEST_MAX || (at < s->count && strcmp(s->best[at], candidate) == 0))
        return;
    unsigned last = s->count < SUGGEST_MAX ? s->count++ : SUGGEST_MAX - 1;
    for (unsigned i = last; i > at; i--)
        s->best[i] = s->best[i - 1];
    s->best[at] = candidate;
}

const char *suggest_first(const struct suggest *s)
{
    return s->count ? s->best[0] : NULL;
}

const char *suggest_text(const struct suggest *s, struct arena *a)
{
    switch (s->count) {
    case 0: return "";
    case 1: return arena_format(a, "; did you mean '%s'?", s->best[0]);
    case 2: return arena_format(a, "; did you mean '%s' or '%s'?", s->best[0], s->best[1]);
    }
    return arena_format(a, "; did you mean '%s', '%s' or '%s'?", s->best[0], s->best[1],
                        s->best[2]);
}
