/* silent.c - genserver silent of package bare (bare.otp). */
#include "bare_silent_impl.h"

otp_next bare_silent_init(struct bare_silent *self, const struct bare_silent_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("bare.otp:4: init is not written"));
}
