/* rescue.h - what waits for a worker that does not get on.
 *
 * Idea: a handler that burns CPU, or blocks, holds its worker. What is in shared places (its ring,
 * its heap) others help themselves to; the rest is taken away from it by the watcher: waits get
 * their timers, fibers that can go on go to a list for all. When every worker is stuck a spare one
 * works instead, until one of them is back.
 * Threads: the watcher, unless said. Locks: arming, ready_lock (as the other), injection.
 */
#ifndef OTPI_RESCUE_H
#define OTPI_RESCUE_H

#include "core/sched.h"

/* Ticks without progress after which a worker's fibers are taken. */
#define OTPI_RESCUE_TICKS 3

/* Arms its waits and takes its ready fibers away. True: others have something to do now. */
bool otpi_rescue_fibers(struct otpi_worker *worker);
/* It has been stuck for so many ticks: what it runs is to be logged, now and then. */
void otpi_rescue_accuse(struct otpi_worker *worker, otp_instant now);
/* All that work are stuck: has a spare one work. */
void otpi_rescue_reinforce(void);
/* One of the spare ones stops taking what is not its own. */
void otpi_rescue_retire(void);

/* Logs what the watcher has found. Any worker, between two processes. */
void otpi_rescue_log(void);

#endif
