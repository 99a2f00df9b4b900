/* keeper.c - genserver keeper of package scarce: keeps texts. */
#include "scarce_keeper_impl.h"

otp_next scarce_keeper_init(struct scarce_keeper *self, const struct scarce_keeper_options *options)
{
    (void)options;
    otp_must(otp_string_set(&self->text, otp_cstr("first")));
    return otp_ok();
}

otp_next scarce_keeper_handle_keep(struct scarce_keeper *self, otp_from from, otp_str text)
{
    if (otp_string_set(&self->text, text) != OTP_OK)
        return scarce_keeper_keep_reply(from, otp_cstr("no memory"));
    return scarce_keeper_keep_reply(from, otp_string_view(&self->text));
}

otp_next scarce_keeper_handle_put(struct scarce_keeper *self, otp_from from, otp_str key,
                                  otp_str value)
{
    otp_must(scarce_keeper_all_put(self->all, key, value));
    return scarce_keeper_put_reply(from, scarce_keeper_all_count(self->all));
}

otp_next scarce_keeper_handle_note(struct scarce_keeper *self, otp_str text)
{
    (void)self;
    (void)text;
    return otp_noreply();
}

otp_next scarce_keeper_handle_later(struct scarce_keeper *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_noreply();
}
