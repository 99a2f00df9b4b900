/* exit.c - how a process ends.
 *
 * Idea: die makes it dead for everyone else, whoever calls it; bury frees what is left once nobody
 * runs it. What die does, in order: what is tied to it goes, its name is free; the inbox closes;
 * whoever asked it is answered; links and watchers are told; whoever waits for its start is told.
 * So a name is free before anyone learns of the death, and a caller is answered before anyone sees
 * DOWN. Who links to it or watches it while it is DYING is told with the others: not at once that
 * it is gone, or its name and its entries might still be found after that.
 * A long chain of links does not recurse: deaths found while one is under way wait in a list.
 * Threads: die by any; bury by who runs it. Locks: proc, one at a time.
 * Owns: the word left by a killer.
 */
#include <string.h>

#include <otp/log.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "base/mutant.h"
#include "base/reason.h"
#include "core/memory.h"
#include "core/point.h"
#include "core/request.h"
#include "core/sched.h"
#include "core/signal.h"

/* What die took out of a process under its lock. */
struct remains {
    uint64_t pid;
    uint64_t link;
    uint64_t parent, parent_ref;
    struct otpi_relations *relations;
    struct otpi_cell *name;
    struct otpi_starter starter;
    bool starting;
    otp_status start_status;
    bool for_request;
    bool once;    /* the link is to its parent, who is told by DOWN alone */
    bool lingers; /* it is DYING: a name or ties are to go */
};

void otpi_msg_refuse(struct otpi_msg *msg, otp_status status, const otp_reason *reason)
{
    if (msg->body.from.slot_ != NULL)
        (void)otpi_slot_fail(msg->body.from.slot_, msg->body.from.id_, status, reason);
    otpi_msg_free(msg);
}

static void refuse_all(struct otpi_msg *list, const otp_reason *reason)
{
    while (list != NULL) {
        struct otpi_msg *next = list->next;
        otpi_msg_refuse(list, OTP_MUTANT(B007) ? OTP_TIMEOUT : OTP_EXIT, reason);
        list = next;
    }
}

/* lock: proc. */
static void take_records(struct otpi_proc *proc, struct remains *remains)
{
    remains->link = proc->link;
    remains->relations = proc->relations;
    remains->parent_ref = proc->parent_ref;
    proc->link = 0;
    proc->parent_ref = 0;
    atomic_store_explicit(&proc->relations, NULL, memory_order_relaxed);
}

/* Marks it dead and takes what others must be told of. False: it was dead. */
static bool take_remains(struct otpi_proc *proc, uint64_t pid, struct remains *remains)
{
    struct otpi_starter *starter;
    bool mine;

    remains->pid = pid;
    otpi_lock_take(&proc->lock);
    mine = otpi_proc_lives(proc, pid);
    if (mine) {
        take_records(proc, remains);
        remains->name = proc->name;
        remains->lingers = remains->name != NULL ||
                           (remains->relations != NULL && remains->relations->ties != NULL);
        /* release: pairs with the acquire in find */
        atomic_store_explicit(&proc->dead, remains->lingers ? OTPI_DYING : OTPI_GONE,
                              memory_order_release);
        starter = atomic_load_explicit(&proc->starter, memory_order_relaxed);
        if (starter != NULL)
            starter = atomic_exchange_explicit(&proc->starter, NULL, memory_order_relaxed);
        remains->starting = starter != NULL;
        if (remains->starting)
            remains->starter = *starter;
        remains->start_status = (otp_status)proc->start_status;
        remains->for_request = proc->for_request != 0;
        remains->parent = proc->parent;
        remains->once = proc->once != 0 && remains->link == proc->parent;
        proc->name = NULL;
    }
    otpi_lock_release(&proc->lock);
    return mine;
}

