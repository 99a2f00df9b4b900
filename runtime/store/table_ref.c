/* table_ref.c - tables that are used where they are.
 *
 * Idea: see table_use.h. A table's life, its entries one by one, and all of them at once.
 * Threads: any. Locks: table. Owns: nothing.
 */
#include <otp/table_ref.h>

#include <string.h>

#include <otp/memory.h>

#include "base/misuse.h"
#include "store/add.h"
#include "store/give.h"
#include "store/table_use.h"

#define DEPTH 8 /* of types that are compared */

/* -- types -- */

static bool same_layout(const struct otp_layout *a, const struct otp_layout *b, int depth);

static bool same_ref(const struct otp_ref *a, const struct otp_ref *b, int depth)
{
    if (a->kind != b->kind || a->offset != b->offset || a->guard_size != b->guard_size)
        return false;
    if (a->guard_size != 0 &&
        (a->guard_value != b->guard_value || a->guard_offset != b->guard_offset))
        return false;
    return a->kind == OTP_REF_TEXT || same_layout(a->item, b->item, depth);
}

/* Of two packages: what one writes is what the other reads. A struct that lists itself is followed
 * once. Those that nest too deeply to say are not the same. */
static bool same_layout(const struct otp_layout *a, const struct otp_layout *b, int depth)
{
    if (a == b)
        return true;
    if (depth == 0 || a->size != b->size || a->n_refs != b->n_refs)
        return false;
    for (uint32_t i = 0; i < a->n_refs; i++) {
        if ((a->refs[i].item == a) != (b->refs[i].item == b))
            return false;
        if (a->refs[i].item != a && !same_ref(&a->refs[i], &b->refs[i], depth - 1))
            return false;
    }
    return true;
}

bool otpi_table_is_alike(const struct otpi_store_type *own, const struct otp_table_type *type)
{
    return own->key_kind == type->key_kind && same_layout(own->key, type->key, DEPTH) &&
           same_layout(own->value, type->value, DEPTH);
}

static bool is_possible(const struct otp_table_type *type)
{
    return type->key_kind <= OTP_KEY_TEXT && type->key->size != 0 && type->value->size != 0 &&
           (type->key_kind == OTP_KEY_TEXT ? type->key->size == sizeof(otp_str)
                                           : type->key->n_refs == 0);
}

/* -- life -- */

static otp_status make(const struct otp_table_type *type, enum otp_access access,
                       otp_table_ref *ref)
{
    const struct otpi_store_type store_type = { type->key_kind, type->key, type->value, 0, 0 };
    struct otpi_store *store = otpi_store_new(&store_type);
    struct otp_table *table = store == NULL ? NULL : otpi_cells_share(store, access);

    if (table != NULL)
        ref->id_ = atomic_load_explicit(&table->id, memory_order_relaxed);
    else if (store != NULL)
        otpi_store_drop(store);
    return table == NULL ? OTP_NOMEM : OTP_OK;
}

otp_status otp_table_ref_new(const struct otp_table_type *type, enum otp_access access,
                             otp_table_ref *ref)
{
    otp_status status = otp_enter();

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (otp_self().bits == 0)
        status = OTP_NOT_OWNER;
    else
        status =
            is_possible(type) && access <= OTP_ACCESS_PUBLIC ? make(type, access, ref) : OTP_BADARG;
    otp_leave();
    return OTPI_JUDGED(status);
}

