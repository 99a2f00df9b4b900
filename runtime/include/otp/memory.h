/* memory.h - memory that goes with its process.
 *
 * Idea: two lifetimes. Owned memory lives until it is freed or its process ends, however it ends.
 * Scratch memory lives until the running handler returns and is never freed by hand. A struct
 * otp_string owns its bytes; it has the layout of an otp_str, so a struct of owners can be read as
 * a struct of views.
 * Threads: each function works for the process that runs on the calling thread; elsewhere (a
 * foreign thread) owned memory is plain memory that the caller must free, and scratch gives
 * NULL.
 */
#ifndef OTP_MEMORY_H
#define OTP_MEMORY_H

#include <otp/layout.h>
#include <otp/status.h>
#include <otp/value.h>

/* Text that is owned by a state. All bits zero: empty. */
struct otp_string {
    char *data; /* owner: the process; NULL if empty */
    size_t size;
};

/* Bytes that are owned by a state. All bits zero: empty. */
struct otp_blob {
    uint8_t *data;
    size_t size;
};

OTP_BEGIN_DECLS

/* size bytes aligned to 16, zeroed; NULL if there are none. Freed by otp_free or with the
 * process. */
OTP_API OTP_MUST_CHECK void *otp_alloc(size_t size);
/* Frees what otp_alloc gave to this process; NULL is allowed. */
OTP_API void otp_free(void *memory);
/* size bytes aligned to 16, not zeroed, until the handler returns; NULL if there are none. */
OTP_API OTP_MUST_CHECK void *otp_scratch(size_t size);

/* Replaces the string by a copy of text. NOMEM: unchanged. text may lie in the string itself. */
OTP_API OTP_MUST_CHECK otp_status otp_string_set(struct otp_string *string, otp_str text);
OTP_API OTP_MUST_CHECK otp_status otp_blob_set(struct otp_blob *blob, otp_bytes bytes);
/* Makes it empty. */
OTP_API void otp_string_clear(struct otp_string *string);
OTP_API void otp_blob_clear(struct otp_blob *blob);

static inline otp_str otp_string_view(const struct otp_string *string)
{
    otp_str view;
    view.data = string->data;
    view.size = string->size;
    return view;
}

static inline otp_bytes otp_blob_view(const struct otp_blob *blob)
{
    otp_bytes view;
    view.data = blob->data;
    view.size = blob->size;
    return view;
}

/* For generated code: replaces the struct of owners at owned by a deep copy of the struct of views
 * at view, both described by layout. NOMEM: owned is unchanged. */
OTP_API OTP_MUST_CHECK otp_status otp_owned_set(const struct otp_layout *layout, void *owned,
                                                const void *view);
/* For generated code: frees what the struct of owners refers to and makes it all zero. */
OTP_API void otp_owned_clear(const struct otp_layout *layout, void *owned);

OTP_END_DECLS

#endif
