/* spots.c - cache spots of package typed (cache_typed.otp).
 *
 * Idea: what is loaded tells which row was asked for. */
#include "cache_typed.otp.h"
#include "notes.h"

otp_status typed_spots_load(const struct typed_spot *key, otp_str *value, otp_duration *ttl)
{
    (void)ttl;
    *value = key->row == 9 ? otp_cstr("nine") : otp_cstr("another");
    return key->level == TYPED_LEVEL_LOW ? OTP_OK : OTP_OUT_OF_RANGE;
}

void typed_spots_evicted(const struct typed_spot *key, otp_str value, enum otp_cache_cause cause)
{
    (void)cause;
    note_entry("spot", value, key->row);
}
