/* child.c - a thread as a child of a supervisor.
 *
 * Idea: a thread cannot be killed, a process can: so a process stands for the thread, waits for
 * what it has to tell, and passes on what it is told. What both need is in one block, which goes
 * when both have let it go: a thread whose process was killed runs on and finds its block.
 * Threads: otp_ functions see otp/child.h; the behaviours' functions their processes.
 * Locks: none.
 * Owns: the block of a thread, by count. */
#include <otp/child.h>

#include <stdatomic.h>

#include <otp/share.h>

#include "base/alloc.h"
#include "base/host.h"
#include "base/misuse.h"

/* -- a thread: its block -- */

struct otp_thread {
    const struct otp_thread_module *module; /* const, as the next three */
    const void *options;
    otp_pid pid;
    size_t size;              /* of the block */
    _Atomic uint32_t holders; /* atomic: the process and the thread */
    _Atomic bool stopping;    /* atomic: the thread is to end */
    _Atomic(void *) context;  /* atomic: run's and stop's */
    _Alignas(16) unsigned char copy[];
};

static void let_go(struct otp_thread *thread)
{
    /* acq_rel: the last one sees what the other has done with it */
    if (atomic_fetch_sub_explicit(&thread->holders, 1, memory_order_acq_rel) == 1)
        otpi_release(thread, thread->size);
}

static struct otp_thread *make_thread(const struct otp_thread_module *module, const void *options)
{
    const struct otp_layout *layout = module->module.options;
    size_t size = layout == NULL ? 0 : otp_layout_measure(layout, options);
    struct otp_thread *thread = NULL;
    if (layout == NULL || size > 0)
        thread = otpi_alloc_zero(sizeof(*thread) + size);
    if (thread == NULL)
        return NULL;
    thread->module = module;
    thread->size = sizeof(*thread) + size;
    if (layout != NULL) {
        otp_layout_copy(layout, options, thread->copy);
        thread->options = thread->copy;
    }
    atomic_init(&thread->holders, 1);
    atomic_init(&thread->stopping, false);
    atomic_init(&thread->context, NULL);
    return thread;
}

/* -- a thread: the thread's side -- */

static const struct otp_layout reason_layout = { sizeof(otp_reason), 0, NULL };
static const struct otp_message_type ready_type = { .name = "ready",
                                                    .message_class = OTP_CLASS_EVENT };
static const struct otp_message_type done_type = { .name = "done",
                                                   .message_class = OTP_CLASS_EVENT,
                                                   .args = &reason_layout };

void otp_thread_ready(struct otp_thread *thread)
{
    /* No memory, or the process has been killed: nobody waits for this any more, or the start time
     * of who does runs out. */
    (void)otp_publish(&thread->pid, 1, &ready_type, NULL);
}

bool otp_thread_stopping(const struct otp_thread *thread)
{
    return atomic_load(&thread->stopping);
}

void otp_thread_set(struct otp_thread *thread, void *context)
{
    atomic_store(&thread->context, context);
}

void *otp_thread_get(const struct otp_thread *thread)
{
    return atomic_load(&thread->context);
}

otp_pid otp_thread_pid(const struct otp_thread *thread)
{
    return thread->pid;
}

static void run_thread(void *arg)
{
    struct otp_thread *thread = arg;
    otp_reason reason = thread->module->run(thread, thread->options);
    /* No memory to tell: an exit signal says the same, without the reason. */
    if (otp_publish(&thread->pid, 1, &done_type, &reason) == OTP_NOMEM)
        (void)otp_exit_signal(thread->pid, otp_kill());
    let_go(thread);
}

/* -- a thread: the process's side -- */

/* The data of the process. owner: the process. */
struct stand_in {
    struct otp_thread *thread;
    bool ready;    /* the start is done */
    bool stopping; /* it ends with reason, whatever run returns */
    otp_reason reason;
};

/* What the process holds, tied to it. */
struct hold {
    struct otp_tie tie; /* first */
    struct otp_thread *thread;
};

/* otp_tie: the process has ended, however it did. */
static void process_ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    struct hold *hold = (struct hold *)tie;
    (void)pid, (void)reason;
    atomic_store(&hold->thread->stopping, true);
    let_go(hold->thread);
    otpi_release(hold, sizeof(*hold));
}

/* What the process begins with. */
struct args {
    const struct otp_module *module;
    const void *options; /* n of them: 0 or 1 */
    size_t n;
};

