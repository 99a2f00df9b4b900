/* bound.c - mailboxes with a limit.
 *
 * Idea: see bound.h. Those who wait are entries of their own memory: a waiter that is killed leaves
 * its entry, which is dropped when its turn comes.
 * Threads: any. Locks: bounds, bound. Owns: the records and the entries.
 */
#include "core/bound.h"

#include <string.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "core/alias.h"
#include "core/call.h"
#include "core/proc.h"
#include "core/sched.h"
#include "core/self.h"
#include "core/slot.h"

#define CHUNK  256
#define CHUNKS 4096

struct waiter {
    struct waiter *next;
    struct otpi_slot *slot;
    uint64_t id;
};

struct otpi_bound {
    _Atomic uint64_t pid; /* of the tenant that it counts for; 0: none */
    /* atomic: messages that are counted, and in the upper half the tenant's tag: who is late for an
     * earlier tenant changes nothing */
    _Atomic uint64_t depth;
    _Atomic uint32_t limit;
    _Atomic uint32_t policy; /* enum otp_mailbox_policy */
    _Atomic int64_t wait;
    _Atomic uint64_t overflowed, waited;
    _Atomic uint32_t n_waiting; /* atomic: written under lock */
    struct otpi_lock lock;
    struct waiter *first, *last; /* lock */
};

/* The generation of the slot, or most of it. */
static uint64_t tag_of(uint64_t pid)
{
    return (pid >> 28) << 32;
}

static bool is_of(uint64_t depth, uint64_t pid)
{
    return depth >> 32 == tag_of(pid) >> 32;
}

static struct otpi_bound *record_of(const struct otpi_proc *proc)
{
    uint32_t index = atomic_load_explicit(&proc->bound, memory_order_acquire);

    return index == 0 ? NULL : &otpi_rt->bounds.chunks[index / CHUNK][index % CHUNK];
}

/* Of the tenant pid; NULL: it has no limit. */
static struct otpi_bound *bound_of(const struct otpi_proc *proc, uint64_t pid)
{
    struct otpi_bound *bound = record_of(proc);

    /* acquire: pairs with the release in otpi_bound_set; its limit is there */
    return bound != NULL && atomic_load_explicit(&bound->pid, memory_order_acquire) == pid ? bound
                                                                                           : NULL;
}

/* -- records -- */

/* lock: bounds. 0: no memory, or no more. */
static uint32_t new_record(struct otpi_bounds *bounds)
{
    uint32_t index = atomic_load(&bounds->n);

    if (index == 0)
        index = 1; /* 0 means none */
    if (bounds->chunks == NULL)
        bounds->chunks = otpi_alloc_zero(CHUNKS * sizeof *bounds->chunks);
    if (bounds->chunks == NULL || index / CHUNK >= CHUNKS)
        return 0;
    if (bounds->chunks[index / CHUNK] == NULL)
        bounds->chunks[index / CHUNK] = otpi_alloc_zero(CHUNK * sizeof(struct otpi_bound));
    if (bounds->chunks[index / CHUNK] == NULL)
        return 0;
    atomic_store(&bounds->n, index + 1);
    return index;
}

otp_status otpi_bound_set(struct otpi_proc *proc, uint64_t pid, const struct otp_mailbox *mailbox)
{
    struct otpi_bound *bound = record_of(proc);

    if (bound == NULL) {
        uint32_t index;
        otpi_lock_take(&otpi_rt->bounds.lock);
        index = new_record(&otpi_rt->bounds);
        otpi_lock_release(&otpi_rt->bounds.lock);
        if (index == 0)
            return OTP_NOMEM;
        /* release: pairs with the acquire in record_of */
        atomic_store_explicit(&proc->bound, index, memory_order_release);
        bound = record_of(proc);
    }
    atomic_store_explicit(&bound->limit, mailbox->limit, memory_order_relaxed);
    atomic_store_explicit(&bound->policy, mailbox->policy, memory_order_relaxed);
    atomic_store_explicit(&bound->wait, mailbox->wait, memory_order_relaxed);
    atomic_store(&bound->depth, tag_of(pid));
    atomic_store_explicit(&bound->overflowed, 0, memory_order_relaxed);
    atomic_store_explicit(&bound->waited, 0, memory_order_relaxed);
    atomic_store_explicit(&bound->pid, pid, memory_order_release);
    return OTP_OK;
}

