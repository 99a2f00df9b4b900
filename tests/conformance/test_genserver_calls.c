/* test_genserver_calls.c - calls and casts as their sender sees them.
 *
 * Idea: see probe.h. A server that is busy waits at a gate, holding its thread, or is parked in a
 * call of its own: callers must not see a difference. */

#include "probe.h"

static otp_next reply_at_gate(struct probe *self, otp_from from, void *context)
{
    note("at gate");
    gate_pass(context);
    self->count++;
    return probe_reply(from, 100 + self->count);
}

static otp_next crash(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("boom"));
}

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
    ck_assert_int_eq(otp_answer(self->from, &probe_u64_layout, &value), OTP_OK);
    return otp_noreply();
}

/* Parks in a call that the server in context answers when it is told to. */
static otp_next reply_after_parking(struct probe *self, otp_from from, void *context)
{
    uint64_t value = 0;
    note("parks");
    ck_assert_int_eq(probe_ask_later(*(otp_pid *)context, keep_from, NULL, &value), OTP_OK);
    self->count++;
    return probe_reply(from, 100 + self->count);
}

/* -- B027, B028 -- */

struct busy {
    otp_pid server;
    probe_handler run;
    void *context;
    struct gate timed_out, go_on;
};

/* Calls a busy server without enough patience; then, when it has answered, calls it again. */
static void call_impatiently(void *arg)
{
    struct busy *busy = arg;
    uint64_t value = 7;
    otp_instant begin = otp_now();
    ck_assert_int_eq(
        probe_call_within(otp_to(busy->server), 20 * OTP_MS, busy->run, busy->context, &value),
        OTP_TIMEOUT); /* or the gate is never opened */
    ck_assert_int_ge(otp_now() - begin, 20 * OTP_MS);
    ck_assert_uint_eq(value, 7); /* untouched */
    otp_duration took = 50 * OTP_MS + 50 * OTP_MS * support_slow() + 1;
    for (int i = 0; i < TRIES && !IN_TIME(took, 20 * OTP_MS); i++) {
        begin = otp_now();
        ck_assert_int_eq(
            probe_call_within(otp_to(busy->server), 20 * OTP_MS, probe_count, NULL, &value),
            OTP_TIMEOUT);
        took = otp_now() - begin;
    }
    ck_assert(IN_TIME(took, 20 * OTP_MS));
    ck_assert_int_eq(probe_call_within(otp_to(busy->server), 0, probe_count, NULL, &value),
                     OTP_TIMEOUT);
    gate_open(&busy->timed_out);
    gate_pass(&busy->go_on);
    ck_assert_int_eq(probe_call(busy->server, probe_count, NULL, &value), OTP_OK);
    ck_assert_uint_eq(value, 1); /* the late answer was 101; what was asked was done, once */
    expect_no_message();
}

/* Takes long enough to be seen, also on a loaded machine. Callers keep their timeout on a thread of
 * their own with servers that are known to be slow; only a server's first slow handler may run
 * where its caller was. */
static otp_next be_slow(struct probe *self, otp_from from, void *context)
{
    struct timespec held = { 0, 30 * 1000 * 1000 };
    otp_instant until = otp_now() + 30 * OTP_MS;
    (void)self, (void)context;
    while (is_simulated() && otp_now() < until)
        continue;
    if (!is_simulated())
        nanosleep(&held, NULL); /* holds its thread, as a handler that computes would */
    return probe_reply(from, 0);
}

START_TEST(B027_a_call_times_out_while_its_server_burns)
{
    struct gate gate = GATE;
    start_runtime(false, false);
    struct busy busy = { probe_start(NULL), reply_at_gate, &gate, GATE, GATE };
    struct probe_job job = { call_impatiently, &busy, GATE };
    uint64_t unused;
    otp_pid pid;
    ck_assert_int_eq(probe_call(busy.server, be_slow, NULL, &unused), OTP_OK);
    ck_assert_int_eq(otp_spawn(probe_run_job, &job, NULL, &pid), OTP_OK);
    gate_pass(&busy.timed_out);
    gate_open(&gate);
    gate_open(&busy.go_on);
    gate_pass(&job.done);
    stop_runtime();
}
END_TEST

static void call_while_parked(void)
{
    start_runtime(false, false);
    otp_pid friend = probe_start(NULL);
    struct busy busy = { probe_start(NULL), reply_after_parking, &friend, GATE, GATE };
    struct probe_job job = { call_impatiently, &busy, GATE };
    otp_pid pid;
    ck_assert_int_eq(otp_spawn(probe_run_job, &job, NULL, &pid), OTP_OK);
    gate_pass(&busy.timed_out);
    await_note("kept");
    probe_cast(friend, answer_kept, NULL);
    gate_open(&busy.go_on);
    gate_pass(&job.done);
    stop_runtime();
}

START_TEST(B027_a_call_times_out_while_its_server_is_parked)
{
    call_while_parked();
}
END_TEST

