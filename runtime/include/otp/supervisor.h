/* supervisor.h - supervisors with fixed children, and with children that come and go.
 *
 * Idea: OTP's supervisors, as state machines that never park: while a child starts or stops they go
 * on answering. otpc writes constant tables; children added at run time are copied.
 */
#ifndef OTP_SUPERVISOR_H
#define OTP_SUPERVISOR_H

#include <otp/behaviour.h>

enum otp_strategy { OTP_ONE_FOR_ONE, OTP_ONE_FOR_ALL, OTP_REST_FOR_ONE };
enum otp_restart { OTP_PERMANENT, OTP_TRANSIENT, OTP_TEMPORARY };
enum otp_auto_shutdown { OTP_NEVER, OTP_ANY_SIGNIFICANT, OTP_ALL_SIGNIFICANT };

/* shutdown of a child: a duration, OTP_INFINITY, or this. */
#define OTP_BRUTAL_KILL      ((otp_duration)-1)
/* Take the default: 5 s for a worker, OTP_INFINITY for a supervisor. */
#define OTP_SHUTDOWN_DEFAULT ((otp_duration)-2)

#define OTP_MAX_RESTARTS        3
#define OTP_MAX_RESTARTS_PERIOD (5 * OTP_S)

/* No limit of children. */
#define OTP_UNLIMITED UINT64_MAX

/* The most bytes of an id: as many as C tells apart in a name. */
#define OTP_CHILD_ID_MAX 63

/* One child. Borrowed for ever by a static table, copied by start_child (also options). */
struct otp_child {
    const char *id; /* unique in its supervisor; 1 to OTP_CHILD_ID_MAX bytes. A dynamic supervisor
                     * takes no notice of it: may be NULL */
    const struct otp_module *module;
    const char *name;    /* registered name; NULL: none */
    const void *options; /* as module->options describes; NULL if it takes none */
    otp_duration shutdown;
    uint8_t restart;     /* enum otp_restart */
    uint8_t significant; /* bool: its end may end the supervisor, see auto_shutdown */
    /* How long its restart is put off: backoff_min, then each time twice as long up to backoff_max,
     * and backoff_min again once it has run for backoff_max. Both 0: it is restarted at once. */
    otp_duration backoff_min, backoff_max;
};

/* A supervisor module; constant, written by otpc. */
struct otp_supervisor {
    struct otp_module module; /* first */
    uint32_t strategy;        /* enum otp_strategy */
    uint32_t max_restarts;
    otp_duration period;
    uint32_t auto_shutdown; /* enum otp_auto_shutdown */
    uint32_t n_children;
    const struct otp_child *children;
};

/* A dynamic supervisor's module; constant, written by otpc. Its children come by otp_start_child,
 * are known by their pids, and are independent: the strategy is one_for_one. */
struct otp_dynamic_supervisor {
    struct otp_module module; /* first */
    uint32_t max_restarts;
    otp_duration period;
    uint64_t max_children; /* that run or are on their way; OTP_UNLIMITED */
};

enum otp_child_state {
    OTP_CHILD_RUNNING,
    OTP_CHILD_STARTING,  /* for the first time, or by restart_child */
    OTP_CHILD_STOPPED,   /* its spec is kept: terminated, ignored, finished */
    OTP_CHILD_RESTARTING /* being started again after it ended by itself */
};

struct otp_child_info {
    char id[OTP_CHILD_ID_MAX + 1]; /* terminated; empty under a dynamic supervisor */
    otp_pid pid;                   /* none unless running */
    uint32_t state;                /* enum otp_child_state */
    bool is_supervisor;
    const struct otp_module *module;
    uint64_t restarts; /* how often it was started again, since the supervisor has it */
};

/* What a child's line says, the defaults filled in. */
struct otp_childspec {
    const struct otp_module *module;
    otp_duration shutdown; /* or OTP_INFINITY, OTP_BRUTAL_KILL */
    otp_duration backoff_min, backoff_max;
    uint32_t restart; /* enum otp_restart */
    bool significant;
    char id[OTP_CHILD_ID_MAX + 1]; /* terminated */
    char name[256];                /* the same; empty: none */
};

