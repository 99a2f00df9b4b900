/* sys.h - looking into a running genserver, and holding it up.
 *
 * Idea: OTP's module sys. Each function asks a server by a message in its mailbox, so what it sees
 * is the state between two messages, and waits for the answer as a call does. Caller and server
 * share memory but never at once: a function of the caller's runs in the server.
 */
#ifndef OTP_SYS_H
#define OTP_SYS_H

#include <otp/genserver.h>

/* Whatever is asked below: timeouts as for a call (OTP_CALL_TIMEOUT is the usual one), also from a
 * foreign thread; TIMEOUT: the request is still carried out. NOPROC, CALLING_SELF, EXIT (it ended:
 * otp_last_reason()), NOMEM, NOT_RUNNING, FORKED; BADARG: a negative timeout. WRONG_MODULE: it is
 * no genserver; supervisors answer otp_sys_get_status only. */

/* What a server does now. */
struct otp_sys_status {
    otp_pid pid;
    otp_pid parent;     /* no pid: it was started without a link */
    const char *module; /* "myapp.cache" */
    const char *source; /* "myapp.otp:12" */
    bool suspended;
};

/* Since they were switched on. */
struct otp_sys_statistics {
    otp_instant start_time;
    otp_instant current_time;
    uint64_t messages_in;  /* everything that it handled but requests of this header */
    uint64_t messages_out; /* replies that its handlers returned */
    uint64_t reductions;   /* handlers that ran, those of continues included */
};

enum otp_sys_event_kind {
    OTP_SYS_IN,   /* a message has come */
    OTP_SYS_OUT,  /* a reply goes out */
    OTP_SYS_STATE /* a message is done with; text is the new state */
};

/* What a trace tells. */
struct otp_sys_event {
    uint32_t kind; /* enum otp_sys_event_kind */
    otp_pid pid;   /* the server */
    const char *module;
    const char *type;    /* "call", "cast", "info", "continue", "down", "exit", "idle" */
    const char *message; /* its name; NULL of the last three */
    otp_pid client;      /* IN, OUT: who sent it, who gets it; no pid: not a process */
    const char *text;    /* arguments, reply or state, through format_status; "" if none */
};

/* Runs in the server, which waits meanwhile; must not call it. The event is borrowed. */
typedef void (*otp_sys_hook)(void *context, const struct otp_sys_event *event);

/* Between two messages of the server, in its process: it may call whatever a handler may. context
 * is a copy of the caller's, which gets it back with the answer, so a request that timed out refers
 * to nothing of the caller's frame; what context points to must outlive that. */
typedef void (*otp_sys_inspect_function)(const void *state, void *context);
/* False: no; the caller gets CALLBACK_FAILED. The state is changed in place: what was changed
 * before stays so. */
typedef bool (*otp_sys_replace_function)(void *state, void *context);

OTP_BEGIN_DECLS

/* The state as text, {name: value, ...}, all of it: format_status is not asked. out is terminated,
 * cut to out_size (>= 1). */
OTP_API OTP_MUST_CHECK otp_status otp_sys_get_state(otp_dest dest, char *out, size_t out_size,
                                                    otp_duration timeout);
/* Has a function look at the state of a server of that module, or change it. context has size
 * bytes; NULL and 0 for none. WRONG_MODULE: it is another module's. */
OTP_API OTP_MUST_CHECK otp_status otp_sys_inspect_state(otp_dest dest,
                                                        const struct otp_genserver *module,
                                                        otp_sys_inspect_function inspect,
                                                        void *context, size_t size,
                                                        otp_duration timeout);
OTP_API OTP_MUST_CHECK otp_status otp_sys_replace_state(otp_dest dest,
                                                        const struct otp_genserver *module,
                                                        otp_sys_replace_function replace,
                                                        void *context, size_t size,
                                                        otp_duration timeout);

/* From now on it handles these requests, a stop, and the EXIT of its parent if it traps; all else
 * waits, in order. Its idle timeout does not run. Suspending twice is once. */
OTP_API OTP_MUST_CHECK otp_status otp_sys_suspend(otp_dest dest, otp_duration timeout);
OTP_API OTP_MUST_CHECK otp_status otp_sys_resume(otp_dest dest, otp_duration timeout);

/* *status, and the state through format_status into out as above (out may be NULL if out_size
 * is 0). */
OTP_API OTP_MUST_CHECK otp_status otp_sys_get_status(otp_dest dest, struct otp_sys_status *status,
                                                     char *out, size_t out_size,
                                                     otp_duration timeout);

/* Begins to count, from 0, or ends it. */
OTP_API OTP_MUST_CHECK otp_status otp_sys_set_statistics(otp_dest dest, bool on,
                                                         otp_duration timeout);
/* NOT_FOUND: it does not count. */
OTP_API OTP_MUST_CHECK otp_status otp_sys_get_statistics(otp_dest dest,
                                                         struct otp_sys_statistics *statistics,
                                                         otp_duration timeout);

/* Tells hook of each event from now on; context is borrowed until this is asked with on false, or
 * the server has ended. hook NULL: each is a line through otp_log. */
OTP_API OTP_MUST_CHECK otp_status otp_sys_trace(otp_dest dest, bool on, otp_sys_hook hook,
                                                void *context, otp_duration timeout);

/* Keeps the last n events as lines (0: none any more; at most OTP_SYS_LOG_MAX, else BADARG); if it
 * crashes they are logged with it. */
#define OTP_SYS_LOG_MAX 1000
OTP_API OTP_MUST_CHECK otp_status otp_sys_log(otp_dest dest, size_t n, otp_duration timeout);
/* Those lines, the oldest first, each with its newline. NOT_FOUND: it keeps none. */
OTP_API OTP_MUST_CHECK otp_status otp_sys_get_log(otp_dest dest, char *out, size_t out_size,
                                                  otp_duration timeout);

/* -- format_status: what others may see -- */

#define OTP_FORMAT_NAMES_MAX 16

enum otp_format_purpose {
    OTP_FORMAT_STATUS, /* otp_sys_get_status */
    OTP_FORMAT_TRACE,  /* events of otp_sys_trace and otp_sys_log */
    OTP_FORMAT_CRASH   /* the log of an abnormal end */
};

/* What is about to be shown of a server: given to its format_status, which runs each time before
 * anything of it is shown. It must not wait. If it ends the process, nothing is shown. */
struct otp_format {
    uint32_t purpose;  /* enum otp_format_purpose */
    otp_reason reason; /* CRASH: why it ended. What is put here is shown in its place */
    const char *names_[OTP_FORMAT_NAMES_MAX];
    size_t n_names_;
    bool all_;
    const char *state_;
};

/* Shows *** for every field, argument and alternative's value of that name, at any depth. name must
 * live as long as the state. More than OTP_FORMAT_NAMES_MAX names: nothing is shown. */
OTP_API void otp_format_hide(struct otp_format *format, const char *name);
/* Shows neither state nor arguments nor replies. */
OTP_API void otp_format_hide_all(struct otp_format *format);
/* Shows text in place of the state: a literal, or what lives in the state or in otp_scratch. */
OTP_API void otp_format_state(struct otp_format *format, const char *text);

OTP_END_DECLS

#endif
