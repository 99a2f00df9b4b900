/* supervisor_ask.c - asking a supervisor about its children, and having it change them.
 *
 * Idea: each function is one request and its answer, both flat values. A new child travels with its
 * options in one block, which may become part of the child. What cannot be a child is refused here,
 * before anybody is asked.
 * Threads: the otp_ functions any; the others the supervisor's process.
 * Locks: none.
 * Owns: nothing. */
#include "behav/supervisor_ask.h"
#include "base/misuse.h"

#include <string.h>

#include <otp/child.h>
#include <otp/genserver.h>

static const struct otp_layout info_layout = { sizeof(struct otp_child_info), 0, NULL };
static const struct otp_ref which_refs[] = {
    { OTP_REF_LIST, 0, 0, offsetof(struct otpi_tell_which, infos), 0, &info_layout },
};
static const struct otp_layout ask_which_layout = { sizeof(struct otpi_ask_which), 0, NULL };
static const struct otp_layout tell_which_layout = { sizeof(struct otpi_tell_which), 1,
                                                     which_refs };
static const struct otp_layout counts_layout = { sizeof(struct otp_child_counts), 0, NULL };
static const struct otp_ref id_refs[] = {
    { OTP_REF_TEXT, 0, 0, offsetof(struct otpi_ask_id, id), 0, NULL },
};
static const struct otp_layout ask_id_layout = { sizeof(struct otpi_ask_id), 1, id_refs };
static const struct otp_layout ask_pid_layout = { sizeof(otp_pid), 0, NULL };
static const struct otp_layout tell_childspec_layout = { sizeof(struct otpi_tell_childspec), 0,
                                                         NULL };
static const struct otp_layout tell_child_layout = { sizeof(struct otpi_tell_child), 0, NULL };

static const struct otp_ref child_refs[] = {
    { OTP_REF_TEXT, 0, 0, offsetof(struct otpi_ask_child, id), 0, NULL },
    { OTP_REF_TEXT, 0, 0, offsetof(struct otpi_ask_child, name), 0, NULL },
};
static const struct otp_layout ask_child_layout = { sizeof(struct otpi_ask_child), 2, child_refs };

/* The layout of otpi_ask_child with the module's options, if it has any. */
struct child_layout {
    struct otp_ref refs[3];
    struct otp_layout layout;
};

/* Made where it is needed. */
static const struct otp_layout *child_layout(struct child_layout *made,
                                             const struct otp_module *module)
{
    struct otp_ref options = { OTP_REF_LIST,   0, 0, offsetof(struct otpi_ask_child, options), 0,
                               module->options };
    if (module->options == NULL)
        return &ask_child_layout;
    made->refs[0] = child_refs[0];
    made->refs[1] = child_refs[1];
    made->refs[2] = options;
    made->layout.size = sizeof(struct otpi_ask_child);
    made->layout.n_refs = 3;
    made->layout.refs = made->refs;
    return &made->layout;
}

size_t otpi_ask_measure(const struct otpi_ask_child *args)
{
    struct child_layout made;
    return otp_layout_measure(child_layout(&made, args->module), args);
}

struct otpi_ask_child *otpi_ask_copy(const struct otpi_ask_child *args, void *memory)
{
    struct child_layout made;
    otp_layout_copy(child_layout(&made, args->module), args, memory);
    return memory;
}

/* A C string with its terminator as a view. NULL: empty. */
static otp_str terminated(const char *text)
{
    otp_str view = otp_cstr(text);
    if (text != NULL)
        view.size++;
    return view;
}

