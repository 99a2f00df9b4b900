/* pubsub.h - messages to whoever has subscribed to a topic.
 *
 * Idea: a pubsub is a duplicate registry whose keys are topics, and one type of message. Whoever
 * subscribes gets what is broadcast on its topic as a message OTP_MESSAGE_EVENT; a genserver has a
 * handler for it (`on` in its spec). However many subscribe, there is one copy of what is said,
 * which all of them read. As with a registry, subscriptions go with their process, and a process
 * with subscriptions goes with the pubsub.
 * Generated code gives these functions types and names like myapp_events_broadcast.
 * Threads: any, unless said. Statuses of all: those of registry.h.
 */
#ifndef OTP_PUBSUB_H
#define OTP_PUBSUB_H

#include <otp/registry.h>

/* A pubsub module; constant, written by otpc. */
struct otp_pubsub {
    struct otp_module module;   /* first: a struct otp_module * to it is one to this */
    struct otp_registry topics; /* duplicate, keys are text, no values; its module is not used */
    /* Its args begin with the topic, an otp_str. Its class is OTP_CLASS_EVENT. */
    const struct otp_message_type *event;
};

OTP_BEGIN_DECLS

/* Starts one: struct otp_module's start. */
OTP_API OTP_MUST_CHECK otp_status otp_pubsub_start(const struct otp_module *module,
                                                   const struct otp_start *how, const void *options,
                                                   otp_pid *pid);

/* From now on the calling process gets what is broadcast on topic; twice, if it subscribes twice.
 * BADARG: the topic is too long. NOMEM, WRONG_THREAD. */
OTP_API OTP_MUST_CHECK otp_status otp_pubsub_subscribe(otp_dest pubsub,
                                                       const struct otp_pubsub *type,
                                                       otp_str topic);
/* Ends all its subscriptions to topic; OK also if it has none. What is in its mailbox, or was being
 * broadcast, still comes. WRONG_THREAD. */
OTP_API otp_status otp_pubsub_unsubscribe(otp_dest pubsub, const struct otp_pubsub *type,
                                          otp_str topic);

/* Tells all who have subscribed to the topic that event (type->event->args) begins with, but for
 * except (no pid: nobody is left out). Borrows event. OK also if there is nobody. What one process
 * broadcasts arrives in that order. Full mailboxes: see otp_publish. NOMEM: some or all have not
 * got it. */
OTP_API otp_status otp_pubsub_broadcast(otp_dest pubsub, const struct otp_pubsub *type,
                                        otp_pid except, const void *event);

/* How many subscriptions a topic has. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_pubsub_count(otp_dest pubsub, const struct otp_pubsub *type,
                                                   otp_str topic, size_t *n);

OTP_END_DECLS

#endif
