/* give.h - values that are given out of a store.
 *
 * Idea: what was found may be replaced and freed as soon as the pin ends, so whoever asked gets a
 * copy: in the scratch memory of a process, or, in a foreign thread, in a block that it gives back.
 * Threads: any, pinned where from is in a store.
 */
#ifndef OTPI_GIVE_H
#define OTPI_GIVE_H

#include <string.h>

#include "store/store.h"

/* Copies a value of layout with what it refers to; NOMEM: *to is unchanged. */
otp_status otpi_give_copy(const struct otp_layout *layout, const void *from, void *to);
/* What otpi_give took for value, given back by a foreign thread; nothing in a process. */
void otpi_give_back(const struct otp_layout *layout, const void *value);
/* Copies of an entry's key and value in one block from otp_alloc, which is *value. key is as
 * functions take it: of text a view. False: no memory. */
bool otpi_give_entry(const struct otpi_store_type *type, const struct otpi_taken *entry, void **key,
                     void **value);

/* Copies the value to *to. */
static inline otp_status otpi_give(const struct otp_layout *layout, const void *from, void *to)
{
    if (layout->n_refs != 0)
        return otpi_give_copy(layout, from, to);
    if (layout->size == sizeof(uint64_t)) /* as most are */
        memcpy(to, from, sizeof(uint64_t));
    else
        memcpy(to, from, layout->size);
    return OTP_OK;
}

static inline const void *otpi_give_found(const struct otpi_found *found)
{
    return found->box != NULL ? otpi_box_value(found->box) : found->words;
}

#endif
