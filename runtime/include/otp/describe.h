/* describe.h - the values of a spec as text.
 *
 * Idea: otpc writes constant tables that say how the states, arguments and replies of a module
 * read: the name of each field, where it is, what it is. One function prints any of them, for
 * traces, status and crash logs. Nothing on the path of a message looks at these tables.
 */
#ifndef OTP_DESCRIBE_H
#define OTP_DESCRIBE_H

#include <stddef.h>
#include <stdint.h>

#include <otp/version.h>

/* Numbers, words and flags read as one would write them in C; 90 seconds as 1m30s, an instant as
 * "in 2s" or "3ms ago", a timer as the time that it has left, a pid as <0.3>. */
enum otp_type_kind {
    OTP_TYPE_BOOL,
    OTP_TYPE_I8,
    OTP_TYPE_I16,
    OTP_TYPE_I32,
    OTP_TYPE_I64,
    OTP_TYPE_U8,
    OTP_TYPE_U16,
    OTP_TYPE_U32,
    OTP_TYPE_U64,
    OTP_TYPE_F64,
    OTP_TYPE_STRING, /* "text" with \n, \" and \x1f; also a struct otp_string */
    OTP_TYPE_BYTES,  /* <<00ff>>; also a struct otp_blob */
    OTP_TYPE_DURATION,
    OTP_TYPE_INSTANT,
    OTP_TYPE_PID,
    OTP_TYPE_REASON,
    OTP_TYPE_TIMER,
    OTP_TYPE_MONITOR,
    OTP_TYPE_ENUM,     /* the word; a value without one: 7 */
    OTP_TYPE_STRUCT,   /* {name: value, ...} */
    OTP_TYPE_UNION,    /* a uint32_t tag, and of the fields that with its number: tag{...} */
    OTP_TYPE_TABLE,    /* 12 entries {key: value, ...}: the first few. fields: key, value */
    OTP_TYPE_EXTERN,   /* a C type: what a pointer points to, of others where it is */
    OTP_TYPE_TABLE_REF /* table of <0.3>; no table */
};

enum otp_field_kind {
    OTP_FIELD_ONE,
    OTP_FIELD_OPTIONAL,     /* there if the bool at flag is true, else it reads none */
    OTP_FIELD_LIST,         /* a pointer to items and a size_t count: [1, 2] */
    OTP_FIELD_OPTIONAL_LIST /* both */
};

struct otp_description;

/* A field of a struct, an alternative of a union. */
struct otp_field {
    const char *name; /* NULL: only the value is shown */
    uint8_t type;     /* enum otp_type_kind */
    uint8_t kind;     /* enum otp_field_kind */
    uint32_t offset;
    uint32_t flag; /* offset, where it is optional */
    const struct otp_description
        *description; /* from OTP_TYPE_ENUM to EXTERN; NULL: nothing in it */
};

/* A type that is more than its kind. */
struct otp_description {
    uint32_t type;                  /* enum otp_type_kind */
    uint32_t size;                  /* sizeof it */
    uint32_t count;                 /* of fields or of words */
    const struct otp_field *fields; /* STRUCT, UNION, TABLE */
    const char *const *words;       /* ENUM: of 0, 1, ...; EXTERN: its C type */
};

/* Names whose values are not shown, at any depth: they read ***. */
struct otp_hidden {
    const char *const *names;
    size_t count;
};

OTP_BEGIN_DECLS

/* Writes value into out, terminated; what does not fit ends in "...". Long strings, lists and
 * tables are cut earlier. Borrows all; hidden may be NULL. Whatever bytes the value has, the text
 * has no control characters. Returns its length; 0 if out_size is 0. In a process or any thread; a
 * table only in the process that owns it. */
OTP_API size_t otp_describe(const struct otp_description *description, const void *value,
                            const struct otp_hidden *hidden, char *out, size_t out_size);

OTP_END_DECLS

#endif
