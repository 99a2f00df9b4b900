/* test_genserver.c - what a genserver's callbacks may return, and what comes of it.
 *
 * Idea: see probe.h. Where time matters it is the manual clock's, which goes on when the server is
 * idle: its timers are armed then. */
#include <stdatomic.h>

#include "probe.h"

/* A server is busy at the gate in context. */
static otp_next wait_at_gate(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    note("at gate");
    gate_pass(context);
    return otp_noreply();
}

static void cast_note(otp_pid pid, const char *text)
{
    probe_cast(pid, probe_note, (void *)(uintptr_t)text);
}

/* -- B013, B014, B015: continues -- */

static otp_next second_continue(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    note("second");
    return otp_noreply();
}

static otp_next first_continue(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    note("first");
    return otp_and_continue(otp_noreply(), probe_continue(second_continue, NULL));
}

static otp_next init_queues_and_continues(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    cast_note(otp_self(), "queued");
    return otp_and_continue(otp_ok(), probe_continue(first_continue, NULL));
}

START_TEST(B013_continues_of_init_run_before_queued_messages)
{
    start_runtime(false, false);
    otp_pid pid = probe_start(init_queues_and_continues);
    probe_sync(pid);
    expect_notes("first,second,queued");
    stop_runtime();
}
END_TEST

static otp_next continue_at_gate(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    gate_pass(context);
    note("continue");
    return otp_noreply();
}

static otp_next reply_and_continue(struct probe *self, otp_from from, void *context)
{
    (void)self;
    cast_note(otp_self(), "queued");
    return otp_and_continue(probe_reply(from, 5), probe_continue(continue_at_gate, context));
}

static otp_next queue_and_continue(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    cast_note(otp_self(), "queued");
    return otp_and_continue(otp_noreply(), probe_continue(first_continue, NULL));
}

START_TEST(B014_reply_goes_out_before_the_continue)
{
    struct gate gate = GATE;
    uint64_t value = 0;
    start_runtime(false, false);
    otp_pid pid = probe_start(NULL);
    ck_assert_int_eq(probe_call(pid, reply_and_continue, &gate, &value), OTP_OK);
    ck_assert_uint_eq(value, 5);
    expect_notes(""); /* the continue waits for us */
    gate_open(&gate);
    probe_sync(pid);
    expect_notes("continue,queued");
    stop_runtime();
}
END_TEST

START_TEST(B014_casts_and_infos_continue_before_queued_messages)
{
    struct probe_args args = { queue_and_continue, NULL };
    start_runtime(false, false);
    otp_pid pid = probe_start(NULL);
    probe_cast(pid, queue_and_continue, NULL);
    await_note("queued");
    expect_notes("first,second,queued");
    forget_notes();
    ck_assert_int_eq(otp_cast(otp_to(pid), &probe_info_type, &args), OTP_OK);
    await_note("queued");
    expect_notes("first,second,queued");
    stop_runtime();
}
END_TEST

static otp_next stop_normal(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_stop(otp_normal());
}

static otp_next crash(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("boom"));
}

/* Init answers well; its continue is the handler in context. */
static otp_next init_continues_with(struct probe *self, otp_from from, void *context)
{
    probe_handler *handler = context;
    (void)self, (void)from;
    return otp_and_continue(otp_ok(), probe_continue(*handler, NULL));
}