/* What was tied to it and its name go; then it is GONE. Who has come meanwhile is in late. */
OTPI_APART static void let_go(struct otpi_proc *proc, const struct remains *remains,
                              const otp_reason *reason, struct remains *late)
{
    memset(late, 0, sizeof *late);
    late->pid = remains->pid;
    if (remains->relations != NULL && !OTP_MUTANT(B169))
        otpi_ties_run(remains->relations, remains->pid, reason);
    if (remains->name != NULL && !OTP_MUTANT(B108) && !OTP_MUTANT(B207))
        otpi_name_drop(remains->name, remains->pid);
    OTPI_POINT();
    otpi_lock_take(&proc->lock);
    atomic_store_explicit(&proc->dead, OTPI_GONE, memory_order_release);
    take_records(proc, late);
    otpi_lock_release(&proc->lock);
}

static void answer_deferred(struct otpi_relations *relations, const otp_reason *reason)
{
    struct otpi_map_entry entry;

    while (otpi_map_pop(&relations->open, &entry))
        (void)otpi_slot_fail((struct otpi_slot *)(uintptr_t)entry.value, entry.key, OTP_EXIT,
                             reason);
}

/* A monitor of ref, with whom it watches: DOWN, but not for who started it and is told that this
 * failed. */
static void tell_watcher(const struct remains *remains, uint64_t watcher, uint64_t ref,
                         const otp_reason *reason)
{
    if (remains->starting && remains->starter.pid == watcher)
        otpi_signal_disarm(watcher, ref);
    else
        otpi_signal_down(watcher, ref, remains->pid, reason);
}

OTPI_APART static void tell_many(const struct remains *remains, const otp_reason *reason)
{
    struct otpi_relations *relations = remains->relations;
    struct otpi_map_entry entry;

    while (otpi_map_pop(&relations->links, &entry))
        otpi_signal_exit(entry.key, remains->pid, reason, true);
    while (otpi_map_pop(&relations->watchers, &entry)) {
        tell_watcher(remains, entry.value, entry.key, reason);
        if (OTP_MUTANT(B196))
            break;
    }
    while (otpi_map_pop(&relations->monitors, &entry))
        otpi_signal_unwatch(entry.value, entry.key);
    otpi_map_clear(&relations->links);
    otpi_map_clear(&relations->aliases);
    otpi_map_clear(&relations->watchers);
    otpi_map_clear(&relations->monitors);
    otpi_map_clear(&relations->open);
    otpi_release(relations, sizeof *relations);
}

static void tell_relations(const struct remains *remains, const otp_reason *reason)
{
    bool silent = remains->starting && remains->starter.pid == remains->parent;

    if (remains->once && remains->parent_ref != 0 && remains->relations == NULL && !silent) {
        otpi_signal_parent(remains->parent, remains->parent_ref, remains->pid, reason);
        return;
    }
    if (remains->link != 0 && remains->once)
        otpi_signal_exit_once(remains->link, remains->pid, reason);
    else if (remains->link != 0)
        otpi_signal_exit(remains->link, remains->pid, reason, true);
    if (remains->relations != NULL)
        tell_many(remains, reason);
    if (remains->parent_ref != 0)
        tell_watcher(remains, remains->parent, remains->parent_ref, reason);
}

/* Who waits goes on when all else is done: if it is linked and does not trap exits, its own death
 * must come before the answer. */
OTPI_APART static void tell_last(struct otpi_slot *slot, uint64_t id, otp_status status,
                                 const otp_reason *reason)
{
    struct otpi_msg *word = otpi_msg_new_reason(reason);

    if (word == NULL) {
        (void)otpi_slot_fail(slot, id, status, reason);
        return;
    }
    word->body.tag = (uint32_t)status;
    word->body.from.slot_ = slot;
    word->body.from.id_ = id;
    word->next = otpi_me()->telling;
    otpi_me()->telling = word;
}

