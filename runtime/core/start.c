/* start.c - how a process begins.
 *
 * Idea: its first message is INIT, which carries the arguments and who is to be told; it is in the
 * mailbox before anybody can know the pid or the name, so it is handled first. The starter waits as
 * in a call; or, started asynchronously, gets a STARTED message; or, if there is no init that could
 * fail (a plain process) or a request is answered instead, hears nothing. Before it can run, what
 * keeps its name may be asked, which is the program's code: it is tied to its starter meanwhile.
 * Threads: any; link, monitor and async by a process. Locks: proc, one at a time. Owns: nothing.
 */
#include <string.h>

#include <otp/child.h>
#include <otp/share.h>

#include "base/alloc.h"
#include "base/apart.h"
#include "base/misuse.h"
#include "base/mutant.h"
#include "base/reason.h"
#include "core/call.h"
#include "core/memory.h"
#include "core/pool.h"
#include "core/sched.h"
#include "core/signal.h"

_Static_assert(sizeof(struct otpi_init) % 16 == 0, "the arguments are aligned to 16");

static const struct otp_start no_how;

/* What a start has to undo or to wait for. */
struct starting {
    const struct otp_process_spec *spec;
    const struct otp_start *how;
    struct otpi_proc *self; /* who starts it; NULL: a foreign thread */
    uint64_t self_pid;
    struct otpi_proc *proc;
    uint64_t pid, id;
    uint64_t holder; /* of the name, if that is taken */
    otp_monitor monitor;
};

static struct otpi_msg *make_init(const struct otp_process_spec *spec)
{
    bool plain = spec->layout == NULL || spec->layout->n_refs == 0;
    size_t size = spec->layout == NULL ? 0 : spec->layout->size;
    struct otpi_init *init;
    struct otpi_msg *msg;

    if (!plain) {
        size = otp_layout_measure(spec->layout, spec->args);
        if (size == 0)
            return NULL;
    }
    msg = otpi_msg_new(sizeof(struct otpi_init) + size);
    if (msg == NULL)
        return NULL;
    init = msg->body.args;
    memset(init, 0, sizeof *init);
    init->args = spec->args;
    if (spec->layout != NULL)
        init->args = init + 1;
    if (!plain)
        otp_layout_copy(spec->layout, spec->args, init + 1);
    else if (size != 0)
        otpi_copy(init + 1, spec->args, size);
    msg->body.kind = OTPI_MESSAGE_INIT;
    return msg;
}

/* As most children of supervisors are started: its parent gets no EXIT beside the DOWN. */
static bool tells_once(const struct otp_start *how)
{
    return how->link && how->monitor && how->async;
}

/* The monitor of who starts it, if its own end is to be there from the beginning; else 0. */
static uint64_t parent_ref(struct starting *start)
{
    if (tells_once(start->how) && !OTP_MUTANT(B199))
        start->monitor.ref_ = otpi_self_ref();
    return start->monitor.ref_;
}

