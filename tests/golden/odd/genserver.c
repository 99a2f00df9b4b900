/* genserver.c - genserver genserver of package odd (odd.otp). */
#include "odd_genserver_impl.h"

otp_next odd_genserver_init(struct odd_genserver *self, const struct odd_genserver_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("odd.otp:9: init is not written"));
}

otp_next odd_genserver_handle_call(struct odd_genserver *self_, otp_from from_, uint64_t self,
                                   otp_str from, otp_pid to)
{
    (void)self_;
    (void)from_;
    (void)self;
    (void)from;
    (void)to;
    return otp_stop(otp_error("odd.otp:13: call is not written"));
}

otp_next odd_genserver_handle_get(struct odd_genserver *self, otp_from from,
                                  const struct odd_state *options, otp_str reply, uint64_t args,
                                  otp_pid dest, uint64_t timeout, otp_bytes key)
{
    (void)self;
    (void)from;
    (void)options;
    (void)reply;
    (void)args;
    (void)dest;
    (void)timeout;
    (void)key;
    return otp_stop(otp_error("odd.otp:14: get is not written"));
}

otp_next odd_genserver_handle_with_value(struct odd_genserver *self, otp_from from, otp_str value,
                                         uint64_t count)
{
    (void)self;
    (void)from;
    (void)value;
    (void)count;
    return otp_stop(otp_error("odd.otp:16: with_value is not written"));
}

otp_next odd_genserver_handle_cast(struct odd_genserver *self, otp_pid from, const otp_str *visit,
                                   size_t visit_count, bool predicate, uint64_t context,
                                   const uint64_t *value)
{
    (void)self;
    (void)from;
    (void)visit;
    (void)visit_count;
    (void)predicate;
    (void)context;
    (void)value;
    return otp_stop(otp_error("odd.otp:17: cast is not written"));
}

otp_next odd_genserver_handle_info(struct odd_genserver *self, otp_duration delay, otp_str data)
{
    (void)self;
    (void)delay;
    (void)data;
    return otp_stop(otp_error("odd.otp:18: info is not written"));
}

otp_next odd_genserver_handle_continue_continue(struct odd_genserver *self_, uint64_t self,
                                                uint64_t from)
{
    (void)self_;
    (void)self;
    (void)from;
    return otp_stop(otp_error("odd.otp:19: continue is not written"));
}

otp_next odd_genserver_handle_idle(struct odd_genserver *self)
{
    (void)self;
    return otp_stop(otp_error("odd.otp:20: idle is not written"));
}
