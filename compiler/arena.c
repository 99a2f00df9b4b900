/* arena.c - memory of one run of the compiler, freed as a whole.
 *
 * Idea: a chain of blocks from calloc, cut from front to back; as nothing is ever used twice, they
 * need no more clearing. Blocks grow with the arena, so there are few; what is larger than a block
 * gets one of its own. Running out of memory is the only
 * failure of the compiler that is no finding: it unwinds to the driver. */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 64 * 1024, LARGEST_BLOCK = 4 * 1024 * 1024 };

struct arena_block {
    struct arena_block *before;
    size_t size;
    alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *a, jmp_buf *on_empty)
{
    *a = (struct arena){ .on_empty = on_empty };
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->blocks; b;) {
        struct arena_block *before = b->before;
        free(b);
        b = before;
    }
    *a = (struct arena){ .on_empty = a->on_empty };
}

static size_t next_block_size(const struct arena *a, size_t wanted)
{
    size_t size = a->blocks ? a->blocks->size : FIRST_BLOCK / 2;
    size = size >= LARGEST_BLOCK / 2 ? LARGEST_BLOCK : size * 2;
    return wanted > size ? wanted : size;
}

static void add_block(struct arena *a, size_t wanted)
{
    size_t size = next_block_size(a, wanted);
    struct arena_block *b = calloc(1, sizeof *b + size);
    if (!b)
        longjmp(*a->on_empty, 1);
    b->before = a->blocks;
    b->size = size;
    a->blocks = b;
    a->next = b->bytes;
    a->end = b->bytes + size;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t unit = alignof(max_align_t);
    if (size > SIZE_MAX / 4)
        longjmp(*a->on_empty, 1);
    size = (size + unit - 1) / unit * unit;
    if (a->limit && a->used + size > a->limit)
        longjmp(*a->on_empty, 1);
    if (size > (size_t)(a->end - a->next))
        add_block(a, size);
    void *p = a->next;
    a->next += size;
    a->used += size;
    return p;
}

char *arena_copy(struct arena *a, const char *bytes, size_t len)
{
    char *copy = arena_alloc(a, len + 1);
    memcpy(copy, bytes, len);
    return copy;
}

char *arena_format(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = arena_vformat(a, fmt, args);
    va_end(args);
    return text;
}

char *arena_vformat(struct arena *a, const char *fmt, va_list args)
{
    struct arena_buf b;
    arena_buf_init(&b, a);
    arena_buf_vprintf(&b, fmt, args);
    return b.data;
}

void arena_buf_init(struct arena_buf *b, struct arena *a)
{
    *b = (struct arena_buf){ .arena = a, .cap = 64 };
    b->data = arena_alloc(a, b->cap);
}

/* Room for more bytes and a NUL. */
static void grow(struct arena_buf *b, size_t more)
{
    if (b->cap - b->len > more)
        return;
    size_t cap = b->cap * 2 > b->len + more + 1 ? b->cap * 2 : b->len + more + 1;
    char *data = arena_alloc(b->arena, cap);
    memcpy(data, b->data, b->len);
    b->data = data;
    b->cap = cap;
}

void arena_buf_put(struct arena_buf *b, const char *bytes, size_t len)
{
    grow(b, len);
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void arena_buf_puts(struct arena_buf *b, const char *text)
{
    arena_buf_put(b, text, strlen(text));
}

void arena_buf_fill(struct arena_buf *b, char c, size_t count)
{
    grow(b, count);
    memset(b->data + b->len, c, count);
    b->len += count;
    b->data[b->len] = '\0';
}

void arena_buf_printf(struct arena_buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    arena_buf_vprintf(b, fmt, args);
    va_end(args);
}

void arena_buf_vprintf(struct arena_buf *b, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(b->data + b->len, b->cap - b->len, fmt, args);
    if (len < 0) { /* only for text over INT_MAX bytes */
        va_end(again);
        longjmp(*b->arena->on_empty, 1);
    }
    if ((size_t)len >= b->cap - b->len) {
        grow(b, (size_t)len);
        vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
    }
    va_end(again);
    b->len += (size_t)len;
}
