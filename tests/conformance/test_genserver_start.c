/* test_genserver_start.c - how a genserver starts, or does not.
 *
 * Idea: see probe.h. What a starter sees is looked at from inside a process, where links, exits and
 * mailboxes are. */
#include "probe.h"

/* -- handlers -- */

static otp_next init_ignores(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_ignore();
}

static otp_next init_stops(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    note("whereis:%d", otp_whereis("tests.name").bits != 0);
    return otp_stop(otp_error("bad"));
}

static otp_next init_exits(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error_code("crash", 7));
}

static otp_next init_is_wrong(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_noreply();
}

static otp_next init_notes(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    note("init");
    return otp_ok();
}

/* Waits at the gate in context, holding its thread. */
static otp_next init_waits(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    note("init begins");
    gate_pass(context);
    note("init ends");
    return otp_ok();
}

/* Waits at the gate, then stops. */
static otp_next init_waits_and_stops(struct probe *self, otp_from from, void *context)
{
    (void)init_waits(self, from, context);
    return otp_stop(otp_error("late"));
}

/* Parks in a call to the server whose pid is in context, which never answers. */
static otp_next init_parks(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    uint64_t unused;
    note("init parks");
    struct probe_args args = { probe_note, (void *)(uintptr_t) "asked" };
    (void)!otp_call(otp_to(*(otp_pid *)context), &probe_later_type, &args, &unused, OTP_INFINITY);
    otp_yield(); /* killed before it waited, it ends at the next call */
    note("never here");
    return otp_ok();
}

static otp_next note_one(struct probe *self, otp_from from, void *context)
{
    (void)from, (void)context;
    self->count = 1;
    note("continue");
    return otp_noreply();
}

static otp_next init_waits_and_continues(struct probe *self, otp_from from, void *context)
{
    (void)init_waits(self, from, context);
    return otp_and_continue(otp_ok(), probe_continue(note_one, NULL));
}

static const struct otp_start named = { "tests.name", 0, false, false, false, NULL, NULL };
static const struct otp_start linked = { NULL, 0, true, false, false, NULL, NULL };
static const struct otp_start named_and_linked = {
    "tests.name", 0, true, false, false, NULL, NULL
};

static otp_status start(const struct otp_start *how, probe_handler init, void *context,
                        otp_pid *pid)
{
    struct probe_options options = { init, context, { "a", 1 }, NULL };
    return probe_start_with(how, &options, pid);
}

/* -- B001, B002, B003 -- */

struct late {
    struct gate gate;
    otp_pid pid;
};

static void start_linked_late(void *arg)
{
    struct late *late = arg;
    char text[128];
    otp_trap_exit(true);
    ck_assert_int_eq(start(&linked, init_waits, &late->gate, &late->pid), OTP_OK);
    note("started");
    uint64_t count = 1;
    ck_assert(otp_is_alive(late->pid));
    ck_assert_int_eq(probe_call(late->pid, probe_count, NULL, &count), OTP_OK);
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(otp_exit_signal(late->pid, otp_error("boom")), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "boom"); /* so it was linked */
    expect_no_message();
    note("done");
}

START_TEST(B001_start_link_returns_after_init)
{
    struct late late = { GATE, { 0 } };
    struct probe_job job = { start_linked_late, &late, GATE };
    otp_pid pid;
    start_runtime(false, false);
    ck_assert_int_eq(otp_spawn(probe_run_job, &job, NULL, &pid), OTP_OK);
    await_note("init begins");
    ck_assert_uint_eq(noted("started"), 0);
    gate_open(&late.gate);
    await_note("done");
    expect_notes("init begins,init ends,started,done");
    gate_pass(&job.done);
    stop_runtime();
}
END_TEST

