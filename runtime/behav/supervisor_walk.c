/* supervisor_walk.c - starting and stopping children, one after another.
 *
 * Idea: an operation is two walks over the list of children with one cursor: back to front, telling
 * each to stop and waiting for its DOWN; front to back, starting each and waiting for its outcome.
 * Which walks there are, over which children and what comes at the end depends on its kind. A child
 * that is dead already is passed without waiting.
 *
 *   INIT             start all; one fails: stop all before it, fail
 *   RESTART          [stop a group from its last to its first,] start; one fails: retry later
 *   START_CHILD      start one, answer       RESTART_CHILD the same
 *   TERMINATE_CHILD  stop one, answer
 *   SHUTDOWN         stop all, end
 *
 * Threads: the supervisor's process.
 * Locks: none.
 * Owns: struct otpi_work of the supervisor. */
#include "base/mutant.h"
#include "behav/killed.h"
#include "behav/supervisor.h"
#include "behav/supervisor_ask.h"

/* -- beginnings -- */

static struct otpi_work *begin(struct otpi_supervisor *sup, uint32_t kind, bool starting)
{
    struct otpi_work *work = &sup->work;
    work->kind = kind;
    work->starting = starting;
    work->single = false;
    work->waiting = false;
    work->timed = false;
    work->failed = false;
    work->first = NULL;
    work->delay = 0;
    work->cursor = starting || OTP_MUTANT(B061) ? sup->children.first : sup->children.last;
    return work;
}

void otpi_walk_init(struct otpi_supervisor *sup)
{
    begin(sup, OTPI_WORK_INIT, true);
}

void otpi_walk_shutdown(struct otpi_supervisor *sup, otp_reason reason)
{
    begin(sup, OTPI_WORK_SHUTDOWN, false)->reason = reason;
}

void otpi_walk_restart_one(struct otpi_supervisor *sup, struct otpi_child *child)
{
    struct otpi_work *work = begin(sup, OTPI_WORK_RESTART, true);
    work->single = true;
    work->cursor = child;
}

void otpi_walk_restart_from(struct otpi_supervisor *sup, struct otpi_child *first,
                            struct otpi_child *blamed, otp_duration delay)
{
    struct otpi_work *work = begin(sup, OTPI_WORK_RESTART, false);
    work->first = first;
    work->blamed = blamed;
    work->delay = delay;
}

void otpi_walk_request(struct otpi_supervisor *sup, uint32_t kind, struct otpi_child *child,
                       otp_from from)
{
    struct otpi_work *work = begin(sup, kind, kind != OTPI_WORK_TERMINATE_CHILD);
    work->single = true;
    work->cursor = child;
    work->from = from;
}

/* -- stopping -- */

/* The child has no process and will not get one by itself. A temporary one is gone then. */
static void forget_process(struct otpi_supervisor *sup, struct otpi_child *child)
{
    if (!OTP_MUTANT(B082) && !OTP_MUTANT(B088))
        otpi_supervisor_unlink(&child->event);
    if (child->spec->restart == OTP_TEMPORARY && !OTP_MUTANT(B076))
        otpi_children_remove(&sup->children, child);
    else
        otpi_children_set(&sup->children, child, otp_no_pid(), OTP_CHILD_STOPPED);
}

/* The end of a child that was told to stop: of all reasons only the odd ones are said. */
static void log_stopped(struct otpi_supervisor *sup, const struct otpi_child *child,
                        const otp_reason *reason)
{
    if (!otp_reason_is_clean(*reason) && reason->kind != OTP_REASON_KILLED)
        otpi_supervisor_log(sup, child, OTP_LOG_ERROR, OTP_LOG_CHILD_EXIT, reason,
                            "child ended otherwise while it was to stop");
}

static void tell_to_stop(struct otpi_supervisor *sup, struct otpi_child *child)
{
    struct otpi_work *work = &sup->work;
    otp_duration shutdown = otpi_child_shutdown(child->spec->module, child->spec->shutdown);
    work->waiting = true;
    if (shutdown == OTP_BRUTAL_KILL || OTP_MUTANT(B095)) {
        (void)otp_exit_signal(child->pid, otp_kill());
        return;
    }
    if (otp_end_process(child->pid, child->monitor, otp_shutdown())) {
        otpi_walk_stopped(sup, otp_shutdown());
        return;
    }
    work->timer_ref = ++sup->timers;
    if (!otpi_child_tell_to_stop(child->pid, shutdown, work->timer_ref, &work->timer, &work->timed))
        otpi_walk_timeout(sup);
}

