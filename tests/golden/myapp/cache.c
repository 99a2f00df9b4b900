/* cache.c - genserver cache of package myapp (myapp.otp).
 * A cache whose entries expire. */
#include "myapp_cache_impl.h"

otp_next myapp_cache_init(struct myapp_cache *self, const struct myapp_cache_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("myapp.otp:9: init is not written"));
}

otp_next myapp_cache_handle_get(struct myapp_cache *self, otp_from from, otp_str key)
{
    (void)self;
    (void)from;
    (void)key;
    return otp_stop(otp_error("myapp.otp:13: get is not written"));
}

otp_next myapp_cache_handle_size(struct myapp_cache *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("myapp.otp:14: size is not written"));
}

otp_next myapp_cache_handle_put(struct myapp_cache *self, otp_str key, otp_str value,
                                otp_duration ttl)
{
    (void)self;
    (void)key;
    (void)value;
    (void)ttl;
    return otp_stop(otp_error("myapp.otp:15: put is not written"));
}

otp_next myapp_cache_handle_delete(struct myapp_cache *self, otp_str key)
{
    (void)self;
    (void)key;
    return otp_stop(otp_error("myapp.otp:16: delete is not written"));
}

otp_next myapp_cache_handle_sweep(struct myapp_cache *self)
{
    (void)self;
    return otp_stop(otp_error("myapp.otp:17: sweep is not written"));
}