/* Makes the block and has it go with the calling process. NULL: no memory. */
static struct otp_thread *hold_thread(const struct args *args)
{
    const struct otp_thread_module *module = (const struct otp_thread_module *)args->module;
    struct hold *hold = otpi_alloc_zero(sizeof(*hold));
    struct otp_thread *thread = hold == NULL ? NULL : make_thread(module, args->options);
    if (thread != NULL) {
        thread->pid = otp_self();
        hold->thread = thread;
        hold->tie.ended = process_ended;
        if (otp_tie_to(thread->pid, &hold->tie) == OTP_OK)
            return thread;
        let_go(thread);
    }
    otpi_release(hold, sizeof(*hold));
    return NULL;
}

static void thread_init(void *data, const void *args)
{
    struct stand_in *self = data;
    struct otp_thread *thread = hold_thread(args);
    if (thread == NULL)
        otp_init_ack(OTP_EXIT, otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    self->thread = thread;
    atomic_fetch_add_explicit(&thread->holders, 1, memory_order_relaxed);
    if (otpi_host_thread(run_thread, thread))
        return; /* it says when it is ready */
    let_go(thread);
    otp_init_ack(OTP_EXIT, otp_reason_make(OTP_REASON_STATUS, otp_status_text(OTP_SYSTEM),
                                           (int64_t)OTP_SYSTEM));
}

static void end_thread(struct stand_in *self, const otp_reason *reason)
{
    const struct otp_thread_module *module = self->thread->module;
    if (self->stopping)
        return;
    self->stopping = true;
    self->reason = *reason;
    atomic_store(&self->thread->stopping, true);
    if (self->ready && module->stop != NULL)
        module->stop(self->thread, self->thread->options);
}

/* It may have been told to end before it was ready: then it is woken now. */
static void thread_ready(struct stand_in *self)
{
    const struct otp_thread_module *module = self->thread->module;
    if (self->ready)
        return;
    self->ready = true;
    otp_init_ack(OTP_OK, otp_normal());
    if (self->stopping && module->stop != NULL)
        module->stop(self->thread, self->thread->options);
}

static void thread_done(struct stand_in *self, const otp_reason *reason)
{
    if (!self->ready)
        otp_init_ack(OTP_EXIT, *reason);
    otp_finish(self->stopping ? self->reason : *reason);
}

/* It traps exits only to have time for its thread: to others it is a process that does not, so the
 * normal end of a stranger is nothing to it. */
static void receive_exit(struct stand_in *self, const struct otp_message *message)
{
    bool is_parent = message->pid.bits != 0 && otp_pid_equal(message->pid, otp_parent());
    if (is_parent || message->reason->kind != OTP_REASON_NORMAL)
        end_thread(self, message->reason);
}

static void thread_receive(void *data, const struct otp_message *message)
{
    struct stand_in *self = data;
    switch ((enum otp_message_kind)message->kind) {
    case OTP_MESSAGE_EVENT:
        if (message->type == &ready_type)
            thread_ready(self);
        else if (message->type == &done_type)
            thread_done(self, message->args);
        break;
    case OTP_MESSAGE_STOP:
        /* Who asked is told by our end. No memory to remember him: he is told too early. */
        (void)otp_defer_reply(message->from);
        end_thread(self, message->reason);
        break;
    case OTP_MESSAGE_EXIT: receive_exit(self, message); break;
    case OTP_MESSAGE_DOWN:
    case OTP_MESSAGE_STARTED:
    case OTP_MESSAGE_TIMER:
    case OTP_MESSAGE_SYSTEM:
    case OTP_MESSAGE_USER: break;
    }
}

static const struct otp_behaviour thread_behaviour = { "thread", thread_init, thread_receive,
                                                       NULL,     NULL,        NULL,
                                                       NULL };

otp_status otp_thread_start(const struct otp_module *module, const struct otp_start *how,
                            const void *options, otp_pid *pid)
{
    struct args args = { module, options, options != NULL ? 1 : 0 };
    struct otp_ref ref = { OTP_REF_LIST, 0, 0, offsetof(struct args, options), 0, module->options };
    struct otp_layout layout = { sizeof(args), module->options != NULL ? 1 : 0, &ref };
    struct otp_process_spec spec = { 0 };
    if ((module->options != NULL) != (options != NULL))
        return OTPI_JUDGED(OTP_BADARG);
    spec.behaviour = &thread_behaviour;
    spec.data_size = sizeof(struct stand_in);
    spec.trap_exit = true;
    spec.layout = &layout;
    spec.args = &args;
    return OTPI_JUDGED(otp_behaviour_start(&spec, how, pid));
}
