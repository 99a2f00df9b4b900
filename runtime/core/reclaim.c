/* reclaim.c - when memory that was read without a lock can be freed, and work for later.
 *
 * Idea: see reclaim.h. A thread keeps what it has retired in a list of its own; at 64 blocks
 * or a megabyte, or when it is asked to, it takes the lists of all threads and tries to free, at
 * the end of a pin, where it has no lock. What is held back waits in a few batches; when there is
 * no place for another it joins the last one. A thread frees half as many blocks more as it has
 * retired, never all at once.
 * Threads: any. Locks: see reclaim.h. Owns: retired blocks, work for later.
 */
#include "core/reclaim.h"

#include <string.h>

#include <otp/slabs.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "core/point.h"
#include "core/sched.h"
#include "plat/fence.h"

#define BLOCKS_MAX 64
#define BYTES_MAX  ((size_t)1024 * 1024)
#define FREED_MAX  (BLOCKS_MAX + BLOCKS_MAX / 2)

void otpi_reclaim_init(struct otpi_reclaim *reclaim)
{
    memset(reclaim, 0, sizeof *reclaim);
    atomic_store(&reclaim->era, 1);
}

/* -- pins -- */

uint32_t otp_pin(void)
{
    struct otpi_self *self = otpi_me();

    otpi_pin(self);
    return self->worker != NULL ? self->worker->index : OTP_PIN_SHARED;
}

/* -- freeing -- */

static uint64_t older(const struct otpi_pin *pin, uint64_t oldest)
{
    uint64_t era = atomic_load_explicit(&pin->era, memory_order_acquire);

    return era != 0 && era < oldest ? era : oldest;
}

/* Calls see for what every thread has: workers, and all foreign threads that ever were. */
static void each_thread(void (*see)(struct otpi_pin *pin, void *context), void *context)
{
    struct otpi_self *self;

    for (uint32_t i = 0; i < otpi_sched_slots(); i++)
        see(&otpi_rt->workers[i].self.pin, context);
    otpi_lock_take(&otpi_rt->selves_lock);
    self = otpi_rt->selves; /* they stay, and the list grows at its head only */
    otpi_lock_release(&otpi_rt->selves_lock);
    for (; self != NULL; self = self->next)
        see(&self->pin, context);
}

static void see_pin(struct otpi_pin *pin, void *oldest)
{
    *(uint64_t *)oldest = older(pin, *(uint64_t *)oldest);
}

static void take_retired(struct otpi_pin *pin, void *context)
{
    struct otp_retired **all = context, *first, *last;

    otpi_lock_take(&pin->lock);
    first = pin->retired;
    pin->retired = NULL;
    pin->n = 0;
    pin->bytes = 0;
    atomic_store_explicit(&pin->many, 0, memory_order_relaxed);
    otpi_lock_release(&pin->lock);
    if (first == NULL)
        return;
    for (last = first; last->next_ != NULL; last = last->next_)
        continue;
    last->next_ = *all;
    *all = first;
}

/* Joins two lists; the first one is walked. */
static struct otp_retired *join(struct otp_retired *a, struct otp_retired *b)
{
    struct otp_retired *last = a;

    if (a == NULL)
        return b;
    while (last->next_ != NULL)
        last = last->next_;
    last->next_ = b;
    return a;
}

/* lock: reclaim. A batch of all that is retired. */
static void begin_era(struct otpi_reclaim *reclaim)
{
    struct otp_retired *blocks = NULL;
    struct otpi_batch *batch;
    uint64_t era;

    each_thread(take_retired, &blocks);
    era = atomic_load_explicit(&reclaim->era, memory_order_relaxed) + 1;
    atomic_store_explicit(&reclaim->era, era, memory_order_release);
    otpi_fence_heavy();
    if (blocks == NULL)
        return;
    if (reclaim->n_batches < OTPI_RECLAIM_BATCHES) {
        batch = &reclaim->batches[reclaim->n_batches++];
        batch->blocks = NULL;
    } else {
        batch = &reclaim->batches[OTPI_RECLAIM_BATCHES - 1];
    }
    batch->blocks = join(blocks, batch->blocks);
    batch->era = era;
}

/* lock: reclaim. What no pin can see is dead. */
static void end_batches(struct otpi_reclaim *reclaim)
{
    uint64_t oldest = UINT64_MAX;
    uint32_t n = 0;

    each_thread(see_pin, &oldest);
    while (n < reclaim->n_batches && reclaim->batches[n].era <= oldest) {
        reclaim->dead = join(reclaim->batches[n].blocks, reclaim->dead);
        n++;
    }
    reclaim->n_batches -= n;
    memmove(reclaim->batches, reclaim->batches + n, reclaim->n_batches * sizeof *reclaim->batches);
}

/* lock: reclaim. At most n of the dead. */
static struct otp_retired *take_dead(struct otpi_reclaim *reclaim, uint32_t n)
{
    struct otp_retired *taken = reclaim->dead, **link = &reclaim->dead, *rest;

