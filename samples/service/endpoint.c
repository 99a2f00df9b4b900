/* endpoint.c - what the world talks to; here the world is show.c. */
#include "service_endpoint_impl.h"

#include <stdio.h>

otp_next service_endpoint_init(struct service_endpoint *self,
                               const struct service_endpoint_options *options)
{
    self->port = options->port;
    printf("endpoint listens on %d\n", (int)self->port);
    return otp_ok();
}

otp_next service_endpoint_handle_port(struct service_endpoint *self, otp_from from)
{
    return service_endpoint_port_reply(from, self->port);
}

otp_next service_endpoint_handle_sign_up(struct service_endpoint *self, otp_from from,
                                         otp_str email)
{
    bool allowed;
    uint64_t id;
    (void)self;
    otp_must(service_rate_limiter_allow(SERVICE_RATE_LIMITER, &allowed));
    if (!allowed)
        return service_endpoint_sign_up_reply_too_many(from);
    otp_must(store_repo_add_user(STORE_REPO, email, &id));
    service_events_broadcast(SERVICE_EVENTS, otp_cstr("users"), email);
    return service_endpoint_sign_up_reply_welcome(from, id);
}

void service_endpoint_terminate(struct service_endpoint *self, otp_reason reason)
{
    (void)self, (void)reason;
    puts("endpoint closes");
}
