/* test_sys.c - looking into servers, holding them up, and what is logged when they crash.
 *
 * Idea: sys.otp has a server with a state of every type; what it shows is compared as text. Where
 * time matters the clock is the manual one. */
#include "probe.h"

#include "sys.otp.h"
#include "sys/notes.h"

static struct gate held = GATE;

void sys_note(const char *text)
{
    note("%s", text);
}

void sys_hold(void)
{
    note("held");
    gate_pass(&held);
}

#define OK(call) ck_assert_int_eq((call), OTP_OK)

static const otp_duration limit = OTP_CALL_TIMEOUT;

static otp_pid start_probe(void)
{
    struct sys_probe_options options = sys_probe_options_default();
    otp_pid pid;
    OK(sys_probe_start(&options, &pid));
    return pid;
}

static otp_pid start_vault(void)
{
    struct sys_vault_options options = sys_vault_options_default();
    otp_pid pid;
    OK(sys_vault_start(&options, &pid));
    return pid;
}

static uint64_t add(otp_pid pid, uint64_t n)
{
    uint64_t sum = 0;
    OK(sys_probe_add(otp_to(pid), n, &sum));
    return sum;
}

static void put(otp_pid pid, const char *name, bool born)
{
    struct sys_user user = { .name = otp_cstr(name), .password = otp_cstr("pw\n") };
    user.level = SYS_LEVEL_HIGH;
    user.has_born = born;
    user.born = 1999;
    OK(sys_probe_put(otp_to(pid), &user));
}

/* The state of pid as text, in static memory. */
static const char *state_of(otp_pid pid)
{
    static char text[1000];
    OK(otp_sys_get_state(otp_to(pid), text, sizeof text, limit));
    return text;
}

static void await_it(void *arg)
{
    char text[128];
    (void)await_end(*(otp_pid *)arg, text);
}

/* Its name is free then. */
static void await_end_of(otp_pid pid)
{
    in_process(await_it, &pid);
}

/* -- the last crash that was logged -- */

static struct {
    char line[4096];
    char name[40], module[40], source[40], message[40], arguments[600], state[1100], reason[100];
    char recent[4000];
    otp_pid pid, client;
} crash;

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from == NULL ? "(none)" : from);
}

static void keep_crash(void *context, const struct otp_log_event *event)
{
    char reason[100];
    (void)context;
    if (event->kind != OTP_LOG_EXIT)
        return;
    pthread_mutex_lock(&journal.lock);
    otp_log_format(event, crash.line, sizeof crash.line);
    copy(crash.name, sizeof crash.name, event->name);
    copy(crash.module, sizeof crash.module, event->module);
    copy(crash.source, sizeof crash.source, event->source);
    copy(crash.message, sizeof crash.message, event->message);
    copy(crash.arguments, sizeof crash.arguments, event->arguments);
    copy(crash.state, sizeof crash.state, event->state);
    copy(crash.recent, sizeof crash.recent, event->recent);
    copy(crash.reason, sizeof crash.reason,
         otp_reason_format(*event->reason, reason, sizeof reason));
    crash.pid = event->pid;
    crash.client = event->client;
    pthread_mutex_unlock(&journal.lock);
    note("crash");
}

static void start_logged(void)
{
    struct otp_config config = { 0 };
    config.workers = 2;
    config.log = keep_crash;
    OK(otp_runtime_start(&config));
}

/* -- B019 -- */