static void start_and_watch(void *arg)
{
    struct probe_options options = { init_continues_with, arg, { NULL, 0 }, NULL };
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    char text[128];
    ck_assert_int_eq(probe_start_with(&how, &options, &pid), OTP_OK);
    note("down:%s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B015_a_continue_may_end_the_server)
{
    probe_handler handler = stop_normal;
    start_runtime(false, false);
    in_process(start_and_watch, &handler);
    handler = crash;
    in_process(start_and_watch, &handler);
    expect_notes("terminate:normal,down:normal,terminate:boom,down:boom");
    stop_runtime();
}
END_TEST

/* -- B016: later replies -- */

static otp_next keep_from(struct probe *self, otp_from from, void *context)
{
    (void)context;
    self->from = from;
    note("kept");
    return otp_noreply();
}

static otp_next answer_kept(struct probe *self, otp_from from, void *context)
{
    uint64_t value = 11;
    (void)from, (void)context;
    note("answer:%d", (int)otp_answer(self->from, &probe_u64_layout, &value));
    return otp_noreply();
}

static otp_next reply_kept(struct probe *self, otp_from from, void *context)
{
    uint64_t value = 12;
    (void)from, (void)context;
    return otp_reply(self->from, &probe_later_type, &value);
}

static otp_next give_from(struct probe *self, otp_from from, void *context)
{
    (void)self;
    *(otp_from *)context = from;
    note("kept");
    return otp_noreply();
}

struct asker {
    otp_pid pid;
    probe_handler run;
    void *context;
};

static void *ask_later(void *arg)
{
    struct asker *asker = arg;
    uint64_t value = 0;
    otp_status status = probe_ask_later(asker->pid, asker->run, asker->context, &value);
    char text[128];
    note("asked:%d:%d:%s", (int)status, (int)value,
         status == OTP_EXIT ? reason_text(otp_last_reason(), text) : "");
    return NULL;
}

START_TEST(B016_a_kept_call_is_answered_later)
{
    pthread_t thread;
    otp_from from;
    uint64_t value = 13;
    start_runtime(false, false);
    struct asker asker = { probe_start(NULL), keep_from, NULL };
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_later, &asker), 0);
    await_note("kept");
    probe_cast(asker.pid, answer_kept, NULL);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(noted("asked:0:11:"), 1);
    await_note("answer:0"); /* it is noted after the answer, which lets the asker go */

    ck_assert_int_eq(pthread_create(&thread, NULL, ask_later, &asker), 0);
    await_notes("kept", 2);
    probe_cast(asker.pid, reply_kept, NULL);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(noted("asked:0:12:"), 1);

    asker.run = give_from;
    asker.context = &from;
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_later, &asker), 0);
    await_notes("kept", 3);
    ck_assert_int_eq(otp_answer(from, &probe_u64_layout, &value), OTP_OK); /* from outside */
    pthread_join(thread, NULL);
    ck_assert_uint_eq(noted("asked:0:13:"), 1);
    ck_assert_int_eq(otp_answer(from, &probe_u64_layout, &value), OTP_NOT_FOUND);
    stop_runtime();
}
END_TEST

START_TEST(B016_a_kept_call_sees_the_end_of_the_server)
{
    pthread_t thread;
    start_runtime(false, false);
    struct asker asker = { probe_start(NULL), keep_from, NULL };
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_later, &asker), 0);
    await_note("kept");
    probe_cast(asker.pid, stop_normal, NULL);
    pthread_join(thread, NULL);
    char want[64];
    snprintf(want, sizeof(want), "asked:%d:0:normal", OTP_EXIT);
    ck_assert_uint_eq(noted(want), 1);
    stop_runtime();
}
END_TEST

/* -- B017, B018: idle timeouts -- */

static otp_next idle_second(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    note("arming");
    return otp_and_idle(otp_noreply(), OTP_S);
}

START_TEST(B017_idle_fires_once_and_not_early)
{
    start_runtime(true, false);
    otp_pid pid = probe_start(NULL);
    probe_cast(pid, idle_second, NULL);
    await_note("arming");
    await_idle(pid);
    ck_assert_int_eq(otp_clock_advance(OTP_S - 1), OTP_OK);
    await_idle(pid);
    ck_assert_uint_eq(noted("idle"), 0);
    ck_assert_int_eq(otp_clock_advance(1), OTP_OK);
    await_note("idle");
    ck_assert_int_eq(otp_clock_advance(OTP_MIN), OTP_OK);
    probe_sync(pid);
    expect_notes("arming,idle");
    stop_runtime();
}
END_TEST

