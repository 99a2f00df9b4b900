/* reclaim.h - when memory that was read without a lock can be freed, and work for later.
 *
 * Idea: see otp/reclaim.h. There is a count of eras. A pin is the era in which it began. Who frees
 * takes all that was retired so far, begins an era E, and fences: then a thread either shows its
 * pin, or has not begun to read and will not find what was taken out. So what was taken can be
 * freed when no pin is older than E. The fence is the asymmetric one of plat/fence.h, so that a pin
 * costs no fence.
 *
 *     reader:  pinned = era; light fence; read ...; pinned = 0 (release)
 *     freer:   take what was retired; E = ++era; heavy fence; look at all pins (acquire)
 *
 * A reader may have read an old era and be late in writing it: then its pin is older than it is,
 * and holds back more than it must.
 * Locks: retired (of one thread), under reclaim; later. All of them leaves to the rest.
 */
#ifndef OTPI_RECLAIM_H
#define OTPI_RECLAIM_H

#include <stdatomic.h>

#include <otp/reclaim.h>

#include "plat/plat.h"

#define OTPI_RECLAIM_BATCHES 8

/* What one thread has. */
struct otpi_pin {
    _Atomic uint64_t era;        /* atomic: of its pin; 0: none. owner writes */
    struct otpi_lock lock;       /* retired */
    uint32_t n;                  /* lock: retired */
    size_t bytes;                /* lock: retired; in these */
    struct otp_retired *retired; /* lock: retired */
    _Atomic uint32_t many;       /* atomic: they are worth freeing; written under lock */
};

/* What was taken together. */
struct otpi_batch {
    struct otp_retired *blocks;
    uint64_t era; /* it is free when no pin is older */
};

struct otpi_reclaim {
    _Atomic uint64_t era; /* atomic: counts from 1; written under lock */
    struct otpi_lock lock;
    struct otpi_batch batches[OTPI_RECLAIM_BATCHES]; /* lock: the first n, oldest first */
    uint32_t n_batches;                              /* lock */
    struct otp_retired *dead;                        /* lock: nobody can see these */
    _Atomic uint32_t held; /* atomic: there are batches or dead ones; written under lock */
    struct otpi_lock later_lock;
    struct otp_later *later, *later_last; /* lock: later */
    _Atomic uint32_t n_later;             /* atomic: in the list; written under lock later */
};

/* For a new runtime. */
void otpi_reclaim_init(struct otpi_reclaim *reclaim);
/* Frees some of what can be freed. */
void otpi_reclaim_some(void);
/* Does a part of what waits for later; false: there was nothing. By a worker. */
bool otpi_later_run(void);
/* The same, and frees what a pin has held back. By a worker, each millisecond. */
void otpi_later_tick(void);
/* Frees and does all that is left: no process, no worker and no foreign thread is inside. */
void otpi_reclaim_finish(void);

#endif
