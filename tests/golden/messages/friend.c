/* friend.c - genserver friend of package messages (messages.otp). */
#include "messages_friend_impl.h"

otp_next messages_friend_init(struct messages_friend *self,
                              const struct messages_friend_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("messages.otp:35: init is not written"));
}

otp_next messages_friend_handle_poke(struct messages_friend *self)
{
    (void)self;
    return otp_stop(otp_error("messages.otp:36: poke is not written"));
}

otp_next messages_friend_handle_idle(struct messages_friend *self)
{
    (void)self;
    return otp_stop(otp_error("messages.otp:37: idle is not written"));
}
