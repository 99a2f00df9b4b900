/* driver.h - one run of otpc, from its arguments to its output.
 *
 * Idea: everything that a run prints is collected, so that main.c is the only file that writes to
 * the terminal and every path ends in one place. The passes run in order over all files that were
 * given; each runs on what is sound, and nothing is written unless all of them found no error. */
#ifndef OTPC_DRIVER_H
#define OTPC_DRIVER_H

#include <setjmp.h>
#include <stdbool.h>

#include "arena.h"
#include "ast.h"
#include "options.h"
#include "outfile.h"

enum driver_code {
    DRIVER_DONE = 0,
    DRIVER_SPEC = 1,  /* errors in a spec */
    DRIVER_USAGE = 2, /* wrong command line */
    DRIVER_IO = 3,    /* a file could not be read or written, or no memory; wins over DRIVER_SPEC */
    DRIVER_DIFFERS = 4,
    DRIVER_INTERNAL = 70
};

/* The specs that were given, each once. */
struct driver_specs {
    struct file **items;
    size_t count;
};

struct driver {
    struct arena arena;
    jmp_buf on_empty;
    struct options options;
    struct unit unit;
    struct driver_specs specs;
    struct outfile_batch batch;
    struct arena_buf out;   /* for standard output */
    struct arena_buf err;   /* for standard error */
    const char *last_words; /* NULL, or printed to standard error instead of err: no memory */
    bool colour;            /* --color=auto means yes */
};

/* Renders and writes what the command asks for from specs without errors: driver_write.c. */
enum driver_code driver_write(struct driver *d);

/* Appends a line "otpc: TEXT" to err and gives code. */
enum driver_code driver_fail(struct driver *d, enum driver_code code, const char *text);

/* Sets up a zeroed driver. colour: messages go to a terminal that wants colours. */
void driver_init(struct driver *d, bool colour);

/* Does what argv asks for and gives the exit code. Standard input is read if argv asks for it. */
enum driver_code driver_run(struct driver *d, int argc, char **argv);

/* Frees everything, also out and err. */
void driver_free(struct driver *d);

#endif