    while (n > 0 && *link != NULL) {
        link = &(*link)->next_;
        n--;
    }
    rest = *link;
    *link = NULL;
    taken = reclaim->dead;
    reclaim->dead = rest;
    return taken;
}

static void end_blocks(struct otp_retired *block)
{
    while (block != NULL) {
        struct otp_retired *next = block->next_;
        if (otp_slabs_has(block))
            otp_slabs_free(block);
        else if (block->size_ == 0)
            otp_do_later((struct otp_later *)(void *)block);
        else
            otpi_release(block, block->size_);
        block = next;
    }
}

static void reclaim_some(uint32_t n)
{
    struct otpi_reclaim *reclaim = &otpi_rt->reclaim;
    struct otp_retired *dead;

    if (!otpi_lock_try(&reclaim->lock)) /* somebody is at it */
        return;
    begin_era(reclaim);
    OTPI_POINT();
    end_batches(reclaim);
    dead = take_dead(reclaim, n);
    atomic_store_explicit(&reclaim->held, reclaim->n_batches != 0 || reclaim->dead != NULL,
                          memory_order_relaxed);
    otpi_lock_release(&reclaim->lock);
    end_blocks(dead);
}

void otp_reclaim(void)
{
    reclaim_some(FREED_MAX);
}

/* -- retiring -- */

static void retire(struct otp_retired *block, size_t bytes)
{
    struct otpi_pin *pin = &otpi_me()->pin;

    otpi_lock_take(&pin->lock);
    block->next_ = pin->retired;
    pin->retired = block;
    pin->n++;
    pin->bytes += bytes;
    if (pin->n >= BLOCKS_MAX || pin->bytes >= BYTES_MAX)
        atomic_store_explicit(&pin->many, 1, memory_order_relaxed);
    otpi_lock_release(&pin->lock);
}

OTPI_APART void otpi_reclaim_some(void)
{
    reclaim_some(FREED_MAX);
}

void otp_unpin(void)
{
    otpi_unpin(otpi_me());
}

void *otp_block(size_t size)
{
    return otpi_alloc(size);
}

void otp_block_free(void *block, size_t size)
{
    otpi_release(block, size);
}

void otp_retire(void *block, size_t size)
{
    if (block == NULL)
        return;
    ((struct otp_retired *)block)->size_ = size;
    retire(block, size);
}

void otp_retire_sized(struct otp_retired *block, size_t bytes)
{
    retire(block, bytes);
}

void otp_retire_later(struct otp_later *later)
{
    later->head_.size_ = 0;
    retire(&later->head_, BYTES_MAX); /* what it is about is big */
}

/* -- later -- */

static struct otp_later *next_later(const struct otp_later *later)
{
    return (struct otp_later *)(void *)later->head_.next_;
}

static void queue_later(struct otp_later *later)
{
    struct otpi_reclaim *reclaim = &otpi_rt->reclaim;

    later->head_.next_ = NULL;
    otpi_lock_take(&reclaim->later_lock);
    if (reclaim->later == NULL)
        reclaim->later = later;
    else
        reclaim->later_last->head_.next_ = &later->head_;
    reclaim->later_last = later;
    atomic_fetch_add(&reclaim->n_later, 1);
    otpi_lock_release(&reclaim->later_lock);
}

void otp_do_later(struct otp_later *later)
{
    queue_later(later);
    otpi_sched_wake_any();
}

static struct otp_later *take_later(void)
{
    struct otpi_reclaim *reclaim = &otpi_rt->reclaim;
    struct otp_later *later;

    if (atomic_load_explicit(&reclaim->n_later, memory_order_relaxed) == 0)
        return NULL;
    otpi_lock_take(&reclaim->later_lock);
    later = reclaim->later;
    if (later != NULL) {
        reclaim->later = next_later(later);
        atomic_fetch_sub(&reclaim->n_later, 1);
    }
    otpi_lock_release(&reclaim->later_lock);
    return later;
}

/* Wakes nobody for what is left: who is idle comes again, and who is not calls tick. */
bool otpi_later_run(void)
{
    struct otp_later *later = take_later();

    if (later == NULL)
        return false;
    if (later->run(later))
        queue_later(later);
    return true;
}

void otpi_later_tick(void)
{
    if (atomic_load_explicit(&otpi_rt->reclaim.held, memory_order_relaxed) != 0)
        reclaim_some(FREED_MAX);
    (void)otpi_later_run();
    if (atomic_load_explicit(&otpi_rt->reclaim.n_later, memory_order_relaxed) != 0)
        otpi_sched_wake_any();
}

/* Workers are gone: the caller is a thread of the program's own that has a self. */
void otpi_reclaim_finish(void)
{
    struct otpi_reclaim *reclaim = &otpi_rt->reclaim;

    do {
        reclaim_some(UINT32_MAX);
        while (otpi_later_run())
            continue;
    } while (reclaim->n_batches > 0 || reclaim->dead != NULL);
}
