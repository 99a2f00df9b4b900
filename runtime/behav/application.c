/* application.c - starting and stopping applications.
 *
 * Idea: each function is a request to the controller. To boot and to halt is the same with the
 * runtime around it.
 * Threads: see otp/application.h.
 * Locks: none.
 * Owns: nothing. */
#include "behav/application.h"

#include "base/misuse.h"
#include "base/text.h"
#include "behav/env.h"
#include "behav/killed.h"

const struct otp_layout otpi_application_asks_layout = { sizeof(struct otpi_application_asks), 0,
                                                         NULL };
const struct otp_layout otpi_application_tells_layout = { sizeof(struct otpi_application_tells), 0,
                                                          NULL };
static const struct otp_layout item_layout = { sizeof(const struct otp_application *), 0, NULL };
static const struct otp_ref list_refs[] = {
    { OTP_REF_LIST, 0, 0, offsetof(struct otpi_application_list, applications), 0, &item_layout },
};
const struct otp_layout otpi_application_list_layout = { sizeof(struct otpi_application_list), 1,
                                                         list_refs };

/* -- the order of start -- */

struct order {
    const struct otp_application **items;
    size_t n;
    bool bad;
};

/* depth: how many use each other, down to this one: more than there may be is a circle. */
static void put_in_order(struct order *order, const struct otp_application *application,
                         uint32_t depth)
{
    for (size_t i = 0; i < order->n; i++)
        if (order->items[i] == application)
            return;
    order->bad = order->bad || depth >= OTP_APPLICATIONS_MAX;
    for (uint32_t i = 0; i < application->n_uses && !order->bad; i++)
        put_in_order(order, application->uses[i], depth + 1);
    order->bad = order->bad || order->n == OTP_APPLICATIONS_MAX;
    if (!order->bad)
        order->items[order->n++] = application;
}

size_t otpi_application_order(const struct otp_application *root,
                              const struct otp_application **order)
{
    struct order all = { order, 0, false };
    put_in_order(&all, root, 0);
    return all.bad ? 0 : all.n;
}

/* -- asking -- */

otp_status otpi_application_ask(uint32_t tag, const struct otpi_application_asks *asks,
                                struct otpi_application_tells *tells, otp_duration timeout)
{
    otp_pid controller;
    otp_status status = otpi_application_controller(&controller);
    if (status == OTP_OK)
        status = otp_system_call(otp_to(controller), tag, &otpi_application_asks_layout, asks,
                                 tells, timeout);
    if (status != OTP_OK)
        return status;
    if (tells->status == OTP_EXIT)
        otp_set_last_reason(tells->reason);
    return (otp_status)tells->status;
}

static void give_text(const struct otpi_application_tells *tells, char *text, size_t text_size)
{
    struct otpi_text out;
    if (text == NULL || text_size == 0)
        return;
    otpi_text_begin(&out, text, text_size);
    otpi_text_add_string(&out, tells->text);
}

/* What a function returns that has a text to fill in: if nobody has said what went wrong, the
 * status does. */
static otp_status in_words(otp_status status, char *text, size_t text_size)
{
    struct otpi_text out;
    if (text == NULL || text_size == 0 || text[0] != '\0')
        return status;
    otpi_text_begin(&out, text, text_size);
    if (status == OTP_ALREADY_STARTED)
        otpi_text_add_string(&out, "it runs already");
    else if (status != OTP_OK)
        otpi_text_add_string(&out, otp_status_text(status));
    return status;
}

static void clear_text(char *text, size_t text_size)
{
    if (text != NULL && text_size > 0)
        text[0] = '\0';
}

static bool is_possible(const struct otp_application *application)
{
    const struct otp_application *order[OTP_APPLICATIONS_MAX];
    return otpi_application_order(application, order) != 0;
}

otp_status otp_application_start(const struct otp_application *application, otp_pid *root,
                                 char *text, size_t text_size)
{
    struct otpi_application_asks asks = { .application = application };
    struct otpi_application_tells tells = { 0 };
    clear_text(text, text_size);
    if (!is_possible(application))
        return OTPI_JUDGED(in_words(OTP_BADARG, text, text_size));
    otp_status status = otpi_application_ask(OTPI_APPLICATION_START, &asks, &tells, OTP_INFINITY);
    if (root != NULL && (status == OTP_OK || status == OTP_ALREADY_STARTED))
        *root = tells.root;
    if (status != OTP_OK)
        give_text(&tells, text, text_size);
    return OTPI_JUDGED(in_words(status, text, text_size));
}

