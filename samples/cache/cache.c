/* cache.c - the cache: a table whose entries expire.
 *
 * Idea: get looks at the time, so an expired entry is a miss at once; sweep gives its memory back.
 * The table belongs to the process: a restarted cache is empty.
 */
#include "myapp_cache_impl.h"

#include <stdio.h>

otp_next myapp_cache_init(struct myapp_cache *self, const struct myapp_cache_options *options)
{
    self->interval = options->sweep_interval;
    myapp_cache_sweep_after(otp_to(otp_self()), self->interval);
    return otp_ok();
}

otp_next myapp_cache_handle_get(struct myapp_cache *self, otp_from from, otp_str key)
{
    struct myapp_entry entry;
    if (!myapp_cache_table_get(self->table, key, &entry) || otp_now() >= entry.expires_at)
        return myapp_cache_get_reply_miss(from);
    return myapp_cache_get_reply_ok(from, entry.value);
}

otp_next myapp_cache_handle_size(struct myapp_cache *self, otp_from from)
{
    return myapp_cache_size_reply(from, myapp_cache_table_count(self->table));
}

otp_next myapp_cache_handle_crash(struct myapp_cache *self, otp_from from, otp_str why)
{
    char text[OTP_REASON_TEXT_MAX + 1];
    (void)self, (void)from;
    snprintf(text, sizeof(text), "%.*s",
             (int)(why.size < OTP_REASON_TEXT_MAX ? why.size : OTP_REASON_TEXT_MAX), why.data);
    otp_exit(otp_error(text));
}

otp_next myapp_cache_handle_put(struct myapp_cache *self, otp_str key, otp_str value,
                                otp_duration ttl)
{
    otp_instant now = otp_now();
    struct myapp_entry entry;
    entry.value = value;
    entry.expires_at = ttl < INT64_MAX - now ? now + ttl : INT64_MAX;
    otp_must(
        myapp_cache_table_put(self->table, key, &entry)); /* no memory: crash, start again empty */
    return otp_noreply();
}

otp_next myapp_cache_handle_delete(struct myapp_cache *self, otp_str key)
{
    (void)myapp_cache_table_delete(self->table, key);
    return otp_noreply();
}

static bool has_expired(otp_str key, const struct myapp_entry *entry, void *now)
{
    (void)key;
    return entry->expires_at <= *(otp_instant *)now;
}

otp_next myapp_cache_handle_sweep(struct myapp_cache *self)
{
    otp_instant now = otp_now();
    myapp_cache_table_delete_if(self->table, has_expired, &now);
    myapp_cache_sweep_after(otp_to(otp_self()), self->interval);
    return otp_noreply();
}

void myapp_cache_terminate(struct myapp_cache *self, otp_reason reason)
{
    char text[128];
    fprintf(stderr, "cache: ends (%s) with %zu entries\n",
            otp_reason_format(reason, text, sizeof(text)), myapp_cache_table_count(self->table));
}
