/* accounts.c - genserver accounts of package emails. */
#include "emails_accounts_impl.h"

otp_next emails_accounts_init(struct emails_accounts *self,
                              const struct emails_accounts_options *options)
{
    (void)self;
    (void)options;
    return otp_ok();
}

otp_next emails_accounts_handle_sign_up(struct emails_accounts *self, otp_from from, otp_str user)
{
    otp_must(emails_deliver_welcome_start(EMAILS_TASKS, user, NULL));
    return emails_accounts_sign_up_reply(from, ++self->users);
}
