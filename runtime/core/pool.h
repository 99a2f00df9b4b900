/* pool.h - threads for handlers that block.
 *
 * Idea: a process that is declared blocking, or whose next message is, runs on a thread of its own
 * kind: a worker that takes nothing but such processes, on larger stacks. There are as many as wait
 * in system calls at once, up to a bound; beyond it processes wait in a queue. One that finds
 * nothing to do for a while ends its thread; its worker stays, to be used again.
 * While a blocking handler waits for another process it holds no thread: its fiber parks, and its
 * worker takes the next process.
 * Locks: pool (leaf).
 */
#ifndef OTPI_POOL_H
#define OTPI_POOL_H

#include "core/sched.h"

/* In proc->pool. */
enum {
    OTPI_POOL_ALWAYS = 1, /* its module is blocking */
    OTPI_POOL_ONCE = 2,   /* its next message is */
    OTPI_POOL_DENIED = 4  /* there is no thread for it: this once it runs where it is */
};

/* Has proc run there: it has left IDLE by the caller's doing. Any thread. */
void otpi_pool_run(struct otpi_proc *proc);
/* The next process for a pool's worker; NULL: none. */
struct otpi_proc *otpi_pool_take(void);
/* Sleeps until there is something to do. True: there was nothing for long, its thread is to end. By
 * a pool's worker. */
bool otpi_pool_idle(struct otpi_worker *worker);
/* Ready fibers of the pool wait for somebody. By the watcher. */
void otpi_pool_help(void);

/* Whether proc may not take up msg on this worker: it has gone where it may, with msg still in its
 * mailbox. By who runs it, which leaves it then. */
bool otpi_pool_moves(const struct otpi_worker *worker, struct otpi_proc *proc,
                     struct otpi_msg *msg);

#endif
