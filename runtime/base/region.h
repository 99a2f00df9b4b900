/* region.h - memory in large pieces, straight from the system.
 *
 * Idea: a region takes memory only where it has been touched, and is zero there at first; it goes
 * back in parts, each of which takes some ten microseconds at most, where a whole may take
 * milliseconds. Behaviours stand beside the platform, not on it: done in plat/region.c.
 * Threads: any; a region is cut by one at a time.
 */
#ifndef OTPI_REGION_H
#define OTPI_REGION_H

#include <stdbool.h>
#include <stddef.h>

/* False: all memory is to come from the allocator, as the program has configured one, or a
 * sanitizer looks after what is from malloc. The same from a start of the runtime to its stop. */
bool otpi_region_is_there(void);
/* size bytes aligned to a page; NULL: no memory. */
void *otpi_region_new(size_t size);
/* Gives back the end of what is left of a region of that size. Gives what is left then; 0: it is
 * gone. */
size_t otpi_region_cut(void *region, size_t size, size_t left);

#endif