START_TEST(B017_a_message_ends_the_wait)
{
    start_runtime(true, false);
    otp_pid pid = probe_start(NULL);
    probe_cast(pid, idle_second, NULL);
    await_note("arming");
    await_idle(pid);
    ck_assert_int_eq(otp_clock_advance(OTP_S / 2), OTP_OK);
    cast_note(pid, "message");
    await_note("message");
    ck_assert_int_eq(otp_clock_advance(OTP_MIN), OTP_OK);
    probe_sync(pid);
    expect_notes("arming,message");
    stop_runtime();
}
END_TEST

static otp_next queue_and_idle_zero(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    cast_note(otp_self(), "queued");
    return otp_and_idle(otp_noreply(), 0);
}

static otp_next idle_zero(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    note("zero");
    return otp_and_idle(otp_noreply(), 0);
}

START_TEST(B018_idle_zero_yields_to_queued_messages)
{
    start_runtime(true, false);
    otp_pid pid = probe_start(NULL);
    probe_cast(pid, queue_and_idle_zero, NULL);
    await_note("queued");
    ck_assert_int_eq(otp_clock_advance(OTP_MIN), OTP_OK);
    probe_sync(pid);
    probe_sync(pid);
    expect_notes("queued");
    probe_cast(pid, idle_zero, NULL); /* with nothing queued it fires */
    await_note("idle");
    expect_notes("queued,zero,idle");
    stop_runtime();
}
END_TEST

START_TEST(B018_idle_zero_is_not_hidden_by_an_old_timer)
{
    struct gate gate = GATE;
    start_workers(1, true, false);
    otp_pid bystander = probe_start(NULL);
    otp_pid pid = probe_start(NULL);
    probe_cast(pid, idle_second, NULL);
    await_note("arming");
    await_idle(pid);
    probe_cast(bystander, wait_at_gate, &gate); /* nothing else runs now */
    await_note("at gate");
    probe_cast(pid, idle_zero, NULL);
    ck_assert_int_eq(otp_clock_advance(OTP_S), OTP_OK); /* its message lies behind the cast */
    gate_open(&gate);
    await_note("idle");
    probe_sync(pid);
    expect_notes("arming,at gate,zero,idle");
    stop_runtime();
}
END_TEST

/* -- B020, B021: stop with a reply -- */

static otp_next reply_and_stop(struct probe *self, otp_from from, void *context)
{
    (void)context;
    self->count = 9;
    return otp_and_stop(probe_reply(from, 42), otp_error("over"));
}

static otp_next text_and_stop(struct probe *self, otp_from from, void *context)
{
    char bytes[1000];
    otp_str text = { bytes, sizeof(bytes) };
    (void)self, (void)context;
    memset(bytes, 'x', sizeof(bytes));
    return otp_and_stop(otp_reply(from, &probe_text_type, &text), otp_error("over"));
}

static otp_next note_count(struct probe *self, otp_from from, void *context)
{
    (void)from, (void)context;
    note("count:%d", (int)self->count);
    return otp_noreply();
}

static otp_next exit_otherwise(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("otherwise"));
}

struct stopping {
    probe_handler terminate;
    const struct otp_message_type *type;
    probe_handler run;
};