void otpi_walk_timeout(struct otpi_supervisor *sup)
{
    struct otpi_child *child = sup->work.cursor;
    sup->work.timed = false;
    otpi_supervisor_log(sup, child, OTP_LOG_ERROR, OTP_LOG_SHUTDOWN_KILL, NULL,
                        "child did not stop in time and is killed");
    otpi_killed_tell(child->spec->id, otp_cstr(NULL));
    if (!OTP_MUTANT(B093))
        (void)otp_exit_signal(child->pid, otp_kill());
}

void otpi_walk_stopped(struct otpi_supervisor *sup, otp_reason reason)
{
    struct otpi_work *work = &sup->work;
    if (OTP_MUTANT(B096) && !otp_reason_is_clean(reason))
        return;
    if (work->timed)
        (void)otp_timer_cancel(work->timer, NULL); /* a late message is told by its ref */
    work->timed = false;
    work->waiting = false;
    log_stopped(sup, work->cursor, &reason);
    otpi_children_set(&sup->children, work->cursor, otp_no_pid(), OTP_CHILD_STOPPED);
}

static void stopping_over(struct otpi_supervisor *sup)
{
    struct otpi_work *work = &sup->work;
    switch ((enum otpi_work_kind)work->kind) {
    case OTPI_WORK_RESTART:
        if (work->delay > 0) {
            work->kind = OTPI_WORK_NONE;
            otpi_supervisor_put_off(sup, work->blamed, OTPI_EVENT_AGAIN, work->delay);
            break;
        }
        work->starting = true;
        work->cursor = work->first != NULL ? work->first : sup->children.first;
        break;
    case OTPI_WORK_TERMINATE_CHILD:
        work->kind = OTPI_WORK_NONE;
        otpi_tell_child(work->from, OTP_OK, otp_no_pid(), otp_normal());
        break;
    case OTPI_WORK_INIT:
        work->kind = OTPI_WORK_ENDED;
        otp_init_ack(OTP_EXIT, work->reason);
        break;
    case OTPI_WORK_SHUTDOWN:
        work->kind = OTPI_WORK_ENDED;
        otp_finish(work->reason);
        break;
    case OTPI_WORK_NONE:
    case OTPI_WORK_START_CHILD:
    case OTPI_WORK_RESTART_CHILD:
    case OTPI_WORK_ENDED: break;
    }
}

static void stop_next(struct otpi_supervisor *sup)
{
    struct otpi_work *work = &sup->work;
    struct otpi_child *child = work->cursor;
    if (child == NULL) {
        stopping_over(sup);
        return;
    }
    bool ended = child->event.next != NULL && child->event.kind == OTPI_EVENT_DOWN;
    if (child->pid.bits != 0 && !ended && !OTP_MUTANT(B097)) {
        tell_to_stop(sup, child);
        return;
    }
    if (ended)
        log_stopped(sup, child, &child->reason);
    struct otpi_child *before = OTP_MUTANT(B061) ? child->next : child->prev;
    work->cursor = work->single || child == work->first ? NULL : before;
    forget_process(sup, child);
}

/* -- starting -- */

static void step_on(struct otpi_work *work)
{
    work->cursor = work->single ? NULL : work->cursor->next;
}

/* Answers who asked for the start, if it was a request. */
static void answer_start(struct otpi_supervisor *sup, otp_status status, otp_pid pid,
                         otp_reason reason)
{
    if (sup->work.kind == OTPI_WORK_START_CHILD || sup->work.kind == OTPI_WORK_RESTART_CHILD)
        otpi_tell_child(sup->work.from, status, pid, reason);
}

