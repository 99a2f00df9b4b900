/* call.c - asking and answering.
 *
 * Idea: a call opens its slot, sends, and waits until the slot is DONE: filled by the answer, by
 * the server's death, or by a timer. Nothing about a call is ever in the caller's mailbox, so a
 * call costs the same however full that is, and a late answer finds the wait over and is
 * dropped.
 * Threads: any; a process waits by parking its fiber, a foreign thread spins briefly and sleeps.
 * Locks: none. Owns: nothing.
 */
#include "core/call.h"

#include <string.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "base/layout.h"
#include "base/mutant.h"
#include "core/alias.h"
#include "core/misuse.h"
#include "core/push.h"
#include "core/visit.h"

#define SPIN 400

/* Where the calling thread's reply lands. */
static struct otpi_slot *own_slot(struct otpi_fiber *fiber)
{
    return fiber == NULL ? &otpi_me()->slot : &fiber->slot;
}

OTPI_APART static void set_last_reason(struct otpi_fiber *fiber, const otp_reason *reason)
{
    if (fiber == NULL)
        otpi_me()->last_reason = *reason;
    else
        *(fiber->host == NULL ? &fiber->last_reason : &fiber->guest_last) = *reason;
}

OTPI_APART otp_status otpi_call_failed(otp_status status)
{
    otp_reason reason;

    if (status == OTP_NOPROC)
        reason = otp_reason_make(OTP_REASON_NOPROC, NULL, 0);
    else if (status == OTP_TIMEOUT)
        reason = otp_reason_make(OTP_REASON_TIMEOUT, NULL, 0);
    else if (status == OTP_CALLING_SELF)
        reason = otp_reason_make(OTP_REASON_CALLING_SELF, NULL, 0);
    else if (status == OTP_NOMEM)
        reason = otp_reason_make(OTP_REASON_NOMEM, NULL, 0);
    else if (status == OTP_WRONG_MODULE)
        reason = otp_reason_make(OTP_REASON_WRONG_MODULE, NULL, 0);
    else
        reason = otp_reason_make(OTP_REASON_STATUS, otp_status_text(status), status);
    set_last_reason(otpi_self_fiber(), &reason);
    return status;
}

/* otpi_check_alive for who runs on fiber. */
static void check_alive(const struct otpi_fiber *fiber)
{
    if (fiber->proc != NULL && otpi_is_doomed(fiber->proc))
        otpi_abandon_doomed();
}

/* Parks until the slot is done. OK, or NOMEM: there is no stack to go on with meanwhile. */
static otp_status wait_parked(struct otpi_fiber *fiber, uint64_t id, otp_duration limit)
{
    otp_status status = OTP_OK;

    if (limit != OTP_INFINITY)
        otpi_sched_wait(fiber, id, limit);
    for (;;) {
        if (otpi_slot_is_done(&fiber->slot))
            break;
        check_alive(fiber);
        if (!otpi_fiber_park(fiber)) {
            status = OTP_NOMEM;
            break;
        }
    }
    if (limit != OTP_INFINITY)
        otpi_sched_unwait(fiber);
    if (OTP_MUTANT(B035)) {
        struct otpi_msg *lost = otpi_mailbox_take(fiber->proc);
        if (lost != NULL)
            otpi_msg_free(lost);
    }
    check_alive(fiber);
    return status;
}

otp_status otpi_call_sleep_begin(struct otpi_sleep *sleep, uint64_t id, otp_duration limit)
{
    otp_instant now = otpi_sched_now();

    sleep->deadline = limit < OTP_INFINITY - now ? now + limit : OTP_INFINITY;
    sleep->manual = otpi_rt->config.manual_clock;
    if (!sleep->manual || sleep->deadline == OTP_INFINITY)
        return OTP_OK;
    otpi_me()->timer.heap = otpi_sched_heap();
    return otpi_timer_wait(&otpi_me()->timer, sleep->deadline, &otpi_me()->slot, id);
}

