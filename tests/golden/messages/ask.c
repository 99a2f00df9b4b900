/* ask.c - genserver ask of package messages (messages.otp). */
#include "messages_ask_impl.h"

otp_next messages_ask_init(struct messages_ask *self, const struct messages_ask_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("messages.otp:4: init is not written"));
}

otp_next messages_ask_handle_ack(struct messages_ask *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("messages.otp:6: ack is not written"));
}

otp_next messages_ask_handle_ack_with(struct messages_ask *self, otp_from from, otp_str key,
                                      otp_duration ttl, bool again)
{
    (void)self;
    (void)from;
    (void)key;
    (void)ttl;
    (void)again;
    return otp_stop(otp_error("messages.otp:7: ack_with is not written"));
}

otp_next messages_ask_handle_value(struct messages_ask *self, otp_from from, otp_str key)
{
    (void)self;
    (void)from;
    (void)key;
    return otp_stop(otp_error("messages.otp:8: value is not written"));
}

otp_next messages_ask_handle_tagged(struct messages_ask *self, otp_from from, otp_str key)
{
    (void)self;
    (void)from;
    (void)key;
    return otp_stop(otp_error("messages.otp:9: tagged is not written"));
}

otp_next messages_ask_handle_bare_tags(struct messages_ask *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("messages.otp:10: bare_tags is not written"));
}

/* Answered by somebody else, perhaps. */
otp_next messages_ask_handle_later(struct messages_ask *self, otp_from from, otp_str key)
{
    (void)self;
    (void)from;
    (void)key;
    return otp_stop(otp_error("messages.otp:12: later is not written"));
}

otp_next messages_ask_handle_later_value(struct messages_ask *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("messages.otp:13: later_value is not written"));
}

otp_next messages_ask_handle_later_ack(struct messages_ask *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("messages.otp:14: later_ack is not written"));
}

otp_next messages_ask_handle_plain(struct messages_ask *self)
{
    (void)self;
    return otp_stop(otp_error("messages.otp:15: plain is not written"));
}

/* Stores a value: the text may hold * / and other marks. */
otp_next messages_ask_handle_put(struct messages_ask *self, otp_str key, otp_str value,
                                 otp_duration ttl)
{
    (void)self;
    (void)key;
    (void)value;
    (void)ttl;
    return otp_stop(otp_error("messages.otp:17: put is not written"));
}

otp_next messages_ask_handle_all_default(struct messages_ask *self, uint64_t a, otp_str b)
{
    (void)self;
    (void)a;
    (void)b;
    return otp_stop(otp_error("messages.otp:18: all_default is not written"));
}

otp_next messages_ask_handle_sweep(struct messages_ask *self)
{
    (void)self;
    return otp_stop(otp_error("messages.otp:19: sweep is not written"));
}

otp_next messages_ask_handle_remind(struct messages_ask *self, otp_pid who, otp_str text)
{
    (void)self;
    (void)who;
    (void)text;
    return otp_stop(otp_error("messages.otp:20: remind is not written"));
}

otp_next messages_ask_handle_continue_load(struct messages_ask *self)
{
    (void)self;
    return otp_stop(otp_error("messages.otp:21: load is not written"));
}

otp_next messages_ask_handle_continue_load_more(struct messages_ask *self, uint64_t from,
                                                const otp_str *names, size_t names_count)
{
    (void)self;
    (void)from;
    (void)names;
    (void)names_count;
    return otp_stop(otp_error("messages.otp:22: load_more is not written"));
}

otp_next messages_ask_handle_down(struct messages_ask *self, otp_monitor monitor, otp_pid pid,
                                  otp_reason reason)
{
    (void)self;
    (void)monitor;
    (void)pid;
    (void)reason;
    return otp_stop(otp_error("messages.otp:23: down is not written"));
}

otp_next messages_ask_handle_exit(struct messages_ask *self, otp_pid pid, otp_reason reason)
{
    (void)self;
    (void)pid;
    (void)reason;
    return otp_stop(otp_error("messages.otp:23: exit is not written"));
}

otp_next messages_ask_handle_idle(struct messages_ask *self)
{
    (void)self;
    return otp_stop(otp_error("messages.otp:23: idle is not written"));
}

void messages_ask_terminate(struct messages_ask *self, otp_reason reason)
{
    (void)self;
    (void)reason;
    otp_exit(otp_error("messages.otp:23: terminate is not written"));
}
