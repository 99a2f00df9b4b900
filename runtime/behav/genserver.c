/* genserver.c - servers: state, calls, casts, infos.
 *
 * Idea: OTP's gen_server. The process's data is a small header and the user's state behind it. A
 * callback's return value is a shape (reply, noreply, stop, ...) with flags; what does not fit it,
 * a reply, a reason or a continuation, is staged in the header by the function that made the shape.
 * The common shapes are dealt with in receive; all others go through settle, which follows
 * continues until the server waits or ends.
 * Threads: the functions of a process, one at a time; otp_genserver_start from any.
 * Locks: none.
 * Owns: header and state, which are the process's data; a staged continuation's arguments (owned
 * memory); a large staged reply (scratch memory). */
#include <otp/genserver.h>
#include <otp/log.h>

#include "base/apart.h"
#include "base/layout.h"
#include "base/misuse.h"
#include "base/mutant.h"
#include "behav/sys.h"
#include "store/cells.h"

enum action {
    ACTION_NONE, /* what an otp_next that nobody made says */
    ACTION_OK,
    ACTION_IGNORE,
    ACTION_NOREPLY,
    ACTION_REPLY,
    ACTION_STOP,
    ACTION_CONTINUE, /* only as the second argument of otp_and_continue */
    ACTION_BAD
};

enum { FLAG_IDLE = 1, FLAG_HIBERNATE = 2, FLAG_CONTINUE = 4 };

enum phase { PHASE_INIT, PHASE_RUNNING, PHASE_ENDING };

/* What keeps a message from the common path. ZERO: an idle timeout of 0 was asked for with mail
 * waiting. It counts only if that mail turns out to be nothing but timer messages of earlier idle
 * timeouts. DEBUGGED: somebody counts, traces or keeps events. */
enum extra { EXTRA_ARMED = 1, EXTRA_ZERO = 2, EXTRA_IDLE = 3, EXTRA_DEBUGGED = 4 };

#define INLINE_REPLY 16

/* What most servers never need: an idle one is to be small. */
struct seldom {
    const struct otp_message_type *next_type; /* the continuation made last */
    void *next_args;                          /* owned */
    const void *args;                         /* of the continuation that runs; owned */
    uint64_t idle_ref;
    otp_timer idle_timer;
    otp_duration idle_after; /* if one of EXTRA_IDLE */
    otp_reason reason;       /* of the otp_stop made last; of the end */
};

/* The data of a server. owner: the process. */
struct server {
    const struct otp_message_type *type; /* being handled; NULL: not a message of the module */
    otp_from from;                       /* of type, if that is a call */
    uint8_t staged;                      /* reply is to be delivered */
    uint8_t fault;                       /* an otp_reason_kind: misuse seen; 0: none */
    uint8_t extra;                       /* enum extra: flags */
    uint8_t phase;                       /* enum phase */
    struct otpi_subject subject;         /* module, state and what is shown of them */
    const void *reply;                   /* inline_reply or scratch; NULL: an acknowledgement */
    const char *callback;                /* which one runs, if type is NULL */
    struct seldom *seldom;               /* owned memory; NULL: none of it was needed yet */
    _Alignas(16) unsigned char inline_reply[INLINE_REPLY];
    _Alignas(16) unsigned char state[];
};

/* What travels to init. */
struct start_args {
    const struct otp_genserver *module;
    const void *options; /* n of them: 0 or 1 */
    size_t n;
};

static void init(void *data, const void *args);
static void receive(void *data, const struct otp_message *message);
static void unwind(void *data, otp_reason reason);
static bool visit(void *data, const struct otp_message_type *type, const void *args, void *reply);
static void report(void *data, const struct otp_message *message, otp_reason *reason,
                   struct otp_log_event *event);

/* An end of which nothing of the user's is told. */
static bool is_brief(const void *data, const struct otp_message *message)
{
    const struct server *server = data;
    return message->kind == OTP_MESSAGE_STOP && server->phase == PHASE_RUNNING &&
           server->subject.module->terminate == NULL && otp_reason_is_clean(*message->reason);
}

static const struct otp_behaviour behaviour = { "genserver", init,  receive, unwind,
                                                report,      visit, is_brief };

/* -- shapes -- */

