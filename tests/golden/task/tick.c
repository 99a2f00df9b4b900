/* tick.c - task tick of package task (task.otp). */
#include "task_tick_impl.h"

void task_tick_run(void)
{
    otp_exit(otp_error("task.otp:17: tick is not written"));
}
