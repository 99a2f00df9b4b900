/* power.c - task power of package jobs. */
#include "jobs_power_impl.h"

otp_next jobs_power_run(otp_from from, uint64_t base, uint64_t exponent)
{
    uint64_t value = 1;
    for (uint64_t i = 0; i < exponent; i++)
        value *= base;
    return jobs_power_reply(from, value);
}
