/* spec_test.c - runs the diagnostics blocks of tests/spec: what otpc says, and where it points.
 *
 * Idea: a block holds a spec whose expected findings stand below the lines they are about, each
 * under the carets its author drew by hand. That makes a set of expected findings; `otpc check`
 * runs on the spec in a folder and its output is read into a second set of the same shape. The two
 * must be equal, finding for finding, and so must the exit status.
 *
 *     # a child that nobody declared
 *     options: -Wall                      (may be left out)
 *     spec:
 *         package kv;
 *         supervisor main { child cahce; }
 *       >                         ^~~~~ E0401 'cahce' is not declared
 *       >                         ^~~~~ note did you mean 'cache'?
 *     file: other.otp                     (more files, written beside the spec; may be left out)
 *         package other;
 *     exit: 1
 *     ---
 *
 * A marker starts with "  >" and its carets are counted in the columns of the spec line as it
 * stands in the block. A finding without a place has a marker without carets, and so has a cure
 * ("  > help text"), which must be there if it is expected but need not be expected.
 * Usage: spec_test OTPC FOLDER FILE.test... */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { MAX_LINE = 2000, MAX_FINDINGS = 200, INDENT = 4 };

/* One finding, expected or seen. kind is E0401, -Wname, note or help. */
struct finding {
    char file[64];
    unsigned line, column, width; /* all 0: no place */
    char kind[64];
    char text[MAX_LINE];
    bool matched;
};

struct findings {
    unsigned count;
    struct finding at[MAX_FINDINGS];
};

struct block {
    const char *path; /* of the .test file */
    unsigned first_line;
    char title[200];
    char options[500];
    int exit_code;
    bool has_exit, has_spec;
    struct findings expected;
};

struct run {
    const char *otpc;
    const char *dir;
    unsigned passed, failed;
};

static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

static bool starts_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool read_line(FILE *in, char line[MAX_LINE])
{
    if (!fgets(line, MAX_LINE, in))
        return false;
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static void copy_text(char *to, size_t size, const char *from)
{
    if (strlen(from) >= size)
        die("too long: %s", from);
    strcpy(to, from);
}

static struct finding *add_finding(struct findings *all)
{
    if (all->count == MAX_FINDINGS)
        die("more than %d findings", MAX_FINDINGS);
    struct finding *f = &all->at[all->count++];
    *f = (struct finding){ 0 };
    return f;
}

static FILE *open_in(const char *dir, const char *name, const char *mode)
{
    char path[MAX_LINE];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, mode);
    if (!f)
        die("%s: %s", path, strerror(errno));
    return f;
}

/* Splits "E0401 text" behind the carets. */
static void set_kind_and_text(struct finding *f, const char *said, const struct block *b)
{
    size_t n = strcspn(said, " ");
    if (n == 0 || n >= sizeof f->kind || said[n] == '\0')
        die("%s: %s: a marker needs a kind and a message: %s", b->path, b->title, said);
    memcpy(f->kind, said, n);
    f->kind[n] = '\0';
    copy_text(f->text, sizeof f->text, said + n + 1);
}

/* A line "  >    ^~~~ E0401 text" about the spec line `about` of `file`. */
static void read_marker(struct block *b, const char *line, const char *file, unsigned about)
{
    const char *caret = line + strspn(line, " >");
    size_t from = (size_t)(caret - line), width = strspn(caret, "^~");
    struct finding *f = add_finding(&b->expected);
    if (width > 0) {
        if (from < INDENT || about == 0)
            die("%s: %s: a caret under no spec line", b->path, b->title);
        copy_text(f->file, sizeof f->file, file);
        f->line = about;
        f->column = (unsigned)(from - INDENT + 1);
        f->width = (unsigned)width;
    }
    set_kind_and_text(f, caret + width + strspn(caret + width, " "), b);
}

/* Reads the lines of one file of the block up to the next section and writes them into dir.
 * line holds the first line after them, when this returns true. */
