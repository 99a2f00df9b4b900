/* explain.c - `otpc explain`: what a finding means, how a tree behaves.
 *
 * Idea: the texts about codes are rows of diag.def and only laid out here. The table of a tree is
 * OTP's arithmetic done once for the reader: supervisors start depth first and stop in reverse,
 * each gives up at one crash more than its limit, and its own end counts as a crash one level
 * up. */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_WIDTH = 78, MAX_NAMED = 4 };

/* ---- Codes ---- */

/* Words of text in lines of TEXT_WIDTH. */
static void put_filled(struct arena_buf *out, const char *text)
{
    size_t column = 0;
    while (*text) {
        size_t len = strcspn(text, " ");
        if (column > 0 && column + 1 + len > TEXT_WIDTH) {
            arena_buf_puts(out, "\n");
            column = 0;
        }
        if (column > 0) {
            arena_buf_puts(out, " ");
            column++;
        }
        arena_buf_put(out, text, len);
        column += len;
        text += len + strspn(text + len, " ");
    }
    arena_buf_puts(out, "\n");
}

static void put_example(struct arena_buf *out, const char *title, const char *spec)
{
    if (*spec == '\0')
        return;
    arena_buf_printf(out, "\n%s:\n\n", title);
    while (*spec) {
        size_t len = strcspn(spec, "\n");
        if (len > 0)
            arena_buf_puts(out, "    ");
        arena_buf_put(out, spec, len);
        arena_buf_puts(out, "\n");
        spec += len + (spec[len] == '\n');
    }
}

void explain_code(struct arena_buf *out, enum diag_code code)
{
    const struct diag_info *info = diag_info(code);
    bool warning = info->severity == DIAG_SEVERITY_WARNING;
    arena_buf_printf(out, "%s%s: %s\n\n", warning ? "-W" : "", info->id, info->title);
    put_filled(out, info->text);
    put_example(out, warning ? "This gives the warning" : "This is refused", info->wrong);
    put_example(out, "This is right", info->right);
}

static int by_id(const void *left, const void *right)
{
    const struct diag_info *a = *(const struct diag_info *const *)left;
    const struct diag_info *b = *(const struct diag_info *const *)right;
    if (a->severity != b->severity)
        return a->severity < b->severity ? -1 : 1;
    return strcmp(a->id, b->id);
}

void explain_list(struct arena_buf *out, struct arena *a)
{
    const struct diag_info **infos = ARENA_ARRAY(a, const struct diag_info *, DIAG_CODE_COUNT);
    size_t count = 0;
    for (enum diag_code c = DIAG_NONE + 1; c < DIAG_CODE_COUNT; c++)
        infos[count++] = diag_info(c);
    qsort(infos, count, sizeof *infos, by_id);
    for (size_t i = 0; i < count; i++) {
        bool warning = infos[i]->severity == DIAG_SEVERITY_WARNING;
        const char *id = arena_format(a, "%s%s", warning ? "-W" : "", infos[i]->id);
        arena_buf_printf(out, "%-26s %s\n", id, infos[i]->title);
    }
}

/* ---- Trees ---- */

enum column { COLUMN_NAME, COLUMN_START, COLUMN_STOP, COLUMN_TIME, COLUMN_CRASHES, COLUMN_ALONG };
enum { COLUMN_COUNT = COLUMN_ALONG + 1 };

struct row {
    const char *cells[COLUMN_COUNT];
};

/* How many crashes of a process, one right after the other, end the root. */
static const char *crashes_text(struct arena *a, const struct tree_node *n)
{
    uint64_t product = 1;
    for (const struct tree_node *p = n; p->parent; p = p->parent) {
        /* A supervisor that gives up ends with reason shutdown, which is no crash to a parent that
         * restarts it only after crashes. */
        if (tree_restart(p) == RESTART_TEMPORARY ||
            (p != n && tree_restart(p) == RESTART_TRANSIENT))
            return "never";
        uint64_t factor = tree_intensity(p->parent).count + 1;
        if (factor == 0 || product > UINT64_MAX / factor)
            return "practically never";
        product *= factor;
    }
    if (!n->parent)
        return "-";
    return product == 1 ? "1 crash" : arena_format(a, "%llu crashes", (unsigned long long)product);
}