otp_status otp_table_ref_drop(otp_table_ref ref)
{
    struct otpi_use use;
    otp_status status = otpi_use_enter(ref, OTPI_OWNS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otp_unpin(); /* or what is dropped would wait for this very pin */
    otpi_cells_give_back(use.table);
    otp_leave();
    return OTP_OK;
}

otp_status otp_table_ref_set_heir(otp_table_ref ref, const struct otp_heir *heir)
{
    struct otpi_use use;
    otp_status status = otpi_use_enter(ref, OTPI_OWNS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    atomic_store_explicit(&use.table->heir, heir, memory_order_relaxed);
    otpi_use_leave();
    return OTP_OK;
}

otp_status otp_table_ref_owner(otp_table_ref ref, otp_pid *owner)
{
    struct otpi_use use;
    otp_pid found = { 0 };
    otp_status status = otpi_use_enter(ref, OTPI_READS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    found.bits = atomic_load_explicit(&use.table->owner, memory_order_acquire);
    otpi_use_leave();
    if (found.bits == 0)
        return OTP_NOPROC;
    *owner = found;
    return OTP_OK;
}

/* -- one entry -- */

static otp_status put(otp_table_ref ref, const struct otp_table_type *type, const void *key,
                      const void *value, enum otpi_put how)
{
    struct otpi_use use;
    struct otpi_store_key made;
    struct otpi_store_putting putting = { &made, value, OTPI_STORE_STAMP, 0, how };
    otp_status status = otpi_use_enter_for(ref, type, OTPI_WRITES, key, &use, &made);

    if (status != OTP_OK)
        return status;
    status = otpi_store_put(use.store, &putting);
    otpi_use_leave();
    return status;
}

otp_status otp_table_ref_put(otp_table_ref ref, const struct otp_table_type *type, const void *key,
                             const void *value)
{
    return OTPI_JUDGED(put(ref, type, key, value, OTPI_PUT));
}

otp_status otp_table_ref_put_new(otp_table_ref ref, const struct otp_table_type *type,
                                 const void *key, const void *value)
{
    return OTPI_JUDGED(put(ref, type, key, value, OTPI_PUT_NEW));
}

/* Pinned. BADARG: a key cannot be. */
static otp_status make_rows(const struct otpi_store *store, const struct otp_table_type *type,
                            const char *keys, const char *values, struct otpi_store_row *rows,
                            size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rows[i].value = values + i * type->value->size;
        if (!otpi_store_key(store, keys + i * type->key->size, &rows[i].key))
            return OTP_BADARG;
    }
    return OTP_OK;
}

static otp_status put_all(otp_table_ref ref, const struct otp_table_type *type, const void *keys,
                          const void *values, size_t n, enum otpi_put how)
{
    struct otpi_use use;
    struct otpi_store_row *rows =
        n > SIZE_MAX / sizeof *rows ? NULL : otp_alloc((n + (n == 0)) * sizeof *rows);
    otp_status status =
        rows == NULL ? OTP_NOMEM : otpi_use_enter_typed(ref, type, OTPI_WRITES, &use);

    if (status == OTP_OK) {
        status = make_rows(use.store, type, keys, values, rows, n);
        if (status == OTP_OK)
            status = otpi_store_put_all(use.store, rows, n, how);
        otpi_use_leave();
    }
    otp_free(rows);
    return status;
}

otp_status otp_table_ref_put_all(otp_table_ref ref, const struct otp_table_type *type,
                                 const void *keys, const void *values, size_t n)
{
    return OTPI_JUDGED(put_all(ref, type, keys, values, n, OTPI_PUT));
}

otp_status otp_table_ref_put_all_new(otp_table_ref ref, const struct otp_table_type *type,
                                     const void *keys, const void *values, size_t n)
{
    return OTPI_JUDGED(put_all(ref, type, keys, values, n, OTPI_PUT_NEW));
}

otp_status otp_table_ref_add(otp_table_ref ref, const struct otp_table_type *type, const void *key,
                             const struct otp_addition *add, void *value)
{
    struct otpi_use use;
    struct otpi_store_key made;
    otp_status status = otpi_use_enter_for(ref, type, OTPI_WRITES, key, &use, &made);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = otpi_add_can(type->value) ? otpi_store_add(use.store, &made, add, value) : OTP_BADARG;
    otpi_use_leave();
    return OTPI_JUDGED(status);
}

/* One frame: see ARCHITECTURE.md. */
__attribute__((flatten)) static otp_status get(otp_table_ref ref, const struct otp_table_type *type,
                                               const void *key, void *value)
{
    struct otpi_use use;
    struct otpi_store_key made;
    struct otpi_found found;
    otp_status status = otpi_use_enter_for(ref, type, OTPI_READS, key, &use, &made);

    if (status != OTP_OK)
        return status;
    status = otpi_store_find(use.store, &made, &found)
                 ? otpi_give(type->value, otpi_give_found(&found), value)
                 : OTP_NOT_FOUND;
    otpi_use_leave();
    return status;
}

otp_status otp_table_ref_get(otp_table_ref ref, const struct otp_table_type *type, const void *key,
                             void *value)
{
    return OTPI_JUDGED(get(ref, type, key, value));
}

otp_status otp_table_ref_has(otp_table_ref ref, const struct otp_table_type *type, const void *key)
{
    struct otpi_use use;
    struct otpi_store_key made;
    struct otpi_found found;
    otp_status status = otpi_use_enter_for(ref, type, OTPI_READS, key, &use, &made);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = otpi_store_find(use.store, &made, &found) ? OTP_OK : OTP_NOT_FOUND;
    otpi_use_leave();
    return status;
}

/* The copy is made first, so that no memory loses nothing; then the very entry that was copied is
 * taken out. If it is another by then, there is nothing to take yet. */
static otp_status take_copied(const struct otpi_use *use, const struct otp_table_type *type,
                              const struct otpi_store_key *made, void *value, bool *again)
{
    struct otpi_found found;
    struct otpi_taken taken = { .box = NULL };
    otp_status status;

    *again = false;
    if (!otpi_store_find(use->store, made, &found))
        return OTP_NOT_FOUND;
    status = otpi_give(type->value, otpi_give_found(&found), value);
    if (status != OTP_OK)
        return status;
    *again = !otpi_store_remove(use->store, made, (uint64_t)found.expires, &taken);
    if (*again)
        otpi_give_back(type->value, value);
    else
        otpi_store_retire(&taken);
    return OTP_OK;
}

otp_status otp_table_ref_take(otp_table_ref ref, const struct otp_table_type *type, const void *key,
                              void *value)
{
    _Alignas(16) char copy[256];
    char *at = type->value->size <= sizeof copy ? copy : otp_alloc(type->value->size);
    struct otpi_use use;
    struct otpi_store_key made;
    bool again = true;
    otp_status status = at == NULL ? OTP_NOMEM : OTP_OK;

    while (status == OTP_OK && again) {
        status = otpi_use_enter_for(ref, type, OTPI_WRITES, key, &use, &made);
        if (status == OTP_OK) {
            status = take_copied(&use, type, &made, at, &again);
            otpi_use_leave();
        }
    }
    if (status == OTP_OK)
        memcpy(value, at, type->value->size);
    if (at != copy)
        otp_free(at);
    return OTPI_JUDGED(status);
}

otp_status otp_table_ref_delete(otp_table_ref ref, const struct otp_table_type *type,
                                const void *key)
{
    struct otpi_use use;
    struct otpi_store_key made;
    otp_status status = otpi_use_enter_for(ref, type, OTPI_WRITES, key, &use, &made);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = otpi_store_delete(use.store, &made) ? OTP_OK : OTP_NOT_FOUND;
    otpi_use_leave();
    return status;
}

otp_status otp_table_ref_borrow(otp_table_ref ref, const struct otp_table_type *type,
                                const void *key, const void **view)
{
    struct otpi_use use;
    struct otpi_store_key made;
    struct otpi_found found;
    void *copy = NULL;
    otp_status status = otpi_use_enter_for(ref, type, OTPI_READS, key, &use, &made);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (!otpi_store_find(use.store, &made, &found)) {
        status = OTP_NOT_FOUND;
    } else {
        copy = otp_alloc(otp_layout_measure(type->value, otpi_give_found(&found)));
        status = copy == NULL ? OTP_NOMEM : OTP_OK;
    }
    if (status == OTP_OK)
        otp_layout_copy(type->value, otpi_give_found(&found), copy);
    otpi_use_leave();
    if (status == OTP_OK)
        *view = copy;
    return status;
}

void otp_table_ref_release(const void *view)
{
    otp_free((void *)(uintptr_t)view);
}

void otp_table_ref_free_value(const struct otp_layout *layout, const void *value)
{
    otpi_give_back(layout, value);
}

/* -- all of it -- */

otp_status otp_table_ref_clear(otp_table_ref ref, const struct otp_table_type *type)
{
    struct otpi_use use;
    struct otpi_store *fresh, *old = NULL;
    otp_status status = otpi_use_enter_typed(ref, type, OTPI_WRITES, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    fresh = otpi_store_new(&use.store->type);
    if (fresh != NULL) {
        otp_lock_take(&use.table->lock);
        if (atomic_load_explicit(&use.table->id, memory_order_relaxed) == ref.id_) {
            old = atomic_load_explicit(&use.table->store, memory_order_relaxed);
            atomic_store_explicit(&use.table->store, fresh, memory_order_release);
        }
        otp_lock_release(&use.table->lock);
    }
    otp_unpin(); /* or what is dropped would wait for this very pin */
    if (fresh != NULL)
        otpi_store_drop(old != NULL ? old : fresh);
    otp_leave();
    return fresh == NULL ? OTP_NOMEM : old == NULL ? OTP_NOPROC : OTP_OK;
}

otp_status otp_table_ref_count(otp_table_ref ref, const struct otp_table_type *type, size_t *n)
{
    struct otpi_use use;
    otp_status status = otpi_use_enter_typed(ref, type, OTPI_READS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    *n = otpi_store_count(use.store);
    otpi_use_leave();
    return OTP_OK;
}

otp_status otp_table_ref_memory(otp_table_ref ref, const struct otp_table_type *type, size_t *bytes)
{
    struct otpi_use use;
    otp_status status = otpi_use_enter_typed(ref, type, OTPI_READS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    *bytes = otpi_store_memory(use.store);
    otpi_use_leave();
    return OTP_OK;
}
