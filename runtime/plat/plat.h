/* plat.h - all that the runtime wants from the machine.
 *
 * Idea: the one contract between the portable layers above and the operating system; everything
 * that knows Linux, pthreads or a sanitizer is behind it, in this folder.
 * Threads: any, unless said. Locks: otpi_lock is a leaf here; ARCHITECTURE.md has the ranks.
 */
#ifndef OTPI_PLAT_H
#define OTPI_PLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <otp/status.h>
#include <otp/value.h>

#define OTPI_CACHE_LINE 64

/* -- time -- */

/* CLOCK_MONOTONIC in nanoseconds; in a simulation (sim.h) its clock's, as all here is its. */
otp_instant otpi_plat_now(void);
/* The same as of the kernel's last tick: cheaper. */
otp_instant otpi_plat_now_coarse(void);
/* How long a tick is. */
otp_duration otpi_plat_coarseness(void);

/* -- waiting: a 32-bit word, compared and slept on atomically (a futex) -- */

/* Sleeps while *word == expected, until woken, deadline (OTP_INFINITY: none), or for no reason. */
void otpi_plat_wait(const uint32_t *word, uint32_t expected, otp_instant deadline);
/* Wakes up to count sleepers on word. The word's memory may be gone already. */
void otpi_plat_wake(const uint32_t *word, int count);
/* A pause instruction. */
void otpi_plat_relax(void);

/* -- a mutex of four bytes; all zero is unlocked -- */

struct otpi_lock {
    uint32_t word; /* atomic: 0 free, 1 held, 2 held with sleepers */
};

/* It was not free: spins, then sleeps. */
void otpi_lock_take_slowly(struct otpi_lock *lock);
/* Somebody may sleep. The lock is free already and may be gone. */
void otpi_lock_wake(struct otpi_lock *lock);