static bool read_file_section(FILE *in, struct block *b, const char *dir, const char *name,
                              char line[MAX_LINE])
{
    FILE *out = open_in(dir, name, "w");
    unsigned number = 0;
    bool more;
    while ((more = read_line(in, line))) {
        if (starts_with(line, "  >")) {
            read_marker(b, line, name, number);
            continue;
        }
        if (line[0] != '\0' && !starts_with(line, "    "))
            break;
        fprintf(out, "%s\n", line[0] ? line + INDENT : "");
        number++;
    }
    if (fclose(out) != 0)
        die("%s/%s: %s", dir, name, strerror(errno));
    return more;
}

static void read_small_section(struct block *b, const char *line)
{
    if (starts_with(line, "# ")) {
        copy_text(b->title, sizeof b->title, line + 2);
    } else if (starts_with(line, "options: ")) {
        copy_text(b->options, sizeof b->options, line + 9);
    } else if (starts_with(line, "exit: ")) {
        b->exit_code = atoi(line + 6);
        b->has_exit = true;
    } else if (line[0] != '\0') {
        die("%s: %s: not a line of a block: %s", b->path, b->title, line);
    }
}

/* Reads one block and writes its files into dir; false at the end of the file. */
static bool read_block(FILE *in, struct block *b, const char *dir)
{
    char line[MAX_LINE];
    bool more = read_line(in, line), any = false;
    while (more && strcmp(line, "---") != 0) {
        if (strcmp(line, "spec:") == 0) {
            any = b->has_spec = true;
            more = read_file_section(in, b, dir, "spec.otp", line);
        } else if (starts_with(line, "file: ")) {
            char name[MAX_LINE];
            strcpy(name, line + 6);
            more = read_file_section(in, b, dir, name, line);
        } else {
            any = any || line[0] != '\0';
            read_small_section(b, line);
            more = read_line(in, line);
        }
    }
    if (any && (!b->has_spec || !b->has_exit || b->title[0] == '\0'))
        die("%s: '%s': a block needs a title, a spec and an exit status", b->path, b->title);
    return any;
}

/* Reads "name.otp:3:9: error: text [E0401]"; false if line is something else. */
static bool read_heading(const char *line, struct finding *f)
{
    char severity[20];
    int used = 0;
    if (sscanf(line, "%63[^: ]:%u:%u: %19[a-z]: %n", f->file, &f->line, &f->column, severity,
               &used) == 4 &&
        used > 0) {
        line += used;
    } else if (sscanf(line, "otpc: %19[a-z]: %n", severity, &used) == 1 && used > 0) {
        *f = (struct finding){ 0 };
        line += used;
    } else {
        return false;
    }
    copy_text(f->text, sizeof f->text, line);
    if (strcmp(severity, "note") == 0) {
        strcpy(f->kind, severity);
        return true;
    }
    char *open = strrchr(f->text, '['), *end = strrchr(f->text, ']');
    if (!open || !end || end[1] != '\0' || open == f->text || (size_t)(end - open) > sizeof f->kind)
        return false;
    *end = '\0';
    copy_text(f->kind, sizeof f->kind, open + 1);
    open[-1] = '\0';
    bool is_error = f->kind[0] == 'E';
    return is_error == (strcmp(severity, "error") == 0) || strstr(f->kind, "-Werror") != NULL;
}

/* Reads "      = help: text", the cure of the finding above. */
static bool read_help(const char *line, struct finding *f)
{
    line += strspn(line, " ");
    if (!starts_with(line, "= help: "))
        return false;
    *f = (struct finding){ 0 };
    strcpy(f->kind, "help");
    copy_text(f->text, sizeof f->text, line + strlen("= help: "));
    return true;
}

/* The carets below the last finding: they must stand where its column says. */
static void read_carets(const char *line, const char *source_line, struct finding *f)
{
    size_t from = strcspn(line, "^"), bar = strcspn(source_line, "|");
    f->width = (unsigned)strspn(line + from, "^~");
    if (source_line[bar] == '|' && from - bar - 1 != f->column)
        f->width = 0; /* the picture and the column differ: never equal to what was expected */
}

