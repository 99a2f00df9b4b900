/* value.h - time, text and bytes as values.
 *
 * Idea: otp_str and otp_bytes are views: they own nothing and need no terminator. What owns its
 * bytes is struct otp_string and struct otp_blob (memory.h), other types on purpose: a view cannot
 * be stored in a state by mistake.
 */
#ifndef OTP_VALUE_H
#define OTP_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <otp/version.h>

/* A length of time in nanoseconds. */
typedef int64_t otp_duration;
/* A point in monotonic time, in nanoseconds; unrelated to the wall clock. */
typedef int64_t otp_instant;

#define OTP_NS           ((otp_duration)1)
#define OTP_US           (1000 * OTP_NS)
#define OTP_MS           (1000 * OTP_US)
#define OTP_S            (1000 * OTP_MS)
#define OTP_MIN          (60 * OTP_S)
#define OTP_HOUR         (60 * OTP_MIN)
#define OTP_DAY          (24 * OTP_HOUR)
/* No limit: a call waits for ever, a shutdown too. */
#define OTP_INFINITY     INT64_MAX
/* What a call waits unless told otherwise. */
#define OTP_CALL_TIMEOUT (5 * OTP_S)

/* Text: size bytes at data, UTF-8 by convention, not terminated. data may be NULL if size is 0. */
typedef struct otp_str {
    const char *data;
    size_t size;
} otp_str;

/* Bytes: size of them at data. data may be NULL if size is 0. */
typedef struct otp_bytes {
    const uint8_t *data;
    size_t size;
} otp_bytes;

/* A view of a C string; borrows it. */
static inline otp_str otp_cstr(const char *text)
{
    otp_str view;
    view.data = text;
    view.size = text == NULL ? 0 : strlen(text);
    return view;
}

static inline bool otp_str_equal(otp_str a, otp_str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool otp_bytes_equal(otp_bytes a, otp_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

OTP_BEGIN_DECLS

/* Monotonic time now, read afresh; of the manual clock where the runtime has one. Any thread. */
OTP_API otp_instant otp_now(void);
/* The same, but it may be late by up to slack, which makes it cheaper where slack is some
 * milliseconds. */
OTP_API otp_instant otp_now_within(otp_duration slack);
/* Whether otp_now() >= instant: as exact, and cheaper while instant is more than a millisecond
 * off. */
OTP_API bool otp_has_passed(otp_instant instant);
/* The time in after (>= 0) from now, or later by at most slack: cheaper if that is some
 * milliseconds. */
OTP_API otp_instant otp_deadline_within(otp_duration after, otp_duration slack);

OTP_END_DECLS

#endif
