/* sessions.c - cache sessions of package web (sessions.otp).
 *
 * Idea: both run in whoever uses the cache: the loader in the first that misses a token, while the
 * others wait for it. */
#include <stdatomic.h>

#include "evictions.h"
#include "sessions.otp.h"

static atomic_size_t evictions;

size_t evictions_so_far(void)
{
    return atomic_load(&evictions);
}

otp_status web_sessions_load(otp_str key, struct web_user *value, otp_duration *ttl)
{
    struct web_accounts_who_reply reply = { 0 };
    otp_status status = web_accounts_who(WEB_ACCOUNTS, key, &reply);

    (void)ttl; /* as the spec says */
    if (status != OTP_OK)
        return status;
    if (reply.tag != WEB_ACCOUNTS_WHO_KNOWN)
        return OTP_NOT_FOUND;
    value->id = reply.as.known.id;
    value->name = reply.as.known.name; /* in scratch memory until the handler returns */
    return OTP_OK;
}

void web_sessions_evicted(otp_str key, const struct web_user *value, enum otp_cache_cause cause)
{
    (void)key;
    (void)value;
    (void)cause;
    atomic_fetch_add(&evictions, 1);
}
