/* table_walk.c - walking through a table that others use meanwhile.
 *
 * Idea: see table_use.h. A step copies the entries of a bucket or a few under the lock of their
 * shard, so that each copy is of an entry as it was put; then the function is called for each, when
 * nothing is held. What it accepts is deleted if it still has the stamp that it was copied with.
 * Threads: any. Locks: none of its own. Owns: the copies of a step.
 */
#include <string.h>

#include <otp/memory.h>

#include "base/misuse.h"
#include "behav/give.h"
#include "behav/table_use.h"

#define FEW 64 /* entries that a step of a walk sees at once */

/* A copy of an entry: one block, which value is. */
struct copy {
    void *key, *value;
    uint64_t stamp;
};

/* A walk, and the copies of its last step. */
struct walk {
    otp_table_ref ref;
    const struct otp_table_type *type;
    enum otpi_purpose purpose;
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
    struct otpi_use use;
    size_t n = 0;
    otp_status status = otpi_use_enter_typed(walk->ref, walk->type, walk->purpose, &use);

    if (status != OTP_OK)
        return status;
    walk->more = otpi_store_look(use.store, &walk->at, walk->seen, walk->room, &n);
    if (n <= walk->room)
        status = copy_seen(walk, use.store, n);
    otpi_use_leave();
    if (n > walk->room && !make_room(walk, 2 * n))
        status = OTP_NOMEM;
    return status;
}

static otp_status begin(struct walk *walk)
{
    struct otpi_use use;
    otp_status status = otpi_use_enter_typed(walk->ref, walk->type, walk->purpose, &use);

    if (status != OTP_OK)
        return status;
    otpi_use_leave();
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
    struct otpi_use use;

    if (!doing->predicate(copy->key, copy->value, doing->context))
        return true;
    doing->status = otpi_use_enter_for(walk->ref, walk->type, OTPI_WRITES, copy->key, &use, &made);
    if (doing->status != OTP_OK)
        return false;
    if (otpi_store_remove(use.store, &made, copy->stamp, &taken)) {
        otpi_store_retire(&taken);
        doing->n++;
    }
    otpi_use_leave();
    return true;
}

otp_status otp_table_ref_each(otp_table_ref ref, const struct otp_table_type *type,
                              otp_table_predicate *visit, void *context)
{
    struct walk walk = { .ref = ref, .type = type, .purpose = OTPI_READS };
    struct doing doing = { visit, context, 0, OTP_OK };

    return OTPI_JUDGED(go(&walk, show, &doing));
}

otp_status otp_table_ref_count_if(otp_table_ref ref, const struct otp_table_type *type,
                                  otp_table_predicate *predicate, void *context, size_t *n)
{
    struct walk walk = { .ref = ref, .type = type, .purpose = OTPI_READS };
    struct doing doing = { predicate, context, 0, OTP_OK };
    otp_status status = go(&walk, count, &doing);

    if (status == OTP_OK)
        *n = doing.n;
    return OTPI_JUDGED(status);
}

otp_status otp_table_ref_delete_if(otp_table_ref ref, const struct otp_table_type *type,
                                   otp_table_predicate *predicate, void *context, size_t *n)
{
    struct walk walk = { .ref = ref, .type = type, .purpose = OTPI_WRITES };
    struct doing doing = { predicate, context, 0, OTP_OK };
    otp_status status = go(&walk, delete_accepted, &doing);

    *n = doing.n;
    return OTPI_JUDGED(status == OTP_OK ? doing.status : status);
}
