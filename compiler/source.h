/* source.h - the bytes of the specs, and where in them a thing stands.
 *
 * Idea: tokens and nodes carry byte spans only. Line and column are worked out when something is
 * reported. Columns are display columns as GNU wants them: tabs of 8, wide characters 2, combining
 * characters 0. */
#ifndef OTPC_SOURCE_H
#define OTPC_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "arena.h"

/* Bytes begin..end-1 of source number file. file 0 means nowhere. */
struct span {
    uint32_t file;
    uint32_t begin;
    uint32_t end;
};

struct source {
    uint32_t id;
    const char *path; /* as the user can open it from where otpc runs; what messages print */
    char *bytes;      /* two NUL bytes follow; the scanner needs it writable */
    uint32_t size;
    dev_t dev;
    ino_t ino;
    bool from_file; /* dev and ino are meaningful */

    /* Made on demand by source_place(). */
    uint32_t *line_starts;
    uint32_t n_lines;
    uint32_t *stops; /* display column every SOURCE_STOP bytes; only where a line is long */
};

enum { SOURCE_STOP = 512 };

struct source_set {
    struct arena *arena;
    struct source **items; /* items[id - 1] */
    uint32_t count;
    uint32_t cap;
};

struct source_place {
    uint32_t line;   /* from 1 */
    uint32_t column; /* display column, from 1 */
    uint32_t line_begin;
    uint32_t line_end; /* without the line's end mark */
};

enum source_status {
    SOURCE_OK,
    SOURCE_ABSENT,
    SOURCE_DIRECTORY,
    SOURCE_UNREADABLE,
    SOURCE_TOO_BIG
};

void source_set_init(struct source_set *set, struct arena *a);

/* Reads a file, or finds it if it was read before (same device and inode). path "-" is not
 * special. On SOURCE_OK gives *out; else leaves it and sets *why to a text such as "Permission
 * denied" (the arena's). Borrows path. */
enum source_status source_read(struct source_set *set, const char *path, struct source **out,
                               const char **why);

/* Reads an open descriptor to its end (standard input); path is only its name in messages. */
enum source_status source_read_fd(struct source_set *set, int fd, const char *path,
                                  struct source **out, const char **why);

/* A source of bytes that are already there. Copies bytes and path. size must be at most
 * SOURCE_MAX. */
struct source *source_from_bytes(struct source_set *set, const char *path, const char *bytes,
                                 size_t size);

#define SOURCE_MAX ((size_t)1 << 30)

/* The source of a file number; NULL for 0. */
struct source *source_get(const struct source_set *set, uint32_t file);

/* Where byte offset stands. offset may equal size. */
struct source_place source_place(struct source_set *set, uint32_t file, uint32_t offset);

/* One character at p (p < end): returns its bytes (at least 1) and sets *width to its columns when
 * it starts in display column `column` (from 1; tabs need it). Bad UTF-8: one byte, one column. */
size_t source_char(const char *p, const char *end, uint32_t column, uint32_t *width);

/* Length of the valid UTF-8 sequence at p (p < end), 0 if it is not valid; gives its code point. */
size_t source_utf8(const char *p, const char *end, uint32_t *code_point);

/* The smallest span that covers both; they must be of one file, or one is nowhere. */
struct span source_join(struct span a, struct span b);

#endif
