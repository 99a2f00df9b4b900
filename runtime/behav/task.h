/* task.h - what tasks, their supervisor and streams share.
 *
 * Idea: a task is one process; whom it is for differs.
 */
#ifndef OTPI_TASK_H
#define OTPI_TASK_H

#include <otp/task.h>

extern const struct otp_behaviour otpi_task_behaviour;

/* Whom a task is for. All zero: nobody. */
struct otpi_task_for {
    otp_from from;       /* who gets the result */
    otp_pid linked_with; /* besides the starter */
};

/* Starts one. args as its type says, borrowed. Statuses of otp_behaviour_start. */
otp_status otpi_task_spawn(const struct otp_task_type *type, const void *args,
                           const struct otp_start *how, const struct otpi_task_for *whom,
                           otp_pid *pid);

#endif
