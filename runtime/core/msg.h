/* msg.h - message nodes and where they come from.
 *
 * Idea: one allocation per message: node, then the copied arguments. Small nodes come from
 * magazines: each thread keeps some free ones per size class and trades batches of them with a
 * global depot, so that a one-way flow of messages across threads stays bounded and takes no lock
 * per message. What is free is known by its address in an array, so that nobody touches a node that
 * may be in another CPU's cache before it is to be used.
 */
#ifndef OTPI_MSG_H
#define OTPI_MSG_H

#include <stdint.h>
#include <string.h>

#include <otp/behaviour.h>

#include "base/apart.h"
#include "base/layout.h"
#include "plat/plat.h"

struct otpi_self;

/* Kinds that no behaviour sees, after those of enum otp_message_kind. */
enum { OTPI_MESSAGE_INIT = 100 };

/* A message. Exactly one owner at any time: its maker, an inbox, a timer, its receiver. */
struct otpi_msg {
    struct otpi_msg *next; /* owner's list */
    uint64_t to;           /* pid bits that it was sent to: a stale one is dropped on arrival */
    uint32_t units;        /* of 16 bytes, of a large one */
    uint8_t size_class;    /* index of the magazine, or OTPI_MSG_LARGE */
    uint8_t shared;        /* 1: body.args is a parcel's, see publish.c */
    uint16_t counted;      /* 1: it takes up room in its mailbox, see bound.h */
    /* Only a hint what to fetch into the cache, never followed: in an inbox one that was sent
     * OTPI_MSG_AHEAD before, in the private list one that comes so many later. */
    struct otpi_msg *ahead;
    struct otp_message body;
    otp_reason reason; /* only in nodes made with room for it: body.reason points here */
};

#define OTPI_MSG_CLASSES  4
#define OTPI_MSG_LARGE    OTPI_MSG_CLASSES
#define OTPI_MSG_BATCH    64
#define OTPI_MSG_AHEAD    8 /* a power of two */
#define OTPI_MAGAZINE_MAX (2 * OTPI_MSG_BATCH)

/* Offset of the arguments in a node that carries no reason. */
#define OTPI_MSG_HEADER 96
/* Arguments that a node of the first class has room for. */
#define OTPI_MSG_SMALL  (128 - OTPI_MSG_HEADER)

/* Both lines of a small one. node is a hint, and may be NULL. */
static inline void otpi_msg_prefetch(const struct otpi_msg *node)
{
    __builtin_prefetch(node, 1);
    __builtin_prefetch((const void *)((uintptr_t)node + OTPI_CACHE_LINE), 1);
}

/* The nodes that somebody has had last. */
struct otpi_trail {
    struct otpi_msg *nodes[OTPI_MSG_AHEAD];
    uint32_t n;
};

/* Adds msg. Gives the one that was added OTPI_MSG_AHEAD before, as a hint. */
static inline struct otpi_msg *otpi_trail_add(struct otpi_trail *trail, struct otpi_msg *msg)
{
    struct otpi_msg **place = &trail->nodes[trail->n++ % OTPI_MSG_AHEAD];
    struct otpi_msg *before = *place;

    *place = msg;
    return before;
}

/* A thread's free nodes, the one that was freed last being the last. Before the first are some
 * NULL, so that OTPI_MSG_AHEAD before any there is something to be fetched. owner: the thread. */
struct otpi_magazine {
    uint32_t count;
    struct otpi_msg *nodes[OTPI_MSG_AHEAD + OTPI_MAGAZINE_MAX];
};

/* Free nodes that belong to no thread. */
struct otpi_msg_batch {
    struct otpi_msg_batch *next;
    struct otpi_msg *nodes[OTPI_MSG_BATCH];
};

/* The depot: full batches, empty ones, and the memory that all nodes and batches live in. */
struct otpi_depot {
    struct otpi_lock lock;
    struct otpi_msg_batch *full[OTPI_MSG_CLASSES], *empty; /* lock */
    struct otpi_slab *slabs;                               /* lock */
};

/* Copies a small struct: most are one or two words, for which a call of memcpy costs more than the
 * copy, and gcc makes a slow loop of an inlined one. */
