/* guest.c - genserver guest of package via: tells its name. */
#include "via_guest_impl.h"

otp_next via_guest_init(struct via_guest *self, const struct via_guest_options *options)
{
    otp_must(otp_string_set(&self->called, options->called));
    return otp_ok();
}

otp_next via_guest_handle_called(struct via_guest *self, otp_from from)
{
    return via_guest_called_reply(from, otp_string_view(&self->called));
}
