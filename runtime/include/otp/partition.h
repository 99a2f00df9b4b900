/* partition.h - many copies of one child, and which of them a key belongs to.
 *
 * Idea: what one server would be too slow for, several share: each key has its copy, as long as
 * their number stays. Elixir's PartitionSupervisor: a static supervisor whose children are the
 * copies, with ids "0", "1", ..., whom any thread finds without asking it.
 */
#ifndef OTP_PARTITION_H
#define OTP_PARTITION_H

#include <otp/supervisor.h>

/* A partition supervisor's module; constant, written by otpc. */
struct otp_partition_supervisor {
    struct otp_module module;      /* first; start: otp_partition_supervisor_start */
    const struct otp_child *child; /* what each copy is; its id and name are not looked at */
    uint32_t partitions;           /* how many; 0: as many as the runtime has workers */
    uint32_t strategy;             /* enum otp_strategy */
    uint32_t max_restarts;
    otp_duration period;
    /* Makes options, a copy of the child's, those of one partition. NULL: all have the same. */
    void (*arguments)(void *options, uint32_t partition);
};

OTP_BEGIN_DECLS

/* Starts one: struct otp_module's start; options must be NULL. BADARG: an impossible table. Else as
 * otp_supervisor_start. */
OTP_API OTP_MUST_CHECK otp_status otp_partition_supervisor_start(const struct otp_module *module,
                                                                 const struct otp_start *how,
                                                                 const void *options, otp_pid *pid);

/* Of the functions of supervisor.h those that ask, otp_terminate_child and otp_restart_child work
 * here too. None of the following waits; any thread. */

/* How many partitions it has. NOPROC: it is not there; WRONG_MODULE: it is none; NOT_RUNNING. */
OTP_API OTP_MUST_CHECK otp_status otp_partitions(otp_dest supervisor, uint32_t *n);

/* Where messages about key go: to partition |key| modulo their number, whatever process that is
 * now. If it is being restarted, or the supervisor is not there, to nobody: a call then says
 * NOPROC. */
OTP_API otp_dest otp_partition(otp_dest supervisor, int64_t key);
/* The same for a key that is text; the same text always belongs to the same partition, in one run
 * of the program. */
OTP_API otp_dest otp_partition_by_text(otp_dest supervisor, otp_str key);

OTP_END_DECLS

#endif