static inline void otpi_copy(void *to, const void *from, size_t size)
{
    if (size == 8)
        memcpy(to, from, 8);
    else if (size == 16)
        memcpy(to, from, 16);
    else
        memcpy(to, from, size);
}

/* A node with payload_size bytes of arguments, all fields zero but size; body.args points to the
 * arguments (NULL if payload_size is 0). NULL: no memory. */
struct otpi_msg *otpi_msg_new(size_t payload_size);
/* The same with *reason copied in. */
struct otpi_msg *otpi_msg_new_reason(const otp_reason *reason);
/* A message of that type with a copy of its arguments, from this process. NULL: no memory. */
struct otpi_msg *otpi_msg_of(const struct otp_message_type *type, const void *args);
/* The same of a type whose arguments refer to nothing, from pid bits, by a thread that knows its
 * self. */
struct otpi_msg *otpi_msg_plain(struct otpi_self *self, uint64_t from,
                                const struct otp_message_type *type, const void *args);
/* One message less refers to the shared arguments args. */
void otpi_parcel_drop(void *args);
/* Takes msg. Answers nobody. */
void otpi_msg_free(struct otpi_msg *msg);
/* A batch out of a full magazine. */
void otpi_msg_give_batch(struct otpi_magazine *magazine, uint8_t size_class);

/* The node that was freed last; the magazine is not empty. */
static inline struct otpi_msg *otpi_magazine_take(struct otpi_magazine *magazine)
{
    uint32_t left = --magazine->count;

    otpi_msg_prefetch(magazine->nodes[left]); /* it was freed on another CPU, perhaps */
    return magazine->nodes[OTPI_MSG_AHEAD + left];
}

static inline void otpi_magazine_give(struct otpi_magazine *magazine, uint8_t size_class,
                                      struct otpi_msg *msg)
{
    magazine->nodes[OTPI_MSG_AHEAD + magazine->count] = msg;
    if (OTPI_SELDOM(++magazine->count == OTPI_MAGAZINE_MAX))
        otpi_msg_give_batch(magazine, size_class);
}

/* Its body is empty but for args. Field by field: a compiler would clear all of a struct first. */
static inline void otpi_msg_begin(struct otpi_msg *msg, void *args)
{
    msg->body.kind = 0;
    msg->body.tag = 0;
    msg->body.type = NULL;
    msg->body.args = args;
    msg->body.from.slot_ = NULL;
    msg->body.from.id_ = 0;
    msg->body.pid.bits = 0;
    msg->body.ref = 0;
    msg->body.reason = NULL;
}

static inline void otpi_msg_set_type(struct otpi_msg *msg, const struct otp_message_type *type,
                                     uint64_t from)
{
    msg->body.kind = OTP_MESSAGE_USER;
    msg->body.type = type;
    msg->body.pid.bits = from;
}

/* otpi_msg_plain where nothing has to be fetched: out of the magazine of the first class; `next` is
 * not set. NULL: it is empty, or the arguments need more. */
static inline struct otpi_msg *otpi_msg_at_hand(struct otpi_magazine *magazine, uint64_t from,
                                                const struct otp_message_type *type,
                                                const void *args)
{
    const struct otp_layout *layout = type->args;
    struct otpi_msg *msg;

    if (OTPI_SELDOM(magazine->count == 0 ||
                    (layout != NULL && (layout->size > OTPI_MSG_SMALL || layout->n_refs != 0))))
        return NULL;
    msg = otpi_magazine_take(magazine);
    msg->size_class = 0;
    msg->shared = 0;
    msg->counted = 0;
    otpi_msg_begin(msg, layout == NULL ? NULL : (char *)msg + OTPI_MSG_HEADER);
    otpi_msg_set_type(msg, type, from);
    if (layout != NULL)
        otpi_layout_copy_few(msg->body.args, args, layout->size);
    return msg;
}

/* otpi_msg_free by a thread that has its magazines at hand. */
static inline void otpi_msg_drop(struct otpi_magazine *magazine, struct otpi_msg *msg)
{
    if (OTPI_SELDOM(msg->size_class != 0 || msg->shared != 0)) {
        otpi_msg_free(msg);
        return;
    }
    otpi_magazine_give(magazine, 0, msg);
}
/* Frees the depot's memory: no node is in use any more. */
void otpi_depot_free(struct otpi_depot *depot);

#endif
