/* holder.c - it has the table; nothing else is asked of it. */
#include "numbers_holder_impl.h"

otp_next numbers_holder_init(struct numbers_holder *self,
                             const struct numbers_holder_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next numbers_holder_handle_all(struct numbers_holder *self, otp_from from)
{
    return numbers_holder_all_reply(from, self->all);
}
