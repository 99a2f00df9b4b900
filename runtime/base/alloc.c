/* alloc.c - all memory of the runtime.
 *
 * Idea: a thin door to the configured allocator. Callers say sizes on release, so nothing is kept
 * beside a block; only blocks on a cache line remember, just below themselves, where they began.
 * Threads: any, after otpi_alloc_use. Locks: none of its own.
 * Owns: the pointer to the allocator, which its giver keeps alive.
 */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 64 };

/* Written by otpi_alloc_use while nobody else runs, read by all threads started after. */
static const struct otp_allocator *configured;

void otpi_alloc_use(const struct otp_allocator *allocator)
{
    configured = allocator;
}

bool otpi_alloc_is_configured(void)
{
    return configured != NULL;
}

void *otpi_alloc(size_t size)
{
    if (size == 0)
        size = 1;
    if (configured == NULL)
        return malloc(size);
    return configured->allocate(configured->context, size);
}

/* From this size on calloc may know pages that are zero already. What is smaller goes through
 * malloc and memset: glibc's calloc does not look into the thread's own cache of free blocks. */
enum { CALLOC_FROM = 4096 };

void *otpi_alloc_zero(size_t size)
{
    if (configured == NULL && size >= CALLOC_FROM)
        return calloc(1, size);
    void *memory = otpi_alloc(size);
    if (memory != NULL)
        memset(memory, 0, size);
    return memory;
}

void otpi_release(void *memory, size_t size)
{
    if (memory == NULL)
        return;
    if (configured == NULL)
        free(memory);
    else
        configured->release(configured->context, memory, size == 0 ? 1 : size);
}

/* A block aligned to 16 has 16 to 64 bytes below the next line: room for its own address. */
void *otpi_alloc_line(size_t size)
{
    if (size > SIZE_MAX - LINE)
        return NULL;
    char *block = otpi_alloc(size + LINE);
    if (block == NULL)
        return NULL;
    char *line = block + LINE - (uintptr_t)block % LINE;
    memcpy(line - sizeof block, &block, sizeof block);
    memset(line, 0, size);
    return line;
}

void otpi_release_line(void *memory, size_t size)
{
    if (memory == NULL)
        return;
    char *block;
    memcpy(&block, (char *)memory - sizeof block, sizeof block);
    otpi_release(block, size + LINE);
}