/* A process that nobody knows of yet, its mailbox open and INIT in it. */
static otp_status make(struct starting *start)
{
    const struct otp_process_spec *spec = start->spec;
    struct otpi_msg *msg = make_init(spec);
    bool bare = spec->data_size == 0, huge = spec->data_size > UINT32_MAX;
    void *data = msg == NULL || bare || huge ? NULL : otpi_data_take(spec->data_size);
    struct otpi_proc *proc = NULL;
    struct otpi_starter *starter;

    if (msg != NULL && (data != NULL || bare))
        proc = otpi_proc_new(start->how->link ? start->self_pid : 0, parent_ref(start));

    if (proc == NULL) {
        otpi_data_give(data, spec->data_size);
        if (msg != NULL)
            otpi_msg_free(msg);
        return OTP_NOMEM;
    }
    starter = &((struct otpi_init *)msg->body.args)->starter;
    start->proc = proc;
    start->pid = atomic_load_explicit(&proc->pid, memory_order_relaxed);
    msg->to = start->pid;
    proc->mail = proc->mail_last = msg;
    atomic_store_explicit(&proc->fetched, 1, memory_order_relaxed);
    atomic_store_explicit(&proc->taken, 0, memory_order_relaxed);
    proc->behaviour = spec->behaviour;
    proc->module = spec->module;
    proc->data = data;
    proc->data_size = (uint32_t)spec->data_size;
    atomic_store_explicit(&proc->trap_exit, spec->trap_exit, memory_order_relaxed);
    if (spec->mailbox.limit != 0 && otpi_bound_set(proc, start->pid, &spec->mailbox) != OTP_OK) {
        otpi_data_give(data, spec->data_size);
        otpi_msg_free(msg);
        otpi_proc_discard(proc);
        return OTP_NOMEM;
    }
    proc->pool = spec->blocking ? OTPI_POOL_ALWAYS : 0;
    proc->start_status = OTP_EXIT;
    msg->body.from = spec->from;
    proc->for_request = spec->from.slot_ != NULL;
    proc->untold = !start->how->async && (spec->at_once || spec->from.slot_ != NULL);
    proc->told = proc->untold;
    if (!proc->untold)
        atomic_store_explicit(&proc->starter, starter, memory_order_relaxed);
    if (spec->from.slot_ != NULL)
        atomic_store_explicit(&((struct otpi_slot *)spec->from.slot_)->server, start->pid,
                              memory_order_relaxed);
    proc->parent = start->how->link ? start->self_pid : 0;
    proc->once = tells_once(start->how);
    if (start->how->async) {
        starter->pid = start->self_pid;
        starter->ref = spec->ref;
    }
    /* release: from here on messages are accepted; nobody is scheduled by them yet */
    atomic_store_explicit(&proc->inbox, NULL, memory_order_release);
    return OTP_OK;
}

OTPI_APART static void undo(struct starting *start)
{
    if (start->how->monitor)
        (void)otpi_signal_demonitor(start->self, start->monitor.ref_);
    if (start->how->link)
        (void)otpi_signal_unlink(start->self, start->self_pid, start->pid);
    otpi_lock_take(&start->proc->lock);
    atomic_store_explicit(&start->proc->starter, NULL, memory_order_relaxed);
    otpi_lock_release(&start->proc->lock);
    otpi_proc_die(start->proc, start->pid, &otpi_reason_normal);
    otpi_proc_bury(start->proc);
}

/* -- a name that is kept elsewhere: who keeps it may wait, or end the starter -- */

/* A process that nobody will run if its starter ends now: tied to that. */
struct unborn {
    struct otp_tie tie; /* first */
    struct otpi_proc *proc;
    uint64_t pid;
};

/* otp_tie: it is killed, and run to find that out. */
static void starter_ended(struct otp_tie *tie, otp_pid starter, const otp_reason *reason)
{
    struct unborn *unborn = (struct unborn *)tie;

    (void)starter;
    (void)reason;
    otpi_signal_exit(unborn->pid, 0, &otpi_reason_kill, false);
    otpi_sched_run(unborn->proc, false);
    otpi_release(unborn, sizeof *unborn);
}

static otp_status ask_keeper(struct starting *start)
{
    const struct otp_via *via = start->how->via;
    otp_pid pid, holder = otp_no_pid();
    otp_status status;

    pid.bits = start->pid;
    status = via->type->register_name(via, pid, &holder);
    start->holder = holder.bits;
    return OTP_MUTANT(B171) && status == OTP_ALREADY_STARTED ? OTP_OK : status;
}

OTPI_APART static otp_status register_via(struct starting *start)
{
    otp_pid self = { start->self_pid };
    struct unborn *unborn;
    otp_status status;

    if (start->self == NULL) /* a foreign thread comes back from there */
        return ask_keeper(start);
    unborn = otpi_alloc_zero(sizeof *unborn);
    if (unborn == NULL)
        return OTP_NOMEM;
    unborn->tie.ended = starter_ended;
    unborn->proc = start->proc;
    unborn->pid = start->pid;
    status = otp_tie_to(self, &unborn->tie);
    if (status != OTP_OK) {
        otpi_release(unborn, sizeof *unborn);
        return status;
    }
    status = ask_keeper(start);
    if (!otp_untie(self, &unborn->tie)) { /* the starter has ended: it is dealt with */
        start->proc = NULL;
        otpi_check_alive();
        return OTP_NOPROC; /* to a guest */
    }
    otpi_release(unborn, sizeof *unborn);
    return status;
}

