/* test_genserver_stop.c - how a genserver ends: asked to, by signals, with its parent.
 *
 * Idea: see probe.h. */
#include "probe.h"

static otp_next wait_at_gate(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    note("at gate");
    gate_pass(context);
    return otp_noreply();
}

static otp_next exit_otherwise(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("otherwise"));
}

static void cast_note(otp_pid pid, const char *text)
{
    probe_cast(pid, probe_note, (void *)(uintptr_t)text);
}

/* -- B044, B045, B046 -- */

START_TEST(B044_stop_terminates_and_waits_for_the_end)
{
    static struct otp_name name = { "tests.stopped", NULL, 0 };
    struct otp_start how = { "tests.stopped", 0, false, false, false, NULL, NULL };
    otp_pid pid;
    start_runtime(false, false);
    pid = probe_start(NULL);
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY), OTP_OK);
    ck_assert(!otp_is_alive(pid));
    expect_notes("terminate:normal");
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_stop_process(otp_to_name(&name), otp_error("why"), OTP_INFINITY), OTP_OK);
    ck_assert(!otp_is_alive(pid));
    ck_assert(otp_whereis("tests.stopped").bits == 0);
    expect_notes("terminate:normal,terminate:why");
    stop_runtime();
}
END_TEST

static otp_next stop_self(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)context;
    return probe_reply(from, otp_stop_process(otp_to(otp_self()), otp_normal(), OTP_INFINITY));
}

START_TEST(B045_stopping_nobody_or_oneself_fails_at_once)
{
    static struct otp_name name = { "tests.nobody", NULL, 0 };
    uint64_t status = OTP_OK;
    start_runtime(false, false);
    otp_pid pid = probe_start(NULL);
    ck_assert_int_eq(probe_call(pid, stop_self, NULL, &status), OTP_OK);
    ck_assert_uint_eq(status, OTP_CALLING_SELF);
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY), OTP_NOPROC);
    ck_assert_int_eq(otp_stop_process(otp_to_name(&name), otp_normal(), OTP_INFINITY), OTP_NOPROC);
    stop_runtime();
}
END_TEST

START_TEST(B046_stop_tells_of_another_reason)
{
    struct probe_options options = { NULL, NULL, { NULL, 0 }, exit_otherwise };
    otp_pid pid;
    char text[128];
    start_runtime(false, false);
    ck_assert_int_eq(probe_start_with(NULL, &options, &pid), OTP_OK);
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY), OTP_EXIT);
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "otherwise");
    stop_runtime();
}
END_TEST

/* -- B047, B048 -- */

static void stop_impatiently(void *arg)
{
    struct gate *gate = arg;
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    char text[128];
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    probe_cast(pid, wait_at_gate, gate);
    await_note("at gate");
    otp_duration took;
    int tries = TRIES;
    do {
        otp_instant begin = otp_now();
        ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_error("late"), 50 * OTP_MS),
                         OTP_TIMEOUT);
        took = otp_now() - begin;
        ck_assert_int_ge(took, 50 * OTP_MS);
    } while (!IN_TIME(took, 50 * OTP_MS) && --tries > 0);
    ck_assert(IN_TIME(took, 50 * OTP_MS));
    ck_assert(otp_is_alive(pid));
    expect_no_message();
    gate_open(gate);
    note("down:%s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B047_a_stop_that_times_out_still_stops)
{
    struct gate gate = GATE;
    start_runtime(false, false);
    in_process(stop_impatiently, &gate);
    expect_notes("at gate,terminate:late,down:late");
    stop_runtime();
}
END_TEST

START_TEST(B048_messages_before_a_stop_are_handled)
{
    struct gate gate = GATE;
    start_runtime(false, false);
    otp_pid pid = probe_start(NULL);
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_normal(), -1), OTP_BADARG);
    probe_sync(pid);
    probe_cast(pid, wait_at_gate, &gate);
    await_note("at gate");
    cast_note(pid, "m1");
    cast_note(pid, "m2");
    cast_note(pid, "m3");
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_shutdown(), 0), OTP_TIMEOUT);
    cast_note(pid, "m4");
    gate_open(&gate);
    await_note("terminate:shutdown");
    expect_notes("at gate,m1,m2,m3,terminate:shutdown");
    stop_runtime();
}
END_TEST

/* -- B049, B053: signals -- */

struct signalled {
    otp_reason signal;
    const char *want;
};

static void send_signal(void *arg)
{
    struct signalled *signalled = arg;
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    char text[128];
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(pid, signalled->signal), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), signalled->want);
}

START_TEST(B049_without_trapping_a_signal_ends_it_without_terminate)
{
    struct signalled shutdown = { otp_shutdown(), "shutdown" };
    struct signalled boom = { otp_error("boom"), "boom" };
    start_runtime(false, false);
    in_process(send_signal, &shutdown);
    in_process(send_signal, &boom);
    stop_runtime();
    expect_notes("");
}
END_TEST

START_TEST(B053_a_kill_cannot_be_trapped)
{
    struct signalled kill = { otp_kill(), "killed" };
    probe_module.trap_exit = true;
    start_runtime(false, false);
    in_process(send_signal, &kill);
    stop_runtime();
    expect_notes("");
}
END_TEST

static otp_next stop_after_gate(struct probe *self, otp_from from, void *context)
{
    (void)wait_at_gate(self, from, context);
    return otp_stop(otp_normal());
}

/* It is killed in its handler, which then returns and asks for a stop with all that follows. */
static void kill_a_running_handler(void *arg)
{
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    char text[128];
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    probe_cast(pid, stop_after_gate, arg);
    await_note("at gate");
    ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "killed");
    ck_assert(!otp_is_alive(pid));
    gate_open(arg);
}

