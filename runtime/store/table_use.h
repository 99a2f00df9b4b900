/* table_use.h - using a table where it is.
 *
 * Idea: see otp/table_ref.h. A use enters, pins, and looks for the store of the cell that the
 * reference names; that stays until the pin ends. The id is looked at last: if it is the one asked
 * for, all that was read before is of that life. What is found is copied out before the pin ends,
 * and functions of the user's run when nothing is held.
 * Threads: any.
 */
#ifndef OTPI_TABLE_USE_H
#define OTPI_TABLE_USE_H

#include <otp/table_ref.h>

#include "store/cells.h"

/* table_ref.c: whether they are the same types by what they are made of, as those of two packages:
 * what one writes is what the other reads. */
bool otpi_table_is_alike(const struct otpi_store_type *own, const struct otp_table_type *type);

static inline bool otpi_use_is_of(const struct otpi_store *store, const struct otp_table_type *type)
{
    const struct otpi_store_type *own = &store->type;

    if (own->key == type->key && own->value == type->value)
        return own->key_kind == type->key_kind;
    return otpi_table_is_alike(own, type);
}

/* From otpi_use_enter on, until otpi_use_leave. */
struct otpi_use {
    struct otp_table *table;
    struct otpi_store *store;
};

/* What a use is for. */
enum otpi_purpose { OTPI_READS, OTPI_WRITES, OTPI_OWNS };

static inline bool otpi_use_may(const struct otp_table *table, enum otpi_purpose purpose)
{
    if (purpose == OTPI_READS)
        return true;
    /* acquire: pairs with the releases in cells.c */
    if (purpose == OTPI_WRITES &&
        atomic_load_explicit(&table->access, memory_order_acquire) == OTP_ACCESS_PUBLIC)
        return true;
    return atomic_load_explicit(&table->owner, memory_order_acquire) == otp_self().bits;
}

/* Pins. NOPROC, NOT_OWNER: it has not. */
static inline otp_status otpi_use_find(otp_table_ref ref, enum otpi_purpose purpose,
                                       struct otpi_use *use)
{
    otp_status status;

    use->table = otpi_cells_find(ref);
    if (use->table == NULL)
        return OTP_NOPROC;
    (void)otp_pin();
    use->store = atomic_load_explicit(&use->table->store, memory_order_acquire);
    status = otpi_use_may(use->table, purpose) ? OTP_OK : OTP_NOT_OWNER;
    if (use->store == NULL ||
        atomic_load_explicit(&use->table->id, memory_order_acquire) != ref.id_)
        status = OTP_NOPROC;
    if (status != OTP_OK)
        otp_unpin();
    return status;
}

/* If OK leave follows. */
static inline otp_status otpi_use_enter(otp_table_ref ref, enum otpi_purpose purpose,
                                        struct otpi_use *use)
{
    otp_status status = otp_enter();

    if (status != OTP_OK)
        return status;
    status = otpi_use_find(ref, purpose, use);
    if (status != OTP_OK)
        otp_leave();
    return status;
}

static inline void otpi_use_leave(void)
{
    otp_unpin();
    otp_leave();
}

/* The same for functions that have types. */
static inline otp_status otpi_use_enter_typed(otp_table_ref ref, const struct otp_table_type *type,
                                              enum otpi_purpose purpose, struct otpi_use *use)
{
    otp_status status = otpi_use_enter(ref, purpose, use);

    if (status != OTP_OK || otpi_use_is_of(use->store, type))
        return status;
    otpi_use_leave();
    return OTP_WRONG_MODULE;
}

/* And for those that have a key. */
static inline otp_status otpi_use_enter_for(otp_table_ref ref, const struct otp_table_type *type,
                                            enum otpi_purpose purpose, const void *key,
                                            struct otpi_use *use, struct otpi_store_key *made)
{
    otp_status status = otpi_use_enter_typed(ref, type, purpose, use);

    if (status != OTP_OK || otpi_store_key(use->store, key, made))
        return status;
    otpi_use_leave();
    return OTP_BADARG;
}

#endif
