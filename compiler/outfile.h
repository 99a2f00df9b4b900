/* outfile.h - files written all together or not at all.
 *
 * Idea: everything is rendered in memory first and collected in a batch. The commit compares each
 * file with what is there, writes the new ones under temporary names beside their targets, and
 * renames them only when all are complete on disk. Whatever fails, the old files stay whole and no
 * temporary file stays behind. A file that would not change is not touched.
 *
 *     outfile_init(&b, arena);
 *     outfile_add(&b, "out/myapp.otp.h", OUTFILE_GENERATED, text, size);
 *     outfile_begin(&b);
 *     if (!outfile_commit(&b)) ... b.why ...
 *     outfile_end(&b); */
#ifndef OTPC_OUTFILE_H
#define OTPC_OUTFILE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "arena.h"

enum outfile_kind {
    OUTFILE_GENERATED, /* ours: replaced; refused if what is there was not written by otpc */
    OUTFILE_PLAIN,     /* a file that the command line names: replaced */
    OUTFILE_CREATE     /* a user's file: made only if there is none, never changed */
};

enum outfile_state {
    OUTFILE_PENDING,
    OUTFILE_WRITTEN,
    OUTFILE_UNCHANGED, /* the same bytes are there already */
    OUTFILE_KEPT       /* OUTFILE_CREATE: there is one */
};

struct outfile {
    const char *path; /* as given: what messages print */
    enum outfile_kind kind;
    const char *bytes;
    size_t size;
    enum outfile_state state;

    /* While a commit runs. */
    const char *target; /* path with its symbolic links followed */
    const char *folder; /* that target lies in */
    dev_t folder_dev;
    ino_t folder_ino;
    const char *temp;   /* NULL, or a file to remove if the commit fails */
    const char *backup; /* NULL, or another name of the old file */
    bool exists;        /* target does */
    bool special;       /* target is a device or a pipe: written in place */
    bool renamed;       /* temp is target now */
    mode_t mode;        /* of the old file */
    uid_t owner;
    gid_t group;
};

struct outfile_batch {
    struct arena *arena;
    struct outfile *items;
    size_t count;
    size_t cap;
    const char *why; /* after a failure: "cannot write 'x': No space left on device" */
    unsigned n_temps;
    bool begun;
    sigset_t old_mask;
    struct sigaction old_xfsz;
};

void outfile_init(struct outfile_batch *b, struct arena *a);

/* Adds a file. Borrows path and bytes until the batch is done. */
void outfile_add(struct outfile_batch *b, const char *path, enum outfile_kind kind,
                 const char *bytes, size_t size);

/* Holds SIGINT, SIGTERM, SIGHUP and SIGQUIT back until outfile_end(), so that they cannot leave
 * half a batch; a file that grows over the size limit is an error instead of a signal. */
void outfile_begin(struct outfile_batch *b);

/* Writes the files and sets their states. False: why says what failed, nothing has changed. A
 * signal that was held back makes it fail too. */
bool outfile_commit(struct outfile_batch *b);

/* For a commit that was left by a jump out of the arena: takes back what it did. Allocates
 * nothing. */
void outfile_abandon(struct outfile_batch *b);

/* Undoes outfile_begin(): a signal that was held back ends the program here. */
void outfile_end(struct outfile_batch *b);

/* Makes a folder and those above it that are missing. False: *why is a text of the arena. */
bool outfile_make_folder(struct arena *a, const char *path, const char **why);

/* Sets the times of a file to now, and makes it if it is absent. False: *why as above. */
bool outfile_touch(struct arena *a, const char *path, const char **why);

#endif
