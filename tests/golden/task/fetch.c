/* fetch.c - task fetch of package task (task.otp).
 * Gets a page. It may wait in system calls. */
#include "task_fetch_impl.h"

otp_next task_fetch_run(otp_from from, otp_str url, uint32_t depth, otp_str agent)
{
    (void)from;
    (void)url;
    (void)depth;
    (void)agent;
    otp_exit(otp_error("task.otp:12: fetch is not written"));
}
