/* sys.c - asking a genserver about itself, and its answers.
 *
 * Idea: one request and one answer for all functions of otp/sys.h, told apart by the tag. Texts and
 * contexts are copied there and back as part of the messages, so that a request which comes to its
 * turn after its caller has given up refers to nothing of the caller's.
 * Threads: the otp_ functions any; the others the process that was asked. Locks: none.
 * Owns: nothing. */
#include "behav/sys.h"
#include "base/misuse.h"

#include <otp/memory.h>

/* Which request; told apart from those of other behaviours. */
enum tag {
    TAG_GET_STATE = 0x53595301,
    TAG_INSPECT,
    TAG_REPLACE,
    TAG_SUSPEND,
    TAG_RESUME,
    TAG_GET_STATUS,
    TAG_STATISTICS,
    TAG_GET_STATISTICS,
    TAG_TRACE,
    TAG_LOG,
    TAG_GET_LOG
};

enum { TEXT_MAX = 1 << 20 }; /* more than this of a text nobody reads */

struct request {
    const struct otp_genserver *module; /* INSPECT, REPLACE */
    otp_sys_inspect_function inspect;
    otp_sys_replace_function replace;
    void *context; /* of size bytes; has_context of them: 0 or 1 */
    size_t has_context;
    size_t size; /* that; of the text that is wanted; LOG: how many lines */
    otp_sys_hook hook;
    void *hook_context;
    bool on;
};

struct answer {
    otp_str text;
    void *context;
    size_t has_context;
    uint32_t status; /* otp_status */
    struct otp_sys_status about;
    struct otp_sys_statistics statistics;
};

/* Contexts have a size of their own: made where it is needed. */
struct layouts {
    struct otp_layout context;
    struct otp_ref request_ref, answer_refs[2];
    struct otp_layout request, answer;
};

static void make_layouts(struct layouts *made, size_t context_size)
{
    struct otp_ref text = { OTP_REF_TEXT, 0, 0, offsetof(struct answer, text), 0, NULL };
    struct otp_ref context = { OTP_REF_LIST, 0, 0, 0, 0, NULL };
    memset(made, 0, sizeof *made);
    made->context.size = (uint32_t)context_size;
    context.item = &made->context;
    context.offset = offsetof(struct request, context);
    made->request_ref = context;
    context.offset = offsetof(struct answer, context);
    made->answer_refs[0] = text;
    made->answer_refs[1] = context;
    made->request.size = sizeof(struct request);
    made->request.n_refs = 1;
    made->request.refs = &made->request_ref;
    made->answer.size = sizeof(struct answer);
    made->answer.n_refs = 2;
    made->answer.refs = made->answer_refs;
}

/* -- the asking side -- */

/* Where an answer goes; members may be NULL. */
struct wanted {
    char *out; /* of the request's size, or the context */
    struct otp_sys_status *about;
    struct otp_sys_statistics *statistics;
};

static void hand_over(const struct request *request, const struct answer *answer,
                      const struct wanted *wanted)
{
    if (wanted->about != NULL)
        *wanted->about = answer->about;
    if (wanted->statistics != NULL)
        *wanted->statistics = answer->statistics;
    if (request->context != NULL && answer->has_context != 0) {
        memcpy(request->context, answer->context, request->size);
    } else if (wanted->out != NULL && request->size > 0) {
        size_t size = answer->text.size < request->size ? answer->text.size : request->size - 1;
        if (size > 0)
            memcpy(wanted->out, answer->text.data, size);
        wanted->out[size] = '\0';
    }
}

static otp_status ask(otp_dest dest, uint32_t tag, const struct request *request,
                      const struct wanted *wanted, otp_duration timeout)
{
    static const struct wanted nothing = { NULL, NULL, NULL };
    struct layouts made;
    struct answer answer;
    make_layouts(&made, request->has_context != 0 ? request->size : 0);
    otp_status status = otp_system_call(dest, tag, &made.request, request, &answer, timeout);
    if (status != OTP_OK)
        return status;
    if (answer.status == OTP_OK || answer.status == OTP_CALLBACK_FAILED)
        hand_over(request, &answer, wanted == NULL ? &nothing : wanted);
    otp_reply_free(&made.answer, &answer);
    return (otp_status)answer.status;
}

static otp_status ask_text(otp_dest dest, uint32_t tag, char *out, size_t out_size,
                           struct otp_sys_status *about, otp_duration timeout)
{
    struct request request = { 0 };
    struct wanted wanted = { out, about, NULL };
    request.size = out_size;
    return ask(dest, tag, &request, &wanted, timeout);
}

