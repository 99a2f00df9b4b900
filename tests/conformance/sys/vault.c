/* vault.c - the handlers of genserver vault, which has secrets. */
#include "sys_vault_impl.h"

otp_next sys_vault_init(struct sys_vault *self, const struct sys_vault_options *options)
{
    struct sys_user user = { .name = otp_cstr("ann"), .password = otp_cstr("secret2") };
    (void)options;
    otp_must(otp_string_set(&self->password, otp_cstr("secret1")));
    otp_must(sys_user_set(&self->user, &user));
    return otp_ok();
}

otp_next sys_vault_handle_login(struct sys_vault *self, otp_from from, otp_str name,
                                otp_str password)
{
    struct sys_user user = { .name = name, .password = password };
    (void)self;
    return sys_vault_login_reply(from, &user);
}

otp_next sys_vault_handle_break(struct sys_vault *self, otp_str password)
{
    (void)self, (void)password;
    return otp_stop(otp_error("broken by secret3"));
}

otp_next sys_vault_handle_behave(struct sys_vault *self, otp_str how)
{
    otp_must(otp_string_set(&self->label, how));
    return otp_noreply();
}

static bool is(const struct sys_vault *self, const char *how)
{
    return otp_str_equal(otp_string_view(&self->label), otp_cstr(how));
}

void sys_vault_format_status(const struct sys_vault *self, struct otp_format *format)
{
    if (is(self, "crash"))
        otp_exit(otp_error("format"));
    if (is(self, "many"))
        for (int i = 0; i < OTP_FORMAT_NAMES_MAX; i++)
            otp_format_hide(format, "nothing");
    if (is(self, "text"))
        otp_format_state(format, "<a vault>");
    if (is(self, "all"))
        otp_format_hide_all(format);
    otp_format_hide(format, "password");
    if (format->purpose == OTP_FORMAT_CRASH)
        format->reason = otp_error("broken");
}
