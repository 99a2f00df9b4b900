/* driver_write.c - from specs without errors to files.
 *
 * Idea: everything is rendered before the first byte is written: the files of all specs, then the
 * dependency files, all of them one batch that is written wholly or not at all. */
#include <string.h>
#include <sys/stat.h>

#include "depfile.h"
#include "driver.h"
#include "emit.h"
#include "plan.h"

/* The files of one spec. */
struct product {
    const struct file *spec;
    struct emit_files files;
};

static const char *in_out_dir(struct driver *d, const char *name)
{
    const char *dir = d->options.out_dir;
    if (!dir)
        return name;
    size_t len = strlen(dir);
    return arena_format(&d->arena, "%s%s%s", dir, dir[len - 1] == '/' ? "" : "/", name);
}

static unsigned wanted(const struct options *o)
{
    if (o->command == COMMAND_SKELETON)
        return EMIT_WANT_SKELETON;
    return EMIT_WANT_GENERATED | (o->main ? EMIT_WANT_MAIN : 0u);
}

static struct product *render(struct driver *d)
{
    struct product *all = ARENA_ARRAY(&d->arena, struct product, d->specs.count + 1);
    for (size_t i = 0; i < d->specs.count; i++) {
        all[i].spec = d->specs.items[i];
        all[i].files =
            emit_files(&d->arena, plan_build(&d->unit, all[i].spec), wanted(&d->options));
    }
    return all;
}

/* ---- Standard output ---- */

static void put_to_stdout(struct driver *d, const struct product *p)
{
    for (size_t i = 0; i < p->files.count; i++) {
        arena_buf_printf(&d->out, "/* ==== %s ==== */\n", p->files.items[i].name);
        arena_buf_put(&d->out, p->files.items[i].bytes, p->files.items[i].size);
    }
}

/* ---- Dependencies ---- */

static bool is_readable_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* A C header is looked for as an import would be; one that only the C compiler finds is its own
 * affair. */
static void add_include(struct driver *d, const struct file *f, const struct include *i,
                        struct depfile_names *names)
{
    const char *slash = strrchr(f->source->path, '/');
    int dir_len = slash ? (int)(slash - f->source->path) + 1 : 0;
    const char *path = i->path.bytes[0] == '/' ? i->path.bytes
                                               : arena_format(&d->arena, "%.*s%s", dir_len,
                                                              f->source->path, i->path.bytes);
    for (size_t k = 0; !is_readable_file(path); k++) {
        if (k == d->options.import_dirs.count)
            return;
        path = arena_format(&d->arena, "%s/%s", d->options.import_dirs.items[k], i->path.bytes);
    }
    depfile_add(names, &d->arena, path);
}

/* A spec and all that it imports, in the order of the import lines. */
static void add_spec(struct driver *d, const struct file *f, struct depfile_names *names,
                     struct intern_map *seen)
{
    if (intern_map_add(seen, f, d))
        return;
    if (f->source->from_file)
        depfile_add(names, &d->arena, f->source->path);
    for (const struct include *i = f->includes.first; i; i = i->next)
        add_include(d, f, i, names);
    for (const struct import *i = f->imports.first; i; i = i->next)
        if (i->file)
            add_spec(d, i->file, names, seen);
}

static void put_rule(struct driver *d, const struct product *p, struct arena_buf *out,
                     struct depfile_names *all)
{
    struct depfile_names targets = { 0 }, names = { 0 };
    struct intern_map seen;
    intern_map_init(&seen, &d->arena);
    add_spec(d, p->spec, &names, &seen);
    const struct options_list *given = &d->options.dep_targets;
    for (size_t i = 0; i < given->count; i++)
        depfile_add(&targets, &d->arena, given->items[i]);
    for (size_t i = 0; i < p->files.count && given->count == 0; i++)
        depfile_add(&targets, &d->arena, in_out_dir(d, p->files.items[i].name));
    depfile_rule(out, &targets, given->count > 0, &names);
    for (size_t i = 0; i < names.count; i++)
        depfile_add(all, &d->arena, names.items[i]);
}

static void put_phony(struct driver *d, struct arena_buf *out, const struct depfile_names *all)
{
    struct depfile_names specs = { 0 };
    for (size_t i = 0; i < d->specs.count; i++)
        depfile_add(&specs, &d->arena, d->specs.items[i]->source->path);
    if (d->options.dep_phony)
        depfile_phony(out, all, &specs);
}

