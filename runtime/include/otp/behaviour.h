/* behaviour.h - for those who write a kind of process: genserver, supervisor, ...
 *
 * Idea: what proc_lib and gen are in OTP. A behaviour is three functions over a block of data that
 * the process owns; the library calls them one at a time, never two at once, on any worker. The
 * library's own behaviours use nothing but this header and the ones it includes.
 */
#ifndef OTP_BEHAVIOUR_H
#define OTP_BEHAVIOUR_H

#include <otp/memory.h>
#include <otp/process.h>

enum otp_message_kind {
    OTP_MESSAGE_USER,    /* type and args; from if it is a call */
    OTP_MESSAGE_DOWN,    /* monitor, pid, reason */
    OTP_MESSAGE_EXIT,    /* pid, reason: this process traps exits */
    OTP_MESSAGE_STARTED, /* pid, reason, status: outcome of an async start (ref from it) */
    OTP_MESSAGE_TIMER,   /* ref: a behaviour's own timer */
    OTP_MESSAGE_STOP,    /* reason: somebody asked it to stop; from is told by its end */
    OTP_MESSAGE_SYSTEM,  /* tag, payload: a request to the behaviour; from may be answered */
    OTP_MESSAGE_EVENT    /* type and args, which others read too: not to be changed */
};

/* A message as its receiver sees it. Borrowed: valid until receive returns or, in otp_receive,
 * until the next otp_receive. */
struct otp_message {
    uint32_t kind;                       /* enum otp_message_kind */
    uint32_t tag;                        /* SYSTEM: which request; STARTED: the otp_status */
    const struct otp_message_type *type; /* USER, EVENT; NULL otherwise */
    void *args;                          /* USER, EVENT, SYSTEM: the arguments; NULL if none */
    otp_from from;                       /* calls and SYSTEM; slot_ is NULL if nobody waits */
    otp_pid pid;                         /* DOWN, EXIT, STARTED: about whom; else: the sender */
    uint64_t ref;                        /* DOWN: the monitor; STARTED, TIMER: as given */
    const otp_reason *reason;            /* DOWN, EXIT, STOP, STARTED; else NULL */
};

struct otp_log_event;

/* A kind of process. Constant. */
struct otp_behaviour {
    const char *name; /* "genserver": for logs */
    /* First of all, on a fiber: may park. args as given to otp_behaviour_start. It or a later
     * receive calls otp_init_ack once, or the process ends before. */
    void (*init)(void *data, const void *args);
    /* One message. May park unless the behaviour never does. */
    void (*receive)(void *data, const struct otp_message *message);
    /* A callback was abandoned by otp_exit; the process ends with what this passes to otp_finish,
     * else with reason. May park. Abandoned itself, its reason replaces. NULL: nothing to do. */
    void (*unwind)(void *data, otp_reason reason);
    /* It ends abnormally: adds to the event what it knows, as to the message (NULL: none) that it
     * received last. May replace *reason, which the event shows. What it adds may lie in scratch
     * memory. Abandoned by otp_exit, unwind is next. NULL: nothing to add. */
    void (*report)(void *data, const struct otp_message *message, otp_reason *reason,
                   struct otp_log_event *event);
    /* A call of a type that has `compute`, and no message waits: does it at once, instead of
     * receive, on the thread of who asks. *reply is not written before nothing can go wrong any
     * more. Must not call the library. False: not this time, and nothing has changed; it will be
     * received. NULL: never. */
    bool (*visit)(void *data, const struct otp_message_type *type, const void *args, void *reply);
    /* A SYSTEM, STOP or STARTED message is sent by another process, and no message waits: whether
     * receive may deal with it at once, on the thread and stack of who sends it. It must neither
     * park then nor leave by otp_exit, whatever comes of the message. Only looks, and does not call
     * the library. NULL: never. */
    bool (*is_brief)(const void *data, const struct otp_message *message);
};

/* What a supervisor can start: the head of every module's constant table. */
struct otp_module {
    const char *name;                 /* "myapp.cache" */
    const char *source;               /* "myapp.otp:22" */
    uint32_t is_supervisor;           /* default shutdown, counts */
    const struct otp_layout *options; /* NULL: it takes none */
    /* Starts one; options as described by the layout, borrowed. Same contract as
     * otp_behaviour_start. */
    otp_status (*start)(const struct otp_module *module, const struct otp_start *how,
                        const void *options, otp_pid *pid);
};

/* What otp_behaviour_start starts. */
struct otp_process_spec {
    const struct otp_behaviour *behaviour;
    const struct otp_module *module; /* what messages must be of; NULL: any */
    size_t data_size;                /* of the data, zeroed before init */
    const struct otp_layout *layout; /* of args; NULL: args is passed as it is */
    const void *args;                /* borrowed; copied if layout is not NULL */
    bool trap_exit;                  /* from the start */
    struct otp_mailbox mailbox;      /* its limit */
    bool blocking;                   /* its callbacks may wait in system calls */
    bool at_once;                    /* its init cannot fail: nobody waits for it */
    uint64_t ref;                    /* of the STARTED message */
    otp_pid linked_with;             /* besides how->link; no pid: nobody */
    /* Somebody's request (otp_open_request) that the process answers, or its end does. Then nobody
     * waits for the start, or is told of it but by how->async. slot_ is NULL: none. */
    otp_from from;
};

OTP_BEGIN_DECLS