otp_status otp_sys_get_state(otp_dest dest, char *out, size_t out_size, otp_duration timeout)
{
    if (out == NULL || out_size == 0)
        return OTPI_JUDGED(OTP_BADARG);
    return OTPI_JUDGED(ask_text(dest, TAG_GET_STATE, out, out_size, NULL, timeout));
}

otp_status otp_sys_get_status(otp_dest dest, struct otp_sys_status *status, char *out,
                              size_t out_size, otp_duration timeout)
{
    if (status == NULL || (out == NULL) != (out_size == 0))
        return OTPI_JUDGED(OTP_BADARG);
    return OTPI_JUDGED(ask_text(dest, TAG_GET_STATUS, out, out_size, status, timeout));
}

otp_status otp_sys_get_log(otp_dest dest, char *out, size_t out_size, otp_duration timeout)
{
    if (out == NULL || out_size == 0)
        return OTPI_JUDGED(OTP_BADARG);
    return OTPI_JUDGED(ask_text(dest, TAG_GET_LOG, out, out_size, NULL, timeout));
}

static otp_status ask_run(otp_dest dest, uint32_t tag, struct request *request, void *context,
                          size_t size, otp_duration timeout)
{
    if (request->module == NULL || (context == NULL) != (size == 0) || size > UINT32_MAX)
        return OTP_BADARG;
    request->context = context;
    request->has_context = size > 0 ? 1 : 0;
    request->size = size;
    return ask(dest, tag, request, NULL, timeout);
}

otp_status otp_sys_inspect_state(otp_dest dest, const struct otp_genserver *module,
                                 otp_sys_inspect_function inspect, void *context, size_t size,
                                 otp_duration timeout)
{
    struct request request = { 0 };
    request.module = module;
    request.inspect = inspect;
    return OTPI_JUDGED(inspect == NULL
                           ? OTP_BADARG
                           : ask_run(dest, TAG_INSPECT, &request, context, size, timeout));
}

otp_status otp_sys_replace_state(otp_dest dest, const struct otp_genserver *module,
                                 otp_sys_replace_function replace, void *context, size_t size,
                                 otp_duration timeout)
{
    struct request request = { 0 };
    request.module = module;
    request.replace = replace;
    return OTPI_JUDGED(replace == NULL
                           ? OTP_BADARG
                           : ask_run(dest, TAG_REPLACE, &request, context, size, timeout));
}

static otp_status ask_plain(otp_dest dest, uint32_t tag, otp_duration timeout)
{
    struct request request = { 0 };
    return ask(dest, tag, &request, NULL, timeout);
}

otp_status otp_sys_suspend(otp_dest dest, otp_duration timeout)
{
    return OTPI_JUDGED(ask_plain(dest, TAG_SUSPEND, timeout));
}

otp_status otp_sys_resume(otp_dest dest, otp_duration timeout)
{
    return OTPI_JUDGED(ask_plain(dest, TAG_RESUME, timeout));
}

otp_status otp_sys_set_statistics(otp_dest dest, bool on, otp_duration timeout)
{
    struct request request = { 0 };
    request.on = on;
    return OTPI_JUDGED(ask(dest, TAG_STATISTICS, &request, NULL, timeout));
}

otp_status otp_sys_get_statistics(otp_dest dest, struct otp_sys_statistics *statistics,
                                  otp_duration timeout)
{
    struct request request = { 0 };
    struct wanted wanted = { NULL, NULL, statistics };
    return OTPI_JUDGED(statistics == NULL
                           ? OTP_BADARG
                           : ask(dest, TAG_GET_STATISTICS, &request, &wanted, timeout));
}

otp_status otp_sys_trace(otp_dest dest, bool on, otp_sys_hook hook, void *context,
                         otp_duration timeout)
{
    struct request request = { 0 };
    request.on = on;
    request.hook = hook;
    request.hook_context = context;
    return OTPI_JUDGED(ask(dest, TAG_TRACE, &request, NULL, timeout));
}

otp_status otp_sys_log(otp_dest dest, size_t n, otp_duration timeout)
{
    struct request request = { 0 };
    request.size = n;
    return OTPI_JUDGED(n > OTP_SYS_LOG_MAX ? OTP_BADARG
                                           : ask(dest, TAG_LOG, &request, NULL, timeout));
}

/* -- the answering side -- */

