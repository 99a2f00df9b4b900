/* task.h - work that a process of its own does, and its result.
 *
 * Idea: Elixir's Task. A task is a process that runs one function and ends; who has started it gets
 * its result as the answer to a request (request.h), so nothing of it is ever in a mailbox, and a
 * result that nobody waits for any more is dropped. In a process a task is linked with its owner:
 * if one ends abnormally, so does the other, unless it traps exits. A stream runs a task for each
 * of many inputs, so many at once. Generated code gives these functions types and names like
 * myapp_fetch_async.
 * Threads: a task belongs to the process or foreign thread that has started it; nobody else may
 * wait for it. There are no links with a foreign thread: its tasks run on when it ends.
 */
#ifndef OTP_TASK_H
#define OTP_TASK_H

#include <otp/behaviour.h>
#include <otp/request.h>
#include <otp/supervisor.h>

/* What the args of every task begin with; written by the library. */
struct otp_task_head {
    otp_from from_;       /* who gets the result */
    otp_pid linked_with_; /* besides who starts it */
};

/* A function that gives a stream (stream.h) its inputs. What its parameters are its type knows. */
typedef void otp_stream_input(void);

/* A kind of task; constant, written by otpc. */
struct otp_task_type {
    struct otp_module module; /* first: a struct otp_module * to it is one to this. Options: args */
    /* Its args, which begin with a struct otp_task_head, and its reply; of OTP_CLASS_CALL_LATER.
     * dispatch is what the task runs: self is NULL, from is whom otp_task_reply answers (nobody, if
     * nobody waits), args a copy of its own; what it returns is otp_task_reply's, or the task ends
     * with bad_return. Without a reply it is answered when dispatch returns. blocking: it may wait
     * in system calls. */
    struct otp_message_type work;
    /* Calls input for the next args of a stream, which are zeroed: OK: *args is filled in, and is
     * copied before the next call. NOT_FOUND: there are no more. Any other status closes the stream
     * and is what otp_stream_next gives. NULL: there are no streams of it. */
    otp_status (*pull)(otp_stream_input *input, void *context, void *args);
};

/* A task that was started. All zero: none. A copy is the same task. Arrays of them are arrays of
 * requests. */
typedef struct otp_task {
    otp_request request;
} otp_task;

/* How one of many tasks went. */
struct otp_task_outcome {
    uint32_t status;   /* enum otp_status */
    otp_reason reason; /* where that is EXIT */
};

OTP_BEGIN_DECLS

/* -- one task -- */

/* Starts a task with a copy of args, of which it writes the head, and does not wait. *task is none
 * if it fails: NOMEM, NOT_RUNNING, FORKED. */
OTP_API OTP_MUST_CHECK otp_status otp_task_async(const struct otp_task_type *type, void *args,
                                                 otp_task *task);
/* Who is running it; no pid if it is none or over. It may have ended. */
OTP_API otp_pid otp_task_pid(const otp_task *task);

/* The task is over after these, and *task none; its process may run on. *reply is written on OK
 * only, with the ownership of otp_call. All give also: NOT_FOUND: it is none, or over.
 * WRONG_THREAD: it is somebody else's. BADARG: it is of another type, or a negative timeout; for
 * these three nothing has changed. */

/* Waits at most timeout for the result. TIMEOUT: it runs on, linked, and its result will be
 * dropped. EXIT: it has ended without a result, otp_last_reason() tells why. As in Elixir an owner
 * that cannot go on without it writes otp_must(otp_task_await(...)). */
OTP_API OTP_MUST_CHECK otp_status otp_task_await(otp_task *task, const struct otp_task_type *type,
                                                 void *reply, otp_duration timeout);
/* The same, but after TIMEOUT it is not over: one may ask again. */
OTP_API OTP_MUST_CHECK otp_status otp_task_yield(otp_task *task, const struct otp_task_type *type,
                                                 void *reply, otp_duration timeout);
