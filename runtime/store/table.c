/* table.c - typed tables: whose they are.
 *
 * Idea: each function asks first whether the table is the calling process's, and, if it changes
 * the table, whether a walk is under way: then its entries must stay where they are. Whoever may
 * not learns it from what is given back, and from the log if he asked for that.
 * Threads: any; only the owner gets anything done. Locks: none of its own.
 * Owns: the rows, in memory of the process.
 */
#include <otp/table.h>

#include "base/apart.h"
#include "base/misuse.h"
#include "store/cells.h"

/* Somebody who may not. A process that was killed finds that its tables have gone before it has:
 * that is no misuse, and it does not come back from here. */
OTPI_APART static otp_status refuse(const char *function)
{
    otp_status status = otp_enter();

    if (status == OTP_OK) {
        status = OTP_NOT_OWNER;
        otp_leave();
    }
    return otpi_judge(function, status);
}

/* Its rows, if it is the calling process's. acquire: pairs with the release in cells.c: who finds
 * the rows of the cell's next table, since he was killed, finds that it is not his either. */
static inline struct otpi_rows *mine(const struct otp_table *table)
{
    uint64_t self = otp_self().bits;
    struct otpi_rows *rows;

    if (self == 0 || table == NULL)
        return NULL;
    rows = atomic_load_explicit(&table->rows, memory_order_acquire);
    return atomic_load_explicit(&table->owner, memory_order_relaxed) == self ? rows : NULL;
}

/* The same for a function that looks only. */
static inline struct otpi_rows *readable(const struct otp_table *table, const char *function)
{
    struct otpi_rows *rows = mine(table);

    if (rows == NULL)
        (void)refuse(function);
    return rows;
}

/* For one that changes something. */
static inline otp_status changeable(const struct otp_table *table, const char *function,
                                    struct otpi_rows **rows)
{
    *rows = mine(table);
    if (*rows == NULL)
        return refuse(function);
    return otpi_rows_is_walked(*rows) ? otpi_judge(function, OTP_BADARG) : OTP_OK;
}

struct otp_table *otp_table_new(const struct otp_table_type *type)
{
    struct otpi_rows *rows = NULL;
    struct otp_table *table = NULL;

    if (otp_self().bits == 0)
        (void)refuse(__func__);
    else
        rows = otpi_rows_new(type);
    if (rows != NULL)
        table = otpi_cells_take(rows);
    if (table == NULL)
        otpi_rows_drop(rows);
    return table;
}

void otp_table_drop(struct otp_table *table)
{
    struct otpi_rows *rows;

    if (table == NULL || changeable(table, __func__, &rows) != OTP_OK)
        return;
    otpi_cells_give_back(table);
    otpi_rows_drop(rows);
}

otp_status otp_table_put(struct otp_table *table, const void *key, const void *value)
{
    struct otpi_rows *rows;
    otp_status status = changeable(table, __func__, &rows);

    return status == OTP_OK ? otpi_rows_put(rows, key, value) : status;
}

otp_status otp_table_put_new(struct otp_table *table, const void *key, const void *value)
{
    struct otpi_rows *rows;
    otp_status status = changeable(table, __func__, &rows);

    return status == OTP_OK ? otpi_rows_put_new(rows, key, value) : status;
}

otp_status otp_table_put_all(struct otp_table *table, const void *keys, const void *values,
                             size_t n)
{
    const struct otpi_row_list list = { keys, values, n, false };
    struct otpi_rows *rows;
    otp_status status = changeable(table, __func__, &rows);

    return status == OTP_OK ? otpi_rows_put_all(rows, &list) : status;
}

otp_status otp_table_put_all_new(struct otp_table *table, const void *keys, const void *values,
                                 size_t n)
{
    const struct otpi_row_list list = { keys, values, n, true };
    struct otpi_rows *rows;
    otp_status status = changeable(table, __func__, &rows);

    return status == OTP_OK ? otpi_rows_put_all(rows, &list) : status;
}

otp_status otp_table_add(struct otp_table *table, const void *key, const struct otp_addition *add,
                         void *value)
{
    struct otpi_rows *rows;
    otp_status status = changeable(table, __func__, &rows);

    return status == OTP_OK ? OTPI_JUDGED(otpi_rows_add(rows, key, add, value)) : status;
}

bool otp_table_get(const struct otp_table *table, const void *key, void *value)
{
    const struct otpi_rows *rows = readable(table, __func__);

    return rows != NULL && otpi_rows_get(rows, key, value);
}

