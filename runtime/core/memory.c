/* memory.c - memory that goes with its process.
 *
 * Idea: each block has a header in front that chains it to its process; without a process (a
 * foreign thread) it is chained to nothing. Strings and deep copies are made of such blocks.
 * Threads: the process's own. Locks: none. Owns: the blocks, until freed or the process is buried.
 */
#include <otp/memory.h>

#include "core/memory.h"

#include <string.h>

#include "base/alloc.h"
#include "base/layout.h"
#include "core/fiber.h"
#include "core/self.h"

struct otpi_owned {
    struct otpi_owned *next;
    struct otpi_owned **link; /* what points to it; NULL: no process */
    size_t size;              /* in all */
    struct otpi_proc *proc;   /* whose it is; NULL: nobody's */
};

_Static_assert(sizeof(struct otpi_owned) % 16 == 0, "what follows the header is aligned to 16");

/* By its own process; info reads it. */
static void count_owned(struct otpi_proc *proc, size_t more)
{
    size_t size = atomic_load_explicit(&proc->owned_size, memory_order_relaxed);
    atomic_store_explicit(&proc->owned_size, size + more, memory_order_relaxed);
}

void *otp_alloc(size_t size)
{
    struct otpi_proc *proc = otpi_self_proc();
    size_t total = sizeof(struct otpi_owned) + size;
    struct otpi_owned *block = total < size ? NULL : otpi_alloc_zero(total);

    if (block == NULL)
        return NULL;
    block->size = total;
    if (proc != NULL) {
        block->next = proc->owned;
        block->link = &proc->owned;
        if (block->next != NULL)
            block->next->link = &block->next;
        proc->owned = block;
        block->proc = proc;
        count_owned(proc, total);
    }
    return block + 1;
}

void otp_free(void *memory)
{
    struct otpi_owned *block;

    if (memory == NULL)
        return;
    block = (struct otpi_owned *)memory - 1;
    if (block->proc != NULL && block->proc != otpi_self_proc())
        return;
    if (block->link != NULL) {
        count_owned(block->proc, (size_t)0 - block->size);
        *block->link = block->next;
        if (block->next != NULL)
            block->next->link = block->link;
    }
    otpi_release(block, block->size);
}

#define SPARE_MAX 1024

void *otpi_data_take(size_t size)
{
    struct otpi_self *self = otpi_me();
    void *data = self->spare;

    if (data == NULL || self->spare_size != size)
        return otpi_alloc_zero(size);
    self->spare = NULL;
    return memset(data, 0, size);
}

void otpi_data_give(void *data, size_t size)
{
    struct otpi_self *self = otpi_me();

    if (data == NULL)
        return;
    if (self->worker == NULL || size > SPARE_MAX) {
        otpi_release(data, size);
        return;
    }
    otpi_data_forget();
    self->spare = data;
    self->spare_size = size;
}

void otpi_data_forget(void)
{
    struct otpi_self *self = otpi_me();

    if (self->spare != NULL)
        otpi_release(self->spare, self->spare_size);
    self->spare = NULL;
}

void otpi_owned_free_all(struct otpi_owned **list)
{
    while (*list != NULL) {
        struct otpi_owned *block = *list;
        *list = block->next;
        otpi_release(block, block->size);
    }
}

void *otp_scratch(size_t size)
{
    struct otpi_fiber *fiber = otpi_self_fiber();
    return fiber == NULL || fiber->proc == NULL ? NULL : otpi_scratch_take(&fiber->scratch, size);
}

/* A copy of size bytes; *copy is NULL if size is 0. */
static otp_status copy_bytes(const void *bytes, size_t size, void **copy)
{
    *copy = NULL;
    if (size == 0)
        return OTP_OK;
    *copy = otp_alloc(size);
    if (*copy == NULL)
        return OTP_NOMEM;
    memcpy(*copy, bytes, size);
    return OTP_OK;
}

otp_status otp_string_set(struct otp_string *string, otp_str text)
{
    void *copy;

    if (copy_bytes(text.data, text.size, &copy) != OTP_OK)
        return OTP_NOMEM;
    otp_free(string->data);
    string->data = copy;
    string->size = text.size;
    return OTP_OK;
}

