/* driver.c - one run of otpc, from its arguments to its output.
 *
 * Idea: read the options; read and parse all specs; resolve, check and look at the names in C, over
 * all of them, whatever was found before; then, if nothing is wrong, do what the command asks for.
 * Running out of memory jumps back to driver_run(), the only setjmp of the compiler. */
#include "driver.h"

#include <string.h>
#include <unistd.h>

#include "check.h"
#include "check_tree.h"
#include "dump.h"
#include "explain.h"
#include "otp/version.h"
#include "plan.h"
#include "resolve.h"

void driver_init(struct driver *d, bool colour)
{
    *d = (struct driver){ .colour = colour };
    arena_init(&d->arena, &d->on_empty);
}

void driver_free(struct driver *d)
{
    arena_free(&d->arena);
}

enum driver_code driver_fail(struct driver *d, enum driver_code code, const char *text)
{
    arena_buf_printf(&d->err, "otpc: %s\n", text);
    return code;
}

static enum driver_code wrong_usage(struct driver *d, const char *text)
{
    driver_fail(d, DRIVER_USAGE, text);
    arena_buf_puts(&d->err, "Try 'otpc --help'.\n");
    return DRIVER_USAGE;
}

/* ---- Reading specs ---- */

static void set_up_unit(struct driver *d)
{
    struct options *o = &d->options;
    ast_unit_init(&d->unit, &d->arena);
    o->diag.colour = o->colour == COLOUR_ALWAYS || (o->colour == COLOUR_AUTO && d->colour);
    if (o->whole_program) {
        const enum diag_code unused[] = { W_UNUSED_MODULE, W_UNUSED_CALL };
        for (size_t i = 0; i < sizeof unused / sizeof unused[0]; i++)
            if (o->diag.enabled[unused[i]] == DIAG_SWITCH_DEFAULT)
                o->diag.enabled[unused[i]] = DIAG_SWITCH_ON;
    }
    d->unit.diag_options = o->diag;
    d->unit.options.import_dirs = o->import_dirs.items;
    d->unit.options.n_import_dirs = o->import_dirs.count;
}

static struct file *load_stdin(struct driver *d)
{
    struct source *s;
    const char *why, *name = d->options.stdin_name ? d->options.stdin_name : "<stdin>";
    if (source_read_fd(&d->unit.sources, STDIN_FILENO, name, &s, &why) == SOURCE_OK)
        return resolve_load_source(&d->unit, s);
    diag_add(&d->unit.diags, E_FILE_UNREADABLE, (struct span){ 0 },
             "cannot read standard input: %s", why);
    return NULL;
}

static void load(struct driver *d, const char *path)
{
    struct file *f = strcmp(path, "-") == 0 ? load_stdin(d) : resolve_load(&d->unit, path);
    for (size_t i = 0; i < d->specs.count; i++)
        if (d->specs.items[i] == f)
            return;
    if (f)
        d->specs.items[d->specs.count++] = f;
}

/* A word that is no file and nearly a command was meant as one. */
static const char *mistaken_command(struct driver *d)
{
    const struct options *o = &d->options;
    if (o->command != COMMAND_COMPILE || strpbrk(o->files.items[0], "./") ||
        access(o->files.items[0], F_OK) == 0)
        return NULL;
    const char *near = options_near_command(&d->arena, o->files.items[0]);
    return near ? arena_format(&d->arena, "unknown command '%s'; did you mean '%s'?",
                               o->files.items[0], near)
                : NULL;
}

static void read_specs(struct driver *d)
{
    const struct options_list *files = &d->options.files;
    d->specs.items = ARENA_ARRAY(&d->arena, struct file *, files->count + 1);
    for (size_t i = 0; i < files->count; i++)
        load(d, files->items[i]);
    resolve_names(&d->unit);
    check_unit(&d->unit);
    plan_check_names(&d->unit);
}

/* ---- Rules about the run ---- */