/* Whom it is linked with has ended already: then so does it. */
OTPI_APART static void end_unlinked(struct starting *start)
{
    otpi_proc_die(start->proc, start->pid, &otpi_reason_noproc);
}

/* With who starts it, and perhaps its monitor: its own ends are there since it was made. Somebody
 * may have ended either. */
static otp_status link_with_starter(struct starting *start)
{
    otp_status status =
        otpi_signal_link_new(start->self, start->self_pid, start->pid, start->monitor.ref_);

    if (status == OTP_BADARG)
        end_unlinked(start);
    return status;
}

static otp_status link_with(struct starting *start, uint64_t other)
{
    otp_status status = otpi_signal_link(start->proc, start->pid, other);

    if (status == OTP_BADARG)
        end_unlinked(start);
    return status;
}

/* Link, monitor, name: all before it can run. BADARG of a link or monitor means that somebody has
 * ended it already: it tells its starter when it is run. */
static otp_status connect(struct starting *start)
{
    otp_status status = OTP_OK;

    if (start->how->link)
        status = link_with_starter(start);
    if (status == OTP_OK && start->spec->linked_with.bits != 0)
        status = link_with(start, start->spec->linked_with.bits);
    if ((status == OTP_OK || status == OTP_BADARG) && start->how->monitor &&
        start->monitor.ref_ == 0 && !OTP_MUTANT(B199)) {
        start->monitor.ref_ = otpi_self_ref();
        status = otpi_signal_watch(start->self, start->self_pid, start->pid, start->monitor.ref_);
    }
    if (status == OTP_BADARG)
        status = OTP_OK;
    if (status == OTP_OK && start->how->name != NULL)
        status = otpi_name_take(start->how->name, start->proc, start->pid, &start->holder);
    if (status == OTP_OK && start->how->via != NULL)
        status = register_via(start);
    return status;
}

/* Takes the EXIT of pid and the DOWN of its monitor out of the mailbox. */
static void flush_signals(struct otpi_proc *proc, uint64_t pid)
{
    struct otpi_msg **link = &proc->mail, *last = NULL;

    if (!otpi_mailbox_fetch(proc))
        return;
    while (*link != NULL) {
        struct otpi_msg *msg = *link;
        bool about = msg->body.kind == OTP_MESSAGE_EXIT || msg->body.kind == OTP_MESSAGE_DOWN;
        if (about && msg->body.pid.bits == pid) {
            *link = msg->next;
            otpi_mailbox_count(proc);
            otpi_msg_free(msg);
        } else {
            last = msg;
            link = &msg->next;
        }
    }
    proc->mail_last = last;
}

/* Nobody waits any more: it ends unseen. */
OTPI_APART static void give_up(struct starting *start)
{
    if (OTP_MUTANT(B008))
        return;
    if (start->how->monitor)
        (void)otpi_signal_demonitor(start->self, start->monitor.ref_);
    if (start->how->link)
        (void)otpi_signal_unlink(start->self, start->self_pid, start->pid);
    otpi_signal_exit(start->pid, 0, &otpi_reason_kill, false);
    if (start->self != NULL)
        flush_signals(start->self, start->pid);
}

static otp_status wait_for_init(struct starting *start)
{
    otp_duration limit = start->how->timeout == 0 ? OTP_INFINITY : start->how->timeout;
    otp_status status = otpi_call_wait(start->id, limit);
    otp_pid pid;

    if (status != OTP_OK && start->how->via != NULL && !OTP_MUTANT(B172)) {
        pid.bits = start->pid;
        start->how->via->type->unregister_name(start->how->via, pid);
    }
    if (status == OTP_TIMEOUT || status == OTP_NOMEM) {
        give_up(start);
    } else if (status != OTP_OK && start->how->monitor) {
        (void)otpi_signal_demonitor(start->self, start->monitor.ref_);
        (void)otp_monitor_stop(start->monitor, true);
    }
    return status;
}

