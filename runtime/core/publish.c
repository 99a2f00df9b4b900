/* publish.c - one message for many processes.
 *
 * Idea: its arguments are copied once, into a parcel that counts the messages which refer to it;
 * each process gets a node of its own, without arguments. Whoever frees the last node frees the
 * parcel, on whatever thread.
 * Threads: any. Locks: none. Owns: a parcel, until its last message is freed.
 */
#include <string.h>

#include "base/alloc.h"
#include "core/call.h"
#include "core/sched.h"

struct otpi_parcel {
    _Alignas(16) _Atomic size_t holders; /* atomic: messages, and who makes them */
    size_t size;                         /* in all */
};

static struct otpi_parcel *make_parcel(const struct otp_layout *layout, const void *args)
{
    size_t size = otp_layout_measure(layout, args);
    struct otpi_parcel *parcel = size == 0 ? NULL : otpi_alloc(sizeof *parcel + size);

    if (parcel == NULL)
        return NULL;
    atomic_init(&parcel->holders, 1);
    parcel->size = sizeof *parcel + size;
    otp_layout_copy(layout, args, parcel + 1);
    return parcel;
}

void otpi_parcel_drop(void *args)
{
    struct otpi_parcel *parcel = (struct otpi_parcel *)args - 1;

    /* release: what this one has read is read before it is freed; acquire: by who frees it */
    if (atomic_fetch_sub_explicit(&parcel->holders, 1, memory_order_acq_rel) == 1)
        otpi_release(parcel, parcel->size);
}

/* A message that refers to parcel (NULL: there are no arguments). NULL: no memory. */
static struct otpi_msg *wrap(const struct otp_message_type *type, struct otpi_parcel *parcel)
{
    struct otpi_msg *msg = otpi_msg_new(0);

    if (msg == NULL)
        return NULL;
    msg->body.kind = OTP_MESSAGE_EVENT;
    msg->body.type = type;
    msg->body.pid.bits = otpi_self_pid();
    if (parcel != NULL) {
        /* relaxed: the caller holds it too */
        atomic_fetch_add_explicit(&parcel->holders, 1, memory_order_relaxed);
        msg->body.args = parcel + 1;
        msg->shared = 1;
    }
    return msg;
}

static otp_status send_all(const otp_pid *pids, size_t count, const struct otp_message_type *type,
                           struct otpi_parcel *parcel)
{
    for (size_t i = 0; i < count; i++) {
        struct otpi_place place;
        struct otpi_msg *msg;
        otp_status status = otpi_place_find(&place, otp_to(pids[i]), 0);
        if (status == OTP_OVERLOAD)
            otpi_call_lost("a message was lost: the mailbox is full");
        if (status != OTP_OK)
            continue;
        msg = wrap(type, parcel);
        if (msg == NULL) {
            otpi_place_leave(&place);
            return otpi_call_failed(OTP_NOMEM);
        }
        if (!otpi_place_push(&place, msg, false))
            otpi_msg_free(msg);
    }
    return OTP_OK;
}

otp_status otp_publish(const otp_pid *pids, size_t count, const struct otp_message_type *type,
                       const void *args)
{
    otp_status status = otpi_enter();
    struct otpi_parcel *parcel = NULL;

    if (status != OTP_OK)
        return status;
    otpi_check_alive();
    if (type->message_class != OTP_CLASS_EVENT) {
        status = otpi_call_failed(OTP_BADARG);
    } else if (count != 0) {
        if (type->args != NULL)
            parcel = make_parcel(type->args, args);
        if (type->args != NULL && parcel == NULL)
            status = otpi_call_failed(OTP_NOMEM);
        else
            status = send_all(pids, count, type, parcel);
        if (parcel != NULL)
            otpi_parcel_drop(parcel + 1);
    }
    otpi_leave();
    return status;
}
