/* strict.c - genserver strict of package mailbox: keeps what it is told, in order. */
#include "mailbox_strict_impl.h"

#include "hold.h"

otp_next mailbox_strict_init(struct mailbox_strict *self,
                             const struct mailbox_strict_options *options)
{
    (void)self;
    (void)options;
    return otp_ok();
}

otp_next mailbox_strict_handle_hold(struct mailbox_strict *self, uint64_t gate)
{
    (void)self;
    hold_at((void *)(uintptr_t)gate);
    return otp_noreply();
}

otp_next mailbox_strict_handle_add(struct mailbox_strict *self, uint64_t n)
{
    uint64_t all[512];
    size_t count = self->all_count;
    for (size_t i = 0; i < count; i++)
        all[i] = self->all[i];
    if (count == 512)
        return otp_noreply();
    all[count] = n;
    otp_must(mailbox_strict_all_set(self, all, count + 1));
    return otp_noreply();
}

otp_next mailbox_strict_handle_sum(struct mailbox_strict *self, otp_from from)
{
    return mailbox_strict_sum_reply(from, self->all, self->all_count);
}