/* NULL: no memory. */
static struct seldom *seldom(struct server *server)
{
    if (server->seldom == NULL)
        server->seldom = otp_alloc(sizeof(*server->seldom));
    return server->seldom;
}

static otp_next shape(uint32_t action)
{
    otp_next next = { action, 0, 0 };
    return next;
}

otp_next otp_ok(void)
{
    return shape(ACTION_OK);
}

otp_next otp_ignore(void)
{
    return shape(ACTION_IGNORE);
}

otp_next otp_noreply(void)
{
    return shape(ACTION_NOREPLY);
}

otp_next otp_stop(otp_reason reason)
{
    struct server *server = otp_behaviour_data(&behaviour);
    if (server == NULL)
        return shape(ACTION_BAD);
    if (seldom(server) == NULL) {
        server->fault = OTP_REASON_NOMEM;
        return shape(ACTION_BAD);
    }
    server->seldom->reason = reason;
    return shape(ACTION_STOP);
}

otp_next otp_and_stop(otp_next next, otp_reason reason)
{
    if ((next.action_ != ACTION_REPLY && next.action_ != ACTION_NOREPLY) || next.flags_ != 0)
        return shape(ACTION_BAD);
    return otp_stop(reason);
}

/* Whether a server can go on after next and thus take a flag. */
static bool goes_on(otp_next next)
{
    return next.action_ == ACTION_OK || next.action_ == ACTION_NOREPLY ||
           next.action_ == ACTION_REPLY;
}

otp_next otp_and_idle(otp_next next, otp_duration after)
{
    if (!goes_on(next) || (next.flags_ & (FLAG_IDLE | FLAG_CONTINUE)) != 0 || after < 0)
        return shape(ACTION_BAD);
    next.flags_ |= FLAG_IDLE;
    next.idle_ = after;
    return next;
}

otp_next otp_and_hibernate(otp_next next)
{
    if (!goes_on(next) || (next.flags_ & FLAG_CONTINUE) != 0)
        return shape(ACTION_BAD);
    next.flags_ |= FLAG_HIBERNATE;
    return next;
}

otp_next otp_and_continue(otp_next next, otp_next continuation)
{
    if (!goes_on(next) || next.flags_ != 0 || continuation.action_ != ACTION_CONTINUE)
        return shape(ACTION_BAD);
    next.flags_ |= FLAG_CONTINUE;
    return next;
}

otp_next otp_continue(const struct otp_message_type *type, const void *args)
{
    struct server *server = otp_behaviour_data(&behaviour);
    if (server == NULL)
        return shape(ACTION_BAD);
    struct seldom *rest = seldom(server);
    size_t size = type->args == NULL ? 0 : otp_layout_measure(type->args, args);
    void *copy = size == 0 ? NULL : otp_alloc(size);
    if (rest == NULL || (type->args != NULL && copy == NULL)) {
        otp_free(copy);
        server->fault = OTP_REASON_NOMEM;
        return shape(ACTION_BAD);
    }
    if (copy != NULL)
        otp_layout_copy(type->args, args, copy);
    otp_free(rest->next_args);
    rest->next_type = type;
    rest->next_args = copy;
    return shape(ACTION_CONTINUE);
}

/* -- replies -- */

static otp_next fail(struct server *server, enum otp_reason_kind kind)
{
    server->fault = (uint8_t)kind;
    return shape(ACTION_BAD);
}

/* Copies the reply to where it stays until it is delivered. False: no memory. */
static bool stage(struct server *server, const struct otp_layout *layout, const void *value)
{
    void *copy = NULL;
    if (layout != NULL && layout->n_refs == 0 && layout->size <= INLINE_REPLY) {
        copy = server->inline_reply;
        otpi_layout_copy_few(copy, value, layout->size);
    } else if (layout != NULL) {
        size_t size = otp_layout_measure(layout, value);
        copy = size == 0 ? NULL : otp_scratch(size);
        if (copy == NULL)
            return false;
        otp_layout_copy(layout, value, copy);
    }
    server->reply = copy;
    server->staged = 1;
    return true;
}

/* It is the call that is being handled. */
static bool is_current(const struct server *server, otp_from from)
{
    return from.slot_ != NULL && from.slot_ == server->from.slot_ && from.id_ == server->from.id_;
}