/* Which of its siblings a supervisor stops and starts with a crashed child. */
static bool goes_along(const struct tree_node *crashed, const struct tree_node *sibling)
{
    const struct set_word *s = &crashed->parent->module->supervisor.strategy;
    if (sibling == crashed || !s->set || tree_restart(crashed) == RESTART_TEMPORARY)
        return false;
    switch ((enum strategy_kind)s->value) {
    case STRATEGY_ONE_FOR_ONE: return false;
    case STRATEGY_ONE_FOR_ALL: return true;
    case STRATEGY_REST_FOR_ONE: return sibling->start > crashed->start;
    }
    return false;
}

static void put_part(struct arena_buf *b, const char *text)
{
    arena_buf_printf(b, "%s%s", b->len > 0 ? ", " : "", text);
}

static const char *along_text(struct arena *a, const struct tree_node *n)
{
    struct arena_buf text;
    size_t named = 0, more = 0;
    arena_buf_init(&text, a);
    if (!n->parent)
        return "everything";
    if (n->below > 0)
        put_part(&text, arena_format(a, "the %u below it", n->below));
    for (const struct tree_node *k = n->parent->first; k; k = k->next) {
        if (!goes_along(n, k))
            continue;
        if (named < MAX_NAMED)
            put_part(&text, tree_node_text(k));
        more += named >= MAX_NAMED;
        named++;
    }
    if (more > 0)
        put_part(&text, arena_format(a, "%zu more", more));
    return text.len > 0 ? text.data : "nobody";
}

static struct row row_of(struct arena *a, const struct tree *t, const struct tree_node *n)
{
    struct arena_buf name;
    arena_buf_init(&name, a);
    arena_buf_fill(&name, ' ', (n->depth - 1) * 2);
    arena_buf_puts(&name, tree_node_text(n));
    if (n->child && n->child->id_written)
        arena_buf_printf(&name, " (%s)", n->module->name.name->text);
    return (struct row){ { name.data, arena_format(a, "%u", n->start),
                           arena_format(a, "%zu", t->count - n->start + 1),
                           tree_time_text(a, tree_stop(n)), crashes_text(a, n),
                           along_text(a, n) } };
}

static void put_row(struct arena_buf *out, const struct row *r, const size_t *widths)
{
    for (int i = 0; i < COLUMN_COUNT; i++) {
        arena_buf_puts(out, r->cells[i]);
        if (i + 1 < COLUMN_COUNT)
            arena_buf_fill(out, ' ', widths[i] - strlen(r->cells[i]) + 2);
    }
    arena_buf_puts(out, "\n");
}

void explain_tree(struct arena_buf *out, struct arena *a, const struct tree *t)
{
    size_t widths[COLUMN_COUNT] = { 0 };
    struct row *rows = ARENA_ARRAY(a, struct row, t->count + 1);
    rows[0] = (struct row){ { "process", "starts", "stops", "stop takes", "root gives up after",
                              "goes down with it" } };
    for (size_t i = 0; i < t->count; i++)
        rows[i + 1] = row_of(a, t, t->nodes[i]);
    for (size_t i = 0; i <= t->count; i++)
        for (int k = 0; k < COLUMN_COUNT; k++)
            if (strlen(rows[i].cells[k]) > widths[k])
                widths[k] = strlen(rows[i].cells[k]);
    arena_buf_printf(out, "supervisor %s", t->root->name.name->text);
    if (t->application)
        arena_buf_printf(out, ", started by application %s",
                         t->application->name.name ? t->application->name.name->text : "");
    arena_buf_puts(out, "\n");
    for (size_t i = 0; i <= t->count; i++)
        put_row(out, &rows[i], widths);
    arena_buf_puts(out, "Times are the longest; crashes come within the periods of the limits.\n");
}
