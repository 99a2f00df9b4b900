/* table_ref.c - tables that are used where they are.
 *
 * Idea: see otp/table_ref.h. A use enters, pins, and looks for the store of the cell that the
 * reference names; that stays until the pin ends. The id is looked at last: if it is the one asked
 * for, all that was read before is of that life. What is found is copied out before the pin ends,
 * and functions of the user's run when nothing is held.
 * Threads: any. Locks: table. Owns: nothing.
 */
#include <otp/table_ref.h>

#include <string.h>

#include <otp/memory.h>

#include "base/misuse.h"
#include "behav/add.h"
#include "behav/cells.h"
#include "behav/give.h"

#define FEW   64 /* entries that a step of a walk sees at once */
#define DEPTH 8  /* of types that are compared */

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

static bool is_possible(const struct otp_table_type *type)
{
    return type->key->size != 0 && type->value->size != 0 &&
           (type->key_kind == OTP_KEY_TEXT ? type->key->size == sizeof(otp_str)
                                           : type->key->n_refs == 0);
}

static inline bool is_of(const struct otpi_store *store, const struct otp_table_type *type)
{
    const struct otpi_store_type *own = &store->type;

    if (own->key == type->key && own->value == type->value)
        return own->key_kind == type->key_kind;
    return own->key_kind == type->key_kind && same_layout(own->key, type->key, DEPTH) &&
           same_layout(own->value, type->value, DEPTH);
}

/* -- entering -- */

struct use {
    struct otp_table *table;
    struct otpi_store *store;
};

/* What a use is for. */
enum purpose { READS, WRITES, OWNS };

static inline bool may(const struct otp_table *table, enum purpose purpose)
{
    if (purpose == READS)
        return true;
    /* acquire: pairs with the releases in cells.c */
    if (purpose == WRITES &&
        atomic_load_explicit(&table->access, memory_order_acquire) == OTP_ACCESS_PUBLIC)
        return true;
    return atomic_load_explicit(&table->owner, memory_order_acquire) == otp_self().bits;
}

/* Pins. NOPROC, NOT_OWNER: it has not. */
static inline otp_status find(otp_table_ref ref, enum purpose purpose, struct use *use)
{
    otp_status status;

    use->table = otpi_cells_find(ref);
    if (use->table == NULL)
        return OTP_NOPROC;
    (void)otp_pin();
    use->store = atomic_load_explicit(&use->table->store, memory_order_acquire);
    status = may(use->table, purpose) ? OTP_OK : OTP_NOT_OWNER;
    if (use->store == NULL ||
        atomic_load_explicit(&use->table->id, memory_order_acquire) != ref.id_)
        status = OTP_NOPROC;
    if (status != OTP_OK)
        otp_unpin();
    return status;
}

/* If OK leave follows. */
static inline otp_status enter(otp_table_ref ref, enum purpose purpose, struct use *use)
{
    otp_status status = otp_enter();

    if (status != OTP_OK)
        return status;
    status = find(ref, purpose, use);
    if (status != OTP_OK)
        otp_leave();
    return status;
}

static inline void leave(void)
{
    otp_unpin();
    otp_leave();
}

/* The same for functions that have types. */
static inline otp_status enter_typed(otp_table_ref ref, const struct otp_table_type *type,
                                     enum purpose purpose, struct use *use)
{
    otp_status status = enter(ref, purpose, use);

    if (status != OTP_OK || is_of(use->store, type))
        return status;
    leave();
    return OTP_WRONG_MODULE;
}

/* And for those that have a key. */
static inline otp_status enter_for(otp_table_ref ref, const struct otp_table_type *type,
                                   enum purpose purpose, const void *key, struct use *use,
                                   struct otpi_store_key *made)
{
    otp_status status = enter_typed(ref, type, purpose, use);

