/* store.c - genserver store of package base (base.otp). */
#include "base_store_impl.h"

otp_next base_store_init(struct base_store *self, const struct base_store_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("base.otp:4: init is not written"));
}

otp_next base_store_handle_get(struct base_store *self, otp_from from, uint64_t key)
{
    (void)self;
    (void)from;
    (void)key;
    return otp_stop(otp_error("base.otp:4: get is not written"));
}
