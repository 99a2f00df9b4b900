/* supervisor.h - what the files of the supervisor share.
 *
 * Idea: one process, one operation at a time, no waiting inside a function. An operation is a walk
 * over the children: back to front to stop them, then front to back to start them; it pauses where
 * a child must first answer. What arrives in between and would change children is kept in order.
 *
 *   supervisor.c           the process: messages in, the events kept for later
 *   supervisor_walk.c      the operation: its two walks and how each kind of it ends
 *   supervisor_restart.c   what an ended child leads to: strategies, limits, auto shutdown
 *   supervisor_children.c  the table of children
 *   supervisor_requests.c  start_child and the others: the asking side and the answering side
 *
 * Threads: the supervisor's process only, but for the asking side.
 * Locks: none. All memory is owned memory, so it goes with the process however it ends.
 */
#ifndef OTPI_SUPERVISOR_H
#define OTPI_SUPERVISOR_H

#include <otp/log.h>
#include <otp/supervisor.h>

/* Something to be done when no operation runs. In a list or (next is NULL) in none. */
struct otpi_event {
    struct otpi_event *prev, *next;
    uint32_t kind; /* enum otpi_event_kind */
};

enum otpi_event_kind {
    OTPI_EVENT_NONE,    /* the head of a list */
    OTPI_EVENT_DOWN,    /* in a child: it has ended */
    OTPI_EVENT_RETRY,   /* in a child: its restart has failed, count and try again */
    OTPI_EVENT_AGAIN,   /* in a child: its restart was put off until now */
    OTPI_EVENT_REQUEST, /* in a request */
    OTPI_EVENT_STOP     /* in the supervisor */
};

/* -- back-off -- */

/* How long the restarts of one child are put off. */
struct otpi_backoff {
    otp_duration min, max;
    otp_duration last; /* how long the last one was; 0: none was */
    otp_instant since; /* when it began to run */
};

/* How long the next one is put off; 0: not at all. ran: it has been running since then. */
otp_duration otpi_backoff_next(struct otpi_backoff *backoff, bool ran);
/* It runs. */
void otpi_backoff_started(struct otpi_backoff *backoff);

/* -- children -- */

struct otpi_child {
    struct otpi_event event;               /* first: DOWN, RETRY or AGAIN */
    const struct otp_child *spec;          /* a static table's, or lies behind this struct */
    struct otpi_child *prev, *next;        /* in order of start */
    struct otpi_child *pid_next, *id_next; /* hash chains */
    uint64_t id_hash;
    uint64_t number; /* how many were there when it came */
    otp_pid pid;     /* no pid: no process */
    otp_monitor monitor;
    uint32_t state;    /* enum otp_child_state; RUNNING also while a DOWN waits in event */
    otp_reason reason; /* DOWN in event: why */
    struct otpi_backoff backoff;
    uint64_t restarts;  /* that succeeded */
    uint64_t timer_ref; /* RETRY, AGAIN in event: of its wake-up message */
    _Alignas(16) unsigned char extra[];
};

struct otpi_partitions;

/* The children: an ordered list with a hash by pid and one by id. All zero: empty. */
struct otpi_children {
    struct otpi_child *first, *last;
    struct otpi_child **by_pid, **by_id; /* n_buckets each */
    uint32_t n_buckets;                  /* 0 or a power of two */
    uint64_t count, supervisors;
    uint64_t active;               /* that have a process and are not about to be found dead */
    uint64_t significant;          /* significant ones that run or are being restarted */
    struct otpi_partitions *shown; /* of a partition supervisor: who runs, for all; else NULL */
};

/* A child with that many extra bytes, in no table; given back by otpi_children_discard.
 * NULL: no memory. */
struct otpi_child *otpi_children_new(size_t extra);
/* Says what child is. Borrows spec as long as child lives. */
void otpi_children_describe(struct otpi_child *child, const struct otp_child *spec);
void otpi_children_discard(struct otpi_child *child);
/* Puts it at the end; its spec is set and its id is new. Takes child. NOMEM: it is still the
 * caller's. */
otp_status otpi_children_append(struct otpi_children *children, struct otpi_child *child);
/* Removes and frees it. It has no process. */
void otpi_children_remove(struct otpi_children *children, struct otpi_child *child);
/* NULL: there is none. id is borrowed. */
struct otpi_child *otpi_children_by_id(const struct otpi_children *children, const char *id);
struct otpi_child *otpi_children_by_pid(const struct otpi_children *children, otp_pid pid);
/* Changes its process (no pid: none) and state; keeps hash and counts right. */
void otpi_children_set(struct otpi_children *children, struct otpi_child *child, otp_pid pid,
                       uint32_t state);

/* -- restarts -- */

/* When the last restarts were: a ring of as many as max_restarts, made as big as it needs to be. */
struct otpi_restarts {
    otp_instant *times;
    size_t first, count, capacity;
};

/* -- the operation -- */

enum otpi_work_kind {
    OTPI_WORK_NONE,
    OTPI_WORK_INIT,        /* start all; if one fails, stop those before it and fail */
    OTPI_WORK_RESTART,     /* one child, or stop a group and start it again */
    OTPI_WORK_START_CHILD, /* requests: one child */
    OTPI_WORK_RESTART_CHILD,
    OTPI_WORK_TERMINATE_CHILD,
    OTPI_WORK_SHUTDOWN, /* stop all and end */
    OTPI_WORK_ENDED     /* nothing is done any more */
};

