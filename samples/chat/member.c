/* member.c - one who talks in rooms.
 *
 * Idea: a room is a topic of the pubsub. To join is to subscribe, to speak is to broadcast to all
 * but oneself; what is heard is one copy for everybody, so what shall last is copied.
 */
#include "chat_member_impl.h"

otp_next chat_member_init(struct chat_member *self, const struct chat_member_options *options)
{
    otp_must(otp_string_set(&self->who, options->who));
    return otp_ok();
}

otp_next chat_member_handle_join(struct chat_member *self, otp_from from, otp_str room)
{
    (void)self;
    otp_must(chat_rooms_subscribe(CHAT_ROOMS, room));
    return chat_member_join_reply(from);
}

otp_next chat_member_handle_leave(struct chat_member *self, otp_from from, otp_str room)
{
    (void)self;
    otp_must(chat_rooms_unsubscribe(CHAT_ROOMS, room));
    return chat_member_leave_reply(from);
}

otp_next chat_member_handle_say(struct chat_member *self, otp_from from, otp_str room, otp_str text)
{
    struct chat_line line = { otp_string_view(&self->who), text };
    otp_must(chat_rooms_broadcast_from(CHAT_ROOMS, otp_self(), room, &line));
    return chat_member_say_reply(from);
}

otp_next chat_member_handle_rooms(struct chat_member *self, otp_str topic,
                                  const struct chat_line *message)
{
    self->heard++;
    otp_must(otp_string_set(&self->room, topic));
    otp_must(chat_line_set(&self->last, message));
    return otp_noreply();
}

otp_next chat_member_handle_last(struct chat_member *self, otp_from from)
{
    struct chat_line line = chat_line_view(&self->last);
    if (self->heard == 0)
        return chat_member_last_reply_nothing(from);
    return chat_member_last_reply_heard(from, self->heard, otp_string_view(&self->room), line.who,
                                        line.text);
}

otp_next chat_member_handle_stumble(struct chat_member *self)
{
    (void)self;
    otp_exit(otp_error("stumbled"));
}
