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
#include "core/call.h"
#include "core/name.h"
#include "core/point.h"
#include "core/sched.h"

/* A visitor's way to whom it visits. */
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

/* An idle process is the caller's to run, until leave. */
static bool enter(otp_dest dest, struct visit *visit)
{
    struct otpi_msg *idle = OTPI_INBOX_IDLE;

    if (otpi_alias_is(dest) || is_too_many(otpi_me()))
        return false;
    visit->pid = otpi_name_resolve(dest);
    visit->proc = otpi_proc_find(visit->pid);
    if (visit->proc == NULL)
        return false;
    OTPI_POINT();
    /* acquire: pairs with the release of who ran it last */
    if (!atomic_compare_exchange_strong_explicit(&visit->proc->inbox, &idle, NULL,
                                                 memory_order_acquire, memory_order_relaxed))
        return false;
    OTPI_POINT();
    return true;
}

static void leave(const struct visit *visit, bool done)
{
    struct otpi_proc *proc = visit->proc;
    struct otpi_msg *none = NULL;

    if (done)
        count(proc);
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

/* -- guests: flat, as otp_call is -- */

/* The running fiber, if it can have a guest; else NULL. */
static struct otpi_fiber *find_host(void)
{
    struct otpi_fiber *fiber = otpi_self_fiber();
    bool can = fiber != NULL && fiber->proc != NULL && fiber->host == NULL && !fiber->home->is_pool;

    return can ? fiber : NULL;
}

/* As enter, for a process that will be brief about message. */
static bool enter_for(otp_dest dest, struct visit *visit, const struct otp_message *message)
{
    if (!enter(dest, visit))
        return false;
    if (is_meant(visit) && visit->proc->behaviour->is_brief != NULL &&
        visit->proc->behaviour->is_brief(visit->proc->data, message))
        return true;
    leave(visit, false);
    return false;
}

static void receive(struct otpi_fiber *fiber, const struct visit *visit,
                    const struct otp_message *message)
{
    bool lives;

    fiber->host = fiber->proc;
    fiber->proc = visit->proc;
    lives = otpi_run_guest(fiber, visit->proc, message);
    fiber->proc = fiber->host;
    fiber->host = NULL;
    if (lives)
        leave(visit, true);
}

__attribute__((flatten)) bool otpi_visit_ask(otp_dest dest, struct otp_message *message,
                                             const void *args, void *reply, otp_duration timeout,
                                             otp_status *status)
{
    struct otpi_fiber *fiber = timeout == 0 ? NULL : find_host();
    struct visit visit;
    uint64_t id;

    if (fiber == NULL)
        return false;
    message->args = (void *)(uintptr_t)args;
    message->pid.bits = atomic_load_explicit(&fiber->proc->pid, memory_order_relaxed);
    if (!enter_for(dest, &visit, message))
        return false;
    /* a stop is answered by the end of who is told to */
    id = message->kind == OTP_MESSAGE_STOP ? otpi_call_open(visit.pid, reply, &message->from)
                                           : otpi_call_near(fiber, reply, &message->from);
    receive(fiber, &visit, message);
    if (otpi_slot_number(&fiber->slot) != id) {
        otpi_check_alive();
        *status = OTP_OK;
    } else {
        *status = otpi_call_wait(id, timeout);
    }
    return true;
}

__attribute__((flatten)) bool otpi_visit_tell(uint64_t pid, const struct otp_message *message)
{
    struct otpi_fiber *fiber = find_host();
    struct visit visit;
    otp_pid to = { pid };

    if (fiber == NULL || !enter_for(otp_to(to), &visit, message))
        return false;
    receive(fiber, &visit, message);
    return true;
}