static void start_unlinked(void *arg)
{
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    char text[128];
    (void)arg;
    otp_trap_exit(true);
    ck_assert_int_eq(start(&how, NULL, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(pid, otp_error("boom")), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "boom");
    expect_no_message(); /* so it was not linked */
}

START_TEST(B002_start_makes_no_link)
{
    start_runtime(false, false);
    in_process(start_unlinked, NULL);
    stop_runtime();
}
END_TEST

START_TEST(B003_bad_names_are_refused)
{
    char overlong[258];
    struct otp_start how = { "", 0, false, false, false, NULL, NULL };
    struct otp_info before, after;
    otp_pid pid;
    start_runtime(false, false);
    ck_assert_int_eq(otp_runtime_info(&before), OTP_OK);
    ck_assert_int_eq(start(&how, init_notes, NULL, &pid), OTP_BADARG);
    memset(overlong, 'x', sizeof(overlong));
    overlong[256] = '\0';
    how.name = overlong;
    ck_assert_int_eq(start(&how, init_notes, NULL, &pid), OTP_BADARG);
    ck_assert_int_eq(otp_runtime_info(&after), OTP_OK);
    ck_assert_uint_eq(after.processes, before.processes);
    expect_notes("");
    overlong[255] = '\0'; /* the longest there is */
    ck_assert_int_eq(start(&how, init_notes, NULL, &pid), OTP_OK);
    ck_assert(otp_pid_equal(otp_whereis(overlong), pid));
    expect_notes("init");
    stop_runtime();
}
END_TEST

/* -- B005, B006, B007 -- */

static void start_twice(void *arg)
{
    otp_pid first, second = otp_no_pid();
    (void)arg;
    otp_trap_exit(true);
    ck_assert_int_eq(start(&named_and_linked, init_notes, NULL, &first), OTP_OK);
    ck_assert_int_eq(start(&named, init_notes, NULL, &second), OTP_ALREADY_STARTED);
    ck_assert(otp_pid_equal(first, second));
    second = otp_no_pid();
    ck_assert_int_eq(start(&named_and_linked, init_notes, NULL, &second), OTP_ALREADY_STARTED);
    ck_assert(otp_pid_equal(first, second));
    probe_sync(first);
    expect_no_message();
    ck_assert_uint_eq(noted("init"), 1);
}

START_TEST(B005_taken_name_is_already_started)
{
    start_runtime(false, false);
    in_process(start_twice, NULL);
    stop_runtime();
}
END_TEST

struct starting {
    struct gate gate;
    probe_handler init;
    otp_status status;
    struct gate done;
};

static void *start_named(void *arg)
{
    struct starting *starting = arg;
    otp_pid pid;
    starting->status = start(&named, starting->init, &starting->gate, &pid);
    gate_open(&starting->done);
    return NULL;
}

static void *call_by_name(void *arg)
{
    static struct otp_name name = { "tests.name", NULL, 0 };
    uint64_t *count = arg;
    note("calling");
    otp_status status =
        probe_call_within(otp_to_name(&name), OTP_INFINITY, probe_count, NULL, count);
    char text[128];
    note("called:%d:%s", (int)status,
         status == OTP_EXIT ? reason_text(otp_last_reason(), text) : "");
    return NULL;
}

/* A server is starting under a name; a call by that name waits; then init goes on. */
static void call_while_starting(struct starting *starting, uint64_t *count)
{
    pthread_t starter, caller;
    ck_assert_int_eq(pthread_create(&starter, NULL, start_named, starting), 0);
    await_note("init begins");
    otp_pid pid = otp_whereis("tests.name");
    ck_assert(pid.bits != 0);
    ck_assert(otp_is_alive(pid));
    ck_assert_int_eq(pthread_create(&caller, NULL, call_by_name, count), 0);
    await_mail(pid, 1); /* it has called */
    /* A second call with no patience shows that the server does not answer yet. */
    uint64_t unused;
    ck_assert_int_eq(probe_call_within(otp_to(pid), 20 * OTP_MS, probe_count, NULL, &unused),
                     OTP_TIMEOUT);
    gate_open(&starting->gate);
    pthread_join(starter, NULL);
    pthread_join(caller, NULL);
}

START_TEST(B006_calls_wait_for_init_and_its_continue)
{
    struct starting starting = { GATE, init_waits_and_continues, OTP_OK, GATE };
    uint64_t count = 0;
    start_runtime(false, false);
    call_while_starting(&starting, &count);
    ck_assert_int_eq(starting.status, OTP_OK);
    ck_assert_uint_eq(count, 1); /* the continue has run before */
    expect_notes("init begins,calling,init ends,continue,called:0:");
    stop_runtime();
}
END_TEST

START_TEST(B007_queued_call_sees_why_init_stopped)
{
    struct starting starting = { GATE, init_waits_and_stops, OTP_OK, GATE };
    uint64_t count = 0;
    start_runtime(false, false);
    call_while_starting(&starting, &count);
    ck_assert_int_eq(starting.status, OTP_EXIT);
    char want[32];
    snprintf(want, sizeof(want), "called:%d:late", OTP_EXIT);
    await_note(want);
    stop_runtime();
}
END_TEST

/* -- B008 -- */

struct slow {
    struct gate gate;
    otp_pid deaf;
    probe_handler init;
    void *context;
};

static void start_slow(void *arg)
{
    struct slow *slow = arg;
    struct otp_start how = { "tests.name", 50 * OTP_MS, true, false, false, NULL, NULL };
    otp_pid pid;
    otp_duration took;
    int tries = TRIES;
    do {
        forget_notes();
        otp_instant begin = otp_now();
        ck_assert_int_eq(start(&how, slow->init, slow->context, &pid), OTP_TIMEOUT);
        took = otp_now() - begin;
        ck_assert_int_ge(took, 50 * OTP_MS);
        ck_assert(otp_whereis("tests.name").bits == 0);
        expect_no_message(); /* and this process, linked and not trapping, is alive */
    } while ((!IN_TIME(took, 50 * OTP_MS) || noted("asked") == 0) && --tries > 0);
    ck_assert(IN_TIME(took, 50 * OTP_MS));
    ck_assert_int_eq(start(&named, NULL, NULL, &pid), OTP_OK); /* the name is free */
    note("survived");
}

/* The starter is a thread of its own: a process that shares its worker with the one that burns goes
 * on only when that does. */
START_TEST(B008_start_gives_up_on_an_init_that_burns)
{
    struct otp_start how = { "tests.name", 50 * OTP_MS, false, false, false, NULL, NULL };
    struct gate gate = GATE;
    otp_pid pid;
    start_runtime(false, false);
    otp_instant begin = otp_now();
    ck_assert_int_eq(start(&how, init_waits, &gate, &pid), OTP_TIMEOUT);
    ck_assert_int_ge(otp_now() - begin, 50 * OTP_MS);
    ck_assert(otp_whereis("tests.name").bits == 0);
    ck_assert_int_eq(start(&named, NULL, NULL, &pid), OTP_OK); /* the name is free */
    gate_open(&gate);
    stop_runtime();
    ck_assert_uint_eq(noted("terminate:a:killed"), 0);
}
END_TEST

START_TEST(B008_start_gives_up_on_an_init_that_parks)
{
    struct slow slow = { GATE, { 0 }, init_parks, NULL };
    slow.context = &slow.deaf;
    start_runtime(false, false);
    slow.deaf = probe_start(NULL);
    in_process(start_slow, &slow);
    await_note("survived");
    stop_runtime();
    ck_assert_uint_ge(noted("asked"), 1);
    ck_assert_uint_eq(noted("never here"), 0);
}
END_TEST

/* -- B009, B010, B011, B012 -- */

static void start_ignored(void *arg)
{
    char text[128];
    otp_pid pid;
    (void)arg;
    otp_trap_exit(true);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(start(&named_and_linked, init_ignores, NULL, &pid), OTP_IGNORE);
        ck_assert(otp_whereis("tests.name").bits == 0);
    }
    for (int i = 0; i < 100; i++)
        ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "normal");
    expect_no_message();
    ck_assert_int_eq(start(&named, init_ignores, NULL, &pid), OTP_IGNORE);
    expect_no_message();
}

