/* signal.c - links, monitors, exit signals.
 *
 * Idea: see signal.h. Own end first, then the other: if the other is found dead its end is not
 * made and ours is taken back; if it dies in between, its signal finds our record.
 * A signal that cannot be sent for want of memory ends its receiver with nomem: it would otherwise
 * wait for ever.
 * Threads: any. Locks: proc, one at a time. Owns: nothing.
 */
#include "core/signal.h"

#include "base/misuse.h"
#include "base/mutant.h"
#include "base/reason.h"
#include "core/sched.h"
#include "core/visit.h"

static struct otpi_msg *make_signal(uint32_t kind, uint64_t about, uint64_t ref,
                                    const otp_reason *reason)
{
    struct otpi_msg *msg = otpi_msg_new_reason(reason);

    if (msg == NULL)
        return NULL;
    msg->body.kind = kind;
    msg->body.pid.bits = about;
    msg->body.ref = ref;
    return msg;
}

static void end_for_memory(struct otpi_proc *proc, uint64_t pid)
{
    otp_reason reason = otp_reason_make(OTP_REASON_NOMEM, NULL, 0);
    otpi_proc_die(proc, pid, &reason);
}

static void push_or_end(struct otpi_proc *proc, uint64_t pid, struct otpi_msg *msg)
{
    if (msg == NULL)
        end_for_memory(proc, pid);
    else if (!otpi_proc_push(proc, pid, msg, false))
        otpi_msg_free(msg);
}

/* once: who traps exits is told otherwise. */
static void send_exit(uint64_t to, uint64_t from, const otp_reason *reason, bool by_link, bool once)
{
    struct otpi_proc *proc = otpi_proc_find(to);
    bool kill = !by_link && reason->kind == OTP_REASON_KILL && !OTP_MUTANT(B203);
    bool trapped, heard;

    if (proc == NULL)
        return;
    otpi_lock_take(&proc->lock);
    heard = otpi_proc_lives(proc, to) && (!by_link || otpi_links_remove(proc, from));
    trapped = proc->trap_exit != 0 && !kill;
    otpi_lock_release(&proc->lock);
    if (!heard || (trapped && once))
        return;
    if (trapped) {
        if (OTP_MUTANT(B034))
            push_or_end(proc, to, make_signal(OTP_MESSAGE_EXIT, from, 0, reason));
        push_or_end(proc, to, make_signal(OTP_MESSAGE_EXIT, from, 0, reason));
    } else if (kill) {
        otpi_proc_die(proc, to, &otpi_reason_killed);
    } else if (reason->kind != OTP_REASON_NORMAL || from == to) {
        otpi_proc_die(proc, to, reason);
    }
}

void otpi_signal_exit(uint64_t to, uint64_t from, const otp_reason *reason, bool by_link)
{
    send_exit(to, from, reason, by_link, false);
}

void otpi_signal_exit_once(uint64_t to, uint64_t from, const otp_reason *reason)
{
    send_exit(to, from, reason, true, true);
}

/* Whether the monitor was there; it is gone then. */
static bool take_monitor(struct otpi_proc *proc, uint64_t to, uint64_t ref)
{
    bool was;

    otpi_lock_take(&proc->lock);
    was = otpi_proc_lives(proc, to) && proc->relations != NULL &&
          otpi_map_remove(&proc->relations->monitors, ref, NULL);
    otpi_lock_release(&proc->lock);
    return was;
}

void otpi_signal_disarm(uint64_t to, uint64_t ref)
{
    struct otpi_proc *proc = otpi_proc_find(to);

    if (proc != NULL)
        (void)take_monitor(proc, to, ref);
}

/* The monitor ref of `to` has been taken out. */
static void tell_down(struct otpi_proc *proc, uint64_t to, uint64_t ref, uint64_t about,
                      const otp_reason *reason)
{
    if (ref == otpi_me()->expected)
        otpi_me()->expected = 0;
    else
        push_or_end(proc, to, make_signal(OTP_MESSAGE_DOWN, about, ref, reason));
}

