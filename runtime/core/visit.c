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

#define PATIENCE 64 /* looks at a process that somebody else visits */

/* A visitor and whom it visits. */
struct visit {
    uint64_t pid;
    struct otpi_proc *proc;
};

/* It is whom the caller means, and may be run here. By who runs it, so that it stays so. */
static bool is_meant(const struct visit *visit)
{
    const struct otpi_proc *proc = visit->proc;

    /* acquire: as in find */
    return atomic_load_explicit(&proc->pid, memory_order_relaxed) == visit->pid &&
           atomic_load_explicit(&proc->dead, memory_order_acquire) == OTPI_ALIVE && proc->pool == 0;
}

/* It counts as a message that came and was taken. */
static void count(struct otpi_proc *proc)
{
    uint64_t fetched = atomic_load_explicit(&proc->fetched, memory_order_relaxed);

    atomic_store_explicit(&proc->fetched, fetched + 1, memory_order_relaxed);
    otpi_mailbox_count(proc);
}

/* The processes that wait for this worker had better get their turn. */
static bool is_too_many(struct otpi_self *self)
{
    return self->worker != NULL && ++self->visits % OTPI_VISITS == 0;
}

static bool take(struct otpi_proc *proc)
{
    struct otpi_msg *idle = OTPI_INBOX_IDLE;

    if (atomic_load_explicit(&proc->inbox, memory_order_relaxed) != idle)
        return false;
    atomic_store_explicit(&proc->visited, true, memory_order_relaxed);
    OTPI_POINT();
    /* acquire: pairs with the release of who ran it last */
    return atomic_compare_exchange_strong_explicit(&proc->inbox, &idle, NULL, memory_order_acquire,
                                                   memory_order_relaxed);
}

/* It is the caller's to run, until leave. Another visit is short, so it is waited for, but not for
 * long: `visited` may lie. */
static bool enter(otp_dest dest, struct visit *visit)
{
    struct otpi_proc *proc;

    if (otpi_alias_is(dest) || is_too_many(otpi_me()))
        return false;
    visit->pid = otpi_name_resolve(dest);
    visit->proc = proc = otpi_proc_find(visit->pid);
    if (proc == NULL)
        return false;
    for (int i = 0; !take(proc); i++) {
        if (!atomic_load_explicit(&proc->visited, memory_order_relaxed))
            return false;
        if (i == PATIENCE) {
            atomic_store_explicit(&proc->visited, false, memory_order_relaxed);
            return false;
        }
        otpi_plat_relax();
    }
    OTPI_POINT();
    return true;
}

static void leave(const struct visit *visit, bool done)
{
    struct otpi_proc *proc = visit->proc;
    struct otpi_msg *none = NULL;

    if (done)
        count(proc);
    atomic_store_explicit(&proc->visited, false, memory_order_relaxed);
    OTPI_POINT();
    /* release: as in run.c, the next who runs it sees all that was done here */
    if (!atomic_compare_exchange_strong_explicit(&proc->inbox, &none, OTPI_INBOX_IDLE,
                                                 memory_order_release, memory_order_relaxed))
        otpi_sched_run(proc, false);
}

static bool compute(const struct otpi_proc *proc, const struct otp_message_type *type,
                    const void *args, void *reply)
{
    return proc->module == type->module && proc->behaviour->visit != NULL &&
           proc->behaviour->visit(proc->data, type, args, reply);
}

bool otpi_visit(otp_dest dest, const struct otp_message_type *type, const void *args, void *reply)
{
    struct visit visit;
    bool done;

    if (reply == NULL && type->reply != NULL)
        return false;
    if (OTP_MUTANT(B133)) {
        visit.pid = otpi_name_resolve(dest);
        visit.proc = otpi_proc_find(visit.pid);
        return visit.proc != NULL && compute(visit.proc, type, args, reply);
    }
    if (!enter(dest, &visit))
        return false;
    done = is_meant(&visit) && compute(visit.proc, type, args, reply);
    leave(&visit, done);
    return done;
}

bool otp_visit(otp_dest dest, const struct otp_behaviour *behaviour,
               bool (*what)(void *data, void *context), void *context)
{
    struct visit visit;
    bool done;

    if (otpi_enter() != OTP_OK)
        return false;
    otpi_check_alive();
    done = enter(dest, &visit);
    if (done) {
        done = is_meant(&visit) && visit.proc->behaviour == behaviour &&
               what(visit.proc->data, context);
        leave(&visit, done);
    }
    otpi_leave();
    return done;
}