void otpi_bounds_free(struct otpi_bounds *bounds)
{
    for (uint32_t i = 0; bounds->chunks != NULL && i < CHUNKS; i++) {
        for (uint32_t k = 0; bounds->chunks[i] != NULL && k < CHUNK; k++) {
            while (bounds->chunks[i][k].first != NULL) {
                struct waiter *waiter = bounds->chunks[i][k].first;
                bounds->chunks[i][k].first = waiter->next;
                otpi_release(waiter, sizeof *waiter);
            }
        }
        if (bounds->chunks[i] != NULL)
            otpi_release(bounds->chunks[i], CHUNK * sizeof(struct otpi_bound));
    }
    if (bounds->chunks != NULL)
        otpi_release(bounds->chunks, CHUNKS * sizeof *bounds->chunks);
    memset(bounds, 0, sizeof *bounds);
}

/* -- those who wait -- */

static otp_status enlist(struct otpi_bound *bound, struct otpi_slot *slot, uint64_t id)
{
    struct waiter *waiter = otpi_alloc(sizeof *waiter);

    if (waiter == NULL)
        return OTP_NOMEM;
    *waiter = (struct waiter){ NULL, slot, id };
    otpi_lock_take(&bound->lock);
    if (bound->first == NULL)
        bound->first = waiter;
    else
        bound->last->next = waiter;
    bound->last = waiter;
    atomic_fetch_add(&bound->n_waiting, 1);
    otpi_lock_release(&bound->lock);
    return OTP_OK;
}

/* It waits no more; its entry may be gone already. */
static void delist(struct otpi_bound *bound, uint64_t id)
{
    struct waiter *found = NULL;

    otpi_lock_take(&bound->lock);
    for (struct waiter **link = &bound->first, *last = NULL; *link != NULL;
         last = *link, link = &(*link)->next) {
        if ((*link)->id != id)
            continue;
        found = *link;
        *link = found->next;
        if (bound->last == found)
            bound->last = last;
        atomic_fetch_sub(&bound->n_waiting, 1);
        break;
    }
    otpi_lock_release(&bound->lock);
    if (found != NULL)
        otpi_release(found, sizeof *found);
}

/* Takes out the first one; true: it was woken. *any: there was one. */
static bool wake_one(struct otpi_bound *bound, otp_status status, bool *any)
{
    struct waiter *waiter;
    bool woken;

    otpi_lock_take(&bound->lock);
    waiter = bound->first;
    if (waiter != NULL) {
        bound->first = waiter->next;
        atomic_fetch_sub(&bound->n_waiting, 1);
    }
    otpi_lock_release(&bound->lock);
    *any = waiter != NULL;
    if (waiter == NULL)
        return false;
    woken = otpi_slot_fail(waiter->slot, waiter->id, status, NULL);
    otpi_release(waiter, sizeof *waiter);
    return woken;
}

static void wake(struct otpi_bound *bound, otp_status status, bool all)
{
    bool any = true;

    while (any)
        if (wake_one(bound, status, &any) && !all)
            return;
}

void otpi_bound_end(struct otpi_proc *proc, uint64_t pid)
{
    struct otpi_bound *bound = bound_of(proc, pid);

    if (bound == NULL)
        return;
    atomic_store(&bound->pid, 0);
    wake(bound, OTP_NOPROC, true);
}

void otpi_bound_leave(struct otpi_proc *proc, uint64_t pid)
{
    struct otpi_bound *bound = record_of(proc);
    uint64_t depth = atomic_load(&bound->depth);

    do {
        if (!is_of(depth, pid))
            return;
        /* seq_cst: pairs with who enlists itself and then looks again */
    } while (!atomic_compare_exchange_weak(&bound->depth, &depth, depth - 1));
    if (atomic_load(&bound->n_waiting) != 0)
        wake(bound, OTP_OK, (uint32_t)(depth - 1) == 0);
}

/* -- places -- */

static bool is_full(const struct otpi_bound *bound, uint64_t depth)
{
    return (uint32_t)depth >= atomic_load_explicit(&bound->limit, memory_order_relaxed);
}

/* OVERLOAD: it is full. NOPROC: it is another's. */
static otp_status enter(struct otpi_bound *bound, uint64_t pid)
{
    uint64_t depth = atomic_load(&bound->depth);

    do {
        if (!is_of(depth, pid))
            return OTP_NOPROC;
        if (is_full(bound, depth))
            return OTP_OVERLOAD;
    } while (!atomic_compare_exchange_weak(&bound->depth, &depth, depth + 1));
    return OTP_OK;
}

/* Until there may be room. OK: try again. TIMEOUT, NOPROC, NOMEM. */
static otp_status wait_for_room(struct otpi_bound *bound, uint64_t pid, otp_duration limit)
{
    otp_from from;
    uint64_t depth, id = otpi_call_open(pid, NULL, &from);
    otp_status status = enlist(bound, from.slot_, id);

    if (status == OTP_OK) {
        /* room may have been made, or the process have ended, before the entry could be seen */
        depth = atomic_load(&bound->depth);
        if (atomic_load(&bound->pid) != pid) {
            status = OTP_NOPROC;
        } else if (is_of(depth, pid) && is_full(bound, depth)) {
            status = otpi_call_wait(id, limit);
            delist(bound, id);
            return status;
        }
        delist(bound, id);
    }
    (void)otpi_slot_close(from.slot_, id);
    return status;
}

