/* process.h - processes, links, monitors, exits.
 *
 * Idea: a process is a mailbox, a state and a behaviour, without a stack while it is idle. These
 * are the signals between processes, with OTP's rules.
 * Threads: functions about "this process" only inside one; the rest from any thread.
 */
#ifndef OTP_PROCESS_H
#define OTP_PROCESS_H

#include <otp/message.h>

/* What a process that is started must know of who starts it. All zero: no link, no name. */
struct otp_start {
    const char *name; /* registered before init runs; borrowed until start returns; NULL: none */
    otp_duration timeout; /* of init; 0: no limit */
    bool link;            /* to the calling process, atomically */
    bool monitor;         /* by the calling process: *monitor_out */
    bool async;           /* do not wait: the outcome comes as a message OTP_MESSAGE_STARTED */
    otp_monitor *monitor_out;
};

OTP_BEGIN_DECLS

/* This process; no pid in a foreign thread. */
OTP_API otp_pid otp_self(void);
/* Who started it with a link: its EXIT is the parent's. No pid if none. */
OTP_API otp_pid otp_parent(void);

/* Ends this process now with reason: its frames are abandoned (what it owns goes with it, C++
 * destructors and cleanup attributes do not run). In a foreign thread it aborts the program. */
OTP_API OTP_NORETURN void otp_exit(otp_reason reason);

/* Sends an exit signal. kill cannot be trapped and is seen as killed; normal ends nobody but the
 * sender itself; a process that traps exits gets a message; any other reason ends it. OK also for a
 * dead pid. From a foreign thread too (its pid is then no pid). */
OTP_API otp_status otp_exit_signal(otp_pid pid, otp_reason reason);

/* Links this process and pid: when one ends, the other gets an exit signal. Linking twice is once.
 * NOPROC: pid is dead and this process does not trap; a trapping one gets OK and EXIT(noproc). */
OTP_API OTP_MUST_CHECK otp_status otp_link(otp_pid pid);
/* After it no EXIT from pid arrives, unless it is queued already. */
OTP_API otp_status otp_unlink(otp_pid pid);

/* A DOWN message comes when dest ends, at once with noproc if it is not there. */
OTP_API OTP_MUST_CHECK otp_status otp_monitor_start(otp_dest dest, otp_monitor *monitor);
/* Ends the monitor. flush: removes its DOWN if that is queued. NOT_FOUND: it had fired (then the
 * DOWN is in the mailbox, or was flushed). */
OTP_API otp_status otp_monitor_stop(otp_monitor monitor, bool flush);

/* From now on exit signals other than kill come as messages. Returns what it was before. */
OTP_API bool otp_trap_exit(bool on);

/* Not ended and not doomed by a signal that this caller has sent. */
OTP_API bool otp_is_alive(otp_pid pid);

/* Starts a plain process that runs run(arg) and ends normal when that returns. It may call,
 * receive and park wherever it likes. how may be NULL. arg is borrowed until the process ends.
 * NOMEM, NOT_RUNNING, BADARG, ALREADY_STARTED (*pid is then the holder of the name). */
OTP_API OTP_MUST_CHECK otp_status otp_spawn(void (*run)(void *arg), void *arg,
                                            const struct otp_start *how, otp_pid *pid);

OTP_END_DECLS

#endif
