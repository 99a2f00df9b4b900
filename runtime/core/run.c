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

/* A behaviour that neither answers a request nor defers it would leave its caller to the
 * timeout. */
OTPI_APART static void fail_call(const otp_from *from, uint32_t kind)
{
    otp_status status = kind == OTP_MESSAGE_SYSTEM ? OTP_WRONG_MODULE : OTP_EXIT;
    otp_reason reason = otp_reason_make(OTP_REASON_BAD_RETURN, NULL, 0);

    (void)otpi_slot_fail(from->slot_, from->id_, status, &reason);
}

static void close_call(struct otpi_proc *proc, const otp_from *from, uint32_t kind)
{
    if (atomic_load_explicit(&proc->asking, memory_order_relaxed) == NULL)
        return;
    fail_call(from, kind);
    atomic_store_explicit(&proc->asking, NULL, memory_order_relaxed);
}

static void note_call(struct otpi_proc *proc, const otp_from *from)
{
    atomic_store_explicit(&proc->asking_id, from->id_, memory_order_relaxed);
    atomic_store_explicit(&proc->asking, from->slot_, memory_order_relaxed);
}

/* Who asks is told if the process ends meanwhile. False: it is refused for want of memory. */
static bool open_call(struct otpi_proc *proc, const otp_from *from)
{
    if (from->slot_ == NULL)
        return true;
    if (OTPI_SELDOM(proc->kept) && !otpi_call_put_away(proc)) {
        (void)otpi_slot_fail(from->slot_, from->id_, OTP_NOMEM, NULL);
        return false;
    }
    note_call(proc, from);
    return true;
}

/* A supervisor says later how its start went: until then INIT is needed. */
static bool owes_start(struct otpi_proc *proc)
{
    bool owes;

    if (proc->told)
        return false;
    otpi_lock_take(&proc->lock);
    owes = atomic_load_explicit(&proc->starter, memory_order_relaxed) != NULL;
    otpi_lock_release(&proc->lock);
    return owes;
}

/* After a handler. By the thread that it has returned in. */
static struct otpi_self *returned(struct otpi_fiber *fiber)
{
    struct otpi_self *self = otpi_me();

    if (OTPI_SELDOM(self == NULL))
        otpi_plat_die("a handler returned in a forked child: end that by exec or _exit");
    otpi_scratch_reset(&fiber->scratch);
    return self;
}

/* The first message. False: the process has ended and is buried. */
static bool receive_init(struct otpi_fiber *fiber, struct otpi_proc *proc, struct otpi_msg *msg)
{
    proc->current = msg;
    (void)open_call(proc, &msg->body.from); /* its first: nothing is kept */
    proc->behaviour->init(proc->data, ((struct otpi_init *)msg->body.args)->args);
    if (msg->body.from.slot_ != NULL && !proc->finishing)
        (void)otp_defer_reply(msg->body.from); /* no memory for that: it fails at once */
    (void)returned(fiber);
    if (proc->finishing) {
        end(proc, &fiber->exit_reason);
        return false;
    }
    proc->current = NULL;
    if (owes_start(proc))
        proc->received = msg;
    else
        otpi_msg_free(msg);
    return true;
}

/* For this process, of its module, and to be handled here and now, as nearly all are. */
static bool is_usual(const struct otpi_proc *proc, const struct otpi_msg *msg)
{
    bool passed_by = OTP_MUTANT(B029);

    return !passed_by && msg->body.kind == OTP_MESSAGE_USER &&
           msg->body.type->module == proc->module && !msg->body.type->blocking &&
           msg->counted == 0 && msg->to == atomic_load_explicit(&proc->pid, memory_order_relaxed);
}

/* For this process, and of its module; else it is dropped. */
static bool accepts(const struct otpi_proc *proc, struct otpi_msg *msg)
{
    const struct otp_message_type *type = msg->body.type;

    if (msg->to != atomic_load_explicit(&proc->pid, memory_order_relaxed))
        otpi_msg_refuse(msg, OTP_NOPROC, &otpi_reason_noproc);
    else if (type != NULL && proc->module != NULL && type->module != proc->module &&
             msg->body.kind != OTP_MESSAGE_EVENT)
        otpi_msg_refuse(msg, OTP_WRONG_MODULE, NULL);
    else
        return true;
    return false;
}

/* A fault on purpose: what nobody waits for any more is not carried out. */
static bool is_passed_by(struct otpi_msg *msg)
{
    bool passed =
        (OTP_MUTANT(B047) && msg->body.kind == OTP_MESSAGE_STOP) ||
        (OTP_MUTANT(B029) && msg->body.kind == OTP_MESSAGE_USER && msg->body.from.slot_ != NULL);

    if (!passed || otpi_slot_is_waiting(msg->body.from.slot_, msg->body.from.id_))
        return false;
    otpi_msg_free(msg);
    return true;
}

/* A message that its behaviour receives. False: the process has ended and is buried. */
static bool receive(struct otpi_fiber *fiber, struct otpi_proc *proc, struct otpi_msg *msg)
{
    struct otpi_self *self;

    if (OTPI_SELDOM(!open_call(proc, &msg->body.from))) {
        otpi_msg_free(msg);
        return true;
    }
    proc->current = msg;
    proc->behaviour->receive(proc->data, &msg->body);
    self = returned(fiber);
    if (OTPI_SELDOM(proc->finishing)) {
        end(proc, &fiber->exit_reason);
        return false;
    }
    if (msg->body.from.slot_ != NULL)
        close_call(proc, &msg->body.from, msg->body.kind);
    proc->current = NULL;
    otpi_msg_drop(self->magazines, msg);
    return true;
}

