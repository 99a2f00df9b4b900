/* timer.c - things that happen at a time.
 *
 * Idea: see timer.h. The heap's entries carry the due times, so that sifting touches the timers
 * only to tell them where they are. Timers with a message come from a stock that is never given
 * back while the runtime runs, so that an otp_timer kept too long finds another id and no bad
 * memory.
 * Threads: any. Locks: heap (leaf). Owns: the stock, the messages of armed timers.
 */
#include "core/timer.h"

#include <string.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "base/misuse.h"
#include "base/mutant.h"
#include "core/alias.h"
#include "core/msg.h"
#include "core/name.h"
#include "core/proc.h"
#include "core/sched.h"

#define SLAB_TIMERS    63
#define BATCH          32
#define SWEEP_AT_LEAST 1024
#define NUMBER_BITS    48 /* of an id; the rest is the run's, so that a timer of another is known */

struct otpi_timer_slab {
    struct otpi_timer_slab *next;
    struct otpi_timer timers[SLAB_TIMERS];
};

/* What a timer was to do, taken out of it under the lock. */
struct due_action {
    struct otpi_slot *slot;
    uint64_t wait_id;
    struct otpi_msg *msg;
    otp_dest dest;
};

void otpi_heap_init(struct otpi_heap *heap, uint64_t run)
{
    memset(heap, 0, sizeof *heap);
    heap->run = run << NUMBER_BITS;
    heap->next_id = 1;
    heap->sweep_at = SWEEP_AT_LEAST;
    atomic_init(&heap->earliest, OTP_INFINITY);
}

void otpi_heap_free(struct otpi_heap *heap)
{
    for (uint32_t i = 0; i < heap->count; i++)
        if (heap->entries[i].timer->msg != NULL)
            otpi_msg_free(heap->entries[i].timer->msg);
    while (heap->slabs != NULL) {
        struct otpi_timer_slab *slab = heap->slabs;
        heap->slabs = slab->next;
        otpi_release(slab, sizeof *slab);
    }
    otpi_release(heap->entries, heap->capacity * sizeof *heap->entries);
    otpi_heap_init(heap, 0);
}

/* -- the heap; all under its lock -- */

static void place(struct otpi_heap *heap, uint32_t at, struct otpi_heap_entry entry)
{
    heap->entries[at] = entry;
    entry.timer->index = at + 1;
}

static void sift_up(struct otpi_heap *heap, uint32_t at, struct otpi_heap_entry entry)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / 4;
        if (heap->entries[parent].due <= entry.due)
            break;
        place(heap, at, heap->entries[parent]);
        at = parent;
    }
    place(heap, at, entry);
}

static void sift_down(struct otpi_heap *heap, uint32_t at, struct otpi_heap_entry entry)
{
    for (;;) {
        uint32_t first = at * 4 + 1, best = first;
        uint32_t end = first + 4 < heap->count ? first + 4 : heap->count;
        if (first >= heap->count)
            break;
        for (uint32_t i = first + 1; i < end; i++)
            if (heap->entries[i].due < heap->entries[best].due)
                best = i;
        if (heap->entries[best].due >= entry.due)
            break;
        place(heap, at, heap->entries[best]);
        at = best;
    }
    place(heap, at, entry);
}

static void note_earliest(struct otpi_heap *heap)
{
    otp_instant due = heap->count == 0 ? OTP_INFINITY : heap->entries[0].due;
    atomic_store_explicit(&heap->earliest, due, memory_order_relaxed);
}

static bool reserve(struct otpi_heap *heap)
{
    uint32_t capacity = heap->capacity == 0 ? 64 : heap->capacity * 2;
    struct otpi_heap_entry *entries;

    if (heap->count < heap->capacity)
        return true;
    entries = otpi_alloc(capacity * sizeof *entries);
    if (entries == NULL)
        return false;
    if (heap->count > 0)
        memcpy(entries, heap->entries, heap->count * sizeof *entries);
    otpi_release(heap->entries, heap->capacity * sizeof *entries);
    heap->entries = entries;
    heap->capacity = capacity;
    return true;
}

static void insert(struct otpi_heap *heap, struct otpi_timer *timer, otp_instant due)
{
    struct otpi_heap_entry entry = { due, timer };

    timer->due = due;
    timer->id = heap->run | (heap->next_id++ & (((uint64_t)1 << NUMBER_BITS) - 1));
    sift_up(heap, heap->count++, entry);
    note_earliest(heap);
}

static void take_out(struct otpi_heap *heap, struct otpi_timer *timer)
{
    uint32_t at = timer->index - 1;
    struct otpi_heap_entry last = heap->entries[--heap->count];

    timer->index = 0;
    if (last.timer != timer) {
        if (at > 0 && heap->entries[(at - 1) / 4].due > last.due)
            sift_up(heap, at, last);
        else
            sift_down(heap, at, last);
    }
    note_earliest(heap);
}