START_TEST(B019_requests_begin_the_idle_timeout_anew)
{
    struct otp_sys_status status;
    start_runtime(true, false);
    otp_pid pid = start_probe();
    OK(sys_probe_idle_after(otp_to(pid), 200 * OTP_MS));
    (void)state_of(pid);
    OK(otp_clock_advance(120 * OTP_MS));
    (void)state_of(pid); /* from here on it takes 200 ms again */
    OK(otp_clock_advance(199 * OTP_MS));
    (void)state_of(pid); /* whatever had fired is handled; 200 ms again */
    ck_assert_uint_eq(noted("idle"), 0);
    OK(otp_clock_advance(199 * OTP_MS));
    OK(otp_clock_advance(1 * OTP_MS));
    await_note("idle");
    OK(otp_clock_advance(OTP_S));
    (void)state_of(pid);
    ck_assert_uint_eq(noted("idle"), 1); /* once */

    OK(sys_probe_idle_after(otp_to(pid), 200 * OTP_MS));
    OK(otp_sys_suspend(otp_to(pid), limit));
    OK(otp_clock_advance(OTP_S));
    OK(otp_sys_get_status(otp_to(pid), &status, NULL, 0, limit));
    ck_assert(status.suspended);
    OK(otp_sys_resume(otp_to(pid), limit));
    OK(otp_clock_advance(199 * OTP_MS));
    (void)state_of(pid); /* whatever had fired is handled; 200 ms again */
    ck_assert_uint_eq(noted("idle"), 1);
    OK(otp_clock_advance(200 * OTP_MS));
    await_notes("idle", 2);
    stop_runtime();
}
END_TEST

/* -- B054 -- */

START_TEST(B054_a_crash_is_logged_with_message_and_state)
{
    struct sys_user user = { .name = otp_cstr("eve"), .password = otp_cstr("p\"w") };
    char pid_text[40];
    start_logged();
    otp_pid pid = start_probe();
    add(pid, 5);
    ck_assert_int_eq(sys_probe_crash(otp_to(pid), &user, otp_cstr("boom")), OTP_EXIT);
    await_note("crash");
    pthread_mutex_lock(&journal.lock);
    ck_assert(otp_pid_equal(crash.pid, pid));
    ck_assert_str_eq(crash.name, "sys.probe");
    ck_assert_str_eq(crash.module, "sys.probe");
    ck_assert_str_eq(crash.source, "sys.otp:7");
    ck_assert_str_eq(crash.message, "crash");
    ck_assert_str_eq(crash.arguments, "{user: {name: \"eve\", password: \"p\\\"w\", level: low, "
                                      "born: none}, why: \"boom\"}");
    ck_assert_str_eq(crash.reason, "boom");
    /* as the handler left it */
    ck_assert_str_eq(crash.state, "{sum: 5, label: \"a \\\"label\\\"\", users: 0 entries, last: "
                                  "{name: \"eve\", password: \"p\\\"w\", level: low, born: none}, "
                                  "numbers: [], wait: 0s, timer: not armed, handle: (void *)NULL}");
    ck_assert_uint_eq(crash.client.bits, 0); /* a foreign thread */
    ck_assert_ptr_eq(strchr(crash.line, '\n'), crash.line + strlen(crash.line) - 1);
    ck_assert_ptr_nonnull(strstr(crash.line, "name=sys.probe module=sys.probe source=sys.otp:7"));
    ck_assert_ptr_nonnull(strstr(crash.line, otp_pid_format(pid, pid_text, sizeof pid_text)));
    ck_assert_ptr_nonnull(strstr(crash.line, " state=\"{sum: 5, "));
    ck_assert_str_eq(crash.recent, "(none)");
    pthread_mutex_unlock(&journal.lock);
    stop_runtime();
}
END_TEST

static void ask_to_crash(void *arg)
{
    struct sys_user user = { .name = otp_cstr("eve") };
    *(otp_pid *)arg = otp_self();
    ck_assert_int_eq(sys_probe_crash(SYS_PROBE, &user, otp_cstr("asked")), OTP_EXIT);
}

static void watch_and_end(void *arg)
{
    OK(sys_probe_watch(SYS_PROBE, otp_self()));
    add(otp_whereis("sys.probe"), 1); /* it watches now */
    if (arg != NULL)
        otp_exit(otp_error("fatal"));
}