otp_next otp_reply(otp_from from, const struct otp_message_type *type, const void *value)
{
    struct server *server = otp_behaviour_data(&behaviour);
    if (server == NULL)
        return shape(ACTION_BAD);
    if ((value == NULL) != (type->reply == NULL))
        return fail(server, OTP_REASON_BAD_RETURN);
    if (type == server->type && from.slot_ == server->from.slot_ && from.id_ == server->from.id_) {
        if (server->staged != 0)
            return fail(server, OTP_REASON_BAD_RETURN);
        if (!stage(server, type->reply, value))
            return fail(server, OTP_REASON_NOMEM);
        return shape(ACTION_REPLY);
    }
    /* Another call's: only one that may be answered late, and that needs no waiting. */
    if (type->message_class != OTP_CLASS_CALL_LATER || is_current(server, from))
        return fail(server, OTP_REASON_BAD_RETURN);
    otp_status status = otp_answer(from, type->reply, value);
    if (status == OTP_NOMEM || status == OTP_BADARG)
        return fail(server, status == OTP_NOMEM ? OTP_REASON_NOMEM : OTP_REASON_BAD_RETURN);
    return shape(ACTION_NOREPLY);
}

/* Delivers what is staged. False: no memory; the caller is told by the end of the process then. A
 * caller that does not wait any more is no failure. */
static bool deliver(struct server *server)
{
    server->staged = 0;
    otp_status status = otp_answer(server->from, server->type->reply, server->reply);
    return status != OTP_NOMEM && !(OTP_MUTANT(B137) && status != OTP_OK);
}

/* -- the end -- */

/* The process was killed while its handler ran: no other callback may run any more. */
static bool is_dead(void)
{
    return !otp_is_alive(otp_self());
}

static void drop_idle(struct server *server)
{
    if ((server->extra & EXTRA_ARMED) != 0)
        (void)otp_timer_cancel(server->seldom->idle_timer,
                               NULL); /* a stale message is told by its ref */
    server->extra &= (uint8_t)~EXTRA_IDLE;
}

/* For when a callback on the way out fails. Without memory, the reason of that counts. */
static void keep_reason(struct server *server, otp_reason reason)
{
    const struct otp_genserver *module = server->subject.module;
    if ((module->terminate != NULL || module->format_status != NULL) && seldom(server) != NULL)
        server->seldom->reason = reason;
}

/* terminate, then the staged reply, then the end. If terminate is abandoned, unwind goes on. */
static void end(struct server *server, otp_reason reason)
{
    if (is_dead())
        return;
    drop_idle(server);
    server->phase = PHASE_ENDING;
    keep_reason(server, reason);
    if (server->staged != 0 && OTP_MUTANT(B020))
        (void)deliver(server);
    if (server->subject.module->terminate != NULL)
        server->subject.module->terminate(server->state, reason);
    if (server->staged != 0) {
        otpi_debug_out(&server->subject, server->type, server->reply);
        (void)deliver(server); /* no memory: the caller sees the end of the process */
    }
    otp_finish(reason);
}

OTPI_APART static void end_with_fault(struct server *server, enum otp_reason_kind kind)
{
    const char *where = server->type != NULL ? server->type->name : server->callback;
    server->staged = 0;
    end(server, otp_reason_make(kind, where, 0));
}

/* -- idle timeouts -- */

/* False: no memory for a timer. */
static bool arm_idle(struct server *server, otp_duration after)
{
    if (after == OTP_INFINITY)
        return true;
    struct seldom *rest = seldom(server);
    if (rest == NULL)
        return false;
    rest->idle_after = after;
    if (after == 0 && !otp_mailbox_is_empty() && !OTP_MUTANT(B018)) {
        server->extra |= EXTRA_ZERO;
        return true;
    }
    rest->idle_ref++;
    if (otp_behaviour_timer(after, rest->idle_ref, &rest->idle_timer) != OTP_OK)
        return false;
    server->extra |= EXTRA_ARMED;
    return true;
}

/* Whether this timer message means that the server was idle. A message of an earlier idle timeout
 * does not; it is not mail either, so it does not end the wait. */
static bool idle_is_due(const struct server *server, uint64_t ref)
{
    if ((server->extra & EXTRA_ARMED) != 0)
        return ref == server->seldom->idle_ref;
    return (server->extra & EXTRA_ZERO) != 0 && otp_mailbox_is_empty();
}

