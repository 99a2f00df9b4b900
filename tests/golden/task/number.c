/* number.c - task number of package task (task.otp). */
#include "task_number_impl.h"

otp_next task_number_run(otp_from from)
{
    (void)from;
    otp_exit(otp_error("task.otp:15: number is not written"));
}
