/* rate_limiter.c - counts what it allows. */
#include "service_rate_limiter_impl.h"

otp_next service_rate_limiter_init(struct service_rate_limiter *self,
                                   const struct service_rate_limiter_options *options)
{
    self->limit = options->limit;
    return otp_ok();
}

otp_next service_rate_limiter_handle_allow(struct service_rate_limiter *self, otp_from from)
{
    bool allowed = self->seen < self->limit;
    self->seen += allowed;
    return service_rate_limiter_allow_reply(from, allowed);
}