START_TEST(B028_a_late_answer_is_never_seen)
{
    call_while_parked(); /* the caller's next call gets its own answer, and its mailbox is empty */
}
END_TEST

static otp_next add_one(struct probe *self, otp_from from, void *context)
{
    (void)context;
    self->count++;
    return probe_reply(from, self->count);
}

START_TEST(B027_a_negative_timeout_sends_nothing)
{
    uint64_t value = 0;
    start_runtime(false, false);
    otp_pid pid = probe_start(NULL);
    ck_assert_int_eq(probe_call_within(otp_to(pid), -1, add_one, NULL, &value), OTP_BADARG);
    ck_assert_int_eq(probe_call(pid, probe_count, NULL, &value), OTP_OK);
    ck_assert_uint_eq(value, 0);
    stop_runtime();
}
END_TEST

/* -- B031, B032 -- */

static otp_next call_self(struct probe *self, otp_from from, void *context)
{
    static struct otp_name name = { "tests.self", NULL, 0 };
    uint64_t value;
    (void)self, (void)context;
    note("by pid:%d", (int)probe_call(otp_self(), probe_count, NULL, &value));
    note("by name:%d",
         (int)probe_call_within(otp_to_name(&name), OTP_INFINITY, probe_count, NULL, &value));
    return probe_reply(from, 0);
}

START_TEST(B031_calling_oneself_fails_at_once)
{
    struct otp_start how = { "tests.self", 0, false, false, false, NULL, NULL };
    char want[64];
    uint64_t value;
    otp_pid pid;
    start_runtime(false, false);
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    ck_assert_int_eq(probe_call(pid, call_self, NULL, &value), OTP_OK);
    snprintf(want, sizeof(want), "by pid:%d,by name:%d", OTP_CALLING_SELF, OTP_CALLING_SELF);
    expect_notes(want);
    stop_runtime();
}
END_TEST

/* At once: a call that waited would do it for longer than the test may take. */
static void call_nobody(void *arg)
{
    static struct otp_name name = { "tests.nobody", NULL, 0 };
    uint64_t value;
    (void)arg;
    otp_pid dead = probe_start(NULL);
    ck_assert_int_eq(otp_stop_process(otp_to(dead), otp_normal(), OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(probe_call(dead, probe_count, NULL, &value), OTP_NOPROC);
    ck_assert_int_eq(probe_call_within(otp_to_name(&name), PATIENCE, probe_count, NULL, &value),
                     OTP_NOPROC);
    ck_assert_uint_eq(otp_last_reason().kind, OTP_REASON_NOPROC);
}

START_TEST(B032_calling_nobody_fails_at_once)
{
    start_runtime(false, false);
    in_process(call_nobody, NULL);
    call_nobody(NULL); /* a foreign thread too */
    stop_runtime();
}
END_TEST

/* -- B033, B034 -- */

static otp_next stop_at_gate(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    note("at gate");
    gate_pass(context);
    return otp_stop(otp_normal());
}

/* Ends once somebody waits for it. */
static otp_next stop_when_asked(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    while (otp_mailbox_is_empty())
        step_aside();
    return otp_stop(otp_normal());
}

static void call_a_dying_server(void *arg)
{
    struct busy *busy = arg;
    uint64_t value;
    char text[128];
    otp_status status =
        probe_call_within(otp_to(busy->server), OTP_INFINITY, busy->run, busy->context, &value);
    ck_assert_int_eq(status, OTP_EXIT);
    note("failed:%s", reason_text(otp_last_reason(), text));
    expect_no_message();
}

START_TEST(B033_a_call_fails_with_the_reason_of_the_server)
{
    start_runtime(false, false);
    struct busy busy = { probe_start(NULL), crash, NULL, GATE, GATE };
    in_process(call_a_dying_server, &busy);
    expect_notes("terminate:boom,failed:boom");

    busy.server = probe_start(NULL); /* it ends before it reaches the call, and normally */
    busy.run = probe_count;
    probe_cast(busy.server, stop_when_asked, NULL);
    in_process(call_a_dying_server, &busy);
    ck_assert_uint_eq(noted("failed:normal"), 1);
    stop_runtime();
}
END_TEST

static void call_a_linked_server(void *arg)
{
    struct otp_start how = { NULL, 0, true, false, false, NULL, NULL };
    otp_pid pid;
    uint64_t value;
    char text[128];
    (void)arg;
    otp_trap_exit(true);
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    ck_assert_int_eq(probe_call(pid, crash, NULL, &value), OTP_EXIT);
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "boom");
    ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "boom");
    expect_no_message();
}

START_TEST(B034_a_linked_caller_sees_the_failure_and_one_exit)
{
    start_runtime(false, false);
    in_process(call_a_linked_server, NULL);
    stop_runtime();
}
END_TEST

/* -- B035 -- */

