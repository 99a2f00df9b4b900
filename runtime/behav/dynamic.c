/* dynamic.c - the dynamic supervisor's process: members that come and go.
 *
 * Idea: see dynamic.h. What arrives is about one member and drives only that one on. That a member
 * has ended is learnt from a monitor made with its start. A timer message carries the pid that the
 * member is known by: in RESTARTING it is time for the next attempt, in STOPPING its shutdown time
 * is over. At the end all members are told at once, so they share their shutdown times.
 * Threads: the supervisor's process; otp_dynamic_supervisor_start any.
 * Locks: none.
 * Owns: struct otpi_dynamic, the process's data. */
#include "behav/dynamic.h"

#include "base/misuse.h"
#include "base/mutant.h"
#include "behav/killed.h"

static void init(void *data, const void *args);
static void receive(void *data, const struct otp_message *message);
static bool is_brief(const void *data, const struct otp_message *message);

static const struct otp_behaviour behaviour = {
    "dynamic_supervisor", init, receive, NULL, NULL, NULL, is_brief
};

/* Says something about a member. reason may be NULL. */
static void say(const struct otpi_dynamic *dynamic, const struct otpi_member *member,
                uint32_t level, uint32_t kind, const otp_reason *reason, const char *text)
{
    struct otp_log_event event = { 0 };
    event.level = level;
    event.kind = kind;
    event.reason = reason;
    event.text = text;
    event.child = member->module->name;
    event.child_pid = member->known.pid;
    otpi_supervisor_say(&dynamic->spec->module, &event);
}

/* -- ends -- */

static void stop(struct otpi_dynamic *dynamic, struct otpi_member *member);

/* Those who wanted it terminated: the first one did it, for the others it was not there. */
static void answer_askers(struct otpi_member *member, otp_status first)
{
    otp_status status = first;
    while (member->askers != NULL) {
        struct otpi_member_asker *asker = member->askers;
        member->askers = asker->next;
        otpi_tell_child(asker->from, status, otp_no_pid(), otp_normal());
        if (asker != &member->first_asker)
            otp_free(asker);
        status = OTP_NOT_FOUND;
    }
}

static void answer_starter(struct otpi_member *member, otp_status status, otp_pid pid,
                           otp_reason reason)
{
    if (member->unanswered)
        otpi_tell_child(member->starter, status, pid, reason);
    member->unanswered = false;
}

static void disarm(struct otpi_member *member)
{
    if (member->timed)
        (void)otp_timer_cancel(member->timer, NULL); /* late: nobody is known by its ref any more */
    member->timed = false;
}

/* It is no member any more; askers: what the first of them is told. */
static void forget(struct otpi_dynamic *dynamic, struct otpi_member *member, otp_status askers)
{
    disarm(member);
    answer_askers(member, askers);
    otpi_members_remove(&dynamic->members, member);
}

/* All are to stop, and the supervisor ends with reason; the first such wish counts. */
static void end(struct otpi_dynamic *dynamic, otp_reason reason)
{
    struct otpi_member *next;
    if (dynamic->ending)
        return;
    dynamic->ending = true;
    dynamic->reason = reason;
    for (struct otpi_member *member = dynamic->members.first; member != NULL; member = next) {
        next = OTP_MUTANT(B121) ? NULL : member->next;
        stop(dynamic, member);
    }
}

/* -- starting -- */

/* Starts its process; *pid is set if that is OK. */
static otp_status launch(struct otpi_member *member, const struct otpi_ask_child *args,
                         otp_pid *pid)
{
    struct otp_start how = { .link = true, .monitor = true, .async = true };
    how.monitor_out = &member->monitor;
    if (args->name.size > 0)
        how.name = args->name.data;
    return args->module->start(args->module, &how, args->n > 0 ? args->options : NULL, pid);
}

/* A temporary one is never started again, so how to do that is not kept. */
static bool keep_arguments(struct otpi_member *member, const struct otpi_ask_child *args)
{
    if (member->restart == OTP_TEMPORARY)
        return true;
    size_t size = otpi_ask_measure(args);
    void *memory = size == 0 ? NULL : otp_alloc(size);
    if (memory != NULL)
        member->again = otpi_ask_copy(args, memory);
    return memory != NULL;
}

