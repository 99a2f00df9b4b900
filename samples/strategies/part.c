/* part.c - a child that can be told to crash. */
#include "strategies_part_impl.h"

otp_next strategies_part_init(struct strategies_part *self,
                              const struct strategies_part_options *options)
{
    otp_must(otp_string_set(&self->letter, options->letter));
    return otp_ok();
}

otp_next strategies_part_handle_letter(struct strategies_part *self, otp_from from)
{
    return strategies_part_letter_reply(from, otp_string_view(&self->letter));
}

otp_next strategies_part_handle_crash(struct strategies_part *self)
{
    (void)self;
    otp_exit(otp_error("a bug"));
}
