/* listener.c - hears what is said. */
#include "bench_pubsub_listener_impl.h"
#include "heard.h"

otp_next bench_pubsub_listener_init(struct bench_pubsub_listener *self,
                                    const struct bench_pubsub_listener_options *options)
{
    self->speaker = options->speaker;
    return bench_pubsub_events_subscribe(BENCH_PUBSUB_EVENTS, otp_cstr("news")) == OTP_OK
               ? otp_ok()
               : otp_stop(otp_error("no subscription"));
}

otp_next bench_pubsub_listener_handle_events(struct bench_pubsub_listener *self, otp_str topic,
                                             uint64_t message)
{
    (void)topic;
    if (message != ++self->heard)
        otp_exit(otp_error("a message is not in its place"));
    if (self->heard % HEARD_EVERY == 0)
        otp_cast(otp_to(self->speaker), &bench_heard, NULL);
    return otp_noreply();
}