void otpi_signal_down(uint64_t to, uint64_t ref, uint64_t about, const otp_reason *reason)
{
    struct otpi_proc *proc = otpi_proc_find(to);

    if (proc != NULL && take_monitor(proc, to, ref))
        tell_down(proc, to, ref, about, reason);
}

void otpi_signal_parent(uint64_t to, uint64_t ref, uint64_t about, const otp_reason *reason)
{
    struct otpi_proc *proc = otpi_proc_find(to);
    bool lives, watches, ends;

    if (proc == NULL)
        return;
    otpi_lock_take(&proc->lock);
    lives = otpi_proc_lives(proc, to);
    ends = lives && otpi_links_remove(proc, about) && !proc->trap_exit &&
           reason->kind != OTP_REASON_NORMAL;
    watches =
        lives && proc->relations != NULL && otpi_map_remove(&proc->relations->monitors, ref, NULL);
    otpi_lock_release(&proc->lock);
    if (ends)
        otpi_proc_die(proc, to, reason);
    else if (watches)
        tell_down(proc, to, ref, about, reason);
}

void otpi_signal_unwatch(uint64_t target, uint64_t ref)
{
    struct otpi_proc *proc = otpi_proc_find(target);

    if (proc == NULL)
        return;
    otpi_lock_take(&proc->lock);
    if (otpi_proc_lives(proc, target)) {
        if (proc->parent_ref == ref)
            proc->parent_ref = 0;
        else if (proc->relations != NULL)
            (void)otpi_map_remove(&proc->relations->watchers, ref, NULL);
    }
    otpi_lock_release(&proc->lock);
}

/* Who started pid learns at once that it has. False: by a message. */
static bool tell_here(const struct otpi_starter *starter, uint64_t pid, const otp_reason *reason)
{
    const struct otp_message here = { .kind = OTP_MESSAGE_STARTED,
                                      .tag = OTP_OK,
                                      .pid = { pid },
                                      .ref = starter->ref,
                                      .reason = reason };

    return otpi_visit_tell(starter->pid, &here);
}

void otpi_signal_started(const struct otpi_starter *starter, uint64_t pid, otp_status status,
                         const otp_reason *reason)
{
    struct otpi_proc *proc;
    struct otpi_msg *msg;

    if (starter->slot != NULL) {
        if (status != OTP_OK) {
            (void)otpi_slot_fail(starter->slot, starter->id, status, reason);
        } else if (otpi_slot_claim(starter->slot, starter->id)) {
            otpi_slot_done(starter->slot, starter->id, OTP_OK);
        }
        return;
    }
    if (reason == NULL)
        reason = &otpi_reason_normal;
    if (status == OTP_OK && tell_here(starter, pid, reason))
        return;
    proc = otpi_proc_find(starter->pid);
    if (proc == NULL)
        return;
    msg = make_signal(OTP_MESSAGE_STARTED, pid, starter->ref, reason);
    if (msg != NULL)
        msg->body.tag = (uint32_t)status;
    push_or_end(proc, starter->pid, msg);
}

/* -- records -- */

/* lock: proc. Whether its record can be made: own, of who makes it; or of the other, who may be
 * dying. */
static bool can_record(const struct otpi_proc *proc, uint64_t pid, bool own)
{
    return otpi_proc_lives(proc, pid) ||
           (!own && atomic_load_explicit(&proc->pid, memory_order_relaxed) == pid &&
            proc->dead == OTPI_DYING);
}

/* One end of a link. BADARG: it is dead. */
static otp_status add_link(struct otpi_proc *proc, uint64_t pid, uint64_t other, bool own)
{
    otp_status status = OTP_BADARG;

    otpi_lock_take(&proc->lock);
    if (can_record(proc, pid, own))
        status = otpi_links_add(proc, other);
    otpi_lock_release(&proc->lock);
    return status;
}

