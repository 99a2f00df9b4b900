/* account.c - agent account of package agents: its first value. */
#include "agents_account_impl.h"

#include "hooks.h"

struct hook account_hook;

otp_next agents_account_init(struct agents_account *self,
                             const struct agents_account_options *options)
{
    (void)options;
    if (account_hook.run)
        account_hook.run(account_hook.context);
    const otp_str tags[] = { otp_cstr("a"), otp_cstr("b") };
    struct agents_user first = { .id = 7, .name = otp_cstr("joe"), .age = 254 };
    first.tags = tags;
    first.tags_count = 2;
    otp_must(agents_user_set(&self->value, &first));
    return otp_ok();
}
