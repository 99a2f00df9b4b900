/* swallow.c - task swallow of package jobs: waits in read(). */
#include "jobs_swallow_impl.h"

#include <unistd.h>

otp_next jobs_swallow_run(otp_from from, int64_t fd)
{
    uint8_t byte;
    if (read((int)fd, &byte, 1) != 1)
        otp_exit(otp_error("read"));
    return jobs_swallow_reply(from, byte);
}
