/* slot.c - where a reply lands.
 *
 * Idea: see slot.h.
 * Threads: open and close by the waiter; claim, done and fail by anyone. Locks: none.
 * Owns: a reply that nobody takes.
 */
#include "core/slot.h"

#include "base/alloc.h"
#include "base/mutant.h"
#include "core/fiber.h"
#include "core/point.h"
#include "plat/plat.h"

/* Low 38 bits of a number count the waits of one slot, the rest tells slots apart. */
#define NUMBER_BITS 38

void otpi_slot_init(struct otpi_slot *slot, struct otpi_fiber *fiber, uint32_t index)
{
    atomic_init(&slot->word, ((uint64_t)index << NUMBER_BITS) << 2);
    atomic_init(&slot->futex, 0);
    slot->fiber = fiber;
    slot->reply = NULL;
    slot->block = NULL;
}

uint64_t otpi_slot_open(struct otpi_slot *slot, uint64_t server, void *reply)
{
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);

    slot->server = server;
    slot->reply = reply;
    slot->block = NULL;
    atomic_store_explicit(&slot->futex, 0, memory_order_relaxed);
    /* release: pairs with the acquire of claim, which then may write through reply */
    atomic_store_explicit(&slot->word, word | OTPI_SLOT_WAIT, memory_order_release);
    return word >> 2;
}

bool otpi_slot_close(struct otpi_slot *slot, uint64_t id)
{
    uint64_t waiting = id << 2 | OTPI_SLOT_WAIT;
    uint64_t over = (OTP_MUTANT(B028) ? id : id + 1) << 2;
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);

    OTPI_POINT();
    if (word == waiting &&
        atomic_compare_exchange_strong_explicit(&slot->word, &word, over, memory_order_acq_rel,
                                                memory_order_acquire))
        return false;
    while ((word & OTPI_SLOT_PHASE) == OTPI_SLOT_FILL) {
        otpi_plat_relax();
        word = atomic_load_explicit(&slot->word, memory_order_acquire);
    }
    atomic_store_explicit(&slot->word, over, memory_order_relaxed);
    return true;
}

void otpi_slot_abandon(struct otpi_slot *slot)
{
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);

    if ((word & OTPI_SLOT_PHASE) == OTPI_SLOT_NONE)
        return;
    if (otpi_slot_close(slot, word >> 2) && slot->block != NULL)
        otpi_release(slot->block, slot->block->size);
    slot->block = NULL;
}

bool otpi_slot_claim(struct otpi_slot *slot, uint64_t id)
{
    uint64_t word = id << 2 | OTPI_SLOT_WAIT;

    if (OTP_MUTANT(B037)) {
        word = (atomic_load(&slot->word) & ~OTPI_SLOT_PHASE) | OTPI_SLOT_WAIT;
        id = word >> 2;
    }
    OTPI_POINT();
    return atomic_compare_exchange_strong_explicit(&slot->word, &word, id << 2 | OTPI_SLOT_FILL,
                                                   memory_order_acq_rel, memory_order_relaxed);
}

void otpi_slot_done(struct otpi_slot *slot, uint64_t id, otp_status status)
{
    struct otpi_fiber *fiber = slot->fiber;

    slot->status = (uint32_t)status;
    /* release: pairs with the acquire in is_done and close; the result is visible */
    atomic_store_explicit(&slot->word, id << 2 | OTPI_SLOT_DONE, memory_order_release);
    OTPI_POINT();
    if (fiber != NULL) {
        otpi_fiber_wake(fiber);
        return;
    }
    /* The waiter may have gone on and opened the next wait: it then finds a wake too many. */
    atomic_store_explicit(&slot->futex, 1, memory_order_release);
    otpi_plat_wake((const uint32_t *)(const void *)&slot->futex, 1);
}

bool otpi_slot_fail(struct otpi_slot *slot, uint64_t id, otp_status status,
                    const otp_reason *reason)
{
    if (!otpi_slot_claim(slot, id))
        return false;
    if (reason != NULL)
        slot->reason = *reason;
    else
        slot->reason = otp_reason_make(OTP_REASON_STATUS, otp_status_text(status), status);
    otpi_slot_done(slot, id, status);
    return true;
}
