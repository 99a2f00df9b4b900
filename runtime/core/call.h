/* call.h - the parts of a call that starts share.
 *
 * Idea: open the calling thread's slot, have something sent that will fill it, wait.
 */
#ifndef OTPI_CALL_H
#define OTPI_CALL_H

#include "core/msg.h"

/* Opens the calling thread's slot for an answer by server; *from is what to send. Returns its
 * id. */
uint64_t otpi_call_open(uint64_t server, void *reply, otp_from *from);
/* Waits for it at most limit (0: not at all) and closes it. */
otp_status otpi_call_wait(uint64_t id, otp_duration limit);
/* open, send msg (taken) to dest, wait. */
otp_status otpi_call_send(otp_dest dest, struct otpi_msg *msg, void *reply, otp_duration timeout);
/* Makes status the last reason; returns it. */
otp_status otpi_call_failed(otp_status status);

#endif
