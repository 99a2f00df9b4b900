/* hang.c - task hang of package jobs. */
#include "jobs_hang_impl.h"

otp_next jobs_hang_run(otp_from from, uint64_t after)
{
    (void)from;
    (void)after;
    for (;;)
        otp_yield();
}