START_TEST(B054_the_client_and_other_messages_are_logged)
{
    otp_pid client, watched;
    char pid_text[40], want[100];
    start_logged();
    otp_pid pid = start_probe();
    in_process(ask_to_crash, &client);
    await_notes("crash", 1);
    pthread_mutex_lock(&journal.lock);
    ck_assert(otp_pid_equal(crash.client, client));
    pthread_mutex_unlock(&journal.lock);

    await_end_of(pid);
    pid = start_probe();
    OK(sys_probe_add_later(otp_to(pid), 13)); /* in a continue, which has arguments of its own */
    await_notes("crash", 2);
    pthread_mutex_lock(&journal.lock);
    ck_assert_str_eq(crash.message, "add");
    ck_assert_str_eq(crash.arguments, "{n: 13}");
    pthread_mutex_unlock(&journal.lock);

    await_end_of(pid);
    pid = start_probe();
    OK(otp_spawn(watch_and_end, &watched, NULL, &watched)); /* its own end is logged too */
    await_notes("crash", 4);
    pthread_mutex_lock(&journal.lock);
    snprintf(want, sizeof want, "{pid: %s, reason: fatal}",
             otp_pid_format(watched, pid_text, sizeof pid_text));
    ck_assert_str_eq(crash.message, "down");
    ck_assert_str_eq(crash.arguments, want);
    ck_assert_str_eq(crash.reason, "watched");
    pthread_mutex_unlock(&journal.lock);

    await_end_of(pid);
    pid = start_probe();
    OK(sys_probe_stop(otp_to(pid), otp_cstr("normal")));
    await_end_of(pid);
    ck_assert_uint_eq(noted("crash"), 4); /* a clean end is silent */
    stop_runtime();
}
END_TEST

START_TEST(B054_format_status_decides_what_is_logged)
{
    start_logged();
    otp_pid pid = start_vault();
    OK(sys_vault_break(otp_to(pid), otp_cstr("secret4")));
    await_notes("crash", 1);
    pthread_mutex_lock(&journal.lock);
    ck_assert_str_eq(crash.reason, "broken");
    ck_assert_str_eq(crash.arguments, "{password: ***}");
    ck_assert_str_eq(crash.state,
                     "{password: ***, user: {name: \"ann\", password: ***, level: low, "
                     "born: none}, label: \"\"}");
    ck_assert_ptr_null(strstr(crash.line, "secret"));
    pthread_mutex_unlock(&journal.lock);

    static const char *const ways[] = { "all", "many", "crash" }; /* nothing is shown */
    for (size_t i = 0; i < 3; i++) {
        pid = start_vault();
        OK(sys_vault_behave(otp_to(pid), otp_cstr(ways[i])));
        OK(sys_vault_break(otp_to(pid), otp_cstr("secret4")));
        await_notes("crash", i + 2);
        pthread_mutex_lock(&journal.lock);
        ck_assert_str_eq(crash.arguments, "***");
        ck_assert_str_eq(crash.state, "***");
        ck_assert_str_eq(crash.reason, i == 2 ? "broken by secret3" : "broken");
        pthread_mutex_unlock(&journal.lock);
    }
    stop_runtime();
}
END_TEST

/* -- B055 -- */

START_TEST(B055_the_state_can_be_seen_and_replaced)
{
    struct sys_look look = { 0 };
    char text[16];
    start_runtime(false, false);
    otp_pid pid = start_probe();
    put(pid, "ann", true);
    add(pid, 3);
    for (int suspended = 0; suspended < 2; suspended++) {
        ck_assert_str_eq(state_of(pid),
                         "{sum: 3, label: \"a \\\"label\\\"\", users: 1 entry {\"ann\": {name: "
                         "\"ann\", password: \"pw\\n\", level: high, born: 1999}}, last: {name: "
                         "\"ann\", password: \"pw\\n\", level: high, born: 1999}, numbers: [], "
                         "wait: 0s, timer: not armed, handle: (void *)NULL}");
        OK(otp_sys_get_state(otp_to(pid), text, sizeof text, limit));
        ck_assert_str_eq(text, "{sum: 3, lab...");
        OK(otp_sys_inspect_state(otp_to(pid), &sys_probe_module, sys_look, &look, sizeof look,
                                 limit));
        ck_assert_uint_eq(look.sum, 3);
        ck_assert_str_eq(look.label, "a \"label\"");
        OK(otp_sys_suspend(otp_to(pid), limit));
    }
    look.sum = 40;
    strcpy(look.label, "new");
    OK(otp_sys_replace_state(otp_to(pid), &sys_probe_module, sys_put_label, &look, sizeof look,
                             limit));
    OK(otp_sys_resume(otp_to(pid), limit));
    ck_assert_uint_eq(add(pid, 2), 42); /* later callbacks see it */
    ck_assert_int_eq(strncmp(state_of(pid), "{sum: 42, label: \"new\"", 21), 0);
    stop_runtime();
}
END_TEST

