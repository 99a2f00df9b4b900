/* counter.c - the server that is told: adds up. */
#include "w2_counter_impl.h"

otp_next w2_counter_init(struct w2_counter *self, const struct w2_counter_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next w2_counter_handle_add(struct w2_counter *self, int64_t x)
{
    self->n += x;
    return otp_noreply();
}

otp_next w2_counter_handle_get(struct w2_counter *self, otp_from from)
{
    return w2_counter_get_reply(from, self->n);
}