/* Calls a server that stops; notes what comes back and then its DOWN. */
static void call_and_watch(void *arg)
{
    struct stopping *stopping = arg;
    struct probe_options options = { NULL, NULL, { NULL, 0 }, stopping->terminate };
    struct probe_args args = { stopping->run, NULL };
    union {
        uint64_t value;
        otp_str text;
    } reply = { 0 };
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    char text[128];
    ck_assert_int_eq(probe_start_with(&how, &options, &pid), OTP_OK);
    otp_status status = otp_call(otp_to(pid), stopping->type, &args, &reply, OTP_INFINITY);
    if (status == OTP_EXIT)
        note("failed:%s", reason_text(otp_last_reason(), text));
    else if (stopping->type == &probe_text_type)
        note("reply:%d:%c", (int)reply.text.size, reply.text.data[999]);
    else
        note("reply:%d", (int)reply.value);
    note("down:%s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B020_stop_with_reply_terminates_then_replies)
{
    struct stopping stopping = { note_count, &probe_call_type, reply_and_stop };
    start_runtime(false, false);
    in_process(call_and_watch, &stopping);
    expect_notes("terminate:over,count:9,reply:42,down:over");
    forget_notes();
    stopping.terminate = NULL;
    stopping.type = &probe_text_type;
    stopping.run = text_and_stop;
    in_process(call_and_watch, &stopping);
    expect_notes("terminate:over,reply:1000:x,down:over");
    stop_runtime();
}
END_TEST

static otp_next keep_and_stop(struct probe *self, otp_from from, void *context)
{
    self->from = from;
    return reply_and_stop(self, from, context);
}

static atomic_bool was_open;

/* Who is answered goes on at once, so what is to be seen is noted nowhere. */
static otp_next answer_first(struct probe *self, otp_from from, void *context)
{
    uint64_t value = 77;
    (void)from, (void)context;
    atomic_store(&was_open, otp_answer(self->from, &probe_u64_layout, &value) == OTP_OK);
    return otp_noreply();
}

START_TEST(B020_the_call_is_open_while_terminate_runs)
{
    struct stopping stopping = { answer_first, &probe_call_type, keep_and_stop };
    start_runtime(false, false);
    in_process(call_and_watch, &stopping);
    expect_notes("terminate:over,reply:77,down:over"); /* terminate was quicker */
    ck_assert(atomic_load(&was_open));
    stop_runtime();
}
END_TEST

START_TEST(B021_reply_survives_a_failing_terminate)
{
    struct stopping stopping = { exit_otherwise, &probe_call_type, reply_and_stop };
    start_runtime(false, false);
    in_process(call_and_watch, &stopping);
    expect_notes("terminate:over,reply:42,down:otherwise");
    forget_notes();
    stopping.type = &probe_text_type;
    stopping.run = text_and_stop;
    in_process(call_and_watch, &stopping);
    expect_notes("terminate:over,reply:1000:x,down:otherwise");
    stop_runtime();
}
END_TEST

static otp_next stop_without_reply(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_stop(otp_error("silent"));
}

START_TEST(B020_stop_without_reply_fails_the_caller)
{
    struct stopping stopping = { NULL, &probe_call_type, stop_without_reply };
    start_runtime(false, false);
    in_process(call_and_watch, &stopping);
    expect_notes("terminate:silent,failed:silent,down:silent");
    stop_runtime();
}
END_TEST

/* -- B022, B023 -- */

static otp_next change_and_crash(struct probe *self, otp_from from, void *context)
{
    (void)context;
    self->count = 5;
    (void)probe_reply(from, 1); /* made, not returned: it does not go out */
    otp_exit(otp_error("boom"));
}

START_TEST(B022_terminate_sees_the_state_as_it_is)
{
    struct stopping stopping = { note_count, &probe_call_type, change_and_crash };
    start_runtime(false, false);
    in_process(call_and_watch, &stopping);
    expect_notes("terminate:boom,count:5,failed:boom,down:boom");
    forget_notes();
    stopping.run = reply_and_stop;
    in_process(call_and_watch, &stopping);
    expect_notes("terminate:over,count:9,reply:42,down:over");
    stop_runtime();
}
END_TEST

static otp_next return_nothing(struct probe *self, otp_from from, void *context)
{
    otp_next next = { 0, 0, 0 };
    (void)self, (void)from, (void)context;
    return next;
}

static otp_next return_ok(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_ok();
}

static otp_next return_ignore(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_ignore();
}

static otp_next return_noreply(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_noreply();
}

static otp_next reply_twice(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)context;
    (void)probe_reply(from, 1);
    return probe_reply(from, 2);
}

static otp_next reply_as_another(struct probe *self, otp_from from, void *context)
{
    otp_str text = { "x", 1 };
    (void)self, (void)context;
    return otp_reply(from, &probe_text_type, &text);
}

static otp_next reply_without_value(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)context;
    return otp_reply(from, &probe_call_type, NULL);
}

static otp_next idle_after_stop(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)context;
    return otp_and_idle(otp_and_stop(probe_reply(from, 1), otp_normal()), OTP_S);
}

