/* store_box.c - keys and values that are not in their slots.
 *
 * Idea: see store.h. A small box comes from the slabs of the shard that its entry belongs to, so
 * that all of them go with the shard, in parts, without being looked at; a large one from those of
 * the store; what is too large for these is a region. Parts of shards are in the slabs of the store
 * too: malloc joins what is freed and gives it back to the system, much at once. Where the program
 * has configured an allocator, or a sanitizer looks on, each is a block of its own.
 * Threads: any, pinned. Locks: shard, where it says so. Owns: boxes, until they are put or freed.
 */
#include "store/store.h"

#include <string.h>

#include "base/layout.h"
#include "base/region.h"

#define SMALL_MAX ((size_t)1024)

/* -- slabs, and what is no box -- */

/* NULL: no memory. */
static struct otp_slabs *slabs_at(_Atomic(struct otp_slabs *) *at, size_t largest)
{
    /* acquire: pairs with the release below; they are complete */
    struct otp_slabs *slabs = atomic_load_explicit(at, memory_order_acquire);
    struct otp_slabs *made;

    if (slabs != NULL)
        return slabs;
    made = otp_slabs_new(largest);
    if (made == NULL)
        return NULL;
    if (atomic_compare_exchange_strong_explicit(at, &slabs, made, memory_order_release,
                                                memory_order_acquire))
        return made;
    while (otp_slabs_drop(made, 0)) /* somebody was faster; these are empty */
        continue;
    return slabs;
}

/* size bytes at most OTP_SLABS_MAX, in the slabs of the store. NULL: no memory. */
static void *block_of(struct otpi_store *store, size_t size)
{
    struct otp_slabs *slabs = slabs_at(&store->slabs, OTP_SLABS_MAX);

    return slabs == NULL ? NULL : otp_slabs_block(slabs, size, 0);
}

void *otpi_store_piece(struct otpi_store *store, size_t size)
{
    struct otp_retired *piece = store->slabbed ? block_of(store, size) : NULL;

    if (piece != NULL)
        return piece;
    piece = otp_block(size);
    if (piece != NULL)
        piece->size_ = size;
    return piece;
}

void otpi_store_free_piece(void *piece, size_t size)
{
    if (otp_slabs_has(piece))
        otp_slabs_free(piece);
    else
        otp_block_free(piece, size);
}

void otpi_store_retire_piece(void *piece, size_t size)
{
    otp_retire_sized(piece, size);
}

/* -- boxes -- */

static struct otpi_box *make_small(struct otpi_store *store, const struct otpi_store_key *key,
                                   size_t size)
{
    struct otpi_store_shard *shard = otpi_store_shard(store, key->hash);
    struct otp_slabs *slabs = slabs_at(&shard->slabs, SMALL_MAX);
    size_t taken = otp_slabs_size(size);

    return slabs == NULL ? NULL
                         : otp_slabs_block(slabs, taken, (uint32_t)(taken << 16 | key->size));
}

static bool free_region(struct otp_later *later)
{
    struct otpi_large_box *box = (struct otpi_large_box *)(void *)later;
    size_t left = otpi_region_cut(box, box->size, box->left);

    if (left == 0)
        return false;
    box->left = left;
    return true;
}

/* NULL: no memory, or too many regions. */
static struct otpi_large_box *make_region(size_t size)
{
    struct otpi_large_box *box = otpi_region_new(size);

    if (box == NULL)
        return NULL;
    box->later.run = free_region;
    box->left = size;
    return box;
}

static struct otpi_large_box *make_block(size_t size)
{
    struct otpi_large_box *box = otp_block(size);

    if (box != NULL)
        box->later.head_.size_ = size;
    return box;
}

static struct otpi_box *make_large(struct otpi_store *store, const struct otpi_store_key *key,
                                   size_t size)
{
    struct otpi_large_box *box = NULL;

    if (store->slabbed && size <= OTP_SLABS_MAX) {
        size = otp_slabs_size(size);
        box = block_of(store, size);
    } else if (store->slabbed) {
        box = make_region(size);
    }
    if (box == NULL)
        box = make_block(size);
    if (box == NULL)
        return NULL;
    box->key_size = key->size;
    box->size = size;
    return (struct otpi_box *)box;
}

otp_status otpi_box_make(struct otpi_store *store, const struct otpi_store_key *key,
                         const void *value, struct otpi_box **box)
{
    size_t value_size, size;

    *box = NULL;
    if (!store->boxed)
        return OTP_OK;
    value_size = otp_layout_measure(store->type.value, value);
    if (value_size == 0)
        return OTP_BADARG;
    size = sizeof **box + value_size + key->size;
    *box = store->slabbed && size <= SMALL_MAX
               ? make_small(store, key, size)
               : make_large(store, key, sizeof(struct otpi_large_box) + value_size + key->size);
    if (*box == NULL)
        return OTP_NOMEM;
    otp_layout_copy(store->type.value, value, (void *)(uintptr_t)otpi_box_value(*box));
    if (key->size != 0)
        memcpy((void *)(uintptr_t)otpi_box_key(*box), key->bytes, key->size);
    return OTP_OK;
}

void otpi_box_free(struct otpi_box *box)
{
    if (box == NULL)
        return;
    if (otp_slabs_has(&box->head))
        otp_slabs_free(box);
    else if (box->head.size_ == 0)
        otp_do_later(&((struct otpi_large_box *)box)->later);
    else
        otp_block_free(box, otpi_box_size(box));
}

void otpi_box_retire(struct otpi_box *box)
{
    if (box != NULL)
        otp_retire_sized(&box->head, otpi_box_size(box));
}

void otpi_box_count(struct otpi_store_shard *shard, const struct otpi_box *box)
{
    if (box == NULL)
        return;
    shard->bytes += otpi_box_size(box);
    if (!otp_slabs_has(&box->head))
        shard->own++;
    else if (otpi_box_is_large(box))
        shard->large++;
}

void otpi_box_discount(struct otpi_store_shard *shard, const struct otpi_box *box)
{
    if (box == NULL)
        return;
    shard->bytes -= otpi_box_size(box);
    if (!otp_slabs_has(&box->head))
        shard->own--;
    else if (otpi_box_is_large(box))
        shard->large--;
}
