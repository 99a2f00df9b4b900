/* cache.h - what the files of the cache share.
 *
 * Idea: a cache's process shows a structure with the address of its store; who reads or writes
 * enters, pins, and looks for the store, which stays until the pin ends. The process itself sweeps,
 * knows who loads which key, and answers those that read through it, but not while it is idle: then
 * they read themselves, and it is the same.
 *
 *   cache.c        the process: its life, its sweeps, its requests
 *   cache_use.c    reading and writing, by whoever wants to
 *   cache_load.c   values that are loaded when they are missing: one at a time for a key
 *
 * Locks: cache, a leaf: whose structure it is, and which store.
 */
#ifndef OTPI_CACHE_H
#define OTPI_CACHE_H

#include <stdatomic.h>

#include <otp/cache.h>
#include <otp/share.h>

#include "store/store.h"

#define OTPI_CACHE_CELLS 32 /* what is counted by threads: each worker has one, others share */

/* What is counted; the order of the cells. */
enum otpi_cache_count {
    OTPI_HITS,
    OTPI_MISSES,
    OTPI_PUTS,
    OTPI_EXPIRED,
    OTPI_EVICTED,
    OTPI_UNTOLD,
    OTPI_LOADS,
    OTPI_LOAD_ERRORS,
    OTPI_COUNTS
};

struct otpi_cache_cell {
    _Alignas(64) _Atomic uint64_t counts[OTPI_COUNTS];
};

/* What a cache's process shows. */
struct otpi_cache {
    struct otp_shared shared;
    struct otp_tie tie;                     /* to its own process */
    struct otp_lock lock;                   /* cache */
    _Atomic(const struct otp_cache *) type; /* atomic: of this life */
    _Atomic(struct otpi_store *) store;     /* atomic: written under lock; NULL: it has ended */
    _Atomic uint64_t sweeps;                /* atomic: the process writes */
    struct otpi_cache_cell cells[OTPI_CACHE_CELLS]; /* atomic */
};

/* Requests to the process; told apart from those of other behaviours. */
enum otpi_cache_tag {
    OTPI_CACHE_GET = 0x43414301,
    OTPI_CACHE_SWEEP,
    OTPI_CACHE_LOAD,
    OTPI_CACHE_LOADED
};

/* The arguments of GET. By now another cache may have the name that was asked: type says which was
 * meant, and how the answer is to look. */
struct otpi_cache_wanted {
    otp_bytes key;
    const struct otp_cache *type;
};

/* The answer to GET if a value is flat and small. */
struct otpi_cache_got {
    uint32_t status;
    uint64_t words[OTPI_STORE_VALUE_MAX];
};

static inline bool otpi_cache_is_small(const struct otp_cache *type)
{
    return type->value->n_refs == 0 && type->value->size <= OTPI_STORE_VALUE_MAX * sizeof(uint64_t);
}

/* The arguments of all others, and the answer to all others. */
struct otpi_cache_ask {
    otp_bytes key;
    otp_pid pid;        /* LOAD, LOADED: who asks; none: a foreign thread */
    const void *thread; /* LOAD, LOADED: which */
    uint64_t number;    /* LOADED: which load */
    uint32_t status;    /* LOADED */
    otp_reason reason;  /* LOADED: if that is EXIT */
};

struct otpi_cache_told {
    uint32_t status;
    uint64_t number;   /* LOAD: the caller is to load, this one; 0: it has been loaded */
    otp_reason reason; /* LOAD: if status is EXIT */
    const void *value; /* GET: a list of one, or none */
    size_t n;
};

extern const struct otp_layout otpi_cache_ask_layout, otpi_cache_wanted_layout;
extern const struct otp_behaviour otpi_cache_behaviour;

/* Somebody who waits for an answer. Owned memory of the process. */
struct otpi_asker {
    struct otpi_asker *next;
    otp_from from;
};

struct otpi_loading; /* of cache_load.c */

/* The data of the process. */
struct otpi_cache_process {
    struct otpi_cache *cache;
    const struct otp_cache *type;
    struct otpi_store_cursor cursor;
    bool sweeping, armed;
    otp_instant now;              /* of this sweep */
    struct otpi_asker *next;      /* who waits for a sweep that has not begun */
    struct otpi_asker *asking;    /* and for this one */
    struct otpi_loading *loading; /* keys that somebody loads */
    uint64_t loads;               /* so far */
};

/* -- entering -- */

/* A use of a cache: entered and pinned. */
struct otpi_cache_use {
    struct otpi_cache *cache;
    struct otpi_store *store;
    uint32_t thread;
    otp_pid pid;
};

/* The cache's statuses. If OK otpi_cache_leave follows. */
otp_status otpi_cache_enter(otp_dest dest, const struct otp_cache *type,
                            struct otpi_cache_use *use);
void otpi_cache_leave(const struct otpi_cache_use *use);
/* The same for the process itself; false: it has ended. */
bool otpi_cache_enter_own(struct otpi_cache_process *process, struct otpi_cache_use *use);
void otpi_cache_leave_own(const struct otpi_cache_use *use);

void otpi_cache_count(const struct otpi_cache_use *use, enum otpi_cache_count what, uint64_t n);

/* -- entries that were taken out -- */

/* One of them, as the listener hears of it: owned memory. */
struct otpi_told {
    void *key, *value;
    enum otp_cache_cause cause;
};

/* Copies for the listener, if there is one, and retires; counts. Pinned. Gives how many there are
 * to be told of. */
size_t otpi_cache_taken(const struct otpi_cache_use *use, const struct otp_cache *type,
                        const struct otpi_taken *taken, size_t n, struct otpi_told *told);
/* Tells the listener, and frees. Not pinned. */
void otpi_cache_tell(const struct otp_cache *type, struct otpi_told *told, size_t n);

/* -- values -- */

/* The bytes of a key in a request, and back. */
otp_bytes otpi_cache_key_bytes(const struct otp_cache *type, const void *key);
/* The value of key for a caller that is entered: OK or NOT_FOUND, NOMEM; BADARG. */
otp_status otpi_cache_read(const struct otpi_cache_use *use, const struct otp_cache *type,
                           const void *key, void *value);

/* -- cache_load.c, in the process -- */

void otpi_cache_load(struct otpi_cache_process *process, const struct otp_message *message);
void otpi_cache_loaded(struct otpi_cache_process *process, const struct otp_message *message);
void otpi_cache_down(struct otpi_cache_process *process, const struct otp_message *message);
/* Answers a request; value: NULL: it is about none. False: it gets to nobody. */
bool otpi_cache_answer(const struct otp_cache *type, otp_from from,
                       const struct otpi_cache_told *told);
/* Has who asks wait in a list. False: no memory, and he was told so. */
bool otpi_cache_wait(const struct otp_cache *type, struct otpi_asker **list, otp_from from);
/* Answers all of a list with the same. */
void otpi_cache_answer_all(const struct otp_cache *type, struct otpi_asker **list,
                           const struct otpi_cache_told *told);

#endif
