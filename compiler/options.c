/* options.c - what the command line asks for.
 *
 * Idea: every word of the command line is an option, an option's value, the command, or a file. An
 * option is found in the table below by its whole spelling up to '='; a long one also by a part of
 * it that fits no other. The first thing that is wrong ends the reading. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "suggest.h"

enum option_id {
    OPTION_MAIN,
    OPTION_OUT,
    OPTION_INCLUDE,
    OPTION_UPDATE,
    OPTION_TREE,
    OPTION_WHOLE_PROGRAM,
    OPTION_EMIT,
    OPTION_DUMP,
    OPTION_STDIN_NAME,
    OPTION_DEP,
    OPTION_DEP_FILE,
    OPTION_DEP_TARGET,
    OPTION_DEP_PHONY,
    OPTION_STAMP,
    OPTION_WARNING,
    OPTION_NO_WARNINGS,
    OPTION_MAX_ERRORS,
    OPTION_CARET,
    OPTION_NO_CARET,
    OPTION_COLOUR,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_VERSION
};

/* How an option takes its value. */
enum option_takes {
    TAKES_NOTHING,
    TAKES_VALUE,    /* the rest of the word, or the next word */
    TAKES_REST,     /* the rest of the word only: -Wname */
    TAKES_OPTIONAL, /* behind '=' only */
    TAKES_EQUALS    /* behind '=', and it must */
};

enum {
    FOR_COMPILE = 1u << COMMAND_COMPILE,
    FOR_CHECK = 1u << COMMAND_CHECK,
    FOR_SKELETON = 1u << COMMAND_SKELETON,
    FOR_EXPLAIN = 1u << COMMAND_EXPLAIN,
    FOR_SPECS = FOR_COMPILE | FOR_CHECK | FOR_SKELETON | FOR_EXPLAIN,
    FOR_ALL = (1u << COMMAND_COUNT) - 1
};

struct option {
    enum option_id id;
    enum option_takes takes;
    unsigned commands;
    const char *name;  /* with its dashes */
    const char *shown; /* in the help: the value, or the whole option where that reads better */
    const char *help;  /* NULL: the line before speaks for it too */
};

static const struct option table[] = {
    { OPTION_OUT, TAKES_VALUE, FOR_COMPILE | FOR_SKELETON, "-o", "DIR",
      "write into DIR, made if missing; '-': to standard output" },
    { OPTION_MAIN, TAKES_NOTHING, FOR_COMPILE, "--main", "",
      "also write a main that runs the application" },
    { OPTION_INCLUDE, TAKES_VALUE, FOR_SPECS, "-I", "DIR", "look for imported specs in DIR too" },
    { OPTION_STDIN_NAME, TAKES_VALUE, FOR_SPECS, "--stdin-name", "NAME",
      "what '-' (standard input) is called in messages" },
    { OPTION_UPDATE, TAKES_NOTHING, FOR_SKELETON, "--update", "",
      "append missing handlers (not built yet)" },
    { OPTION_TREE, TAKES_NOTHING, FOR_EXPLAIN, "--tree", "",
      "explain the supervision tree of a spec" },
    { OPTION_WHOLE_PROGRAM, TAKES_NOTHING, FOR_SPECS, "--whole-program", "",
      "nobody else calls: also warn about what nothing uses" },
    { OPTION_EMIT, TAKES_VALUE, FOR_COMPILE, "--emit", "KIND",
      "write json, man or md instead of C (not built yet)" },
    { OPTION_DUMP, TAKES_VALUE, FOR_COMPILE | FOR_CHECK, "--dump", "ast",
      "print the tree of each spec instead of writing files" },
    { OPTION_DEP, TAKES_NOTHING, FOR_COMPILE, "-MD", "",
      "also write a file of dependencies for make" },
    { OPTION_DEP_FILE, TAKES_VALUE, FOR_COMPILE, "-MF", "FILE",
      "its name; else SPEC.d for each spec" },
    { OPTION_DEP_TARGET, TAKES_VALUE, FOR_COMPILE, "-MT", "TARGET",
      "its target, as written; else every file that is written" },
    { OPTION_DEP_PHONY, TAKES_NOTHING, FOR_COMPILE, "-MP", "",
      "with an empty rule for each imported and included file" },
    { OPTION_STAMP, TAKES_VALUE, FOR_COMPILE | FOR_CHECK | FOR_SKELETON, "--stamp", "FILE",
      "set the time of FILE on every success" },
    { OPTION_WARNING, TAKES_REST, FOR_SPECS, "-W", "-W[no-]NAME",
      "turn a warning on or off; -Wall, -Wextra: groups of them;\n"
      "--help=warnings lists them" },
    { OPTION_WARNING, TAKES_REST, FOR_SPECS, "-W", "-Werror[=NAME]",
      "make warnings, or this one, errors" },
    { OPTION_NO_WARNINGS, TAKES_NOTHING, FOR_SPECS, "-w", "", "no warnings" },
    { OPTION_MAX_ERRORS, TAKES_EQUALS, FOR_SPECS, "-fmax-errors", "N",
      "show the first N errors only; 0: all" },
    { OPTION_NO_CARET, TAKES_NOTHING, FOR_SPECS, "-fno-diagnostics-show-caret", "",
      "messages without the source line" },
    { OPTION_CARET, TAKES_NOTHING, FOR_SPECS, "-fdiagnostics-show-caret", "", NULL },
    { OPTION_COLOUR, TAKES_VALUE, FOR_ALL, "--color", "WHEN",
      "colour in messages: auto, always or never" },
    { OPTION_VERBOSE, TAKES_NOTHING, FOR_ALL, "-v", "", "say which files are written" },
    { OPTION_HELP, TAKES_OPTIONAL, FOR_ALL, "--help", "", "print this" },
    { OPTION_HELP, TAKES_NOTHING, FOR_ALL, "-h", "", NULL },
    { OPTION_VERSION, TAKES_NOTHING, FOR_ALL, "--version", "", "print the version" },
    { OPTION_VERSION, TAKES_NOTHING, FOR_ALL, "-V", "", NULL },
};

