/* outbox.c - genserver outbox of package emails. */
#include "emails_outbox_impl.h"

otp_next emails_outbox_init(struct emails_outbox *self, const struct emails_outbox_options *options)
{
    (void)self;
    (void)options;
    return otp_ok();
}

otp_next emails_outbox_handle_deliver(struct emails_outbox *self, otp_from from, otp_str user)
{
    (void)user;
    self->delivered++;
    return emails_outbox_deliver_reply(from);
}

otp_next emails_outbox_handle_delivered(struct emails_outbox *self, otp_from from)
{
    return emails_outbox_delivered_reply(from, self->delivered);
}
