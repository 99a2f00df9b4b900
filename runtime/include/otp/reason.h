/* reason.h - why a process ended.
 *
 * Idea: a reason is one value of 64 bytes that owns nothing: it is copied into messages and logs
 * without allocation and can be kept for ever. Text that does not fit is cut at a character's end.
 */
#ifndef OTP_REASON_H
#define OTP_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <otp/version.h>

enum otp_reason_kind {
    OTP_REASON_NORMAL,       /* done */
    OTP_REASON_SHUTDOWN,     /* asked to end; with text: {shutdown, text} */
    OTP_REASON_KILL,         /* the untrappable signal, as sent */
    OTP_REASON_KILLED,       /* what the others see after a kill */
    OTP_REASON_NOPROC,       /* there was no such process */
    OTP_REASON_TIMEOUT,      /* an answer or an init did not come in time */
    OTP_REASON_CALLING_SELF, /* it waited for itself */
    OTP_REASON_BAD_RETURN,   /* a callback returned a shape that it may not return */
    OTP_REASON_NOMEM,        /* out of memory */
    OTP_REASON_FAILED_START, /* a supervisor: child `text` failed to start (code: its kind) */
    OTP_REASON_STATUS,       /* otp_must: code is the otp_status */
    OTP_REASON_WRONG_MODULE, /* it does not know this message */
    OTP_REASON_ERROR         /* the user's own: text and code */
};

#define OTP_REASON_TEXT_MAX 48

typedef struct otp_reason {
    uint32_t kind; /* enum otp_reason_kind */
    uint32_t size; /* bytes of text, at most OTP_REASON_TEXT_MAX */
    int64_t code;  /* the user's number, 0 if none */
    char text[OTP_REASON_TEXT_MAX];
} otp_reason;

OTP_BEGIN_DECLS

/* All of these: any thread, no allocation, cannot fail. Text is copied; NULL is no text. */
OTP_API otp_reason otp_normal(void);
OTP_API otp_reason otp_shutdown(void);
OTP_API otp_reason otp_shutdown_with(const char *text);
OTP_API otp_reason otp_kill(void);
/* The user's own reason: a name, and a name with a number. */
OTP_API otp_reason otp_error(const char *text);
OTP_API otp_reason otp_error_code(const char *text, int64_t code);
/* A reason of any kind. */
OTP_API otp_reason otp_reason_make(enum otp_reason_kind kind, const char *text, int64_t code);

OTP_API bool otp_reason_equal(otp_reason a, otp_reason b);
/* normal, shutdown or {shutdown, x}: nothing is logged, a transient child is not restarted. */
OTP_API bool otp_reason_is_clean(otp_reason reason);
/* Writes "normal", "{shutdown, x}", "boom", "boom (7)", ... terminated into out (out_size >= 1);
 * cuts what does not fit. Returns out. 128 bytes hold every reason. */
OTP_API const char *otp_reason_format(otp_reason reason, char *out, size_t out_size);

OTP_END_DECLS

#endif