enum { TABLE_SIZE = sizeof table / sizeof table[0] };

static const char *const command_words[COMMAND_COUNT] = {
    [COMMAND_COMPILE] = "",          [COMMAND_CHECK] = "check",
    [COMMAND_SKELETON] = "skeleton", [COMMAND_EXPLAIN] = "explain",
    [COMMAND_FMT] = "fmt",           [COMMAND_GRAPH] = "graph",
    [COMMAND_DIFF] = "diff",         [COMMAND_INIT] = "init",
    [COMMAND_LSP] = "lsp",           [COMMAND_COMPLETION] = "completion",
};

const char *options_command_word(enum options_command command)
{
    return command_words[command];
}

const char *options_near_command(struct arena *a, const char *word)
{
    struct suggest s;
    suggest_init(&s, word, NULL);
    for (int c = COMMAND_CHECK; c < COMMAND_COUNT; c++)
        suggest_offer(&s, command_words[c]);
    const char *near = suggest_first(&s);
    return near ? arena_copy(a, near, strlen(near)) : NULL;
}

/* ---- Reading ---- */

struct reader {
    struct options *o;
    struct arena *a;
    int argc;
    char **argv;
    int at;
    bool has_command;
    const struct option *used[TABLE_SIZE]; /* in the order of the table */
};

static void push(struct options_list *list, const char *item)
{
    list->items[list->count++] = item;
}

static const char *unknown_option(struct reader *r, const char *word, size_t len)
{
    struct suggest s;
    const char *spelling = arena_copy(r->a, word, len);
    suggest_init(&s, spelling, NULL);
    for (int i = 0; i < TABLE_SIZE; i++)
        if (strlen(table[i].name) > 2)
            suggest_offer(&s, table[i].name);
    return arena_format(r->a, "unknown option '%s'%s", spelling, suggest_text(&s, r->a));
}

/* A long option by its name, or by a beginning that only it has. *why on a failure. */
static const struct option *find_long(struct reader *r, const char *word, size_t len,
                                      const char **why)
{
    const struct option *found = NULL;
    for (int i = 0; i < TABLE_SIZE && len > 2; i++) {
        const struct option *o = &table[i];
        if (strncmp(o->name, word, len) != 0 || strncmp(o->name, "--", 2) != 0)
            continue;
        if (o->name[len] == '\0')
            return o;
        if (found) {
            *why = arena_format(r->a, "option '%.*s' may be '%s' or '%s'", (int)len, word,
                                found->name, o->name);
            return NULL;
        }
        found = o;
    }
    if (!found) {
        *why = unknown_option(r, word, len);
        return NULL;
    }
    return found;
}