/* -- what a callback returned -- */

/* The reason kind of what is wrong with next as a handler's return value; 0: nothing. */
static uint32_t find_fault(const struct server *server, otp_next next)
{
    if (server->fault != 0)
        return server->fault;
    bool is_call = server->type != NULL && server->type->message_class == OTP_CLASS_CALL;
    bool good = next.action_ == ACTION_STOP;
    if (next.action_ == ACTION_REPLY)
        good = server->staged != 0;
    else if (next.action_ == ACTION_NOREPLY)
        good = server->staged != 0 || !is_call;
    if ((next.flags_ & FLAG_CONTINUE) != 0 &&
        (server->seldom == NULL || server->seldom->next_type == NULL))
        good = false;
    return good ? 0 : OTP_REASON_BAD_RETURN;
}

/* Answers the call that was handled or keeps it open. False: no memory.
 * A call `reply later` is kept open only now that its handler has returned without an answer: one
 * that another thread has answered meanwhile or answers this moment is no longer waited for, which
 * otp_defer_reply and otp_answer sort out between them. */
static bool close_call(struct server *server)
{
    bool done = true;
    if (server->staged != 0) {
        otpi_debug_out(&server->subject, server->type, server->reply);
        done = deliver(server);
    } else if (server->type != NULL && server->type->message_class == OTP_CLASS_CALL_LATER) {
        done = otp_defer_reply(server->from) != OTP_NOMEM;
    }
    server->type = NULL;
    return done;
}

static otp_next run_continue(struct server *server)
{
    struct seldom *rest = server->seldom; /* otp_continue has made it */
    const struct otp_message_type *type = rest->next_type;
    void *args = rest->next_args;
    rest->next_type = NULL;
    rest->next_args = NULL;
    server->type = type;
    server->from = (otp_from){ NULL, 0 };
    rest->args = args;
    struct otpi_shown shown = { NULL, type, args };
    otpi_debug_in(&server->subject, &shown);
    otp_next next = type->dispatch(server->state, server->from, args);
    rest->args = NULL;
    otp_free(args);
    return next;
}

/* The table of a field of the state; the user may have made it NULL. */
static struct otp_table *table_at(struct server *server, uint32_t i)
{
    struct otp_table *table;
    memcpy(&table, server->state + server->subject.module->tables[i].offset, sizeof(table));
    return table;
}

/* It means to wait for long. */
static void hibernate(struct server *server)
{
    for (uint32_t i = 0; i < server->subject.module->n_tables; i++)
        if (table_at(server, i) != NULL)
            otp_table_shrink(table_at(server, i));
    otp_hibernate();
}

/* Does what next says, and what the continues that follow say, until the server waits or ends. */
OTPI_APART static void settle(struct server *server, otp_next next)
{
    for (;;) {
        uint32_t fault = find_fault(server, next);
        if (fault != 0) {
            end_with_fault(server, fault);
            return;
        }
        if (next.action_ == ACTION_STOP) {
            end(server, server->seldom->reason);
            return;
        }
        if (!close_call(server)) {
            end_with_fault(server, OTP_REASON_NOMEM);
            return;
        }
        if ((next.flags_ & FLAG_CONTINUE) == 0 || OTP_MUTANT(B013))
            break;
        if (is_dead())
            return;
        next = run_continue(server);
    }
    if ((next.flags_ & FLAG_HIBERNATE) != 0)
        hibernate(server);
    if ((next.flags_ & FLAG_IDLE) != 0 && !arm_idle(server, next.idle_))
        end_with_fault(server, OTP_REASON_NOMEM);
}

/* -- starting -- */

/* False: no memory. */
static bool make_tables(struct server *server)
{
    for (uint32_t i = 0; i < server->subject.module->n_tables; i++) {
        const struct otp_table_field *field = &server->subject.module->tables[i];
        struct otp_table *table = otp_table_new(field->type);
        if (table == NULL)
            return false;
        memcpy(server->state + field->offset, &table, sizeof(table));
    }
    for (uint32_t i = 0; i < server->subject.module->n_shared; i++) {
        const struct otp_shared_field *field = &server->subject.module->shared[i];
        otp_table_ref ref;
        if (otp_table_ref_new(field->type, (enum otp_access)field->access, &ref) != OTP_OK ||
            otp_table_ref_set_heir(ref, field->heir) != OTP_OK)
            return false;
        memcpy(server->state + field->offset, &ref, sizeof(ref));
    }
    return true;
}

