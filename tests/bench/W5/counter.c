/* counter.c - what is started and stopped. */
#include "w5_counter_impl.h"

otp_next w5_counter_init(struct w5_counter *self, const struct w5_counter_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next w5_counter_handle_bump(struct w5_counter *self, otp_from from)
{
    self->n++;
    return w5_counter_bump_reply(from, self->n);
}