struct otpi_work {
    uint32_t kind;             /* enum otpi_work_kind */
    bool starting;             /* which walk: false: back to front, stopping */
    bool single;               /* only cursor, not the others */
    bool waiting;              /* for cursor's end or the outcome of its start */
    struct otpi_child *cursor; /* the next to deal with; NULL: the walk is over */
    struct otpi_child *first;  /* RESTART: the group's; NULL: all */
    struct otpi_child *blamed; /* RESTART: whose restart it is */
    otp_duration delay;        /* RESTART: between stopping and starting */
    otp_from from;             /* requests: who is answered */
    otp_reason reason;         /* INIT: why it failed; SHUTDOWN: what to end with */
    bool failed;               /* INIT */
    bool timed;                /* timer is armed */
    otp_timer timer;           /* the shutdown time of cursor */
    uint64_t timer_ref;
};

/* The data of a supervisor. owner: the process. */
struct otpi_supervisor {
    const struct otp_supervisor *spec; /* const after start */
    struct otpi_children children;
    struct otpi_restarts restarts;
    struct otpi_work work;
    struct otpi_event later;   /* list: what waits for the end of the work, in order */
    struct otpi_event retries; /* list: events whose wake-up message is on its way */
    uint64_t timers;           /* refs of timers given out */
    struct otpi_event stop;    /* STOP; reason in stop_reason */
    otp_reason stop_reason;
};

/* What init and receive of such a process do: from begin on it is a supervisor of that table, which
 * is borrowed as long as it lives. shown: a partition supervisor's, else NULL. */
void otpi_supervisor_begin(struct otpi_supervisor *sup, const struct otp_supervisor *spec,
                           struct otpi_partitions *shown);
void otpi_supervisor_receive(void *data, const struct otp_message *message);

/* Puts event at the end of list; it is in no list. */
void otpi_supervisor_push(struct otpi_event *list, struct otpi_event *event, uint32_t kind);
/* Takes event out of its list; nothing if it is in none. */
void otpi_supervisor_unlink(struct otpi_event *event);
/* Has child's restart come up as that kind of event after delay, 0: after what is in the mailbox
 * now. */
void otpi_supervisor_put_off(struct otpi_supervisor *sup, struct otpi_child *child, uint32_t kind,
                             otp_duration delay);
/* Says something about a child. reason may be NULL. */
void otpi_supervisor_log(const struct otpi_supervisor *sup, const struct otpi_child *child,
                         uint32_t level, uint32_t kind, const otp_reason *reason, const char *text);

/* Logs an event of a supervisor of that module, which fills in who says it. Borrows event. */
void otpi_supervisor_say(const struct otp_module *module, struct otp_log_event *event);
/* As a reason, a start that failed without one. */
otp_reason otpi_supervisor_reason(otp_status status);

/* Begin an operation; none runs. */
void otpi_walk_init(struct otpi_supervisor *sup);
void otpi_walk_shutdown(struct otpi_supervisor *sup, otp_reason reason);
void otpi_walk_restart_one(struct otpi_supervisor *sup, struct otpi_child *child);
/* The group from first to the last; first NULL: all. blamed: whose restart it is; delay: how long
 * it is put off once the group is stopped. */
void otpi_walk_restart_from(struct otpi_supervisor *sup, struct otpi_child *first,
                            struct otpi_child *blamed, otp_duration delay);
/* START_CHILD, RESTART_CHILD, TERMINATE_CHILD of child; from is answered at the end. */
void otpi_walk_request(struct otpi_supervisor *sup, uint32_t kind, struct otpi_child *child,
                       otp_from from);
/* Goes on with the operation until it waits or is over. */
void otpi_walk_go(struct otpi_supervisor *sup);
/* The child at the cursor has ended, or its start has an outcome. */
void otpi_walk_stopped(struct otpi_supervisor *sup, otp_reason reason);
void otpi_walk_started(struct otpi_supervisor *sup, otp_status status, otp_reason reason);
/* The child at the cursor did not stop in time. */
void otpi_walk_timeout(struct otpi_supervisor *sup);

/* What follows from a child's end, from a RETRY and from an AGAIN that have come up. No operation
 * runs. */
void otpi_restart_ended(struct otpi_supervisor *sup, struct otpi_child *child, otp_reason reason);
void otpi_restart_retry(struct otpi_supervisor *sup, struct otpi_child *child);
void otpi_restart_again(struct otpi_supervisor *sup, struct otpi_child *child);
/* Records a restart now. False: too many, or no memory to count them. */
bool otpi_restart_record(struct otpi_restarts *restarts, uint32_t max, otp_duration period);

/* A request has arrived: answers it, or keeps it for later in order. */
void otpi_requests_receive(struct otpi_supervisor *sup, const struct otp_message *message);
/* Deals with a kept request. Takes event. No operation runs. */
void otpi_requests_handle(struct otpi_supervisor *sup, struct otpi_event *event);

#endif