START_TEST(B055_a_function_that_fails_is_told)
{
    struct sys_look look = { 0 };
    char text[128];
    start_runtime(false, false);
    otp_pid pid = start_probe(), other = start_vault();
    ck_assert_int_eq(
        otp_sys_replace_state(otp_to(pid), &sys_probe_module, sys_refuse, NULL, 0, limit),
        OTP_CALLBACK_FAILED);
    ck_assert_uint_eq(add(pid, 0), 1); /* in place: what it did stays */
    ck_assert_int_eq(otp_sys_inspect_state(otp_to(other), &sys_probe_module, sys_look, &look,
                                           sizeof look, limit),
                     OTP_WRONG_MODULE);
    ck_assert_int_eq(
        otp_sys_replace_state(otp_to(pid), &sys_probe_module, sys_crash_in_replace, NULL, 0, limit),
        OTP_EXIT); /* a crash of the server */
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "replacing");
    await_note("terminate");
    ck_assert_int_eq(otp_sys_get_state(otp_to(pid), text, sizeof text, limit), OTP_NOPROC);
    stop_runtime();
}
END_TEST

/* A request whose caller has given up still has a context of its own. */
START_TEST(B055_a_late_request_refers_to_nothing)
{
    struct sys_look *look = calloc(1, sizeof *look);
    start_runtime(false, false);
    otp_pid pid = start_probe();
    look->sum = 77;
    OK(sys_probe_hold(otp_to(pid)));
    await_note("held");
    ck_assert_int_eq(otp_sys_replace_state(otp_to(pid), &sys_probe_module, sys_put_label, look,
                                           sizeof *look, 10 * OTP_MS),
                     OTP_TIMEOUT);
    free(look);
    gate_open(&held);
    ck_assert_uint_eq(add(pid, 1), 78);
    stop_runtime();
}
END_TEST

/* -- B056 -- */

static void notes_to(otp_pid pid, const char *text)
{
    OK(sys_probe_note(otp_to(pid), otp_cstr(text)));
}

START_TEST(B056_a_suspended_server_keeps_its_messages_in_order)
{
    struct otp_sys_status status;
    uint64_t sum;
    start_runtime(false, false);
    otp_pid pid = start_probe();
    OK(otp_sys_suspend(otp_to(pid), limit));
    notes_to(pid, "one");
    ck_assert_int_eq(sys_probe_add_within(otp_to(pid), 20 * OTP_MS, 7, false, &sum), OTP_TIMEOUT);
    OK(otp_exit_signal(pid, otp_error("no parent"))); /* trapped: a message like others */
    OK(otp_sys_suspend(otp_to(pid), limit));          /* again */
    OK(sys_probe_tick(otp_to(pid)));
    notes_to(pid, "two");
    (void)state_of(pid);
    expect_notes("");
    OK(otp_sys_get_status(otp_to(pid), &status, NULL, 0, limit));
    ck_assert(status.suspended);
    OK(otp_sys_resume(otp_to(pid), limit)); /* once is enough */
    ck_assert_uint_eq(add(pid, 0), 7);
    expect_notes("one,add,exit,tick,two,add");
    OK(otp_sys_resume(otp_to(pid), limit)); /* a running one: nothing */
    OK(otp_sys_get_status(otp_to(pid), &status, NULL, 0, limit));
    ck_assert(!status.suspended);
    stop_runtime();
}
END_TEST

static void lead_and_end(void *arg)
{
    struct sys_probe_options options = sys_probe_options_default();
    otp_pid pid;
    OK(sys_probe_start_link(&options, &pid));
    *(otp_pid *)arg = pid;
    OK(otp_sys_suspend(otp_to(pid), limit));
    notes_to(pid, "never");
}

START_TEST(B056_a_suspended_server_ends_with_its_parent)
{
    otp_pid pid;
    start_runtime(false, false);
    in_process(lead_and_end, &pid);
    await_note("terminate");
    ck_assert_uint_eq(noted("never"), 0);
    stop_runtime();
}
END_TEST

