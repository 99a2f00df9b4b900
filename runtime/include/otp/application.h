/* application.h - a tree with its configuration, run to its ordered end.
 *
 * Idea: what main does: read env from defaults, environment and options; start the runtime and
 * the root supervisor; wait for SIGTERM or SIGINT; stop in order. A program with a main of its
 * own calls otp_application_start and otp_application_stop instead.
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
};

OTP_BEGIN_DECLS

/* Runs it as a program: returns the exit code. 0: stopped in order, or --help or --version printed;
 * 1: the tree ended by itself, did not start or was killed; 2: a bad option ("--port=abc: not a
 * u16"). Options are --NAME=VALUE, --NAME VALUE, and --NAME for a bool; they win over environment
 * variables and those over defaults. SIGTERM and SIGINT stop the tree in order; a second one while
 * that goes on kills what is left, a third ends the program at once. The calling thread only, no
 * runtime running; threads that were made before should block both signals. */
OTP_API OTP_MUST_CHECK int otp_application_main(const struct otp_application *application, int argc,
                                                char **argv);

/* The same in steps, for a program with its own main: the runtime must run, settings come from
 * defaults and environment variables. *root is the root supervisor. EXIT: otp_last_reason().
 * BADARG: a setting is missing or wrong; text (may be NULL, text_size bytes) says which. Foreign
 * thread. */
OTP_API OTP_MUST_CHECK otp_status otp_application_start(const struct otp_application *application,
                                                        otp_pid *root, char *text,
                                                        size_t text_size);
/* Stops the tree in order and waits. TIMEOUT: it is still stopping. */
OTP_API OTP_MUST_CHECK otp_status otp_application_stop(otp_pid root, otp_duration timeout);

OTP_END_DECLS

#endif
