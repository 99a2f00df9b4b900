/* counter.c - the server of the round trip: counts its calls. */
#include "w1_counter_impl.h"

otp_next w1_counter_init(struct w1_counter *self, const struct w1_counter_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next w1_counter_handle_bump(struct w1_counter *self, otp_from from)
{
    self->n++;
    return w1_counter_bump_reply(from, self->n);
}