START_TEST(B053_a_killed_handler_is_the_last_callback)
{
    struct gate gate = GATE;
    start_runtime(false, false);
    in_process(kill_a_running_handler, &gate);
    stop_runtime(); /* waits for the handler */
    expect_notes("at gate");
}
END_TEST

/* -- B050, B051, B052: the parent and others -- */

struct family {
    struct gate busy;
    otp_reason reason;
    otp_pid child;
    struct gate born;
};

/* Starts a linked server, keeps it busy, sends it a message and ends. */
static void be_a_parent(void *arg)
{
    struct family *family = arg;
    struct otp_start how = { NULL, 0, true, false, false, NULL, NULL };
    ck_assert_int_eq(probe_start_with(&how, NULL, &family->child), OTP_OK);
    probe_cast(family->child, wait_at_gate, &family->busy);
    await_note("at gate");
    cast_note(family->child, "queued");
    gate_open(&family->born);
    otp_exit(family->reason);
}

static void watch_a_family(void *arg)
{
    struct family *family = arg;
    otp_pid parent;
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    char text[128];
    ck_assert_int_eq(otp_spawn(be_a_parent, family, &how, &parent), OTP_OK);
    (void)next_reason(OTP_MESSAGE_DOWN, text);
    ck_assert_int_eq(otp_monitor_start(otp_to(family->child), &monitor), OTP_OK);
    gate_open(&family->busy);
    note("down:%s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B050_the_end_of_the_parent_terminates_a_trapping_server)
{
    struct family normal = { GATE, otp_normal(), { 0 }, GATE };
    struct family boom = { GATE, otp_error("boom"), { 0 }, GATE };
    probe_module.trap_exit = true;
    start_runtime(false, false);
    in_process(watch_a_family, &normal);
    expect_notes("at gate,queued,terminate:normal,down:normal");
    forget_notes();
    in_process(watch_a_family, &boom);
    expect_notes("at gate,queued,terminate:boom,down:boom");
    stop_runtime();
}
END_TEST

static otp_next link_context(struct probe *self, otp_from from, void *context)
{
    (void)self;
    ck_assert_int_eq(otp_link(*(otp_pid *)context), OTP_OK);
    return probe_reply(from, 0);
}

START_TEST(B051_an_exit_of_a_stranger_is_a_message)
{
    uint64_t value;
    probe_module.trap_exit = true;
    start_runtime(false, false);
    otp_pid pid = probe_start(NULL);
    otp_pid friend = probe_start(NULL);
    ck_assert_int_eq(probe_call(pid, link_context, &friend, &value), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(friend, otp_kill()), OTP_OK);
    await_note("exit:killed");
    ck_assert_int_eq(otp_exit_signal(pid, otp_error("boom")), OTP_OK); /* from nobody at all */
    await_note("exit:boom");
    probe_sync(pid);
    ck_assert(otp_is_alive(pid));
    expect_notes("exit:killed,exit:boom");
    stop_runtime();
}
END_TEST

static void outlive_the_parent(void *arg)
{
    struct family *family = arg;
    otp_pid parent;
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    char text[128];
    ck_assert_int_eq(otp_spawn(be_a_parent, family, &how, &parent), OTP_OK);
    gate_open(&family->busy);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "normal");
    probe_sync(family->child);
    ck_assert(otp_is_alive(family->child));
}

START_TEST(B052_a_normal_end_of_the_parent_hurts_nobody)
{
    struct family family = { GATE, otp_normal(), { 0 }, GATE };
    start_runtime(false, false);
    in_process(outlive_the_parent, &family);
    stop_runtime();
    expect_notes("at gate,queued");
}
END_TEST

/* -- B054: what is logged -- */

static otp_next stop_with(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    return otp_stop(*(otp_reason *)context);
}

static void end_with(void *arg)
{
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    char text[128];
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    probe_cast(pid, stop_with, arg);
    (void)next_reason(OTP_MESSAGE_DOWN, text);
}

START_TEST(B054_only_unclean_ends_are_logged)
{
    otp_reason clean[] = { otp_normal(), otp_shutdown(), otp_shutdown_with("x") };
    otp_reason boom = otp_error_code("boom", 3);
    probe_module.terminate = NULL;
    start_runtime(false, true);
    for (size_t i = 0; i < 3; i++)
        in_process(end_with, &clean[i]);
    expect_notes("");
    in_process(end_with, &boom);
    expect_notes("log:exit:cast:boom (3)"); /* with the last message, and who sent it */
    pthread_mutex_lock(&journal.lock);
    ck_assert_uint_ne(last_client.bits, 0);
    pthread_mutex_unlock(&journal.lock);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("genserver_stop");
    support_behaviour(s, "B044", B044_stop_terminates_and_waits_for_the_end);
    support_behaviour(s, "B045", B045_stopping_nobody_or_oneself_fails_at_once);
    support_behaviour(s, "B046", B046_stop_tells_of_another_reason);
    support_behaviour(s, "B047", B047_a_stop_that_times_out_still_stops);
    support_behaviour(s, "B048", B048_messages_before_a_stop_are_handled);
    support_behaviour(s, "B049", B049_without_trapping_a_signal_ends_it_without_terminate);
    support_behaviour(s, "B050", B050_the_end_of_the_parent_terminates_a_trapping_server);
    support_behaviour(s, "B051", B051_an_exit_of_a_stranger_is_a_message);
    support_behaviour(s, "B052", B052_a_normal_end_of_the_parent_hurts_nobody);
    support_behaviour(s, "B053", B053_a_kill_cannot_be_trapped);
    support_behaviour(s, "B053", B053_a_killed_handler_is_the_last_callback);
    support_behaviour(s, "B054", B054_only_unclean_ends_are_logged);
    return support_run(s);
}
