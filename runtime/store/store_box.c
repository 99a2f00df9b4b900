/* store_box.c - keys and values that are not in their slots.
 *
 * Idea: see store.h. A small box comes from the slabs of the shard that its entry belongs to, so
 * that all of them go with the shard, in parts, without being looked at. Where the program has
 * configured an allocator, or a sanitizer looks on, each box is a block of its own.
 * Threads: any, pinned. Locks: shard, where it says so. Owns: boxes, until they are put or freed.
 */
#include "store/store.h"

#include <string.h>

#include "base/layout.h"

/* NULL: no memory. */
static struct otp_slabs *slabs_of(struct otpi_store_shard *shard)
{
    /* acquire: pairs with the release below; they are complete */
    struct otp_slabs *slabs = atomic_load_explicit(&shard->slabs, memory_order_acquire);
    struct otp_slabs *made;

    if (slabs != NULL)
        return slabs;
    made = otp_slabs_new();
    if (made == NULL)
        return NULL;
    if (atomic_compare_exchange_strong_explicit(&shard->slabs, &slabs, made, memory_order_release,
                                                memory_order_acquire))
        return made;
    while (otp_slabs_drop(made, 0)) /* somebody was faster; these are empty */
        continue;
    return slabs;
}

static struct otpi_box *make_small(struct otpi_store *store, const struct otpi_store_key *key,
                                   size_t size)
{
    struct otp_slabs *slabs = slabs_of(otpi_store_shard(store, key->hash));
    size_t taken = otp_slabs_size(size);

    return slabs == NULL ? NULL
                         : otp_slabs_block(slabs, taken, (uint32_t)(taken << 16 | key->size));
}

static struct otpi_box *make_large(const struct otpi_store_key *key, size_t size)
{
    struct otpi_large_box *large = otp_block(size);

    if (large == NULL)
        return NULL;
    large->box.head.size_ = size;
    large->key_size = key->size;
    return &large->box;
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
    *box = size <= store->small_max
               ? make_small(store, key, size)
               : make_large(key, sizeof(struct otpi_large_box) + value_size + key->size);
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
    if (otpi_box_is_large(box))
        otp_block_free(box, otpi_box_size(box));
    else
        otp_slabs_free(box);
}

void otpi_box_retire(struct otpi_box *box)
{
    if (box != NULL)
        otp_retire_sized(&box->head);
}

void otpi_box_count(struct otpi_store_shard *shard, const struct otpi_box *box)
{
    if (box == NULL)
        return;
    shard->bytes += otpi_box_size(box);
    shard->large += otpi_box_is_large(box);
}

void otpi_box_discount(struct otpi_store_shard *shard, const struct otpi_box *box)
{
    if (box == NULL)
        return;
    shard->bytes -= otpi_box_size(box);
    shard->large -= otpi_box_is_large(box);
}
