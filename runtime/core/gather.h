/* gather.h - work that one worker does faster than all of them.
 *
 * Idea: where handlers of some ten nanoseconds pass messages on, every line that they touch was
 * written by another CPU last, and two of them get less done than one. Whether that is so depends
 * on the work, so it is tried out: when much of what is run has come from another worker, all but
 * one rest for a few ticks, and it is compared what was done in those and in the ones before. If
 * it was no less they go on resting for a while. One that rests takes nothing that is not its own,
 * and what its fibers have run is left to the others.
 * Threads: the watcher.
 */
#ifndef OTPI_GATHER_H
#define OTPI_GATHER_H

#include <stdbool.h>
#include <stdint.h>

struct otpi_worker;

enum otpi_gather_phase { OTPI_SPREAD, OTPI_TRIED, OTPI_GATHERED };

/* What was done in some ticks. */
struct otpi_done {
    uint64_t done, runs, moved;
};

/* owner: the watcher */
struct otpi_gather {
    enum otpi_gather_phase phase;
    uint32_t ticks;               /* in this phase, or of those that are counted together */
    uint32_t wait, last_wait;     /* ticks until it may be tried again, and so many last time */
    uint32_t failed;              /* so many trials in a row */
    bool stuck;                   /* somebody that is to work does not get on */
    struct otpi_worker *keep;     /* goes on */
    struct otpi_done before, now; /* the trial; what is being counted */
};

/* Once a tick. */
void otpi_gather_look(struct otpi_gather *gather);
/* Everybody works again. */
void otpi_gather_end(struct otpi_gather *gather);

#endif