static otp_next nest(struct probe *self, otp_from from, void *context)
{
    uint64_t value = 0;
    (void)self, (void)from;
    ck_assert_int_eq(probe_ask_later(*(otp_pid *)context, keep_from, NULL, &value), OTP_OK);
    note("nested call is over");
    return otp_noreply();
}

START_TEST(B035_messages_queue_up_in_order_during_a_nested_call)
{
    start_runtime(false, false);
    otp_pid friend = probe_start(NULL);
    otp_pid pid = probe_start(NULL);
    probe_cast(pid, nest, &friend);
    await_note("kept");
    probe_cast(pid, probe_note, (void *)(uintptr_t) "m1");
    probe_cast(pid, probe_note, (void *)(uintptr_t) "m2");
    probe_cast(pid, probe_note, (void *)(uintptr_t) "m3");
    probe_cast(friend, answer_kept, NULL);
    probe_sync(pid);
    expect_notes("kept,nested call is over,m1,m2,m3");
    stop_runtime();
}
END_TEST

/* -- B037 -- */

static otp_next answer_twice(struct probe *self, otp_from from, void *context)
{
    uint64_t first = 1, second = 2;
    (void)self, (void)context;
    ck_assert_int_eq(otp_answer(from, &probe_u64_layout, &first), OTP_OK);
    ck_assert_int_eq(otp_answer(from, &probe_u64_layout, &second), OTP_NOT_FOUND);
    return otp_noreply();
}

static void call_twice(void)
{
    otp_pid pid = probe_start(NULL);
    uint64_t value;
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(probe_ask_later(pid, answer_twice, NULL, &value), OTP_OK);
        ck_assert_uint_eq(value, 1);
        ck_assert_int_eq(probe_call(pid, probe_count, NULL, &value), OTP_OK);
        ck_assert_uint_eq(value, 0);
    }
}

static void call_twice_in_process(void *arg)
{
    (void)arg;
    call_twice();
    expect_no_message();
}

START_TEST(B037_a_second_answer_is_dropped)
{
    start_runtime(false, false);
    in_process(call_twice_in_process, NULL);
    call_twice();
    stop_runtime();
}
END_TEST

/* -- B039, B040 -- */

START_TEST(B039_casts_never_wait)
{
    static struct otp_name name = { "tests.nobody", NULL, 0 };
    struct gate gate = GATE;
    struct probe_args args = { probe_note, (void *)(uintptr_t) "got it" };
    start_runtime(false, false);
    otp_pid dead = probe_start(NULL);
    otp_pid busy = probe_start(NULL);
    ck_assert_int_eq(otp_stop_process(otp_to(dead), otp_normal(), OTP_INFINITY), OTP_OK);
    probe_cast(busy, stop_at_gate, &gate);
    await_note("at gate");
    /* a cast that waited for the busy one would wait for ever */
    ck_assert_int_eq(otp_cast(otp_to(dead), &probe_cast_type, &args), OTP_OK);
    ck_assert_int_eq(otp_cast(otp_to_name(&name), &probe_cast_type, &args), OTP_OK);
    ck_assert_int_eq(otp_cast(otp_to(busy), &probe_cast_type, &args), OTP_OK);
    gate_open(&gate);
    stop_runtime();
}
END_TEST

static otp_next put_count(struct probe *self, otp_from from, void *context)
{
    (void)from;
    self->count = (uint64_t)(uintptr_t)context;
    return otp_noreply();
}

static void put_and_get(void *arg)
{
    otp_pid pid = probe_start(NULL);
    uint64_t value;
    (void)arg;
    for (uintptr_t i = 1; i <= 2000; i++) {
        probe_cast(pid, put_count, (void *)i);
        ck_assert_int_eq(probe_call(pid, probe_count, NULL, &value), OTP_OK);
        ck_assert_uint_eq(value, i);
    }
}

START_TEST(B040_a_cast_is_seen_by_the_call_after_it)
{
    start_runtime(false, false);
    in_process(put_and_get, NULL);
    put_and_get(NULL);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("genserver_calls");
    support_behaviour(s, "B027", B027_a_call_times_out_while_its_server_burns);
    support_behaviour(s, "B027", B027_a_call_times_out_while_its_server_is_parked);
    support_behaviour(s, "B027", B027_a_negative_timeout_sends_nothing);
    support_behaviour(s, "B028", B028_a_late_answer_is_never_seen);
    support_behaviour(s, "B031", B031_calling_oneself_fails_at_once);
    support_behaviour(s, "B032", B032_calling_nobody_fails_at_once);
    support_behaviour(s, "B033", B033_a_call_fails_with_the_reason_of_the_server);
    support_behaviour(s, "B034", B034_a_linked_caller_sees_the_failure_and_one_exit);
    support_behaviour(s, "B035", B035_messages_queue_up_in_order_during_a_nested_call);
    support_behaviour(s, "B037", B037_a_second_answer_is_dropped);
    support_behaviour(s, "B039", B039_casts_never_wait);
    support_behaviour(s, "B040", B040_a_cast_is_seen_by_the_call_after_it);
    return support_run(s);
}
