/* options.h - what the command line asks for.
 *
 * Idea: GNU manners (`--name=V`, `--name V`, `-oV`, `-o V`, options anywhere, `--` ends them) and
 * gcc's single-dash words (-MD, -MF F, -W..., -f...). One table says all of it: the parser, the
 * help and the check which option goes with which command read nothing else. */
#ifndef OTPC_OPTIONS_H
#define OTPC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "diag.h"

enum options_command {
    COMMAND_COMPILE,
    COMMAND_CHECK,
    COMMAND_SKELETON,
    COMMAND_EXPLAIN,
    COMMAND_FMT, /* from here on: not built yet */
    COMMAND_GRAPH,
    COMMAND_DIFF,
    COMMAND_INIT,
    COMMAND_LSP,
    COMMAND_COMPLETION,
    COMMAND_COUNT
};

/* What is asked for before any work: the first one wins. */
enum options_talk { TALK_NONE, TALK_HELP, TALK_HELP_WARNINGS, TALK_VERSION };

enum options_colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct options_list {
    const char **items;
    size_t count;
};

struct options {
    enum options_command command;
    enum options_talk talk;
    struct options_list files;       /* of explain without --tree: codes */
    struct options_list import_dirs; /* -I */
    const char *out_dir;             /* -o; NULL: the current folder */
    bool to_stdout;                  /* -o - */
    bool main;
    bool verbose;
    bool tree;
    bool whole_program;
    bool update;
    const char *dump;       /* --dump=ast */
    const char *emit;       /* --emit=...: not built yet */
    const char *stdin_name; /* NULL unless given */
    const char *stamp;
    bool dep;                        /* -MD */
    bool dep_phony;                  /* -MP */
    const char *dep_file;            /* -MF */
    struct options_list dep_targets; /* -MT */
    enum options_colour colour;
    struct diag_options diag;
};

/* Reads the words of a command line; argv[0] is skipped. Borrows them. NULL: done; else what is
 * wrong, one line without its end, the arena's. */
const char *options_parse(struct options *o, struct arena *a, int argc, char **argv);

/* "check", "skeleton", ...; "" for COMMAND_COMPILE. */
const char *options_command_word(enum options_command command);

/* The command that a file name might have meant: "chekc" gives "check"; else NULL. */
const char *options_near_command(struct arena *a, const char *word);

/* What --help and --help=warnings print. */
void options_help(struct arena_buf *out);
void options_help_warnings(struct arena_buf *out);

#endif