/* A timer from the stock; NULL: no memory. */
static struct otpi_timer *stock_take(struct otpi_heap *heap)
{
    struct otpi_timer *timer;

    if (heap->stock == NULL) {
        struct otpi_timer_slab *slab = otpi_alloc_zero(sizeof *slab);
        if (slab == NULL)
            return NULL;
        slab->next = heap->slabs;
        heap->slabs = slab;
        for (uint32_t i = 0; i < SLAB_TIMERS; i++) {
            slab->timers[i].heap = heap;
            slab->timers[i].owned = 1;
            slab->timers[i].next = heap->stock;
            heap->stock = &slab->timers[i];
        }
    }
    timer = heap->stock;
    heap->stock = timer->next;
    return timer;
}

static void stock_give(struct otpi_heap *heap, struct otpi_timer *timer)
{
    timer->msg = NULL;
    timer->next = heap->stock;
    heap->stock = timer;
}

/* -- timers of the dead -- */

/* For a process that has ended: it would be dropped when it fires. */
static bool is_vain(const struct otpi_timer *timer)
{
    return timer->msg != NULL && timer->dest.name_ == NULL &&
           otpi_proc_find(timer->dest.pid_) == NULL;
}

/* Whenever the heap has doubled: so what has died never takes more room than what lives. */
static void sweep(struct otpi_heap *heap)
{
    uint32_t kept = 0;

    if (heap->count < heap->sweep_at)
        return;
    for (uint32_t i = 0; i < heap->count; i++) {
        struct otpi_timer *timer = heap->entries[i].timer;
        if (!is_vain(timer)) {
            place(heap, kept++, heap->entries[i]);
            continue;
        }
        timer->index = 0;
        otpi_msg_free(timer->msg);
        stock_give(heap, timer);
    }
    heap->count = kept;
    for (uint32_t i = kept / 4 + 1; i-- > 0 && kept > 0;)
        sift_down(heap, i, heap->entries[i]);
    note_earliest(heap);
    heap->sweep_at = 2 * kept < SWEEP_AT_LEAST ? SWEEP_AT_LEAST : 2 * kept;
}

/* -- arming and firing -- */

/* A worker that sleeps plans by what it saw. One that always works looks at its own heap before it
 * sleeps; whoever else arms a timer leaves it to the others. */
static void tell_sleepers(const struct otpi_heap *heap)
{
    const struct otpi_worker *worker = otpi_me()->worker;

    if (worker == NULL || heap != &worker->heap ||
        atomic_load_explicit(&worker->active, memory_order_relaxed) == 0)
        otpi_sched_wake_any();
}

OTPI_APART otp_status otpi_timer_wait(struct otpi_timer *timer, otp_instant due,
                                      struct otpi_slot *slot, uint64_t wait_id)
{
    struct otpi_heap *heap = timer->heap;
    otp_status status = OTP_NOMEM;

    otpi_lock_take(&heap->lock);
    if (timer->index != 0) /* of an earlier wait, armed while that ended */
        take_out(heap, timer);
    timer->slot = slot;
    timer->wait_id = wait_id;
    if (reserve(heap)) {
        insert(heap, timer, due);
        status = OTP_OK;
    }
    otpi_lock_release(&heap->lock);
    tell_sleepers(heap);
    return status;
}

OTPI_APART void otpi_timer_unwait(struct otpi_timer *timer)
{
    struct otpi_heap *heap = timer->heap;

    otpi_lock_take(&heap->lock);
    if (timer->index != 0)
        take_out(heap, timer);
    otpi_lock_release(&heap->lock);
}

otp_status otpi_timer_send(struct otpi_heap *heap, otp_instant due, otp_dest dest,
                           struct otpi_msg *msg, otp_timer *out)
{
    struct otpi_timer *timer = NULL;

    otpi_lock_take(&heap->lock);
    sweep(heap);
    if (reserve(heap))
        timer = stock_take(heap);
    if (timer != NULL) {
        timer->slot = NULL;
        timer->msg = msg;
        timer->dest = dest;
        insert(heap, timer, due);
        out->node_ = timer;
        out->id_ = timer->id;
    }
    otpi_lock_release(&heap->lock);
    if (timer == NULL)
        otpi_msg_free(msg);
    else
        tell_sleepers(heap);
    return timer == NULL ? OTP_NOMEM : OTP_OK;
}

static void act(const struct due_action *action)
{
    uint64_t pid;
    struct otpi_proc *proc;

    if (action->slot != NULL) {
        (void)otpi_slot_fail(action->slot, action->wait_id, OTP_TIMEOUT, NULL);
        return;
    }
    pid = otpi_name_resolve(action->dest);
    proc = otpi_proc_find(pid);
    if (proc == NULL || !otpi_push_to(action->dest, proc, pid, action->msg, false))
        otpi_msg_free(action->msg);
}

