/* child.h - a plain process and a thread as children of supervisors.
 *
 * Idea: what a supervisor starts is a struct otp_module, no more: a table whose start function
 * makes a process, links and monitors it as it is told, and says how that went. The library's own
 * kinds are such tables; here are two for C code that is no server. Who needs another kind writes a
 * start function with otp_behaviour_start (behaviour.h), or one that calls another module's.
 */
#ifndef OTP_CHILD_H
#define OTP_CHILD_H

#include <otp/behaviour.h>

/* -- a plain process -- */

/* A function that runs in a process of its own: it may call, receive and park. Constant. */
struct otp_process_module {
    struct otp_module module; /* first; start: otp_process_start */
    /* options: as module.options describes, a copy. The process ends normal when it returns, or as
     * otp_exit says. Its start is done before it begins. */
    void (*run)(const void *options);
};

/* -- a thread -- */

struct otp_thread;

/* A function that runs in a thread of its own: it may wait in system calls for as long as it likes,
 * and is a foreign thread to the library. A process stands for it in the tree: that is what has
 * pid and name, and what ends when the thread does. Constant. */
struct otp_thread_module {
    struct otp_module module; /* first; start: otp_thread_start */
    /* Ends the process with the reason that it returns. Its start is done when it calls
     * otp_thread_ready; if it returns before, the start has failed. options as above, valid until
     * it returns. */
    otp_reason (*run)(struct otp_thread *thread, const void *options);
    /* Called in the process when the thread is to end, to wake it where it waits; NULL: it looks at
     * otp_thread_stopping often enough. */
    void (*stop)(struct otp_thread *thread, const void *options);
};

OTP_BEGIN_DECLS

/* Starts: struct otp_module's start, of a struct otp_process_module. */
OTP_API OTP_MUST_CHECK otp_status otp_process_start(const struct otp_module *module,
                                                    const struct otp_start *how,
                                                    const void *options, otp_pid *pid);
/* The same of a struct otp_thread_module. EXIT: its run returned before it was ready, or there is
 * no thread to be had (a reason of kind STATUS, code OTP_SYSTEM). */
OTP_API OTP_MUST_CHECK otp_status otp_thread_start(const struct otp_module *module,
                                                   const struct otp_start *how, const void *options,
                                                   otp_pid *pid);

/* The thread has what it needs: whoever starts it goes on. Once; by the thread itself. */
OTP_API void otp_thread_ready(struct otp_thread *thread);
/* Its supervisor, or otp_stop_process, wants it to end: run is to return soon. If it does not, the
 * process is killed when its shutdown time is over; a thread cannot be, so then this stays true and
 * what it does is nobody's concern. Any thread. */
OTP_API bool otp_thread_stopping(const struct otp_thread *thread);
/* What run and stop share: a pointer of theirs, NULL at first. run sets it before otp_thread_ready,
 * stop may be called from then on. */
OTP_API void otp_thread_set(struct otp_thread *thread, void *context);
OTP_API void *otp_thread_get(const struct otp_thread *thread);
/* The process that stands for it. Any thread. */
OTP_API otp_pid otp_thread_pid(const struct otp_thread *thread);

OTP_END_DECLS

#endif
