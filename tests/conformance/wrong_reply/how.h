/* how.h - what the clerk is to do with a call.
 *
 * Idea: the test and the clerk, which must not see each other's headers, share these. */
#ifndef OTP_TESTS_HOW_H
#define OTP_TESTS_HOW_H

#include <otp/message.h>

/* An answer of another call, and then the right reply; a reply of another call; none for now. */
enum how {
    ANSWER_TEXT,
    ANSWER_DONE,
    ANSWER_WIDE,
    REPLY_TEXT,
    REPLY_DONE,
    REPLY_WIDE,
    REPLY_SMALL, /* of a call with the same type of reply */
    REPLY_LATE,
    KEEP
};

extern otp_from kept_from; /* owner: the clerk, until who asked it goes on */

otp_status answer_wrongly(uint64_t how, otp_from from);
otp_status answer_rightly(void);

#endif