bool otpi_heap_fire(struct otpi_heap *heap, otp_instant now)
{
    struct due_action actions[BATCH];
    uint32_t n;
    bool any = false;

    do {
        n = 0;
        if (otpi_heap_earliest(heap) > now)
            break;
        otpi_lock_take(&heap->lock);
        while (n < BATCH && heap->count > 0 && heap->entries[0].due <= now) {
            struct otpi_timer *timer = heap->entries[0].timer;
            actions[n].slot = timer->slot;
            actions[n].wait_id = timer->wait_id;
            actions[n].msg = timer->msg;
            actions[n++].dest = timer->dest;
            take_out(heap, timer);
            if (timer->owned)
                stock_give(heap, timer);
        }
        otpi_lock_release(&heap->lock);
        for (uint32_t i = 0; i < n; i++)
            act(&actions[i]);
        any = any || n > 0;
    } while (n == BATCH);
    return any;
}

/* -- public -- */

static otp_instant due_after(otp_duration delay)
{
    otp_instant now = otpi_sched_now();

    if (delay < 0)
        delay = 0;
    return delay > OTP_INFINITY - now ? OTP_INFINITY : now + delay;
}

/* Of this run of the runtime: its memory is there. */
static bool is_current(otp_timer handle)
{
    uint64_t run = atomic_load_explicit(&otpi_rt->epoch, memory_order_relaxed);

    return handle.node_ != NULL && handle.id_ >> NUMBER_BITS == (uint16_t)run;
}

static otp_status look(otp_timer handle, otp_duration *left, bool cancel)
{
    struct otpi_timer *timer = handle.node_;
    struct otpi_msg *msg = NULL;
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return status;
    status = OTP_MUTANT(B210) ? OTP_OK : OTP_NOT_FOUND;
    if (is_current(handle)) {
        struct otpi_heap *heap = timer->heap;
        otpi_lock_take(&heap->lock);
        if (timer->index != 0 && timer->id == handle.id_) {
            otp_instant now = otpi_sched_now();
            if (left != NULL)
                *left = timer->due > now ? timer->due - now : 0;
            status = OTP_OK;
            if (cancel) {
                msg = timer->msg;
                take_out(heap, timer);
                stock_give(heap, timer);
            }
        }
        otpi_lock_release(&heap->lock);
    }
    if (msg != NULL)
        otpi_msg_free(msg);
    otpi_leave();
    return status;
}

otp_status otp_timer_cancel(otp_timer timer, otp_duration *left)
{
    return OTPI_JUDGED(look(timer, left, true));
}

otp_status otp_timer_read(otp_timer timer, otp_duration *left)
{
    return OTPI_JUDGED(look(timer, left, false));
}

otp_timer otp_send_after(otp_dest dest, const struct otp_message_type *type, const void *args,
                         otp_duration delay)
{
    otp_timer timer = { NULL, 0 };
    otp_status status = otpi_enter();
    struct otpi_msg *msg;

    if (status != OTP_OK)
        return timer;
    if (OTP_MUTANT(B211)) {
        dest.pid_ = otpi_name_resolve(dest);
        dest.name_ = NULL;
    }
    msg = otpi_msg_of(type, args);
    status = msg == NULL ? OTP_NOMEM
                         : otpi_timer_send(otpi_sched_heap(), due_after(delay), dest, msg, &timer);
    if (status != OTP_OK && otpi_self_proc() != NULL)
        otp_exit(otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    otpi_leave();
    return timer;
}

/* A TIMER for the calling process. */
static otp_status send_own(bool at_once, otp_instant due, uint64_t ref, otp_timer *timer)
{
    struct otpi_msg *msg = otpi_msg_new(0);

    if (msg == NULL)
        return OTP_NOMEM;
    msg->body.kind = OTP_MESSAGE_TIMER;
    msg->body.ref = ref;
    if (!at_once)
        return otpi_timer_send(otpi_sched_heap(), due, otp_to(otp_self()), msg, timer);
    timer->node_ = NULL;
    timer->id_ = 0;
    if (!otpi_proc_push(otpi_self_proc(), otp_self().bits, msg, false))
        otpi_msg_free(msg);
    return OTP_OK;
}

otp_status otp_behaviour_timer(otp_duration delay, uint64_t ref, otp_timer *timer)
{
    if (otpi_self_proc() == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    if (delay < 0)
        return OTPI_JUDGED(OTP_BADARG);
    return OTPI_JUDGED(send_own(delay == 0, delay == 0 ? 0 : due_after(delay), ref, timer));
}

otp_status otp_behaviour_timer_at(otp_instant due, uint64_t ref, otp_timer *timer)
{
    struct otpi_heap *heap;
    otp_status status;

    if (otpi_self_proc() == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    heap = otpi_sched_heap();
    status = send_own(due <= otpi_sched_now(), due, ref, timer);
    /* the manual clock may have passed it before it was there to be seen */
    if (status == OTP_OK && otpi_rt->config.manual_clock)
        (void)otpi_heap_fire(heap, otpi_sched_now());
    return OTPI_JUDGED(status);
}