/* Its first start has failed: it has never been a member. */
static void start_failed(struct otpi_dynamic *dynamic, struct otpi_member *member,
                         otp_status status, otp_pid holder, otp_reason reason)
{
    bool told = status == OTP_IGNORE || status == OTP_ALREADY_STARTED || status == OTP_NOMEM;
    if (status != OTP_IGNORE && status != OTP_NOT_RUNNING)
        say(dynamic, member, OTP_LOG_ERROR, OTP_LOG_START_FAILED, &reason, "child did not start");
    answer_starter(member, told ? status : OTP_EXIT, holder, reason);
    forget(dynamic, member, OTP_NOT_FOUND);
    otpi_dynamic_serve(dynamic);
}

void otpi_dynamic_start(struct otpi_dynamic *dynamic, const struct otpi_ask_child *args,
                        otp_from from)
{
    struct otpi_member *member = otpi_members_add(&dynamic->members, args->module);
    otp_pid pid = otp_no_pid();
    otp_status status = OTP_NOMEM;
    if (member == NULL) {
        otpi_tell_child(from, OTP_NOMEM, pid, otp_normal());
        return;
    }
    member->restart = (uint8_t)args->restart;
    member->shutdown = otpi_child_shutdown(args->module, args->shutdown);
    member->backoff.min = args->backoff_min;
    member->backoff.max = args->backoff_max;
    member->starter = from;
    member->unanswered = true;
    if (keep_arguments(member, args))
        status = launch(member, args, &pid);
    if (status == OTP_OK)
        otpi_members_set_pid(&dynamic->members, &member->known, pid);
    else
        start_failed(dynamic, member, status, pid, otpi_supervisor_reason(status));
}

/* -- starting again -- */

