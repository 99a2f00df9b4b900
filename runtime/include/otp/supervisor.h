/* supervisor.h - supervisors with fixed children.
 *
 * Idea: OTP's supervisor, as a state machine that never parks: while one child starts or stops it
 * goes on answering. otpc writes constant tables; children added at run time are copied.
 */
#ifndef OTP_SUPERVISOR_H
#define OTP_SUPERVISOR_H

#include <otp/behaviour.h>

enum otp_strategy { OTP_ONE_FOR_ONE, OTP_ONE_FOR_ALL, OTP_REST_FOR_ONE };
enum otp_restart { OTP_PERMANENT, OTP_TRANSIENT, OTP_TEMPORARY };
enum otp_auto_shutdown { OTP_NEVER, OTP_ANY_SIGNIFICANT, OTP_ALL_SIGNIFICANT };

/* shutdown of a child: a duration, OTP_INFINITY, or this. */
#define OTP_BRUTAL_KILL ((otp_duration)-1)
/* Take the default: 5 s for a worker, OTP_INFINITY for a supervisor. */
#define OTP_SHUTDOWN_DEFAULT ((otp_duration)-2)

#define OTP_MAX_RESTARTS 3
#define OTP_MAX_RESTARTS_PERIOD (5 * OTP_S)

/* One child. Borrowed for ever by a static table, copied by start_child (also options). */
struct otp_child {
    const char *id;
    const struct otp_module *module;
    const char *name;      /* registered name; NULL: none */
    const void *options;   /* as module->options describes; NULL if it takes none */
    otp_duration shutdown;
    uint8_t restart;       /* enum otp_restart */
    uint8_t significant;   /* bool */
};

/* A supervisor module; constant, written by otpc. */
struct otp_supervisor {
    struct otp_module module; /* first */
    uint32_t strategy;        /* enum otp_strategy */
    uint32_t max_restarts;
    otp_duration period;
    uint32_t auto_shutdown;   /* enum otp_auto_shutdown */
    uint32_t n_children;
    const struct otp_child *children;
};

enum otp_child_state { OTP_CHILD_RUNNING, OTP_CHILD_STARTING, OTP_CHILD_STOPPED, OTP_CHILD_RESTARTING };

struct otp_child_info {
    otp_str id;
    otp_pid pid; /* none unless running */
    uint32_t state; /* enum otp_child_state */
    bool is_supervisor;
};

struct otp_child_counts {
    uint64_t specs, active, supervisors, workers;
};

OTP_BEGIN_DECLS

/* Starts one: struct otp_module's start; options must be NULL. EXIT with reason
 * {shutdown, failed to start child}: a child did not start, those before it were stopped again. */
OTP_API OTP_MUST_CHECK otp_status otp_supervisor_start(const struct otp_module *module,
                                                       const struct otp_start *how,
                                                       const void *options, otp_pid *pid);

/* Children, last started first (as OTP's which_children). Writes at most max of them (ids live in
 * scratch memory or, in a foreign thread, as long as the supervisor), *count says how many there
 * are. TIMEOUT, NOPROC, EXIT, WRONG_MODULE: not a supervisor. Any thread. */
OTP_API OTP_MUST_CHECK otp_status otp_which_children(otp_dest supervisor,
                                                     struct otp_child_info *children, size_t max,
                                                     size_t *count);
OTP_API OTP_MUST_CHECK otp_status otp_count_children(otp_dest supervisor,
                                                     struct otp_child_counts *counts);
/* Adds a child at the end and starts it. ALREADY_STARTED (*pid: the running one), ALREADY_PRESENT,
 * EXIT: its start failed (otp_last_reason), it is not kept. IGNORE: kept, not running. */
OTP_API OTP_MUST_CHECK otp_status otp_start_child(otp_dest supervisor, const struct otp_child *child,
                                                  otp_pid *pid);
/* Stops it by its shutdown rule; its spec stays (not a temporary one's). NOT_FOUND. */
OTP_API OTP_MUST_CHECK otp_status otp_terminate_child(otp_dest supervisor, const char *id);
/* Starts a stopped one again. RUNNING, RESTARTING, NOT_FOUND, EXIT. */
OTP_API OTP_MUST_CHECK otp_status otp_restart_child(otp_dest supervisor, const char *id,
                                                    otp_pid *pid);
/* Forgets a stopped one. RUNNING, RESTARTING, NOT_FOUND. */
OTP_API OTP_MUST_CHECK otp_status otp_delete_child(otp_dest supervisor, const char *id);

OTP_END_DECLS

#endif