static otp_next idle_before_now(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)context;
    return otp_and_idle(probe_reply(from, 1), -1);
}

static otp_next bare_continuation(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return probe_continue(second_continue, NULL);
}

static otp_next continue_with_a_reply(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)context;
    return otp_and_continue(otp_noreply(), probe_reply(from, 1));
}

static otp_next stop_after_ok(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_and_stop(otp_ok(), otp_normal());
}

START_TEST(B023_wrong_shapes_end_with_bad_return)
{
    static const probe_handler wrong[] = {
        return_nothing,    return_ok,           return_ignore,   return_noreply,
        reply_twice,       reply_as_another,    idle_after_stop, idle_before_now,
        bare_continuation, reply_without_value, stop_after_ok,   continue_with_a_reply,
    };
    char reason[128], want[600];
    reason_text(otp_reason_make(OTP_REASON_BAD_RETURN, "call", 0), reason);
    snprintf(want, sizeof(want), "terminate:%s,failed:%s,down:%s", reason, reason, reason);
    start_runtime(false, false);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct stopping stopping = { NULL, &probe_call_type, wrong[i] };
        in_process(call_and_watch, &stopping);
        expect_notes(want);
        forget_notes();
    }
    stop_runtime();
}
END_TEST

static void cast_and_watch(void *arg)
{
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    probe_handler *run = arg;
    otp_pid pid;
    char text[128];
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    probe_cast(pid, *run, NULL);
    note("down:%s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B023_a_cast_may_not_reply)
{
    probe_handler wrong[] = { return_ok, reply_twice, return_nothing };
    char reason[128], want[300];
    reason_text(otp_reason_make(OTP_REASON_BAD_RETURN, "cast", 0), reason);
    snprintf(want, sizeof(want), "terminate:%s,down:%s", reason, reason);
    start_runtime(false, false);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        in_process(cast_and_watch, &wrong[i]);
        expect_notes(want);
        forget_notes();
    }
    stop_runtime();
}
END_TEST

/* -- B024, B025, B026 -- */

static otp_next monitor_context(struct probe *self, otp_from from, void *context)
{
    ck_assert_int_eq(otp_monitor_start(otp_to(*(otp_pid *)context), &self->monitor), OTP_OK);
    return probe_reply(from, 0);
}

static otp_next link_context(struct probe *self, otp_from from, void *context)
{
    (void)self;
    otp_trap_exit(true);
    ck_assert_int_eq(otp_link(*(otp_pid *)context), OTP_OK);
    return probe_reply(from, 0);
}

/* pid watches and is linked to another, which ends with "gone". */
static void end_a_friend(otp_pid pid)
{
    uint64_t value;
    otp_pid friend = probe_start(NULL);
    ck_assert_int_eq(probe_call(pid, monitor_context, &friend, &value), OTP_OK);
    ck_assert_int_eq(probe_call(pid, link_context, &friend, &value), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(friend, otp_error("gone")), OTP_OK);
}

START_TEST(B024_messages_that_nobody_handles_are_logged)
{
    probe_module.handle_down = NULL;
    probe_module.handle_exit = NULL;
    probe_module.handle_idle = NULL;
    start_runtime(false, true);
    otp_pid pid = probe_start(NULL);
    end_a_friend(pid);
    await_notes("log:unexpected::gone", 2);
    probe_cast(pid, idle_zero, NULL);
    await_note("log:unexpected::");
    probe_sync(pid);
    ck_assert(otp_is_alive(pid));
    stop_runtime();
}
END_TEST

static otp_next init_fails_on_down(struct probe *self, otp_from from, void *context)
{
    (void)from, (void)context;
    self->down = exit_otherwise;
    return otp_ok();
}

static void watch_failing_handler(void *arg)
{
    struct probe_options options = { init_fails_on_down, NULL, { NULL, 0 }, NULL };
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    uint64_t value;
    char text[128];
    (void)arg;
    ck_assert_int_eq(probe_start_with(&how, &options, &pid), OTP_OK);
    otp_pid friend = probe_start(NULL);
    ck_assert_int_eq(probe_call(pid, monitor_context, &friend, &value), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(friend, otp_error("gone")), OTP_OK);
    note("down:%s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B025_a_failing_handler_is_not_taken_for_a_missing_one)
{
    start_runtime(false, true);
    in_process(watch_failing_handler, NULL);
    ck_assert_uint_eq(noted("log:unexpected::gone"), 0);
    ck_assert_uint_eq(noted("down:gone"), 1);
    ck_assert_uint_eq(noted("down:otherwise"), 1);
    stop_runtime();
}
END_TEST

static void stop_bare(void *arg)
{
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    char text[128];
    (void)arg;
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "normal");
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_error("enough"), OTP_INFINITY), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "enough");
}

