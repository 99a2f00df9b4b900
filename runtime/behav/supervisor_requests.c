/* supervisor_requests.c - asking a supervisor about its children, and having it change them.
 *
 * Idea: each function is one request and its answer, both flat values. Questions are answered when
 * they arrive. What changes children waits behind the operation that runs, in order of arrival, and
 * is answered when it is done. A new child travels with its options in one block, which becomes
 * part of the child.
 * Threads: the otp_ functions any; the others the supervisor's process.
 * Locks: none.
 * Owns: requests that wait, in owned memory. */
#include "behav/supervisor.h"

#include "behav/sys.h"

/* Which request; told apart from those of other behaviours. */
enum tag { TAG_WHICH = 0x53555001, TAG_COUNT, TAG_START, TAG_TERMINATE, TAG_RESTART, TAG_DELETE };

/* -- requests and answers -- */

struct which_args {
    uint64_t max;
};

struct which_reply {
    struct otp_child_info *infos;
    size_t n;
    uint64_t count;
    uint32_t status; /* otp_status */
};

/* TERMINATE, RESTART, DELETE; the text has its terminator. */
struct id_args {
    otp_str id;
};

/* START; texts have their terminators, an empty name is no name. */
struct child_args {
    otp_str id, name;
    const void *options; /* n of them: 0 or 1 */
    size_t n;
    const struct otp_module *module;
    otp_duration shutdown;
    uint32_t restart, significant;
};

/* START, TERMINATE, RESTART, DELETE. */
struct child_reply {
    uint32_t status; /* otp_status */
    otp_pid pid;
    otp_reason reason;
};

static const struct otp_layout info_layout = { sizeof(struct otp_child_info), 0, NULL };
static const struct otp_ref which_refs[] = {
    { OTP_REF_LIST, 0, 0, offsetof(struct which_reply, infos), 0, &info_layout },
};
static const struct otp_layout which_args_layout = { sizeof(struct which_args), 0, NULL };
static const struct otp_layout which_reply_layout = { sizeof(struct which_reply), 1, which_refs };
static const struct otp_layout counts_layout = { sizeof(struct otp_child_counts), 0, NULL };
static const struct otp_ref id_refs[] = {
    { OTP_REF_TEXT, 0, 0, offsetof(struct id_args, id), 0, NULL },
};
static const struct otp_layout id_layout = { sizeof(struct id_args), 1, id_refs };
static const struct otp_layout child_reply_layout = { sizeof(struct child_reply), 0, NULL };

/* The layout of child_args depends on the module's options: made where it is needed. */
struct child_layout {
    struct otp_ref refs[3];
    struct otp_layout layout;
};

static void make_child_layout(struct child_layout *made, const struct otp_module *module)
{
    struct otp_ref id = { OTP_REF_TEXT, 0, 0, offsetof(struct child_args, id), 0, NULL };
    struct otp_ref name = { OTP_REF_TEXT, 0, 0, offsetof(struct child_args, name), 0, NULL };
    struct otp_ref options = { OTP_REF_LIST, 0, 0, offsetof(struct child_args, options), 0, NULL };
    options.item = module->options;
    made->refs[0] = id;
    made->refs[1] = name;
    made->refs[2] = options;
    made->layout.size = sizeof(struct child_args);
    made->layout.n_refs = module->options != NULL ? 3 : 2;
    made->layout.refs = made->refs;
}

/* A C string with its terminator as a view. NULL: empty. */
static otp_str terminated(const char *text)
{
    otp_str view = otp_cstr(text);
    if (text != NULL)
        view.size++;
    return view;
}

/* -- the asking side -- */

otp_status otp_which_children(otp_dest supervisor, struct otp_child_info *children, size_t max,
                              size_t *count)
{
    struct which_args args = { max };
    struct which_reply reply;
    otp_status status =
        otp_system_call(supervisor, TAG_WHICH, &which_args_layout, &args, &reply, OTP_INFINITY);
    if (status != OTP_OK)
        return status;
    if (reply.status == OTP_OK) {
        if (reply.n > 0)
            memcpy(children, reply.infos, reply.n * sizeof(*children));
        *count = reply.count;
    }
    otp_reply_free(&which_reply_layout, &reply);
    return (otp_status)reply.status;
}

