/* sessions.c - cache sessions of package typed (cache_typed.otp).
 *
 * Idea: what the test wants loaded is made of the key; two keys cannot be. */
#include "cache_typed.otp.h"
#include "notes.h"

otp_status typed_sessions_load(otp_str key, struct typed_user *value, otp_duration *ttl)
{
    note_entry("load", key, 0);
    if (otp_str_equal(key, otp_cstr("nobody")))
        return OTP_NOT_FOUND;
    if (otp_str_equal(key, otp_cstr("crash")))
        otp_exit(otp_error("cannot load"));
    value->id = key.size;
    value->email = key;
    if (otp_str_equal(key, otp_cstr("short")))
        *ttl = OTP_S;
    return OTP_OK;
}

void typed_sessions_evicted(otp_str key, const struct typed_user *value, enum otp_cache_cause cause)
{
    note_entry(cause == OTP_EVICTED_EXPIRED ? "expired" : "limit", key, (int)value->id);
}
