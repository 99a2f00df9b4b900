/* clerk.c - answers with the reply of another call, in every manner. */
#include "mixed_clerk_impl.h"

#include "how.h"

otp_from kept_from;

otp_next mixed_clerk_init(struct mixed_clerk *self, const struct mixed_clerk_options *options)
{
    (void)self;
    (void)options;
    return otp_ok();
}

static const struct mixed_wide wide = { { "a text of some length", 21 }, 1, 2, 3, 4, 5, 6 };

otp_status answer_wrongly(uint64_t how, otp_from from)
{
    if (how == ANSWER_TEXT)
        return mixed_clerk_text_answer(from, wide.text);
    if (how == ANSWER_DONE)
        return mixed_clerk_done_answer(from);
    return mixed_clerk_wide_answer(from, &wide);
}

static otp_next reply_wrongly(uint64_t how, otp_from from)
{
    if (how == REPLY_TEXT)
        return mixed_clerk_text_reply(from, wide.text);
    if (how == REPLY_DONE)
        return mixed_clerk_done_reply(from);
    if (how == REPLY_SMALL)
        return mixed_clerk_small_reply(from, 9);
    if (how == REPLY_LATE)
        return mixed_clerk_late_reply(from, 9);
    return mixed_clerk_wide_reply(from, &wide);
}

otp_next mixed_clerk_handle_small(struct mixed_clerk *self, otp_from from, uint64_t how)
{
    (void)self;
    if (how >= REPLY_TEXT)
        return reply_wrongly(how, from);
    return mixed_clerk_small_reply(from, (uint8_t)answer_wrongly(how, from));
}

otp_next mixed_clerk_handle_late(struct mixed_clerk *self, otp_from from, uint64_t how)
{
    (void)self;
    kept_from = from;
    if (how == KEEP)
        return otp_noreply();
    if (how >= REPLY_TEXT)
        return reply_wrongly(how, from);
    return mixed_clerk_late_reply(from, (uint8_t)answer_wrongly(how, from));
}

otp_next mixed_clerk_handle_text(struct mixed_clerk *self, otp_from from)
{
    (void)self;
    return mixed_clerk_late_reply(from, 1);
}

otp_next mixed_clerk_handle_wide(struct mixed_clerk *self, otp_from from)
{
    (void)self;
    return mixed_clerk_text_reply(from, wide.text);
}

otp_next mixed_clerk_handle_done(struct mixed_clerk *self, otp_from from)
{
    (void)self;
    return mixed_clerk_wide_reply(from, &wide);
}

void mixed_clerk_terminate(struct mixed_clerk *self, otp_reason reason)
{
    (void)self;
    (void)reason;
}

otp_status answer_rightly(void)
{
    return mixed_clerk_late_answer(kept_from, 7);
}