otp_status otp_count_children(otp_dest supervisor, struct otp_child_counts *counts)
{
    return otp_system_call(supervisor, TAG_COUNT, NULL, NULL, counts, OTP_INFINITY);
}

/* Asks; *pid (may be NULL) and the last reason are as the supervisor answered. */
static otp_status ask(otp_dest supervisor, uint32_t tag, const struct otp_layout *layout,
                      const void *args, otp_pid *pid)
{
    struct child_reply reply;
    otp_status status = otp_system_call(supervisor, tag, layout, args, &reply, OTP_INFINITY);
    if (status != OTP_OK)
        return status;
    if (pid != NULL)
        *pid = reply.pid;
    if (reply.status == OTP_EXIT)
        otp_set_last_reason(reply.reason);
    return (otp_status)reply.status;
}

otp_status otp_start_child(otp_dest supervisor, const struct otp_child *child, otp_pid *pid)
{
    if (!otpi_children_is_valid(child))
        return OTP_BADARG;
    struct child_layout made;
    make_child_layout(&made, child->module);
    struct child_args args = { 0 };
    args.id = terminated(child->id);
    args.name = terminated(child->name);
    args.options = child->options;
    args.n = child->options != NULL ? 1 : 0;
    args.module = child->module;
    args.shutdown = child->shutdown;
    args.restart = child->restart;
    args.significant = child->significant;
    return ask(supervisor, TAG_START, &made.layout, &args, pid);
}

static otp_status ask_by_id(otp_dest supervisor, uint32_t tag, const char *id, otp_pid *pid)
{
    struct id_args args = { terminated(id) };
    if (id == NULL)
        return OTP_BADARG;
    return ask(supervisor, tag, &id_layout, &args, pid);
}

otp_status otp_terminate_child(otp_dest supervisor, const char *id)
{
    return ask_by_id(supervisor, TAG_TERMINATE, id, NULL);
}

otp_status otp_restart_child(otp_dest supervisor, const char *id, otp_pid *pid)
{
    return ask_by_id(supervisor, TAG_RESTART, id, pid);
}

otp_status otp_delete_child(otp_dest supervisor, const char *id)
{
    return ask_by_id(supervisor, TAG_DELETE, id, NULL);
}

/* -- the answering side -- */

/* A request that may have to wait. */
struct request {
    struct otpi_event event; /* first */
    uint32_t tag;
    otp_from from;
    struct otpi_child *child; /* START: owned */
    char id[OTP_CHILD_ID_MAX + 1];
};

void otpi_requests_answer(otp_from from, otp_status status, otp_pid pid, otp_reason reason)
{
    struct child_reply reply = { (uint32_t)status, pid, reason };
    /* Nobody waits any more, or there is no memory: then the asker sees the supervisor's end. */
    (void)otp_answer(from, &child_reply_layout, &reply);
}

static void answer(otp_from from, otp_status status)
{
    otpi_requests_answer(from, status, otp_no_pid(), otp_normal());
}

static void describe(const struct otpi_child *child, struct otp_child_info *info)
{
    bool running = child->state == OTP_CHILD_RUNNING;
    strncpy(info->id, child->spec->id, OTP_CHILD_ID_MAX);
    info->id[OTP_CHILD_ID_MAX] = '\0';
    info->pid = running ? child->pid : otp_no_pid();
    info->state = child->state;
    info->is_supervisor = child->spec->module->is_supervisor != 0;
}

