/* cells.h - where tables are, by a handle that may be anything.
 *
 * Idea: what a state has of a private table is the address of a cell, and what is sent of a shared
 * one is a number that says which cell and which of its lives. Cells are never given back while the
 * runtime runs, so whoever has kept one for too long finds memory there, and in it that the table
 * is not his: another's, or nobody's. A cell is tied to its process.
 * Threads: any.
 */
#ifndef OTPI_CELLS_H
#define OTPI_CELLS_H

#include <stdatomic.h>

#include <otp/share.h>
#include <otp/table_ref.h>

#include "store/rows.h"
#include "store/store.h"

/* A cell: of a private table, with rows, or of a shared one, with a store. */
struct otp_table {
    _Atomic(struct otpi_rows *) rows;      /* atomic: whose owner that is */
    _Atomic(struct otpi_store *) store;    /* atomic: written under lock; NULL: there is none */
    _Atomic uint64_t id;                   /* atomic: of this life, if it is shared; 0: it is not */
    _Atomic uint64_t owner;                /* atomic: bits of the process; 0: nobody */
    _Atomic(const struct otp_heir *) heir; /* atomic: of this life; the owner writes it */
    _Atomic uint32_t access;               /* atomic: enum otp_access; of this life */
    uint32_t index;                        /* const: among all cells */
    struct otp_lock lock;                  /* table: which store there is */
    struct otp_table *next;                /* lock: cells; of those that are nobody's */
    struct otp_tie tie;                    /* to its owner, while it has one */
};

/* A cell of the calling process, for a private table with these rows, which are borrowed. NULL: no
 * memory, or the process is to end. */
struct otp_table *otpi_cells_take(struct otpi_rows *rows);
/* The same for a shared one; takes store, if it gives a cell. */
struct otp_table *otpi_cells_share(struct otpi_store *store, enum otp_access access);
/* Its table is gone. By its owner. Takes table, and drops its store. */
void otpi_cells_give_back(struct otp_table *table);
/* The cell that a reference is of, or was: its id says which. NULL: there never was one. */
struct otp_table *otpi_cells_find(otp_table_ref ref);
/* All that there are; the runtime has stopped. */
void otpi_cells_free(void);

/* table.c: a walk of the calling process's table was left for good, and is over. */
void otpi_table_end_walks(struct otp_table *table);

#endif
