/* clock.c - genserver clock of package pubsub (pubsub.otp). */
#include "pubsub_clock_impl.h"

otp_next pubsub_clock_init(struct pubsub_clock *self, const struct pubsub_clock_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("pubsub.otp:22: init is not written"));
}

otp_next pubsub_clock_handle_now(struct pubsub_clock *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("pubsub.otp:22: now is not written"));
}
