/* request.h - slots of requests.
 *
 * Idea: a call lands in the slot of the fiber or thread that waits for it; a request has nobody who
 * waits, so it has a slot of its own, with room for the reply. A handle names it by an index into
 * a table that is never given back while the runtime runs, and by the number of its wait, so a
 * stale or a made-up one finds valid memory and another number (invariants I5, I7).
 * Each is in one list: that of its owner, who alone may use it, or a stock.
 * Locks: requests (leaf).
 */
#ifndef OTPI_REQUEST_H
#define OTPI_REQUEST_H

#include <otp/request.h>

#include "core/slot.h"
#include "plat/plat.h"

struct otpi_self;

#define OTPI_REQUEST_CHUNK  64
#define OTPI_REQUEST_CHUNKS 65536
#define OTPI_REQUEST_INLINE 64

struct otpi_request {
    struct otpi_slot slot;
    struct otpi_request *next, *prev;    /* of the owner's list; next: of a stock */
    _Atomic uint64_t process;            /* atomic: pid bits of the owner; 0: none. Owner writes */
    _Atomic(struct otpi_self *) thread;  /* the same of a foreign thread */
    const struct otp_message_type *type; /* owner only, as what follows */
    size_t reply_size;
    uint32_t index; /* const: in the table */
    uint32_t place; /* in the array that was looked at last */
    _Alignas(16) unsigned char reply[OTPI_REQUEST_INLINE]; /* where a small one lands */
};

/* All there are. Zeroed: none. */
struct otpi_requests {
    struct otpi_lock lock;
    struct otpi_request **chunks; /* OTPI_REQUEST_CHUNKS pointers; entries are const once set */
    _Atomic uint32_t n;           /* atomic: requests made; grows under lock */
    struct otpi_request *stock;   /* lock */
};

/* What a thread keeps of the stock. owner: the thread. */
struct otpi_request_cache {
    struct otpi_request *head;
    uint32_t count;
};

/* Gives up all of a list, which is the caller's; answers that came are freed. */
void otpi_request_drop_all(struct otpi_request **list);
/* The calling foreign thread ends: gives up its own, and its cache. */
void otpi_request_leave(struct otpi_self *self);
/* Frees all: no process and no worker is left. */
void otpi_requests_free(struct otpi_requests *requests);

#endif
