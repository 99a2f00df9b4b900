/* share.h - what processes show to all threads, and what is tied to them.
 *
 * Idea: see otp/share.h. Memory that was given back is kept by size for the next who wants as much;
 * structures that processes show are kept whole, by behaviour.
 * Locks: shelf (leaf); ties are under proc.
 */
#ifndef OTPI_SHARE_H
#define OTPI_SHARE_H

#include <otp/share.h>

#include "plat/plat.h"

struct otpi_relations;

/* Sizes from 64 bytes to 2 GiB, four to each power of two. */
#define OTPI_SHELF_CLASSES 96

struct otpi_shelf {
    struct otpi_lock lock;
    uint64_t *free[OTPI_SHELF_CLASSES]; /* lock: each is linked by its first word */
    struct otpi_piece *pieces;          /* lock: all memory there is */
    struct otp_shared *idle;            /* lock: those that no process shows */
};

/* Frees all: no process and no foreign thread is left. */
void otpi_shelf_free(struct otpi_shelf *shelf);

/* Runs what is tied to pid, which has ended. By who ends it, under no lock. */
void otpi_ties_run(struct otpi_relations *relations, uint64_t pid, const otp_reason *reason);

#endif
