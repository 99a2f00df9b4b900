/* welcome.c - task welcome of package task (task.otp).
 * Says hello; nobody needs to know whether it came through. */
#include "task_welcome_impl.h"

void task_welcome_run(const struct task_user *to)
{
    (void)to;
    otp_exit(otp_error("task.otp:9: welcome is not written"));
}
