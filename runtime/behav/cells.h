/* cells.h - where tables are, by a handle that may be anything.
 *
 * Idea: what a state has of a table is the address of a cell. Cells are never given back while the
 * runtime runs, so whoever has kept one for too long finds memory there, and in it that the table
 * is not his: another's, or nobody's. A cell is tied to its process.
 * Threads: any.
 */
#ifndef OTPI_CELLS_H
#define OTPI_CELLS_H

#include <stdatomic.h>

#include <otp/share.h>
#include <otp/table.h>

#include "behav/rows.h"

/* A cell. */
struct otp_table {
    struct otp_tie tie;               /* to its owner, while it has one */
    _Atomic uint64_t owner;           /* atomic: bits of the process; 0: nobody */
    _Atomic(struct otpi_rows *) rows; /* atomic: whose owner that is */
    struct otp_table *next;           /* lock: cells; of those that are nobody's */
};

/* One of the calling process, with these rows, which are borrowed. NULL: no memory, or it is to
 * end. */
struct otp_table *otpi_cells_take(struct otpi_rows *rows);
/* Its table is gone. By its owner. Takes table. */
void otpi_cells_give_back(struct otp_table *table);
/* All that there are; the runtime has stopped. */
void otpi_cells_free(void);

/* table.c: a walk of the calling process's table was left for good, and is over. */
void otpi_table_end_walks(struct otp_table *table);

#endif