/* Fails the start; does not return. */
static void refuse_start(struct server *server, otp_status status, otp_reason reason)
{
    if (server->subject.module->terminate != NULL && (OTP_MUTANT(B009) || OTP_MUTANT(B010)))
        server->subject.module->terminate(server->state, reason);
    otp_init_ack(status, reason);
}

static void init(void *data, const void *args)
{
    struct server *server = data;
    const struct start_args *start = args;
    server->subject.module = start->module;
    server->subject.state = server->state;
    server->callback = "init";
    if (!make_tables(server))
        refuse_start(server, OTP_EXIT, otp_reason_make(OTP_REASON_NOMEM, NULL, 0));
    otp_next next = otp_ok();
    if (server->subject.module->init != NULL)
        next = server->subject.module->init(server->state, start->n == 0 ? NULL : start->options);
    if (server->fault != 0)
        refuse_start(server, OTP_EXIT, otp_reason_make(server->fault, "init", 0));
    if (next.action_ == ACTION_IGNORE)
        refuse_start(server, OTP_IGNORE, otp_normal());
    if (next.action_ == ACTION_STOP)
        refuse_start(server, OTP_EXIT, server->seldom->reason);
    if (next.action_ != ACTION_OK)
        refuse_start(server, OTP_EXIT, otp_reason_make(OTP_REASON_BAD_RETURN, "init", 0));
    server->phase = PHASE_RUNNING;
    otp_init_ack(OTP_OK, otp_normal());
    next.action_ = ACTION_NOREPLY;
    settle(server, next);
}

otp_status otp_genserver_start(const struct otp_module *module, const struct otp_start *how,
                               const void *options, otp_pid *pid)
{
    const struct otp_genserver *server = (const struct otp_genserver *)module;
    struct otp_start named = { 0 };
    struct otp_via via = { 0 };
    if (server->module.options != NULL ? options == NULL : options != NULL)
        return OTPI_JUDGED(OTP_BADARG);
    if (how != NULL)
        named = *how;
    if (server->via != NULL && named.name == NULL && named.via == NULL) {
        server->via(options, &via);
        named.via = &via;
    }
    struct start_args args = { server, options, options != NULL ? 1 : 0 };
    struct otp_ref ref = { OTP_REF_LIST,   0, 0, offsetof(struct start_args, options), 0,
                           module->options };
    struct otp_layout layout = { sizeof(args), options != NULL ? 1 : 0, &ref };
    struct otp_process_spec spec = { 0 };
    spec.behaviour = &behaviour;
    spec.module = module;
    spec.data_size = sizeof(struct server) + server->state_size;
    spec.layout = &layout;
    spec.args = &args;
    spec.trap_exit = server->trap_exit;
    spec.blocking = server->blocking;
    spec.mailbox = server->mailbox;
    return OTPI_JUDGED(otp_behaviour_start(&spec, &named, pid));
}

/* -- messages -- */

/* A message that nobody handles: said and dropped. */
static void log_dropped(const struct server *server, const struct otp_message *message,
                        const char *text)
{
    struct otp_log_event event = { 0 };
    event.level = OTP_LOG_WARNING;
    event.kind = OTP_LOG_UNEXPECTED;
    event.message = message->type == NULL ? NULL : message->type->name;
    event.pid = otp_self();
    event.module = server->subject.module->module.name;
    event.source = server->subject.module->module.source;
    event.client = message->pid;
    event.reason = message->reason;
    event.text = text;
    otp_log(&event);
}

/* A message that is none of the module's is about to be handled. */
static void begin_other(struct server *server, const struct otp_message *message,
                        const char *callback)
{
    struct otpi_shown shown = { message, NULL, NULL };
    server->callback = callback;
    otpi_debug_in(&server->subject, &shown);
}

/* What its callback returned. */
static void finish_message(struct server *server, otp_next next)
{
    settle(server, next);
    if (server->phase == PHASE_RUNNING)
        otpi_debug_state(&server->subject);
}

