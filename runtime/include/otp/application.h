/* application.h - trees with their configuration, run to their ordered end.
 *
 * Idea: what main does: read env from defaults, environment and options; start the runtime, the
 * applications that this one uses, and its root supervisor; wait for SIGTERM or SIGINT; stop all in
 * reverse order. A program with a main of its own does it in two calls, otp_application_boot and
 * otp_application_halt, or starts and stops single applications.
 */
#ifndef OTP_APPLICATION_H
#define OTP_APPLICATION_H

#include <otp/runtime.h>
#include <otp/supervisor.h>

enum otp_env_kind {
    OTP_ENV_BOOL,
    OTP_ENV_I8,
    OTP_ENV_I16,
    OTP_ENV_I32,
    OTP_ENV_I64,
    OTP_ENV_U8,
    OTP_ENV_U16,
    OTP_ENV_U32,
    OTP_ENV_U64,
    OTP_ENV_F64,
    OTP_ENV_STRING,
    OTP_ENV_DURATION,
    OTP_ENV_ENUM
};

/* One setting; constant, written by otpc. */
struct otp_env_entry {
    const char *name;               /* "db": --db=... */
    const char *variable;           /* environment variable; NULL: none */
    const char *fallback;           /* the default as text; NULL: must be given */
    const char *help;               /* the /// text; NULL: none */
    uint32_t kind;                  /* enum otp_env_kind */
    uint32_t offset;                /* in the struct that env points to */
    const char *const *enumerators; /* ENUM: names in order, NULL at the end; a 32-bit field */
};

/* What the end of the root supervisor by itself means. Being stopped never means any of it. */
enum otp_application_type {
    OTP_APPLICATION_PERMANENT, /* all other applications are stopped, too */
    OTP_APPLICATION_TRANSIENT, /* the same, unless it ended with reason normal */
    OTP_APPLICATION_TEMPORARY  /* it is reported, no more */
};

/* The most applications that one can use, directly or not, itself included. */
#define OTP_APPLICATIONS_MAX 64

/* An application; constant, written by otpc. */
struct otp_application {
    const char *name;
    const char *source;
    const struct otp_supervisor *root;
    const char *root_name; /* its registered name */
    const struct otp_env_entry *entries;
    uint32_t n_entries;
    void *env;               /* where the typed settings go: written before anything starts;
                              * strings point into the arguments and the environment */
    void (*configure)(void); /* then fills in child options that use them; NULL: none do */
    const struct otp_application *const *uses; /* what must run before it, and so stops after it */
    uint32_t n_uses;
    uint32_t type; /* enum otp_application_type */
    /* Called before its tree is stopped, and when it has ended, however it did: each in a process
     * of its own, which may call servers. NULL: nothing is to be done. */
    void (*prep_stop)(void);
    void (*stop)(void);
    otp_duration stop_within; /* as a program: how long an ordered stop may take; 0: no limit */
};

OTP_BEGIN_DECLS

/* Runs it and what it uses as a program: returns the exit code. 0: stopped in order, or --help or
 * --version printed; 1: an application ended by itself and that matters, did not start or was
 * killed; 2: a bad option ("--port=abc: not a u16"). Options are --NAME=VALUE, --NAME VALUE, and
 * --NAME for a bool, of an application that it uses --APPLICATION.NAME; they win over environment
 * variables and those over defaults. SIGTERM and SIGINT stop all in order; a second one while that
 * goes on, or the end of stop_within, kills what is left, which is logged, a third ends the program
 * at once. If the environment variable NOTIFY_SOCKET is set, a service manager is told READY=1 when
 * all run, and STOPPING=1. The calling thread only, no runtime running; threads that were made
 * before should block both signals. */
OTP_API OTP_MUST_CHECK int otp_application_main(const struct otp_application *application, int argc,
                                                char **argv);

/* -- for a program with its own main -- */

/* Starts the runtime, unless it runs, and the application with all that it uses. argv[1] to
 * argv[argc - 1] are options as above (but for --help and --version, which are bad ones here);
 * argc 0: there are none. Statuses as of otp_application_ensure_all_started and otp_runtime_start;
 * on failure a runtime that this call has started is stopped; text says why. Foreign thread. */
OTP_API OTP_MUST_CHECK otp_status otp_application_boot(const struct otp_application *application,
                                                       int argc, char **argv, char *text,
                                                       size_t text_size);
/* Stops all applications in reverse order of start, and the runtime, which kills those that have
 * not stopped within timeout: TIMEOUT then, and they are named in the log. Foreign thread. */
OTP_API OTP_MUST_CHECK otp_status otp_application_halt(otp_duration timeout);

/* -- single applications; the runtime runs; any thread -- */

/* Starts one: settings come from defaults and environment variables. root may be NULL; *root is the
 * root supervisor. ALREADY_STARTED. NOT_STARTED: one that it uses does not run. EXIT: its root did
 * not start, otp_last_reason(). STOPPED: all are to stop meanwhile. BADARG: a setting is missing or
 * wrong. NOT_RUNNING; NOMEM. text (may be NULL, text_size bytes) then says which, or what, and is
 * empty on OK. */
OTP_API OTP_MUST_CHECK otp_status otp_application_start(const struct otp_application *application,
                                                        otp_pid *root, char *text,
                                                        size_t text_size);
/* Starts it and all that it uses and that does not run yet, in order. OK also if it runs. On
 * failure, statuses as above, what this call has started is stopped again; text begins with the
 * name of the application that did not start. */
OTP_API OTP_MUST_CHECK otp_status otp_application_ensure_all_started(
    const struct otp_application *application, char *text, size_t text_size);
/* Stops one in order: prep_stop, its tree, stop. Those that use it go on. NOT_STARTED. TIMEOUT: it
 * is still stopping. */
OTP_API OTP_MUST_CHECK otp_status otp_application_stop(const struct otp_application *application,
                                                       otp_duration timeout);
/* Stops all, one after the other, the last started first. TIMEOUT. */
OTP_API OTP_MUST_CHECK otp_status otp_application_stop_all(otp_duration timeout);
/* Those that run, in order of start: writes at most room of them; *n says how many there are. */
OTP_API OTP_MUST_CHECK otp_status otp_application_which(const struct otp_application **applications,
                                                        size_t room, size_t *n);
/* Waits until none runs. EXIT: because one ended by itself and its type takes the others along;
 * otp_last_reason(): why. TIMEOUT: one runs. */
OTP_API OTP_MUST_CHECK otp_status otp_application_wait(otp_duration timeout);

OTP_END_DECLS

#endif
