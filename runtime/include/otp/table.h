/* table.h - typed tables in the state of a process.
 *
 * Idea: a hash table whose keys and values are flat copies; the bytes that strings refer to belong
 * to the table. Generated functions give it types. What get gives out is copied to scratch memory,
 * so it stays valid until the handler returns whatever happens to the table meanwhile.
 * Threads: the owning process only.
 */
#ifndef OTP_TABLE_H
#define OTP_TABLE_H

#include <otp/layout.h>
#include <otp/status.h>
#include <otp/value.h>

/* How keys compare: by their bytes (integers, enums, structs without references that are zero
 * between their fields, as otpc makes them), or as one otp_str or otp_bytes. */
enum otp_key_kind { OTP_KEY_PLAIN, OTP_KEY_TEXT };

/* Constant, written by otpc. */
struct otp_table_type {
    uint32_t key_kind; /* enum otp_key_kind */
    const struct otp_layout *key;
    const struct otp_layout *value;
};

struct otp_table;

OTP_BEGIN_DECLS

/* A new empty table, owned by the calling process; NULL: no memory. */
OTP_API OTP_MUST_CHECK struct otp_table *otp_table_new(const struct otp_table_type *type);
/* Frees it before its process ends. Takes table; NULL is allowed. */
OTP_API void otp_table_drop(struct otp_table *table);

/* Inserts or replaces; key and value are borrowed and copied. NOMEM: the table is unchanged. */
OTP_API OTP_MUST_CHECK otp_status otp_table_put(struct otp_table *table, const void *key,
                                                const void *value);
/* Copies the value into *value (type->value->size bytes), what it refers to into scratch memory.
 * False: no such key; *value is untouched. Out of scratch memory ends the process with nomem. */
OTP_API bool otp_table_get(const struct otp_table *table, const void *key, void *value);
OTP_API bool otp_table_has(const struct otp_table *table, const void *key);
/* True if the key was there. */
OTP_API bool otp_table_delete(struct otp_table *table, const void *key);
/* Deletes the entries that the predicate accepts and returns how many. key and value are views into
 * the table, valid during the predicate's call; it must not change the table. */
OTP_API size_t otp_table_delete_if(struct otp_table *table,
                                   bool (*predicate)(const void *key, const void *value,
                                                     void *context),
                                   void *context);
/* Calls visit for each entry until it returns false; same rules as delete_if. */
OTP_API void otp_table_each(const struct otp_table *table,
                            bool (*visit)(const void *key, const void *value, void *context),
                            void *context);
OTP_API void otp_table_clear(struct otp_table *table);
/* Gives back the room that entries which are gone have left. Without memory it stays as it is. */
OTP_API void otp_table_shrink(struct otp_table *table);
OTP_API size_t otp_table_count(const struct otp_table *table);
/* Bytes that it holds. */
OTP_API size_t otp_table_memory(const struct otp_table *table);

OTP_END_DECLS

#endif
