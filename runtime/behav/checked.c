/* checked.c - how a calculation ends that has no result.
 *
 * Idea: out of line and never inlined, so that what checks stays small.
 * Threads: any process's. Locks: none. Owns: nothing. */
#include <otp/checked.h>
#include <otp/process.h>

void otp_overflow(void)
{
    otp_exit(otp_error("overflow"));
}

void otp_division_by_zero(void)
{
    otp_exit(otp_error("division by zero"));
}
