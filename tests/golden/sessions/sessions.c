/* sessions.c - cache sessions of package kept (sessions.otp).
 * By the token that a browser has. */
#include "sessions.otp.h"

otp_status kept_sessions_load(otp_str key, struct kept_user *value, otp_duration *ttl)
{
    (void)key;
    (void)value;
    (void)ttl;
    otp_exit(otp_error("sessions.otp:15: load is not written"));
}

void kept_sessions_evicted(otp_str key, const struct kept_user *value, enum otp_cache_cause cause)
{
    (void)key;
    (void)value;
    (void)cause;
    otp_exit(otp_error("sessions.otp:16: evicted is not written"));
}