OTPI_APART bool otpi_call_sleep(const struct otpi_sleep *sleep)
{
    struct otpi_slot *slot = &otpi_me()->slot;

    /* acquire: pairs with the release of who wakes; what it has done is visible */
    if (atomic_exchange_explicit(&slot->futex, 0, memory_order_acquire) != 0)
        return true;
    if (sleep->manual ? otpi_slot_is_done(slot)
                      : sleep->deadline != OTP_INFINITY && otpi_plat_now() >= sleep->deadline)
        return false;
    otpi_plat_wait((const uint32_t *)(const void *)&slot->futex, 0,
                   sleep->manual ? OTP_INFINITY : sleep->deadline);
    return true;
}

void otpi_call_sleep_end(const struct otpi_sleep *sleep)
{
    if (sleep->manual && sleep->deadline != OTP_INFINITY)
        otpi_timer_unwait(&otpi_me()->timer);
}

OTPI_APART static otp_status wait_blocked(struct otpi_slot *slot, uint64_t id, otp_duration limit)
{
    struct otpi_sleep sleep;
    otp_status status;

    for (int i = 0; i < SPIN && !otpi_slot_is_done(slot); i++)
        otpi_plat_relax();
    if (otpi_slot_is_done(slot))
        return OTP_OK;
    status = otpi_call_sleep_begin(&sleep, id, limit);
    while (status == OTP_OK && !otpi_slot_is_done(slot) && otpi_call_sleep(&sleep))
        continue;
    otpi_call_sleep_end(&sleep);
    return status;
}

/* The wait may have been deferred by its server: it is open no more. Told by who answers and by who
 * gives up; who defers looks after it has. */
OTPI_APART static void forget_deferred(uint64_t server, uint64_t id)
{
    struct otpi_proc *proc = otpi_proc_find(server);

    if (proc == NULL)
        return;
    otpi_lock_take(&proc->lock);
    if (proc->pid == server && !proc->dead && proc->relations != NULL)
        (void)otpi_map_remove(&proc->relations->open, id, NULL);
    otpi_lock_release(&proc->lock);
}

bool otpi_call_close(struct otpi_slot *slot, uint64_t id)
{
    if (otpi_slot_close(slot, id))
        return true;
    forget_deferred(atomic_load_explicit(&slot->server, memory_order_relaxed), id);
    return false;
}

OTPI_APART void otpi_call_abandon(struct otpi_slot *slot)
{
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);

    if ((word & OTPI_SLOT_PHASE) == OTPI_SLOT_NONE)
        return;
    if (otpi_call_close(slot, word >> 2) && slot->block != NULL)
        otpi_release(slot->block, slot->block->size);
    slot->block = NULL;
}

OTPI_APART otp_status otpi_call_failed_as(const struct otpi_slot *slot)
{
    otp_status status = (otp_status)slot->status;

    if (status == OTP_EXIT || status == OTP_IGNORE)
        set_last_reason(otpi_self_fiber(), &slot->reason);
    else if (status != OTP_OK)
        (void)otpi_call_failed(status);
    return status;
}

/* fiber: of the slot; NULL: a foreign thread's. */
static otp_status result(struct otpi_fiber *fiber, struct otpi_slot *slot)
{
    if (fiber != NULL && slot->block != NULL)
        otpi_scratch_adopt(&fiber->scratch, slot->block);
    slot->block = NULL;
    return slot->status == OTP_OK ? OTP_OK : otpi_call_failed_as(slot);
}

otp_status otpi_call_result(struct otpi_slot *slot)
{
    return result(otpi_self_fiber(), slot);
}

static otp_status wait(struct otpi_fiber *fiber, uint64_t id, otp_duration limit)
{
    struct otpi_slot *slot = own_slot(fiber);
    otp_status status = OTP_OK;

    if (limit > 0)
        status = fiber == NULL ? wait_blocked(slot, id, limit) : wait_parked(fiber, id, limit);
    if (!otpi_call_close(slot, id))
        return otpi_call_failed(status == OTP_OK ? OTP_TIMEOUT : status);
    return result(fiber, slot);
}

/* Flat, as otp_call is: by it a start waits. */
__attribute__((flatten)) otp_status otpi_call_wait(uint64_t id, otp_duration limit)
{
    return wait(otpi_self_fiber(), id, limit);
}

static void open_slot(struct otpi_slot *slot, uint64_t server, void *reply,
                      const struct otp_layout *layout, otp_from *from)
{
    from->slot_ = slot;
    from->id_ = otpi_slot_open(slot, server, reply, layout);
}