bool otp_table_take(struct otp_table *table, const void *key, void *value)
{
    struct otpi_rows *rows;

    return changeable(table, __func__, &rows) == OTP_OK && otpi_rows_take(rows, key, value);
}

bool otp_table_has(const struct otp_table *table, const void *key)
{
    const struct otpi_rows *rows = readable(table, __func__);

    return rows != NULL && otpi_rows_has(rows, key);
}

bool otp_table_delete(struct otp_table *table, const void *key)
{
    struct otpi_rows *rows;

    return changeable(table, __func__, &rows) == OTP_OK && otpi_rows_delete(rows, key);
}

size_t otp_table_delete_if(struct otp_table *table, otp_table_predicate *predicate, void *context)
{
    struct otpi_rows *rows;

    if (changeable(table, __func__, &rows) != OTP_OK)
        return 0;
    return otpi_rows_delete_if(rows, predicate, context);
}

/* What counts those that another one accepts. */
struct counting {
    otp_table_predicate *predicate;
    void *context;
    size_t n;
};

static bool count_one(const void *key, const void *value, void *context)
{
    struct counting *counting = context;

    counting->n += counting->predicate(key, value, counting->context);
    return true;
}

size_t otp_table_count_if(const struct otp_table *table, otp_table_predicate *predicate,
                          void *context)
{
    struct counting counting = { predicate, context, 0 };

    otp_table_each(table, count_one, &counting);
    return counting.n;
}

void otp_table_each(const struct otp_table *table, otp_table_predicate *visit, void *context)
{
    struct otpi_rows *rows = readable(table, __func__);

    if (rows != NULL)
        otpi_rows_each(rows, visit, context);
}

void otp_table_range(const struct otp_table *table, const void *from, const void *to,
                     otp_table_predicate *visit, void *context)
{
    struct otpi_rows *rows = readable(table, __func__);

    if (rows != NULL)
        (void)OTPI_JUDGED(otpi_rows_range(rows, from, to, visit, context));
}

/* Of the functions below; NOT_FOUND is no misuse. */
static bool step(const struct otp_table *table, const char *function, enum otpi_step way,
                 const void *key, void *found)
{
    const struct otpi_rows *rows = readable(table, function);
    otp_status status = rows == NULL ? OTP_NOT_OWNER : otpi_rows_step(rows, way, key, found);

    if (status == OTP_BADARG)
        (void)otpi_judge(function, status);
    return status == OTP_OK;
}

bool otp_table_first(const struct otp_table *table, void *found)
{
    return step(table, __func__, OTPI_UP, NULL, found);
}

bool otp_table_last(const struct otp_table *table, void *found)
{
    return step(table, __func__, OTPI_DOWN, NULL, found);
}

bool otp_table_next(const struct otp_table *table, const void *key, void *found)
{
    return step(table, __func__, OTPI_UP, key, found);
}

bool otp_table_prev(const struct otp_table *table, const void *key, void *found)
{
    return step(table, __func__, OTPI_DOWN, key, found);
}

otp_status otp_table_select(const struct otp_table *table, otp_table_predicate *predicate,
                            void *context, const void **keys, size_t *n)
{
    struct otpi_rows *rows = mine(table);

    return rows == NULL ? refuse(__func__) : otpi_rows_select(rows, predicate, context, keys, n);
}

void otp_table_clear(struct otp_table *table)
{
    struct otpi_rows *rows;

    if (changeable(table, __func__, &rows) == OTP_OK)
        otpi_rows_clear(rows);
}

void otp_table_shrink(struct otp_table *table)
{
    struct otpi_rows *rows;

    if (changeable(table, __func__, &rows) == OTP_OK)
        otpi_rows_shrink(rows);
}

size_t otp_table_count(const struct otp_table *table)
{
    const struct otpi_rows *rows = readable(table, __func__);

    return rows == NULL ? 0 : otpi_rows_count(rows);
}

size_t otp_table_memory(const struct otp_table *table)
{
    const struct otpi_rows *rows = readable(table, __func__);

    return rows == NULL ? 0 : sizeof *table + otpi_rows_memory(rows);
}

void otpi_table_end_walks(struct otp_table *table)
{
    struct otpi_rows *rows = mine(table);

    if (rows != NULL)
        otpi_rows_end_walks(rows);
}
