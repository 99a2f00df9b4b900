/* self.h - the calling thread, and the runtime.
 *
 * Idea: the runtime is one structure, reached through one pointer; each thread that uses it has one
 * thread-local pointer: to its worker's self, or to that of a foreign thread, made on first use.
 * Owns: foreign selves are kept for ever (late replies touch their slots), and reused.
 */
#ifndef OTPI_SELF_H
#define OTPI_SELF_H

#include <stdatomic.h>

#include <otp/runtime.h>

#include "core/bound.h"
#include "core/gather.h"
#include "core/msg.h"
#include "core/name.h"
#include "core/point.h"
#include "core/proc.h"
#include "core/reclaim.h"
#include "core/request.h"
#include "core/share.h"
#include "core/slot.h"
#include "core/timer.h"
#include "plat/counter.h"
#include "plat/fence.h"
#include "plat/tls.h"

struct otpi_worker;

/* How long the clock that a thread has read bounds what it may be by now. */
#define OTPI_CLOCK_LASTS OTP_MS

/* The clock and the counter as they were read last; the counter first. */
struct otpi_clock_read {
    uint64_t counter;
    otp_instant now;
};

/* What a thread has. owner: the thread. */
struct otpi_self {
    struct otpi_worker *worker; /* NULL: a foreign thread */
    struct otpi_fiber *current; /* that runs; NULL: a foreign thread */
    struct otpi_magazine magazines[OTPI_MSG_CLASSES];
    struct otpi_trail sent; /* the messages that it has sent last */
    struct otpi_request_cache request_cache;
    struct otpi_resting resting; /* a worker's */
    void *spare;                 /* a worker's: of a process's data; NULL: none */
    size_t spare_size;           /* its size */
    uint64_t next_ref, last_ref; /* refs that it may give out */
    uint32_t visits;             /* see visit.h */
    struct otpi_msg *dying;      /* deaths found while another one is under way (in_die) */
    struct otpi_msg *telling;    /* starters to be answered after them */
    bool in_die;
    uint64_t expected; /* the monitor whose DOWN the running code hears of otherwise; 0: none */
    struct otpi_pin pin;
    struct otpi_clock_read clock;
    uint64_t point_state; /* point.c's generator; 0: not seeded yet */
    /* foreign threads */
    struct otpi_slot slot;
    struct otpi_timer timer;
    struct otpi_request *requests; /* that it has sent and not taken */
    otp_reason last_reason;
    uint64_t epoch;
    struct otpi_self *next; /* lock: runtime's selves */
    bool in_use;            /* lock: runtime's selves */
};

/* What `stopping` goes through. */
enum { OTPI_STOP_NOT, OTPI_STOP_PROCESSES, OTPI_STOP_WORKERS };

/* Processes that wait for a thread on which they may block; see pool.h. */
struct otpi_pool {
    struct otpi_lock lock;
    struct otpi_proc *first, *last; /* lock */
    _Atomic uint32_t n_queued;      /* written under lock */
    _Atomic bool denied_said;
};

/* Ready fibers that were taken from stuck workers. lock: injection */
struct otpi_rescued {
    struct otpi_fiber *first, *last;
    _Atomic uint32_t n; /* read without too */
};

struct otpi_runtime {
    _Atomic uint64_t gate; /* atomic: 2 * foreign threads inside + 1 if closed */
    struct otpi_lock running_lock;
    bool running, fork_watched; /* lock: running */
    _Atomic uint64_t epoch;     /* atomic: which run this is, from 1 */
    _Atomic uint32_t forked;
    _Atomic uint32_t stopping; /* OTPI_STOP_... */
    struct otp_config config;  /* const while it runs */
    otp_duration coarseness;   /* const while it runs: of the cheap clock */
    uint64_t clock_lasts;      /* const while it runs: steps of the counter, see otp_has_passed */
    uint32_t n_workers;        /* const while it runs: those that always work */
    uint32_t n_slots;          /* const while it runs: with the spare ones and the pool's */
    _Atomic uint32_t n_used;   /* atomic: slots that ever had a thread are among the first ones */
    struct otpi_worker *workers;
    struct otpi_stacks *stacks, *pool_stacks;
    struct otpi_depot depot;
    struct otpi_table table;
    struct otpi_names names;
    struct otpi_requests requests;
    struct otpi_bounds bounds;
    struct otpi_shelf shelf;
    struct otpi_reclaim reclaim;