uint64_t otpi_call_open(uint64_t server, void *reply, otp_from *from)
{
    open_slot(own_slot(otpi_self_fiber()), server, reply, &otpi_slot_any, from);
    return from->id_;
}

uint64_t otpi_call_near(struct otpi_fiber *fiber, void *reply, otp_from *from)
{
    fiber->near_id = otpi_slot_number(&fiber->slot);
    fiber->near_reply = reply;
    fiber->near_kept = false;
    from->slot_ = &fiber->slot;
    from->id_ = fiber->near_id;
    return fiber->near_id;
}

OTPI_APART void otpi_call_near_open(struct otpi_fiber *fiber)
{
    (void)otpi_slot_open(&fiber->slot, otpi_self_pid(), fiber->near_reply, &otpi_slot_any);
    fiber->near_id = 0;
}

/* By the guest. */
static void answer_near(struct otpi_fiber *fiber, const struct otp_layout *layout,
                        const void *value)
{
    if (OTPI_SELDOM(otpi_rt->answered != NULL))
        otpi_misuse_answered(fiber->near_id);
    if (layout != NULL && fiber->near_reply != NULL)
        otpi_copy(fiber->near_reply, value, layout->size);
    otpi_slot_skip(&fiber->slot);
    fiber->near_id = 0;
}

static otp_status send_and_wait(struct otpi_place *place, struct otpi_msg *msg, void *reply,
                                otp_duration timeout)
{
    const struct otp_message_type *type = msg->body.type;
    uint64_t id;

    open_slot(own_slot(otpi_self_fiber()), place->pid, reply,
              type == NULL ? &otpi_slot_any : type->reply, &msg->body.from);
    id = msg->body.from.id_;

    if (OTP_MUTANT(B036) && otpi_self_proc() != NULL)
        for (struct otpi_msg *old = otpi_self_proc()->mail; old != NULL; old = old->next)
            atomic_signal_fence(memory_order_seq_cst); /* looks at each */
    if (!otpi_place_push(place, msg, true)) {
        (void)otpi_slot_close(msg->body.from.slot_, id);
        otpi_msg_free(msg);
        return otpi_call_failed(OTP_NOPROC);
    }
    return otpi_call_wait(id, timeout);
}

/* Flat, as otp_call is: by it requests of the system and stops wait. */
__attribute__((flatten)) otp_status otpi_call_send(otp_dest dest, struct otpi_msg *msg, void *reply,
                                                   otp_duration timeout)
{
    struct otpi_place place = { .dest = dest, .pid = otpi_name_resolve(dest) };
    otp_status status = OTP_OK;

    place.proc = otpi_proc_find(place.pid);
    if (place.proc == NULL)
        status = OTP_NOPROC;
    else if (place.proc == otpi_self_proc())
        status = OTP_CALLING_SELF;
    if (status == OTP_OK)
        return send_and_wait(&place, msg, reply, timeout);
    otpi_msg_free(msg);
    return otpi_call_failed(status);
}

/* The message is made when there is a place for it, and nothing is held while one is waited for. */
static otp_status ask(otp_dest dest, const struct otp_message_type *type, const void *args,
                      void *reply, otp_duration timeout)
{
    struct otpi_place place;
    struct otpi_msg *msg;
    otp_status status = otpi_place_find(&place, dest, timeout);

    if (place.proc != NULL && place.proc == otpi_self_proc())
        status = OTP_CALLING_SELF;
    else if (status == OTP_OK && (msg = otpi_msg_of(type, args)) != NULL)
        return send_and_wait(&place, msg, reply,
                             timeout == OTP_INFINITY ? timeout : timeout - place.waited);
    else if (status == OTP_OK)
        status = OTP_NOMEM;
    otpi_place_leave(&place);
    return otpi_call_failed(status);
}

/* Whom dest means, if nothing about it is unusual: it lives, and its mailbox has no limit. NULL: it
 * may be there or not. */
