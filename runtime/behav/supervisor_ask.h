/* supervisor_ask.h - what a supervisor is asked, and what it answers.
 *
 * Idea: each request is a SYSTEM message: a tag, flat arguments, a flat answer. The asking side is
 * one for all kinds of supervisor; each kind answers what it can.
 *
 * Threads: the asking side any; the rest the supervisor's process.
 * Locks: none.
 */
#ifndef OTPI_SUPERVISOR_ASK_H
#define OTPI_SUPERVISOR_ASK_H

#include <otp/supervisor.h>

/* Which request; told apart from those of other behaviours. */
enum otpi_ask {
    OTPI_ASK_WHICH = 0x53555001,
    OTPI_ASK_COUNT,
    OTPI_ASK_START,
    OTPI_ASK_TERMINATE,
    OTPI_ASK_RESTART,
    OTPI_ASK_DELETE,
    OTPI_ASK_CHILDSPEC,
    OTPI_ASK_TERMINATE_PID
};

/* WHICH: how many are wanted at most. */
struct otpi_ask_which {
    uint64_t max;
};

struct otpi_tell_which {
    struct otp_child_info *infos;
    size_t n, room; /* in infos: so many are filled in, so many fit */
    uint64_t count;
    uint32_t status; /* otp_status */
};

/* TERMINATE, RESTART, DELETE, CHILDSPEC; the text has its terminator. */
struct otpi_ask_id {
    otp_str id;
};

/* START; texts have their terminators, an empty one is none. */
struct otpi_ask_child {
    otp_str id, name;
    const void *options; /* n of them: 0 or 1 */
    size_t n;
    const struct otp_module *module;
    otp_duration shutdown, backoff_min, backoff_max;
    uint32_t restart, significant;
};

struct otpi_tell_childspec {
    struct otp_childspec childspec;
    uint32_t status; /* otp_status */
};

/* START, TERMINATE, RESTART, DELETE, TERMINATE_PID. */
struct otpi_tell_child {
    uint32_t status; /* otp_status */
    otp_pid pid;
    otp_reason reason;
};

/* COUNT is answered by a struct otp_child_counts; TERMINATE_PID asks with an otp_pid. */

/* Whether a supervisor could have that child; one without an id can be a dynamic supervisor's. Any
 * thread. */
bool otpi_child_is_possible(const struct otp_child *spec);
/* otp_start_child, whose status nobody has judged. child: a possible one. */
otp_status otpi_ask_start(otp_dest supervisor, const struct otp_child *child, otp_pid *pid);
/* Its shutdown with the defaults filled in. */
otp_duration otpi_child_shutdown(const struct otp_module *module, otp_duration shutdown);
/* Tells pid to shut down. Its time runs from before that; but most are dead at once, so only for
 * who is not a timer is made, with ref: then *timed is true. False: no memory for one, its time is
 * over. */
bool otpi_child_tell_to_stop(otp_pid pid, otp_duration shutdown, uint64_t ref, otp_timer *timer,
                             bool *timed);

/* A request to change children that waits for nothing, whatever comes of it. */
bool otpi_ask_is_brief(const struct otp_message *message);

/* Bytes that otpi_ask_copy needs; 0: too many. */
size_t otpi_ask_measure(const struct otpi_ask_child *args);
/* Copies args with all that they refer to into memory of so many bytes, aligned to 16. */
struct otpi_ask_child *otpi_ask_copy(const struct otpi_ask_child *args, void *memory);

/* Answers from about a child's start, restart or stop. */
void otpi_tell_child(otp_from from, otp_status status, otp_pid pid, otp_reason reason);
void otpi_tell_childspec(otp_from from, const struct otpi_tell_childspec *tell);
void otpi_tell_counts(otp_from from, const struct otp_child_counts *counts);
/* Makes room for as many as are wanted of count. */
void otpi_tell_which_new(struct otpi_tell_which *tell, const struct otpi_ask_which *args,
                         uint64_t count);
/* Answers WHICH, and frees what otpi_tell_which_new made. */
void otpi_tell_which(otp_from from, struct otpi_tell_which *tell);

#endif