static otp_status start_all(const struct otp_application *application, bool prepared, char *text,
                            size_t text_size)
{
    struct otpi_application_asks asks = { .application = application, .all = true };
    struct otpi_application_tells tells = { 0 };
    asks.prepared = prepared;
    if (!is_possible(application))
        return OTP_BADARG;
    otp_status status = otpi_application_ask(OTPI_APPLICATION_START, &asks, &tells, OTP_INFINITY);
    if (status != OTP_OK)
        give_text(&tells, text, text_size);
    return status;
}

otp_status otp_application_ensure_all_started(const struct otp_application *application, char *text,
                                              size_t text_size)
{
    clear_text(text, text_size);
    return OTPI_JUDGED(in_words(start_all(application, false, text, text_size), text, text_size));
}

otp_status otp_application_stop(const struct otp_application *application, otp_duration timeout)
{
    struct otpi_application_asks asks = { .application = application };
    struct otpi_application_tells tells;
    return OTPI_JUDGED(otpi_application_ask(OTPI_APPLICATION_STOP, &asks, &tells, timeout));
}

otp_status otp_application_stop_all(otp_duration timeout)
{
    struct otpi_application_asks asks = { 0 };
    struct otpi_application_tells tells;
    return OTPI_JUDGED(otpi_application_ask(OTPI_APPLICATION_STOP_ALL, &asks, &tells, timeout));
}

otp_status otp_application_wait(otp_duration timeout)
{
    struct otpi_application_asks asks = { 0 };
    struct otpi_application_tells tells;
    return OTPI_JUDGED(otpi_application_ask(OTPI_APPLICATION_WAIT, &asks, &tells, timeout));
}

otp_status otp_application_which(const struct otp_application **applications, size_t room,
                                 size_t *n)
{
    struct otpi_application_asks asks = { .room = room };
    struct otpi_application_list list;
    otp_pid controller;
    otp_status status = otpi_application_controller(&controller);
    if (status == OTP_OK)
        status = otp_system_call(otp_to(controller), OTPI_APPLICATION_WHICH,
                                 &otpi_application_asks_layout, &asks, &list, OTP_INFINITY);
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (list.n > 0)
        memcpy(applications, list.applications, list.n * sizeof(*applications));
    *n = list.count;
    otp_reply_free(&otpi_application_list_layout, &list);
    return OTP_OK;
}

/* -- with the runtime around it -- */

/* Reads the settings of all that do not run yet; argv as of otp_application_boot. */
static otp_status prepare(const struct otp_application *application, int argc, char **argv,
                          char *text, size_t text_size)
{
    const struct otp_application *order[OTP_APPLICATIONS_MAX], *running[OTP_APPLICATIONS_MAX];
    size_t n = otpi_application_order(application, order), n_running;
    otp_status status = otp_application_which(running, OTP_APPLICATIONS_MAX, &n_running);
    if (status != OTP_OK)
        return status;
    if (n == 0)
        return OTP_BADARG;
    struct otpi_env_apps apps = { order, n, running, n_running };
    if (otpi_env_read(&apps, argc, argv, text, text_size) != OTPI_ENV_READY)
        return OTP_BADARG;
    otpi_env_configure(&apps);
    return OTP_OK;
}

otp_status otp_application_boot(const struct otp_application *application, int argc, char **argv,
                                char *text, size_t text_size)
{
    otp_status status = otp_runtime_start(NULL);
    clear_text(text, text_size);
    bool ours = status == OTP_OK;
    if (status == OTP_RUNNING)
        status = OTP_OK;
    if (status == OTP_OK)
        status = prepare(application, argc, argv, text, text_size);
    if (status == OTP_OK)
        status = start_all(application, true, text, text_size);
    if (status == OTP_OK || !ours)
        return in_words(status, text, text_size);
    otp_status stopped = otp_runtime_stop();
    return in_words(stopped != OTP_OK ? stopped : status, text, text_size);
}

otp_status otp_application_halt(otp_duration timeout)
{
    otp_status status = otp_application_stop_all(timeout);
    if (status == OTP_TIMEOUT)
        otpi_killed_give_up(NULL, "the time to halt is over", otp_no_pid());
    otp_status stopped = otp_runtime_stop();
    return status != OTP_OK ? status : stopped;
}