    if (status != OTP_OK || otpi_store_key(use->store, key, made))
        return status;
    leave();
    return OTP_BADARG;
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
    struct use use;
    otp_status status = enter(ref, OWNS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otp_unpin(); /* or what is dropped would wait for this very pin */
    otpi_cells_give_back(use.table);
    otp_leave();
    return OTP_OK;
}

otp_status otp_table_ref_set_heir(otp_table_ref ref, const struct otp_heir *heir)
{
    struct use use;
    otp_status status = enter(ref, OWNS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    atomic_store_explicit(&use.table->heir, heir, memory_order_relaxed);
    leave();
    return OTP_OK;
}

otp_status otp_table_ref_owner(otp_table_ref ref, otp_pid *owner)
{
    struct use use;
    otp_pid found = { 0 };
    otp_status status = enter(ref, READS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    found.bits = atomic_load_explicit(&use.table->owner, memory_order_acquire);
    leave();
    if (found.bits == 0)
        return OTP_NOPROC;
    *owner = found;
    return OTP_OK;
}

/* -- one entry -- */

static otp_status put(otp_table_ref ref, const struct otp_table_type *type, const void *key,
                      const void *value, enum otpi_put how)
{
    struct use use;
    struct otpi_store_key made;
    struct otpi_store_putting putting = { &made, value, OTPI_STORE_STAMP, 0, how };
    otp_status status = enter_for(ref, type, WRITES, key, &use, &made);

    if (status != OTP_OK)
        return status;
    status = otpi_store_put(use.store, &putting);
    leave();
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

otp_status otp_table_ref_add(otp_table_ref ref, const struct otp_table_type *type, const void *key,
                             const struct otp_addition *add, void *value)
{
    struct use use;
    struct otpi_store_key made;
    otp_status status = enter_for(ref, type, WRITES, key, &use, &made);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = otpi_add_can(type->value) ? otpi_store_add(use.store, &made, add, value) : OTP_BADARG;
    leave();
    return OTPI_JUDGED(status);
}

/* One frame: see ARCHITECTURE.md. */
__attribute__((flatten)) static otp_status get(otp_table_ref ref, const struct otp_table_type *type,
                                               const void *key, void *value)
{
    struct use use;
    struct otpi_store_key made;
    struct otpi_found found;
    otp_status status = enter_for(ref, type, READS, key, &use, &made);

    if (status != OTP_OK)
        return status;
    status = otpi_store_find(use.store, &made, &found)
                 ? otpi_give(type->value, otpi_give_found(&found), value)
                 : OTP_NOT_FOUND;
    leave();
    return status;
}

otp_status otp_table_ref_get(otp_table_ref ref, const struct otp_table_type *type, const void *key,
                             void *value)
{
    return OTPI_JUDGED(get(ref, type, key, value));
}

otp_status otp_table_ref_has(otp_table_ref ref, const struct otp_table_type *type, const void *key)
{
    struct use use;
    struct otpi_store_key made;
    struct otpi_found found;
    otp_status status = enter_for(ref, type, READS, key, &use, &made);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = otpi_store_find(use.store, &made, &found) ? OTP_OK : OTP_NOT_FOUND;
    leave();
    return status;
}

/* The copy is made first, so that no memory loses nothing; then the very entry that was copied is
 * taken out. If it is another by then, there is nothing to take yet. */
static otp_status take_copied(const struct use *use, const struct otp_table_type *type,
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
    struct use use;
    struct otpi_store_key made;
    bool again = true;
    otp_status status = at == NULL ? OTP_NOMEM : OTP_OK;

    while (status == OTP_OK && again) {
        status = enter_for(ref, type, WRITES, key, &use, &made);
        if (status == OTP_OK) {
            status = take_copied(&use, type, &made, at, &again);
            leave();
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
    struct use use;
    struct otpi_store_key made;
    otp_status status = enter_for(ref, type, WRITES, key, &use, &made);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    status = otpi_store_delete(use.store, &made) ? OTP_OK : OTP_NOT_FOUND;
    leave();
    return status;
}

otp_status otp_table_ref_borrow(otp_table_ref ref, const struct otp_table_type *type,
                                const void *key, const void **view)
{
    struct use use;
    struct otpi_store_key made;
    struct otpi_found found;
    void *copy = NULL;
    otp_status status = enter_for(ref, type, READS, key, &use, &made);

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
    leave();
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

/* -- walks -- */

/* A copy of an entry: one block, which value is. */
struct copy {
    void *key, *value;
    uint64_t stamp;
};

/* A walk, and the copies of its last step. */
struct walk {
    otp_table_ref ref;
    const struct otp_table_type *type;
    enum purpose purpose;
    struct otpi_store_walk at;
    struct otpi_seen *seen;
    struct copy *copies; /* in the block of seen */
    size_t room, n;
    bool more;
};

static bool make_room(struct walk *walk, size_t room)
{
    otp_free(walk->seen);
    walk->seen = otp_alloc(room * (sizeof *walk->seen + sizeof *walk->copies));
    walk->copies = (struct copy *)(void *)(walk->seen + room);
    walk->room = walk->seen == NULL ? 0 : room;
    return walk->seen != NULL;
}

static void free_copies(struct walk *walk, size_t from)
{
    for (size_t i = from; i < walk->n; i++)
        otp_free(walk->copies[i].value);
    walk->n = 0;
}

/* Pinned. NOMEM: none was copied. */
static otp_status copy_seen(struct walk *walk, const struct otpi_store *store, size_t n)
{
    for (walk->n = 0; walk->n < n; walk->n++) {
        struct copy *copy = &walk->copies[walk->n];
        const struct otpi_seen *seen = &walk->seen[walk->n];
        copy->stamp = seen->stamp;
        if (!otpi_give_entry(&store->type, &seen->entry, &copy->key, &copy->value)) {
            free_copies(walk, 0);
            return OTP_NOMEM;
        }
    }
    return OTP_OK;
}

/* The next entries, copied. */
static otp_status step(struct walk *walk)
{
    struct use use;
    size_t n = 0;
    otp_status status = enter_typed(walk->ref, walk->type, walk->purpose, &use);

    if (status != OTP_OK)
        return status;
    walk->more = otpi_store_look(use.store, &walk->at, walk->seen, walk->room, &n);
    if (n <= walk->room)
        status = copy_seen(walk, use.store, n);
    leave();
    if (n > walk->room && !make_room(walk, 2 * n))
        status = OTP_NOMEM;
    return status;
}

static otp_status begin(struct walk *walk)
{
    struct use use;
    otp_status status = enter_typed(walk->ref, walk->type, walk->purpose, &use);

    if (status != OTP_OK)
        return status;
    leave();
    walk->more = true;
    return make_room(walk, FEW) ? OTP_OK : OTP_NOMEM;
}

/* Calls visit for each, with its stamp. */
static otp_status go(struct walk *walk,
                     bool (*visit)(struct walk *walk, const struct copy *copy, void *context),
                     void *context)
{
    otp_status status = begin(walk);

    while (status == OTP_OK && walk->more) {
        status = step(walk);
        for (size_t i = 0; i < walk->n; i++) {
            if (!visit(walk, &walk->copies[i], context)) {
                free_copies(walk, i);
                walk->more = false;
                break;
            }
            otp_free(walk->copies[i].value);
        }
        walk->n = 0;
    }
    otp_free(walk->seen);
    return status;
}

/* What is done with each. */
struct doing {
    otp_table_predicate *predicate;
    void *context;
    size_t n;
    otp_status status;
};

static bool show(struct walk *walk, const struct copy *copy, void *context)
{
    struct doing *doing = context;

    (void)walk;
    return doing->predicate(copy->key, copy->value, doing->context);
}

static bool count(struct walk *walk, const struct copy *copy, void *context)
{
    struct doing *doing = context;

    (void)walk;
    doing->n += doing->predicate(copy->key, copy->value, doing->context);
    return true;
}

static bool delete_accepted(struct walk *walk, const struct copy *copy, void *context)
{
    struct doing *doing = context;
    struct otpi_taken taken = { .box = NULL };
    struct otpi_store_key made;
    struct use use;

    if (!doing->predicate(copy->key, copy->value, doing->context))
        return true;
    doing->status = enter_for(walk->ref, walk->type, WRITES, copy->key, &use, &made);
    if (doing->status != OTP_OK)
        return false;
    if (otpi_store_remove(use.store, &made, copy->stamp, &taken)) {
        otpi_store_retire(&taken);
        doing->n++;
    }
    leave();
    return true;
}

otp_status otp_table_ref_each(otp_table_ref ref, const struct otp_table_type *type,
                              otp_table_predicate *visit, void *context)
{
    struct walk walk = { .ref = ref, .type = type, .purpose = READS };
    struct doing doing = { visit, context, 0, OTP_OK };

    return OTPI_JUDGED(go(&walk, show, &doing));
}

otp_status otp_table_ref_count_if(otp_table_ref ref, const struct otp_table_type *type,
                                  otp_table_predicate *predicate, void *context, size_t *n)
{
    struct walk walk = { .ref = ref, .type = type, .purpose = READS };
    struct doing doing = { predicate, context, 0, OTP_OK };
    otp_status status = go(&walk, count, &doing);

    if (status == OTP_OK)
        *n = doing.n;
    return OTPI_JUDGED(status);
}

otp_status otp_table_ref_delete_if(otp_table_ref ref, const struct otp_table_type *type,
                                   otp_table_predicate *predicate, void *context, size_t *n)
{
    struct walk walk = { .ref = ref, .type = type, .purpose = WRITES };
    struct doing doing = { predicate, context, 0, OTP_OK };
    otp_status status = go(&walk, delete_accepted, &doing);

    *n = doing.n;
    return OTPI_JUDGED(status == OTP_OK ? doing.status : status);
}

/* -- all of it -- */

otp_status otp_table_ref_clear(otp_table_ref ref, const struct otp_table_type *type)
{
    struct use use;
    struct otpi_store *fresh, *old = NULL;
    otp_status status = enter_typed(ref, type, WRITES, &use);

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
    struct use use;
    otp_status status = enter_typed(ref, type, READS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    *n = otpi_store_count(use.store);
    leave();
    return OTP_OK;
}

otp_status otp_table_ref_memory(otp_table_ref ref, const struct otp_table_type *type, size_t *bytes)
{
    struct use use;
    otp_status status = enter_typed(ref, type, READS, &use);

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    *bytes = otpi_store_memory(use.store);
    leave();
    return OTP_OK;
}