static void receive_down(struct server *server, const struct otp_message *message)
{
    otp_monitor monitor = { message->ref };
    drop_idle(server);
    begin_other(server, message, "down");
    if (server->subject.module->handle_down == NULL) {
        log_dropped(server, message, "DOWN without a handler");
        return;
    }
    finish_message(server, server->subject.module->handle_down(server->state, monitor, message->pid,
                                                               *message->reason));
}

static bool is_from_parent(const struct otp_message *message)
{
    return message->pid.bits != 0 && otp_pid_equal(message->pid, otp_parent());
}

static void receive_exit(struct server *server, const struct otp_message *message)
{
    if ((is_from_parent(message) && !OTP_MUTANT(B050)) || OTP_MUTANT(B051)) {
        end(server, *message->reason);
        return;
    }
    drop_idle(server);
    begin_other(server, message, "exit");
    if (server->subject.module->handle_exit == NULL) {
        log_dropped(server, message, "EXIT without a handler");
        return;
    }
    finish_message(
        server, server->subject.module->handle_exit(server->state, message->pid, *message->reason));
}

static void receive_timer(struct server *server, const struct otp_message *message)
{
    if (!idle_is_due(server, message->ref))
        return;
    server->extra &= (uint8_t)~EXTRA_IDLE;
    begin_other(server, message, "idle");
    if (server->subject.module->handle_idle == NULL) {
        log_dropped(server, message, "idle timeout without a handler");
        return;
    }
    finish_message(server, server->subject.module->handle_idle(server->state));
}

static void receive_event(struct server *server, const struct otp_message *message)
{
    const struct otp_genserver *module = server->subject.module;
    struct otpi_shown shown = { message, message->type, message->args };
    uint32_t i = 0;
    drop_idle(server);
    server->type = message->type;
    otpi_debug_in(&server->subject, &shown);
    while (i < module->n_events && module->events[i].type != message->type)
        i++;
    if (i == module->n_events)
        log_dropped(server, message, "event without a handler");
    else
        finish_message(server, module->events[i].handle(server->state, message->args));
}

/* -- system requests -- */

/* What a suspended server handles. */
static bool is_for_suspended(const struct otp_message *message, void *context)
{
    (void)context;
    return otpi_sys_kind(message) != OTPI_SYS_OTHER || message->kind == OTP_MESSAGE_STOP ||
           (message->kind == OTP_MESSAGE_EXIT && is_from_parent(message));
}

/* Answers a request. was_idle: an idle timeout begins anew, before whoever asked goes on. */
static void answer_request(struct server *server, const struct otp_message *message, bool suspended,
                           bool was_idle)
{
    if (was_idle && !arm_idle(server, server->seldom->idle_after)) {
        server->fault = OTP_REASON_NOMEM;
        return;
    }
    otpi_sys_receive(&server->subject, message, suspended);
    if (server->subject.debug != NULL)
        server->extra |= EXTRA_DEBUGGED;
    else
        server->extra &= (uint8_t)~EXTRA_DEBUGGED;
}

/* Waits for what may be handled, as often as it takes: all else stays in the mailbox, in order.
 * False: the server ends. */
static bool wait_for_resume(struct server *server, bool was_idle)
{
    const struct otp_message *message;
    bool suspended = true;
    while (suspended && server->fault == 0) {
        if (otp_behaviour_receive(is_for_suspended, NULL, &message) != OTP_OK) {
            server->fault = OTP_REASON_NOMEM;
        } else if (message->kind != OTP_MESSAGE_SYSTEM) {
            end(server, *message->reason);
            return false;
        } else {
            suspended = otpi_sys_kind(message) != OTPI_SYS_RESUME;
            answer_request(server, message, suspended, was_idle && !suspended);
        }
    }
    return true;
}

static void receive_request(struct server *server, const struct otp_message *message)
{
    bool suspends = otpi_sys_kind(message) == OTPI_SYS_SUSPEND && !OTP_MUTANT(B056);
    bool was_idle = (server->extra & EXTRA_IDLE) != 0 && !OTP_MUTANT(B019);
    if (was_idle)
        drop_idle(server);
    server->callback = "system";
    answer_request(server, message, suspends, was_idle && !suspends);
    if (suspends && !wait_for_resume(server, was_idle))
        return;
    if (server->fault != 0)
        end_with_fault(server, server->fault);
}

