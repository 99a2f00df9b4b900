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
#include "store/give.h"
#include "store/table_use.h"

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

    if (n != NULL)
        *n = doing.n;
    return OTPI_JUDGED(status == OTP_OK ? doing.status : status);
}

/* -- keys -- */

/* The keys that were accepted so far. Of a text the bytes are in texts, in the same order. */
struct chosen {
    const struct otp_table_type *type;
    otp_table_predicate *predicate; /* NULL: all are accepted */
    void *context;
    char *keys, *texts;
    size_t n, room, text_size, text_room;
    otp_status status;
};

/* *block has room for size bytes; the first used ones stay. False: no memory. */
static bool reserve(char **block, size_t *room, size_t used, size_t size)
{
    char *larger;

    if (size <= *room)
        return true;
    larger = otp_alloc(2 * size);
    if (larger == NULL)
        return false;
    if (used != 0)
        memcpy(larger, *block, used);
    otp_free(*block);
    *block = larger;
    *room = 2 * size;
    return true;
}

static bool choose(struct walk *walk, const struct copy *copy, void *context)
{
    struct chosen *chosen = context;
    size_t size = chosen->type->key->size, text_size = 0;
    otp_str text = { NULL, 0 };

    (void)walk;
    if (chosen->predicate != NULL && !chosen->predicate(copy->key, copy->value, chosen->context))
        return true;
    if (chosen->type->key_kind == OTP_KEY_TEXT)
        memcpy(&text, copy->key, sizeof text);
    text_size = chosen->text_size + text.size;
    if (!reserve(&chosen->keys, &chosen->room, chosen->n * size, (chosen->n + 1) * size) ||
        !reserve(&chosen->texts, &chosen->text_room, chosen->text_size, text_size)) {
        chosen->status = OTP_NOMEM;
        return false;
    }
    memcpy(chosen->keys + chosen->n * size, copy->key, size);
    if (text.size != 0)
        memcpy(chosen->texts + chosen->text_size, text.data, text.size);
    chosen->text_size = text_size;
    chosen->n++;
    return true;
}

/* All in one block, which a process need not free. NULL: no memory. */
static char *gather(const struct chosen *chosen)
{
    size_t size = chosen->type->key->size, keys_size = chosen->n * size;
    size_t all = keys_size + chosen->text_size + 1;
    char *keys = otp_self().bits != 0 ? otp_scratch(all) : otp_alloc(all);
    char *text_at = keys + keys_size;

    if (keys == NULL)
        return NULL;
    if (chosen->n != 0)
        memcpy(keys, chosen->keys, keys_size);
    if (chosen->text_size != 0)
        memcpy(text_at, chosen->texts, chosen->text_size);
    for (size_t i = 0; i < chosen->n && chosen->type->key_kind == OTP_KEY_TEXT; i++) {
        otp_str text;
        memcpy(&text, keys + i * size, sizeof text);
        text.data = text_at;
        text_at += text.size;
        memcpy(keys + i * size, &text, sizeof text);
    }
    return keys;
}

otp_status otp_table_ref_select(otp_table_ref ref, const struct otp_table_type *type,
                                otp_table_predicate *predicate, void *context, const void **keys,
                                size_t *n)
{
    struct walk walk = { .ref = ref, .type = type, .purpose = OTPI_READS };
    struct chosen chosen = { .type = type, .predicate = predicate, .context = context };
    otp_status status = go(&walk, choose, &chosen);
    const void *block = NULL;

    if (status == OTP_OK)
        status = chosen.status;
    if (status == OTP_OK) {
        block = gather(&chosen);
        status = block == NULL ? OTP_NOMEM : OTP_OK;
    }
    otp_free(chosen.keys);
    otp_free(chosen.texts);
    if (status == OTP_OK) {
        *keys = block;
        *n = chosen.n;
    }
    return OTPI_JUDGED(status);
}

void otp_table_ref_free_keys(const void *keys)
{
    if (otp_self().bits == 0)
        otp_free((void *)(uintptr_t)keys);
}
