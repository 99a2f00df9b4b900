/* node.c - one process of the ring: hands a token on until it has made its hops. */
#include "bench.h"
#include "w4_node_impl.h"

static const struct otp_message_type done = { .name = "done", .message_class = OTP_CLASS_INFO };

otp_next w4_node_init(struct w4_node *self, const struct w4_node_options *options)
{
    self->driver = options->driver;
    return otp_ok();
}

otp_next w4_node_handle_connect(struct w4_node *self, otp_pid next)
{
    self->next = next;
    return otp_noreply();
}

otp_next w4_node_handle_token(struct w4_node *self, int64_t hops)
{
    if (hops == 0)
        otp_cast(otp_to(self->driver), &done, NULL);
    else
        w4_node_token(otp_to(self->next), hops - 1);
    return otp_noreply();
}