struct otp_child_counts {
    uint64_t specs, active, supervisors, workers;
};

OTP_BEGIN_DECLS

/* Starts one: struct otp_module's start; options must be NULL. BADARG: an impossible table (a child
 * without id or module, significant but permanent, ...). EXIT: a child did not start (the reason is
 * of kind FAILED_START, its text the child's id), those before it were stopped again; or two
 * children have one id. */
OTP_API OTP_MUST_CHECK otp_status otp_supervisor_start(const struct otp_module *module,
                                                       const struct otp_start *how,
                                                       const void *options, otp_pid *pid);

/* Starts a dynamic supervisor: struct otp_module's start; options must be NULL. BADARG: an
 * impossible table. */
OTP_API OTP_MUST_CHECK otp_status otp_dynamic_supervisor_start(const struct otp_module *module,
                                                               const struct otp_start *how,
                                                               const void *options, otp_pid *pid);

/* All below: any thread but not the supervisor itself; they wait without limit, as in OTP. NOPROC:
 * it is not there; EXIT: it ended meanwhile, or as said; WRONG_MODULE: not a supervisor, or not of
 * the kind that knows this; NOMEM. A child must not change its own supervisor's children from its
 * init or terminate: each would wait for the other. */

/* Children, last started first. Writes at most max of them (children may be NULL if max is 0);
 * *count says how many there are. Answered at once, also while a child starts or stops. */
OTP_API OTP_MUST_CHECK otp_status otp_which_children(otp_dest supervisor,
                                                     struct otp_child_info *children, size_t max,
                                                     size_t *count);
OTP_API OTP_MUST_CHECK otp_status otp_count_children(otp_dest supervisor,
                                                     struct otp_child_counts *counts);

/* What the supervisor knows of a child but its options. NOT_FOUND; *childspec is unchanged then. A
 * static supervisor's only. */
OTP_API OTP_MUST_CHECK otp_status otp_get_childspec(otp_dest supervisor, const char *id,
                                                    struct otp_childspec *childspec);

/* Adds a child at the end and starts it. BADARG: an impossible child, nothing was asked; or it is
 * not one for that supervisor. ALREADY_STARTED: the id runs, or another process has the name (*pid:
 * which). ALREADY_PRESENT: the id is there but does not run. EXIT: its start failed
 * (otp_last_reason), it is not kept. IGNORE: kept (unless temporary, or under a dynamic
 * supervisor), not running. MAX_CHILDREN: a dynamic supervisor has as many as it may. pid may be
 * NULL. */
OTP_API OTP_MUST_CHECK otp_status otp_start_child(otp_dest supervisor,
                                                  const struct otp_child *child, otp_pid *pid);
/* Stops it by its shutdown rule; its spec stays (not a temporary one's). OK also if it does not
 * run. NOT_FOUND. Static supervisors only, as the next two. */
OTP_API OTP_MUST_CHECK otp_status otp_terminate_child(otp_dest supervisor, const char *id);
/* Starts a stopped one again at its old place. RUNNING, RESTARTING, NOT_FOUND; else as
 * otp_start_child, but it is kept if its start fails. */
OTP_API OTP_MUST_CHECK otp_status otp_restart_child(otp_dest supervisor, const char *id,
                                                    otp_pid *pid);
/* Forgets a stopped one. RUNNING, RESTARTING, NOT_FOUND. */
OTP_API OTP_MUST_CHECK otp_status otp_delete_child(otp_dest supervisor, const char *id);

/* Stops a dynamic supervisor's child by its shutdown rule and forgets it; one that is being
 * restarted is still known by its old pid. NOT_FOUND. */
OTP_API OTP_MUST_CHECK otp_status otp_terminate_child_by_pid(otp_dest supervisor, otp_pid pid);

OTP_END_DECLS

#endif
