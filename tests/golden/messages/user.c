/* user.c - genserver user of package messages (messages.otp).
 * Calls the other one. */
#include "messages_user_impl.h"

otp_next messages_user_init(struct messages_user *self, const struct messages_user_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("messages.otp:30: init is not written"));
}

otp_next messages_user_handle_work(struct messages_user *self, otp_from from, otp_str job)
{
    (void)self;
    (void)from;
    (void)job;
    return otp_stop(otp_error("messages.otp:31: work is not written"));
}

otp_next messages_user_handle_relax(struct messages_user *self)
{
    (void)self;
    return otp_stop(otp_error("messages.otp:32: relax is not written"));
}
