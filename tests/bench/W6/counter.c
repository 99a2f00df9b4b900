/* counter.c - one that is idle. */
#include "w6_counter_impl.h"

otp_next w6_counter_init(struct w6_counter *self, const struct w6_counter_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next w6_counter_handle_bump(struct w6_counter *self, otp_from from)
{
    self->n++;
    return w6_counter_bump_reply(from, self->n);
}
