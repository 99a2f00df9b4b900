/* layout.h - how to copy a value that has strings, lists and options in it.
 *
 * Idea: generated code describes its structs as constant data; one routine in the library copies
 * any of them into one block, the struct first and what it points to behind it. A layout without
 * references is copied as it is.
 */
#ifndef OTP_LAYOUT_H
#define OTP_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include <otp/version.h>

enum otp_ref_kind {
    OTP_REF_TEXT,  /* an otp_str or otp_bytes at offset */
    OTP_REF_LIST,  /* a pointer to items and a size_t count at offset; item is their layout */
    OTP_REF_STRUCT /* a struct at offset; item is its layout */
};

struct otp_layout;

/* One place of a struct that holds a reference. Where guard_size is not 0, it is there only if the
 * unsigned integer of that many bytes at guard_offset equals guard_value (a tag, a has_ flag). */
struct otp_ref {
    uint8_t kind;       /* enum otp_ref_kind */
    uint8_t guard_size; /* 0, 1 or 4 */
    uint16_t guard_value;
    uint32_t offset;
    uint32_t guard_offset;
    const struct otp_layout *item; /* LIST, STRUCT */
};

struct otp_layout {
    uint32_t size; /* sizeof the struct */
    uint32_t n_refs;
    const struct otp_ref *refs;
};

OTP_BEGIN_DECLS

/* Bytes that a copy of value needs, struct and all; 0 if that does not fit 1 GiB. Any thread. */
OTP_API size_t otp_layout_measure(const struct otp_layout *layout, const void *value);
/* Copies value into block, which has room for what otp_layout_measure said and is aligned to 16.
 * Borrows both. The copy refers to nothing outside block. Any thread. */
OTP_API void otp_layout_copy(const struct otp_layout *layout, const void *value, void *block);

OTP_END_DECLS

#endif
