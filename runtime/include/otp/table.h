/* table.h - typed tables in the state of a process.
 *
 * Idea: a hash table whose keys and values are flat copies; the bytes that strings refer to belong
 * to the table. Generated functions give it types. What get gives out is copied to scratch memory,
 * so it stays valid until the handler returns whatever happens to the table meanwhile.
 * Threads: the process that has made the table. For everybody else, in another process or in none,
 * and after the end of that process too, functions do nothing: they give OTP_NOT_OWNER, false or 0,
 * which is a misuse (log_misuse). So they do to a function that a walk calls (each, delete_if,
 * select) if it wants to change the table that is walked: OTP_BADARG, false or 0.
 */
#ifndef OTP_TABLE_H
#define OTP_TABLE_H

#include <otp/layout.h>
#include <otp/status.h>
#include <otp/value.h>

/* How keys compare: by their bytes (integers, enums, structs without references that are zero
 * between their fields, as otpc makes them), or as one otp_str or otp_bytes. */
enum otp_key_kind { OTP_KEY_PLAIN, OTP_KEY_TEXT };

/* Added to the kind of a private table's keys: its entries come in the order of their keys, which
 * are texts, or integers of 1, 2, 4 or 8 bytes; those with a sign say so. */
#define OTP_KEY_ORDERED 0x100u
#define OTP_KEY_SIGNED  0x200u

/* Constant, written by otpc. */
struct otp_table_type {
    uint32_t key_kind; /* enum otp_key_kind, and perhaps OTP_KEY_ORDERED, OTP_KEY_SIGNED */
    const struct otp_layout *key;
    const struct otp_layout *value;
};

struct otp_table;

/* Asked about an entry, or shown it. key and value are views into the table, valid during the call.
 * It must not change that table; it may end the process. */
typedef bool otp_table_predicate(const void *key, const void *value, void *context);

/* How a counter goes on. What is pointed to has the type of the values, an integer of 1, 2, 4 or 8
 * bytes. */
struct otp_addition {
    int64_t by;
    const void *initial; /* what a missing key has before; NULL: it is not found */
    const void *limit;   /* a sum beyond it, on the side that by goes to, .. */
    const void *restart; /* .. becomes this; both NULL: nothing does */
    bool is_signed;
};

OTP_BEGIN_DECLS

/* A new empty table, owned by the calling process and gone with it; NULL: no memory, or no
 * process. */
OTP_API OTP_MUST_CHECK struct otp_table *otp_table_new(const struct otp_table_type *type);
/* Frees it before its process ends. Takes table; NULL is allowed. */
OTP_API void otp_table_drop(struct otp_table *table);

/* Inserts or replaces; key and value are borrowed and copied. NOMEM: the table is unchanged. */
OTP_API OTP_MUST_CHECK otp_status otp_table_put(struct otp_table *table, const void *key,
                                                const void *value);
/* Inserts, unless the key is there: EXISTS. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_put_new(struct otp_table *table, const void *key,
                                                    const void *value);
/* Puts n entries or none: keys and values are arrays, borrowed and copied. Of two with one key the
 * later one stays. NOMEM: the table is unchanged. */
OTP_API OTP_MUST_CHECK otp_status otp_table_put_all(struct otp_table *table, const void *keys,
                                                    const void *values, size_t n);
/* The same, unless one of the keys is there: EXISTS, and the table is unchanged. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_put_all_new(struct otp_table *table, const void *keys,
                                                        const void *values, size_t n);
/* Adds to an integer; *value (may be NULL) gets what it is then. NOT_FOUND: no such key.
 * OUT_OF_RANGE: it would not fit. NOMEM. BADARG: values are no integers. On failure table and
 * *value are unchanged. */
OTP_API OTP_MUST_CHECK otp_status otp_table_add(struct otp_table *table, const void *key,
                                                const struct otp_addition *add, void *value);
/* Copies the value into *value (type->value->size bytes), what it refers to into scratch memory.
 * False: no such key; *value is untouched. Out of scratch memory ends the process with nomem. */
OTP_API bool otp_table_get(const struct otp_table *table, const void *key, void *value);
/* The same, and deletes the key. */
OTP_API bool otp_table_take(struct otp_table *table, const void *key, void *value);
OTP_API bool otp_table_has(const struct otp_table *table, const void *key);
/* True if the key was there. */
OTP_API bool otp_table_delete(struct otp_table *table, const void *key);
/* *found gets the first key, the last, that after key, that before it; key need not be there. Bytes
 * of texts are in scratch memory. False: there is none, or the table is not ordered, which is a
 * misuse. Out of scratch memory ends the process with nomem. */
OTP_API bool otp_table_first(const struct otp_table *table, void *found);
OTP_API bool otp_table_last(const struct otp_table *table, void *found);
OTP_API bool otp_table_next(const struct otp_table *table, const void *key, void *found);
OTP_API bool otp_table_prev(const struct otp_table *table, const void *key, void *found);
/* Deletes the entries that the predicate accepts and returns how many. */
OTP_API size_t otp_table_delete_if(struct otp_table *table, otp_table_predicate *predicate,
                                   void *context);
/* How many entries the predicate accepts. */
OTP_API size_t otp_table_count_if(const struct otp_table *table, otp_table_predicate *predicate,
                                  void *context);
/* Calls visit for each entry until it returns false; in an ordered table in that order. */
OTP_API void otp_table_each(const struct otp_table *table, otp_table_predicate *visit,
                            void *context);
/* The same for those whose key is not before from and before to, in an ordered table; NULL: from
 * the first, to the last. */
OTP_API void otp_table_range(const struct otp_table *table, const void *from, const void *to,
                             otp_table_predicate *visit, void *context);
/* *keys gets copies of the keys of those *n entries that the predicate accepts (NULL: of all), in
 * scratch memory: to go through them and change the table meanwhile. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_select(const struct otp_table *table,
                                                   otp_table_predicate *predicate, void *context,
                                                   const void **keys, size_t *n);
OTP_API void otp_table_clear(struct otp_table *table);
/* Gives back the room that entries which are gone have left. Without memory it stays as it is. */
OTP_API void otp_table_shrink(struct otp_table *table);
OTP_API size_t otp_table_count(const struct otp_table *table);
/* Bytes that it holds. */
OTP_API size_t otp_table_memory(const struct otp_table *table);

OTP_END_DECLS

#endif
