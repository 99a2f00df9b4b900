/* fence.c - fences of which one side costs nothing.
 *
 * Idea: see fence.h.
 * Threads: any. Locks: none. Owns: nothing. */
#include "plat/fence.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "plat/sanitize.h"

/* As <linux/membarrier.h>, which musl-gcc does not find. */
#define PRIVATE_EXPEDITED          (1 << 3)
#define REGISTER_PRIVATE_EXPEDITED (1 << 4)

bool otpi_fence_symmetric = true;

static long membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0);
}

void otpi_fence_init(void)
{
    otpi_fence_symmetric = OTPI_TSAN || membarrier(REGISTER_PRIVATE_EXPEDITED) != 0;
}

void otpi_fence_heavy(void)
{
    if (!otpi_fence_symmetric)
        (void)membarrier(PRIVATE_EXPEDITED);
    atomic_thread_fence(memory_order_seq_cst);
}