START_TEST(B056_a_suspended_server_can_be_stopped_and_killed)
{
    start_runtime(false, false);
    otp_pid pid = start_probe();
    OK(otp_sys_suspend(otp_to(pid), limit));
    notes_to(pid, "never");
    OK(otp_stop_process(otp_to(pid), otp_error("enough"), limit));
    expect_notes("terminate");
    pid = start_probe();
    OK(otp_sys_suspend(otp_to(pid), limit));
    notes_to(pid, "never");
    OK(otp_exit_signal(pid, otp_kill()));
    await_end_of(pid);
    ck_assert_uint_eq(noted("never"), 0);
    ck_assert_uint_eq(noted("terminate"), 1);
    stop_runtime();
}
END_TEST

/* -- B057 -- */

START_TEST(B057_statistics_count_what_comes_and_goes)
{
    struct otp_sys_statistics statistics;
    start_runtime(true, false);
    otp_pid pid = start_probe();
    ck_assert_int_eq(otp_sys_get_statistics(otp_to(pid), &statistics, limit), OTP_NOT_FOUND);
    add(pid, 1); /* not counted yet */
    OK(otp_sys_set_statistics(otp_to(pid), true, limit));
    OK(otp_clock_advance(3 * OTP_S));
    add(pid, 1);
    add(pid, 1);
    notes_to(pid, "x");
    OK(sys_probe_add_later(otp_to(pid), 5));
    (void)state_of(pid); /* a request of this kind does not count */
    OK(otp_sys_get_statistics(otp_to(pid), &statistics, limit));
    ck_assert_uint_eq(statistics.messages_in, 4);
    ck_assert_uint_eq(statistics.messages_out, 2);
    ck_assert_uint_eq(statistics.reductions, 5); /* and the continue */
    ck_assert_int_eq(statistics.current_time - statistics.start_time, 3 * OTP_S);
    OK(otp_sys_set_statistics(otp_to(pid), true, limit)); /* from 0 */
    OK(otp_sys_get_statistics(otp_to(pid), &statistics, limit));
    ck_assert_uint_eq(statistics.messages_in, 0);
    OK(otp_sys_set_statistics(otp_to(pid), false, limit));
    ck_assert_int_eq(otp_sys_get_statistics(otp_to(pid), &statistics, limit), OTP_NOT_FOUND);
    ck_assert_uint_eq(add(pid, 1), 9);
    stop_runtime();
}
END_TEST

/* -- traces, logs, status: for what has no number -- */

static void note_event_of(void *context, const struct otp_sys_event *event)
{
    static const char *const kinds[] = { "in", "out", "state" };
    ck_assert_ptr_eq(context, &held);
    ck_assert_str_eq(event->module, "sys.probe");
    if (event->kind == OTP_SYS_STATE)
        note("state %.10s", event->text);
    else
        note("%s %s %s %s", kinds[event->kind], event->type,
             event->message == NULL ? "-" : event->message, event->text);
}

START_TEST(trace_tells_each_message_reply_and_state)
{
    struct sys_probe_user_reply reply;
    start_runtime(false, false);
    otp_pid pid = start_probe();
    OK(otp_sys_trace(otp_to(pid), true, note_event_of, &held, limit));
    ck_assert_uint_eq(add(pid, 4), 4);
    OK(sys_probe_user(otp_to(pid), otp_cstr("bob"), &reply));
    OK(sys_probe_add_later(otp_to(pid), 5));
    OK(sys_probe_tick(otp_to(pid)));
    OK(sys_probe_idle_after(otp_to(pid), 0));
    await_note("idle");
    OK(otp_sys_trace(otp_to(pid), false, NULL, NULL, limit));
    add(pid, 1);
    char *notes = all_notes();
    ck_assert_str_eq(notes, "in call add {n: 4, twice: false},add,out call add 4,state {sum: 4, l,"
                            "in call user {name: \"bob\"},out call user missing,state {sum: 4, l,"
                            "in cast add_later {n: 5},in continue add {n: 5},state {sum: 9, l,"
                            "in info tick ,tick,state {sum: 9, l,"
                            "in cast idle_after {wait: 0s},state {sum: 9, l,"
                            "in idle - ,idle,state {sum: 9, l,add");
    free(notes);
    stop_runtime();
}
END_TEST

