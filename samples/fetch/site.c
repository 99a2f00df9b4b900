/* site.c - genserver site of package fetch. */
#include "fetch_site_impl.h"

otp_next fetch_site_init(struct fetch_site *self, const struct fetch_site_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next fetch_site_handle_answered(struct fetch_site *self, otp_from from)
{
    return fetch_site_answered_reply(from, self->answered);
}

otp_next fetch_site_handle_meet(struct fetch_site *self, otp_from from, uint64_t n)
{
    struct fetch_meeting *meeting = &self->meeting;

    meeting->waiting[meeting->count++] = from;
    if (meeting->count < n && meeting->count < FETCH_MEETING_MAX)
        return otp_noreply();
    while (meeting->count > 0)
        fetch_site_meet_answer(meeting->waiting[--meeting->count]);
    return otp_noreply();
}

otp_next fetch_site_handle_done(struct fetch_site *self)
{
    self->answered++;
    return otp_noreply();
}
