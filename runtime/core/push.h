/* push.h - putting a message into a mailbox.
 *
 * Idea: the word of the inbox (proc.h) says what is to be done. What each message goes through is
 * here, to be inlined by who has looked up the calling thread already.
 * Threads: any.
 */
#ifndef OTPI_PUSH_H
#define OTPI_PUSH_H

#include "base/mutant.h"
#include "core/point.h"
#include "core/sched.h"

/* The inbox is a list of messages, or empty. */
static inline bool otpi_inbox_is_list(const struct otpi_msg *top)
{
    return (uintptr_t)top - 1 >= (uintptr_t)OTPI_INBOX_WAITING;
}

/* The first message of an idle process goes where who runs it looks first, so that nobody has to
 * take it out of the inbox again: who replaces IDLE owns the run, and what is in the private
 * list. */
static inline void otpi_push_first(struct otpi_proc *proc, struct otpi_msg *msg)
{
    uint64_t n = atomic_load_explicit(&proc->fetched, memory_order_relaxed);

    atomic_store_explicit(&proc->fetched, n + 1, memory_order_relaxed);
    proc->mail = proc->mail_last = msg;
}

/* Its fiber is parked in a receive: it goes on. */
void otpi_push_wake(struct otpi_proc *proc);

/* otpi_proc_push by a thread that knows its self. */
static inline bool otpi_push(struct otpi_self *self, struct otpi_proc *proc, uint64_t pid,
                             struct otpi_msg *msg, bool direct)
{
    struct otpi_msg *top = atomic_load_explicit(&proc->inbox, memory_order_relaxed), *link;

    msg->to = pid;
    msg->ahead = otpi_trail_add(&self->sent, msg);
    if (OTP_MUTANT(B006) && proc->starter != NULL)
        return false;
    do {
        OTPI_POINT();
        link = msg;
        if (otpi_inbox_is_list(top)) {
            msg->next = top;
        } else {
            if (top == OTPI_INBOX_CLOSED)
                return false;
            msg->next = NULL;
            if (top == OTPI_INBOX_IDLE)
                link = NULL;
        }
        /* release: the message is visible to who takes the list; acquire: on IDLE we own the run */
    } while (!atomic_compare_exchange_weak_explicit(&proc->inbox, &top, link, memory_order_acq_rel,
                                                    memory_order_relaxed));
    OTPI_POINT();
    if (otpi_inbox_is_list(top))
        return true;
    if (top == OTPI_INBOX_IDLE) {
        otpi_push_first(proc, msg);
        otpi_sched_run_by(self->worker, proc, direct);
    } else {
        otpi_push_wake(proc);
    }
    return true;
}

#endif
