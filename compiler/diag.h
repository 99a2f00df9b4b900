/* diag.h - findings as data: collected, sorted, rendered once.
 *
 * Idea: a pass says what is wrong and where, and goes on. Nothing is printed until the end; then
 * the list is sorted by place, duplicates are folded, and it is rendered into a buffer. Codes and
 * switches are rows of diag.def, which also holds the text of `otpc explain`.
 *
 *     struct diag *d = diag_add(ds, E_DUP_CHILD, b->span, "'%s' is declared twice", b->text);
 *     diag_note(d, a->span, "first declared here");
 *     diag_help(d, "give one of them another name");
 *
 * Text: lower case, no full stop at its end, names in single quotes. */
#ifndef OTPC_DIAG_H
#define OTPC_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "source.h"

/* E_... are errors, W_... warnings, in the order of diag.def. */
enum diag_code {
    DIAG_NONE,
#define DIAG_ERROR(symbol, id, class, title, text, wrong, right)     symbol,
#define DIAG_WARNING(symbol, name, group, title, text, wrong, right) symbol,
#include "diag.def"
    DIAG_CODE_COUNT
};

enum diag_severity { DIAG_SEVERITY_ERROR, DIAG_SEVERITY_WARNING };

/* Which -W switch turns a warning on. ALWAYS: on unless -Wno-NAME. */
enum diag_group { DIAG_GROUP_NONE, DIAG_GROUP_ALWAYS, DIAG_GROUP_ALL, DIAG_GROUP_EXTRA };

/* What kind of failure an error is: it decides the exit code (1 or 3). */
enum diag_class { DIAG_CLASS_SPEC, DIAG_CLASS_IO };

/* A row of diag.def. */
struct diag_info {
    enum diag_severity severity;
    enum diag_group group; /* warnings */
    enum diag_class class; /* errors */
    const char *id;        /* "E0203"; for a warning its name: "unused-import" */
    const char *title;     /* a few words */
    const char *text;      /* a paragraph for `otpc explain` */
    const char *wrong;     /* a whole spec, named example.otp, that gives just this finding */
    const char *right;     /* the same, mended: gives no finding at all */
};

/* Never NULL for a code of the enum. */
const struct diag_info *diag_info(enum diag_code code);

/* What to do about an error, in general; NULL for a warning. */
const char *diag_cure(enum diag_code code);

/* The code with this id ("E0203", "unused-import"; a leading "-W" is allowed), or DIAG_NONE. */
enum diag_code diag_find(const char *id);

enum diag_switch { DIAG_SWITCH_DEFAULT, DIAG_SWITCH_OFF, DIAG_SWITCH_ON };

/* What the command line says. diag_options_init() gives the defaults. */
struct diag_options {
    unsigned max_errors; /* 0: no cap */
    bool no_caret;
    bool colour;
    bool all;         /* -Wall */
    bool extra;       /* -Wextra */
    bool no_warnings; /* -w */
    bool warnings_are_errors;
    unsigned char enabled[DIAG_CODE_COUNT];  /* enum diag_switch, per warning: -WNAME */
    unsigned char as_error[DIAG_CODE_COUNT]; /* enum diag_switch, per warning: -Werror=NAME */
};

void diag_options_init(struct diag_options *o);

/* Takes what stands behind "-W": "all", "no-all", "extra", "error", "no-error", NAME, "no-NAME",
 * "error=NAME", "no-error=NAME". False if there is no such switch; then nothing is changed. */
bool diag_options_switch(struct diag_options *o, const char *text);

enum diag_extra_kind { DIAG_NOTE, DIAG_REMARK, DIAG_HELP, DIAG_SUGGESTION, DIAG_MARK };

/* A note at another place, a `= note:` or `= help:` line, a replacement printed under the caret, or
 * a second underlined range. */
struct diag_extra {
    enum diag_extra_kind kind;
    struct span span; /* DIAG_NOTE, DIAG_MARK */
    const char *text; /* not of DIAG_MARK */
    struct diag_extra *next;
};

struct diag {
    enum diag_code code;
    enum diag_severity severity; /* after -Werror */
    struct span span;            /* file 0: no place */
    const char *text;
    struct diag_extra *first_extra;
    struct diag_extra *last_extra;
    struct diags *list;
    uint32_t number; /* order of adding */
};

struct diags {
    struct arena *arena;
    struct source_set *sources;
    const struct diag_options *options;
    struct diag **items;
    size_t count;
    size_t cap;
    struct diag dropped; /* what diag_add() gives for a warning that is off */
};

/* Borrows all three. */
void diag_init(struct diags *ds, struct arena *a, struct source_set *sources,
               const struct diag_options *options);

/* Adds a finding. Never NULL: for a warning that is off it gives one that nobody will see. */
struct diag *diag_add(struct diags *ds, enum diag_code code, struct span span, const char *fmt, ...)
    ARENA_PRINTF(4, 5);

/* `path:line:col: note: text` with its own excerpt, after the finding. */
void diag_note(struct diag *d, struct span span, const char *fmt, ...) ARENA_PRINTF(3, 4);
/* `= note: text` under the excerpt. */
void diag_remark(struct diag *d, const char *fmt, ...) ARENA_PRINTF(2, 3);
/* `= help: text`, last; instead of diag_cure. */
void diag_help(struct diag *d, const char *fmt, ...) ARENA_PRINTF(2, 3);
/* What to write in place of the underlined range; printed under the caret. Copies text. */
void diag_suggest(struct diag *d, const char *text);
/* Underlines a second range with `~~~` if it is on the line of the finding. */
void diag_mark(struct diag *d, struct span span);

/* Is this warning on? Lets a pass skip costly work. True for errors. */
bool diag_enabled(const struct diags *ds, enum diag_code code);

/* Sorts by file, line, column (files in the order they were read; findings without a place first)
 * and folds duplicates: same code, place and text. To be called once, after the last pass. */
void diag_sort(struct diags *ds);

struct diag_counts {
    size_t errors; /* with warnings that -Werror made errors */
    size_t warnings;
    size_t io_errors; /* of the errors, those of DIAG_CLASS_IO */
};

struct diag_counts diag_count(const struct diags *ds);

/* Appends all findings as text to out, as options say. Wants a sorted list. */
void diag_render(const struct diags *ds, struct arena_buf *out);

#endif