static inline bool otpi_lock_try(struct otpi_lock *lock)
{
    uint32_t is_free = 0;
    /* acquire: pairs with the release in otpi_lock_release; what the last holder wrote is seen.
     * On failure nothing is read under the lock, so relaxed will do. */
    return __atomic_compare_exchange_n(&lock->word, &is_free, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static inline void otpi_lock_take(struct otpi_lock *lock)
{
    if (!otpi_lock_try(lock))
        otpi_lock_take_slowly(lock);
}

static inline void otpi_lock_release(struct otpi_lock *lock)
{
    /* release: pairs with the acquires of who takes it. After this line the lock, and the memory it
     * is in, may belong to another: the wake goes to an address only. */
    if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
        otpi_lock_wake(lock);
}

/* -- threads -- */

struct otpi_sim_thread;

struct otpi_thread {
    uintptr_t handle;
    struct otpi_sim_thread *simulated; /* NULL: it is not */
};

/* Starts run(arg) with all asynchronous signals blocked, a timer slack of 1 us and the name (at
 * most 15 bytes). SYSTEM, NOMEM: none was started. */
otp_status otpi_thread_start(struct otpi_thread *thread, const char *name, void (*run)(void *arg),
                             void *arg);
void otpi_thread_join(struct otpi_thread *thread);
/* CPUs that this process may use: affinity mask and cgroup quota (rounded up), at least 1. */
uint32_t otpi_plat_cpus(void);
/* run(arg) is called when the calling thread ends (again after each call of this). Replaces what
 * was registered before. NOMEM, SYSTEM. */
otp_status otpi_plat_on_thread_exit(void (*run)(void *arg), void *arg);
/* Registers child(): called in the child after a fork. Once per program. */
otp_status otpi_plat_at_fork(void (*child)(void));
/* getenv, here so that nobody else reads the environment. NULL: unset. */
const char *otpi_plat_environment(const char *name);
/* Writes a line to standard error in one write. */
void otpi_plat_print_error(const char *line, size_t size);
/* The name and the number of the calling thread, "worker 1234". */
void otpi_plat_thread_text(char *out, size_t size);
/* Prints text and aborts: broken invariants, otp_exit outside a process. */
OTP_NORETURN void otpi_plat_die(const char *text);
/* A number that differs from run to run (for hash keys). */
uint64_t otpi_plat_random(void);

/* -- what the system may refuse -- */

enum otpi_need { OTPI_NEED_THREAD, OTPI_NEED_PAGES, OTPI_NEED_GUARD };

/* For tests: asked before the system is; true: it refuses this time. NULL: nobody is asked. Written
 * while no other thread is in the library. */
extern bool (*otpi_plat_refuses)(enum otpi_need need);

static inline bool otpi_plat_is_refused(enum otpi_need need)
{
    return otpi_plat_refuses != NULL && otpi_plat_refuses(need);
}

/* -- stacks and contexts -- */

struct otpi_stack {
    char *low;   /* lowest usable byte, above the guard */
    size_t size; /* usable bytes */
    bool canary; /* it has no page guard of its own; written by stack.c alone */
};

/* Stacks come from slabs; locked inside. guard as enum otp_guard, size rounded up to pages (in
 * sanitizer builds four times as much). */
struct otpi_stacks;
/* NULL: no memory. */
struct otpi_stacks *otpi_stacks_new(size_t stack_size, uint32_t guard);
/* All stacks must have been given back or be unused for ever, the contexts on them unmade. Takes
 * stacks. */
void otpi_stacks_free(struct otpi_stacks *stacks);
/* A stack that was never used since the slab was mapped, or one that was given back. NOMEM. */
otp_status otpi_stacks_take(struct otpi_stacks *stacks, struct otpi_stack *stack);
void otpi_stacks_give(struct otpi_stacks *stacks, struct otpi_stack stack);
/* Gives the touched pages of an unused stack back to the system, its top page excepted. */
void otpi_stacks_trim(struct otpi_stacks *stacks, struct otpi_stack stack);
/* The same of the stack that the caller runs on, for what is well below the caller's frame. */
void otpi_stack_cool(const struct otpi_stacks *stacks, struct otpi_stack stack);
/* The mode in use, an enum otp_guard but never AUTO. */
uint32_t otpi_stacks_guard(const struct otpi_stacks *stacks);
/* Where a stack has no page guard of its own, a canary at its low end: false if it is damaged (the
 * stack has overflowed). Always true with page guards. Cheap: one load. */
bool otpi_stack_is_whole(const struct otpi_stacks *stacks, struct otpi_stack stack);

/* A context of execution: a fiber's, or a thread's own (which otpi_context_adopt describes). What
 * is here besides sp is for the sanitizers and valgrind. */
struct otpi_context {
    void *sp; /* saved stack pointer; meaningful while it does not run */
    struct otpi_stack stack;
    void *fake_stack; /* AddressSanitizer */
    void *tsan_fiber; /* ThreadSanitizer */
    unsigned valgrind_id;
    bool fresh;   /* made, never run */
    bool adopted; /* a thread's own: it was never made */
};

/* Describes the calling thread, so that it can be switched away from and back to. */
void otpi_context_adopt(struct otpi_context *context);
/* Makes it start with run(arg) at the top of stack when it is first switched to; run must not
 * return. All zero before the first time. For a context that was abandoned in mid-function too:
 * poison and shadow state of its old frames are cleaned up; not for the one that runs. */
void otpi_context_make(struct otpi_context *context, struct otpi_stack stack,
                       void (*run)(void *arg), void *arg);
/* To switch from one to another: switch.h. */
/* First thing that a run function of otpi_context_make does. */
void otpi_context_entered(struct otpi_context *context);
/* Releases what the sanitizers hold for it, adopted ones too, and zeroes it; the stack is the
 * caller's, to be given back after this. Not a made one while it runs. */
void otpi_context_unmake(struct otpi_context *context);

#endif
