/* add.h - a counter in a table goes on.
 *
 * Idea: the sum is computed as if numbers had no end, and then looked at: whether it is beyond the
 * limit, whether it fits. So one function does for all integers.
 * Threads: any; nothing is shared.
 */
#ifndef OTPI_ADD_H
#define OTPI_ADD_H

#include <string.h>

#include <otp/table.h>

/* An integer of size bytes, widened: a signed one is what it is as an int64_t. */
static inline uint64_t otpi_add_load(const void *from, size_t size, bool is_signed)
{
    uint64_t word = 0;
    unsigned rest = (unsigned)(64 - 8 * size);

    memcpy(&word, from, size); /* a number begins with its lowest byte: ARCHITECTURE.md */
    return is_signed ? (uint64_t)((int64_t)(word << rest) >> rest) : word;
}

static inline bool otpi_add_fits(uint64_t word, size_t size, bool is_signed)
{
    return otpi_add_load(&word, size, is_signed) == word;
}

/* old + by. False: it does not fit into 64 bits. */
static inline bool otpi_add_sum(const struct otp_addition *add, uint64_t old, uint64_t *sum)
{
    int64_t result;
    bool fits = add->is_signed ? !__builtin_add_overflow((int64_t)old, add->by, &result)
                               : !__builtin_add_overflow(old, add->by, sum);

    if (add->is_signed && fits)
        *sum = (uint64_t)result;
    return fits;
}

/* Whether a sum that fits is beyond the limit, on the side that it goes to. */
static inline bool otpi_add_is_beyond(const struct otp_addition *add, uint64_t sum, uint64_t limit)
{
    bool more = add->is_signed ? (int64_t)sum > (int64_t)limit : sum > limit;
    bool less = add->is_signed ? (int64_t)sum < (int64_t)limit : sum < limit;

    return add->by >= 0 ? more : less;
}

/* What add makes of the integer of size bytes at old; result may be old. OUT_OF_RANGE: nothing is
 * written. Borrows all. */
static inline otp_status otpi_add(const struct otp_addition *add, size_t size, const void *old,
                                  void *result)
{
    uint64_t sum = 0;
    bool fits = otpi_add_sum(add, otpi_add_load(old, size, add->is_signed), &sum);
    bool beyond = !fits;

    if (fits && add->limit != NULL)
        beyond = otpi_add_is_beyond(add, sum, otpi_add_load(add->limit, size, add->is_signed));
    if (add->limit != NULL && beyond) {
        memcpy(result, add->restart, size);
        return OTP_OK;
    }
    if (!fits || !otpi_add_fits(sum, size, add->is_signed))
        return OTP_OUT_OF_RANGE;
    memcpy(result, &sum, size);
    return OTP_OK;
}

/* Whether values of that layout can be counted with. */
static inline bool otpi_add_can(const struct otp_layout *value)
{
    return value->n_refs == 0 &&
           (value->size == 1 || value->size == 2 || value->size == 4 || value->size == 8);
}

#endif
