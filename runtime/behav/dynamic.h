/* dynamic.h - what the files of the dynamic supervisor share.
 *
 * Idea: its children (here: members) have nothing to do with each other, so each is a small state
 * machine of its own, driven by what arrives about it, and any number of them start and stop at the
 * same time. To those who ask it looks as in OTP, where one thing is done after the other: a
 * request about a member waits until what is going on with it has an outcome.
 *
 *   STARTING    asked for; its init runs
 *   RUNNING
 *   RESTARTING  it has ended and is to run again: an attempt runs or is to come
 *   STOPPING    told to stop; its end is awaited
 *
 *   dynamic.c           the process: messages in, members driven on
 *   dynamic_members.c   the table of members
 *   dynamic_requests.c  start_child and the others, as far as they are its
 *
 * Threads: the supervisor's process only.
 * Locks: none. All memory is owned memory, so it goes with the process however it ends.
 */
#ifndef OTPI_DYNAMIC_H
#define OTPI_DYNAMIC_H

#include "behav/supervisor.h"
#include "behav/supervisor_ask.h"

struct otpi_member;

/* A member under one of its pids. */
struct otpi_member_pid {
    otp_pid pid; /* no pid: not in the table */
    struct otpi_member *member;
    struct otpi_member_pid *next; /* hash chain */
};

/* Somebody who waits for a member's end. */
struct otpi_member_asker {
    otp_from from;
    struct otpi_member_asker *next;
};

enum otpi_member_state { OTPI_STARTING, OTPI_RUNNING, OTPI_RESTARTING, OTPI_STOPPING };

struct otpi_member {
    struct otpi_member *prev, *next; /* in order of start */
    struct otpi_member_pid known;    /* the pid that others know */
    struct otpi_member_pid attempt;  /* RESTARTING: the process that is being started */
    otp_monitor monitor;             /* of the process that was started last */
    const struct otp_module *module;
    otp_duration shutdown;
    uint8_t restart; /* enum otp_restart */
    uint8_t state;   /* enum otpi_member_state */
    bool timed;      /* timer is armed: the next attempt or the shutdown time */
    bool counted;    /* RESTARTING: the next attempt has been counted */
    bool unanswered; /* starter waits */
    otp_timer timer;
    struct otpi_backoff backoff;
    uint64_t restarts;                /* that succeeded */
    otp_from starter;                 /* whose start_child it is */
    struct otpi_member_asker *askers; /* who wants it terminated, first come first */
    struct otpi_member_asker first_asker;
    struct otpi_ask_child *again; /* how to start it again; NULL: it is temporary. Owned */
};

/* The members: a list, and a hash by pid. All zero: empty. */
struct otpi_members {
    struct otpi_member *first, *last;
    struct otpi_member_pid **by_pid; /* n_buckets */
    uint32_t n_buckets;              /* 0 or a power of two */
    struct otpi_member *spare;       /* memory of one that is gone; NULL: none */
    uint64_t count, supervisors;
    uint64_t by_state[OTPI_STOPPING + 1];
};

/* A start that waits for its turn: whether there is room for it depends on others' outcome. */
struct otpi_waiting_start {
    struct otpi_waiting_start *next;
    otp_from from;
    struct otpi_ask_child *args;
};

/* The data of a dynamic supervisor. owner: the process. */
struct otpi_dynamic {
    const struct otp_dynamic_supervisor *spec; /* const after start */
    struct otpi_members members;
    struct otpi_restarts restarts;
    struct otpi_waiting_start *waiting, *waiting_last;
    bool serving; /* one of those waiting is being started */
    bool ending;  /* all members are told to stop */
    otp_reason reason;
};

/* -- the table -- */

/* A new one, STARTING, without a pid, at the end. NULL: no memory. */
struct otpi_member *otpi_members_add(struct otpi_members *members, const struct otp_module *module);
/* Removes and frees it with what it owns but its askers, which must be none. */
void otpi_members_remove(struct otpi_members *members, struct otpi_member *member);
/* NULL: nobody has that pid. */
struct otpi_member_pid *otpi_members_find(const struct otpi_members *members, otp_pid pid);
/* Gives the entry (known or attempt) another pid; no pid takes it out. */
void otpi_members_set_pid(struct otpi_members *members, struct otpi_member_pid *entry, otp_pid pid);
void otpi_members_set_state(struct otpi_members *members, struct otpi_member *member,
                            uint32_t state);

/* -- members -- */

/* Starts a member, for from; args are borrowed. */
void otpi_dynamic_start(struct otpi_dynamic *dynamic, const struct otpi_ask_child *args,
                        otp_from from);
/* Stops it, if it is one: from is answered once that is done or turns out to be impossible. */
void otpi_dynamic_terminate(struct otpi_dynamic *dynamic, otp_pid pid, otp_from from);

/* -- requests -- */

/* Keeps an asker in mind for when receive has returned. False: no memory for that, and he knows. */
bool otpi_dynamic_keep(otp_from from);
void otpi_dynamic_receive_request(struct otpi_dynamic *dynamic, const struct otp_message *message);
/* A member has an outcome: starts that waited for it have their turn. */
void otpi_dynamic_serve(struct otpi_dynamic *dynamic);

#endif
