/* msg.c - message nodes and where they come from.
 *
 * Idea: see msg.h. A thread without a self (none is without one while it is inside the runtime)
 * never gets here. Classes are 128, 256, 512 and 1024 bytes; what is larger comes from the
 * allocator at once.
 * Threads: any. Locks: depot (leaf). Owns: the slabs of all small nodes.
 */
#include "core/msg.h"

#include <string.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "core/fiber.h"
#include "core/self.h"

#define SLAB_NODES OTPI_MSG_BATCH

/* Memory of SLAB_NODES nodes, and of what keeps so many when they are free: so there is always an
 * empty batch for who has a full magazine. */
struct otpi_slab {
    struct otpi_slab *next;
    size_t size;
    struct otpi_msg_batch batch;
    _Alignas(OTPI_CACHE_LINE) char nodes[];
};

_Static_assert(offsetof(struct otpi_msg, reason) <= OTPI_MSG_HEADER, "arguments overlap the node");
_Static_assert(OTPI_MSG_HEADER % 16 == 0, "arguments are aligned to 16");

static size_t class_size(uint32_t size_class)
{
    return (size_t)128 << size_class;
}

static uint8_t class_of(size_t size)
{
    for (uint8_t i = 0; i < OTPI_MSG_CLASSES; i++)
        if (size <= class_size(i))
            return i;
    return OTPI_MSG_LARGE;
}

/* New nodes straight from the allocator. False: no memory. */
OTPI_APART static bool carve(struct otpi_depot *depot, struct otpi_magazine *magazine,
                             uint8_t size_class)
{
    size_t size = sizeof(struct otpi_slab) + class_size(size_class) * SLAB_NODES;
    struct otpi_slab *slab = otpi_alloc_line(size);

    if (slab == NULL)
        return false;
    for (size_t i = 0; i < SLAB_NODES; i++) { /* the first one is taken first */
        void *node = slab->nodes + (SLAB_NODES - 1 - i) * class_size(size_class);
        struct otpi_msg *msg = node;
        msg->size_class = size_class;
        msg->ahead = NULL;
        magazine->nodes[OTPI_MSG_AHEAD + i] = msg;
    }
    slab->size = size;
    otpi_lock_take(&depot->lock);
    slab->next = depot->slabs;
    depot->slabs = slab;
    slab->batch.next = depot->empty;
    depot->empty = &slab->batch;
    otpi_lock_release(&depot->lock);
    return true;
}

static struct otpi_msg_batch *take_batch(struct otpi_depot *depot, struct otpi_msg_batch **list)
{
    struct otpi_msg_batch *batch;

    otpi_lock_take(&depot->lock);
    batch = *list;
    if (batch != NULL)
        *list = batch->next;
    otpi_lock_release(&depot->lock);
    return batch;
}

static void give_batch(struct otpi_depot *depot, struct otpi_msg_batch **list,
                       struct otpi_msg_batch *batch)
{
    otpi_lock_take(&depot->lock);
    batch->next = *list;
    *list = batch;
    otpi_lock_release(&depot->lock);
}

/* A batch of nodes into an empty magazine. False: no memory. */
OTPI_APART static bool refill(struct otpi_magazine *magazine, uint8_t size_class)
{
    struct otpi_depot *depot = &otpi_rt->depot;
    struct otpi_msg_batch *batch = take_batch(depot, &depot->full[size_class]);

    if (batch != NULL) {
        memcpy(magazine->nodes + OTPI_MSG_AHEAD, batch->nodes, sizeof batch->nodes);
        give_batch(depot, &depot->empty, batch);
    } else if (!carve(depot, magazine, size_class)) {
        return false;
    }
    magazine->count = OTPI_MSG_BATCH;
    return true;
}

