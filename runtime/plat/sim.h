/* sim.h - threads one at a time, as a seed says.
 *
 * Idea: with OTP_SIM_SEED=n in the environment one thread runs at a time. Wherever a thread asks
 * something of this folder - to wait, to wake, what time it is - the next one to run is chosen by a
 * generator, and the clock is a number that moves when all wait for it. So one seed gives one
 * order of events, again and again, and many seeds give many.
 * What takes part: all threads of the library; the thread that starts the runtime, wherever it is;
 * other threads of the program while they are inside the library. When those come is the kernel's
 * affair, so a program that has them is not replayed exactly. Nor is one in which a thread waits
 * outside the library, for a lock of its own perhaps: after a while it is passed by, see sim.c.
 * Threads: any. Locks: sim.c's own, below all others.
 */
#ifndef OTPI_SIM_H
#define OTPI_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include <otp/value.h>

struct otpi_sim_thread;

/* atomic: written while the runtime starts or has stopped. */
extern bool otpi_sim_on;

/* Everything below only while this is true. */
static inline bool otpi_sim_is_on(void)
{
    return __atomic_load_n(&otpi_sim_on, __ATOMIC_RELAXED);
}

/* What has happened so far. trace: of two runs that were the same it is the same. exact: nobody was
 * passed by, no thread of the program's took part but the one that has started the runtime. */
struct otpi_sim_report {
    uint64_t steps, trace;
    bool exact;
};

/* By the thread that starts the runtime: turns it on if the environment says so. */
void otpi_sim_start(void);
/* All threads of the library have ended. */
void otpi_sim_stop(void);
/* In a forked child, which is on its own. */
void otpi_sim_forget_all(void);
void otpi_sim_read(struct otpi_sim_report *report);

/* A thread of the program enters the library, may do so again inside, leaves it, ends. */
void otpi_sim_enter(void);
void otpi_sim_leave(void);
void otpi_sim_end_foreign(void);

/* A thread of the library's: announced by who makes it (NULL: no memory), withdrawn if it could not
 * be made; first and last thing that it does; waited for. */
struct otpi_sim_thread *otpi_sim_announce(void);
void otpi_sim_withdraw(struct otpi_sim_thread *thread);
void otpi_sim_begin(struct otpi_sim_thread *thread);
void otpi_sim_end(void);
void otpi_sim_join(struct otpi_sim_thread *thread);

/* What plat.h has. */
otp_instant otpi_sim_now(void);
void otpi_sim_wait(const uint32_t *word, uint32_t expected, otp_instant deadline);
void otpi_sim_wake(const uint32_t *word, int count);
uint64_t otpi_sim_random(void);
/* Perhaps another thread goes on. */
void otpi_sim_point(void);
/* The same where the caller may be doing nothing but look whether something has happened. */
void otpi_sim_ask(void);

#endif
