/* share.h - for behaviours whose processes others look into without asking.
 *
 * Idea: a registry is a process, but to look something up in it is no message: any thread reads its
 * tables where they are. Here is what that takes: a structure that a process shows to all threads,
 * memory that stays readable after it was given back, a lock, and ties, by which what belongs to a
 * process goes before anyone is told of its end. A reader without a lock reads words, copies what
 * it finds and then looks whether it was allowed to: so the memory must be there, no more.
 * Threads: any, unless said.
 */
#ifndef OTP_SHARE_H
#define OTP_SHARE_H

#include <otp/behaviour.h>

/* The head of what processes of one behaviour show. What follows it is read by threads that may
 * come late: its owner writes it atomically, and counts what it counts across all its lives. */
struct otp_shared {
    const struct otp_behaviour *behaviour; /* const, for ever */
    uint64_t pid;                          /* atomic: bits of the process it is about; 0: none */
    size_t size_;
    struct otp_shared *next_; /* owner: the library, while nobody has it */
};

/* A lock of four bytes; all zero is free. For a few instructions: nothing that may wait, leave the
 * frame or call back is done under it. */
struct otp_lock {
    uint32_t word_;
};

/* What goes with a process that it is tied to, inside whatever that is. The memory of a process
 * stays until its ties have run. */
struct otp_tie {
    struct otp_tie *prev_, *next_; /* owner: the library */
    /* pid has ended, with reason, and nobody knows of it yet. Takes tie. Once, on any thread, under
     * no lock. Calls nothing of the library but what this header has. */
    void (*ended)(struct otp_tie *tie, otp_pid pid, const otp_reason *reason);
};

OTP_BEGIN_DECLS

/* -- the structure that a process shows -- */

/* One of size bytes: zeroed, or as it was left by an earlier process of that behaviour. It is not
 * shown yet. NULL: no memory. */
OTP_API OTP_MUST_CHECK struct otp_shared *otp_shared_new(const struct otp_behaviour *behaviour,
                                                         size_t size);
/* Gives it back, for the next otp_shared_new; its pid must be 0. Takes shared. */
OTP_API void otp_shared_free(struct otp_shared *shared);
/* The calling process shows it from now on, once in its life; sets its pid. Its end is for a tie to
 * deal with, which first makes that pid 0. */
OTP_API void otp_share(struct otp_shared *shared);

/* Enters the runtime and finds what dest shows. *pid gets who that is: it may end at any moment,
 * what was read is good if shared->pid was *pid after it. To be followed by otp_leave.
 * NOPROC: nobody is there, or it shows nothing. WRONG_MODULE: not of that behaviour. NOT_RUNNING,
 * FORKED: then and on all failures nothing is entered. Does not return to a process that is to
 * end. */
OTP_API OTP_MUST_CHECK otp_status otp_enter_shared(otp_dest dest,
                                                   const struct otp_behaviour *behaviour,
                                                   struct otp_shared **shared, otp_pid *pid);
OTP_API void otp_leave(void);
/* The same for a process's own thread, if nothing is unusual: short, and nothing is entered, so
 * otp_leave does not follow. shared->pid may be another one already. NULL: find out by
 * otp_enter_shared. */
OTP_API OTP_MUST_CHECK struct otp_shared *otp_shared_near(otp_dest dest,
                                                          const struct otp_behaviour *behaviour,
                                                          otp_pid *pid);
/* A process's own thread, which is entered and pinned. */
struct otp_near {
    void *self_;
    otp_pid pid;
    uint32_t thread; /* as from otp_pin */
    bool is_idle;    /* as otp_is_idle, when it was entered */
};
/* otp_shared_near, and pins as otp_pin does (otp/reclaim.h). If not NULL otp_leave_near follows, in
 * the same frame; nothing in between may wait. */
OTP_API OTP_MUST_CHECK struct otp_shared *otp_enter_near(otp_dest dest,
                                                         const struct otp_behaviour *behaviour,
                                                         struct otp_near *near);
OTP_API void otp_leave_near(const struct otp_near *near);
/* True: it has not passed yet. False: ask otp_has_passed (otp/value.h), which reads the clock if it
 * must. */
OTP_API bool otp_is_before_near(const struct otp_near *near, otp_instant instant);
/* Whether dest had dealt with all that it was sent before, at some moment of this call: then what
 * it shows is read as if it had been asked. Any thread; false if nobody is there. */
OTP_API bool otp_is_idle(otp_dest dest);
/* Enters it and finds nobody; the same in all else. NOT_RUNNING, FORKED, NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_enter(void);

/* -- memory -- */

/* size bytes, aligned to 64 and not zeroed; NULL: none. What was given back stays readable while
 * the runtime runs, as part of what comes later. All of it is read and written atomically, in words
 * of eight bytes. */
OTP_API OTP_MUST_CHECK void *otp_stable(size_t size);
/* Gives memory of exactly that size back; NULL is allowed. */
OTP_API void otp_stable_free(void *memory, size_t size);

/* For the slow way of otp_lock_take and otp_lock_release. */
OTP_API void otp_lock_wait(struct otp_lock *lock);
OTP_API void otp_lock_wake(struct otp_lock *lock);

static inline void otp_lock_take(struct otp_lock *lock)
{
    uint32_t is_free = 0;
    /* acquire: pairs with the release below; what the last holder wrote is seen */
    if (!__atomic_compare_exchange_n(&lock->word_, &is_free, 1, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        otp_lock_wait(lock);
}

static inline void otp_lock_release(struct otp_lock *lock)
{
    /* release: pairs with the acquire above; 2: somebody may sleep */
    if (__atomic_exchange_n(&lock->word_, 0, __ATOMIC_RELEASE) == 2)
        otp_lock_wake(lock);
}

/* -- ends -- */

/* From now on tie goes with pid. Borrows tie until it has run or is untied. NOPROC: pid has ended,
 * tie does not run. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_tie_to(otp_pid pid, struct otp_tie *tie);
/* Undoes it. False: pid has ended; tie runs, has run or is about to. */
OTP_API bool otp_untie(otp_pid pid, struct otp_tie *tie);
/* To `to` as if it were linked with from and that had ended with reason. */
OTP_API void otp_exit_as_linked(otp_pid to, otp_pid from, const otp_reason *reason);
/* Kills pid. */
OTP_API void otp_kill_tied(otp_pid pid);

OTP_END_DECLS

#endif