/* The next attempt comes up after delay; 0: after what is in the mailbox now. */
static void put_off(struct otpi_dynamic *dynamic, struct otpi_member *member, otp_duration delay)
{
    member->timed = otp_behaviour_timer(delay, member->known.pid.bits, &member->timer) == OTP_OK;
    if (member->timed)
        return;
    say(dynamic, member, OTP_LOG_ERROR, OTP_LOG_GIVE_UP, NULL,
        "no memory to try a restart again: the supervisor shuts down");
    end(dynamic, otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
}

static void attempt_failed(struct otpi_dynamic *dynamic, struct otpi_member *member,
                           otp_status status, otp_reason reason)
{
    otpi_members_set_pid(&dynamic->members, &member->attempt, otp_no_pid());
    if (status == OTP_IGNORE) {
        forget(dynamic, member, OTP_NOT_FOUND);
        otpi_dynamic_serve(dynamic);
        return;
    }
    say(dynamic, member, OTP_LOG_ERROR, OTP_LOG_START_FAILED, &reason, "child did not start");
    if (member->askers != NULL) {
        forget(dynamic, member, OTP_OK);
        otpi_dynamic_serve(dynamic);
        return;
    }
    put_off(dynamic, member, 0);
}

/* Runs again under another pid: whoever wants to end it by the old one is too late. */
static void attempt_succeeded(struct otpi_dynamic *dynamic, struct otpi_member *member)
{
    otp_pid pid = member->attempt.pid;
    otpi_members_set_pid(&dynamic->members, &member->attempt, otp_no_pid());
    otpi_members_set_pid(&dynamic->members, &member->known, pid);
    otpi_members_set_state(&dynamic->members, member, OTPI_RUNNING);
    otpi_backoff_started(&member->backoff);
    member->restarts++;
    say(dynamic, member, OTP_LOG_INFO, OTP_LOG_RESTART, NULL, "child started again");
    answer_askers(member, OTP_NOT_FOUND);
}

static void attempt(struct otpi_dynamic *dynamic, struct otpi_member *member)
{
    otp_pid pid = otp_no_pid();
    member->counted = false;
    otp_status status = launch(member, member->again, &pid);
    if (status == OTP_OK)
        otpi_members_set_pid(&dynamic->members, &member->attempt, pid);
    else
        attempt_failed(dynamic, member, status, otpi_supervisor_reason(status));
}

/* Counts, and starts it again if that is within the limit, perhaps later. ran: it has been
 * running. */
static void restart(struct otpi_dynamic *dynamic, struct otpi_member *member, bool ran)
{
    const struct otp_dynamic_supervisor *spec = dynamic->spec;
    if (!otpi_restart_record(&dynamic->restarts, spec->max_restarts, spec->period)) {
        say(dynamic, member, OTP_LOG_ERROR, OTP_LOG_GIVE_UP, NULL,
            "max_restarts reached: the supervisor shuts down");
        end(dynamic, otp_shutdown());
        return;
    }
    otp_duration delay = otpi_backoff_next(&member->backoff, ran);
    member->counted = true;
    if (delay > 0)
        put_off(dynamic, member, delay);
    else
        attempt(dynamic, member);
}

/* -- stopping -- */

static void kill_late(struct otpi_dynamic *dynamic, struct otpi_member *member)
{
    member->timed = false;
    say(dynamic, member, OTP_LOG_ERROR, OTP_LOG_SHUTDOWN_KILL, NULL,
        "child did not stop in time and is killed");
    otpi_killed_tell(member->module->name, otp_cstr(NULL));
    (void)otp_exit_signal(member->known.pid, otp_kill());
}

static void tell_to_stop(struct otpi_dynamic *dynamic, struct otpi_member *member)
{
    otp_pid pid = member->known.pid;
    otpi_members_set_state(&dynamic->members, member, OTPI_STOPPING);
    if (member->shutdown == OTP_BRUTAL_KILL) {
        (void)otp_exit_signal(pid, otp_kill());
        return;
    }
    if (!otpi_child_tell_to_stop(pid, member->shutdown, pid.bits, &member->timer, &member->timed))
        kill_late(dynamic, member);
}

/* Stops it whatever it does. */
static void stop(struct otpi_dynamic *dynamic, struct otpi_member *member)
{
    if (member->state == OTPI_STOPPING)
        return;
    if (member->state == OTPI_RESTARTING) {
        otp_pid pid = member->attempt.pid;
        disarm(member);
        if (pid.bits == 0) {
            forget(dynamic, member, OTP_OK);
            return;
        }
        otpi_members_set_pid(&dynamic->members, &member->attempt, otp_no_pid());
        otpi_members_set_pid(&dynamic->members, &member->known, pid);
    }
    tell_to_stop(dynamic, member);
}

/* Most are idle and do not care: they are gone before anybody has to wait. */
static bool ends_at_once(struct otpi_dynamic *dynamic, struct otpi_member *member)
{
    if (member->state != OTPI_RUNNING || member->shutdown == OTP_BRUTAL_KILL ||
        !otp_end_process(member->known.pid, member->monitor, otp_shutdown()))
        return false;
    forget(dynamic, member, OTP_OK);
    return true;
}

void otpi_dynamic_terminate(struct otpi_dynamic *dynamic, otp_pid pid, otp_from from)
{
    struct otpi_member_pid *entry = otpi_members_find(&dynamic->members, pid);
    struct otpi_member *member = entry == NULL ? NULL : entry->member;
    if (member == NULL || entry == &member->attempt ||
        (OTP_MUTANT(B118) && member->state == OTPI_RESTARTING)) {
        otpi_tell_child(from, OTP_NOT_FOUND, otp_no_pid(), otp_normal());
        return;
    }
    if (ends_at_once(dynamic, member)) {
        otpi_tell_child(from, OTP_OK, otp_no_pid(), otp_normal());
        otpi_dynamic_serve(dynamic);
        return;
    }
    if (!otpi_dynamic_keep(from))
        return;
    struct otpi_member_asker *asker =
        member->askers == NULL ? &member->first_asker : otp_alloc(sizeof(*asker));
    if (asker == NULL) {
        otpi_tell_child(from, OTP_NOMEM, otp_no_pid(), otp_normal());
        return;
    }
    asker->from = from;
    asker->next = NULL;
    struct otpi_member_asker **at = &member->askers;
    while (*at != NULL)
        at = &(*at)->next;
    *at = asker;
    bool undecided = member->state == OTPI_STARTING || member->attempt.pid.bits != 0;
    if (!undecided) {
        stop(dynamic, member);
        otpi_dynamic_serve(dynamic);
    }
}

/* -- what arrives about members -- */

static bool is_to_run_again(const struct otpi_member *member, bool clean)
{
    return member->restart == OTP_PERMANENT || (member->restart == OTP_TRANSIENT && !clean);
}

/* It was running, and has ended by itself. */
static void ended(struct otpi_dynamic *dynamic, struct otpi_member *member,
                  const otp_reason *reason)
{
    bool clean = otp_reason_is_clean(*reason);
    if (!clean || member->restart == OTP_PERMANENT)
        say(dynamic, member, clean ? OTP_LOG_WARNING : OTP_LOG_ERROR, OTP_LOG_CHILD_EXIT, reason,
            "child ended");
    if (is_to_run_again(member, clean)) {
        otpi_members_set_state(&dynamic->members, member, OTPI_RESTARTING);
        restart(dynamic, member, true);
        return;
    }
    forget(dynamic, member, OTP_NOT_FOUND);
    otpi_dynamic_serve(dynamic);
}

static void stopped(struct otpi_dynamic *dynamic, struct otpi_member *member,
                    const otp_reason *reason)
{
    if (!otp_reason_is_clean(*reason) && reason->kind != OTP_REASON_KILLED)
        say(dynamic, member, OTP_LOG_ERROR, OTP_LOG_CHILD_EXIT, reason,
            "child ended otherwise while it was to stop");
    answer_starter(member, OTP_EXIT, otp_no_pid(), *reason);
    forget(dynamic, member, OTP_OK);
    otpi_dynamic_serve(dynamic);
    if (OTP_MUTANT(B121) && dynamic->ending && dynamic->members.first != NULL)
        stop(dynamic, dynamic->members.first);
}

/* Its start is done. */
static void started(struct otpi_dynamic *dynamic, struct otpi_member *member)
{
    answer_starter(member, OTP_OK, member->known.pid, otp_normal());
    if (member->state == OTPI_STARTING) {
        otpi_members_set_state(&dynamic->members, member, OTPI_RUNNING);
        otpi_backoff_started(&member->backoff);
        if (member->askers != NULL)
            stop(dynamic, member);
        otpi_dynamic_serve(dynamic);
    }
}

static void receive_started(struct otpi_dynamic *dynamic, const struct otp_message *message)
{
    struct otpi_member_pid *entry = otpi_members_find(&dynamic->members, message->pid);
    if (entry == NULL)
        return; /* its DOWN came first */
    struct otpi_member *member = entry->member;
    otp_reason reason = message->reason != NULL ? *message->reason : otp_normal();
    otp_status status = (otp_status)message->tag;
    bool is_attempt = entry == &member->attempt;
    if (status == OTP_OK && is_attempt)
        attempt_succeeded(dynamic, member);
    else if (status == OTP_OK)
        started(dynamic, member);
    else if (is_attempt)
        attempt_failed(dynamic, member, status, reason);
    else if (member->state == OTPI_STOPPING)
        stopped(dynamic, member, &reason); /* in the middle of its init; no DOWN comes */
    else
        start_failed(dynamic, member, status, otp_no_pid(), reason);
}

/* A DOWN means that it had started, even if that is not known yet. */
static void receive_down(struct otpi_dynamic *dynamic, const struct otp_message *message)
{
    struct otpi_member_pid *entry = otpi_members_find(&dynamic->members, message->pid);
    if (entry == NULL)
        return;
    struct otpi_member *member = entry->member;
    if (entry == &member->attempt)
        attempt_succeeded(dynamic, member);
    else if (member->state == OTPI_STARTING)
        started(dynamic, member);
    if (member->state == OTPI_STOPPING)
        stopped(dynamic, member, message->reason);
    else
        ended(dynamic, member, message->reason);
}

static void receive_timer(struct otpi_dynamic *dynamic, uint64_t ref)
{
    struct otpi_member_pid *entry = otpi_members_find(&dynamic->members, (otp_pid){ ref });
    struct otpi_member *member = entry == NULL ? NULL : entry->member;
    if (member == NULL || !member->timed)
        return;
    member->timed = false;
    if (member->state != OTPI_RESTARTING)
        kill_late(dynamic, member);
    else if (member->counted)
        attempt(dynamic, member);
    else
        restart(dynamic, member, false);
}

/* -- the process -- */

static void init(void *data, const void *args)
{
    struct otpi_dynamic *dynamic = data;
    dynamic->spec = args;
    otp_init_ack(OTP_OK, otp_normal());
}

otp_status otp_dynamic_supervisor_start(const struct otp_module *module,
                                        const struct otp_start *how, const void *options,
                                        otp_pid *pid)
{
    const struct otp_dynamic_supervisor *spec = (const struct otp_dynamic_supervisor *)module;
    if (options != NULL || spec->period <= 0)
        return OTPI_JUDGED(OTP_BADARG);
    struct otp_process_spec process = { 0 };
    process.behaviour = &behaviour;
    process.module = module;
    process.data_size = sizeof(struct otpi_dynamic);
    process.args = spec;
    process.trap_exit = true;
    return OTPI_JUDGED(otp_behaviour_start(&process, how, pid));
}

/* A supervisor below had to kill somebody: told on, with the child's name before it. */
static void hear_of_kill(const struct otpi_dynamic *dynamic, const struct otp_message *message)
{
    otp_str path;
    struct otpi_member_pid *entry = otpi_members_find(&dynamic->members, message->pid);
    if (entry != NULL && otpi_killed_hear(message, &path))
        otpi_killed_tell(entry->member->module->name, path);
}

static void drop(const struct otpi_dynamic *dynamic)
{
    struct otp_log_event event = { 0 };
    event.level = OTP_LOG_WARNING;
    event.kind = OTP_LOG_UNEXPECTED;
    event.text = "a message for a supervisor was dropped";
    otpi_supervisor_say(&dynamic->spec->module, &event);
}

static void receive(void *data, const struct otp_message *message)
{
    struct otpi_dynamic *dynamic = data;
    switch ((enum otp_message_kind)message->kind) {
    case OTP_MESSAGE_DOWN: receive_down(dynamic, message); break;
    case OTP_MESSAGE_STARTED: receive_started(dynamic, message); break;
    case OTP_MESSAGE_TIMER: receive_timer(dynamic, message->ref); break;
    case OTP_MESSAGE_STOP:
        /* Who asked is told by our end. No memory to remember him: he is told too early. */
        (void)otp_defer_reply(message->from);
        end(dynamic, *message->reason);
        break;
    case OTP_MESSAGE_EXIT: /* a member's end is known by its DOWN, strangers have no say */
        if (message->pid.bits != 0 && otp_pid_equal(message->pid, otp_parent()))
            end(dynamic, *message->reason);
        break;
    case OTP_MESSAGE_SYSTEM: otpi_dynamic_receive_request(dynamic, message); break;
    case OTP_MESSAGE_EVENT: hear_of_kill(dynamic, message); break;
    case OTP_MESSAGE_USER: drop(dynamic); break;
    }
    if (dynamic->ending && dynamic->members.count == 0)
        otp_finish(dynamic->reason);
}

/* Nothing here waits, but for a start of a module that might. */
static bool is_brief(const void *data, const struct otp_message *message)
{
    const struct otpi_dynamic *dynamic = data;
    if (dynamic->waiting != NULL || dynamic->ending)
        return false;
    return message->kind == OTP_MESSAGE_STARTED ||
           (message->kind == OTP_MESSAGE_SYSTEM && otpi_ask_is_brief(message));
}