static void check_main(struct driver *d)
{
    if (!d->options.main || d->specs.count == 0)
        return;
    for (size_t i = 0; i < d->specs.count; i++)
        if (d->specs.items[i]->application || d->specs.items[i]->broken)
            return;
    diag_add(&d->unit.diags, E_NO_APPLICATION, d->specs.items[0]->package_span,
             "--main needs an application, and no spec declares one");
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The outputs are called after the spec, and name each other in #include lines. */
static void check_output_names(struct driver *d)
{
    struct intern_map bases;
    intern_map_init(&bases, &d->arena);
    for (size_t i = 0; i < d->specs.count; i++) {
        struct file *f = d->specs.items[i];
        const char *base = base_of(f->source->path);
        struct file *first = intern_map_add(&bases, intern_text(&d->unit.names, base), f);
        if (strpbrk(base, "\"\\\n\r\t"))
            diag_add(&d->unit.diags, E_FILE_NAME, f->package_span,
                     "the files made from this spec cannot be named in C: it has a quote, a "
                     "backslash or a control character in its name");
        if (!first)
            continue;
        struct diag *g = diag_add(&d->unit.diags, E_OUTPUT_CLASH, f->package_span,
                                  "two specs would write '%s.h'", base);
        diag_note(g, first->package_span, "the other one is '%s'", first->source->path);
    }
}

static void check_run(struct driver *d)
{
    check_main(d);
    if (d->options.command == COMMAND_COMPILE || d->options.command == COMMAND_SKELETON)
        check_output_names(d);
}

/* ---- Reporting ---- */

/* Warnings are about the specs that were given, not about those that they import. */
static void drop_foreign_warnings(struct driver *d)
{
    struct diags *ds = &d->unit.diags;
    struct intern_map given;
    size_t kept = 0;
    intern_map_init(&given, &d->arena);
    for (size_t i = 0; i < d->specs.count; i++)
        intern_map_add(&given, d->specs.items[i]->source, d);
    for (size_t i = 0; i < ds->count; i++) {
        const struct diag *item = ds->items[i];
        const struct source *s = source_get(&d->unit.sources, item->span.file);
        if (diag_info(item->code)->severity == DIAG_SEVERITY_ERROR || !s ||
            intern_map_get(&given, s))
            ds->items[kept++] = ds->items[i];
    }
    ds->count = kept;
}

static const char *plural(struct arena *a, size_t n, const char *word)
{
    return arena_format(a, "%zu %s%s", n, word, n == 1 ? "" : "s");
}

static void put_summary(struct driver *d, const struct diag_counts *n)
{
    bool writes = d->options.command == COMMAND_COMPILE || d->options.command == COMMAND_SKELETON;
    arena_buf_printf(&d->err, "otpc: %s", plural(&d->arena, n->errors, "error"));
    if (n->warnings > 0)
        arena_buf_printf(&d->err, ", %s", plural(&d->arena, n->warnings, "warning"));
    if (d->options.files.count == 1 && d->specs.count == 1)
        arena_buf_printf(&d->err, " in %s", d->specs.items[0]->source->path);
    arena_buf_puts(&d->err, writes && !d->options.dump ? "; nothing was written\n" : "\n");
}

/* Prints all findings; what they mean for the run. */
static enum driver_code report(struct driver *d)
{
    drop_foreign_warnings(d);
    diag_sort(&d->unit.diags);
    struct diag_counts n = diag_count(&d->unit.diags);
    diag_render(&d->unit.diags, &d->err);
    if (n.errors == 0)
        return DRIVER_DONE;
    put_summary(d, &n);
    return n.io_errors > 0 ? DRIVER_IO : DRIVER_SPEC;
}

/* ---- Commands ---- */

static void dump(struct driver *d)
{
    for (size_t i = 0; i < d->specs.count; i++)
        dump_ast(d->specs.items[i], &d->out);
}

static void explain_trees(struct driver *d)
{
    bool first = true;
    for (const struct tree *t = tree_forest(&d->unit, NULL); t; t = t->next) {
        if (!t->root->file->root)
            continue;
        if (!first)
            arena_buf_puts(&d->out, "\n");
        explain_tree(&d->out, &d->arena, t);
        first = false;
    }
    if (first)
        arena_buf_puts(&d->out, "There is no supervisor.\n");
}

static enum driver_code stamp(struct driver *d)
{
    const char *why;
    if (!d->options.stamp || outfile_touch(&d->arena, d->options.stamp, &why))
        return DRIVER_DONE;
    return driver_fail(d, DRIVER_IO, why);
}

static enum driver_code run_specs(struct driver *d)
{
    const char *mistaken = mistaken_command(d);
    if (mistaken)
        return wrong_usage(d, mistaken);
    set_up_unit(d);
    read_specs(d);
    check_run(d);
    enum driver_code code = report(d);
    if (d->options.dump) {
        dump(d);
        return code;
    }
    if (code != DRIVER_DONE)
        return code;
    if (d->options.command == COMMAND_EXPLAIN) {
        explain_trees(d);
        return DRIVER_DONE;
    }
    if (d->options.command != COMMAND_CHECK)
        code = driver_write(d);
    return code == DRIVER_DONE ? stamp(d) : code;
}

static enum driver_code explain_codes(struct driver *d)
{
    const struct options_list *codes = &d->options.files;
    if (codes->count == 0)
        explain_list(&d->out, &d->arena);
    for (size_t i = 0; i < codes->count; i++) {
        enum diag_code code = diag_find(codes->items[i]);
        if (code == DIAG_NONE)
            return wrong_usage(d, arena_format(&d->arena,
                                               "there is no code '%s'; 'otpc explain' lists them",
                                               codes->items[i]));
        if (i > 0)
            arena_buf_puts(&d->out, "\n");
        explain_code(&d->out, code);
    }
    return DRIVER_DONE;
}

static enum driver_code not_built(struct driver *d, const char *what)
{
    return driver_fail(d, DRIVER_USAGE, arena_format(&d->arena, "'%s' is not built yet", what));
}

static enum driver_code run_command(struct driver *d)
{
    const struct options *o = &d->options;
    switch (o->talk) {
    case TALK_HELP: options_help(&d->out); return DRIVER_DONE;
    case TALK_HELP_WARNINGS: options_help_warnings(&d->out); return DRIVER_DONE;
    case TALK_VERSION: arena_buf_puts(&d->out, "otpc " OTP_VERSION "\n"); return DRIVER_DONE;
    case TALK_NONE: break;
    }
    if (o->command >= COMMAND_FMT)
        return not_built(d, options_command_word(o->command));
    if (o->update)
        return not_built(d, "skeleton --update");
    if (o->emit)
        return not_built(d, arena_format(&d->arena, "--emit=%s", o->emit));
    if (o->command == COMMAND_EXPLAIN && !o->tree)
        return explain_codes(d);
    return run_specs(d);
}

enum driver_code driver_run(struct driver *d, int argc, char **argv)
{
    if (setjmp(d->on_empty) != 0) {
        outfile_abandon(&d->batch);
        outfile_end(&d->batch);
        d->last_words = "otpc: out of memory\n";
        return DRIVER_IO;
    }
    arena_buf_init(&d->out, &d->arena);
    arena_buf_init(&d->err, &d->arena);
    outfile_init(&d->batch, &d->arena);
    const char *why = options_parse(&d->options, &d->arena, argc, argv);
    return why ? wrong_usage(d, why) : run_command(d);
}