bool otpi_child_is_possible(const struct otp_child *spec)
{
    if (spec == NULL || spec->module == NULL || spec->module->start == NULL)
        return false;
    size_t size = spec->id != NULL ? strlen(spec->id) : 1;
    if (size == 0 || size > OTP_CHILD_ID_MAX)
        return false;
    if (spec->module->options != NULL ? spec->options == NULL : spec->options != NULL)
        return false;
    if (spec->shutdown < 0 && spec->shutdown != OTP_BRUTAL_KILL &&
        spec->shutdown != OTP_SHUTDOWN_DEFAULT)
        return false;
    if (spec->restart > OTP_TEMPORARY || spec->significant > 1)
        return false;
    if (spec->backoff_min < 0 || spec->backoff_max < spec->backoff_min ||
        (spec->backoff_min == 0 && spec->backoff_max > 0))
        return false;
    return spec->significant == 0 || spec->restart != OTP_PERMANENT;
}

otp_duration otpi_child_shutdown(const struct otp_module *module, otp_duration shutdown)
{
    if (shutdown != OTP_SHUTDOWN_DEFAULT)
        return shutdown;
    return module->is_supervisor != 0 ? OTP_INFINITY : 5 * OTP_S;
}

bool otpi_child_tell_to_stop(otp_pid pid, otp_duration shutdown, uint64_t ref, otp_timer *timer,
                             bool *timed)
{
    bool limited = shutdown != OTP_INFINITY;
    otp_instant now = limited ? otp_now() : 0;
    (void)otp_exit_signal(pid, otp_shutdown());
    *timed = false;
    if (!limited || !otp_is_alive(pid))
        return true;
    otp_instant due = shutdown < OTP_INFINITY - now ? now + shutdown : OTP_INFINITY;
    *timed = otp_behaviour_timer_at(due, ref, timer) == OTP_OK;
    return *timed;
}

bool otpi_ask_is_brief(const struct otp_message *message)
{
    if (message->tag == OTPI_ASK_TERMINATE_PID || message->tag == OTPI_ASK_TERMINATE)
        return true;
    if (message->tag != OTPI_ASK_START)
        return false;
    const struct otp_module *module = ((const struct otpi_ask_child *)message->args)->module;
    if (module->start == otp_genserver_start)
        return ((const struct otp_genserver *)module)->via == NULL;
    return module->start == otp_process_start;
}

/* -- asking -- */

otp_status otp_which_children(otp_dest supervisor, struct otp_child_info *children, size_t max,
                              size_t *count)
{
    struct otpi_ask_which args = { max };
    struct otpi_tell_which reply;
    otp_status status =
        otp_system_call(supervisor, OTPI_ASK_WHICH, &ask_which_layout, &args, &reply, OTP_INFINITY);
    if (status != OTP_OK)
        return OTPI_JUDGED(status);
    if (reply.status == OTP_OK) {
        if (reply.n > 0)
            memcpy(children, reply.infos, reply.n * sizeof(*children));
        *count = reply.count;
    }
    otp_reply_free(&tell_which_layout, &reply);
    return OTPI_JUDGED((otp_status)reply.status);
}

otp_status otp_count_children(otp_dest supervisor, struct otp_child_counts *counts)
{
    return OTPI_JUDGED(
        otp_system_call(supervisor, OTPI_ASK_COUNT, NULL, NULL, counts, OTP_INFINITY));
}

/* Asks; *pid (may be NULL), which only some outcomes have, and the last reason are as the
 * supervisor answered. */
static otp_status ask(otp_dest supervisor, uint32_t tag, const struct otp_layout *layout,
                      const void *args, otp_pid *pid)
{
    struct otpi_tell_child reply;
    otp_status status = otp_system_call(supervisor, tag, layout, args, &reply, OTP_INFINITY);
    if (status != OTP_OK)
        return status;
    if (pid != NULL && (reply.status == OTP_OK || reply.status == OTP_ALREADY_STARTED))
        *pid = reply.pid;
    if (reply.status == OTP_EXIT)
        otp_set_last_reason(reply.reason);
    return (otp_status)reply.status;
}