/* Has it end: shutdown first, killed after timeout (OTP_BRUTAL_KILL: killed at once). It is dead
 * when this returns, but if it has a result and traps exits. OK: it had one, or gave one in time.
 * STOPPED: it had none and has ended by this. EXIT: it had ended for another reason, or had to be
 * killed. Nothing that this causes comes as a message. */
OTP_API otp_status otp_task_shutdown(otp_task *task, const struct otp_task_type *type, void *reply,
                                     otp_duration timeout);
/* Lets it run on, unlinked, and drops what it will say. OK: its result was there. TIMEOUT: it runs.
 * EXIT: it had ended. */
OTP_API otp_status otp_task_ignore(otp_task *task, const struct otp_task_type *type, void *reply);

/* -- many tasks of one type -- */

/* Waits for all, at most timeout in all, and writes their results to replies (count elements of the
 * reply's size; NULL if there is none), in their order. TIMEOUT, or EXIT as soon as one has failed:
 * then no reply is written and all are over; they run on, linked. NOT_FOUND: one is over,
 * WRONG_THREAD, BADARG, also if one is there twice: nothing has changed. */
OTP_API OTP_MUST_CHECK otp_status otp_task_await_many(otp_task *tasks, size_t count,
                                                      const struct otp_task_type *type,
                                                      void *replies, otp_duration timeout);
/* Waits for all, at most timeout in all; then outcomes[i] and, if its status is OK, replies[i] are
 * as of otp_task_yield: TIMEOUT if it is still running; NOT_FOUND if it was over, or there already,
 * where its outcome is. OK, however many are done. WRONG_THREAD, BADARG: nothing has
 * changed. */
OTP_API OTP_MUST_CHECK otp_status otp_task_yield_many(otp_task *tasks, size_t count,
                                                      const struct otp_task_type *type,
                                                      struct otp_task_outcome *outcomes,
                                                      void *replies, otp_duration timeout);

/* -- inside a task -- */

/* For generated code: gives the result, once; what it returns dispatch returns. value is borrowed
 * and copied. Nobody may be waiting for it. */
OTP_API otp_next otp_task_reply(otp_from from, const struct otp_message_type *work,
                                const void *value);

/* -- under a task supervisor, which is a dynamic supervisor -- */

/* The same as a temporary child of supervisor, that is stopped with it; nolink: not linked with the
 * caller, so that a failure shows in its result only. Waits for its start. MAX_CHILDREN: there are
 * as many as allowed. NOPROC, EXIT: of the supervisor. WRONG_MODULE: it is none, or a static one,
 * whose children have ids. */
OTP_API OTP_MUST_CHECK otp_status otp_task_supervisor_async(otp_dest supervisor,
                                                            const struct otp_task_type *type,
                                                            void *args, otp_task *task);
OTP_API OTP_MUST_CHECK otp_status otp_task_supervisor_async_nolink(otp_dest supervisor,
                                                                   const struct otp_task_type *type,
                                                                   void *args, otp_task *task);
/* One that nobody waits for, restarted as `restart` says and stopped within
 * shutdown (OTP_SHUTDOWN_DEFAULT, ...). pid may be NULL. Statuses as above; BADARG: an impossible
 * restart or shutdown. otp_terminate_child_by_pid ends it, otp_which_children lists it. */
OTP_API OTP_MUST_CHECK otp_status otp_task_supervisor_start_child(otp_dest supervisor,
                                                                  const struct otp_task_type *type,
                                                                  void *args, uint32_t restart,
                                                                  otp_duration shutdown,
                                                                  otp_pid *pid);

/* -- without a result -- */

/* The args of a task without parameters that nobody waits for, as a child's options. */
OTP_API extern const struct otp_task_head otp_task_nobody;

/* Starts one that nobody waits for: struct otp_module's start; options are its args. OK once it
 * runs. */
OTP_API OTP_MUST_CHECK otp_status otp_task_start(const struct otp_module *module,
                                                 const struct otp_start *how, const void *options,
                                                 otp_pid *pid);

OTP_END_DECLS

#endif
