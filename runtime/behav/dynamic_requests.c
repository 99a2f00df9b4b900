/* dynamic_requests.c - what a dynamic supervisor is asked.
 *
 * Idea: a start is done at once if there is room. If the members that fill it are still starting,
 * whether there is room depends on what comes of them: then the start waits, and those behind it,
 * as if one had been done after the other.
 * Threads: the supervisor's process.
 * Locks: none.
 * Owns: starts that wait, in owned memory. */
#include "behav/dynamic.h"

#include "base/mutant.h"
#include "behav/sys.h"

/* -- questions -- */

static void describe(const struct otpi_member *member, struct otp_child_info *info)
{
    static const uint32_t states[] = { [OTPI_STARTING] = OTP_CHILD_STARTING,
                                       [OTPI_RUNNING] = OTP_CHILD_RUNNING,
                                       [OTPI_RESTARTING] = OTP_CHILD_RESTARTING,
                                       [OTPI_STOPPING] = OTP_CHILD_RUNNING };
    info->state = states[member->state];
    info->pid = info->state == OTP_CHILD_RUNNING ? member->known.pid : otp_no_pid();
    info->module = member->module;
    info->is_supervisor = member->module->is_supervisor != 0;
    info->restarts = member->restarts;
}

static void answer_which(struct otpi_dynamic *dynamic, const struct otp_message *message)
{
    struct otpi_tell_which tell;
    otpi_tell_which_new(&tell, message->args, dynamic->members.count);
    struct otpi_member *member = dynamic->members.last;
    for (; tell.n < tell.room; member = member->prev)
        describe(member, &tell.infos[tell.n++]);
    otpi_tell_which(message->from, &tell);
}

static void answer_count(const struct otpi_members *members, otp_from from)
{
    uint64_t active = members->by_state[OTPI_RUNNING] + members->by_state[OTPI_STOPPING];
    struct otp_child_counts counts = { members->count, active, members->supervisors,
                                       members->count - members->supervisors };
    otpi_tell_counts(from, &counts);
}

/* What otp_sys_get_status shows of it. */
struct summary {
    uint64_t children, active, restarts;
};

static const struct otp_field summary_fields[] = {
    { "children", OTP_TYPE_U64, OTP_FIELD_ONE, offsetof(struct summary, children), 0, NULL },
    { "active", OTP_TYPE_U64, OTP_FIELD_ONE, offsetof(struct summary, active), 0, NULL },
    { "restarts", OTP_TYPE_U64, OTP_FIELD_ONE, offsetof(struct summary, restarts), 0, NULL },
};
static const struct otp_description summary_description = { OTP_TYPE_STRUCT, sizeof(struct summary),
                                                            3, summary_fields, NULL };

/* False: message asks for something else. */
static bool answer_status(const struct otpi_dynamic *dynamic, const struct otp_message *message)
{
    char text[160];
    struct summary summary = { dynamic->members.count, dynamic->members.by_state[OTPI_RUNNING],
                               dynamic->restarts.count };
    (void)otp_describe(&summary_description, &summary, NULL, text, sizeof text);
    return otpi_sys_tell_status(message, &dynamic->spec->module, text);
}

/* -- starts -- */

static bool has_room(const struct otpi_dynamic *dynamic)
{
    uint64_t count = dynamic->members.count;
    if (OTP_MUTANT(B114))
        count -= dynamic->members.by_state[OTPI_RESTARTING];
    return count < dynamic->spec->max_children;
}

/* What fills the places may turn out to be nothing. */
static bool is_undecided(const struct otpi_dynamic *dynamic)
{
    return dynamic->members.by_state[OTPI_STARTING] > 0;
}

static void refuse(otp_from from, otp_status status)
{
    otpi_tell_child(from, status, otp_no_pid(), otp_normal());
}

static void wait(struct otpi_dynamic *dynamic, const struct otpi_ask_child *args, otp_from from)
{
    size_t size = otpi_ask_measure(args), head = sizeof(struct otpi_waiting_start);
    head = (head + 15) & ~(size_t)15;
    unsigned char *memory = size == 0 ? NULL : otp_alloc(head + size);
    if (memory == NULL) {
        refuse(from, OTP_NOMEM);
        return;
    }
    struct otpi_waiting_start *start = (struct otpi_waiting_start *)(void *)memory;
    start->from = from;
    start->args = otpi_ask_copy(args, memory + head);
    if (dynamic->waiting != NULL)
        dynamic->waiting_last->next = start;
    else
        dynamic->waiting = start;
    dynamic->waiting_last = start;
}

/* At the end nobody is served: who asked is told by the end. */
static void receive_start(struct otpi_dynamic *dynamic, const struct otpi_ask_child *args,
                          otp_from from)
{
    if (args->significant != 0)
        refuse(from, OTP_BADARG);
    else if (dynamic->ending)
        return;
    else if (dynamic->waiting == NULL && has_room(dynamic))
        otpi_dynamic_start(dynamic, args, from);
    else if (dynamic->waiting != NULL || is_undecided(dynamic))
        wait(dynamic, args, from);
    else
        refuse(from, OTP_MAX_CHILDREN);
}

void otpi_dynamic_serve(struct otpi_dynamic *dynamic)
{
    while (dynamic->waiting != NULL && !dynamic->ending && !dynamic->serving) {
        struct otpi_waiting_start *start = dynamic->waiting;
        bool room = has_room(dynamic);
        if (!room && is_undecided(dynamic))
            return;
        dynamic->waiting = start->next;
        dynamic->serving = true; /* a start that fails at once would come back here */
        if (room)
            otpi_dynamic_start(dynamic, start->args, start->from);
        else
            refuse(start->from, OTP_MAX_CHILDREN);
        dynamic->serving = false;
        otp_free(start);
    }
}

/* -- requests -- */

bool otpi_dynamic_keep(otp_from from)
{
    if (otp_defer_reply(from) != OTP_NOMEM)
        return true;
    refuse(from, OTP_NOMEM);
    return false;
}

void otpi_dynamic_receive_request(struct otpi_dynamic *dynamic, const struct otp_message *message)
{
    switch (message->tag) {
    case OTPI_ASK_WHICH: answer_which(dynamic, message); return;
    case OTPI_ASK_COUNT: answer_count(&dynamic->members, message->from); return;
    case OTPI_ASK_START:
        if (otpi_dynamic_keep(message->from))
            receive_start(dynamic, message->args, message->from);
        return;
    case OTPI_ASK_TERMINATE_PID:
        otpi_dynamic_terminate(dynamic, *(const otp_pid *)message->args, message->from);
        return;
    default: /* others' tags, too: not answered, whoever asks learns that it is no request here */
        (void)answer_status(dynamic, message);
        return;
    }
}
