/* give.c - values that are given out of a store.
 *
 * Idea: see give.h. A copy is a block of its own: the value, then what it refers to.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include "store/give.h"

#include <otp/memory.h>
#include <otp/process.h>

#include "base/layout.h"

#define BLOCK_ALIGN ((size_t)16)

static size_t round16(size_t size)
{
    return (size + BLOCK_ALIGN - 1) & ~(BLOCK_ALIGN - 1);
}

otp_status otpi_give_copy(const struct otp_layout *layout, const void *from, void *to)
{
    size_t size = otp_layout_measure(layout, from);
    void *block;

    if (size == layout->size) { /* what it refers to is empty */
        memcpy(to, from, size);
        return OTP_OK;
    }
    block = otp_self().bits != 0 ? otp_scratch(size) : otp_alloc(size);
    if (size == 0 || block == NULL)
        return OTP_NOMEM;
    otp_layout_copy(layout, from, block);
    memcpy(to, block, layout->size);
    return OTP_OK;
}

void otpi_give_back(const struct otp_layout *layout, const void *value)
{
    char *first = layout->n_refs == 0 ? NULL : otpi_layout_first(layout, value);

    if (first != NULL && otp_self().bits == 0)
        otp_free(first - round16(layout->size));
}

bool otpi_give_entry(const struct otpi_store_type *type, const struct otpi_taken *entry, void **key,
                     void **value)
{
    const void *from = entry->box != NULL ? otpi_box_value(entry->box) : NULL;
    size_t key_words = (type->key->size + sizeof(uint64_t) - 1) / sizeof(uint64_t);
    size_t key_size = type->key->size, bytes = 0, value_size;

    if (from == NULL)
        from = entry->words + key_words;
    if (type->key_kind == OTP_KEY_TEXT)
        bytes = otpi_box_key_size(entry->box);
    value_size = otp_layout_measure(type->value, from);
    *value = otp_alloc(round16(value_size) + round16(key_size) + bytes);
    if (*value == NULL)
        return false;
    otp_layout_copy(type->value, from, *value);
    *key = (char *)*value + round16(value_size);
    if (type->key_kind == OTP_KEY_TEXT) {
        otp_str text = { (char *)*key + round16(key_size), bytes };
        if (bytes != 0)
            memcpy((char *)*key + round16(key_size), otpi_box_key(entry->box), bytes);
        memcpy(*key, &text, sizeof text);
    } else {
        memcpy(*key, entry->box != NULL ? otpi_box_key(entry->box) : entry->words, key_size);
    }
    return true;
}
