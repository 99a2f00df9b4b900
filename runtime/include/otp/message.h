/* message.h - asking, telling and answering.
 *
 * Idea: a message is a constant type (written by otpc) and its arguments. The library copies the
 * arguments into one block, so the sender keeps what it had and the receiver sees nothing of it.
 * Generated client functions are one line over otp_call and otp_cast.
 */
#ifndef OTP_MESSAGE_H
#define OTP_MESSAGE_H

#include <otp/describe.h>
#include <otp/layout.h>
#include <otp/pid.h>
#include <otp/reason.h>
#include <otp/status.h>
#include <otp/value.h>

/* Who waits for a reply: passed to the handler of a call. Only a call `reply later` may keep it. */
typedef struct otp_from {
    void *slot_;
    uint64_t id_;
} otp_from;

/* What a callback returns: what the process does next. Made by the functions of genserver.h. */
typedef struct otp_next {
    uint32_t action_;
    uint32_t flags_;
    int64_t idle_;
} otp_next;

/* An armed timer. May be dropped: the timer fires all the same. */
typedef struct otp_timer {
    void *node_;
    uint64_t id_;
} otp_timer;

/* A monitor: which one a DOWN message is about. */
typedef struct otp_monitor {
    uint64_t ref_;
} otp_monitor;

enum otp_message_class {
    OTP_CLASS_CALL,       /* has a reply, given before the handler returns */
    OTP_CLASS_CALL_LATER, /* has a reply, perhaps later */
    OTP_CLASS_CAST,
    OTP_CLASS_INFO,
    OTP_CLASS_CONTINUE,
    OTP_CLASS_EVENT /* told to many: any module may receive it */
};

struct otp_module;

/* One message of one module; constant, written by otpc. What a plain process is told or asked is
 * written by hand, without a module and dispatch; otp_receive gives the type that was sent:
 *
 *     static const struct otp_layout number = { sizeof(uint64_t), 0, NULL };
 *     static const struct otp_message_type add = {
 *         "add", NULL, OTP_CLASS_CAST, &number, NULL, NULL
 *     };
 *     otp_cast(otp_to(pid), &add, &n);
 */
struct otp_message_type {
    const char *name;                /* "get" */
    const struct otp_module *module; /* whose; NULL: for plain processes */
    uint32_t message_class;          /* enum otp_message_class */
    const struct otp_layout *args;   /* NULL: none */
    const struct otp_layout *reply;  /* NULL: an acknowledgement */
    /* Unpacks args and calls the user's handler; NULL: for plain processes. */
    otp_next (*dispatch)(void *self, otp_from from, const void *args);
    /* How they read; NULL: not described. */
    const struct otp_description *args_description, *reply_description;
    bool blocking; /* its handler may wait in system calls: it runs on a thread for that */
    /* All that dispatch does beside answering, where that takes nothing of the library: reads args
     * and state, changes the state, writes *reply if there is a reply. Gives what went wrong, an
     * enum otp_fault (checked.h), nothing being changed then; 0: nothing. It may run on the thread
     * of who asks. NULL: there is no such thing. */
    uint32_t (*compute)(void *self, const void *args, void *reply);
};

OTP_BEGIN_DECLS

/* Asks dest and waits at most timeout (OTP_INFINITY: no limit; 0: only what is there at once).
 * Borrows args and reply; *reply (type->reply->size bytes) is written only on OTP_OK. Inside a
 * process what it refers to lives until the handler returns, in a foreign thread until
 * otp_reply_free. Other messages of the caller wait in order.
 * TIMEOUT: a late reply is dropped, the request is still carried out. NOPROC: nobody is there.
 * EXIT: it ended before it answered: otp_last_reason(). CALLING_SELF, WRONG_MODULE, NOMEM.
 * BADARG: a negative timeout, nothing is sent. NOT_RUNNING, FORKED. Any thread. */
OTP_API OTP_MUST_CHECK otp_status otp_call(otp_dest dest, const struct otp_message_type *type,
                                           const void *args, void *reply, otp_duration timeout);

/* Tells dest and does not wait. OK also if nobody is there (as in OTP; counted). The status may be
 * ignored: losses are counted and logged once. NOMEM, NOT_RUNNING, FORKED: not sent. Any thread. */
OTP_API otp_status otp_cast(otp_dest dest, const struct otp_message_type *type, const void *args);

/* Tells many an event (OTP_CLASS_EVENT), of which there is one copy for all: they receive it as
 * OTP_MESSAGE_EVENT. Borrows pids and args. Those that are dead are passed by. A mailbox that is
 * full loses it, which is counted and logged once, or is waited for when all others have it, as its
 * limit says. BADARG: another class. NOMEM: some or all have not got it. NOT_RUNNING, FORKED. Any
 * thread. */
OTP_API otp_status otp_publish(const otp_pid *pids, size_t count,
                               const struct otp_message_type *type, const void *args);

/* As otp_cast for an info; after delay, through a timer. A timer to a name finds whoever has the
 * name when it fires. In a process, failing to arm it ends the process with reason nomem; in a
 * foreign thread it gives a timer whose node_ is NULL. delay < 0 counts as 0. Any thread. */
OTP_API otp_timer otp_send_after(otp_dest dest, const struct otp_message_type *type,
                                 const void *args, otp_duration delay);
/* Disarms it. *left gets what was left (left may be NULL). NOT_FOUND: it has fired or was cancelled
 * before; its message may be in the mailbox. Any thread. */
OTP_API otp_status otp_timer_cancel(otp_timer timer, otp_duration *left);
/* What is left of it. NOT_FOUND as above. Any thread. */
OTP_API otp_status otp_timer_read(otp_timer timer, otp_duration *left);

/* Frees what a reply refers to, in a foreign thread; does nothing in a process or if it refers to
 * nothing. The reply's references must be as they were received. */
OTP_API void otp_reply_free(const struct otp_layout *layout, const void *reply);

/* Answers a call now, from anywhere, once. value is borrowed and copied; NULL for an
 * acknowledgement. NOT_FOUND: nobody waits for it any more (timed out, answered before, ended).
 * BADARG: it is the answer to another call than the one that was made. NOMEM. After both it still
 * waits. NOT_RUNNING, FORKED. Any thread. */
OTP_API otp_status otp_answer(otp_from from, const struct otp_layout *layout, const void *value);

/* Why the last call of this process or thread that returned OTP_EXIT did so; NOPROC, TIMEOUT and so
 * on as reasons after those. */
OTP_API otp_reason otp_last_reason(void);
/* Ends the calling process if status is not OK, with the reason of the failed call, as an uncaught
 * exit does in OTP. In a foreign thread it aborts the program with that reason. */
OTP_API void otp_must(otp_status status);

OTP_END_DECLS

#endif
