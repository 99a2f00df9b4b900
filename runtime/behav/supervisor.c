/* supervisor.c - the supervisor's process: what arrives, and in what order it is dealt with.
 *
 * Idea: a supervisor never waits inside a function, so any worker can run it and none waits behind
 * it. While an operation runs (supervisor_walk.c), the messages that it waits for drive it on; all
 * others that matter become events in a list and are dealt with one by one afterwards, which is the
 * order in which OTP's supervisor would take them out of its mailbox. That a child has ended is
 * learnt from a monitor made with its start: a child may unlink itself, but nobody can take that
 * away.
 * Threads: the supervisor's process; otp_supervisor_start any.
 * Locks: none.
 * Owns: struct otpi_supervisor, the process's data. */
#include "behav/supervisor.h"
#include "base/misuse.h"

#include "base/mutant.h"
#include "behav/killed.h"
#include "behav/supervisor_ask.h"

static void init(void *data, const void *args);
static bool is_brief(const void *data, const struct otp_message *message);

static const struct otp_behaviour behaviour = { "supervisor", init, otpi_supervisor_receive,
                                                NULL,         NULL, NULL,
                                                is_brief };

/* -- events -- */

void otpi_supervisor_push(struct otpi_event *list, struct otpi_event *event, uint32_t kind)
{
    event->kind = kind;
    event->prev = list->prev;
    event->next = list;
    list->prev->next = event;
    list->prev = event;
}

void otpi_supervisor_unlink(struct otpi_event *event)
{
    if (event->next == NULL)
        return;
    event->prev->next = event->next;
    event->next->prev = event->prev;
    event->prev = NULL;
    event->next = NULL;
}

/* The first event of list, taken out; NULL: none. */
static struct otpi_event *take_first(struct otpi_event *list)
{
    struct otpi_event *event = list->next;
    if (event == list)
        return NULL;
    otpi_supervisor_unlink(event);
    return event;
}

static void clear(struct otpi_event *list)
{
    list->prev = list;
    list->next = list;
}

