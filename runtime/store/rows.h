/* rows.h - the entries of a table that only its process sees.
 *
 * Idea: what otp/table.h says of a private table, without the question whose it is: that is asked
 * in table.c. Keys and values are borrowed and copied; what is given out is a copy.
 * Threads: the owning process only.
 */
#ifndef OTPI_ROWS_H
#define OTPI_ROWS_H

#include <otp/table.h>

#include "store/add.h"

struct otpi_rows;

/* NULL: no memory. */
struct otpi_rows *otpi_rows_new(const struct otp_table_type *type);
/* Takes rows; NULL is allowed. */
void otpi_rows_drop(struct otpi_rows *rows);

/* On failure nothing has changed. */
otp_status otpi_rows_put(struct otpi_rows *rows, const void *key, const void *value);
/* EXISTS. NOMEM. */
otp_status otpi_rows_put_new(struct otpi_rows *rows, const void *key, const void *value);
/* Entries that are put at once: arrays of n. */
struct otpi_row_list {
    const void *keys, *values;
    size_t n;
    bool only_new;
};

/* Puts all, in their order, or none. EXISTS: only_new, and one is there before. NOMEM. */
otp_status otpi_rows_put_all(struct otpi_rows *rows, const struct otpi_row_list *list);
/* As otp_table_add. */
otp_status otpi_rows_add(struct otpi_rows *rows, const void *key, const struct otp_addition *add,
                         void *value);
/* Out of scratch memory ends the process, before anything has changed. */
bool otpi_rows_get(const struct otpi_rows *rows, const void *key, void *value);
bool otpi_rows_take(struct otpi_rows *rows, const void *key, void *value);

enum otpi_step { OTPI_UP, OTPI_DOWN };

/* *found gets the key after (UP) or before a key, which need not be there; after none, NULL, is the
 * first, before none the last. NOT_FOUND. BADARG: keys have no order. */
otp_status otpi_rows_step(const struct otpi_rows *rows, enum otpi_step step, const void *key,
                          void *found);
bool otpi_rows_has(const struct otpi_rows *rows, const void *key);
bool otpi_rows_delete(struct otpi_rows *rows, const void *key);

/* What is called must not change the rows: who could asks is_walked. */
size_t otpi_rows_delete_if(struct otpi_rows *rows, otp_table_predicate *predicate, void *context);
void otpi_rows_each(struct otpi_rows *rows, otp_table_predicate *visit, void *context);
/* Entries whose key is not before from and before to, in their order; NULL: from the first, to the
 * last. BADARG: keys have no order. */
otp_status otpi_rows_range(struct otpi_rows *rows, const void *from, const void *to,
                           otp_table_predicate *visit, void *context);
/* As otp_table_select. */
otp_status otpi_rows_select(struct otpi_rows *rows, otp_table_predicate *predicate, void *context,
                            const void **keys, size_t *n);
/* One of the three above is under way. */
bool otpi_rows_is_walked(const struct otpi_rows *rows);
/* It is not any more: its function has been left for good. */
void otpi_rows_end_walks(struct otpi_rows *rows);

void otpi_rows_clear(struct otpi_rows *rows);
void otpi_rows_shrink(struct otpi_rows *rows);
size_t otpi_rows_count(const struct otpi_rows *rows);
size_t otpi_rows_memory(const struct otpi_rows *rows);

#endif