/* -- what arrives -- */

OTPI_APART static void receive_other(struct server *server, const struct otp_message *message)
{
    server->type = NULL;
    server->from = (otp_from){ NULL, 0 };
    switch ((enum otp_message_kind)message->kind) {
    case OTP_MESSAGE_DOWN: receive_down(server, message); break;
    case OTP_MESSAGE_EXIT: receive_exit(server, message); break;
    case OTP_MESSAGE_TIMER: receive_timer(server, message); break;
    case OTP_MESSAGE_STOP: end(server, *message->reason); break;
    case OTP_MESSAGE_STARTED:
        drop_idle(server);
        log_dropped(server, message, "outcome of a start without a handler");
        break;
    case OTP_MESSAGE_SYSTEM: receive_request(server, message); break;
    case OTP_MESSAGE_EVENT: receive_event(server, message); break;
    case OTP_MESSAGE_USER: break;
    }
}

/* The idle timeout ends. True: somebody counts, traces or keeps what happens; it is received. */
OTPI_APART static bool receive_extra(struct server *server, const struct otp_message *message)
{
    struct otpi_shown shown = { message, message->type, message->args };
    if (!OTP_MUTANT(B018))
        drop_idle(server);
    if (server->extra == 0)
        return false;
    server->type = message->type;
    server->from = message->from;
    otpi_debug_in(&server->subject, &shown);
    finish_message(server, message->type->dispatch(server->state, message->from, message->args));
    return true;
}

/* Flat, as otp_answer is, and what is seldom needed kept out of it. */
static void receive(void *data, const struct otp_message *message)
{
    struct server *server = data;
    const struct otp_message_type *type = message->type;
    if (OTPI_SELDOM(message->kind != OTP_MESSAGE_USER)) {
        receive_other(server, message);
        return;
    }
    if (OTPI_SELDOM(server->extra != 0) && receive_extra(server, message))
        return;
    server->type = type;
    server->from = message->from;
    otp_next next = type->dispatch(server->state, message->from, message->args);
    bool plain = next.flags_ == 0 && server->fault == 0;
    if (plain && next.action_ == ACTION_NOREPLY && type->message_class > OTP_CLASS_CALL_LATER)
        return;
    if (!plain || next.action_ != ACTION_REPLY || server->staged == 0)
        settle(server, next);
    else if (!deliver(server))
        end_with_fault(server, OTP_REASON_NOMEM);
}

/* What counts, traces, keeps or times messages wants them to arrive as messages. */
static bool visit(void *data, const struct otp_message_type *type, const void *args, void *reply)
{
    struct server *server = data;
    return server->extra == 0 && type->compute(server->state, args, reply) == 0;
}

/* -- the end by otp_exit -- */

static void report(void *data, const struct otp_message *message, otp_reason *reason,
                   struct otp_log_event *event)
{
    struct server *server = data;
    struct otpi_shown shown = { message, NULL, NULL };
    const void *args = server->seldom == NULL ? NULL : server->seldom->args;
    if (args != NULL || (server->type != NULL && message == NULL)) {
        shown.type = server->type;
        shown.args = args;
    } else if (message != NULL && message->type != NULL) {
        shown.type = message->type;
        shown.args = message->args;
    }
    otpi_debug_report(&server->subject, &shown, reason, event);
}

/* otp_exit left a callback: the state is as it was at that moment. A reply that a crashed handler
 * had staged is dropped, since the handler has not returned it; one that waits for terminate to
 * be over is delivered. */
static void unwind(void *data, otp_reason reason)
{
    struct server *server = data;
    for (uint32_t i = 0; i < server->subject.module->n_tables; i++)
        otpi_table_end_walks(table_at(server, i));
    switch ((enum phase)server->phase) {
    case PHASE_INIT: break; /* the start fails; terminate is for what has started */
    case PHASE_RUNNING:
        server->staged = 0;
        if (!OTP_MUTANT(B022))
            end(server, reason);
        break;
    case PHASE_ENDING:
        if (server->staged != 0 && !OTP_MUTANT(B021))
            (void)deliver(server);
        if (server->subject.formatting) /* it was on its way out already */
            otp_finish(server->seldom == NULL ? reason : server->seldom->reason);
        keep_reason(server, reason);
        break;
    }
}
