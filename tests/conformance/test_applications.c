/* test_applications.c - several applications in one program.
 *
 * Idea: up to four applications, each a tree with one child, that note what happens to them. In
 * most tests the runtime is the test's; where a whole program is run, signals come from its
 * children. */
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tree.h"

enum { A, B, C, D, N_APPS };

static struct tree trees[N_APPS];
static struct otp_application apps[N_APPS];
static const struct otp_application *uses[N_APPS][N_APPS];

#define CALLBACKS(name)                                                                            \
    static void prep_stop_##name(void)                                                             \
    {                                                                                              \
        note("prep_stop " #name);                                                                  \
    }                                                                                              \
    static void stop_##name(void)                                                                  \
    {                                                                                              \
        note("stop " #name);                                                                       \
    }
CALLBACKS(a)
CALLBACKS(b)

static void configure_c(void)
{
    note("configure c");
}

/* a; b uses a; c uses b and a; d uses c: each has a child of its own name. */
static void make(void)
{
    static const char *const names[] = { "a", "b", "c", "d" };
    static const char *const roots[] = { "a.main", "b.main", "c.main", "d.main" };
    static const int needs[N_APPS][2] = { { -1, -1 }, { A, -1 }, { B, A }, { C, -1 } };
    memset(apps, 0, sizeof(apps));
    for (int i = 0; i < N_APPS; i++) {
        tree_make(&trees[i], OTP_ONE_FOR_ONE, 0);
        tree_add(&trees[i], names[i], OTP_PERMANENT);
        apps[i].name = names[i];
        apps[i].source = "apps.otp:1";
        apps[i].root = &trees[i].spec;
        apps[i].root_name = roots[i];
        apps[i].uses = uses[i];
        for (int k = 0; k < 2 && needs[i][k] >= 0; k++)
            uses[i][apps[i].n_uses++] = &apps[needs[i][k]];
    }
    apps[A].prep_stop = prep_stop_a;
    apps[A].stop = stop_a;
    apps[B].prep_stop = prep_stop_b;
    apps[B].stop = stop_b;
    apps[C].configure = configure_c;
}

static char text[256];

static otp_status start(int app)
{
    text[0] = '\0';
    return otp_application_start(&apps[app], NULL, text, sizeof(text));
}

static otp_status ensure(int app)
{
    text[0] = '\0';
    return otp_application_ensure_all_started(&apps[app], text, sizeof(text));
}

/* The names of those that run, in order of start. */
static void expect_running(const char *want)
{
    const struct otp_application *running[N_APPS];
    char got[16] = "";
    size_t n;
    ck_assert_int_eq(otp_application_which(running, N_APPS, &n), OTP_OK);
    ck_assert_uint_le(n, N_APPS);
    for (size_t i = 0; i < n; i++)
        strcat(got, running[i]->name);
    ck_assert_str_eq(got, want);
}

static void await_running(const char *want)
{
    const struct otp_application *running[N_APPS];
    size_t n;
    do {
        step_aside();
        ck_assert_int_eq(otp_application_which(running, N_APPS, &n), OTP_OK);
    } while (n != strlen(want));
    expect_running(want);
}

/* -- B214 -- */

START_TEST(B214_one_starts_after_those_that_it_uses)
{
    otp_pid root;
    start_runtime(false, false);
    make();
    ck_assert_int_eq(start(B), OTP_NOT_STARTED);
    ck_assert_str_eq(text, "a");
    expect_notes("");
    ck_assert_int_eq(ensure(C), OTP_OK);
    expect_notes("start a,start b,configure c,start c");
    expect_running("abc");
    ck_assert_int_eq(ensure(C), OTP_OK);
    ck_assert_int_eq(ensure(A), OTP_OK);
    expect_running("abc");
    ck_assert_int_eq(otp_application_start(&apps[B], &root, NULL, 0), OTP_ALREADY_STARTED);
    ck_assert(otp_pid_equal(root, otp_whereis("b.main")));
    ck_assert_int_eq(start(D), OTP_OK);
    ck_assert_int_eq(otp_application_stop(&apps[D], OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(otp_application_stop(&apps[D], OTP_INFINITY), OTP_NOT_STARTED);
    expect_running("abc");
    forget_notes();
    ck_assert_int_eq(otp_application_stop(&apps[A], OTP_INFINITY), OTP_OK); /* b goes on */
    expect_running("bc");
    ck_assert_int_eq(ensure(B), OTP_OK); /* which runs, but a does not */
    expect_running("bca");
    stop_runtime();
}
END_TEST

static void ensure_in_a_process(void *arg)
{
    ck_assert_int_eq(otp_application_ensure_all_started(arg, NULL, 0), OTP_OK);
    note("ensured");
}

/* Many ask at the same time: each application is started once. */
START_TEST(B214_all_is_started_once)
{
    otp_pid pid;
    start_runtime(false, false);
    make();
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(otp_spawn(ensure_in_a_process, &apps[i % N_APPS], NULL, &pid), OTP_OK);
    await_notes("ensured", 20);
    for (int i = 0; i < N_APPS; i++)
        ck_assert_int_eq(atomic_load(&trees[i].plans[0].starts), 1);
    stop_runtime();
}
END_TEST

START_TEST(B214_a_circle_is_refused)
{
    start_runtime(false, false);
    make();
    uses[A][apps[A].n_uses++] = &apps[C];
    ck_assert_int_eq(start(A), OTP_BADARG);
    ck_assert_int_eq(ensure(B), OTP_BADARG);
    expect_running("");
    stop_runtime();
}
END_TEST

/* -- B215 -- */

START_TEST(B215_what_a_failing_start_has_started_is_stopped_again)
{
    start_runtime(false, false);
    make();
    atomic_store(&trees[C].plans[0].fails, 1);
    ck_assert_int_eq(start(A), OTP_OK);
    forget_notes();
    ck_assert_int_eq(ensure(D), OTP_EXIT);
    ck_assert_uint_eq(otp_last_reason().kind, OTP_REASON_FAILED_START);
    ck_assert_int_eq(strncmp(text, "c: ", 3), 0);
    expect_notes("start b,configure c,start c,prep_stop b,terminate:b:shutdown,stop b");
    expect_running("a"); /* it ran before */
    ck_assert_int_eq(ensure(D), OTP_OK);
    expect_running("abcd");
    stop_runtime();
}
END_TEST

/* -- B216 -- */

START_TEST(B216_stopping_is_prep_stop_the_tree_and_stop)
{
    start_runtime(false, false);
    make();
    ck_assert_int_eq(ensure(B), OTP_OK);
    forget_notes();
    ck_assert_int_eq(otp_application_stop(&apps[B], OTP_INFINITY), OTP_OK);
    expect_notes("prep_stop b,terminate:b:shutdown,stop b");
    ck_assert_int_eq(ensure(D), OTP_OK);
    forget_notes();
    ck_assert_int_eq(otp_application_stop_all(OTP_INFINITY), OTP_OK);
    expect_notes("terminate:d:shutdown,terminate:c:shutdown,prep_stop b,terminate:b:shutdown,"
                 "stop b,prep_stop a,terminate:a:shutdown,stop a");
    expect_running("");
    stop_runtime();
}
END_TEST

static void crash(void)
{
    note("crash");
    otp_exit(otp_error("boom"));
}

START_TEST(B216_a_callback_that_crashes_holds_up_nothing)
{
    start_runtime(false, false);
    make();
    apps[A].prep_stop = crash;
    apps[A].stop = crash;
    ck_assert_int_eq(start(A), OTP_OK);
    forget_notes();
    ck_assert_int_eq(otp_application_stop(&apps[A], OTP_INFINITY), OTP_OK);
    expect_notes("crash,terminate:a:shutdown,crash");
    stop_runtime();
}
END_TEST

static struct gate callback_gate = GATE;

static void wait_at_gate(void)
{
    note("prep_stop waits");
    gate_pass(&callback_gate);
}

/* While a callback runs, the controller answers, and the tree may end by itself. */
START_TEST(B216_a_slow_callback)
{
    start_runtime(false, false);
    make();
    apps[A].prep_stop = wait_at_gate;
    ck_assert_int_eq(start(A), OTP_OK);
    forget_notes();
    ck_assert_int_eq(otp_application_stop(&apps[A], 0), OTP_TIMEOUT);
    await_note("prep_stop waits");
    expect_running("a");
    tree_kill_child("a");
    while (otp_whereis("a.main").bits != 0)
        step_aside();
    expect_running("a");
    gate_open(&callback_gate);
    await_running("");
    expect_notes("prep_stop waits,stop a");
    stop_runtime();
}
END_TEST

/* -- B217 -- */

struct rule {
    uint32_t type;
    otp_reason reason;
    bool alone; /* nobody else goes along */
};

static struct rule rules[8];

/* A root whose end is the test's choice: a plain process. */
static otp_reason root_reason;

static void be_root(void *arg)
{
    const struct otp_message *message;
    (void)arg;
    otp_trap_exit(true);
    do {
        ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    } while (message->kind != OTP_MESSAGE_USER && message->kind != OTP_MESSAGE_EXIT);
    if (message->kind == OTP_MESSAGE_USER)
        otp_exit(root_reason);
    note("root told to stop");
    otp_exit(*message->reason);
}

static otp_status start_root(const struct otp_module *module, const struct otp_start *how,
                             const void *options, otp_pid *pid)
{
    (void)module, (void)options;
    return otp_spawn(be_root, NULL, how, pid);
}

/* Ends the root of application c, of that type, with reason; a and b run too. */
static void end_root(const struct rule *rule)
{
    static const struct otp_message_type end = { .name = "end", .message_class = OTP_CLASS_CAST };
    make();
    trees[C].spec.module.start = start_root;
    apps[C].type = rule->type;
    apps[C].stop = stop_b;
    ck_assert_int_eq(ensure(C), OTP_OK);
    forget_notes();
    root_reason = rule->reason;
    ck_assert_int_eq(otp_cast(otp_to(otp_whereis("c.main")), &end, NULL), OTP_OK);
    await_note("stop b"); /* its own stop, though nobody asked */
    if (rule->alone) {
        await_running("ab");
        expect_notes("stop b");
        ck_assert_int_eq(otp_application_wait(0), OTP_TIMEOUT);
        ck_assert_int_eq(otp_application_stop_all(OTP_INFINITY), OTP_OK);
        ck_assert_int_eq(otp_application_wait(OTP_INFINITY), OTP_OK);
    } else {
        ck_assert_int_eq(otp_application_wait(OTP_INFINITY), OTP_EXIT);
        ck_assert(otp_reason_equal(otp_last_reason(), rule->reason));
        expect_notes("stop b,prep_stop b,terminate:b:shutdown,stop b,prep_stop a,"
                     "terminate:a:shutdown,stop a");
        expect_running("");
    }
}

START_TEST(B217_what_the_end_of_a_root_means)
{
    struct rule all[] = {
        { OTP_APPLICATION_PERMANENT, otp_normal(), false },
        { OTP_APPLICATION_PERMANENT, otp_shutdown(), false },
        { OTP_APPLICATION_PERMANENT, otp_error("boom"), false },
        { OTP_APPLICATION_TRANSIENT, otp_normal(), true },
        { OTP_APPLICATION_TRANSIENT, otp_shutdown(), false },
        { OTP_APPLICATION_TRANSIENT, otp_error("boom"), false },
        { OTP_APPLICATION_TEMPORARY, otp_normal(), true },
        { OTP_APPLICATION_TEMPORARY, otp_error("boom"), true },
    };
    memcpy(rules, all, sizeof(all));
    start_runtime(false, false);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        end_root(&rules[i]);
    stop_runtime();
}
END_TEST

static void start_b(void *arg)
{
    (void)arg;
    otp_status status = otp_application_ensure_all_started(&apps[B], NULL, 0);
    note(status == OTP_OK ? "b runs" : "b was not started");
}

/* It ends while another one is being started: that start is given up. */
START_TEST(B217_an_end_cancels_a_start)
{
    struct gate gate = GATE;
    otp_pid pid;
    start_runtime(false, false);
    make();
    apps[D].n_uses = 0;
    trees[B].plans[0].gate = &gate;
    ck_assert_int_eq(start(A), OTP_OK);
    ck_assert_int_eq(start(D), OTP_OK);
    ck_assert_int_eq(otp_spawn(start_b, NULL, NULL, &pid), OTP_OK);
    await_note("start b");
    tree_kill_child("d");
    await_running("a"); /* the controller knows that d has ended */
    gate_open(&gate);
    await_note("b was not started");
    ck_assert_int_eq(otp_application_wait(OTP_INFINITY), OTP_EXIT);
    expect_running("");
    stop_runtime();
}
END_TEST

/* -- B218 and the report -- */

static otp_next send_signal(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    ck_assert_int_eq(kill(getpid(), SIGTERM), 0);
    return otp_noreply();
}

static otp_next init_and_signal(struct probe *self, otp_from from, void *context)
{
    (void)plan_init(self, from, context);
    return otp_and_continue(otp_ok(), probe_continue(send_signal, NULL));
}

/* The same, but once it is seen to run. */
static otp_next signal_when_it_runs(struct probe *self, otp_from from, void *context)
{
    const struct otp_application *running[N_APPS];
    size_t n;
    do {
        ck_assert_int_eq(otp_application_which(running, N_APPS, &n), OTP_OK);
    } while (n == 0 || strcmp(running[n - 1]->name, context) != 0);
    return send_signal(self, from, NULL);
}

static otp_next init_and_signal_later(struct probe *self, otp_from from, void *context)
{
    struct plan *plan = context;
    (void)plan_init(self, from, context);
    return otp_and_continue(otp_ok(),
                            probe_continue(signal_when_it_runs, (void *)(uintptr_t)plan->id));
}

static int run(int app, char **options, int n)
{
    char *argv[8] = { "program" };
    for (int i = 0; i < n; i++)
        argv[1 + i] = options[i];
    return otp_application_main(&apps[app], n + 1, argv);
}

START_TEST(B218_a_signal_stops_all_in_reverse_order)
{
    make();
    trees[D].options[0].init = init_and_signal;
    ck_assert_int_eq(run(D, NULL, 0), 0);
    expect_notes("configure c,start a,start b,start c,start d,"
                 "terminate:d:shutdown,terminate:c:shutdown,prep_stop b,terminate:b:shutdown,"
                 "stop b,prep_stop a,terminate:a:shutdown,stop a");
}
END_TEST

/* -- what is told to a service manager -- */

static int listen_for_notes(char path[64])
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    ck_assert_int_ge(fd, 0);
    snprintf(path, 64, "/tmp/otp-notify-%d", (int)getpid());
    strcpy(address.sun_path, path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", path, 1), 0);
    return fd;
}

static void expect_told(int fd, const char *want)
{
    char got[64];
    ssize_t n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);
    got[n < 0 ? 0 : n] = '\0';
    ck_assert_str_eq(got, want);
}

static int told_fd; /* looked at by d's init: nothing is told before all run */

/* Goes on once the program has seen its signal. */
static otp_next init_when_told(struct probe *self, otp_from from, void *context)
{
    char got[64];
    ssize_t n = recv(told_fd, got, sizeof(got) - 1, 0);
    ck_assert_int_gt(n, 0);
    got[n] = '\0';
    ck_assert_str_eq(got, "STOPPING=1");
    return plan_init(self, from, context);
}

/* The signal comes while b is starting: c is not started any more. */
START_TEST(B218_a_signal_ends_the_starting)
{
    char path[64];
    make();
    told_fd = listen_for_notes(path); /* that the signal was seen is told there */
    trees[B].options[0].init = init_and_signal;
    tree_add(&trees[B], "slow", OTP_PERMANENT);
    trees[B].options[1].init = init_when_told;
    ck_assert_int_eq(run(C, NULL, 0), 0); /* in order, as it was asked for */
    ck_assert_uint_eq(noted("start c"), 0);
    ck_assert_uint_eq(noted("prep_stop b"), noted("stop b")); /* none, if b had not started yet */
    ck_assert_uint_eq(noted("terminate:slow:shutdown"), 1);
    char *notes = all_notes();
    const char *last = "terminate:b:shutdown,prep_stop a,terminate:a:shutdown,stop a";
    if (noted("stop b") == 1)
        last = "terminate:b:shutdown,stop b,prep_stop a,terminate:a:shutdown,stop a";
    ck_assert_str_eq(notes + strlen(notes) - strlen(last), last);
    free(notes);
    close(told_fd);
    unlink(path);
}
END_TEST

/* Whoever had to be killed is named with all that is above, once more at the end. */
static void find_report(void *context, const struct otp_log_event *event)
{
    (void)context;
    if (event->kind == OTP_LOG_APPLICATION && event->level == OTP_LOG_WARNING)
        note("%s", event->text);
}

START_TEST(B218_those_that_had_to_be_killed_are_reported)
{
    struct otp_config config = { .workers = 6, .manual_clock = true, .log = find_report };
    struct gate gate = GATE;
    struct tree inner;
    struct otp_dynamic_supervisor pool = { 0 };
    struct plan plan = { .id = "kid", .stop = &gate };
    struct probe_options kid_options = { 0 };
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    make();
    tree_make(&inner, OTP_ONE_FOR_ONE, 3);
    tree_add(&inner, "x", OTP_PERMANENT)->stop = &gate;
    inner.children[0].shutdown = 100 * OTP_MS;
    pool.module = inner.spec.module;
    pool.module.start = otp_dynamic_supervisor_start;
    pool.period = OTP_S;
    pool.max_children = 5;
    tree_add_tree(&trees[D], "inner", &inner, OTP_PERMANENT);
    tree_add_tree(&trees[D], "pool", &inner, OTP_PERMANENT);
    trees[D].children[2].module = &pool.module;
    trees[D].plans[0].stop = &gate;
    trees[D].children[0].shutdown = 100 * OTP_MS;
    apps[D].n_uses = 0;
    ck_assert_int_eq(start(D), OTP_OK);
    struct otp_child kid = tree_child(&plan, &kid_options, OTP_TEMPORARY);
    kid.shutdown = 100 * OTP_MS;
    ck_assert_int_eq(otp_start_child(otp_to(otp_whereis("pool")), &kid, NULL), OTP_OK);
    ck_assert_int_eq(otp_application_stop(&apps[D], 0), OTP_TIMEOUT);
    static const char *const steps[] = { "terminate:kid:shutdown", "terminate:x:shutdown",
                                         "terminate:d:shutdown" };
    for (size_t i = 0; i < 3; i++) {
        await_note(steps[i]);
        ck_assert_int_eq(otp_clock_advance(100 * OTP_MS), OTP_OK);
    }
    await_note("did not stop in time and had to be killed: pool/tests.probe, inner/x, d");
    await_running("");
    gate_open(&gate);
    stop_runtime();
}
END_TEST

/* -- B219: settings of several applications -- */

struct settings {
    uint16_t port;
    otp_str label;
};

static struct settings settings[2];

static const struct otp_env_entry entries[] = {
    { "port", "APPS_PORT", "1", NULL, OTP_ENV_U16, offsetof(struct settings, port), NULL },
    { "label", NULL, NULL, "What it says.", OTP_ENV_STRING, offsetof(struct settings, label),
      NULL },
};

static void give_settings(void)
{
    for (int i = 0; i < 2; i++) {
        apps[i].entries = entries;
        apps[i].n_entries = 2;
        apps[i].env = &settings[i];
    }
}

static otp_status boot(int app, char **options, int n)
{
    char *argv[8] = { "program" };
    for (int i = 0; i < n; i++)
        argv[1 + i] = options[i];
    text[0] = '\0';
    return otp_application_boot(&apps[app], n + 1, argv, text, sizeof(text));
}

#define BOOT(...)                                                                                  \
    boot(B, (char *[]){ __VA_ARGS__ }, (int)(sizeof((char *[]){ __VA_ARGS__ }) / sizeof(char *)))

START_TEST(B219_settings_have_defaults_values_and_errors)
{
    make();
    give_settings();
    ck_assert_int_eq(BOOT("--label=own"), OTP_BADARG);
    ck_assert_str_eq(text, "--a.label: must be given");
    ck_assert_int_eq(BOOT("--a.label=x"), OTP_BADARG);
    ck_assert_str_eq(text, "--label: must be given");
    ck_assert_int_eq(BOOT("--label=own", "--a.label=x", "--a.port=abc"), OTP_BADARG);
    ck_assert_str_eq(text, "--a.port=abc: not a u16");
    ck_assert_int_eq(BOOT("--label=own", "--b.port=2"), OTP_BADARG);
    ck_assert_str_eq(text, "--b.port=2: no such option");
    ck_assert_int_eq(BOOT("--help"), OTP_BADARG);
    expect_notes("");
    ck_assert_int_eq(BOOT("--label=own", "--a.label=x", "--a.port", "2"), OTP_OK);
    ck_assert_uint_eq(settings[A].port, 2);
    ck_assert_uint_eq(settings[B].port, 1);
    ck_assert(otp_str_equal(settings[A].label, otp_cstr("x")));
    ck_assert(otp_str_equal(settings[B].label, otp_cstr("own")));
    expect_running("ab");
    ck_assert_int_eq(otp_application_halt(OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(setenv("APPS_PORT", "7", 1), 0);
    ck_assert_int_eq(BOOT("--label=own", "--a.label=x", "--port=8"), OTP_OK);
    ck_assert_uint_eq(settings[A].port, 7);
    ck_assert_uint_eq(settings[B].port, 8);
    ck_assert_int_eq(otp_application_halt(OTP_INFINITY), OTP_OK);
}
END_TEST

/* Settings of one that runs are not touched. */
START_TEST(B219_settings_stay_while_it_runs)
{
    make();
    give_settings();
    apps[A].n_entries = 1;
    start_runtime(false, false);
    ck_assert_int_eq(start(A), OTP_OK);
    ck_assert_int_eq(BOOT("--a.port=9", "--port=3", "--label=y"), OTP_OK);
    ck_assert_uint_eq(settings[A].port, 1);
    ck_assert_uint_eq(settings[B].port, 3);
    ck_assert_int_eq(otp_application_stop(&apps[B], OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(start(B), OTP_BADARG); /* no options this time: label is missing */
    ck_assert_str_eq(text, "--label: must be given");
    ck_assert_int_eq(ensure(B), OTP_BADARG);
    ck_assert_str_eq(text, "b: --label: must be given");
    ck_assert_int_eq(otp_application_halt(OTP_INFINITY), OTP_OK);
}
END_TEST

/* -- in a program with its own main -- */

START_TEST(a_program_embeds_applications_in_two_calls)
{
    make();
    for (int i = 0; i < 2; i++) {
        forget_notes();
        ck_assert_int_eq(otp_application_boot(&apps[B], 0, NULL, NULL, 0), OTP_OK);
        ck_assert_int_eq(otp_application_halt(PATIENCE), OTP_OK);
        expect_notes("start a,start b,prep_stop b,terminate:b:shutdown,stop b,prep_stop a,"
                     "terminate:a:shutdown,stop a");
    }
    ck_assert_int_eq(otp_application_halt(0), OTP_NOT_RUNNING);
    ck_assert_int_eq(start(A), OTP_NOT_RUNNING);
    forget_notes();
    atomic_store(&trees[B].plans[0].fails, 1);
    ck_assert_int_eq(otp_application_boot(&apps[B], 0, NULL, text, sizeof(text)), OTP_EXIT);
    ck_assert_int_eq(strncmp(text, "b: ", 3), 0);
    expect_notes("start a,start b,prep_stop a,terminate:a:shutdown,stop a");
    ck_assert_int_eq(otp_runtime_stop(), OTP_NOT_RUNNING);
}
END_TEST

/* Parks until the runtime ends. */
static void wait_for_ever(void)
{
    const struct otp_message *message;
    note("waits");
    otp_status status = otp_receive(OTP_INFINITY, &message);
    (void)status; /* it is not to come */
}

/* It says why an ordered stop is given up, and names the two children that are killed by that. */
static void expect_given_up(const char *said, const char *why)
{
    const char *at = strstr(said, why);
    ck_assert_ptr_nonnull(at);
    at = strstr(at, "what is left is killed: ");
    ck_assert_ptr_nonnull(at);
    at += strlen("what is left is killed: ");
    ck_assert(strncmp(at, "a, b", 4) == 0 || strncmp(at, "b, a", 4) == 0);
}

START_TEST(to_halt_does_not_wait_for_ever)
{
    struct otp_config config = { .log = find_report };
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    make();
    apps[B].prep_stop = wait_for_ever;
    ck_assert_int_eq(otp_application_boot(&apps[B], 0, NULL, NULL, 0), OTP_OK);
    ck_assert_int_eq(otp_application_halt(20 * OTP_MS), OTP_TIMEOUT);
    ck_assert_uint_eq(noted("terminate:a:shutdown"), 0);
    char *notes = all_notes();
    expect_given_up(notes, "the time to halt is over");
    free(notes);
}
END_TEST

/* -- as a program -- */

/* A signal that comes before the program is ready ends its start. */
static otp_next signal_when_ready(struct probe *self, otp_from from, void *context)
{
    char got[64];
    ck_assert_int_gt(recv(told_fd, got, sizeof(got), MSG_PEEK), 0);
    return send_signal(self, from, context);
}

static otp_next init_and_look(struct probe *self, otp_from from, void *context)
{
    expect_told(told_fd, "");
    (void)plan_init(self, from, context);
    return otp_and_continue(otp_ok(), probe_continue(signal_when_ready, NULL));
}

START_TEST(a_service_manager_is_told)
{
    char path[64];
    make();
    trees[B].options[0].init = init_and_look;
    told_fd = listen_for_notes(path);
    ck_assert_int_eq(run(B, NULL, 0), 0);
    expect_told(told_fd, "READY=1");
    expect_told(told_fd, "STOPPING=1");
    close(told_fd);
    unlink(path);
    forget_notes();
    make();
    trees[B].options[0].init = init_and_signal;
    ck_assert_int_eq(run(B, NULL, 0), 0); /* nobody listens: nothing comes of it */
}
END_TEST

/* Runs b, which is killed in the end: what that says on standard error. */
static void run_to_be_killed(const char *why)
{
    char said[4096] = "";
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);
    ck_assert(file != NULL && before >= 0);
    ck_assert_int_ge(dup2(fileno(file), STDERR_FILENO), 0);
    int code = run(B, NULL, 0);
    ck_assert_int_ge(dup2(before, STDERR_FILENO), 0);
    close(before);
    rewind(file);
    ck_assert_uint_gt(fread(said, 1, sizeof(said) - 1, file), 0);
    (void)fclose(file);
    ck_assert_int_eq(code, 1);
    ck_assert_uint_eq(noted("start b"), 1);
    ck_assert_uint_eq(noted("terminate:b:shutdown") + noted("stop b"), 0);
    expect_given_up(said, why);
}

START_TEST(stop_within_ends_what_does_not_stop)
{
    make();
    trees[B].options[0].init = init_and_signal_later;
    apps[B].prep_stop = wait_for_ever;
    apps[B].stop_within = 20 * OTP_MS;
    run_to_be_killed("stop_within is over");
}
END_TEST

static void signal_again(void)
{
    ck_assert_int_eq(kill(getpid(), SIGTERM), 0);
    wait_for_ever();
}

START_TEST(a_second_signal_ends_what_does_not_stop)
{
    make();
    trees[B].options[0].init = init_and_signal_later;
    apps[B].prep_stop = signal_again;
    run_to_be_killed("a second signal");
}
END_TEST

static otp_next crash_now(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("boom"));
}

static otp_next init_and_crash(struct probe *self, otp_from from, void *context)
{
    (void)plan_init(self, from, context);
    return otp_and_continue(otp_ok(), probe_continue(crash_now, NULL));
}

/* A program whose applications have ended as they may is done. */
START_TEST(a_program_ends_with_its_last_application)
{
    for (int type = OTP_APPLICATION_PERMANENT; type <= OTP_APPLICATION_TEMPORARY; type++) {
        make();
        trees[A].options[0].init = init_and_crash;
        apps[A].type = (uint32_t)type;
        ck_assert_int_eq(run(A, NULL, 0), type == OTP_APPLICATION_TEMPORARY ? 0 : 1);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("applications");
    TCase *c = support_case(s, "program", 20.0);
    support_behaviour(s, "B214", B214_one_starts_after_those_that_it_uses);
    support_behaviour(s, "B214", B214_all_is_started_once);
    support_behaviour(s, "B214", B214_a_circle_is_refused);
    support_behaviour(s, "B215", B215_what_a_failing_start_has_started_is_stopped_again);
    support_behaviour(s, "B216", B216_stopping_is_prep_stop_the_tree_and_stop);
    support_behaviour(s, "B216", B216_a_callback_that_crashes_holds_up_nothing);
    support_behaviour(s, "B216", B216_a_slow_callback);
    support_behaviour(s, "B217", B217_what_the_end_of_a_root_means);
    support_behaviour(s, "B217", B217_an_end_cancels_a_start);
    support_behaviour(s, "B218", B218_a_signal_stops_all_in_reverse_order);
    support_behaviour(s, "B218", B218_a_signal_ends_the_starting);
    support_behaviour(s, "B218", B218_those_that_had_to_be_killed_are_reported);
    support_behaviour(s, "B219", B219_settings_have_defaults_values_and_errors);
    support_behaviour(s, "B219", B219_settings_stay_while_it_runs);
    tcase_add_test(c, a_program_embeds_applications_in_two_calls);
    tcase_add_test(c, to_halt_does_not_wait_for_ever);
    tcase_add_test(c, a_service_manager_is_told);
    tcase_add_test(c, stop_within_ends_what_does_not_stop);
    tcase_add_test(c, a_second_signal_ends_what_does_not_stop);
    tcase_add_test(c, a_program_ends_with_its_last_application);
    return support_run(s);
}
