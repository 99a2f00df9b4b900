/* resolve_load.c - specs and what they import.
 *
 * Idea: depth first. A path is looked for beside the importing spec, then in the -I folders; a file
 * is known by device and inode, so it is parsed once however it is named. The chain of files being
 * loaded lies on the C stack; an import that leads back into it is a circle. */
#include <string.h>

#include "parse.h"
#include "resolve.h"
#include "resolve_state.h"

/* One step of the chain: `file` is being loaded because of `import` of the file below. */
struct step {
    struct file *file;
    struct import *import; /* NULL at the root */
    struct step *below;
};

static void load_imports(struct unit *u, struct step *top);

static struct file *find_loaded(const struct unit *u, const struct source *source)
{
    struct file *f = u->first_file;
    while (f && f->source != source)
        f = f->next;
    return f;
}

/* Says why a file cannot be read. place is nowhere for a file of the command line. */
static struct diag *report(struct unit *u, enum source_status status, struct span place,
                           const char *path, const char *why)
{
    switch (status) {
    case SOURCE_OK: break;
    case SOURCE_ABSENT:
        return diag_add(&u->diags, E_FILE_ABSENT, place, "cannot find '%.400s'", path);
    case SOURCE_DIRECTORY:
        return diag_add(&u->diags, E_FILE_DIRECTORY, place, "'%s' is a directory", path);
    case SOURCE_UNREADABLE:
        return diag_add(&u->diags, E_FILE_UNREADABLE, place, "cannot read '%.400s': %s", path, why);
    case SOURCE_TOO_BIG:
        return diag_add(&u->diags, E_FILE_TOO_BIG, place, "'%s' is bigger than 1 GiB", path);
    }
    return NULL;
}

/* "" or "dir/". */
static const char *folder_of(struct unit *u, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_copy(u->arena, path, (size_t)(slash - path) + 1) : "";
}

static const char *path_in(struct unit *u, const char *dir, const char *path)
{
    size_t len = strlen(dir);
    const char *slash = len && dir[len - 1] != '/' ? "/" : "";
    return arena_format(u->arena, "%s%s%s", dir, slash, path);
}

static void report_tried(struct unit *u, const struct import *i, const char *beside)
{
    struct diag *d = report(u, SOURCE_ABSENT, i->path.span, i->path.bytes, NULL);
    if (i->path.bytes[0] == '/')
        return;
    diag_remark(d, "looked in '%s'", *beside ? beside : "./");
    for (size_t k = 0; k < u->options.n_import_dirs; k++)
        diag_remark(d, "looked in '%s'", u->options.import_dirs[k]);
    if (u->options.n_import_dirs == 0)
        diag_help(d, "-I DIR names another folder to look in");
}

/* The source that an import means; NULL, and reported, if there is none. */
static struct source *find_source(struct unit *u, const struct file *from, const struct import *i)
{
    struct source *s;
    const char *why = NULL, *path = i->path.bytes;
    const char *beside = folder_of(u, from->source->path);
    bool absolute = path[0] == '/';
    const char *tried = absolute ? path : path_in(u, beside, path);
    enum source_status status = source_read(&u->sources, tried, &s, &why);
    for (size_t k = 0; status == SOURCE_ABSENT && !absolute && k < u->options.n_import_dirs; k++) {
        tried = path_in(u, u->options.import_dirs[k], path);
        status = source_read(&u->sources, tried, &s, &why);
    }
    if (status == SOURCE_OK)
        return s;
    if (status == SOURCE_ABSENT)
        report_tried(u, i, beside);
    else
        report(u, status, i->path.span, tried, why);
    return NULL;
}

/* `top` imports a file that is being loaded, `first`. */
static void report_circle(struct unit *u, const struct step *top, const struct step *first,
                          const struct import *i)
{
    struct arena_buf path;
    arena_buf_init(&path, u->arena);
    const char *end = first->file->source->path;
    arena_buf_puts(&path, end);
    for (const struct step *s = top; s != first; s = s->below) {
        struct arena_buf longer;
        arena_buf_init(&longer, u->arena);
        arena_buf_printf(&longer, "%s -> %s", s->file->source->path, path.data);
        path = longer;
    }
    struct diag *d = diag_add(&u->diags, E_IMPORT_CYCLE, i->path.span,
                              "circle of imports: %s -> %s", end, path.data);
    for (const struct step *s = top; s != first; s = s->below)
        diag_note(d, s->import->path.span, "'%s' is imported here", s->file->source->path);
}

static void load_import(struct unit *u, struct step *top, struct import *i)
{
    struct source *source = find_source(u, top->file, i);
    if (!source)
        return;
    i->file = find_loaded(u, source);
    for (const struct step *s = top; s; s = s->below) {
        if (s->file != i->file)
            continue;
        report_circle(u, top, s, i);
        i->used = true;
        return;
    }
    if (i->file)
        return;
    i->file = parse_file(u, source);
    struct step step = { .file = i->file, .import = i, .below = top };
    load_imports(u, &step);
}

static void find_twins(struct unit *u, struct file *f)
{
    struct intern_map seen;
    intern_map_init(&seen, u->arena);
    for (struct import *i = f->imports.first; i; i = i->next) {
        struct import *first = i->file ? intern_map_add(&seen, i->file, i) : NULL;
        if (!first)
            continue;
        struct diag *d = diag_add(&u->diags, W_DUPLICATE_IMPORT, i->path.span,
                                  "'%s' is imported twice", i->path.bytes);
        diag_note(d, first->path.span, "first imported here");
        i->used = true;
    }
}

static void load_imports(struct unit *u, struct step *top)
{
    for (struct import *i = top->file->imports.first; i; i = i->next)
        load_import(u, top, i);
    find_twins(u, top->file);
}

struct file *resolve_load_source(struct unit *u, struct source *source)
{
    struct file *f = find_loaded(u, source);
    if (!f) {
        f = parse_file(u, source);
        struct step step = { .file = f };
        load_imports(u, &step);
    }
    f->root = true;
    return f;
}

struct file *resolve_load(struct unit *u, const char *path)
{
    struct source *source;
    const char *why = NULL;
    enum source_status status = source_read(&u->sources, path, &source, &why);
    if (status == SOURCE_OK)
        return resolve_load_source(u, source);
    report(u, status, (struct span){ 0 }, path, why);
    return NULL;
}

struct import *resolve_import(struct file *f, const struct name *package, bool *unknown)
{
    *unknown = false;
    for (struct import *i = f->imports.first; i; i = i->next) {
        if (!i->file || !i->file->package.name) {
            *unknown = true;
        } else if (i->file->package.name == package) {
            i->used = true;
            return i;
        }
    }
    return NULL;
}