static void note_trace_line(void *context, const struct otp_log_event *event)
{
    (void)context;
    if (event->kind == OTP_LOG_TRACE)
        note("%s|%s|%s", event->text, event->arguments == NULL ? "" : event->arguments,
             event->state == NULL ? "" : event->state);
}

START_TEST(trace_without_a_hook_goes_to_the_log_through_format_status)
{
    struct otp_config config = { 0 };
    struct sys_user user;
    config.log = note_trace_line;
    OK(otp_runtime_start(&config));
    otp_pid pid = start_vault();
    OK(otp_sys_trace(otp_to(pid), true, NULL, NULL, limit));
    OK(sys_vault_login(otp_to(pid), otp_cstr("ann"), otp_cstr("secret"), &user));
    sys_vault_login_free_reply(&user);
    OK(otp_sys_trace(otp_to(pid), false, NULL, NULL, limit));
    expect_notes("call|{name: \"ann\", password: ***}|,"
                 "reply|{name: \"ann\", password: ***, level: low, born: none}|,"
                 "state||{password: ***, user: {name: \"ann\", password: ***, level: low, born: "
                 "none}, label: \"\"}");
    stop_runtime();
}
END_TEST

START_TEST(log_keeps_the_last_events_for_the_crash)
{
    char text[2000];
    struct sys_user user = { .name = otp_cstr("eve") };
    start_logged();
    otp_pid pid = start_probe();
    ck_assert_int_eq(otp_sys_get_log(otp_to(pid), text, sizeof text, limit), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_sys_log(otp_to(pid), OTP_SYS_LOG_MAX + 1, limit), OTP_BADARG);
    OK(otp_sys_log(otp_to(pid), 2, limit));
    OK(otp_sys_get_log(otp_to(pid), text, sizeof text, limit));
    ck_assert_str_eq(text, "");
    add(pid, 1);
    OK(otp_sys_get_log(otp_to(pid), text, sizeof text, limit));
    ck_assert_int_eq(strncmp(text, "reply add 1\nstate {sum: 1, ", 27), 0);
    ck_assert_int_eq(sys_probe_crash(otp_to(pid), &user, otp_cstr("x")), OTP_EXIT);
    await_note("crash");
    pthread_mutex_lock(&journal.lock);
    ck_assert_ptr_nonnull(strstr(crash.recent, "\ncall crash {user: {name: \"eve\", "));
    pthread_mutex_unlock(&journal.lock);
    stop_runtime();
}
END_TEST

static void be_silent(void *arg)
{
    const struct otp_message *message;
    (void)arg;
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
}

static const struct otp_supervisor empty_supervisor = {
    .module = { "tests.empty", "test_sys.c:1", 1, NULL, otp_supervisor_start },
    .strategy = OTP_REST_FOR_ONE,
    .max_restarts = 3,
    .period = 5 * OTP_S,
    .auto_shutdown = OTP_NEVER,
};

START_TEST(status_of_servers_supervisors_and_others)
{
    struct otp_sys_status status;
    struct otp_start how = { 0 };
    char text[300];
    start_runtime(false, false);
    otp_pid pid = start_vault(), supervisor, plain;
    OK(otp_sys_get_status(otp_to(pid), &status, text, sizeof text, limit));
    ck_assert(otp_pid_equal(status.pid, pid));
    ck_assert_uint_eq(status.parent.bits, 0);
    ck_assert_str_eq(status.module, "sys.vault");
    ck_assert(!status.suspended);
    ck_assert_ptr_nonnull(strstr(text, "{password: ***, user: {name: \"ann\""));
    OK(sys_vault_behave(otp_to(pid), otp_cstr("text")));
    OK(otp_sys_get_status(otp_to(pid), &status, text, sizeof text, limit));
    ck_assert_str_eq(text, "<a vault>");
    OK(sys_vault_behave(otp_to(pid), otp_cstr("crash")));
    ck_assert_int_eq(otp_sys_get_status(otp_to(pid), &status, text, sizeof text, limit), OTP_EXIT);

    OK(otp_supervisor_start(&empty_supervisor.module, &how, NULL, &supervisor));
    OK(otp_sys_get_status(otp_to(supervisor), &status, text, sizeof text, limit));
    ck_assert_str_eq(status.module, "tests.empty");
    ck_assert_str_eq(text, "{strategy: rest_for_one, children: 0, active: 0, restarts: 0}");
    ck_assert_int_eq(otp_sys_suspend(otp_to(supervisor), limit), OTP_WRONG_MODULE);

    OK(otp_spawn(be_silent, NULL, NULL, &plain));
    ck_assert_int_ne(otp_sys_get_status(otp_to(plain), &status, text, sizeof text, OTP_MS), OTP_OK);
    stop_runtime();
}
END_TEST