/* Its init never said OK. */
OTPI_APART static void tell_starter(const struct remains *remains, const otp_reason *reason)
{
    otp_status status = remains->start_status == OTP_IGNORE ? OTP_IGNORE : OTP_EXIT;

    if (remains->starter.slot != NULL)
        tell_last(remains->starter.slot, remains->starter.id, status, reason);
    else
        otpi_signal_started(&remains->starter, remains->pid, status, reason);
}

/* Kept for who runs it: those in its private list are told with it. */
OTPI_APART static void leave_word(struct otpi_proc *proc, const otp_reason *reason)
{
    proc->death = otpi_msg_new_reason(reason);
}

/* Who asks it. Two words that may be of two calls: then it is nobody. */
static otp_from read_asking(struct otpi_proc *proc)
{
    otp_from from;

    from.slot_ = atomic_load_explicit(&proc->asking, memory_order_relaxed);
    from.id_ = atomic_load_explicit(&proc->asking_id, memory_order_relaxed);
    return from;
}

/* Gives what was in it; IDLE: it is ours. From here on who runs it may bury it: the slot is not
 * ours any more. */
static struct otpi_msg *close_inbox(struct otpi_proc *proc, bool mine, const otp_reason *reason)
{
    struct otpi_msg *inbox = OTPI_INBOX_IDLE;

    /* whom a guest has not answered is told by who buries it, as others are */
    if (mine && otpi_self_fiber()->near_id == 0)
        return atomic_exchange(&proc->inbox, OTPI_INBOX_CLOSED);
    /* seq_cst, both: release: who runs it and finds CLOSED sees the word left; acquire: on IDLE it
     * is ours, and needs no word */
    if (atomic_compare_exchange_strong(&proc->inbox, &inbox, OTPI_INBOX_CLOSED))
        return inbox;
    leave_word(proc, reason);
    OTPI_POINT();
    return atomic_exchange(&proc->inbox, OTPI_INBOX_CLOSED);
}

static void die_now(struct otpi_proc *proc, uint64_t pid, const otp_reason *reason)
{
    struct remains remains, late;
    bool mine = otpi_self_proc() == proc;
    struct otpi_msg *inbox;
    otp_from from;

    if (!take_remains(proc, pid, &remains))
        return;
    otpi_bound_end(proc, pid);
    /* before the inbox closes: until then nobody buries it, so its memory is there */
    if (remains.lingers)
        let_go(proc, &remains, reason, &late);
    from = read_asking(proc);
    OTPI_POINT();
    inbox = close_inbox(proc, mine, reason);
    if (inbox == OTPI_INBOX_IDLE) /* it may have deferred another one since */
        from = read_asking(proc);
    otpi_mailbox_uninspected(proc);
    if (from.slot_ != NULL && !remains.for_request && !OTP_MUTANT(B033))
        (void)otpi_slot_fail(from.slot_, from.id_, OTP_EXIT, reason);
    if (inbox != OTPI_INBOX_IDLE && inbox != OTPI_INBOX_WAITING)
        refuse_all(inbox, reason);
    if (remains.relations != NULL)
        answer_deferred(remains.relations, reason);
    if (mine || inbox == OTPI_INBOX_IDLE) {
        refuse_all(proc->mail, reason);
        proc->mail = NULL;
    }
    if (remains.starting)
        tell_starter(&remains, reason);
    if (from.slot_ != NULL && remains.for_request)
        tell_last(from.slot_, from.id_, OTP_EXIT, reason);
    tell_relations(&remains, reason);
    if (remains.lingers)
        tell_relations(&late, reason);
    if (mine)
        return;
    if (inbox == OTPI_INBOX_IDLE) {
        otpi_proc_bury(proc);
    } else {
        /* of a later tenant, perhaps: a wake too many */
        struct otpi_fiber *fiber = atomic_load_explicit(&proc->fiber, memory_order_acquire);
        if (fiber != NULL)
            otpi_fiber_wake(fiber);
    }
}

