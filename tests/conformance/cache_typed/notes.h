/* notes.h - how the callbacks of the caches tell the test what they have heard.
 *
 * Idea: the test keeps the journal; they have a number each. */
#ifndef OTP_TESTS_CACHE_TYPED_NOTES_H
#define OTP_TESTS_CACHE_TYPED_NOTES_H

#include <otp/value.h>

void note_entry(const char *what, otp_str key, int value);

#endif