START_TEST(B009_ignore_frees_the_name_at_once)
{
    start_runtime(false, true);
    in_process(start_ignored, NULL);
    stop_runtime();
    expect_notes(""); /* no terminate, nothing logged */
}
END_TEST

static void start_stopped(void *arg)
{
    char text[128];
    otp_pid pid;
    (void)arg;
    otp_trap_exit(true);
    ck_assert_int_eq(start(&named_and_linked, init_stops, NULL, &pid), OTP_EXIT);
    ck_assert(otp_whereis("tests.name").bits == 0);
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "bad");
    ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "bad");
    expect_no_message();
}

START_TEST(B010_init_may_stop)
{
    start_runtime(false, false);
    in_process(start_stopped, NULL);
    stop_runtime();
    expect_notes("whereis:1"); /* and no terminate */
}
END_TEST

/* Starts a linked server that fails, without trapping; arg: the init. */
struct victim {
    probe_handler init;
    const struct otp_start *how;
};

static void start_and_perhaps_die(void *arg)
{
    struct victim *victim = arg;
    otp_pid pid;
    otp_status status = start(victim->how, victim->init, NULL, &pid);
    note("result:%d", (int)status);
}

/* Watches from the start: the victim waits for nothing, so it may be gone the next moment. */
static void watch_from_start(void *arg)
{
    char text[128];
    otp_pid pid;
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    ck_assert_int_eq(otp_spawn(start_and_perhaps_die, arg, &how, &pid), OTP_OK);
    note("victim:%s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B011_failed_init_takes_a_linked_starter_with_it)
{
    struct victim victim = { init_stops, &linked };
    start_runtime(false, false);
    in_process(watch_from_start, &victim);
    expect_notes("whereis:0,victim:bad");
    forget_notes();
    victim.how = NULL;
    in_process(watch_from_start, &victim);
    char want[64];
    snprintf(want, sizeof(want), "whereis:0,result:%d,victim:normal", OTP_EXIT);
    expect_notes(want);
    stop_runtime();
}
END_TEST

static void start_broken(void *arg)
{
    char text[128];
    otp_pid pid;
    (void)arg;
    otp_trap_exit(true);
    ck_assert_int_eq(start(&linked, init_exits, NULL, &pid), OTP_EXIT);
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "crash (7)");
    ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "crash (7)");
    ck_assert_int_eq(start(&linked, init_is_wrong, NULL, &pid), OTP_EXIT);
    ck_assert_int_eq(otp_last_reason().kind, OTP_REASON_BAD_RETURN);
    const struct otp_message *message;
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    ck_assert_uint_eq(message->kind, OTP_MESSAGE_EXIT);
    ck_assert_uint_eq(message->reason->kind, OTP_REASON_BAD_RETURN);
    expect_no_message();
}

