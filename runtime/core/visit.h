/* visit.h - a call that is done where its caller is.
 *
 * Idea: what an agent's expression computes needs nothing of the library and cannot wait. So if the
 * agent is idle, who asks it computes that at once: without a message, a stack for the agent, a
 * switch to it and back. All that was sent to it before has been dealt with, or it would not be
 * idle, so the order is the same; and whoever replaces IDLE runs the process (invariant I1), so
 * nobody else sees its state meanwhile, and what is sent to it waits in its inbox.
 * A message that its receiver's behaviour says it will be brief about is received in the same way:
 * the receiver is a guest on the stack of who sends it, its host. To the library the fiber is the
 * guest's meanwhile, so it may do all that does not wait. It may be killed as anybody may, but no
 * frames are abandoned for that: those below are its host's. What its host asks it is answered by a
 * copy, as nobody else knows of that yet; it becomes a wait, which others may end, when the guest
 * leaves without having answered. A deferred one stays where the guest's callers are while they are
 * received, and goes to its other deferred ones only if another call comes before its answer.
 * A visit takes nobody else's turn: a process that only ever visits would keep its worker for
 * itself, so every OTPI_VISITS-th call of a worker goes the long way, on which others come first.
 */
#ifndef OTPI_VISIT_H
#define OTPI_VISIT_H

#include <otp/behaviour.h>

#define OTPI_VISITS 64

/* Does a call of a type that has compute where it stands, on the calling thread. Borrows args;
 * *reply is written if true. False: not possible, nothing was done. Inside the runtime. */
bool otpi_visit(otp_dest dest, const struct otp_message_type *type, const void *args, void *reply);

/* Has dest receive a request, of which kind and tag or reason are set, if it is brief about that,
 * and waits for the answer. Borrows args and what the message refers to. False: not possible,
 * nothing was done. Inside the runtime. */
bool otpi_visit_ask(otp_dest dest, struct otp_message *message, const void *args, void *reply,
                    otp_duration timeout, otp_status *status);
/* Has the process pid receive a message that asks nothing. False: not possible. */
bool otpi_visit_tell(uint64_t pid, const struct otp_message *message);

#endif