START_TEST(B026_without_terminate_the_reason_is_as_given)
{
    probe_module.terminate = NULL;
    start_runtime(false, false);
    in_process(stop_bare, NULL);
    stop_runtime();
}
END_TEST

/* -- tables of the state, options, hibernation -- */

static otp_next use_table(struct probe *self, otp_from from, void *context)
{
    uint64_t key = 1, value = 0;
    (void)context;
    if (!otp_table_get(self->table, &key, &value))
        note("empty");
    value++;
    ck_assert_int_eq(otp_table_put(self->table, &key, &value), OTP_OK);
    return otp_and_hibernate(probe_reply(from, value));
}

START_TEST(B059_hibernation_keeps_state_and_messages)
{
    char label[] = "label";
    struct probe_options options = { NULL, NULL, { label, 5 }, NULL };
    otp_pid pid;
    uint64_t value = 0;
    start_runtime(false, false);
    ck_assert_int_eq(probe_start_with(NULL, &options, &pid), OTP_OK);
    memset(label, 'x', 5); /* what the server has is a copy */
    ck_assert_int_eq(probe_call(pid, use_table, NULL, &value), OTP_OK);
    ck_assert_int_eq(probe_call(pid, use_table, NULL, &value), OTP_OK);
    ck_assert_uint_eq(value, 2);
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_shutdown(), OTP_INFINITY), OTP_OK);
    expect_notes("empty,terminate:label:shutdown");
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("genserver");
    support_behaviour(s, "B013", B013_continues_of_init_run_before_queued_messages);
    support_behaviour(s, "B014", B014_reply_goes_out_before_the_continue);
    support_behaviour(s, "B014", B014_casts_and_infos_continue_before_queued_messages);
    support_behaviour(s, "B015", B015_a_continue_may_end_the_server);
    support_behaviour(s, "B016", B016_a_kept_call_is_answered_later);
    support_behaviour(s, "B016", B016_a_kept_call_sees_the_end_of_the_server);
    support_behaviour(s, "B017", B017_idle_fires_once_and_not_early);
    support_behaviour(s, "B017", B017_a_message_ends_the_wait);
    support_behaviour(s, "B018", B018_idle_zero_yields_to_queued_messages);
    support_behaviour(s, "B018", B018_idle_zero_is_not_hidden_by_an_old_timer);
    support_behaviour(s, "B020", B020_stop_with_reply_terminates_then_replies);
    support_behaviour(s, "B020", B020_the_call_is_open_while_terminate_runs);
    support_behaviour(s, "B020", B020_stop_without_reply_fails_the_caller);
    support_behaviour(s, "B021", B021_reply_survives_a_failing_terminate);
    support_behaviour(s, "B022", B022_terminate_sees_the_state_as_it_is);
    support_behaviour(s, "B023", B023_wrong_shapes_end_with_bad_return);
    support_behaviour(s, "B023", B023_a_cast_may_not_reply);
    support_behaviour(s, "B024", B024_messages_that_nobody_handles_are_logged);
    support_behaviour(s, "B025", B025_a_failing_handler_is_not_taken_for_a_missing_one);
    support_behaviour(s, "B026", B026_without_terminate_the_reason_is_as_given);
    support_behaviour(s, "B059", B059_hibernation_keeps_state_and_messages);
    return support_run(s);
}
