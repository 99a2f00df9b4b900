/* runtime.h - starting and stopping the runtime.
 *
 * Idea: one runtime per OS process. Everything that tests need to replace - clock, memory, log -
 * is a field of the configuration.
 */
#ifndef OTP_RUNTIME_H
#define OTP_RUNTIME_H

#include <otp/log.h>
#include <otp/status.h>
#include <otp/value.h>

/* Where all memory comes from. The functions are called from any thread. */
struct otp_allocator {
    void *(*allocate)(void *context, size_t size); /* aligned to 16, or NULL */
    void (*release)(void *context, void *memory, size_t size);
    void *context;
};

/* How stacks end. */
enum otp_guard {
    OTP_GUARD_AUTO,     /* the best that the kernel has */
    OTP_GUARD_MARKERS,  /* MADV_GUARD_INSTALL, Linux 6.13 */
    OTP_GUARD_MPROTECT, /* mprotect within a budget, then canaries */
};

/* All zero: the defaults. */
struct otp_config {
    uint32_t workers;  /* 0: as many as this process may use CPUs */
    uint32_t guard;    /* enum otp_guard; environment OTP_GUARD=markers|mprotect wins */
    size_t stack_size; /* bytes; 0: 256 KiB */
    bool manual_clock; /* time stands still but for otp_clock_advance */
    const struct otp_allocator *allocator; /* borrowed until the next start: threads may still hold
                                            * memory of it after a stop */
    otp_log_hook log;                      /* NULL: lines on standard error */
    void *log_context;
    uint32_t blocking_threads; /* most threads for blocking handlers; 0: 64 */
    bool log_misuse; /* each wrong use of a function is logged, with who did it; a library that is
                      * built with -DOTP_DEBUG does it always */
};

struct otp_info {
    uint32_t workers;
    uint32_t guard; /* which mode is in use */
    uint64_t processes, fibers, messages_to_nobody, spawned;
    /* Of a simulation (environment OTP_SIM_SEED, see otp(7)): how often another thread went on,
     * what is the same of two runs that were the same, and whether a seed gives this run again. */
    uint64_t sim_steps, sim_trace;
    bool sim_exact;
};

OTP_BEGIN_DECLS

/* Starts it; config may be NULL. RUNNING: it runs already. NOMEM, SYSTEM: nothing is left running.
 * FORKED: it ran when this process was forked. WRONG_THREAD: from a process. Pids, timers and other
 * handles of an earlier run name nothing in this one. */
OTP_API OTP_MUST_CHECK otp_status otp_runtime_start(const struct otp_config *config);
/* Stops it: the processes that are left are killed, threads joined, memory freed. Waits for
 * handlers that run. NOT_RUNNING, FORKED; WRONG_THREAD: from a process. */
OTP_API OTP_MUST_CHECK otp_status otp_runtime_stop(void);

/* Moves the manual clock and fires what is due, in order of time; returns when all timers due are
 * delivered. BADARG: no manual clock, or by < 0. Foreign threads only. */
OTP_API otp_status otp_clock_advance(otp_duration by);

/* Fills in the figures. NOT_RUNNING. Any thread. */
OTP_API otp_status otp_runtime_info(struct otp_info *info);

OTP_END_DECLS

#endif