otp_status otpi_ask_start(otp_dest supervisor, const struct otp_child *child, otp_pid *pid)
{
    struct child_layout made;
    const struct otp_layout *layout = child_layout(&made, child->module);
    struct otpi_ask_child args = { .id = terminated(child->id),
                                   .name = terminated(child->name),
                                   .options = child->options,
                                   .n = child->options != NULL ? 1 : 0,
                                   .module = child->module,
                                   .shutdown = child->shutdown,
                                   .backoff_min = child->backoff_min,
                                   .backoff_max = child->backoff_max,
                                   .restart = child->restart,
                                   .significant = child->significant };
    return ask(supervisor, OTPI_ASK_START, layout, &args, pid);
}

otp_status otp_start_child(otp_dest supervisor, const struct otp_child *child, otp_pid *pid)
{
    if (!otpi_child_is_possible(child))
        return OTPI_JUDGED(OTP_BADARG);
    return OTPI_JUDGED(otpi_ask_start(supervisor, child, pid));
}

static otp_status ask_by_id(otp_dest supervisor, uint32_t tag, const char *id, otp_pid *pid)
{
    struct otpi_ask_id args = { terminated(id) };
    if (id == NULL)
        return OTP_BADARG;
    return ask(supervisor, tag, &ask_id_layout, &args, pid);
}

otp_status otp_terminate_child(otp_dest supervisor, const char *id)
{
    return OTPI_JUDGED(ask_by_id(supervisor, OTPI_ASK_TERMINATE, id, NULL));
}

otp_status otp_restart_child(otp_dest supervisor, const char *id, otp_pid *pid)
{
    return OTPI_JUDGED(ask_by_id(supervisor, OTPI_ASK_RESTART, id, pid));
}

otp_status otp_delete_child(otp_dest supervisor, const char *id)
{
    return OTPI_JUDGED(ask_by_id(supervisor, OTPI_ASK_DELETE, id, NULL));
}

otp_status otp_get_childspec(otp_dest supervisor, const char *id, struct otp_childspec *childspec)
{
    struct otpi_ask_id args = { terminated(id) };
    struct otpi_tell_childspec reply;
    if (id == NULL)
        return OTPI_JUDGED(OTP_BADARG);
    otp_status status = otp_system_call(supervisor, OTPI_ASK_CHILDSPEC, &ask_id_layout, &args,
                                        &reply, OTP_INFINITY);
    if (status == OTP_OK)
        status = (otp_status)reply.status;
    if (status == OTP_OK)
        *childspec = reply.childspec;
    return OTPI_JUDGED(status);
}

otp_status otp_terminate_child_by_pid(otp_dest supervisor, otp_pid pid)
{
    return OTPI_JUDGED(ask(supervisor, OTPI_ASK_TERMINATE_PID, &ask_pid_layout, &pid, NULL));
}

/* -- answering: nobody may wait any more, and if there is no memory the asker sees the end -- */

void otpi_tell_child(otp_from from, otp_status status, otp_pid pid, otp_reason reason)
{
    struct otpi_tell_child reply = { (uint32_t)status, pid, reason };
    (void)otp_answer(from, &tell_child_layout, &reply);
}

void otpi_tell_childspec(otp_from from, const struct otpi_tell_childspec *tell)
{
    (void)otp_answer(from, &tell_childspec_layout, tell);
}

void otpi_tell_counts(otp_from from, const struct otp_child_counts *counts)
{
    (void)otp_answer(from, &counts_layout, counts);
}

void otpi_tell_which_new(struct otpi_tell_which *tell, const struct otpi_ask_which *args,
                         uint64_t count)
{
    uint64_t room = args->max < count ? args->max : count;
    tell->n = 0;
    tell->count = count;
    tell->infos = room == 0 ? NULL : otp_alloc(room * sizeof(*tell->infos));
    tell->room = tell->infos == NULL ? 0 : room;
    tell->status = tell->infos == NULL && room > 0 ? OTP_NOMEM : OTP_OK;
}

void otpi_tell_which(otp_from from, struct otpi_tell_which *tell)
{
    (void)otp_answer(from, &tell_which_layout, tell);
    otp_free(tell->infos);
}
