/* reason.h - reasons that are needed often, made once.
 *
 * Idea: see otp/reason.h. A reason is 64 bytes: what only looks at one looks at it where it is.
 * Threads: any.
 */
#ifndef OTPI_REASON_H
#define OTPI_REASON_H

#include <otp/reason.h>

extern const otp_reason otpi_reason_normal, otpi_reason_shutdown, otpi_reason_kill,
    otpi_reason_killed, otpi_reason_noproc;

/* As otp_reason_is_clean. Who ends since a child failed to start has {shutdown, ...} too. */
static inline bool otpi_reason_is_clean(const otp_reason *reason)
{
    return reason->kind == OTP_REASON_NORMAL || reason->kind == OTP_REASON_SHUTDOWN ||
           reason->kind == OTP_REASON_FAILED_START;
}

#endif
