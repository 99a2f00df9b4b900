/* bound.h - mailboxes with a limit.
 *
 * Idea: a process with a limit has a record that counts the messages of its clients (calls, casts,
 * infos) from the moment they are sent until they are taken up; replies, signals, requests of the
 * system and timers are not counted and always get in. The record belongs to the slot, for ever,
 * and says which tenant it counts for: a sender that is late for an earlier one passes it by.
 * Who has to wait for room opens its slot, as for a call, and is woken to try again: one for each
 * message that is taken up, and all when none is left, since one that was woken may have ended.
 * Locks: bounds (making records), bound (who waits; one record's). Both are leaves;
 * nobody is woken under them.
 */
#ifndef OTPI_BOUND_H
#define OTPI_BOUND_H

#include <stdatomic.h>

#include <otp/behaviour.h>

#include "plat/plat.h"

struct otpi_msg;
struct otpi_proc;

/* All records; an index of 0 means none. */
struct otpi_bounds {
    struct otpi_lock lock;
    struct otpi_bound **chunks; /* const once set */
    _Atomic uint32_t n;
};

/* Gives proc (of pid, not published yet) that limit. NOMEM. */
otp_status otpi_bound_set(struct otpi_proc *proc, uint64_t pid, const struct otp_mailbox *mailbox);
/* Its tenant has ended: who waits hears of it. Any thread. */
void otpi_bound_end(struct otpi_proc *proc, uint64_t pid);
/* A counted message has been taken up. By who runs proc. */
void otpi_bound_leave(struct otpi_proc *proc, uint64_t pid);
/* How full it is, what was refused and how often somebody waited; zero without a limit. */
void otpi_bound_read(struct otpi_proc *proc, uint64_t pid, struct otp_mailbox_info *info);
void otpi_bounds_free(struct otpi_bounds *bounds);

/* A place in somebody's mailbox, for one message. */
struct otpi_place {
    otp_dest dest;
    struct otpi_proc *proc;
    uint64_t pid;
    bool counted;        /* it takes up room until the message is taken up, or the place is left */
    otp_duration waited; /* for it */
};

/* Finds dest, and room there; waits for that at most as long as the policy says and patience (0:
 * not at all). To be done before the message is made: who waits may be killed. NOPROC, OVERLOAD,
 * NOMEM: there is no place to be left. */
otp_status otpi_place_find(struct otpi_place *place, otp_dest dest, otp_duration patience);
/* The same without waiting. TIMEOUT: there is no room, and the policy is to wait for it; that is
 * not counted, as otpi_place_find comes next. */
otp_status otpi_place_try(struct otpi_place *place, otp_dest dest);
/* Pushes msg (taken if true). False: nobody is there any more, the place is left. direct: see
 * otpi_proc_push. */
bool otpi_place_push(struct otpi_place *place, struct otpi_msg *msg, bool direct);
/* After OVERLOAD: the policy is that nobody is told of a lost cast. */
bool otpi_bound_drops(const struct otpi_place *place);
/* There is no message after all. */
void otpi_place_leave(struct otpi_place *place);

#endif
