/* receive.c - the mailbox of a plain process.
 *
 * Idea: a plain process reads its own mailbox. Messages that its match does not accept stay, in
 * order; a wait looks at new ones only. While it waits the inbox says WAITING: who sends wakes it.
 * Threads: the process's own. Locks: none. Owns: what was given out last.
 */
#include "base/apart.h"
#include "base/misuse.h"
#include "core/call.h"
#include "core/sched.h"

static bool any(const struct otp_message *message, void *context)
{
    (void)message;
    (void)context;
    return true;
}

/* The message that was given out last is done with; so is the scratch memory. */
static void drop_received(struct otpi_proc *proc, struct otpi_fiber *fiber)
{
    if (proc->received != NULL)
        otpi_msg_free(proc->received);
    proc->received = NULL;
    otpi_scratch_reset(&fiber->scratch);
}

OTPI_APART static void refuse(struct otpi_msg *msg, otp_status status)
{
    otpi_msg_refuse(msg, status, NULL);
}

/* Takes out the first message after *last that matches; *last becomes the last one looked at. */
static struct otpi_msg *search(struct otpi_proc *proc, struct otpi_msg **last,
                               bool (*match)(const struct otp_message *, void *), void *context)
{
    uint64_t pid = otp_self().bits;
    struct otpi_msg *msg;

    while ((msg = *last == NULL ? proc->mail : (*last)->next) != NULL) {
        bool stale = msg->to != pid;
        if (!stale && !match(&msg->body, context)) {
            *last = msg;
            continue;
        }
        if (*last == NULL)
            proc->mail = msg->next;
        else
            (*last)->next = msg->next;
        if (proc->mail_last == msg)
            proc->mail_last = *last;
        otpi_mailbox_count(proc);
        if (!stale)
            return msg;
        refuse(msg, OTP_NOPROC);
    }
    return NULL;
}

/* Until mail comes or the wait is over. */
static otp_status wait_for_mail(struct otpi_proc *proc, struct otpi_fiber *fiber)
{
    struct otpi_msg *none = NULL;

    otpi_check_alive();
    if (otpi_slot_is_done(&fiber->slot))
        return OTP_TIMEOUT;
    if (!atomic_compare_exchange_strong_explicit(&proc->inbox, &none, OTPI_INBOX_WAITING,
                                                 memory_order_release, memory_order_relaxed))
        return OTP_OK;
    return otpi_fiber_park(fiber) ? OTP_OK : OTP_NOMEM;
}

OTPI_APART static bool defer(struct otpi_msg *msg)
{
    return otp_defer_reply(msg->body.from) == OTP_OK;
}

/* A call that was received stays open until it is answered. False: no memory for that. */
static bool keep_call(struct otpi_msg *msg)
{
    return msg->body.from.slot_ == NULL || defer(msg);
}

static otp_status receive(struct otpi_proc *proc, bool (*match)(const struct otp_message *, void *),
                          void *context, otp_duration timeout, struct otpi_msg **out)
{
    struct otpi_fiber *fiber = otpi_self_fiber();
    struct otpi_msg *last = NULL;
    uint64_t id = otpi_slot_open(&fiber->slot, 0, NULL, NULL);
    otp_status status = OTP_OK;

    if (timeout != OTP_INFINITY && timeout > 0)
        otpi_sched_wait(fiber, id, timeout);
    for (;;) {
        (void)otpi_mailbox_fetch(proc);
        *out = search(proc, &last, match, context);
        if (*out != NULL && keep_call(*out))
            break;
        if (*out != NULL)
            refuse(*out, OTP_NOMEM);
        status = timeout == 0 ? OTP_TIMEOUT : wait_for_mail(proc, fiber);
        if (status != OTP_OK)
            break;
    }
    if (timeout != OTP_INFINITY && timeout > 0)
        otpi_sched_unwait(fiber);
    (void)otpi_slot_close(&fiber->slot, id);
    return status;
}

/* Gives out the first that matches; timeout is not negative. */
static otp_status give_out(struct otpi_proc *proc,
                           bool (*match)(const struct otp_message *message, void *context),
                           void *context, otp_duration timeout, const struct otp_message **message)
{
    struct otpi_msg *msg;
    otp_status status;

    drop_received(proc, otpi_self_fiber());
    status = receive(proc, match, context, timeout, &msg);
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    proc->received = msg;
    *message = &msg->body;
    return OTP_OK;
}

otp_status otp_behaviour_receive(bool (*match)(const struct otp_message *message, void *context),
                                 void *context, const struct otp_message **message)
{
    struct otpi_proc *proc = otpi_self_proc();

    if (proc == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    otpi_check_alive();
    return give_out(proc, match, context, OTP_INFINITY, message);
}

static inline otp_status receive_within(bool (*match)(const struct otp_message *message,
                                                      void *context),
                                        void *context, otp_duration timeout,
                                        const struct otp_message **message)
{
    struct otpi_proc *proc = otpi_self_proc();

    if (proc == NULL)
        return OTPI_JUDGED(OTP_WRONG_THREAD);
    otpi_check_alive();
    if (proc->behaviour != &otpi_plain || timeout < 0)
        return OTPI_JUDGED(OTP_BADARG);
    return give_out(proc, match, context, timeout, message);
}

/* Both flat, as otp_call is. */
__attribute__((flatten)) otp_status otp_receive_match(
    bool (*match)(const struct otp_message *message, void *context), void *context,
    otp_duration timeout, const struct otp_message **message)
{
    return receive_within(match, context, timeout, message);
}

__attribute__((flatten)) otp_status otp_receive(otp_duration timeout,
                                                const struct otp_message **message)
{
    return receive_within(any, NULL, timeout, message);
}
