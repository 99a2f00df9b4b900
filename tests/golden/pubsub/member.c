/* member.c - genserver member of package pubsub (pubsub.otp). */
#include "pubsub_member_impl.h"

otp_next pubsub_member_init(struct pubsub_member *self, const struct pubsub_member_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("pubsub.otp:12: init is not written"));
}

otp_next pubsub_member_handle_heard(struct pubsub_member *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("pubsub.otp:15: heard is not written"));
}

/* Somebody has spoken. */
otp_next pubsub_member_handle_said(struct pubsub_member *self, otp_str topic,
                                   const struct pubsub_line *message)
{
    (void)self;
    (void)topic;
    (void)message;
    return otp_stop(otp_error("pubsub.otp:17: said is not written"));
}

otp_next pubsub_member_handle_numbers(struct pubsub_member *self, otp_str topic,
                                      const uint64_t *message, size_t message_count)
{
    (void)self;
    (void)topic;
    (void)message;
    (void)message_count;
    return otp_stop(otp_error("pubsub.otp:18: numbers is not written"));
}

otp_next pubsub_member_handle_maybe(struct pubsub_member *self, otp_str topic,
                                    const otp_str *message)
{
    (void)self;
    (void)topic;
    (void)message;
    return otp_stop(otp_error("pubsub.otp:19: maybe is not written"));
}
