/* heard.h - what a listener tells the speaker. */
#ifndef HEARD_H
#define HEARD_H

#include <otp/otp.h>

enum { HEARD_EVERY = 10 }; /* after so many messages each */

extern const struct otp_message_type bench_heard; /* nothing more */

#endif