void otpi_proc_die(struct otpi_proc *proc, uint64_t pid, const otp_reason *reason)
{
    struct otpi_self *self = otpi_me();
    struct otpi_msg *word;

    if (self->in_die) {
        word = otpi_msg_new_reason(reason);
        if (word != NULL) {
            word->to = pid;
            word->next = self->dying;
            self->dying = word;
            return;
        }
    }
    self->in_die = true;
    die_now(proc, pid, reason);
    while (self->dying != NULL) {
        word = self->dying;
        self->dying = word->next;
        proc = otpi_proc_find(word->to);
        if (proc != NULL)
            die_now(proc, word->to, word->body.reason);
        otpi_msg_free(word);
    }
    while (self->telling != NULL) {
        word = self->telling;
        self->telling = word->next;
        otpi_msg_refuse(word, (otp_status)word->body.tag, word->body.reason);
    }
    self->in_die = false;
}

/* Tells those whose messages it had taken out of its inbox. */
OTPI_APART static void refuse_rest(struct otpi_proc *proc)
{
    const otp_reason *reason = proc->death == NULL ? &otpi_reason_noproc : proc->death->body.reason;

    if (proc->current != NULL)
        otpi_msg_refuse(proc->current, OTP_EXIT, reason);
    refuse_all(proc->mail, reason);
}

/* Who asked a guest whose answer is to come. Told by die already, unless it was deferred then. */
OTPI_APART static void refuse_kept(struct otpi_proc *proc)
{
    const otp_reason *reason = proc->death == NULL ? &otpi_reason_noproc : proc->death->body.reason;
    struct otpi_slot *asking = atomic_load_explicit(&proc->asking, memory_order_relaxed);

    if (asking != NULL)
        (void)otpi_slot_fail(asking, atomic_load_explicit(&proc->asking_id, memory_order_relaxed),
                             OTP_EXIT, reason);
    proc->kept = 0;
}

/* What it has received, or not yet. */
static void drop_mail(struct otpi_proc *proc)
{
    /* who asked was answered, or its call is one that stays open: die has told it then */
    bool told = atomic_load_explicit(&proc->asking, memory_order_relaxed) == NULL;

    if (proc->current != NULL && told) {
        otpi_msg_free(proc->current);
        proc->current = NULL;
    }
    if (proc->current != NULL || proc->mail != NULL)
        refuse_rest(proc);
}

void otpi_proc_bury(struct otpi_proc *proc)
{
    /* dead, but who ends it has not closed the inbox yet; acquire: pairs with that */
    while (atomic_load_explicit(&proc->inbox, memory_order_acquire) != OTPI_INBOX_CLOSED)
        otpi_plat_relax();
    drop_mail(proc);
    if (proc->kept)
        refuse_kept(proc);
    if (proc->received != NULL)
        otpi_msg_free(proc->received);
    if (proc->death != NULL)
        otpi_msg_free(proc->death);
    if (proc->extras != NULL) {
        otpi_dictionary_free(&proc->extras->dictionary);
        otpi_request_drop_all(&proc->extras->requests);
        otpi_release(proc->extras, sizeof *proc->extras);
    }
    otpi_owned_free_all(&proc->owned);
    otpi_data_give(proc->data, proc->data_size);
    proc->current = proc->received = proc->death = NULL;
    proc->mail = proc->mail_last = NULL;
    proc->extras = NULL;
    atomic_store_explicit(&proc->owned_size, 0, memory_order_relaxed);
    proc->behaviour = NULL;
    proc->module = NULL;
    proc->data = NULL;
    proc->data_size = 0;
    proc->finishing = 0;
    proc->unwinding = 0;
    proc->quiet = proc->slow = 0;
    atomic_store_explicit(&proc->asking, NULL, memory_order_relaxed);
    atomic_store_explicit(&proc->fiber, NULL, memory_order_relaxed);
    atomic_store_explicit(&proc->shared, NULL, memory_order_relaxed);
    otpi_proc_discard(proc);
}