static void read_output(FILE *in, struct findings *seen)
{
    char line[MAX_LINE], before[MAX_LINE] = "";
    while (read_line(in, line)) {
        struct finding f = { 0 };
        if (read_heading(line, &f) || read_help(line, &f))
            *add_finding(seen) = f;
        else if (strchr(line, '^') != NULL && strspn(line, " |^~") == strlen(line) &&
                 seen->count > 0)
            read_carets(line, before, &seen->at[seen->count - 1]);
        strcpy(before, line);
    }
}

static int run_otpc(const struct run *r, const struct block *b, struct findings *seen)
{
    char command[MAX_LINE * 2];
    snprintf(command, sizeof command, "cd '%s' && %s check %s spec.otp >output.txt 2>&1", r->dir,
             r->otpc, b->options);
    int status = system(command);
    FILE *in = open_in(r->dir, "output.txt", "r");
    read_output(in, seen);
    fclose(in);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
    return strcmp(a->file, b->file) == 0 && a->line == b->line && a->column == b->column &&
           a->width == b->width && strcmp(a->kind, b->kind) == 0 && strcmp(a->text, b->text) == 0;
}

static void match(struct findings *expected, struct findings *seen)
{
    for (unsigned i = 0; i < expected->count; i++) {
        for (unsigned k = 0; k < seen->count && !expected->at[i].matched; k++) {
            struct finding *s = &seen->at[k];
            if (!s->matched && same_finding(&expected->at[i], s))
                s->matched = expected->at[i].matched = true;
        }
    }
    /* A cure need not be expected; one that is must be there. */
    for (unsigned k = 0; k < seen->count; k++)
        seen->at[k].matched = seen->at[k].matched || strcmp(seen->at[k].kind, "help") == 0;
}

static bool has_unmatched(const struct findings *all)
{
    unsigned i = 0;
    while (i < all->count && all->at[i].matched)
        i++;
    return i < all->count;
}

static void show_unmatched(const char *sign, const struct findings *all)
{
    for (unsigned i = 0; i < all->count; i++) {
        const struct finding *f = &all->at[i];
        if (f->matched)
            continue;
        printf("  %s ", sign);
        if (f->width > 0 || f->line > 0)
            printf("%s:%u:%u, %u wide: ", f->file, f->line, f->column, f->width);
        printf("%s %s\n", f->kind, f->text);
    }
}

static void show_output(const struct run *r)
{
    char line[MAX_LINE];
    FILE *in = open_in(r->dir, "output.txt", "r");
    while (read_line(in, line))
        printf("    %s\n", line);
    fclose(in);
}

static void run_block(struct run *r, struct block *b)
{
    static struct findings seen;
    seen.count = 0;
    int code = run_otpc(r, b, &seen);
    match(&b->expected, &seen);
    if (!has_unmatched(&b->expected) && !has_unmatched(&seen) && code == b->exit_code) {
        r->passed++;
        return;
    }
    r->failed++;
    printf("FAIL %s:%u: %s\n", b->path, b->first_line, b->title);
    show_unmatched("expected, not said:", &b->expected);
    show_unmatched("said, not expected:", &seen);
    if (code != b->exit_code)
        printf("  exit status %d, expected %d\n", code, b->exit_code);
    show_output(r);
}

/* Which line the next block starts on, for messages. */
static unsigned count_lines_to(FILE *in)
{
    long here = ftell(in);
    unsigned lines = 1;
    rewind(in);
    for (long at = 0; at < here; at++)
        lines += fgetc(in) == '\n';
    return lines;
}

static void run_file(struct run *r, const char *path)
{
    FILE *in = fopen(path, "r");
    if (!in)
        die("%s: %s", path, strerror(errno));
    static struct block b;
    for (;;) {
        b = (struct block){ .path = path, .first_line = count_lines_to(in) };
        int next = fgetc(in);
        if (next == EOF)
            break;
        ungetc(next, in);
        if (read_block(in, &b, r->dir))
            run_block(r, &b);
    }
    fclose(in);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        die("usage: spec_test OTPC FOLDER FILE.test...");
    struct run r = { .otpc = argv[1], .dir = argv[2] };
    for (int i = 3; i < argc; i++)
        run_file(&r, argv[i]);
    printf("spec: %u passed, %u failed, 0 skipped\n", r.passed, r.failed);
    return r.failed != 0;
}
