/* run.c - running a process.
 *
 * Idea: a worker takes a process, gives it messages until none is left or its turn is over, and
 * leaves it. Between two messages it looks whether the process is to end. Frames that otp_exit or
 * a signal abandoned are replaced by fresh ones: the process goes on in its behaviour's unwind.
 * Threads: the worker's own, on the current fiber. Locks: none. Owns: nothing.
 */
#include <otp/log.h>

#include "base/apart.h"
#include "base/mutant.h"
#include "base/reason.h"
#include "core/call.h"
#include "core/memory.h"
#include "core/point.h"
#include "core/pool.h"
#include "core/sched.h"
#include "plat/sim.h"

#define TURN    64
#define UNWINDS 3 /* a handler, terminate, report */

/* For whoever wants to know why this worker does not get on. */
static void note_running(const struct otpi_proc *proc)
{
    struct otpi_worker *worker = otpi_me()->worker;

    /* release: pairs with the acquire in otpi_rescue_accuse; the process is made */
    atomic_store_explicit(&worker->running, atomic_load_explicit(&proc->pid, memory_order_relaxed),
                          memory_order_release);
    atomic_store_explicit(&worker->received,
                          atomic_load_explicit(&worker->received, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

/* For whoever wants to know whether it is worth being shared by workers: see gather.h. */
static void note_worker(struct otpi_proc *proc, struct otpi_worker *worker)
{
    if (proc->ran_on == worker->index)
        return;
    proc->ran_on = (uint16_t)worker->index;
    atomic_store_explicit(&worker->moved,
                          atomic_load_explicit(&worker->moved, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

static void begin(struct otpi_proc *proc, struct otpi_fiber *fiber)
{
    fiber->proc = proc;
    /* release: who wants to wake it finds a fiber that is made */
    atomic_store_explicit(&proc->fiber, fiber, memory_order_release);
}

static void leave(struct otpi_proc *proc, struct otpi_fiber *fiber)
{
    fiber->proc = NULL;
    atomic_store_explicit(&proc->fiber, NULL, memory_order_relaxed);
}

OTPI_APART static void log_exit(struct otpi_proc *proc, const otp_reason *reason)
{
    struct otp_log_event event = { .level = OTP_LOG_ERROR, .kind = OTP_LOG_EXIT };
    const struct otp_message *last = proc->current == NULL ? NULL : &proc->current->body;
    otp_reason shown = *reason;

    event.pid = otp_self();
    event.reason = &shown;
    event.text = "a process ended abnormally";
    if (proc->module != NULL) {
        event.module = proc->module->name;
        event.source = proc->module->source;
    }
    otpi_lock_take(&proc->lock);
    event.name = proc->name == NULL ? NULL : proc->name->text; /* cells are never freed */
    otpi_lock_release(&proc->lock);
    if (last != NULL && last->type != NULL) {
        event.message = last->type->name;
        event.client = last->pid;
    }
    if (proc->behaviour->report != NULL)
        proc->behaviour->report(proc->data, last, &shown, &event);
    otp_log(&event);
}

/* The process ends by its own doing. */
OTPI_APART static void end(struct otpi_proc *proc, const otp_reason *reason)
{
    if (!proc->quiet && !otpi_reason_is_clean(reason))
        log_exit(proc, reason);
    otpi_proc_die(proc, atomic_load_explicit(&proc->pid, memory_order_relaxed), reason);
    otpi_proc_bury(proc);
}

OTPI_APART static void end_doomed(struct otpi_proc *proc)
{
    otpi_proc_die(proc, otp_self().bits, &otpi_reason_killed); /* nothing if it is dead */
    otpi_proc_bury(proc);
}

OTPI_APART static void fail_call(struct otpi_proc *proc, struct otpi_slot *asking, uint32_t kind)
{
    otp_status status = kind == OTP_MESSAGE_SYSTEM ? OTP_WRONG_MODULE : OTP_EXIT;
    otp_reason reason = otp_reason_make(OTP_REASON_BAD_RETURN, NULL, 0);

    (void)otpi_slot_fail(asking, atomic_load_explicit(&proc->asking_id, memory_order_relaxed),
                         status, &reason);
    atomic_store_explicit(&proc->asking, NULL, memory_order_relaxed);
}

/* A behaviour that neither answers a request nor defers it would leave its caller to the
 * timeout. */
static void close_call(struct otpi_proc *proc, uint32_t kind)
{
    struct otpi_slot *asking = atomic_load_explicit(&proc->asking, memory_order_relaxed);

    if (asking != NULL)
        fail_call(proc, asking, kind);
}

/* False: not for this process, or not of its module; it is dropped. */
static bool accepts(struct otpi_proc *proc, const struct otpi_msg *msg)
{
    const struct otp_message_type *type = msg->body.type;

    return type == NULL || proc->module == NULL || type->module == proc->module ||
           msg->body.kind == OTP_MESSAGE_EVENT;
}

static void deliver(struct otpi_proc *proc, struct otpi_msg *msg)
{
    if (msg->body.from.slot_ != NULL) {
        atomic_store_explicit(&proc->asking_id, msg->body.from.id_, memory_order_relaxed);
        atomic_store_explicit(&proc->asking, msg->body.from.slot_, memory_order_relaxed);
    }
    if (msg->body.kind == OTPI_MESSAGE_INIT) {
        proc->behaviour->init(proc->data, ((struct otpi_init *)msg->body.args)->args);
        if (msg->body.from.slot_ != NULL && !proc->finishing)
            (void)otp_defer_reply(msg->body.from); /* no memory for that: it fails at once */
        return;
    }
    proc->behaviour->receive(proc->data, &msg->body);
    if (msg->body.from.slot_ != NULL && !proc->finishing)
        close_call(proc, msg->body.kind);
}

/* A supervisor says later how its start went: until then INIT is needed. */
static bool owes_start(struct otpi_proc *proc)
{
    bool owes;

    otpi_lock_take(&proc->lock);
    owes = proc->starter != NULL;
    otpi_lock_release(&proc->lock);
    return owes;
}

/* One message. False: the process has ended and is buried. */
static bool receive(struct otpi_fiber *fiber, struct otpi_proc *proc, struct otpi_msg *msg)
{
    uint32_t tick = atomic_load_explicit(&otpi_rt->tick, memory_order_relaxed);
    uint8_t slow;

    if (msg->to != atomic_load_explicit(&proc->pid, memory_order_relaxed)) {
        otpi_msg_refuse(msg, OTP_NOPROC, &otpi_reason_noproc);
        return true;
    }
    if (OTP_MUTANT(B047) && msg->body.kind == OTP_MESSAGE_STOP &&
        !otpi_slot_is_waiting(msg->body.from.slot_, msg->body.from.id_)) {
        otpi_msg_free(msg);
        return true;
    }
    if (OTP_MUTANT(B029) && msg->body.kind == OTP_MESSAGE_USER && msg->body.from.slot_ != NULL &&
        !otpi_slot_is_waiting(msg->body.from.slot_, msg->body.from.id_)) {
        otpi_msg_free(msg);
        return true;
    }
    if (!accepts(proc, msg)) {
        otpi_msg_refuse(msg, OTP_WRONG_MODULE, NULL);
        return true;
    }
    proc->current = msg;
    note_running(proc);
    deliver(proc, msg);
    if (otpi_me() == NULL)
        otpi_plat_die("a handler returned in a forked child: end that by exec or _exit");
    otpi_scratch_reset(&fiber->scratch);
    if (proc->finishing) {
        end(proc, &fiber->exit_reason);
        return false;
    }
    proc->current = NULL;
    if (msg->body.kind == OTPI_MESSAGE_INIT && owes_start(proc))
        proc->received = msg;
    else
        otpi_msg_free(msg);
    /* two ticks: at least a millisecond, not one that happened to end meanwhile */
    slow = atomic_load_explicit(&otpi_rt->tick, memory_order_relaxed) - tick >= 2;
    if (proc->slow != slow) /* senders read beside it */
        proc->slow = slow;
    return true;
}

static bool is_blocking(const struct otpi_msg *msg)
{
    return msg->body.kind == OTP_MESSAGE_USER && msg->body.type->blocking;
}

/* Flat, as otp_call is: this is the frame that every handler returns to. */
__attribute__((flatten)) void otpi_run_proc(struct otpi_proc *proc)
{
    struct otpi_fiber *fiber = otpi_self_fiber();

    begin(proc, fiber);
    note_worker(proc, fiber->home);
    for (int n = 0; n < TURN; n++) {
        struct otpi_msg *msg, *none = NULL;

        if (otpi_is_doomed(proc)) {
            end_doomed(proc);
            fiber->proc = NULL;
            return;
        }
        msg = otpi_mailbox_take(proc);
        if (msg != NULL) {
            const struct otpi_worker *worker = fiber->home;
            if ((worker->is_pool || proc->pool != 0 || is_blocking(msg)) &&
                otpi_pool_moves(worker, proc, msg))
                break;
            if (msg->counted != 0)
                otpi_bound_leave(proc, msg->to);
            if (!receive(fiber, proc, msg)) {
                fiber->proc = NULL;
                return;
            }
            if (proc->pool != 0)
                proc->pool &= OTPI_POOL_ALWAYS;
            continue;
        }
        leave(proc, fiber);
        OTPI_POINT();
        /* release: the next who runs it sees all that this one did */
        if (atomic_compare_exchange_strong_explicit(&proc->inbox, &none, OTPI_INBOX_IDLE,
                                                    memory_order_release, memory_order_relaxed))
            return;
        begin(proc, fiber);
    }
    leave(proc, fiber);
    otpi_sched_run(proc, false);
}

/* -- abandoned frames -- */

OTPI_APART void otpi_abandon(const otp_reason *reason)
{
    struct otpi_worker *worker = otpi_me()->worker;
    struct otpi_fiber *fiber = worker->self.current;
    struct otpi_proc *proc = fiber->proc;

    otpi_sched_unwait(fiber);
    otpi_call_abandon(&fiber->slot);
    worker->orphan = proc;
    worker->orphan_reason = *reason;
    atomic_store_explicit(&proc->fiber, NULL, memory_order_relaxed);
    otpi_sched_abandon();
}

OTPI_APART void otpi_abandon_doomed(void)
{
    otpi_self_proc()->quiet = 1;
    otpi_abandon(&otpi_reason_killed);
}

void otp_exit(otp_reason reason)
{
    char text[160];

    if (otpi_self_proc() == NULL) {
        otpi_plat_die(otp_reason_format(reason, text, sizeof text));
    }
    otpi_abandon(&reason);
}

void otpi_run_orphan(struct otpi_worker *worker, struct otpi_proc *proc)
{
    struct otpi_fiber *fiber = worker->self.current;
    otp_reason reason = worker->orphan_reason;

    begin(proc, fiber);
    if (atomic_load_explicit(&proc->dead, memory_order_acquire) == 0) {
        fiber->exit_reason = reason;
        if (!proc->quiet && proc->behaviour->unwind != NULL && proc->unwinding < UNWINDS) {
            proc->unwinding++;
            proc->finishing = 0;
            proc->behaviour->unwind(proc->data, reason);
            otpi_scratch_reset(&fiber->scratch);
        }
        reason = fiber->exit_reason;
        end(proc, &reason);
    } else {
        otpi_proc_bury(proc);
    }
    fiber->proc = NULL;
}

void otpi_finish(const otp_reason *reason)
{
    struct otpi_fiber *fiber = otpi_self_fiber();

    if (fiber == NULL || fiber->proc == NULL)
        return;
    fiber->exit_reason = *reason;
    fiber->proc->finishing = 1;
}

void otp_finish(otp_reason reason)
{
    otpi_finish(&reason);
}

void otp_scratch_reset(void)
{
    struct otpi_fiber *fiber = otpi_self_fiber();

    if (fiber != NULL)
        otpi_scratch_reset(&fiber->scratch);
}

void otp_yield(void)
{
    struct otpi_fiber *fiber = otpi_self_fiber();

    if (fiber == NULL || fiber->proc == NULL)
        return;
    if (otpi_sim_is_on())
        otpi_sim_ask();
    otpi_check_alive();
    /* not PARKED while it is in the ready list: a waker does not put it there again */
    otpi_sched_yield(fiber);
    otpi_check_alive();
}

void *otp_behaviour_data(const struct otp_behaviour *behaviour)
{
    struct otpi_proc *proc = otpi_self_proc();

    return proc != NULL && proc->behaviour == behaviour ? proc->data : NULL;
}