static void answer_which(struct otpi_supervisor *sup, otp_from from, uint64_t max)
{
    struct which_reply reply = { NULL, 0, sup->children.count, OTP_OK };
    uint64_t n = max < reply.count ? max : reply.count;
    if (n > 0)
        reply.infos = otp_alloc(n * sizeof(*reply.infos));
    if (n > 0 && reply.infos == NULL)
        reply.status = OTP_NOMEM;
    for (struct otpi_child *child = sup->children.last;
         child != NULL && reply.infos != NULL && reply.n < n; child = child->prev)
        describe(child, &reply.infos[reply.n++]);
    (void)otp_answer(from, &which_reply_layout, &reply); /* as in otpi_requests_answer */
    otp_free(reply.infos);
}

static void answer_count(struct otpi_supervisor *sup, otp_from from)
{
    struct otp_child_counts counts = { sup->children.count, sup->children.active,
                                       sup->children.supervisors,
                                       sup->children.count - sup->children.supervisors };
    for (struct otpi_event *at = sup->later.next; at != &sup->later; at = at->next)
        counts.active -= at->kind == OTPI_EVENT_DOWN; /* found dead, not yet dealt with */
    (void)otp_answer(from, &counts_layout, &counts);  /* as in otpi_requests_answer */
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

/* The child that args describe, with everything in one block. NULL: no memory. */
static struct otpi_child *copy_child(const struct child_args *args)
{
    struct child_layout made;
    make_child_layout(&made, args->module);
    size_t size = otp_layout_measure(&made.layout, args);
    size_t spec_size = (sizeof(struct otp_child) + 15) & ~(size_t)15;
    struct otpi_child *child = size == 0 ? NULL : otpi_children_new(spec_size + size);
    if (child == NULL)
        return NULL;
    struct child_args *copy = (struct child_args *)(void *)(child->extra + spec_size);
    otp_layout_copy(&made.layout, args, copy);
    struct otp_child spec = { 0 };
    spec.id = copy->id.data;
    spec.name = copy->name.size == 0 ? NULL : copy->name.data;
    spec.module = copy->module;
    spec.options = copy->n == 0 ? NULL : copy->options;
    spec.shutdown = copy->shutdown;
    spec.restart = (uint8_t)copy->restart;
    spec.significant = (uint8_t)copy->significant;
    memcpy(child->extra, &spec, sizeof(spec));
    child->spec = (const struct otp_child *)(void *)child->extra;
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
    if (message->tag == TAG_START) {
        request->child = copy_child(message->args);
        if (request->child == NULL) {
            otp_free(request);
            return NULL;
        }
        return request;
    }
    const struct id_args *args = message->args;
    if (args->id.size <= sizeof(request->id)) /* a longer one is nobody's: stays empty */
        memcpy(request->id, args->id.data, args->id.size);
    return request;
}

void otpi_requests_receive(struct otpi_supervisor *sup, const struct otp_message *message)
{
    if (message->tag == TAG_WHICH) {
        const struct which_args *args = message->args;
        answer_which(sup, message->from, args->max);
        return;
    }
    if (message->tag == TAG_COUNT) {
        answer_count(sup, message->from);
        return;
    }
    if (answer_status(sup, message))
        return;
    if (message->tag < TAG_WHICH || message->tag > TAG_DELETE)
        return; /* not answered: whoever asks learns that it is no request here */
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
    otpi_requests_answer(request->from, status, pid, otp_normal());
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
    if (request->tag == TAG_TERMINATE) {
        otpi_walk_request(sup, OTPI_WORK_TERMINATE_CHILD, child, request->from);
        return;
    }
    otp_status status = why_not_stopped(child);
    if (status != OTP_OK) {
        otpi_requests_answer(request->from, status,
                             status == OTP_RUNNING ? child->pid : otp_no_pid(), otp_normal());
    } else if (request->tag == TAG_RESTART) {
        otpi_walk_request(sup, OTPI_WORK_RESTART_CHILD, child, request->from);
    } else {
        otpi_children_remove(&sup->children, child);
        answer(request->from, OTP_OK);
    }
}

void otpi_requests_handle(struct otpi_supervisor *sup, struct otpi_event *event)
{
    struct request *request = (struct request *)event;
    if (request->tag == TAG_START)
        handle_start(sup, request);
    else
        handle_by_id(sup, request);
    otp_free(request);
}
