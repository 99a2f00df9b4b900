/* layout.h - walking values that a layout describes.
 *
 * Idea: what the public routine does to a whole block, in its parts: for tables, for replies, for
 * whoever keeps a struct in one place and what it refers to in another.
 * Threads: any.
 */
#ifndef OTPI_LAYOUT_H
#define OTPI_LAYOUT_H

#include <stdbool.h>
#include <string.h>

#include <otp/layout.h>

/* What a value may need in all. */
#define OTPI_LAYOUT_MAX ((size_t)1 << 30)

/* Whether value has the reference (its guard says so). Borrows both. */
bool otpi_layout_present(const struct otp_ref *ref, const void *value);
/* Bytes that copies of what value refers to need, without the struct itself; SIZE_MAX: more than
 * OTPI_LAYOUT_MAX, or lists nested deeper than any that a spec can declare. */
size_t otpi_layout_measure_refs(const struct otp_layout *layout, const void *value);
/* value is a plain copy of a struct: copies what it refers to into place (aligned to 16, as large
 * as otpi_layout_measure_refs said; NULL if that was 0) and makes it refer to that. What is empty
 * becomes NULL. */
void otpi_layout_copy_refs(const struct otp_layout *layout, void *value, void *place);
/* Whether values of one are values of the other: the same size, and the same references in the same
 * places. NULL is like NULL only. */
bool otpi_layout_is_like(const struct otp_layout *a, const struct otp_layout *b);
/* The address that the first reference of value, in the order of the copy, points to; NULL: it
 * refers to nothing. In a copy it is the start of what lies behind the struct. */
void *otpi_layout_first(const struct otp_layout *layout, const void *value);
/* value is in a block that otp_layout_copy made and that was then copied as it is,
 * to an address that is `distance` further on: makes its references point into the copy. */
void otpi_layout_move(const struct otp_layout *layout, void *value, intptr_t distance);

/* A struct of a few words that refers to nothing: compilers turn a memcpy of few but unknown bytes
 * into one slow instruction, or into many registers. */
static inline void otpi_layout_copy_few(void *to, const void *from, size_t size)
{
    size_t done = 0;

    if (__builtin_expect(size == 8, 1)) {
        memcpy(to, from, 8);
        return;
    }
    for (; size - done >= 8; done += 8)
        memcpy((char *)to + done, (const char *)from + done, 8);
    for (; done < size; done++)
        ((char *)to)[done] = ((const char *)from)[done];
}

#endif
