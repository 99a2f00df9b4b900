/* fence.c - fences of which one side costs nothing.
 *
 * Idea: see fence.h.
 * Threads: any. Locks: none. Owns: nothing. */
#include "plat/fence.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plat/sanitize.h"

bool otpi_fence_symmetric = true;

static long membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0);
}

void otpi_fence_init(void)
{
    otpi_fence_symmetric = OTPI_TSAN || membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0;
}

void otpi_fence_heavy(void)
{
    if (!otpi_fence_symmetric)
        (void)membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    atomic_thread_fence(memory_order_seq_cst);
}
