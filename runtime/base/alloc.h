/* alloc.h - all memory of the runtime comes through here.
 *
 * Idea: the configured allocator, with sizes on release so that it needs no headers. Failure is an
 * ordinary result everywhere.
 * Threads: any, after otpi_alloc_use (rt.c, before any worker runs).
 */
#ifndef OTPI_ALLOC_H
#define OTPI_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

#include <otp/runtime.h>

/* From now on memory comes from allocator (borrowed); NULL: malloc. */
void otpi_alloc_use(const struct otp_allocator *allocator);
/* False: it comes from malloc. */
bool otpi_alloc_is_configured(void);
/* size bytes aligned to 16, not zeroed; NULL: none. size 0 gives 1. */
void *otpi_alloc(size_t size);
/* The same, zeroed. */
void *otpi_alloc_zero(size_t size);
/* Aligned to a cache line and zeroed; released with otpi_release_line. */
void *otpi_alloc_line(size_t size);
/* Gives memory of exactly that size back; NULL is allowed. */
void otpi_release(void *memory, size_t size);
void otpi_release_line(void *memory, size_t size);

#endif
