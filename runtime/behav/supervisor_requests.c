/* supervisor_requests.c - what is asked about children, and asked to be done with them.
 *
 * Idea: questions are answered when they arrive. What changes children waits behind the operation
 * that runs, in order of arrival, and is answered when it is done.
 * Threads: the supervisor's process.
 * Locks: none.
 * Owns: requests that wait, in owned memory. */
#include "behav/supervisor.h"

#include "behav/supervisor_ask.h"
#include "behav/sys.h"

/* A request that may have to wait. */
struct request {
    struct otpi_event event; /* first */
    uint32_t tag;
    otp_from from;
    struct otpi_child *child; /* START: owned */
    char id[OTP_CHILD_ID_MAX + 1];
};

static void answer(otp_from from, otp_status status)
{
    otpi_tell_child(from, status, otp_no_pid(), otp_normal());
}

static void describe(const struct otpi_child *child, struct otp_child_info *info)
{
    bool running = child->state == OTP_CHILD_RUNNING;
    strncpy(info->id, child->spec->id, OTP_CHILD_ID_MAX);
    info->id[OTP_CHILD_ID_MAX] = '\0';
    info->pid = running ? child->pid : otp_no_pid();
    info->state = child->state;
    info->module = child->spec->module;
    info->is_supervisor = info->module->is_supervisor != 0;
    info->restarts = child->restarts;
}

static void answer_which(struct otpi_supervisor *sup, const struct otp_message *message)
{
    struct otpi_tell_which tell;
    otpi_tell_which_new(&tell, message->args, sup->children.count);
    struct otpi_child *child = sup->children.last;
    for (; tell.n < tell.room; child = child->prev)
        describe(child, &tell.infos[tell.n++]);
    otpi_tell_which(message->from, &tell);
}

static void answer_count(struct otpi_supervisor *sup, otp_from from)
{
    struct otp_child_counts counts = { sup->children.count, sup->children.active,
                                       sup->children.supervisors,
                                       sup->children.count - sup->children.supervisors };
    for (struct otpi_event *at = sup->later.next; at != &sup->later; at = at->next)
        counts.active -= at->kind == OTPI_EVENT_DOWN; /* found dead, not yet dealt with */
    otpi_tell_counts(from, &counts);
}

/* What otp_sys_get_status shows of a supervisor. */
struct summary {
    uint32_t strategy;
    uint64_t children, active, restarts;
};

static const char *const strategy_words[] = { "one_for_one", "one_for_all", "rest_for_one" };
static const struct otp_description strategy_description = { OTP_TYPE_ENUM, sizeof(uint32_t), 3,
                                                             NULL, strategy_words };
static const struct otp_field summary_fields[] = {
    { "strategy", OTP_TYPE_ENUM, OTP_FIELD_ONE, offsetof(struct summary, strategy), 0,
      &strategy_description },
    { "children", OTP_TYPE_U64, OTP_FIELD_ONE, offsetof(struct summary, children), 0, NULL },
    { "active", OTP_TYPE_U64, OTP_FIELD_ONE, offsetof(struct summary, active), 0, NULL },
    { "restarts", OTP_TYPE_U64, OTP_FIELD_ONE, offsetof(struct summary, restarts), 0, NULL },
};
static const struct otp_description summary_description = { OTP_TYPE_STRUCT, sizeof(struct summary),
                                                            4, summary_fields, NULL };

/* False: message asks for something else. */
static bool answer_status(const struct otpi_supervisor *sup, const struct otp_message *message)
{
    char text[160];
    struct summary summary = { sup->spec->strategy, sup->children.count, sup->children.active,
                               sup->restarts.count };
    (void)otp_describe(&summary_description, &summary, NULL, text, sizeof text);
    return otpi_sys_tell_status(message, &sup->spec->module, text);
}

static void answer_childspec(const struct otpi_supervisor *sup, const struct otp_message *message)
{
    struct otpi_tell_childspec tell = { .status = OTP_NOT_FOUND };
    const struct otpi_ask_id *args = message->args;
    const struct otpi_child *child = otpi_children_by_id(&sup->children, args->id.data);
    if (child != NULL) {
        struct otp_childspec *to = &tell.childspec;
        const struct otp_child *spec = child->spec;
        tell.status = OTP_OK;
        to->module = spec->module;
        to->shutdown = otpi_child_shutdown(spec->module, spec->shutdown);
        to->backoff_min = spec->backoff_min;
        to->backoff_max = spec->backoff_max;
        to->restart = spec->restart;
        to->significant = spec->significant != 0;
        strncpy(to->id, spec->id, sizeof(to->id) - 1);
        if (spec->name != NULL)
            strncpy(to->name, spec->name, sizeof(to->name) - 1);
    }
    otpi_tell_childspec(message->from, &tell);
}

/* The child that args describe, with everything in one block. NULL: no memory. */
static struct otpi_child *copy_child(const struct otpi_ask_child *args)
{
    size_t size = otpi_ask_measure(args);
    size_t spec_size = (sizeof(struct otp_child) + 15) & ~(size_t)15;
    struct otpi_child *child = size == 0 ? NULL : otpi_children_new(spec_size + size);
    if (child == NULL)
        return NULL;
    const struct otpi_ask_child *copy = otpi_ask_copy(args, child->extra + spec_size);
    struct otp_child spec = { 0 };
    spec.id = copy->id.data;
    spec.name = copy->name.size == 0 ? NULL : copy->name.data;
    spec.module = copy->module;
    spec.options = copy->n == 0 ? NULL : copy->options;
    spec.shutdown = copy->shutdown;
    spec.restart = (uint8_t)copy->restart;
    spec.significant = (uint8_t)copy->significant;
    spec.backoff_min = copy->backoff_min;
    spec.backoff_max = copy->backoff_max;
    memcpy(child->extra, &spec, sizeof(spec));
    otpi_children_describe(child, (const struct otp_child *)(void *)child->extra);
    return child;
}