/* Starts a process and waits for otp_init_ack (not if spec->at_once, nor if how->async: then *pid
 * is given at once and a STARTED message follows). On failure the process is gone, its name free,
 * *pid and *how->monitor_out are as they were, and no EXIT or DOWN comes - but as in OTP an
 * EXIT(reason) if init stopped or ignored and the caller is linked. IGNORE; EXIT:
 * otp_last_reason(); TIMEOUT; ALREADY_STARTED: *pid is the holder of the name; BADARG: the name;
 * NOMEM; NOT_RUNNING. Any thread; link, monitor and async only in a process. */
OTP_API OTP_MUST_CHECK otp_status otp_behaviour_start(const struct otp_process_spec *spec,
                                                      const struct otp_start *how, otp_pid *pid);

/* init is done: OK lets the starter go; IGNORE and EXIT (with reason) fail the start: the process
 * then ends quietly with reason, and this does not return. */
OTP_API void otp_init_ack(otp_status status, otp_reason reason);
/* In init: the request that the process was started for; slot_ is NULL if there is none. */
OTP_API otp_from otp_init_from(void);
/* The args of init, for as long as that runs, in report too; NULL: none, or it is over. */
OTP_API const void *otp_init_args(void);
/* What the calling process is started of; NULL: nothing, or no process. */
OTP_API const struct otp_module *otp_own_module(void);
/* What tells the calling foreign thread from others; NULL in a process. */
OTP_API const void *otp_foreign_thread(void);
/* The process ends with reason when the running callback returns. */
OTP_API void otp_finish(otp_reason reason);
/* The data of this process if it has this behaviour, else NULL. */
OTP_API void *otp_behaviour_data(const struct otp_behaviour *behaviour);
/* The call, SYSTEM or STOP that is being received stays open after receive returns; answered by
 * otp_answer or, with the reason, when the process ends. NOMEM: it does not stay open, who asked is
 * told so when receive returns. */
OTP_API otp_status otp_defer_reply(otp_from from);
/* No message waits in this process's mailbox. */
OTP_API bool otp_mailbox_is_empty(void);
/* Frees the scratch memory of this process now, in the middle of a callback. */
OTP_API void otp_scratch_reset(void);
/* Gives back what this process holds and does not need while it waits: scratch memory, room that
 * its links, monitors, aliases, open calls and dictionary do not use any more, and the pages of its
 * stack below the running function. Costs a few microseconds, and as much again to grow. */
OTP_API void otp_hibernate(void);
/* Lets others of this worker run before it goes on. */
OTP_API void otp_yield(void);
/* Makes reason what otp_last_reason gives, for a function that got it in a reply. Any thread. */
OTP_API void otp_set_last_reason(otp_reason reason);
/* A TIMER message with ref for this process after delay (>= 0); 0: at once, at the end of its
 * mailbox, also under the manual clock. */
OTP_API OTP_MUST_CHECK otp_status otp_behaviour_timer(otp_duration delay, uint64_t ref,
                                                      otp_timer *timer);
/* The same at that time; at once if it has come, or does meanwhile. */
OTP_API OTP_MUST_CHECK otp_status otp_behaviour_timer_at(otp_instant due, uint64_t ref,
                                                         otp_timer *timer);
/* Sends a SYSTEM request: tag, and args described by layout (NULL: none), and waits for its
 * answer. */
OTP_API OTP_MUST_CHECK otp_status otp_system_call(otp_dest dest, uint32_t tag,
                                                  const struct otp_layout *layout, const void *args,
                                                  void *reply, otp_duration timeout);
/* Ends pid, of whose end this process hears by monitor, as an exit signal does one that does not
 * trap exits. True: it has ended by that, and its DOWN is left out. False: it traps exits and
 * nothing was done, or its end has other reasons and its DOWN comes or has come. By a process. */
OTP_API bool otp_end_process(otp_pid pid, otp_monitor monitor, otp_reason reason);
/* Stops dest as if it had returned stop(reason), after what is queued before: OK once it is down
 * with exactly that reason; EXIT: it ended with another (otp_last_reason); TIMEOUT: it will still
 * stop; NOPROC; CALLING_SELF; BADARG: timeout < 0. Any thread. */
OTP_API OTP_MUST_CHECK otp_status otp_stop_process(otp_dest dest, otp_reason reason,
                                                   otp_duration timeout);

/* Waits for the first message that match accepts, in the middle of receive; the others stay, in
 * order. A call, SYSTEM or STOP stays open as with otp_defer_reply. Frees scratch memory. *message
 * is valid until the next otp_behaviour_receive or the end of receive. WRONG_THREAD; NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_behaviour_receive(bool (*match)(const struct otp_message *,
                                                                      void *context),
                                                        void *context,
                                                        const struct otp_message **message);

/* Waits for the next message of a plain process, in order of arrival. *message is valid until the
 * next receive. TIMEOUT: none within timeout (>= 0). */
OTP_API OTP_MUST_CHECK otp_status otp_receive(otp_duration timeout,
                                              const struct otp_message **message);
/* The same for the first message that match accepts; the others stay, in order. */
OTP_API OTP_MUST_CHECK otp_status otp_receive_match(bool (*match)(const struct otp_message *message,
                                                                  void *context),
                                                    void *context, otp_duration timeout,
                                                    const struct otp_message **message);

OTP_END_DECLS

#endif