/* The child at the cursor has no process: what that means for the operation. */
static void start_failed(struct otpi_supervisor *sup, otp_reason reason)
{
    struct otpi_work *work = &sup->work;
    struct otpi_child *child = work->cursor;
    otpi_supervisor_log(sup, child, OTP_LOG_ERROR, OTP_LOG_START_FAILED, &reason,
                        "child did not start");
    switch ((enum otpi_work_kind)work->kind) {
    case OTPI_WORK_INIT:
        work->reason = otp_reason_make(OTP_REASON_FAILED_START, child->spec->id, reason.kind);
        work->failed = true;
        work->starting = false;
        work->cursor = OTP_MUTANT(B067) ? NULL : sup->children.last;
        break;
    case OTPI_WORK_RESTART:
        work->kind = OTPI_WORK_NONE;
        otpi_supervisor_put_off(sup, child, OTPI_EVENT_RETRY, 0);
        break;
    case OTPI_WORK_START_CHILD:
        work->kind = OTPI_WORK_NONE;
        if (!OTP_MUTANT(B100))
            otpi_children_remove(&sup->children, child);
        break;
    case OTPI_WORK_RESTART_CHILD: work->kind = OTPI_WORK_NONE; break;
    case OTPI_WORK_NONE:
    case OTPI_WORK_TERMINATE_CHILD:
    case OTPI_WORK_SHUTDOWN:
    case OTPI_WORK_ENDED: break;
    }
}

void otpi_walk_started(struct otpi_supervisor *sup, otp_status status, otp_reason reason)
{
    struct otpi_work *work = &sup->work;
    struct otpi_child *child = work->cursor;
    work->waiting = false;
    if (status == OTP_OK) {
        otpi_children_set(&sup->children, child, child->pid, OTP_CHILD_RUNNING);
        otpi_backoff_started(&child->backoff);
        if (work->kind == OTPI_WORK_RESTART) {
            child->restarts++;
            otpi_supervisor_log(sup, child, OTP_LOG_INFO, OTP_LOG_RESTART, NULL,
                                "child started again");
        }
        answer_start(sup, OTP_OK, child->pid, reason);
        step_on(work);
        return;
    }
    otpi_supervisor_unlink(&child->event);
    otpi_children_set(&sup->children, child, otp_no_pid(), OTP_CHILD_STOPPED);
    otp_pid holder = status == OTP_ALREADY_STARTED ? otp_whereis(child->spec->name) : otp_no_pid();
    bool told = status == OTP_IGNORE || status == OTP_ALREADY_STARTED;
    answer_start(sup, told ? status : OTP_EXIT, holder, reason);
    if (status != OTP_IGNORE) {
        start_failed(sup, reason);
        return;
    }
    step_on(work);
    if (child->spec->restart == OTP_TEMPORARY)
        otpi_children_remove(&sup->children, child);
}

static void starting_over(struct otpi_supervisor *sup)
{
    bool is_init = sup->work.kind == OTPI_WORK_INIT;
    sup->work.kind = OTPI_WORK_NONE;
    if (is_init)
        otp_init_ack(OTP_OK, otp_normal());
}

static void start_next(struct otpi_supervisor *sup)
{
    struct otpi_work *work = &sup->work;
    struct otpi_child *child = work->cursor;
    if (child == NULL) {
        starting_over(sup);
        return;
    }
    if (OTP_MUTANT(B077) && child->spec->restart == OTP_TRANSIENT &&
        work->kind == OTPI_WORK_RESTART) {
        step_on(work);
        return;
    }
    const struct otp_module *module = child->spec->module;
    struct otp_start how = { .name = child->spec->name, .link = !OTP_MUTANT(B105) };
    how.monitor = how.async = true;
    how.monitor_out = &child->monitor;
    otp_pid pid = otp_no_pid();
    otp_status status = module->start(module, &how, child->spec->options, &pid);
    if (status != OTP_OK) {
        otpi_walk_started(sup, status, otpi_supervisor_reason(status));
        return;
    }
    work->waiting = true;
    otpi_children_set(&sup->children, child, pid,
                      work->kind == OTPI_WORK_RESTART ? OTP_CHILD_RESTARTING : OTP_CHILD_STARTING);
}

void otpi_walk_go(struct otpi_supervisor *sup)
{
    struct otpi_work *work = &sup->work;
    while (work->kind != OTPI_WORK_NONE && work->kind != OTPI_WORK_ENDED && !work->waiting) {
        if (work->starting)
            start_next(sup);
        else
            stop_next(sup);
    }
}