/* "myapp.d" from "src/myapp.otp". */
static const char *dep_name(struct driver *d, const struct file *f)
{
    const char *slash = strrchr(f->source->path, '/');
    const char *base = slash ? slash + 1 : f->source->path;
    const char *dot = strrchr(base, '.');
    int len = dot && dot > base ? (int)(dot - base) : (int)strlen(base);
    return in_out_dir(d, arena_format(&d->arena, "%.*s.d", len, base));
}

/* Adds the dependency files of n specs from p on: one for all of them. */
static void add_dep_file(struct driver *d, const char *path, const struct product *p, size_t n)
{
    struct arena_buf text;
    struct depfile_names all = { 0 };
    arena_buf_init(&text, &d->arena);
    for (size_t i = 0; i < n; i++)
        put_rule(d, &p[i], &text, &all);
    put_phony(d, &text, &all);
    outfile_add(&d->batch, path, OUTFILE_PLAIN, text.data, text.len);
}

static void add_dep_files(struct driver *d, const struct product *all)
{
    if (!d->options.dep)
        return;
    if (d->options.dep_file) {
        add_dep_file(d, d->options.dep_file, all, d->specs.count);
        return;
    }
    for (size_t i = 0; i < d->specs.count; i++)
        add_dep_file(d, dep_name(d, all[i].spec), &all[i], 1);
}

/* ---- Writing ---- */

static void add_files(struct driver *d, const struct product *p)
{
    for (size_t i = 0; i < p->files.count; i++) {
        const struct emit_file *f = &p->files.items[i];
        outfile_add(&d->batch, in_out_dir(d, f->name),
                    f->role == EMIT_SKELETON ? OUTFILE_CREATE : OUTFILE_GENERATED, f->bytes,
                    f->size);
    }
}

/* The source that a path would overwrite; NULL if none. */
static const struct source *overwritten(struct driver *d, const char *path)
{
    struct stat st;
    if (!path || stat(path, &st) != 0)
        return NULL;
    for (uint32_t i = 0; i < d->unit.sources.count; i++) {
        const struct source *s = d->unit.sources.items[i];
        if (s->from_file && s->dev == st.st_dev && s->ino == st.st_ino)
            return s;
    }
    return NULL;
}

/* NULL, or why the files cannot be written where they are wanted. */
static const char *find_conflict(struct driver *d)
{
    const struct source *s = overwritten(d, d->options.stamp);
    const char *path = d->options.stamp;
    for (size_t i = 0; i < d->batch.count && !s; i++) {
        path = d->batch.items[i].path;
        if (d->batch.items[i].kind != OUTFILE_CREATE)
            s = overwritten(d, path);
        if (!s && d->options.dep && !depfile_can_name(path))
            return arena_format(&d->arena, "cannot name '%s' in a dependency file", path);
    }
    if (!s)
        return NULL;
    return arena_format(&d->arena, "cannot write '%s': it would overwrite the spec '%s'", path,
                        s->path);
}

static void tell_states(struct driver *d)
{
    static const char *const words[] = { [OUTFILE_PENDING] = "not written",
                                         [OUTFILE_WRITTEN] = "written",
                                         [OUTFILE_UNCHANGED] = "unchanged",
                                         [OUTFILE_KEPT] = "kept" };
    for (size_t i = 0; i < d->batch.count && d->options.verbose; i++)
        arena_buf_printf(&d->err, "otpc: %s: %s\n", d->batch.items[i].path,
                         words[d->batch.items[i].state]);
}

static enum driver_code commit(struct driver *d)
{
    const char *why = find_conflict(d);
    if (why)
        return driver_fail(d, DRIVER_IO, why);
    if (d->options.out_dir && !outfile_make_folder(&d->arena, d->options.out_dir, &why))
        return driver_fail(d, DRIVER_IO, why);
    outfile_begin(&d->batch);
    bool done = outfile_commit(&d->batch);
    outfile_end(&d->batch);
    if (!done)
        return driver_fail(d, DRIVER_IO, d->batch.why);
    tell_states(d);
    return DRIVER_DONE;
}

enum driver_code driver_write(struct driver *d)
{
    const struct product *all = render(d);
    for (size_t i = 0; i < d->specs.count; i++) {
        if (d->options.to_stdout)
            put_to_stdout(d, &all[i]);
        else
            add_files(d, &all[i]);
    }
    add_dep_files(d, all);
    return commit(d);
}
