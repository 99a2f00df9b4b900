/* visit.c - a call that is done where its caller is.
 *
 * Idea: see visit.h. The visitor is, for a few instructions, who runs the process: if somebody ends
 * it meanwhile or sends it something, the visitor has it run by a worker when it is done, which
 * buries it or receives that.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include "core/visit.h"

#include "base/mutant.h"
#include "core/alias.h"
#include "core/name.h"
#include "core/point.h"
#include "core/sched.h"

/* It is whom the caller means, and may be run here. By who runs it, so that it stays so. */
static bool is_meant(const struct otpi_proc *proc, uint64_t pid,
                     const struct otp_message_type *type)
{
    /* acquire: as in find */
    return atomic_load_explicit(&proc->pid, memory_order_relaxed) == pid &&
           atomic_load_explicit(&proc->dead, memory_order_acquire) == OTPI_ALIVE &&
           proc->module == type->module && proc->pool == 0 && proc->behaviour->visit != NULL;
}

/* It counts as a message that came and was taken. */
static void count(struct otpi_proc *proc)
{
    uint64_t fetched = atomic_load_explicit(&proc->fetched, memory_order_relaxed);

    atomic_store_explicit(&proc->fetched, fetched + 1, memory_order_relaxed);
    otpi_mailbox_count(proc);
}

static void leave(struct otpi_proc *proc)
{
    struct otpi_msg *none = NULL;

    OTPI_POINT();
    /* release: as in run.c, the next who runs it sees all that was done here */
    if (!atomic_compare_exchange_strong_explicit(&proc->inbox, &none, OTPI_INBOX_IDLE,
                                                 memory_order_release, memory_order_relaxed))
        otpi_sched_run(proc, false);
}

/* The processes that wait for this worker had better get their turn. */
static bool is_too_many(struct otpi_self *self)
{
    return self->worker != NULL && ++self->visits % OTPI_VISITS == 0;
}

bool otpi_visit(otp_dest dest, const struct otp_message_type *type, const void *args, void *reply)
{
    struct otpi_msg *idle = OTPI_INBOX_IDLE;
    struct otpi_proc *proc;
    uint64_t pid;
    bool done;

    if (otpi_alias_is(dest) || (reply == NULL && type->reply != NULL) || is_too_many(otpi_me()))
        return false;
    pid = otpi_name_resolve(dest);
    proc = otpi_proc_find(pid);
    if (proc == NULL)
        return false;
    if (OTP_MUTANT(B133))
        return is_meant(proc, pid, type) && proc->behaviour->visit(proc->data, type, args, reply);
    OTPI_POINT();
    /* acquire: pairs with the release of who ran it last */
    if (!atomic_compare_exchange_strong_explicit(&proc->inbox, &idle, NULL, memory_order_acquire,
                                                 memory_order_relaxed))
        return false;
    OTPI_POINT();
    done = is_meant(proc, pid, type) && proc->behaviour->visit(proc->data, type, args, reply);
    if (done)
        count(proc);
    leave(proc);
    return done;
}