/* How long the policy has the caller wait; 0: not at all. */
static otp_duration patience_of(const struct otpi_bound *bound, uint64_t pid, otp_duration patience)
{
    otp_duration wait = atomic_load_explicit(&bound->wait, memory_order_relaxed);

    if (atomic_load_explicit(&bound->policy, memory_order_relaxed) != OTP_MAILBOX_BLOCK ||
        pid == otp_self().bits)
        return 0;
    return wait < patience ? wait : patience;
}

OTPI_APART static otp_status find_room(struct otpi_bound *bound, uint64_t pid,
                                       otp_duration patience, otp_duration *waited)
{
    otp_instant begin, now, end;
    otp_status status = enter(bound, pid);

    patience = patience_of(bound, pid, patience);
    if (status != OTP_OVERLOAD || patience <= 0)
        return status;
    atomic_fetch_add_explicit(&bound->waited, 1, memory_order_relaxed);
    begin = now = otpi_sched_now();
    end = patience < OTP_INFINITY - now ? now + patience : OTP_INFINITY;
    for (; status == OTP_OVERLOAD && now < end; now = otpi_sched_now()) {
        status = wait_for_room(bound, pid, end == OTP_INFINITY ? end : end - now);
        otpi_check_alive();
        if (status == OTP_OK)
            status = enter(bound, pid);
    }
    *waited = now - begin < patience ? now - begin : patience;
    return status == OTP_TIMEOUT ? OTP_OVERLOAD : status;
}

/* put_off: who has to be waited for is not, and not counted; TIMEOUT. */
static otp_status find_place(struct otpi_place *place, otp_dest dest, otp_duration patience,
                             bool put_off)
{
    struct otpi_bound *bound;
    otp_status status;

    place->dest = dest;
    place->pid = otpi_name_resolve(dest);
    place->proc = otpi_proc_find(place->pid);
    place->counted = false;
    place->waited = 0;
    if (place->proc == NULL)
        return OTP_NOPROC;
    if (atomic_load_explicit(&place->proc->bound, memory_order_relaxed) == 0)
        return OTP_OK;
    bound = bound_of(place->proc, place->pid);
    if (bound == NULL)
        return OTP_OK;
    status = find_room(bound, place->pid, put_off ? 0 : patience, &place->waited);
    place->counted = status == OTP_OK;
    if (status != OTP_OVERLOAD)
        return status;
    if (put_off && patience_of(bound, place->pid, patience) > 0)
        return OTP_TIMEOUT;
    atomic_fetch_add_explicit(&bound->overflowed, 1, memory_order_relaxed);
    return status;
}

otp_status otpi_place_find(struct otpi_place *place, otp_dest dest, otp_duration patience)
{
    return find_place(place, dest, patience, false);
}

otp_status otpi_place_try(struct otpi_place *place, otp_dest dest)
{
    return find_place(place, dest, OTP_INFINITY, true);
}

void otpi_place_leave(struct otpi_place *place)
{
    if (place->counted)
        otpi_bound_leave(place->proc, place->pid);
    place->counted = false;
}

bool otpi_place_push(struct otpi_place *place, struct otpi_msg *msg, bool direct)
{
    msg->counted = place->counted;
    if (otpi_push_to(place->dest, place->proc, place->pid, msg, direct))
        return true;
    msg->counted = 0;
    otpi_place_leave(place);
    return false;
}

bool otpi_bound_drops(const struct otpi_place *place)
{
    struct otpi_bound *bound = bound_of(place->proc, place->pid);

    return bound != NULL &&
           atomic_load_explicit(&bound->policy, memory_order_relaxed) == OTP_MAILBOX_DROP;
}

void otpi_bound_read(struct otpi_proc *proc, uint64_t pid, struct otp_mailbox_info *info)
{
    struct otpi_bound *bound = bound_of(proc, pid);

    memset(info, 0, sizeof *info);
    if (bound == NULL)
        return;
    info->limit = atomic_load_explicit(&bound->limit, memory_order_relaxed);
    info->depth = (uint32_t)atomic_load(&bound->depth);
    info->overflowed = atomic_load_explicit(&bound->overflowed, memory_order_relaxed);
    info->waited = atomic_load_explicit(&bound->waited, memory_order_relaxed);
}
