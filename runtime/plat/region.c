/* region.c - memory in large pieces, straight from the system.
 *
 * Idea: see base/region.h. A region is a mapping of its own. A part is small enough for the kernel
 * to take its pages in some ten microseconds. No huge pages are asked for: to touch the first byte
 * of one takes as long as two megabytes take to be zeroed, under whatever lock that is done.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include "base/region.h"

#include <sys/mman.h>

#include "base/alloc.h"
#include "plat/plat.h"
#include "plat/sanitizers.h"

#define PART ((size_t)64 * 1024)

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

size_t otpi_region_cut(void *region, size_t size)
{
    size_t left = (size - 1) / PART * PART;

    if (munmap((char *)region + left, size - left) == 0)
        return left;
    /* there may be no more mappings, and this would be one more: its memory goes, its addresses are
     * lost */
    (void)madvise((char *)region + left, size - left, MADV_DONTNEED);
    return left;
}