    struct otpi_lock injection_lock;
    struct otpi_proc *injection, *injection_last; /* lock: injection */
    _Atomic uint32_t n_injected;                  /* atomic: read before taking the lock */
    struct otpi_rescued rescued[2];               /* of all others; of the pool's workers */
    struct otpi_pool pool;

    _Atomic uint32_t n_sleeping, n_spinning;
    _Atomic uint32_t n_started; /* threads of workers */
    _Atomic uint32_t n_accused; /* workers whose `accused` is set */
    _Atomic uint32_t tick;      /* atomic: counts milliseconds while anyone works */
    _Atomic uint32_t watching;  /* 0: the watcher sleeps; futex */
    struct otpi_thread watcher;
    struct otpi_self watcher_self;
    uint32_t free_ticks;      /* owner: watcher; since when a worker that always works is free */
    otp_instant accuse_again; /* owner: watcher; not before */
    bool alone_said;          /* owner: watcher */
    struct otpi_gather gather;

    _Atomic int64_t manual_now;
    _Atomic uint64_t next_ref, lost;
    _Atomic uint64_t slots, first_slot, foreign_slots; /* indices given out; before this run */
    _Atomic uint32_t lost_said;
    _Atomic uint64_t *answered; /* const while it runs: see misuse.h; NULL: nobody wants to know */

    struct otpi_lock selves_lock;
    struct otpi_self *selves; /* lock: selves */
};

/* The runtime; const. */
extern struct otpi_runtime *const otpi_rt;
/* The calling thread's self, as otpi_me() finds it. */
extern _Thread_local struct otpi_self *otpi_self_tls __attribute__((tls_model("initial-exec")));

/* The calling thread's self; NULL: a foreign thread that has none yet. Whoever has parked asks
 * again: it may go on in another thread. */
static inline struct otpi_self *otpi_me(void)
{
    struct otpi_self *self;

    OTPI_TLS_READ(self, otpi_self_tls);
    return self;
}

void otpi_self_set(struct otpi_self *self);

/* Enters the runtime from any thread: every public function that touches shared state does, and
 * leaves. NOT_RUNNING, FORKED, NOMEM. A worker's thread is always inside: costs it nothing. */
otp_status otpi_enter_foreign(void);
void otpi_leave_foreign(void);

static inline otp_status otpi_enter(void)
{
    if (otpi_me() != NULL && otpi_me()->worker != NULL)
        return OTP_OK;
    return otpi_enter_foreign();
}

static inline void otpi_leave(void)
{
    if (otpi_me() == NULL || otpi_me()->worker == NULL)
        otpi_leave_foreign();
}

/* The fiber that runs on this thread; NULL: a foreign thread. (Its process: fiber.h.) */
static inline struct otpi_fiber *otpi_self_fiber(void)
{
    return otpi_me() == NULL ? NULL : otpi_me()->current;
}

/* otp_pin and otp_unpin of the calling thread, whose self it is. */
static inline void otpi_pin(struct otpi_self *self)
{
    /* acquire: pairs with the store in begin_era; what was taken out before is not found */
    uint64_t era = atomic_load_explicit(&otpi_rt->reclaim.era, memory_order_acquire);

    OTPI_POINT();
    /* release: of the pin before, as otpi_unpin */
    atomic_store_explicit(&self->pin.era, era, memory_order_release);
    otpi_fence_light(); /* pairs with the heavy one in begin_era */
    OTPI_POINT();
}

static inline void otpi_unpin(struct otpi_self *self)
{
    /* release: pairs with the acquire in older (reclaim.c); what was read has been read */
    atomic_store_explicit(&self->pin.era, 0, memory_order_release);
    if (atomic_load_explicit(&self->pin.many, memory_order_relaxed) != 0)
        otpi_reclaim_some();
}

/* The clock as the calling thread, whose self it is, has read it last is less than CLOCK_LASTS
 * behind, by the counter. */
static inline bool otpi_clock_is_good(const struct otpi_self *self)
{
    return otpi_counter() - self->clock.counter < otpi_rt->clock_lasts;
}

/* True: instant has not passed, as that thread knows without a clock. */
static inline bool otpi_is_before(const struct otpi_self *self, otp_instant instant)
{
    return otpi_clock_is_good(self) && instant > self->clock.now + OTPI_CLOCK_LASTS;
}

/* A number that nobody else has. */
uint64_t otpi_self_ref(void);

#endif