static inline struct otpi_proc *find_near(otp_dest dest, uint64_t *pid)
{
    struct otpi_proc *proc;

    if (otpi_alias_is(dest))
        return NULL;
    *pid = otpi_name_known(dest);
    proc = otpi_proc_find(*pid);
    if (proc == NULL || atomic_load_explicit(&proc->bound, memory_order_relaxed) != 0)
        return NULL;
    return proc;
}

/* Flat, as otp_call is. */
OTPI_APART __attribute__((flatten)) static otp_status call_far(otp_dest dest,
                                                               const struct otp_message_type *type,
                                                               const void *args, void *reply,
                                                               otp_duration timeout)
{
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return status;
    otpi_check_alive();
    if (type->compute != NULL && timeout > 0 && otpi_visit(dest, type, args, reply))
        status = OTP_OK;
    else
        status = timeout < 0 ? otpi_call_failed(OTP_BADARG) : ask(dest, type, args, reply, timeout);
    otpi_leave();
    return status;
}

/* Flat: after a switch of fibers the CPU mispredicts every return of the frames that it comes back
 * to, so there had better be one. Measured on W1, ten runs each in turn: 133 to 94 ns at best. */
__attribute__((flatten)) otp_status otp_call(otp_dest dest, const struct otp_message_type *type,
                                             const void *args, void *reply, otp_duration timeout)
{
    struct otpi_self *self = otpi_me();
    struct otpi_proc *own = otpi_proc_near(self), *proc;
    struct otpi_fiber *fiber;
    struct otpi_msg *msg;
    uint64_t pid, id;

    if (OTPI_SELDOM(own == NULL || type->compute != NULL || timeout <= 0 || OTP_MUTANT(B036)))
        return OTPI_JUDGED(call_far(dest, type, args, reply, timeout));
    proc = find_near(dest, &pid);
    if (OTPI_SELDOM(proc == NULL || proc == own))
        return OTPI_JUDGED(call_far(dest, type, args, reply, timeout));
    msg = otpi_msg_at_hand(self->magazines, own->pid, type, args);
    if (OTPI_SELDOM(msg == NULL))
        return OTPI_JUDGED(call_far(dest, type, args, reply, timeout));
    fiber = self->current;
    open_slot(&fiber->slot, pid, reply, type->reply, &msg->body.from);
    id = msg->body.from.id_;
    if (otpi_push(self, proc, pid, msg, true))
        return OTPI_JUDGED(wait(fiber, id, timeout));
    (void)otpi_slot_close(msg->body.from.slot_, id);
    otpi_msg_free(msg);
    return OTPI_JUDGED(otpi_call_failed(OTP_NOPROC));
}

/* The long way of otp_system_call. */
OTPI_APART static otp_status send_request(otp_dest dest, uint32_t tag,
                                          const struct otp_layout *layout, const void *args,
                                          void *reply, otp_duration timeout)
{
    struct otp_message_type type = { .message_class = OTP_CLASS_CALL, .args = layout };
    struct otpi_msg *msg = otpi_msg_of(&type, args);

    if (msg == NULL)
        return otpi_call_failed(OTP_NOMEM);
    msg->body.kind = OTP_MESSAGE_SYSTEM;
    msg->body.tag = tag;
    msg->body.type = NULL;
    return otpi_call_send(dest, msg, reply, timeout);
}

otp_status otp_system_call(otp_dest dest, uint32_t tag, const struct otp_layout *layout,
                           const void *args, void *reply, otp_duration timeout)
{
    struct otp_message here = { .kind = OTP_MESSAGE_SYSTEM, .tag = tag };
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return status;
    otpi_check_alive();
    if (timeout < 0)
        status = otpi_call_failed(OTP_BADARG);
    else if (!otpi_visit_ask(dest, &here, args, reply, timeout, &status))
        status = send_request(dest, tag, layout, args, reply, timeout);
    otpi_leave();
    return status;
}

