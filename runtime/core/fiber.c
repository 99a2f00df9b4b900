/* fiber.c - stacks that run processes.
 *
 * Idea: see fiber.h. The wake word settles every race between parking and waking: a waker always
 * adds one, which nobody takes away, and makes the fiber ready only if it found PARKED; a fiber
 * about to park that finds more wakes than it has heard of does not. A wake too many is harmless:
 * whoever parks looks at its condition again.
 * Threads: pool, park and switch by the home worker; wake by anyone. Locks: none of its own.
 * Owns: fibers and their stacks, scratch memory.
 */
#include "core/fiber.h"

#include <string.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "core/point.h"
#include "core/sched.h"
#include "plat/switch.h"

#define SCRATCH_CHUNK 2048

static void start_loop(void *arg)
{
    struct otpi_fiber *fiber = arg;

    otpi_context_entered(&fiber->context);
    otpi_biased_leave(&otpi_me()->worker->ready_lock);
    otpi_sched_loop(fiber);
}

OTPI_APART static struct otpi_fiber *make_fiber(struct otpi_worker *worker)
{
    struct otpi_fiber *fiber = otpi_alloc_zero(sizeof *fiber);
    struct otpi_stack stack;

    if (fiber == NULL)
        return NULL;
    if (otpi_stacks_take(worker->stacks, &stack) != OTP_OK) {
        otpi_release(fiber, sizeof *fiber);
        return NULL;
    }
    otpi_context_make(&fiber->context, stack, start_loop, fiber);
    otpi_slot_init(&fiber->slot, fiber, otpi_slot_index());
    fiber->home = worker;
    fiber->timer.heap = &worker->heap;
    fiber->all = worker->all;
    worker->all = fiber;
    worker->n_fibers++;
    return fiber;
}

struct otpi_fiber *otpi_fiber_take(struct otpi_worker *worker, bool last)
{
    struct otpi_fiber *fiber = worker->pool;

    if (fiber == NULL || (fiber->next == NULL && !last)) {
        struct otpi_fiber *made = make_fiber(worker);
        if (made != NULL || fiber == NULL || !last)
            return made;
    }
    worker->pool = fiber->next;
    return fiber;
}

void otpi_fiber_pool(struct otpi_worker *worker, struct otpi_fiber *fiber)
{
    fiber->proc = NULL;
    fiber->next = worker->pool;
    worker->pool = fiber;
}

void otpi_fiber_switch(struct otpi_worker *worker, struct otpi_fiber *to, bool from_dies)
{
    struct otpi_fiber *from = worker->self.current;

    if (to != from) {
        worker->self.current = to;
        otpi_context_switch(&from->context, &to->context, from_dies);
    }
    otpi_biased_leave(&from->home->ready_lock); /* not always the worker of before */
}

void otpi_fiber_revive(struct otpi_worker *worker, struct otpi_fiber *fiber)
{
    otpi_scratch_reset(&fiber->scratch);
    fiber->patience = 0;
    otpi_context_make(&fiber->context, fiber->context.stack, start_loop, fiber);
    otpi_fiber_pool(worker, fiber);
}

void otpi_fiber_free_all(struct otpi_worker *worker)
{
    while (worker->all != NULL) {
        struct otpi_fiber *fiber = worker->all;
        struct otpi_stack stack = fiber->context.stack;
        worker->all = fiber->all;
        otpi_scratch_free(&fiber->scratch);
        otpi_context_unmake(&fiber->context);
        otpi_stacks_give(worker->stacks, stack);
        otpi_release(fiber, sizeof *fiber);
    }
    worker->pool = NULL;
}

/* acquire: what the wakers that it hears of did before is visible. A later one is another
 * number. */
static void hear(struct otpi_fiber *fiber)
{
    fiber->heard = atomic_load_explicit(&fiber->wake, memory_order_acquire);
}

/* From one number to another; false: it is a third one. release: a waker that finds PARKED sees the
 * fiber's last writes. */