START_TEST(B012_broken_inits_are_told_apart)
{
    start_runtime(false, false);
    in_process(start_broken, NULL);
    stop_runtime();
    expect_notes("");
}
END_TEST

/* -- what a failed start leaves -- */

/* Neither the pid nor the monitor of a process that is gone: the caller's variables are as they
 * were. */
static void start_without_success(void *arg)
{
    static const struct {
        probe_handler init;
        otp_status status;
    } cases[] = { { init_ignores, OTP_IGNORE },
                  { init_stops, OTP_EXIT },
                  { init_exits, OTP_EXIT },
                  { init_is_wrong, OTP_EXIT },
                  { init_parks, OTP_TIMEOUT } };
    otp_trap_exit(true);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int k = 0; k < 2; k++) {
            otp_pid pid = { 77 };
            otp_monitor monitor = { 88 };
            struct otp_start how = { .timeout = 50 * OTP_MS, .link = k == 1, .monitor = true };
            how.monitor_out = &monitor;
            if (cases[i].status != OTP_TIMEOUT)
                how.timeout = 0;
            ck_assert_int_eq(start(&how, cases[i].init, arg, &pid), cases[i].status);
            ck_assert_uint_eq(pid.bits, 77);
            ck_assert_uint_eq(monitor.ref_, 88);
        }
    }
    note("done");
}

START_TEST(a_start_that_fails_writes_nothing)
{
    otp_pid deaf;
    start_runtime(false, false);
    deaf = probe_start(NULL);
    in_process(start_without_success, &deaf);
    await_note("done");
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("genserver_start");
    support_behaviour(s, "B001", B001_start_link_returns_after_init);
    support_behaviour(s, "B002", B002_start_makes_no_link);
    support_behaviour(s, "B003", B003_bad_names_are_refused);
    support_behaviour(s, "B005", B005_taken_name_is_already_started);
    support_behaviour(s, "B006", B006_calls_wait_for_init_and_its_continue);
    support_behaviour(s, "B007", B007_queued_call_sees_why_init_stopped);
    support_behaviour(s, "B008", B008_start_gives_up_on_an_init_that_burns);
    support_behaviour(s, "B008", B008_start_gives_up_on_an_init_that_parks);
    support_behaviour(s, "B009", B009_ignore_frees_the_name_at_once);
    support_behaviour(s, "B010", B010_init_may_stop);
    support_behaviour(s, "B011", B011_failed_init_takes_a_linked_starter_with_it);
    support_behaviour(s, "B012", B012_broken_inits_are_told_apart);
    tcase_add_test(support_case(s, "starts", 10), a_start_that_fails_writes_nothing);
    return support_run(s);
}
