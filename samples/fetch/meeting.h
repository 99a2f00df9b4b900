/* meeting.h - requests that are answered together. */
#ifndef FETCH_MEETING_H
#define FETCH_MEETING_H

#include <otp/otp.h>

#define FETCH_MEETING_MAX 16

struct fetch_meeting {
    otp_from waiting[FETCH_MEETING_MAX];
    size_t count;
};

#endif
