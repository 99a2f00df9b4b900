/* pid.h - whom a message is for.
 *
 * Idea: an otp_pid names one process and no later one (slot and generation, never reused within
 * 2^36 lives of a slot). An otp_dest is a pid, a registered name that is looked up when used, or an
 * alias.
 */
#ifndef OTP_PID_H
#define OTP_PID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <otp/status.h>

/* A process. All bits zero: no process. */
typedef struct otp_pid {
    uint64_t bits;
} otp_pid;

/* A registered name, as generated code keeps it: one static object per name. The cell is found
 * once and cached; owner: the runtime. */
struct otp_name {
    const char *text; /* "myapp.cache" */
    void *cell_;      /* atomic: set once per runtime, by the first lookup */
    uint64_t epoch_;  /* atomic: the runtime that set cell_ */
};

/* Where a message goes: a process, whoever has the name when it is sent, or an alias of a process
 * (otp_alias in process.h). */
typedef struct otp_dest {
    uint64_t pid_;
    struct otp_name *name_; /* with a pid_: the number of an alias */
} otp_dest;

static inline otp_pid otp_no_pid(void)
{
    otp_pid none;
    none.bits = 0;
    return none;
}

static inline bool otp_pid_equal(otp_pid a, otp_pid b)
{
    return a.bits == b.bits;
}

static inline otp_dest otp_to(otp_pid pid)
{
    otp_dest dest;
    dest.pid_ = pid.bits;
    dest.name_ = NULL;
    return dest;
}

static inline otp_dest otp_to_name(struct otp_name *name)
{
    otp_dest dest;
    dest.pid_ = 0;
    dest.name_ = name;
    return dest;
}

OTP_BEGIN_DECLS

/* The process that has this name now; no pid if none. text is borrowed. Any thread. */
OTP_API otp_pid otp_whereis(const char *text);
/* The process that dest means now. Any thread. */
OTP_API otp_pid otp_dest_pid(otp_dest dest);

/* Gives pid the name. BADARG: the name is empty or longer than 255 bytes, or pid is dead or has a
 * name already. ALREADY_STARTED: another live process has the name. Any thread. */
OTP_API OTP_MUST_CHECK otp_status otp_register(const char *text, otp_pid pid);
/* Frees the name. NOT_FOUND: nobody has it. Any thread. */
OTP_API OTP_MUST_CHECK otp_status otp_unregister(const char *text);

/* Writes "<0.12.3>"-like text, terminated; 32 bytes hold every pid. Returns out. */
OTP_API const char *otp_pid_format(otp_pid pid, char *out, size_t out_size);

OTP_END_DECLS

#endif
