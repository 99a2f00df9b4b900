/* slow.c - genserver slow of package mailbox: hears the news. */
#include "mailbox_slow_impl.h"

#include "hold.h"

otp_next mailbox_slow_init(struct mailbox_slow *self, const struct mailbox_slow_options *options)
{
    (void)self;
    (void)options;
    otp_must(mailbox_news_subscribe(MAILBOX_NEWS, otp_cstr("all")));
    return otp_ok();
}

otp_next mailbox_slow_handle_hold(struct mailbox_slow *self, uint64_t gate)
{
    (void)self;
    hold_at((void *)(uintptr_t)gate);
    return otp_noreply();
}

otp_next mailbox_slow_handle_news(struct mailbox_slow *self, otp_str topic, uint64_t message)
{
    (void)topic;
    self->count++;
    self->last = message;
    return otp_noreply();
}

otp_next mailbox_slow_handle_heard(struct mailbox_slow *self, otp_from from)
{
    return mailbox_slow_heard_reply_heard(from, self->count, self->last);
}
