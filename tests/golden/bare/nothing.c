/* nothing.c - genserver nothing of package bare (bare.otp). */
#include "bare_nothing_impl.h"

otp_next bare_nothing_init(struct bare_nothing *self, const struct bare_nothing_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("bare.otp:3: init is not written"));
}