/* Opens the wait for the outcome of init. */
static void expect_init(struct starting *start)
{
    otp_from from = { NULL, 0 };
    struct otpi_starter *starter;

    start->id = otpi_call_open(start->pid, NULL, &from);
    otpi_lock_take(&start->proc->lock);
    starter = atomic_load_explicit(&start->proc->starter, memory_order_relaxed);
    if (starter != NULL) {
        starter->slot = from.slot_;
        starter->id = from.id_;
    } else { /* it has been ended already: nobody told us */
        (void)otpi_slot_fail(from.slot_, from.id_, OTP_EXIT, &otpi_reason_killed);
    }
    otpi_lock_release(&start->proc->lock);
}

static bool is_guest(void)
{
    const struct otpi_fiber *fiber = otpi_self_fiber();
    return fiber != NULL && fiber->host != NULL;
}

/* What who starts it gets, on success only. */
static void give_out(const struct starting *start, otp_pid *pid)
{
    if (start->how->monitor_out != NULL)
        *start->how->monitor_out = start->monitor;
    pid->bits = start->pid;
}

/* Flat, as otp_call is: a process that lives for a moment is little else. */
__attribute__((flatten)) static otp_status run_start(struct starting *start, otp_pid *pid)
{
    bool waits = !start->how->async && !start->spec->at_once && start->spec->from.slot_ == NULL;
    otp_status status = make(start);

    if (status != OTP_OK)
        return otpi_call_failed(status);
    status = connect(start);
    if (status != OTP_OK) {
        if (start->proc != NULL)
            undo(start);
        if (status == OTP_ALREADY_STARTED)
            pid->bits = start->holder;
        return otpi_call_failed(status);
    }
    if (waits)
        expect_init(start);
    else
        give_out(start, pid); /* before it runs, which may look there */
    /* a guest's host waits for it, or for something else next */
    otpi_sched_run(start->proc, waits || is_guest());
    if (waits)
        status = wait_for_init(start);
    if (waits && status == OTP_OK)
        give_out(start, pid);
    return status;
}

otp_status otp_behaviour_start(const struct otp_process_spec *spec, const struct otp_start *how,
                               otp_pid *pid)
{
    struct starting start = { .spec = spec, .how = how == NULL ? &no_how : how };
    otp_status status = otpi_enter();

    if (status != OTP_OK)
        return status;
    otpi_check_alive();
    start.self = otpi_self_proc();
    start.self_pid = otpi_self_pid();
    if (start.self == NULL && (start.how->link || start.how->monitor || start.how->async))
        status = otpi_call_failed(OTP_WRONG_THREAD);
    else if (start.how->timeout < 0 || !otpi_name_is_valid(start.how->name))
        status = otpi_call_failed(OTP_BADARG);
    else if (atomic_load(&otpi_rt->stopping) != OTPI_STOP_NOT)
        status = otpi_call_failed(OTP_NOT_RUNNING);
    else
        status = run_start(&start, pid);
    otpi_leave();
    return status;
}

/* The starter is told once: here, or by the death of the process. False: it has been. */
static bool take_starter(struct otpi_proc *proc, struct otpi_starter *starter)
{
    /* relaxed: whoever has noted itself there did so before this process could run */
    struct otpi_starter *taken =
        atomic_exchange_explicit(&proc->starter, NULL, memory_order_relaxed);

    if (taken == NULL)
        return false;
    *starter = *taken;
    proc->told = 1;
    return true;
}

/* The starter is told by the death that follows. reason: borrowed. */
OTPI_APART static void fail_init(struct otpi_proc *proc, otp_status status,
                                 const otp_reason *reason)
{
    otpi_lock_take(&proc->lock);
    proc->start_status = (uint32_t)status;
    otpi_lock_release(&proc->lock);
    proc->quiet = 1;
    otpi_abandon(reason);
}

