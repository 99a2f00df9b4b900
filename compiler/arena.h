/* arena.h - memory of one run of the compiler, freed as a whole.
 *
 * Idea: everything a run allocates lives until the run ends, so nothing is freed alone and no pass
 * can leak. When memory runs out, arena_alloc() jumps to the one setjmp of the driver; no caller
 * ever sees NULL. `struct arena_buf` is a text that grows inside an arena. */
#ifndef OTPC_ARENA_H
#define OTPC_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#define ARENA_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

struct arena_block;

struct arena {
    struct arena_block *blocks;
    char *next;
    char *end;
    size_t used;       /* bytes handed out */
    size_t limit;      /* 0, or: behave as if memory ended after so many bytes (for tests) */
    jmp_buf *on_empty; /* borrowed; must be live at every allocation */
};

/* Starts an empty arena. Borrows on_empty: longjmp(*on_empty, 1) when memory runs out. */
void arena_init(struct arena *a, jmp_buf *on_empty);

/* Frees all memory of the arena; it may be used again after arena_init(). */
void arena_free(struct arena *a);

/* Zeroed memory, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of len bytes with a NUL behind it. Borrows bytes. */
char *arena_copy(struct arena *a, const char *bytes, size_t len);

/* A formatted, NUL-terminated text. */
char *arena_format(struct arena *a, const char *fmt, ...) ARENA_PRINTF(2, 3);
char *arena_vformat(struct arena *a, const char *fmt, va_list args) ARENA_PRINTF(2, 0);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))

/* A growing text. data is always NUL-terminated and stays valid until the next put. */
struct arena_buf {
    struct arena *arena;
    char *data;
    size_t len;
    size_t cap;
};

void arena_buf_init(struct arena_buf *b, struct arena *a);
void arena_buf_put(struct arena_buf *b, const char *bytes, size_t len);
void arena_buf_puts(struct arena_buf *b, const char *text);
void arena_buf_fill(struct arena_buf *b, char c, size_t count);
void arena_buf_printf(struct arena_buf *b, const char *fmt, ...) ARENA_PRINTF(2, 3);
void arena_buf_vprintf(struct arena_buf *b, const char *fmt, va_list args) ARENA_PRINTF(2, 0);

#endif
