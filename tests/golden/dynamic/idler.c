/* idler.c - genserver idler of package dynamic (dynamic.otp). */
#include "dynamic_idler_impl.h"

otp_next dynamic_idler_init(struct dynamic_idler *self, const struct dynamic_idler_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("dynamic.otp:27: init is not written"));
}

otp_next dynamic_idler_handle_nap(struct dynamic_idler *self)
{
    (void)self;
    return otp_stop(otp_error("dynamic.otp:27: nap is not written"));
}
