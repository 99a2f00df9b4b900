/* probe.c - the handlers of genserver probe, and functions that look at its state. */
#include "sys_probe_impl.h"

#include "notes.h"

otp_next sys_probe_init(struct sys_probe *self, const struct sys_probe_options *options)
{
    (void)options;
    otp_must(otp_string_set(&self->label, otp_cstr("a \"label\"")));
    return otp_ok();
}

otp_next sys_probe_handle_add(struct sys_probe *self, otp_from from, uint64_t n, bool twice)
{
    self->sum += twice ? 2 * n : n;
    sys_note("add");
    return sys_probe_add_reply(from, self->sum);
}

otp_next sys_probe_handle_user(struct sys_probe *self, otp_from from, otp_str name)
{
    struct sys_user user;
    if (!sys_probe_users_get(self->users, name, &user))
        return sys_probe_user_reply_missing(from);
    return sys_probe_user_reply_found(from, &user);
}

otp_next sys_probe_handle_put(struct sys_probe *self, const struct sys_user *user)
{
    otp_must(sys_probe_users_put(self->users, user->name, user));
    otp_must(sys_user_set(&self->last, user));
    return otp_noreply();
}

otp_next sys_probe_handle_idle_after(struct sys_probe *self, otp_duration wait)
{
    self->wait = wait;
    return otp_and_idle(otp_noreply(), wait);
}

otp_next sys_probe_handle_add_later(struct sys_probe *self, uint64_t n)
{
    (void)self;
    return otp_and_continue(otp_noreply(), sys_probe_continue_add(n));
}

otp_next sys_probe_handle_continue_add(struct sys_probe *self, uint64_t n)
{
    if (n == 13)
        otp_exit(otp_error("unlucky"));
    self->sum += n;
    return otp_noreply();
}

otp_next sys_probe_handle_note(struct sys_probe *self, otp_str text)
{
    char copy[32] = "";
    (void)self;
    memcpy(copy, text.data, text.size < sizeof copy ? text.size : sizeof copy - 1);
    sys_note(copy);
    return otp_noreply();
}

otp_next sys_probe_handle_crash(struct sys_probe *self, otp_from from, const struct sys_user *user,
                                otp_str why)
{
    char copy[32] = "";
    (void)from;
    otp_must(sys_user_set(&self->last, user));
    memcpy(copy, why.data, why.size < sizeof copy ? why.size : sizeof copy - 1);
    otp_exit(otp_error(copy));
}

otp_next sys_probe_handle_stop(struct sys_probe *self, otp_str why)
{
    char copy[32] = "";
    (void)self;
    memcpy(copy, why.data, why.size < sizeof copy ? why.size : sizeof copy - 1);
    return otp_stop(strcmp(copy, "normal") == 0 ? otp_normal() : otp_error(copy));
}

otp_next sys_probe_handle_hold(struct sys_probe *self)
{
    (void)self;
    sys_hold();
    return otp_noreply();
}

otp_next sys_probe_handle_watch(struct sys_probe *self, otp_pid who)
{
    otp_monitor monitor;
    (void)self;
    otp_must(otp_monitor_start(otp_to(who), &monitor));
    return otp_noreply();
}

otp_next sys_probe_handle_tick(struct sys_probe *self)
{
    (void)self;
    sys_note("tick");
    return otp_noreply();
}

otp_next sys_probe_handle_down(struct sys_probe *self, otp_monitor monitor, otp_pid pid,
                               otp_reason reason)
{
    (void)self, (void)monitor, (void)pid;
    sys_note("down");
    return strcmp(reason.text, "fatal") == 0 ? otp_stop(otp_error("watched")) : otp_noreply();
}

otp_next sys_probe_handle_exit(struct sys_probe *self, otp_pid pid, otp_reason reason)
{
    (void)self, (void)pid, (void)reason;
    sys_note("exit");
    return otp_noreply();
}

otp_next sys_probe_handle_idle(struct sys_probe *self)
{
    (void)self;
    sys_note("idle");
    return otp_noreply();
}

void sys_probe_terminate(struct sys_probe *self, otp_reason reason)
{
    (void)self, (void)reason;
    sys_note("terminate");
}

/* -- looking at the state -- */

void sys_look(const void *state, void *context)
{
    const struct sys_probe *probe = state;
    struct sys_look *look = context;
    otp_str label = otp_string_view(&probe->label);
    look->sum = probe->sum;
    memset(look->label, 0, sizeof look->label);
    memcpy(look->label, label.data, label.size);
}

bool sys_put_label(void *state, void *context)
{
    struct sys_probe *probe = state;
    const struct sys_look *look = context;
    probe->sum = look->sum;
    return otp_string_set(&probe->label, otp_cstr(look->label)) == OTP_OK;
}

bool sys_refuse(void *state, void *context)
{
    struct sys_probe *probe = state;
    (void)context;
    probe->sum++;
    return false;
}

bool sys_crash_in_replace(void *state, void *context)
{
    struct sys_probe *probe = state;
    (void)context;
    probe->sum++;
    otp_exit(otp_error("replacing"));
}