/* An option of one dash: a whole word (-MD, -fmax-errors=), or one letter with what follows it. */
static const struct option *find_short(const char *word, size_t *used)
{
    const struct option *letter = NULL;
    for (int i = 0; i < TABLE_SIZE; i++) {
        const struct option *o = &table[i];
        size_t len = strlen(o->name);
        if (o->name[1] == '-' || strncmp(o->name, word, len) != 0)
            continue;
        if (len == 2) {
            letter = letter ? letter : o;
            continue;
        }
        char next = word[len];
        if (next == '\0' || o->takes == TAKES_VALUE || (o->takes == TAKES_EQUALS && next == '=')) {
            *used = len;
            return o;
        }
    }
    *used = 2;
    return letter;
}

static const char *count_value(struct reader *r, const char *value, unsigned *out)
{
    char *end;
    unsigned long n = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || n > 1000000000)
        return arena_format(r->a, "-fmax-errors wants a number, not '%s'", value);
    *out = (unsigned)n;
    return NULL;
}

static const char *colour_value(struct reader *r, const char *value)
{
    static const char *const words[] = { "auto", "always", "never" };
    for (int i = 0; i < 3; i++) {
        if (strcmp(value, words[i]) == 0) {
            r->o->colour = (enum options_colour)i;
            return NULL;
        }
    }
    return arena_format(r->a, "--color wants auto, always or never, not '%s'", value);
}

static const char *warning_value(struct reader *r, const char *value)
{
    if (diag_options_switch(&r->o->diag, value))
        return NULL;
    const char *name = value;
    if (strncmp(name, "no-", 3) == 0)
        name += 3;
    if (strncmp(name, "error=", 6) == 0)
        name += 6;
    struct suggest s;
    suggest_init(&s, name, NULL);
    suggest_offer(&s, "all");
    suggest_offer(&s, "extra");
    suggest_offer(&s, "error");
    for (enum diag_code c = DIAG_NONE + 1; c < DIAG_CODE_COUNT; c++)
        if (diag_info(c)->severity == DIAG_SEVERITY_WARNING)
            suggest_offer(&s, diag_info(c)->id);
    return arena_format(r->a, "unknown warning '-W%s'%s", value, suggest_text(&s, r->a));
}

static const char *out_value(struct reader *r, const char *value)
{
    if (*value == '\0')
        return "the folder of -o is empty";
    r->o->to_stdout = strcmp(value, "-") == 0;
    r->o->out_dir = r->o->to_stdout ? NULL : value;
    return NULL;
}

static const char *help_value(struct reader *r, const char *value)
{
    if (value && strcmp(value, "warnings") != 0)
        return arena_format(r->a, "--help knows 'warnings', not '%s'", value);
    if (r->o->talk == TALK_NONE)
        r->o->talk = value ? TALK_HELP_WARNINGS : TALK_HELP;
    return NULL;
}

static const char *dump_value(struct reader *r, const char *value)
{
    if (strcmp(value, "ast") != 0)
        return arena_format(r->a, "--dump knows 'ast', not '%s'", value);
    r->o->dump = value;
    return NULL;
}

/* R2: a table. */
static const char *apply(struct reader *r, const struct option *option, const char *value)
{
    struct options *o = r->o;
    switch (option->id) {
    case OPTION_MAIN: o->main = true; break;
    case OPTION_OUT: return out_value(r, value);
    case OPTION_INCLUDE: push(&o->import_dirs, value); break;
    case OPTION_UPDATE: o->update = true; break;
    case OPTION_TREE: o->tree = true; break;
    case OPTION_WHOLE_PROGRAM: o->whole_program = true; break;
    case OPTION_EMIT: o->emit = value; break;
    case OPTION_DUMP: return dump_value(r, value);
    case OPTION_STDIN_NAME: o->stdin_name = value; break;
    case OPTION_DEP: o->dep = true; break;
    case OPTION_DEP_FILE: o->dep_file = value; break;
    case OPTION_DEP_TARGET: push(&o->dep_targets, value); break;
    case OPTION_DEP_PHONY: o->dep_phony = true; break;
    case OPTION_STAMP: o->stamp = value; break;
    case OPTION_WARNING: return warning_value(r, value);
    case OPTION_NO_WARNINGS: o->diag.no_warnings = true; break;
    case OPTION_MAX_ERRORS: return count_value(r, value, &o->diag.max_errors);
    case OPTION_CARET: o->diag.no_caret = false; break;
    case OPTION_NO_CARET: o->diag.no_caret = true; break;
    case OPTION_COLOUR: return colour_value(r, value);
    case OPTION_VERBOSE: o->verbose = true; break;
    case OPTION_HELP: return help_value(r, value);
    case OPTION_VERSION: o->talk = o->talk == TALK_NONE ? TALK_VERSION : o->talk; break;
    }
    return NULL;
}

