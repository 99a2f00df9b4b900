/* stream.h - a task for each of many inputs, so many at once.
 *
 * Idea: Elixir's Task.async_stream. Inputs come one by one from a function of the caller's, when
 * there is room for another task and not before; results are taken one by one. So a stream over a
 * million inputs holds a few. In order, results that are there wait for those before them, and the
 * tasks behind go on meanwhile.
 * If nothing else is said, a task that fails takes with it the process that has opened the stream,
 * as with otp_task_async; in one that traps exits, and in a foreign thread, it is a result.
 * Threads: a stream belongs to the process or foreign thread that has opened it. When the process
 * ends, the tasks that run are killed; a foreign thread closes its streams.
 */
#ifndef OTP_STREAM_H
#define OTP_STREAM_H

#include <otp/task.h>

/* What becomes of a stream when a task takes too long; the task is killed in any case. */
enum otp_stream_timeout {
    OTP_TIMEOUT_ENDS, /* otp_stream_next gives TIMEOUT and the stream is closed */
    OTP_TIMEOUT_KILLS /* otp_stream_next gives TIMEOUT in the place of the result, and goes on */
};

struct otp_stream_options {
    uint32_t max_concurrency; /* tasks at once: at least 1 */
    uint32_t on_timeout;      /* enum otp_stream_timeout */
    otp_duration timeout;     /* of each task from its own start; OTP_INFINITY: none */
    bool unordered;           /* results as they come */
    bool nolink;              /* a failure is a result in any case */
    bool supervised;          /* the tasks are temporary children of supervisor */
    otp_dest supervisor;
};

struct otp_stream;

OTP_BEGIN_DECLS

/* As many at once as there are workers, in order, 5 s each, OTP_TIMEOUT_ENDS. */
OTP_API struct otp_stream_options otp_stream_defaults(void);

/* Opens one; nothing runs yet. Borrows context until it is closed. input: what type->pull calls, in
 * whoever asks for the next result. BADARG: no concurrency, no such on_timeout, a timeout that is
 * not more than 0, a type without streams. NOMEM, NOT_RUNNING, FORKED. */
OTP_API OTP_MUST_CHECK otp_status otp_stream_open(const struct otp_task_type *type,
                                                  const struct otp_stream_options *options,
                                                  otp_stream_input *input, void *context,
                                                  struct otp_stream **stream);
/* Starts what there is room for and waits for the next result. OK: *reply, with the ownership of
 * otp_call. EXIT: that task has failed, otp_last_reason() tells why. TIMEOUT: see above. NOT_FOUND:
 * there are no more, or the stream is closed. NOMEM, MAX_CHILDREN, NOPROC: a task could not be
 * started, and the stream is closed. WRONG_THREAD: it is somebody else's. */
OTP_API OTP_MUST_CHECK otp_status otp_stream_next(struct otp_stream *stream, void *reply);
/* Which input the last result was of, counted from 0. */
OTP_API uint64_t otp_stream_index(const struct otp_stream *stream);
/* Kills the tasks that still run, so that they are dead when this returns, and frees it. Nothing of
 * them comes as a message. Takes stream; NULL is allowed. */
OTP_API void otp_stream_close(struct otp_stream *stream);

OTP_END_DECLS

#endif
