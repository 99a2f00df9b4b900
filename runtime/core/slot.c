/* slot.c - where a reply lands.
 *
 * Idea: see slot.h.
 * Threads: open and close by the waiter; claim, done and fail by anyone. Locks: none.
 * Owns: nothing.
 */
#include "core/slot.h"

#include "base/apart.h"
#include "base/layout.h"
#include "base/mutant.h"
#include "core/fiber.h"
#include "core/point.h"
#include "plat/plat.h"

const struct otp_layout otpi_slot_any = { 0, 0, NULL };

void otpi_slot_init(struct otpi_slot *slot, struct otpi_fiber *fiber, uint32_t index)
{
    /* from 1: 0 is no number */
    atomic_init(&slot->word, ((uint64_t)index << OTPI_SLOT_NUMBER_BITS | 1) << 2);
    atomic_init(&slot->waiter, slot);
    atomic_init(&slot->futex, 0);
    slot->fiber = fiber;
    slot->reply = NULL;
    slot->block = NULL;
    atomic_init(&slot->layout, NULL);
}

uint64_t otpi_slot_open(struct otpi_slot *slot, uint64_t server, void *reply,
                        const struct otp_layout *layout)
{
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);

    atomic_store_explicit(&slot->server, server, memory_order_relaxed);
    atomic_store_explicit(&slot->layout, layout, memory_order_relaxed);
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

uint32_t otpi_slot_index(void)
{
    return (uint32_t)atomic_fetch_add(&otpi_rt->slots, 1) & (OTPI_SLOT_FOREIGN - 1);
}

bool otpi_slot_exists(uint64_t id)
{
    uint32_t index = (uint32_t)(id >> OTPI_SLOT_NUMBER_BITS), mask = OTPI_SLOT_FOREIGN - 1;
    uint64_t first = atomic_load_explicit(&otpi_rt->first_slot, memory_order_relaxed);

    if ((index & OTPI_SLOT_FOREIGN) != 0)
        return true;
    /* counted round; who has more slots than that at once cannot tell any more */
    return ((index - (uint32_t)first) & mask) < atomic_load(&otpi_rt->slots) - first;
}

/* Not the very layout that the waiter has said. */
OTPI_APART static otp_status judge_far(const struct otpi_slot *slot, uint64_t id,
                                       const struct otp_layout *layout,
                                       const struct otp_layout *wanted)
{
    if (wanted == &otpi_slot_any || otpi_layout_is_like(layout, wanted))
        return OTP_OK;
    return otpi_slot_is_waiting(slot, id) ? OTP_BADARG : OTP_NOT_FOUND;
}

otp_status otpi_slot_judge(const struct otpi_slot *slot, uint64_t id,
                           const struct otp_layout *layout)
{
    const struct otp_layout *wanted = atomic_load_explicit(&slot->layout, memory_order_relaxed);

    return layout == wanted ? OTP_OK : judge_far(slot, id, layout, wanted);
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
    struct otpi_slot *waiter;

    slot->status = (uint32_t)status;
    if (fiber != NULL) {
        /* release: pairs with the acquire in is_done and close; the result is visible */
        atomic_store_explicit(&slot->word, id << 2 | OTPI_SLOT_DONE, memory_order_release);
        OTPI_POINT();
        if (fiber != otpi_self_fiber()) /* else it is answered by its guest */
            otpi_fiber_wake(fiber);
        return;
    }
    /* seq_cst, both: pairs with who notes itself as waiter and then looks at the word */
    atomic_store(&slot->word, id << 2 | OTPI_SLOT_DONE);
    OTPI_POINT();
    waiter = atomic_load(&slot->waiter);
    if (waiter == NULL)
        return;
    /* The waiter may have gone on and opened the next wait: it then finds a wake too many. */
    if (waiter->fiber != NULL) {
        otpi_fiber_wake(waiter->fiber);
        return;
    }
    /* release: who sees it sees the result */
    atomic_store_explicit(&waiter->futex, 1, memory_order_release);
    otpi_plat_wake((const uint32_t *)(const void *)&waiter->futex, 1);
}

OTPI_APART bool otpi_slot_fail(struct otpi_slot *slot, uint64_t id, otp_status status,
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