/* Finds the value of an option; rest is what follows its name in the same word. */
static const char *take_value(struct reader *r, const struct option *option, const char *rest,
                              const char **value)
{
    bool has_equals = *rest == '=' && option->takes != TAKES_REST;
    *value = has_equals ? rest + 1 : *rest ? rest : NULL;
    if (option->takes == TAKES_NOTHING && *value)
        return arena_format(r->a, "option '%s' takes no value", option->name);
    if (option->takes == TAKES_VALUE && !*value && r->at + 1 < r->argc)
        *value = r->argv[++r->at];
    bool needs = option->takes == TAKES_VALUE || option->takes == TAKES_EQUALS ||
                 option->takes == TAKES_REST;
    if (needs && !*value)
        return arena_format(r->a, "option '%s' needs a value", option->name);
    return NULL;
}

static const char *use(struct reader *r, const struct option *option, const char *rest)
{
    const char *value;
    const char *why = take_value(r, option, rest, &value);
    r->used[option - table] = option;
    return why ? why : apply(r, option, value);
}

static const char *read_short(struct reader *r, const char *word)
{
    size_t used;
    const struct option *option = find_short(word, &used);
    if (!option)
        return unknown_option(r, word, strcspn(word, "="));
    if (option->takes != TAKES_NOTHING || word[used] == '\0')
        return use(r, option, word + used);
    if (used > 2)
        return unknown_option(r, word, strcspn(word, "="));
    /* Letters without values may stand together: -wv. */
    const char *why = use(r, option, "");
    const char *rest = arena_format(r->a, "-%s", word + used);
    if (why)
        return why;
    return find_short(rest, &used) && used == 2 ? read_short(r, rest)
                                                : unknown_option(r, word, strcspn(word, "="));
}

static const char *read_option(struct reader *r, const char *word)
{
    const struct options *o = r->o;
    if (o->command == COMMAND_EXPLAIN && !o->tree && word[1] == 'W' && diag_find(word)) {
        push(&r->o->files, word); /* explain -Wname */
        return NULL;
    }
    if (word[1] != '-')
        return read_short(r, word);
    const char *why = NULL;
    size_t len = strcspn(word, "=");
    const struct option *option = find_long(r, word, len, &why);
    return option ? use(r, option, word + len) : why;
}

/* The first word that is no option may be a command; a file of that name is written ./check. */
static void read_word(struct reader *r, const char *word)
{
    for (int c = COMMAND_CHECK; c < COMMAND_COUNT && !r->has_command; c++) {
        if (strcmp(word, command_words[c]) == 0) {
            r->o->command = (enum options_command)c;
            r->has_command = true;
            return;
        }
    }
    r->has_command = true;
    push(&r->o->files, word);
}

/* ---- What does not go together ---- */

static const char *check_commands(struct reader *r)
{
    enum options_command command = r->o->command;
    for (int i = 0; i < TABLE_SIZE; i++) {
        if (!r->used[i] || r->used[i]->commands & 1u << command || command >= COMMAND_FMT)
            continue;
        if (command == COMMAND_COMPILE)
            return arena_format(r->a, "option '%s' needs a command it belongs to, such as '%s'",
                                table[i].name,
                                table[i].commands & FOR_SKELETON ? "skeleton" : "explain");
        return arena_format(r->a, "option '%s' does not go with '%s'", table[i].name,
                            command_words[command]);
    }
    return NULL;
}

static const char *check_dependencies(const struct options *o)
{
    if (!o->dep && o->dep_file)
        return "option '-MF' needs '-MD'";
    if (!o->dep && o->dep_targets.count > 0)
        return "option '-MT' needs '-MD'";
    if (!o->dep && o->dep_phony)
        return "option '-MP' needs '-MD'";
    if (o->dep && o->to_stdout && (!o->dep_file || o->dep_targets.count == 0))
        return "'-MD' with '-o -' needs '-MF' and '-MT': no file is written";
    return NULL;
}

/* The outputs are called after the spec. */
static const char *check_stdin(const struct options *o)
{
    unsigned times = 0;
    for (size_t i = 0; i < o->files.count; i++)
        times += strcmp(o->files.items[i], "-") == 0;
    if (times > 1)
        return "standard input was given twice";
    if (times > 0 && !o->stdin_name && !o->dump &&
        (o->command == COMMAND_COMPILE || o->command == COMMAND_SKELETON))
        return "'-' needs '--stdin-name': files are called after their spec";
    return NULL;
}

