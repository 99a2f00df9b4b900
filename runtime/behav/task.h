/* task.h - what tasks, their supervisor and streams share.
 *
 * Idea: a task is one process; whom it is for differs.
 */
#ifndef OTPI_TASK_H
#define OTPI_TASK_H

#include <otp/task.h>

extern const struct otp_behaviour otpi_task_behaviour;

/* A new request of the caller's for a task, whose args get their head for it. linked: with the
 * caller, which does not start it itself. NOMEM. */
otp_status otpi_task_open(const struct otp_task_type *type, void *args, bool linked,
                          otp_request *request);
/* Starts the task of args, whose head is written, for the caller. Statuses of a start. */
otp_status otpi_task_spawn(const struct otp_task_type *type, const void *args, bool link,
                           otp_pid *pid);
/* The same as a temporary child of supervisor. */
otp_status otpi_task_spawn_under(otp_dest supervisor, const struct otp_task_type *type,
                                 const void *args, otp_pid *pid);

#endif
