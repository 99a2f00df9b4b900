/* counter.c - is called and told, or keeps its callers waiting. */
#include "scale_counter_impl.h"

otp_next scale_counter_init(struct scale_counter *self, const struct scale_counter_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next scale_counter_handle_bump(struct scale_counter *self, otp_from from)
{
    self->n++;
    return scale_counter_bump_reply(from, self->n);
}

otp_next scale_counter_handle_forever(struct scale_counter *self, otp_from from)
{
    (void)self, (void)from;
    return otp_noreply();
}

otp_next scale_counter_handle_add(struct scale_counter *self, int64_t x)
{
    self->n += x;
    return otp_noreply();
}