static const char *check_all(struct reader *r)
{
    const struct options *o = r->o;
    if (o->talk != TALK_NONE)
        return NULL;
    const char *why = check_commands(r);
    if (!why)
        why = check_dependencies(o);
    if (!why)
        why = check_stdin(o);
    if (why || o->command >= COMMAND_FMT)
        return why;
    if (o->files.count > 0)
        return NULL;
    if (o->command == COMMAND_EXPLAIN)
        return o->tree ? "no spec was given to 'explain --tree'" : NULL;
    return "no spec was given";
}

static void init(struct options *o, struct arena *a, int argc)
{
    *o = (struct options){ 0 };
    diag_options_init(&o->diag);
    struct options_list *lists[] = { &o->files, &o->import_dirs, &o->dep_targets };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        lists[i]->items = ARENA_ARRAY(a, const char *, (size_t)argc + 1);
}

const char *options_parse(struct options *o, struct arena *a, int argc, char **argv)
{
    struct reader r = { .o = o, .a = a, .argc = argc, .argv = argv };
    init(o, a, argc);
    bool only_files = false;
    for (r.at = 1; r.at < argc; r.at++) {
        const char *word = argv[r.at];
        const char *why = NULL;
        if (only_files)
            push(&o->files, word);
        else if (strcmp(word, "--") == 0)
            only_files = true;
        else if (word[0] == '-' && word[1] != '\0')
            why = read_option(&r, word);
        else
            read_word(&r, word);
        if (why)
            return why;
    }
    return check_all(&r);
}

/* ---- Help ---- */

enum { HELP_COLUMN = 28 };

static void put_option_help(struct arena_buf *out, const struct option *o)
{
    size_t start = out->len;
    arena_buf_puts(out, "  ");
    if (o->shown[0] == '-')
        arena_buf_puts(out, o->shown);
    else if (o->shown[0] == '\0')
        arena_buf_puts(out, o->name);
    else
        arena_buf_printf(out, "%s%s%s", o->name, o->name[1] == '-' || o->name[1] == 'f' ? "=" : " ",
                         o->shown);
    for (const char *line = o->help; *line;) {
        size_t len = strcspn(line, "\n"), used = out->len - start;
        if (used >= HELP_COLUMN)
            arena_buf_puts(out, "\n");
        arena_buf_fill(out, ' ', used < HELP_COLUMN ? HELP_COLUMN - used : HELP_COLUMN);
        arena_buf_put(out, line, len);
        arena_buf_puts(out, "\n");
        start = out->len;
        line += len + (line[len] == '\n');
    }
}

void options_help(struct arena_buf *out)
{
    arena_buf_puts(out, "Usage: otpc [OPTION]... FILE...           compile specs to C\n"
                        "       otpc check [OPTION]... FILE...     only look for errors\n"
                        "       otpc skeleton [OPTION]... FILE...  write your C files, if absent\n"
                        "       otpc explain [CODE]...             what a message means\n"
                        "       otpc explain --tree FILE...        how a tree starts and stops\n"
                        "\n"
                        "A FILE of '-' is standard input. "
                        "Not built yet: fmt, graph, diff, init, lsp, completion.\n"
                        "\n");
    for (int i = 0; i < TABLE_SIZE; i++)
        if (table[i].help)
            put_option_help(out, &table[i]);
    arena_buf_puts(out, "\n"
                        "Exit status: 0 done, 1 errors in a spec, 2 wrong usage, 3 a file could "
                        "not be read or\nwritten, 4 files differ, 70 an error of otpc itself.\n");
}

static const char *group_text(enum diag_group group)
{
    switch (group) {
    case DIAG_GROUP_NONE: return "only by name";
    case DIAG_GROUP_ALWAYS: return "always";
    case DIAG_GROUP_ALL: return "-Wall";
    case DIAG_GROUP_EXTRA: return "-Wextra";
    }
    return "";
}

void options_help_warnings(struct arena_buf *out)
{
    for (enum diag_code c = DIAG_NONE + 1; c < DIAG_CODE_COUNT; c++) {
        const struct diag_info *info = diag_info(c);
        if (info->severity == DIAG_SEVERITY_WARNING)
            arena_buf_printf(out, "  -W%-28s %-13s %s\n", info->id, group_text(info->group),
                             info->title);
    }
}