enum otpi_sys_kind otpi_sys_kind(const struct otp_message *message)
{
    if (message->kind != OTP_MESSAGE_SYSTEM || message->tag < TAG_GET_STATE ||
        message->tag > TAG_GET_LOG)
        return OTPI_SYS_OTHER;
    if (message->tag == TAG_SUSPEND)
        return OTPI_SYS_SUSPEND;
    return message->tag == TAG_RESUME ? OTPI_SYS_RESUME : OTPI_SYS_PLAIN;
}

/* Nobody waits any more, or there is no memory: then the asker is told so by its slot. */
static void give(const struct otp_message *message, struct answer *answer, otp_status status)
{
    const struct request *request = message->args;
    struct layouts made;
    make_layouts(&made, request->has_context != 0 ? request->size : 0);
    answer->status = (uint32_t)status;
    if (otp_answer(message->from, &made.answer, answer) != OTP_NOMEM)
        return;
    memset(answer, 0, sizeof *answer);
    answer->status = OTP_NOMEM;
    (void)otp_answer(message->from, &made.answer, answer); /* refers to nothing: cannot fail */
}

/* Room in scratch memory for the text that is wanted; *size is 0 if none is. */
static otp_status make_room(const struct request *request, char **text, size_t *size)
{
    *size = request->size < TEXT_MAX ? request->size : TEXT_MAX;
    *text = *size == 0 ? NULL : otp_scratch(*size);
    return *size > 0 && *text == NULL ? OTP_NOMEM : OTP_OK;
}

static otp_status show(struct otpi_subject *subject, uint32_t tag, const struct request *request,
                       struct answer *answer)
{
    char *text;
    size_t size, used = 0;
    otp_status status = make_room(request, &text, &size);
    if (status != OTP_OK || size == 0)
        return status;
    if (tag == TAG_GET_LOG)
        status = otpi_debug_kept(subject, text, size, &used);
    else
        used = otpi_debug_show(subject, tag == TAG_GET_STATE, text, size);
    answer->text.data = text;
    answer->text.size = used;
    return status;
}

static void fill_about(struct otp_sys_status *about, const struct otp_module *module,
                       bool suspended)
{
    about->pid = otp_self();
    about->parent = otp_parent();
    about->module = module->name;
    about->source = module->source;
    about->suspended = suspended;
}

static otp_status run(struct otpi_subject *subject, uint32_t tag, const struct request *request,
                      struct answer *answer)
{
    bool done = true;
    if (request->module != subject->module)
        return OTP_WRONG_MODULE;
    if (tag == TAG_INSPECT)
        request->inspect(subject->state, request->context);
    else
        done = request->replace(subject->state, request->context);
    answer->context = request->context;
    answer->has_context = request->has_context;
    return done ? OTP_OK : OTP_CALLBACK_FAILED;
}

/* R2: a table */
static otp_status carry_out(struct otpi_subject *subject, const struct otp_message *message,
                            bool suspended, struct answer *answer)
{
    const struct request *request = message->args;
    if (message->tag == TAG_GET_STATUS)
        fill_about(&answer->about, &subject->module->module, suspended);
    switch ((enum tag)message->tag) {
    case TAG_GET_STATUS:
    case TAG_GET_STATE:
    case TAG_GET_LOG: return show(subject, message->tag, request, answer);
    case TAG_INSPECT:
    case TAG_REPLACE: return run(subject, message->tag, request, answer);
    case TAG_SUSPEND:
    case TAG_RESUME: return OTP_OK;
    case TAG_STATISTICS: return otpi_debug_count(subject, request->on);
    case TAG_GET_STATISTICS: return otpi_debug_counts(subject, &answer->statistics);
    case TAG_TRACE:
        return otpi_debug_trace(subject, request->on, request->hook, request->hook_context);
    case TAG_LOG: return otpi_debug_keep(subject, request->size);
    }
    return OTP_BADARG;
}

void otpi_sys_receive(struct otpi_subject *subject, const struct otp_message *message,
                      bool suspended)
{
    struct answer answer;
    if (otpi_sys_kind(message) == OTPI_SYS_OTHER)
        return;
    memset(&answer, 0, sizeof answer);
    give(message, &answer, carry_out(subject, message, suspended, &answer));
}

bool otpi_sys_tell_status(const struct otp_message *message, const struct otp_module *module,
                          const char *text)
{
    struct answer answer;
    if (message->tag != TAG_GET_STATUS)
        return false;
    memset(&answer, 0, sizeof answer);
    fill_about(&answer.about, module, false);
    answer.text = otp_cstr(text);
    give(message, &answer, OTP_OK);
    return true;
}