OTPI_APART void otpi_msg_give_batch(struct otpi_magazine *magazine, uint8_t size_class)
{
    struct otpi_depot *depot = &otpi_rt->depot;
    struct otpi_msg_batch *batch = take_batch(depot, &depot->empty);

    magazine->count -= OTPI_MSG_BATCH;
    memcpy(batch->nodes, magazine->nodes + OTPI_MSG_AHEAD + magazine->count, sizeof batch->nodes);
    give_batch(depot, &depot->full[size_class], batch);
}

OTPI_APART static struct otpi_msg *make_large(size_t size)
{
    size_t units = (size + 15) / 16;
    struct otpi_msg *msg = units > UINT32_MAX ? NULL : otpi_alloc(units * 16);

    if (msg == NULL)
        return NULL;
    msg->size_class = OTPI_MSG_LARGE;
    msg->units = (uint32_t)units;
    return msg;
}

static struct otpi_msg *take_node(struct otpi_self *self, size_t size)
{
    uint8_t size_class = class_of(size);
    struct otpi_magazine *magazine;

    if (size_class == OTPI_MSG_LARGE)
        return make_large(size);
    magazine = &self->magazines[size_class];
    if (magazine->count == 0 && !refill(magazine, size_class))
        return NULL;
    return otpi_magazine_take(magazine);
}

static struct otpi_msg *make(struct otpi_self *self, size_t payload_size)
{
    size_t size = OTPI_MSG_HEADER + payload_size;
    struct otpi_msg *msg = size < payload_size ? NULL : take_node(self, size);

    if (msg == NULL)
        return NULL;
    msg->next = NULL;
    msg->shared = 0;
    msg->counted = 0;
    otpi_msg_begin(msg, payload_size == 0 ? NULL : (char *)msg + OTPI_MSG_HEADER);
    return msg;
}

struct otpi_msg *otpi_msg_new(size_t payload_size)
{
    return make(otpi_me(), payload_size);
}

struct otpi_msg *otpi_msg_new_reason(const otp_reason *reason)
{
    struct otpi_msg *msg = otpi_msg_new(sizeof *msg - OTPI_MSG_HEADER);

    if (msg == NULL)
        return NULL;
    msg->body.args = NULL;
    msg->reason = *reason;
    msg->body.reason = &msg->reason;
    return msg;
}

struct otpi_msg *otpi_msg_plain(struct otpi_self *self, uint64_t from,
                                const struct otp_message_type *type, const void *args)
{
    size_t size = type->args == NULL ? 0 : type->args->size;
    struct otpi_msg *msg = make(self, size);

    if (msg == NULL)
        return NULL;
    if (size != 0)
        otpi_copy(msg->body.args, args, size);
    otpi_msg_set_type(msg, type, from);
    return msg;
}

struct otpi_msg *otpi_msg_of(const struct otp_message_type *type, const void *args)
{
    struct otpi_msg *msg;
    size_t size;

    if (type->args == NULL || type->args->n_refs == 0)
        return otpi_msg_plain(otpi_me(), otpi_self_pid(), type, args);
    size = otp_layout_measure(type->args, args);
    msg = size == 0 ? NULL : otpi_msg_new(size);
    if (msg == NULL)
        return NULL;
    otp_layout_copy(type->args, args, msg->body.args);
    otpi_msg_set_type(msg, type, otpi_self_pid());
    return msg;
}

void otpi_msg_free(struct otpi_msg *msg)
{
    uint8_t size_class = msg->size_class;

    if (msg->shared != 0)
        otpi_parcel_drop(msg->body.args);
    if (size_class == OTPI_MSG_LARGE) {
        otpi_release(msg, (size_t)msg->units * 16);
        return;
    }
    otpi_magazine_give(&otpi_me()->magazines[size_class], size_class, msg);
}

void otpi_depot_free(struct otpi_depot *depot)
{
    while (depot->slabs != NULL) {
        struct otpi_slab *slab = depot->slabs;
        depot->slabs = slab->next;
        otpi_release_line(slab, slab->size);
    }
    memset(depot, 0, sizeof *depot);
}