otp_status otp_stop_process(otp_dest dest, otp_reason reason, otp_duration timeout)
{
    struct otp_message here = { .kind = OTP_MESSAGE_STOP, .reason = &reason };
    otp_status status = otpi_enter();
    struct otpi_msg *msg;

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_check_alive();
    if (timeout < 0) {
        status = otpi_call_failed(OTP_BADARG);
    } else if (otpi_visit_ask(dest, &here, NULL, NULL, timeout, &status)) {
        /* nothing is left to do */
    } else if ((msg = otpi_msg_new_reason(&reason)) == NULL) {
        status = otpi_call_failed(OTP_NOMEM);
    } else {
        msg->body.kind = OTP_MESSAGE_STOP;
        msg->body.pid = otp_self();
        status = otpi_call_send(dest, msg, NULL, timeout);
    }
    if (status == OTP_EXIT && otp_reason_equal(otp_last_reason(), reason))
        status = OTP_OK;
    otpi_leave();
    return OTPI_JUDGED(status);
}

/* -- telling -- */

void otpi_call_lost(const char *text)
{
    struct otp_log_event event = { .level = OTP_LOG_WARNING, .kind = OTP_LOG_LOST, .text = text };

    atomic_fetch_add_explicit(&otpi_rt->lost, 1, memory_order_relaxed);
    if (atomic_exchange_explicit(&otpi_rt->lost_said, 1, memory_order_relaxed) == 0) {
        event.pid = otp_self();
        otp_log(&event);
    }
}

/* NOPROC is OK for whoever tells; a full mailbox is, if it is said to drop. */
OTPI_APART static otp_status tell(otp_dest dest, const struct otp_message_type *type,
                                  const void *args)
{
    struct otpi_place place;
    struct otpi_msg *msg = NULL;
    otp_status status = otpi_place_find(&place, dest, OTP_INFINITY);

    if (status == OTP_OK && (msg = otpi_msg_of(type, args)) == NULL)
        status = OTP_NOMEM;
    if (status == OTP_OK && otpi_place_push(&place, msg, false))
        return OTP_OK;
    if (status == OTP_OVERLOAD) {
        otpi_call_lost("a message was lost: the mailbox is full");
        return otpi_bound_drops(&place) ? OTP_OK : status;
    }
    otpi_place_leave(&place);
    otpi_call_lost(status == OTP_NOMEM ? "a message was lost: out of memory"
                                       : "a message was sent to nobody");
    if (msg != NULL)
        otpi_msg_free(msg);
    return status == OTP_NOMEM ? status : OTP_OK;
}

OTPI_APART static otp_status cast_far(otp_dest dest, const struct otp_message_type *type,
                                      const void *args)
{
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return status;
    otpi_check_alive();
    if (OTP_MUTANT(B198)) {
        (void)otp_send_after(dest, type, args, 5 * OTP_MS);
        return OTP_OK;
    }
    status = tell(dest, type, args);
    otpi_leave();
    return status;
}

/* Whom it was for ended just now. Takes msg. */
OTPI_APART static otp_status cast_late(struct otpi_msg *msg)
{
    otpi_call_lost("a message was sent to nobody");
    otpi_msg_free(msg);
    return OTP_OK;
}

/* As otp_call it is one frame, and nothing is done in it after a call that is not inlined. */
__attribute__((flatten)) otp_status otp_cast(otp_dest dest, const struct otp_message_type *type,
                                             const void *args)
{
    struct otpi_self *self = otpi_me();
    struct otpi_proc *own = otpi_proc_near(self), *proc;
    struct otpi_msg *msg;
    uint64_t pid;

    if (own == NULL || OTP_MUTANT(B198))
        return OTPI_JUDGED(cast_far(dest, type, args));
    proc = find_near(dest, &pid);
    if (OTPI_SELDOM(proc == NULL))
        return OTPI_JUDGED(cast_far(dest, type, args));
    msg = otpi_msg_at_hand(self->magazines, own->pid, type, args);
    if (OTPI_SELDOM(msg == NULL))
        return OTPI_JUDGED(cast_far(dest, type, args));
    if (otpi_push(self, proc, pid, msg, false))
        return OTP_OK;
    return cast_late(msg);
}

/* -- answering -- */