static bool remove_link(struct otpi_proc *proc, uint64_t pid, uint64_t other)
{
    bool was;

    otpi_lock_take(&proc->lock);
    was = otpi_proc_lives(proc, pid) && otpi_links_remove(proc, other);
    otpi_lock_release(&proc->lock);
    return was;
}

otp_status otpi_signal_link(struct otpi_proc *proc, uint64_t pid, uint64_t other)
{
    struct otpi_proc *peer = otpi_proc_find_dying(other);
    otp_status status;

    if (peer == NULL)
        return OTP_BADARG;
    status = add_link(proc, pid, other, true);
    if (status != OTP_OK)
        return status;
    status = add_link(peer, other, pid, false);
    if (status != OTP_OK)
        (void)remove_link(proc, pid, other);
    return status;
}

otp_status otpi_signal_link_new(struct otpi_proc *proc, uint64_t pid, uint64_t made, uint64_t ref)
{
    struct otpi_relations *relations;
    otp_status status = OTP_BADARG;

    otpi_lock_take(&proc->lock);
    if (otpi_proc_lives(proc, pid))
        status = otpi_links_add(proc, made);
    if (status == OTP_OK && ref != 0) {
        relations = otpi_proc_relations(proc);
        status = relations == NULL ? OTP_NOMEM : otpi_map_put(&relations->monitors, ref, made);
    }
    otpi_lock_release(&proc->lock);
    return status;
}

bool otpi_signal_unlink(struct otpi_proc *proc, uint64_t pid, uint64_t other)
{
    struct otpi_proc *peer;

    if (OTP_MUTANT(B205) || !remove_link(proc, pid, other))
        return false;
    peer = otpi_proc_find(other);
    if (peer != NULL)
        (void)remove_link(peer, other, pid);
    return true;
}

/* One end of a monitor: ref -> value in one of the two maps. */
static otp_status add_monitor(struct otpi_proc *proc, uint64_t pid, uint64_t ref, uint64_t value,
                              bool watcher)
{
    otp_status status = OTP_BADARG;
    struct otpi_relations *relations;

    otpi_lock_take(&proc->lock);
    if (can_record(proc, pid, watcher)) {
        relations = otpi_proc_relations(proc);
        status = OTP_NOMEM;
        if (relations != NULL)
            status =
                otpi_map_put(watcher ? &relations->monitors : &relations->watchers, ref, value);
    }
    otpi_lock_release(&proc->lock);
    return status;
}

otp_status otpi_signal_watch(struct otpi_proc *watcher, uint64_t pid, uint64_t target, uint64_t ref)
{
    struct otpi_proc *proc = otpi_proc_find_dying(target);
    otp_status status;

    if (proc == NULL)
        return OTP_BADARG;
    status = add_monitor(watcher, pid, ref, target, true);
    if (status != OTP_OK)
        return status;
    status = add_monitor(proc, target, ref, pid, false);
    if (status != OTP_OK)
        (void)otpi_signal_demonitor(watcher, ref);
    return status;
}

bool otpi_signal_demonitor(struct otpi_proc *watcher, uint64_t ref)
{
    uint64_t target = 0;
    bool was;

    otpi_lock_take(&watcher->lock);
    was =
        watcher->relations != NULL && otpi_map_remove(&watcher->relations->monitors, ref, &target);
    otpi_lock_release(&watcher->lock);
    if (was)
        otpi_signal_unwatch(target, ref);
    return was;
}

/* -- public -- */

otp_status otp_exit_signal(otp_pid pid, otp_reason reason)
{
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_signal_exit(pid.bits, otp_self().bits, &reason, false);
    otpi_check_alive();
    otpi_leave();
    return OTP_OK;
}

