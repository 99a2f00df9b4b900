/* publish.c - one message for many processes.
 *
 * Idea: its arguments are copied once, into a parcel that counts the messages which refer to it;
 * each process gets a node of its own, without arguments. Whoever frees the last node frees the
 * parcel, on whatever thread. Those whose mailbox is full, and who say that one waits for them,
 * come last, with a parcel each: who waits may be killed, and then owns nothing here.
 * Threads: any. Locks: none. Owns: a parcel, until its last message is freed.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/misuse.h"
#include "core/call.h"
#include "core/sched.h"

#define AHEAD 4 /* whose mailboxes are fetched from memory before their turn */

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

/* What is told. */
struct news {
    const struct otp_message_type *type;
    const void *args;
    struct otpi_parcel *parcel; /* NULL: there are no arguments, or it is not open */
};

/* NOMEM. */
static otp_status open_news(struct news *news)
{
    if (news->type->args == NULL)
        return OTP_OK;
    news->parcel = make_parcel(news->type->args, news->args);
    return news->parcel == NULL ? OTP_NOMEM : OTP_OK;
}

static void close_news(struct news *news)
{
    if (news->parcel != NULL)
        otpi_parcel_drop(news->parcel + 1);
    news->parcel = NULL;
}

/* Takes place. NOMEM. */
static otp_status send_one(struct otpi_place *place, const struct news *news)
{
    struct otpi_msg *msg = wrap(news->type, news->parcel);

    if (msg == NULL) {
        otpi_place_leave(place);
        return OTP_NOMEM;
    }
    if (!otpi_place_push(place, msg, false))
        otpi_msg_free(msg);
    return OTP_OK;
}

/* To all who need not be waited for; the others are marked in *late (NULL: there are none). NOMEM:
 * some have not got it. */
static otp_status send_now(const otp_pid *pids, size_t count, const struct news *news, bool **late)
{
    otp_status worst = OTP_OK;

    for (size_t i = 0; i < count; i++) {
        struct otpi_place place;
        otp_status status;

        if (i + AHEAD < count)
            __builtin_prefetch(otpi_proc_at(pids[i + AHEAD].bits), 1);
        status = otpi_place_try(&place, otp_to(pids[i]));
        if (status == OTP_OK) {
            status = send_one(&place, news);
        } else if (status == OTP_OVERLOAD) {
            otpi_call_lost("a message was lost: the mailbox is full");
        } else if (status == OTP_TIMEOUT) {
            if (*late == NULL)
                *late = otp_alloc(count * sizeof(**late));
            if (*late == NULL)
                return OTP_NOMEM;
            (*late)[i] = true;
        }
        if (status == OTP_NOMEM)
            worst = status;
    }
    return worst;
}

/* Waits for room there, as long as its policy says. NOMEM. */
static otp_status send_late(otp_pid pid, struct news *news)
{
    struct otpi_place place;
    otp_status status = otpi_place_find(&place, otp_to(pid), OTP_INFINITY);

    if (status == OTP_OVERLOAD)
        otpi_call_lost("a message was lost: the mailbox is full");
    if (status != OTP_OK)
        return status == OTP_NOMEM ? status : OTP_OK;
    status = open_news(news);
    if (status == OTP_OK)
        status = send_one(&place, news);
    else
        otpi_place_leave(&place);
    close_news(news);
    return status;
}

otp_status otp_publish(const otp_pid *pids, size_t count, const struct otp_message_type *type,
                       const void *args)
{
    otp_status status = otpi_enter();
    struct news news = { type, args, NULL };
    bool *late = NULL;

    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    otpi_check_alive();
    if (type->message_class != OTP_CLASS_EVENT) {
        status = OTP_BADARG;
    } else if (count != 0) {
        status = open_news(&news);
        if (status == OTP_OK)
            status = send_now(pids, count, &news, &late);
        close_news(&news);
    }
    for (size_t i = 0; late != NULL && i < count; i++)
        if (late[i] && send_late(pids[i], &news) != OTP_OK)
            status = OTP_NOMEM;
    otp_free(late);
    if (status != OTP_OK)
        (void)otpi_call_failed(status);
    otpi_leave();
    return OTPI_JUDGED(status);
}