static bool change(struct otpi_fiber *fiber, uint64_t from, uint64_t to)
{
    return atomic_compare_exchange_strong_explicit(&fiber->wake, &from, to, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

bool otpi_fiber_park(struct otpi_fiber *fiber)
{
    struct otpi_worker *worker = fiber->home;

    OTPI_POINT();
    otpi_biased_enter(&worker->ready_lock);
    if (change(fiber, fiber->heard, OTPI_FIBER_PARKED)) {
        otpi_sched_count_parked(worker, 1);
        while (!otpi_sched_park(worker))
            if (change(fiber, OTPI_FIBER_PARKED, 0)) {
                fiber->heard = 0;
                otpi_sched_count_parked(worker, -1);
                otpi_biased_leave(&worker->ready_lock);
                return false;
            }
        otpi_sched_count_parked(fiber->home, -1);
        /* Where that failed it was woken meanwhile and is in a list of ready fibers: the next try
         * finds it there. */
    } else {
        otpi_biased_leave(&worker->ready_lock);
    }
    hear(fiber);
    if (fiber->proc != NULL)
        otpi_sched_note(fiber->home, fiber->proc);
    return true;
}

void otpi_fiber_wake(struct otpi_fiber *fiber)
{
    OTPI_POINT();
    if (atomic_fetch_add_explicit(&fiber->wake, 1, memory_order_acq_rel) == OTPI_FIBER_PARKED)
        otpi_sched_ready(fiber);
}

/* -- scratch memory -- */

static bool add_chunk(struct otpi_scratch *scratch, size_t size)
{
    size_t total = sizeof(struct otpi_block) + size;
    struct otpi_block *chunk;

    if (total < size)
        return false;
    if (total < SCRATCH_CHUNK)
        total = SCRATCH_CHUNK;
    chunk = otpi_alloc(total);
    if (chunk == NULL)
        return false;
    chunk->size = total;
    chunk->next = scratch->chunks;
    scratch->chunks = chunk;
    scratch->at = (char *)(chunk + 1);
    scratch->end = (char *)chunk + total;
    return true;
}

_Static_assert(sizeof(struct otpi_block) == 16, "what follows a block is aligned to 16");

void *otpi_scratch_take(struct otpi_scratch *scratch, size_t size)
{
    size_t rounded = (size + 15) & ~(size_t)15;
    void *memory;

    if (rounded < size)
        return NULL;
    if (rounded > (size_t)(scratch->end - scratch->at) && !add_chunk(scratch, rounded))
        return NULL;
    memory = scratch->at;
    scratch->at += rounded;
    return memory;
}

void otpi_scratch_adopt(struct otpi_scratch *scratch, struct otpi_block *block)
{
    block->next = scratch->blocks;
    scratch->blocks = block;
}

static void free_blocks(struct otpi_block **list)
{
    while (*list != NULL) {
        struct otpi_block *block = *list;
        *list = block->next;
        otpi_release(block, block->size);
    }
}

/* One chunk of ordinary size stays for the next handler. */
void otpi_scratch_reset_used(struct otpi_scratch *scratch)
{
    free_blocks(&scratch->blocks);
    while (scratch->chunks != NULL &&
           (scratch->chunks->next != NULL || scratch->chunks->size != SCRATCH_CHUNK)) {
        struct otpi_block *chunk = scratch->chunks;
        scratch->chunks = chunk->next;
        otpi_release(chunk, chunk->size);
    }
    scratch->at = scratch->end = NULL;
    if (scratch->chunks != NULL) {
        scratch->at = (char *)(scratch->chunks + 1);
        scratch->end = (char *)scratch->chunks + scratch->chunks->size;
    }
}

void otpi_scratch_free(struct otpi_scratch *scratch)
{
    free_blocks(&scratch->blocks);
    free_blocks(&scratch->chunks);
    scratch->at = scratch->end = NULL;
}
