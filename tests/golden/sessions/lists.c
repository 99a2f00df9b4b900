/* lists.c - cache lists of package kept (sessions.otp). */
#include "sessions.otp.h"

void kept_lists_evicted(enum kept_level key, const struct kept_list_of_string *value,
                        enum otp_cache_cause cause)
{
    (void)key;
    (void)value;
    (void)cause;
    otp_exit(otp_error("sessions.otp:22: evicted is not written"));
}