static void ask_itself(void *arg)
{
    char text[10];
    (void)arg;
    ck_assert_int_eq(otp_sys_get_state(otp_to(otp_self()), text, sizeof text, limit),
                     OTP_CALLING_SELF);
}

START_TEST(misuse_gives_a_status)
{
    struct otp_sys_status status;
    struct sys_look look;
    char text[10];
    ck_assert_int_eq(otp_sys_get_state(otp_to(otp_no_pid()), text, sizeof text, limit),
                     OTP_NOT_RUNNING);
    start_runtime(false, false);
    otp_pid pid = start_probe();
    otp_dest dest = otp_to(pid);
    ck_assert_int_eq(otp_sys_get_state(dest, NULL, 10, limit), OTP_BADARG);
    ck_assert_int_eq(otp_sys_get_state(dest, text, 0, limit), OTP_BADARG);
    ck_assert_int_eq(otp_sys_get_state(dest, text, 10, -1), OTP_BADARG);
    ck_assert_int_eq(otp_sys_get_status(dest, NULL, text, 10, limit), OTP_BADARG);
    ck_assert_int_eq(otp_sys_get_status(dest, &status, NULL, 10, limit), OTP_BADARG);
    ck_assert_int_eq(otp_sys_inspect_state(dest, NULL, sys_look, &look, sizeof look, limit),
                     OTP_BADARG);
    ck_assert_int_eq(otp_sys_inspect_state(dest, &sys_probe_module, NULL, &look, 1, limit),
                     OTP_BADARG);
    ck_assert_int_eq(otp_sys_inspect_state(dest, &sys_probe_module, sys_look, NULL, 1, limit),
                     OTP_BADARG);
    ck_assert_int_eq(otp_sys_get_statistics(dest, NULL, limit), OTP_BADARG);
    ck_assert_int_eq(otp_sys_get_state(otp_to(otp_no_pid()), text, sizeof text, limit), OTP_NOPROC);
    in_process(ask_itself, NULL);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sys");
    support_behaviour(s, "B019", B019_requests_begin_the_idle_timeout_anew);
    support_behaviour(s, "B054", B054_a_crash_is_logged_with_message_and_state);
    support_behaviour(s, "B054", B054_the_client_and_other_messages_are_logged);
    support_behaviour(s, "B054", B054_format_status_decides_what_is_logged);
    support_behaviour(s, "B055", B055_the_state_can_be_seen_and_replaced);
    support_behaviour(s, "B055", B055_a_function_that_fails_is_told);
    support_behaviour(s, "B055", B055_a_late_request_refers_to_nothing);
    support_behaviour(s, "B056", B056_a_suspended_server_keeps_its_messages_in_order);
    support_behaviour(s, "B056", B056_a_suspended_server_ends_with_its_parent);
    support_behaviour(s, "B056", B056_a_suspended_server_can_be_stopped_and_killed);
    support_behaviour(s, "B057", B057_statistics_count_what_comes_and_goes);
    TCase *t = support_case(s, "shown", 10);
    tcase_add_test(t, trace_tells_each_message_reply_and_state);
    tcase_add_test(t, trace_without_a_hook_goes_to_the_log_through_format_status);
    tcase_add_test(t, log_keeps_the_last_events_for_the_crash);
    tcase_add_test(t, status_of_servers_supervisors_and_others);
    tcase_add_test(t, misuse_gives_a_status);
    return support_run(s);
}
