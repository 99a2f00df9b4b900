/* status.h - how a call of the library went.
 *
 * Idea: two vocabularies. An otp_status says how a function went; an otp_reason (reason.h) says why
 * a process ended. Where a status is OTP_EXIT, otp_last_reason() has the reason.
 */
#ifndef OTP_STATUS_H
#define OTP_STATUS_H

#include <otp/version.h>

/* name, text */
#define OTP_STATUS_MAP(X)                                                                          \
    X(OK, "ok")                                                                                    \
    X(TIMEOUT, "no answer in time")                                                                \
    X(NOPROC, "no such process")                                                                   \
    X(EXIT, "the process ended before it answered")                                                \
    X(CALLING_SELF, "a process cannot wait for itself")                                            \
    X(BADARG, "bad argument")                                                                      \
    X(NOMEM, "out of memory")                                                                      \
    X(IGNORE, "init asked to be ignored")                                                          \
    X(ALREADY_STARTED, "that name belongs to a live process")                                      \
    X(WRONG_MODULE, "the process does not know this message")                                      \
    X(NOT_RUNNING, "the runtime is not running")                                                   \
    X(WRONG_THREAD, "not allowed from this thread")                                                \
    X(FORKED, "the runtime does not live on in a forked child")                                    \
    X(OVERLOAD, "the mailbox is full")                                                             \
    X(NOT_FOUND, "nothing of that name")                                                           \
    X(ALREADY_PRESENT, "a stopped child has that id")                                              \
    X(RUNNING, "it is running")                                                                    \
    X(RESTARTING, "the child is being restarted")                                                  \
    X(SYSTEM, "the operating system refused")                                                      \
    X(CALLBACK_FAILED, "the function given to it said no")                                         \
    X(NOT_STARTED, "that application does not run")                                                \
    X(MAX_CHILDREN, "there are as many children as allowed")                                       \
    X(STOPPED, "it was ended before it had a result")                                              \
    X(EXISTS, "there is one already")                                                              \
    X(NOT_OWNER, "only its owner may do that")                                                     \
    X(OUT_OF_RANGE, "the number does not fit")

typedef enum otp_status {
#define OTP_STATUS_ENUM(name, text) OTP_##name,
    OTP_STATUS_MAP(OTP_STATUS_ENUM)
#undef OTP_STATUS_ENUM
        OTP_STATUS_COUNT
} otp_status;

OTP_BEGIN_DECLS

/* The text of a status ("no answer in time"); static. Never NULL. Any thread. */
OTP_API const char *otp_status_text(otp_status status);

OTP_END_DECLS

#endif
