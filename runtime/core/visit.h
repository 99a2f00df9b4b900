/* visit.h - a call that is done where its caller is.
 *
 * Idea: what an agent's expression computes needs nothing of the library and cannot wait. So if the
 * agent is idle, who asks it computes that at once: without a message, a stack for the agent, a
 * switch to it and back. All that was sent to it before has been dealt with, or it would not be
 * idle, so the order is the same; and whoever replaces IDLE runs the process (invariant I1), so
 * nobody else sees its state meanwhile, and what is sent to it waits in its inbox.
 * A visit takes nobody else's turn: a process that only ever visits would keep its worker for
 * itself, so every OTPI_VISITS-th call of a worker goes the long way, on which others come first.
 */
#ifndef OTPI_VISIT_H
#define OTPI_VISIT_H

#include <otp/message.h>

#define OTPI_VISITS 64

/* Does a call of a type that has compute where it stands, on the calling thread. Borrows args;
 * *reply is written if true. False: not possible, nothing was done. Inside the runtime. */
bool otpi_visit(otp_dest dest, const struct otp_message_type *type, const void *args, void *reply);

#endif
