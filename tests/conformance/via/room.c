/* room.c - genserver room of package via: tells its number. */
#include "via_room_impl.h"

#include "count.h"

_Atomic int inits;

otp_next via_room_init(struct via_room *self, const struct via_room_options *options)
{
    inits++;
    self->number = options->number;
    return options->fails ? otp_stop(otp_error("no room")) : otp_ok();
}

otp_next via_room_handle_number(struct via_room *self, otp_from from)
{
    return via_room_number_reply(from, self->number);
}

otp_next via_room_handle_leave(struct via_room *self)
{
    (void)self;
    return otp_stop(otp_normal());
}
