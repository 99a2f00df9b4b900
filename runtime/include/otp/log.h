/* log.h - what the runtime has to say.
 *
 * Idea: one event per abnormal exit, restart, loss or misuse, as a struct to a hook. Without a hook
 * each is one line of key=value pairs on standard error.
 */
#ifndef OTP_LOG_H
#define OTP_LOG_H

#include <otp/pid.h>
#include <otp/reason.h>
#include <otp/value.h>

enum otp_log_level { OTP_LOG_DEBUG, OTP_LOG_INFO, OTP_LOG_WARNING, OTP_LOG_ERROR };

enum otp_log_event_kind {
    OTP_LOG_EXIT,          /* a process ended abnormally */
    OTP_LOG_CHILD_EXIT,    /* a supervisor saw a child end abnormally */
    OTP_LOG_RESTART,       /* a supervisor has started a child again */
    OTP_LOG_START_FAILED,  /* a child's start failed */
    OTP_LOG_GIVE_UP,       /* a supervisor has spent max_restarts */
    OTP_LOG_SHUTDOWN_KILL, /* a child did not stop in time and was killed */
    OTP_LOG_UNEXPECTED,    /* a message that nobody handles was dropped */
    OTP_LOG_LOST,          /* messages are being lost: said once per cause */
    OTP_LOG_APPLICATION,   /* an application started, stops, has stopped */
    OTP_LOG_TRACE,         /* an event of otp_sys_trace */
    OTP_LOG_STUCK,         /* a handler holds a thread for long; said now and then */
    OTP_LOG_MISUSE         /* a function was used wrongly; if that is to be said, see runtime.h */
};

struct otp_log_event {
    uint32_t level;     /* enum otp_log_level */
    uint32_t kind;      /* enum otp_log_event_kind */
    otp_pid pid;        /* who says it */
    const char *name;   /* its registered name; NULL if none */
    const char *module; /* its module, "myapp.cache"; NULL if none */
    const char *source; /* "myapp.otp:22"; NULL if none */
    const char *child;  /* the child's id; NULL if none */
    otp_pid child_pid;
    const char *message;      /* the last message's name; NULL if none */
    const char *arguments;    /* of that; NULL if none, as for the next three */
    otp_pid client;           /* who asked it */
    const otp_reason *reason; /* why */
    const char *state;        /* of a genserver */
    const char *recent;       /* what otp_sys_log kept, a line each */
    const char *text;         /* a short sentence */
    const char *thread;       /* that is no process, "name 1234"; NULL if none or not told */
};

/* Called from any thread, perhaps several at once; must not call the runtime and should be quick.
 * The event is borrowed. */
typedef void (*otp_log_hook)(void *context, const struct otp_log_event *event);

OTP_BEGIN_DECLS

/* Sends an event through the hook of the running runtime. Any thread. */
OTP_API void otp_log(const struct otp_log_event *event);
/* Writes the event as one line with its newline, terminated, cut to out_size; returns its
 * length. */
OTP_API size_t otp_log_format(const struct otp_log_event *event, char *out, size_t out_size);

OTP_END_DECLS

#endif