otp_status otp_blob_set(struct otp_blob *blob, otp_bytes bytes)
{
    void *copy;

    if (copy_bytes(bytes.data, bytes.size, &copy) != OTP_OK)
        return OTP_NOMEM;
    otp_free(blob->data);
    blob->data = copy;
    blob->size = bytes.size;
    return OTP_OK;
}

void otp_string_clear(struct otp_string *string)
{
    otp_free(string->data);
    string->data = NULL;
    string->size = 0;
}

void otp_blob_clear(struct otp_blob *blob)
{
    otp_free(blob->data);
    blob->data = NULL;
    blob->size = 0;
}

/* A struct of owners has the layout of its struct of views: all that it refers to is one owned
 * block, which its first reference points into (as in a reply). A field that is set by itself with
 * otp_string_set would break that, so each reference is copied to a block of its own. */
static otp_status own_refs(const struct otp_layout *layout, char *value);

static otp_status own_list(const struct otp_layout *item, char *at)
{
    void *items, *copy;
    size_t count;
    otp_status status;

    memcpy(&items, at, sizeof items);
    memcpy(&count, at + sizeof items, sizeof count);
    status = copy_bytes(items, count * item->size, &copy);
    memcpy(at, &copy, sizeof copy);
    for (size_t i = 0; status == OTP_OK && i < count; i++) {
        status = own_refs(item, (char *)copy + i * item->size);
        if (status != OTP_OK) { /* those behind still point to the original */
            count = i + 1;
            memcpy(at + sizeof items, &count, sizeof count);
        }
    }
    return status;
}

static void forget_refs(const struct otp_layout *layout, char *value, uint32_t from)
{
    for (uint32_t i = from; i < layout->n_refs; i++) {
        const struct otp_ref *ref = &layout->refs[i];
        if (!otpi_layout_present(ref, value))
            continue;
        if (ref->kind == OTP_REF_STRUCT)
            forget_refs(ref->item, value + ref->offset, 0);
        else
            memset(value + ref->offset, 0, sizeof(void *) + sizeof(size_t));
    }
}

static otp_status own_refs(const struct otp_layout *layout, char *value)
{
    for (uint32_t i = 0; i < layout->n_refs; i++) {
        const struct otp_ref *ref = &layout->refs[i];
        char *at = value + ref->offset;
        otp_status status = OTP_OK;
        otp_str text;
        void *copy;

        if (!otpi_layout_present(ref, value))
            continue;
        if (ref->kind == OTP_REF_STRUCT) {
            status = own_refs(ref->item, at);
        } else if (ref->kind == OTP_REF_LIST) {
            status = own_list(ref->item, at);
        } else {
            memcpy(&text, at, sizeof text);
            status = copy_bytes(text.data, text.size, &copy);
            memcpy(at, &copy, sizeof copy);
        }
        if (status != OTP_OK) {
            forget_refs(layout, value, i + 1);
            return status;
        }
    }
    return OTP_OK;
}

otp_status otp_owned_set(const struct otp_layout *layout, void *owned, const void *view)
{
    char copy[1024], *value = copy;
    otp_status status;

    if (layout->size > sizeof copy)
        value = otp_alloc(layout->size);
    if (value == NULL)
        return OTP_NOMEM;
    memcpy(value, view, layout->size);
    status = own_refs(layout, value);
    if (status != OTP_OK) {
        otp_owned_clear(layout, value);
    } else {
        otp_owned_clear(layout, owned);
        memcpy(owned, value, layout->size);
    }
    if (value != copy)
        otp_free(value);
    return status;
}

static void free_refs(const struct otp_layout *layout, char *value)
{
    for (uint32_t i = 0; i < layout->n_refs; i++) {
        const struct otp_ref *ref = &layout->refs[i];
        char *at = value + ref->offset, *items;
        size_t count;

        if (!otpi_layout_present(ref, value))
            continue;
        if (ref->kind == OTP_REF_STRUCT) {
            free_refs(ref->item, at);
            continue;
        }
        memcpy(&items, at, sizeof items);
        memcpy(&count, at + sizeof items, sizeof count);
        if (ref->kind == OTP_REF_LIST && items != NULL)
            for (size_t i_item = 0; i_item < count; i_item++)
                free_refs(ref->item, items + i_item * ref->item->size);
        otp_free(items);
    }
}

void otp_owned_clear(const struct otp_layout *layout, void *owned)
{
    free_refs(layout, owned);
    memset(owned, 0, layout->size);
}
