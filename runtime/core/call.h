/* call.h - the parts of a call that starts share.
 *
 * Idea: open the calling thread's slot, have something sent that will fill it, wait.
 */
#ifndef OTPI_CALL_H
#define OTPI_CALL_H

#include "core/msg.h"
#include "core/slot.h"

struct otpi_proc;

/* Opens the calling thread's slot for an answer by server; *from is what to send. Returns its
 * id. */
uint64_t otpi_call_open(uint64_t server, void *reply, otp_from *from);
/* The same for what the running process asks a guest of its fiber: nobody else knows of that wait,
 * so it is not open until the guest leaves without having answered. */
uint64_t otpi_call_near(struct otpi_fiber *fiber, void *reply, otp_from *from);
/* Opens it: others may answer from now on. */
void otpi_call_near_open(struct otpi_fiber *fiber);
/* A call that was deferred where it was being received, its process's `asking`, goes to the others
 * that were: another one comes. False: no memory for that, nothing has changed. */
bool otpi_call_put_away(struct otpi_proc *proc);
/* Waits for it at most limit (0: not at all) and closes it. */
otp_status otpi_call_wait(uint64_t id, otp_duration limit);
/* Counts a message that is lost, and says why the first time. */
void otpi_call_lost(const char *text);
/* open, send msg (taken) to dest, wait. */
otp_status otpi_call_send(otp_dest dest, struct otpi_msg *msg, void *reply, otp_duration timeout);
/* The outcome of a wait that was closed with a result: its status and reason; in a process what the
 * reply refers to becomes scratch memory. */
otp_status otpi_call_result(struct otpi_slot *slot);
/* The status of a slot that is done; its reason becomes the last one. */
otp_status otpi_call_failed_as(const struct otpi_slot *slot);
/* Ends the wait however it stands, by its waiter. True: its result is there. False: nothing came
 * and nothing will, and its server forgets it. */
bool otpi_call_close(struct otpi_slot *slot, uint64_t id);
/* Ends whatever wait is open, by its waiter; a reply that came is freed. */
void otpi_call_abandon(struct otpi_slot *slot);

/* A foreign thread's sleep in a wait of its own slot. With the manual clock a timer ends the wait,
 * otherwise the futex does. */
struct otpi_sleep {
    otp_instant deadline;
    bool manual;
};

/* NOMEM: no timer. To be ended all the same. */
otp_status otpi_call_sleep_begin(struct otpi_sleep *sleep, uint64_t id, otp_duration limit);
/* Sleeps until somebody wakes it, perhaps for nothing. False: the time is over. */
bool otpi_call_sleep(const struct otpi_sleep *sleep);
void otpi_call_sleep_end(const struct otpi_sleep *sleep);
/* Makes status the last reason; returns it. */
otp_status otpi_call_failed(otp_status status);

#endif