static size_t round16(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

/* A reply with references in a block of its own; *block is as it was if they are all empty. False:
 * no memory. */
OTPI_APART static bool make_block(const struct otp_layout *layout, const void *value,
                                  struct otpi_block **block)
{
    size_t size;

    if (otpi_layout_first(layout, value) == NULL)
        return true;
    size = otp_layout_measure(layout, value);
    if (size == 0)
        return false;
    *block = otpi_alloc(sizeof **block + size);
    if (*block == NULL)
        return false;
    (*block)->size = sizeof **block + size;
    otp_layout_copy(layout, value, *block + 1);
    return true;
}

static bool is_plain(const struct otp_layout *layout)
{
    return layout == NULL || layout->n_refs == 0;
}

/* self: the calling process, on fiber; NULL: a foreign thread. */
static otp_status answer(struct otpi_proc *self, struct otpi_fiber *fiber, otp_from from,
                         const struct otp_layout *layout, const void *value)
{
    struct otpi_slot *slot = from.slot_;
    struct otpi_block *block = NULL;
    uint64_t server;
    otp_status status;
    bool own; /* what it handles: its slot is there */

    if (slot == NULL)
        return OTP_NOT_FOUND;
    if (OTPI_SELDOM(self != NULL && fiber->near_id == from.id_) && is_plain(layout)) {
        answer_near(fiber, layout, value);
        return OTP_OK;
    }
    own = self != NULL && atomic_load_explicit(&self->asking_id, memory_order_relaxed) == from.id_;
    if (!own && !otpi_slot_exists(from.id_))
        return OTP_NOT_FOUND;
    status = otpi_slot_judge(slot, from.id_, layout);
    if (OTPI_SELDOM(status != OTP_OK))
        return status;
    if (layout != NULL && layout->n_refs != 0 && !make_block(layout, value, &block))
        return OTP_NOMEM;
    if (OTP_MUTANT(B030) && layout != NULL && slot->reply != NULL && layout->n_refs == 0)
        otpi_copy(slot->reply, value, layout->size); /* whoever waits there, if anybody does */
    if (!otpi_slot_claim(slot, from.id_)) {
        if (block != NULL)
            otpi_release(block, block->size);
        return OTP_NOT_FOUND;
    }
    if (OTPI_SELDOM(otpi_rt->answered != NULL))
        otpi_misuse_answered(from.id_);
    server = atomic_load_explicit(&slot->server, memory_order_relaxed);
    if (layout != NULL && slot->reply != NULL)
        otpi_copy(slot->reply, block == NULL ? value : block + 1, layout->size);
    slot->block = block;
    /* relaxed: others may set or clear it; what this process has deferred it put there itself, and
     * then it was not being asked any more */
    if (own && atomic_load_explicit(&self->asking, memory_order_relaxed) == slot)
        atomic_store_explicit(&self->asking, NULL, memory_order_relaxed);
    else if (self == NULL || self->pid != server ||
             atomic_load_explicit(&self->relations, memory_order_relaxed) != NULL)
        forget_deferred(server, from.id_);
    otpi_slot_done(slot, from.id_, OTP_OK);
    return OTP_OK;
}

/* There was an answer before this one, which has failed. */
static bool is_again(otp_from from, otp_status status)
{
    return status == OTP_NOT_FOUND && from.slot_ != NULL && otpi_misuse_was_answered(from.id_);
}

OTPI_APART static otp_status answer_far(otp_from from, const struct otp_layout *layout,
                                        const void *value)
{
    otp_status status = otpi_enter();
    bool again;

    if (status != OTP_OK)
        return status;
    otpi_check_alive();
    status = answer(otpi_self_proc(), otpi_self_fiber(), from, layout, value);
    again = is_again(from, status);
    otpi_leave();
    if (again)
        otpi_misuse_twice("otp_answer");
    return status;
}

__attribute__((flatten)) otp_status otp_answer(otp_from from, const struct otp_layout *layout,
                                               const void *value)
{
    struct otpi_self *me = otpi_me();
    struct otpi_proc *own = otpi_proc_near(me);
    otp_status status;

    if (own == NULL)
        return OTPI_JUDGED(answer_far(from, layout, value));
    status = answer(own, me->current, from, layout, value);
    if (OTPI_SELDOM(is_again(from, status)))
        otpi_misuse_twice("otp_answer");
    return OTPI_JUDGED(status);
}

/* The running process's: among those that it answers later. NOMEM, also if it is dead. */
static otp_status put_open(struct otpi_proc *proc, otp_from from)
{
    struct otpi_relations *relations;
    otp_status status = OTP_NOMEM;

    otpi_lock_take(&proc->lock);
    relations = proc->dead ? NULL : otpi_proc_relations(proc);
    if (relations != NULL)
        status = otpi_map_put(&relations->open, from.id_, (uintptr_t)from.slot_);
    otpi_lock_release(&proc->lock);
    return status;
}

/* False: no memory. A process that is dead keeps it where it is until that has been looked at. */
static bool put_kept(struct otpi_proc *proc, otp_from from)
{
    if (put_open(proc, from) == OTP_OK)
        return true;
    if (atomic_load_explicit(&proc->dead, memory_order_relaxed) == OTPI_ALIVE)
        return false;
    /* acquire: pairs with who ends it, who has read it before */
    while (atomic_load_explicit(&proc->inbox, memory_order_acquire) != OTPI_INBOX_CLOSED)
        otpi_plat_relax();
    return true;
}

OTPI_APART bool otpi_call_put_away(struct otpi_proc *proc)
{
    otp_from from;

    from.slot_ = atomic_load_explicit(&proc->asking, memory_order_relaxed);
    from.id_ = atomic_load_explicit(&proc->asking_id, memory_order_relaxed);
    if (from.slot_ != NULL && otpi_slot_is_waiting(from.slot_, from.id_)) {
        if (!put_kept(proc, from))
            return false;
        if (!otpi_slot_is_waiting(from.slot_, from.id_)) /* as in otp_defer_reply */
            forget_deferred(otpi_self_pid(), from.id_);
    }
    atomic_store_explicit(&proc->asking, NULL, memory_order_relaxed);
    proc->kept = 0;
    return true;
}

/* By a guest, of its host: it stays where it is, as the answer seldom comes after another call. */
static otp_status keep_near(struct otpi_proc *proc, struct otpi_fiber *fiber)
{
    bool other = proc->kept && atomic_load_explicit(&proc->asking, memory_order_relaxed) != NULL;

    if (other && !otpi_call_put_away(proc))
        return OTP_NOMEM;
    fiber->near_kept = true;
    return OTP_OK;
}

otp_status otp_defer_reply(otp_from from)
{
    struct otpi_proc *proc = otpi_self_proc();
    otp_status status;

    if (proc == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    if (from.slot_ == NULL)
        return OTP_OK;
    if (otpi_self_fiber()->near_id == from.id_)
        return OTPI_JUDGED(keep_near(proc, otpi_self_fiber()));
    if (!otpi_slot_exists(from.id_))
        return OTP_OK;
    status = put_open(proc, from);
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (atomic_load_explicit(&proc->asking_id, memory_order_relaxed) == from.id_)
        atomic_store_explicit(&proc->asking, NULL, memory_order_relaxed);
    /* It may have been answered in between, by somebody who did not find it here. */
    if (!otpi_slot_is_waiting(from.slot_, from.id_))
        forget_deferred(otp_self().bits, from.id_);
    return OTP_OK;
}

void otp_reply_free(const struct otp_layout *layout, const void *reply)
{
    const char *first;
    struct otpi_block *block;

    if (otpi_self_proc() != NULL || layout == NULL || reply == NULL)
        return;
    first = otpi_layout_first(layout, reply);
    if (first == NULL)
        return;
    block = (struct otpi_block *)(uintptr_t)(first - round16(layout->size)) - 1;
    otpi_release(block, block->size);
}

/* -- reasons -- */

otp_reason otp_last_reason(void)
{
    struct otpi_fiber *fiber = otpi_self_fiber();

    if (fiber != NULL)
        return fiber->host == NULL ? fiber->last_reason : fiber->guest_last;
    return otpi_me() == NULL ? otp_normal() : otpi_me()->last_reason;
}

void otp_set_last_reason(otp_reason reason)
{
    if (otpi_enter() != OTP_OK)
        return;
    set_last_reason(otpi_self_fiber(), &reason);
    otpi_leave();
}

void otp_must(otp_status status)
{
    if (status == OTP_OK)
        return;
    if (status == OTP_EXIT || otp_last_reason().kind != OTP_REASON_NORMAL)
        otp_exit(otp_last_reason());
    otp_exit(otp_reason_make(OTP_REASON_STATUS, otp_status_text(status), status));
}