/* A death that has to wait until another one is over tells by a message, too. */
bool otp_end_process(otp_pid pid, otp_monitor monitor, otp_reason reason)
{
    struct otpi_proc *proc = otpi_proc_find(pid.bits);
    struct otpi_self *self = otpi_me();
    bool ended;

    if (otpi_self_proc() == NULL || proc == NULL || proc->trap_exit)
        return false;
    self->expected = monitor.ref_;
    otpi_proc_die(proc, pid.bits, &reason);
    ended = self->expected != monitor.ref_;
    self->expected = 0;
    otpi_check_alive();
    return ended;
}

otp_status otp_link(otp_pid pid)
{
    struct otpi_proc *self = otpi_self_proc();
    uint64_t me = otp_self().bits;
    otp_status status;

    if (self == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    otpi_check_alive();
    if (pid.bits == me)
        return OTP_OK;
    status = otpi_signal_link(self, me, pid.bits);
    if (status != OTP_BADARG)
        return OTPI_JUDGED(status);
    otpi_check_alive();
    if (!self->trap_exit || OTP_MUTANT(B200))
        return OTP_NOPROC;
    push_or_end(self, me, make_signal(OTP_MESSAGE_EXIT, pid.bits, 0, &otpi_reason_noproc));
    otpi_check_alive();
    return OTP_OK;
}

otp_status otp_unlink(otp_pid pid)
{
    struct otpi_proc *self = otpi_self_proc();

    if (self == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    otpi_check_alive();
    (void)otpi_signal_unlink(self, otp_self().bits, pid.bits);
    return OTP_OK;
}

otp_status otp_monitor_start(otp_dest dest, otp_monitor *monitor)
{
    struct otpi_proc *self = otpi_self_proc();
    uint64_t target, ref;
    otp_status status;

    if (self == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    otpi_check_alive();
    target = otpi_name_resolve(dest);
    ref = otpi_self_ref();
    status = otpi_signal_watch(self, otp_self().bits, target, ref);
    if (status == OTP_BADARG && OTP_MUTANT(B195))
        return OTP_NOPROC;
    if (status == OTP_BADARG) {
        otpi_check_alive();
        push_or_end(self, otp_self().bits,
                    make_signal(OTP_MESSAGE_DOWN, target, ref, &otpi_reason_noproc));
        otpi_check_alive();
        status = OTP_OK;
    }
    if (status == OTP_OK)
        monitor->ref_ = ref;
    return OTPI_JUDGED(status);
}

/* Takes the DOWN of ref out of the mailbox. */
static void flush_down(struct otpi_proc *proc, uint64_t ref)
{
    struct otpi_msg *msg, *before = NULL;

    if (!otpi_mailbox_fetch(proc))
        return;
    for (msg = proc->mail; msg != NULL; before = msg, msg = msg->next) {
        if (msg->body.kind != OTP_MESSAGE_DOWN || msg->body.ref != ref)
            continue;
        if (before == NULL)
            proc->mail = msg->next;
        else
            before->next = msg->next;
        if (proc->mail_last == msg)
            proc->mail_last = before;
        otpi_mailbox_count(proc);
        otpi_msg_free(msg);
        return;
    }
}

otp_status otp_monitor_stop(otp_monitor monitor, bool flush)
{
    struct otpi_proc *self = otpi_self_proc();

    if (self == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    otpi_check_alive();
    if (otpi_signal_demonitor(self, monitor.ref_))
        return OTP_OK;
    if (flush && !OTP_MUTANT(B197))
        flush_down(self, monitor.ref_);
    return OTP_NOT_FOUND;
}

bool otp_trap_exit(bool on)
{
    struct otpi_proc *self = otpi_self_proc();
    bool was;

    if (self == NULL)
        return false;
    otpi_lock_take(&self->lock);
    was = self->trap_exit != 0;
    self->trap_exit = on;
    otpi_lock_release(&self->lock);
    return was;
}
