/* table_ref.h - tables that are used where they are, by whoever has been told of them.
 *
 * Idea: a table of a state with `access protected` or `public` is not in its process's memory, and
 * what the state has of it is a reference, which may be sent. Whoever has that uses the table from
 * any thread, without a message, and reads it without a lock. It goes with its process, before
 * anyone is told of the end. Generated code gives these functions types, and names like
 * myapp_table_of_string_to_u64_get.
 * Threads: any. What is given out is a copy: in a process what it refers to is in scratch memory,
 * valid until the handler returns; a foreign thread gives it back (otp_table_ref_free_value).
 * Each function is atomic among all others, but those that say that they walk.
 * Statuses of all: NOPROC: the table has gone, or there never was one; WRONG_MODULE: it is one of
 * other types; BADARG: a key of more than OTP_TABLE_TEXT_MAX bytes; NOT_RUNNING, FORKED. Of those
 * that change something: NOT_OWNER: the table is protected, and another process's. On all statuses
 * but OK nothing has changed, and nothing is given.
 */
#ifndef OTP_TABLE_REF_H
#define OTP_TABLE_REF_H

#include <otp/pid.h>
#include <otp/table.h>

#define OTP_TABLE_TEXT_MAX ((size_t)1 << 24)

/* All bits zero: of no table. */
typedef struct otp_table_ref {
    uint64_t id_;
} otp_table_ref;

enum otp_access {
    OTP_ACCESS_PROTECTED, /* all read, its process writes */
    OTP_ACCESS_PUBLIC     /* all read and write */
};

/* Who gets a table when its process ends. Constant. */
struct otp_heir {
    otp_dest dest;
    /* Tells dest that it has got it, soon after. Runs on any thread; sends, and does nothing
     * else. */
    void (*tell)(otp_dest dest, otp_table_ref ref, otp_pid from);
};

OTP_BEGIN_DECLS

/* A new empty table of the calling process, gone with it. NOMEM. BADARG: types that cannot be.
 * NOT_OWNER: a thread that is no process. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_new(const struct otp_table_type *type,
                                                    enum otp_access access, otp_table_ref *ref);
/* Ends it before its process does. NOT_OWNER: of public ones too. */
OTP_API otp_status otp_table_ref_drop(otp_table_ref ref);
/* Who is to have it after the calling process's end, if he is there by then and there is memory to
 * tell him: it is his before anyone is told of the end. Borrows heir for ever. NULL: nobody.
 * NOT_OWNER: of public ones too. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_set_heir(otp_table_ref ref,
                                                         const struct otp_heir *heir);
/* Whose it is. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_owner(otp_table_ref ref, otp_pid *owner);

/* Puts or replaces. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_put(otp_table_ref ref,
                                                    const struct otp_table_type *type,
                                                    const void *key, const void *value);
/* EXISTS. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_put_new(otp_table_ref ref,
                                                        const struct otp_table_type *type,
                                                        const void *key, const void *value);
/* Puts n entries or none, at once for all others: who finds one of them finds no other as it was
 * before. keys and values are arrays, borrowed and copied; of two with one key the later one stays.
 * Who looks for one of them meanwhile waits, for all n. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_put_all(otp_table_ref ref,
                                                        const struct otp_table_type *type,
                                                        const void *keys, const void *values,
                                                        size_t n);
/* The same, unless one of the keys is there: EXISTS. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_put_all_new(otp_table_ref ref,
                                                            const struct otp_table_type *type,
                                                            const void *keys, const void *values,
                                                            size_t n);
/* Adds to an integer, as otp_table_add: NOT_FOUND, OUT_OF_RANGE, NOMEM; BADARG: no integers. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_add(otp_table_ref ref,
                                                    const struct otp_table_type *type,
                                                    const void *key, const struct otp_addition *add,
                                                    void *value);
/* NOT_FOUND. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_get(otp_table_ref ref,
                                                    const struct otp_table_type *type,
                                                    const void *key, void *value);
/* The same, and deletes the key. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_take(otp_table_ref ref,
                                                     const struct otp_table_type *type,
                                                     const void *key, void *value);
/* OK or NOT_FOUND. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_has(otp_table_ref ref,
                                                    const struct otp_table_type *type,
                                                    const void *key);
/* OK if the key was there, NOT_FOUND if not. */
OTP_API otp_status otp_table_ref_delete(otp_table_ref ref, const struct otp_table_type *type,
                                        const void *key);
/* *view gets a copy that stays until it is released, by the same process or thread; it goes with
 * the process. NOT_FOUND. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_borrow(otp_table_ref ref,
                                                       const struct otp_table_type *type,
                                                       const void *key, const void **view);
/* Takes view; NULL is allowed. */
OTP_API void otp_table_ref_release(const void *view);

/* Walks: calls visit with a copy of each entry until it returns false. Others may write meanwhile,
 * visit too: what is there all the time is seen once; what is put or deleted meanwhile may be seen
 * or not. Each copy is whole, an entry as somebody has put it. NOMEM: not all were seen. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_each(otp_table_ref ref,
                                                     const struct otp_table_type *type,
                                                     otp_table_predicate *visit, void *context);
/* Walks: deletes what the predicate accepts, if it has not been replaced since. *n (may be
 * NULL) gets how many, on NOMEM and NOPROC too: those until then. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_delete_if(otp_table_ref ref,
                                                          const struct otp_table_type *type,
                                                          otp_table_predicate *predicate,
                                                          void *context, size_t *n);
/* Walks: *n gets how many the predicate accepts. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_count_if(otp_table_ref ref,
                                                         const struct otp_table_type *type,
                                                         otp_table_predicate *predicate,
                                                         void *context, size_t *n);
/* Walks: *keys gets copies of the keys of those *n entries that the predicate accepts (NULL: of
 * all): in a process in scratch memory, a foreign thread gives them back. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_select(otp_table_ref ref,
                                                       const struct otp_table_type *type,
                                                       otp_table_predicate *predicate,
                                                       void *context, const void **keys, size_t *n);
/* Takes keys; NULL is allowed. Nothing in a process. */
OTP_API void otp_table_ref_free_keys(const void *keys);
/* Takes all out, at once. What is put meanwhile may go with it. NOMEM. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_clear(otp_table_ref ref,
                                                      const struct otp_table_type *type);
/* How many entries there are, and how many bytes they take; beside writers one part is counted
 * after the other. */
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_count(otp_table_ref ref,
                                                      const struct otp_table_type *type, size_t *n);
OTP_API OTP_MUST_CHECK otp_status otp_table_ref_memory(otp_table_ref ref,
                                                       const struct otp_table_type *type,
                                                       size_t *bytes);

/* What a value refers to, given back by a foreign thread; nothing in a process. layout is
 * type->value. */
OTP_API void otp_table_ref_free_value(const struct otp_layout *layout, const void *value);

OTP_END_DECLS

#endif
