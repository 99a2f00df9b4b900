/* region.c - memory in large pieces, straight from the system.
 *
 * Idea: see base/region.h. A region is a mapping of its own. A part is small enough for the kernel
 * to take its pages in some ten microseconds. Only the last one takes the addresses along: to cut a
 * mapping again and again costs as much as its pages do, and keeps out who touches others
 * meanwhile. No huge pages are asked for: to touch the first byte of one takes as long as two
 * megabytes take to be zeroed, under whatever lock that is done.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include "base/region.h"

#include <sys/mman.h>

#include "base/alloc.h"
#include "plat/plat.h"
#include "plat/sanitizers.h"

#define PART ((size_t)32 * 1024)

bool otpi_region_is_there(void)
{
    return !OTPI_ASAN && !otpi_alloc_is_configured();
}

void *otpi_region_new(size_t size)
{
    void *region;

    if (otpi_plat_is_refused(OTPI_NEED_PAGES))
        return NULL;
    region = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return region == MAP_FAILED ? NULL : region;
}

size_t otpi_region_cut(void *region, size_t size, size_t left)
{
    size_t keep = (left - 1) / PART * PART;

    /* there may be no more mappings, and this, beside another, would be one more: then its
     * addresses are lost */
    if (keep == 0 && munmap(region, size) == 0)
        return 0;
    (void)madvise((char *)region + keep, left - keep, MADV_DONTNEED);
    return keep;
}