/* Any message. pooled: for the next one the process may have to move again. False as above. */
OTPI_APART static bool receive_any(struct otpi_fiber *fiber, struct otpi_proc *proc,
                                   struct otpi_msg *msg, bool pooled)
{
    bool goes_on = true;

    if (msg->counted != 0)
        otpi_bound_leave(proc, msg->to);
    if (!is_passed_by(msg) && accepts(proc, msg))
        goes_on = msg->body.kind == OTPI_MESSAGE_INIT ? receive_init(fiber, proc, msg)
                                                      : receive(fiber, proc, msg);
    if (goes_on && pooled)
        proc->pool &= OTPI_POOL_ALWAYS;
    return goes_on;
}

static uint32_t now_tick(void)
{
    return atomic_load_explicit(&otpi_rt->tick, memory_order_relaxed);
}

/* Whether its last handler was slow, which began in that tick. Gives the tick in which it ended.
 * Two ticks: at least a millisecond, not one that happened to end meanwhile. */
static uint32_t note_slow(struct otpi_proc *proc, uint32_t began)
{
    uint32_t now = now_tick();

    if (OTPI_SELDOM(now != began || proc->slow != 0)) /* senders read beside it */
        proc->slow = now - began >= 2;
    return now;
}

/* The guest has not answered its host. True: it will, or who buries it. */
OTPI_APART static bool owes_answer(struct otpi_fiber *fiber, struct otpi_proc *proc,
                                   const otp_from *from)
{
    if (!fiber->near_kept && otpi_is_doomed(proc))
        (void)otp_defer_reply(*from); /* no memory for that: it fails at once */
    otpi_call_near_open(fiber);
    if (fiber->near_kept) {
        note_call(proc, from);
        proc->kept = 1;
    }
    return fiber->near_kept;
}

/* A guest that is asked something by its host. */
static bool run_near(struct otpi_fiber *fiber, struct otpi_proc *proc,
                     const struct otp_message *message)
{
    bool owes = true;

    proc->behaviour->receive(proc->data, message);
    if (fiber->near_id != 0)
        owes = owes_answer(fiber, proc, &message->from);
    if (proc->finishing) {
        end(proc, &fiber->guest_exit);
        (void)otpi_slot_fail(message->from.slot_, message->from.id_, OTP_EXIT, &fiber->guest_exit);
        return false;
    }
    if (!owes)
        fail_call(&message->from, message->kind);
    return true;
}

bool otpi_run_guest(struct otpi_fiber *fiber, struct otpi_proc *proc,
                    const struct otp_message *message)
{
    if (fiber->near_id != 0)
        return run_near(fiber, proc, message);
    if (!open_call(proc, &message->from))
        return true;
    proc->behaviour->receive(proc->data, message);
    if (proc->finishing) {
        end(proc, &fiber->guest_exit);
        return false;
    }
    if (message->from.slot_ != NULL)
        close_call(proc, &message->from, message->kind);
    return true;
}

static bool is_blocking(const struct otpi_msg *msg)
{
    return msg->body.kind == OTP_MESSAGE_USER && msg->body.type->blocking;
}

/* Gives how many messages it has received. */
static uint32_t take_turn(struct otpi_fiber *fiber, struct otpi_proc *proc)
{
    bool pooled = fiber->home->is_pool || proc->pool != 0; /* a later home is of the same kind */
    uint32_t tick = now_tick(), n = 0;

    while (n < TURN) {
        struct otpi_msg *msg, *none = NULL;

        if (OTPI_SELDOM(otpi_is_doomed(proc))) {
            end_doomed(proc);
            fiber->proc = NULL;
            return n;
        }
        msg = otpi_mailbox_take(proc);
        if (msg != NULL) {
            bool goes_on;

            if (OTPI_SELDOM(pooled || !is_usual(proc, msg))) {
                if ((pooled || is_blocking(msg)) && otpi_pool_moves(fiber->home, proc, msg))
                    break;
                goes_on = receive_any(fiber, proc, msg, pooled);
            } else {
                goes_on = receive(fiber, proc, msg);
            }
            n++;
            if (OTPI_SELDOM(!goes_on)) {
                fiber->proc = NULL;
                return n;
            }
            tick = note_slow(proc, tick);
            continue;
        }
        leave(proc, fiber);
        OTPI_POINT();
        /* release: the next who runs it sees all that this one did */
        if (atomic_compare_exchange_strong_explicit(&proc->inbox, &none, OTPI_INBOX_IDLE,
                                                    memory_order_release, memory_order_relaxed))
            return n;
        begin(proc, fiber);
    }
    leave(proc, fiber);
    otpi_sched_run(proc, false);
    return n;
}

/* Flat, as otp_call is: this is the frame that every handler returns to. */
__attribute__((flatten)) void otpi_run_proc(struct otpi_fiber *fiber, struct otpi_proc *proc)
{
    struct otpi_worker *worker = fiber->home;
    uint32_t n;

    begin(proc, fiber);
    otpi_sched_note(worker, proc);
    note_worker(proc, worker);
    n = take_turn(fiber, proc);
    worker = fiber->home;
    atomic_store_explicit(&worker->received,
                          atomic_load_explicit(&worker->received, memory_order_relaxed) + n,
                          memory_order_relaxed);
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
    if (otpi_self_fiber()->host != NULL)
        return;
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
    otpi_sched_note(worker, proc);
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
    *(fiber->host == NULL ? &fiber->exit_reason : &fiber->guest_exit) = *reason;
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