/* reason: borrowed; not looked at with OTP_OK. */
static void init_ack(otp_status status, const otp_reason *reason)
{
    struct otpi_proc *proc = otpi_self_proc();
    struct otpi_starter starter;

    if (proc == NULL)
        return;
    otpi_check_alive();
    if (status != OTP_OK)
        fail_init(proc, status, reason);
    else if (!proc->untold && take_starter(proc, &starter))
        otpi_signal_started(&starter, otpi_self_pid(), OTP_OK, NULL);
}

void otp_init_ack(otp_status status, otp_reason reason)
{
    init_ack(status, &reason);
}

otp_from otp_init_from(void)
{
    static const otp_from nobody;
    struct otpi_proc *proc = otpi_self_proc();

    return proc == NULL || proc->current == NULL ? nobody : proc->current->body.from;
}

const void *otp_init_args(void)
{
    struct otpi_proc *proc = otpi_self_proc();

    if (proc == NULL || proc->current == NULL || proc->current->body.kind != OTPI_MESSAGE_INIT)
        return NULL;
    return ((const struct otpi_init *)proc->current->body.args)->args;
}

const struct otp_module *otp_own_module(void)
{
    struct otpi_proc *proc = otpi_self_proc();

    return proc == NULL ? NULL : proc->module;
}

/* -- plain processes -- */

struct plain {
    void (*run)(void *arg); /* with arg; or, of a supervisor's child, .. */
    void *arg;
    const struct otp_process_module *module; /* .. its run with options, of which there are n */
    const void *options;
    size_t n;
};

static void plain_init(void *data, const void *args)
{
    const struct plain *plain = args;

    (void)data;
    init_ack(OTP_OK, NULL);
    if (plain->module != NULL)
        plain->module->run(plain->n > 0 ? plain->options : NULL);
    else
        plain->run(plain->arg);
    otpi_finish(&otpi_reason_normal);
}

/* Its only callback is init, which ends the process: no message gets here. */
static void plain_receive(void *data, const struct otp_message *message)
{
    (void)data;
    (void)message;
}

const struct otp_behaviour otpi_plain = { "process", plain_init, plain_receive, NULL,
                                          NULL,      NULL,       NULL };

static const struct otp_layout plain_layout = { sizeof(struct plain), 0, NULL };

/* Who starts many processes lets some of them run now and then: until they have, what they need is
 * touched for the first time. A plain process may park anywhere. */
static void give_way(void)
{
    struct otpi_fiber *fiber = otpi_self_fiber();

    if (fiber == NULL || fiber->proc == NULL || fiber->proc->behaviour != &otpi_plain)
        return;
    otpi_sched_give_way(fiber);
    otpi_check_alive();
}

otp_status otp_spawn(void (*run)(void *arg), void *arg, const struct otp_start *how, otp_pid *pid)
{
    struct plain plain = { .run = run, .arg = arg };
    struct otp_process_spec spec = { .behaviour = &otpi_plain, .at_once = true };
    otp_status status;

    spec.layout = &plain_layout;
    spec.args = &plain;
    status = otp_behaviour_start(&spec, how, pid);
    if (status == OTP_OK)
        give_way();
    return OTPI_JUDGED(status);
}

otp_status otp_process_start(const struct otp_module *module, const struct otp_start *how,
                             const void *options, otp_pid *pid)
{
    struct plain plain = { .module = (const struct otp_process_module *)module };
    struct otp_ref ref = {
        OTP_REF_LIST, 0, 0, offsetof(struct plain, options), 0, module->options
    };
    struct otp_layout layout = { sizeof plain, module->options != NULL ? 1 : 0, &ref };
    struct otp_process_spec spec = { .behaviour = &otpi_plain, .at_once = true };

    if ((module->options != NULL) != (options != NULL))
        return OTPI_JUDGED(OTP_BADARG);
    plain.options = options;
    plain.n = options != NULL ? 1 : 0;
    spec.layout = &layout;
    spec.args = &plain;
    return OTPI_JUDGED(otp_behaviour_start(&spec, how, pid));
}