void otpi_supervisor_put_off(struct otpi_supervisor *sup, struct otpi_child *child, uint32_t kind,
                             otp_duration delay)
{
    otp_timer timer;
    otpi_children_set(&sup->children, child, otp_no_pid(),
                      OTP_MUTANT(B087) ? OTP_CHILD_STOPPED : OTP_CHILD_RESTARTING);
    otpi_supervisor_push(&sup->retries, &child->event, kind);
    child->timer_ref = ++sup->timers;
    if (otp_behaviour_timer(delay, child->timer_ref, &timer) == OTP_OK)
        return;
    otpi_supervisor_log(sup, child, OTP_LOG_ERROR, OTP_LOG_GIVE_UP, NULL,
                        "no memory to try a restart again: the supervisor shuts down");
    otpi_walk_shutdown(sup, otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
}

void otpi_supervisor_say(const struct otp_module *module, struct otp_log_event *event)
{
    event->pid = otp_self();
    event->module = module->name;
    event->source = module->source;
    otp_log(event);
}

void otpi_supervisor_log(const struct otpi_supervisor *sup, const struct otpi_child *child,
                         uint32_t level, uint32_t kind, const otp_reason *reason, const char *text)
{
    struct otp_log_event event = { 0 };
    event.level = level;
    event.kind = kind;
    event.reason = reason;
    event.text = text;
    if (child != NULL) {
        event.child = child->spec->id;
        event.child_pid = child->pid;
    }
    otpi_supervisor_say(&sup->spec->module, &event);
}

otp_reason otpi_supervisor_reason(otp_status status)
{
    if (status == OTP_EXIT)
        return otp_last_reason();
    if (status == OTP_NOMEM)
        return otp_reason_make(OTP_REASON_NOMEM, NULL, 0);
    return otp_reason_make(OTP_REASON_STATUS, otp_status_text(status), (int64_t)status);
}

/* -- going on -- */

static void handle_event(struct otpi_supervisor *sup, struct otpi_event *event)
{
    switch ((enum otpi_event_kind)event->kind) {
    case OTPI_EVENT_DOWN: {
        struct otpi_child *child = (struct otpi_child *)event;
        otpi_restart_ended(sup, child, child->reason);
        break;
    }
    case OTPI_EVENT_RETRY: otpi_restart_retry(sup, (struct otpi_child *)event); break;
    case OTPI_EVENT_AGAIN: otpi_restart_again(sup, (struct otpi_child *)event); break;
    case OTPI_EVENT_REQUEST: otpi_requests_handle(sup, event); break;
    case OTPI_EVENT_STOP: otpi_walk_shutdown(sup, sup->stop_reason); break;
    case OTPI_EVENT_NONE: break;
    }
}

/* Does all that can be done now. */
static void go_on(struct otpi_supervisor *sup)
{
    for (;;) {
        otpi_walk_go(sup);
        if (sup->work.kind != OTPI_WORK_NONE)
            return;
        struct otpi_event *event = take_first(&sup->later);
        if (event == NULL)
            return;
        handle_event(sup, event);
    }
}

/* -- starting -- */

/* Fails the start; does not return. */
static void refuse_start(otp_reason reason)
{
    otp_init_ack(OTP_EXIT, reason);
}

static void make_children(struct otpi_supervisor *sup)
{
    for (uint32_t i = 0; i < sup->spec->n_children; i++) {
        const struct otp_child *spec = &sup->spec->children[i];
        if (otpi_children_by_id(&sup->children, spec->id) != NULL)
            refuse_start(otp_error("two children have one id"));
        struct otpi_child *child = otpi_children_new(0);
        if (child != NULL)
            otpi_children_describe(child, spec);
        if (child == NULL || otpi_children_append(&sup->children, child) != OTP_OK)
            refuse_start(otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    }
}

static void init(void *data, const void *args)
{
    otpi_supervisor_begin(data, args, NULL);
}

void otpi_supervisor_begin(struct otpi_supervisor *sup, const struct otp_supervisor *spec,
                           struct otpi_partitions *shown)
{
    sup->spec = spec;
    sup->children.shown = shown;
    clear(&sup->later);
    clear(&sup->retries);
    make_children(sup);
    otpi_walk_init(sup);
    go_on(sup);
}

static bool is_possible(const struct otp_supervisor *spec)
{
    if (spec->strategy > OTP_REST_FOR_ONE || spec->period <= 0 ||
        spec->auto_shutdown > OTP_ALL_SIGNIFICANT)
        return false;
    for (uint32_t i = 0; i < spec->n_children; i++) {
        const struct otp_child *child = &spec->children[i];
        if (child->id == NULL || !otpi_child_is_possible(child))
            return false;
        if (child->significant != 0 && spec->auto_shutdown == OTP_NEVER)
            return false;
    }
    return true;
}

otp_status otp_supervisor_start(const struct otp_module *module, const struct otp_start *how,
                                const void *options, otp_pid *pid)
{
    const struct otp_supervisor *spec = (const struct otp_supervisor *)module;
    if (options != NULL || !is_possible(spec))
        return OTPI_JUDGED(OTP_BADARG);
    struct otp_process_spec process = { 0 };
    process.behaviour = &behaviour;
    process.module = module;
    process.data_size = sizeof(struct otpi_supervisor);
    process.args = spec;
    process.trap_exit = true;
    return OTPI_JUDGED(otp_behaviour_start(&process, how, pid));
}

/* -- messages -- */

static void receive_down(struct otpi_supervisor *sup, const struct otp_message *message)
{
    struct otpi_child *child = otpi_children_by_pid(&sup->children, message->pid);
    if (child == NULL)
        return;
    if (sup->work.waiting && !sup->work.starting && child == sup->work.cursor &&
        !OTP_MUTANT(B098)) {
        otpi_walk_stopped(sup, *message->reason);
        return;
    }
    child->reason = *message->reason;
    otpi_supervisor_push(&sup->later, &child->event, OTPI_EVENT_DOWN);
}

static void receive_started(struct otpi_supervisor *sup, const struct otp_message *message)
{
    struct otpi_child *child = sup->work.cursor;
    if (!sup->work.waiting || !sup->work.starting || !otp_pid_equal(child->pid, message->pid))
        return;
    otp_reason reason = message->reason != NULL ? *message->reason : otp_normal();
    otpi_walk_started(sup, (otp_status)message->tag, reason);
}

/* Those that were put off for no time come up in order, so the first one is it. */
static void receive_timer(struct otpi_supervisor *sup, uint64_t ref)
{
    if (sup->work.timed && ref == sup->work.timer_ref) {
        otpi_walk_timeout(sup);
        return;
    }
    for (struct otpi_event *at = sup->retries.next; at != &sup->retries; at = at->next) {
        if (((struct otpi_child *)at)->timer_ref != ref)
            continue;
        otpi_supervisor_unlink(at);
        otpi_supervisor_push(&sup->later, at, at->kind);
        return;
    }
}

/* The supervisor is to end with reason; the first such wish counts. */
static void receive_stop(struct otpi_supervisor *sup, const otp_reason *reason)
{
    if (sup->stop.next != NULL || sup->work.kind == OTPI_WORK_SHUTDOWN)
        return;
    bool retrying = sup->work.kind == OTPI_WORK_RESTART || sup->retries.next != &sup->retries;
    if (OTP_MUTANT(B089) && retrying)
        return;
    sup->stop_reason = *reason;
    otpi_supervisor_push(&sup->later, &sup->stop, OTPI_EVENT_STOP);
}

/* Exit signals: the parent's ends it. A child's end is known by its DOWN, and whoever else may link
 * itself or send signals is none of a supervisor's business. */
static void receive_exit(struct otpi_supervisor *sup, const struct otp_message *message)
{
    if ((message->pid.bits != 0 && otp_pid_equal(message->pid, otp_parent())) || OTP_MUTANT(B104))
        receive_stop(sup, message->reason);
}

/* A supervisor below had to kill somebody: told on, with the child's name before it. */
static void hear_of_kill(const struct otpi_supervisor *sup, const struct otp_message *message)
{
    otp_str path;
    struct otpi_child *child = otpi_children_by_pid(&sup->children, message->pid);
    if (child != NULL && otpi_killed_hear(message, &path))
        otpi_killed_tell(child->spec->id, path);
}

void otpi_supervisor_receive(void *data, const struct otp_message *message)
{
    struct otpi_supervisor *sup = data;
    if (sup->work.kind == OTPI_WORK_ENDED)
        return;
    switch ((enum otp_message_kind)message->kind) {
    case OTP_MESSAGE_DOWN: receive_down(sup, message); break;
    case OTP_MESSAGE_STARTED: receive_started(sup, message); break;
    case OTP_MESSAGE_TIMER: receive_timer(sup, message->ref); break;
    case OTP_MESSAGE_STOP:
        /* Who asked is told by our end. No memory to remember him: he is told too early. */
        (void)otp_defer_reply(message->from);
        receive_stop(sup, message->reason);
        break;
    case OTP_MESSAGE_EXIT: receive_exit(sup, message); break;
    case OTP_MESSAGE_SYSTEM: otpi_requests_receive(sup, message); break;
    case OTP_MESSAGE_EVENT: hear_of_kill(sup, message); break;
    case OTP_MESSAGE_USER:
        otpi_supervisor_log(sup, NULL, OTP_LOG_WARNING, OTP_LOG_UNEXPECTED, NULL,
                            "a message for a supervisor was dropped");
        break;
    }
    go_on(sup);
}

/* Nothing here waits, but for a start of a module that might: so nothing that was kept for later,
 * and no operation that goes on with another child. */
static bool is_brief(const void *data, const struct otp_message *message)
{
    const struct otpi_supervisor *sup = data;
    if (sup->later.next != &sup->later)
        return false;
    if (message->kind == OTP_MESSAGE_STARTED)
        return sup->work.single;
    return message->kind == OTP_MESSAGE_SYSTEM && sup->work.kind == OTPI_WORK_NONE &&
           otpi_ask_is_brief(message);
}