/* The request of message, in memory of its own. NULL: no memory. */
static struct request *keep(const struct otp_message *message)
{
    struct request *request = otp_alloc(sizeof(*request));
    if (request == NULL)
        return NULL;
    request->tag = message->tag;
    request->from = message->from;
    if (message->tag == OTPI_ASK_START) {
        request->child = copy_child(message->args);
        if (request->child == NULL) {
            otp_free(request);
            return NULL;
        }
        return request;
    }
    const struct otpi_ask_id *args = message->args;
    if (args->id.size <= sizeof(request->id)) /* a longer one is nobody's: stays empty */
        memcpy(request->id, args->id.data, args->id.size);
    return request;
}

/* A partition supervisor's children stay. */
static bool changes_table(uint32_t tag)
{
    return tag == OTPI_ASK_START || tag == OTPI_ASK_DELETE;
}

/* It would start a child as only a dynamic supervisor has them. */
static bool lacks_id(const struct otp_message *message)
{
    const struct otpi_ask_child *args = message->args;
    return message->tag == OTPI_ASK_START && args->id.size == 0;
}

void otpi_requests_receive(struct otpi_supervisor *sup, const struct otp_message *message)
{
    if (message->tag == OTPI_ASK_WHICH) {
        answer_which(sup, message);
        return;
    }
    if (message->tag == OTPI_ASK_COUNT) {
        answer_count(sup, message->from);
        return;
    }
    if (message->tag == OTPI_ASK_CHILDSPEC) {
        answer_childspec(sup, message);
        return;
    }
    if (message->tag < OTPI_ASK_WHICH || message->tag > OTPI_ASK_DELETE) {
        (void)answer_status(sup, message);
        return; /* others' tags are not answered: whoever asks learns that it is no request here */
    }
    if (sup->children.shown != NULL && changes_table(message->tag))
        return;
    if (lacks_id(message)) {
        answer(message->from, OTP_BADARG);
        return;
    }
    struct request *request = keep(message);
    if (request == NULL || otp_defer_reply(message->from) == OTP_NOMEM) {
        if (request != NULL)
            otpi_children_discard(request->child);
        otp_free(request);
        answer(message->from, OTP_NOMEM);
        return;
    }
    otpi_supervisor_push(&sup->later, &request->event, OTPI_EVENT_REQUEST);
}

/* Takes request->child. */
static void handle_start(struct otpi_supervisor *sup, struct request *request)
{
    struct otpi_child *child = request->child;
    struct otpi_child *old = otpi_children_by_id(&sup->children, child->spec->id);
    otp_status status = OTP_OK;
    otp_pid pid = otp_no_pid();
    if (old != NULL && old->state == OTP_CHILD_RUNNING) {
        status = OTP_ALREADY_STARTED;
        pid = old->pid;
    } else if (old != NULL) {
        status = OTP_ALREADY_PRESENT;
    } else if (child->spec->significant != 0 && sup->spec->auto_shutdown == OTP_NEVER) {
        status = OTP_BADARG;
    } else {
        status = otpi_children_append(&sup->children, child);
    }
    if (status == OTP_OK) {
        otpi_walk_request(sup, OTPI_WORK_START_CHILD, child, request->from);
        return;
    }
    otpi_children_discard(child);
    otpi_tell_child(request->from, status, pid, otp_normal());
}

/* RESTART and DELETE are for stopped children only. */
static otp_status why_not_stopped(const struct otpi_child *child)
{
    if (child->state == OTP_CHILD_RUNNING)
        return OTP_RUNNING;
    return child->state == OTP_CHILD_STOPPED ? OTP_OK : OTP_RESTARTING;
}

static void handle_by_id(struct otpi_supervisor *sup, const struct request *request)
{
    struct otpi_child *child = otpi_children_by_id(&sup->children, request->id);
    if (child == NULL) {
        answer(request->from, OTP_NOT_FOUND);
        return;
    }
    if (request->tag == OTPI_ASK_TERMINATE) {
        otpi_walk_request(sup, OTPI_WORK_TERMINATE_CHILD, child, request->from);
        return;
    }
    otp_status status = why_not_stopped(child);
    if (status != OTP_OK) {
        otpi_tell_child(request->from, status, status == OTP_RUNNING ? child->pid : otp_no_pid(),
                        otp_normal());
    } else if (request->tag == OTPI_ASK_RESTART) {
        otpi_walk_request(sup, OTPI_WORK_RESTART_CHILD, child, request->from);
    } else {
        otpi_children_remove(&sup->children, child);
        answer(request->from, OTP_OK);
    }
}

void otpi_requests_handle(struct otpi_supervisor *sup, struct otpi_event *event)
{
    struct request *request = (struct request *)event;
    if (request->tag == OTPI_ASK_START)
        handle_start(sup, request);
    else
        handle_by_id(sup, request);
    otp_free(request);
}
