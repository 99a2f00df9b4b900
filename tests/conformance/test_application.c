/* test_application.c - a tree with its configuration, as a program and in steps.
 *
 * Idea: the application is run in the test's own process with the two output streams sent to files;
 * signals come from the children, whose threads have them blocked. */
#include <signal.h>
#include <unistd.h>

#include "tree.h"

/* -- an application -- */

enum level { LEVEL_LOW, LEVEL_HIGH };

struct settings {
    bool loud;
    int8_t small;
    int16_t short_one;
    int32_t medium;
    int64_t big;
    uint8_t u8;
    uint16_t port;
    uint32_t u32;
    uint64_t u64;
    double ratio;
    otp_str db;
    otp_duration sweep;
    enum level level;
};

static struct settings settings;

static const char *const levels[] = { "low", "high", NULL };

#define ENTRY(name, variable, fallback, help, kind, field, enumerators)                            \
    {                                                                                              \
        name, variable, fallback, help, kind, offsetof(struct settings, field), enumerators        \
    }

static const struct otp_env_entry entries[] = {
    ENTRY("loud", NULL, "false", "Says more.", OTP_ENV_BOOL, loud, NULL),
    ENTRY("small", NULL, "-1", NULL, OTP_ENV_I8, small, NULL),
    ENTRY("short_one", NULL, "2", NULL, OTP_ENV_I16, short_one, NULL),
    ENTRY("medium", NULL, "3", NULL, OTP_ENV_I32, medium, NULL),
    ENTRY("big", NULL, "4", NULL, OTP_ENV_I64, big, NULL),
    ENTRY("u8", NULL, "5", NULL, OTP_ENV_U8, u8, NULL),
    ENTRY("port", "TEST_PORT", "4000", "Where it listens.", OTP_ENV_U16, port, NULL),
    ENTRY("u32", NULL, "7", NULL, OTP_ENV_U32, u32, NULL),
    ENTRY("u64", NULL, "8", NULL, OTP_ENV_U64, u64, NULL),
    ENTRY("ratio", NULL, "0.5", NULL, OTP_ENV_F64, ratio, NULL),
    ENTRY("db", "TEST_DB", NULL, NULL, OTP_ENV_STRING, db, NULL),
    ENTRY("sweep", NULL, "60s", NULL, OTP_ENV_DURATION, sweep, NULL),
    ENTRY("level", NULL, "low", NULL, OTP_ENV_ENUM, level, levels),
};

static struct tree tree;

/* What generated code does here: child options that use settings are filled in. */
static void configure(void)
{
    note("configure %d", (int)settings.port);
}

static const struct otp_application application = {
    .name = "testapp",
    .source = "test.otp:1",
    .root = &tree.spec,
    .root_name = "testapp.main",
    .entries = entries,
    .n_entries = sizeof(entries) / sizeof(*entries),
    .env = &settings,
    .configure = configure,
};

/* -- running it -- */

static char output[2][8192]; /* what the last run wrote to standard output and error */

static void redirect(int fd, const char *path)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(dup2(fileno(file), fd), 0);
    fclose(file);
}

static void read_back(const char *path, char text[8192])
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(text, 1, 8191, file);
    text[size] = '\0';
    fclose(file);
    unlink(path);
}

/* Runs it with these options (NULL at the end); returns the exit code. */
static int run(char **options)
{
    char paths[2][64];
    char *argv[16] = { "testapp" };
    int argc = 1, old[2];
    while (options != NULL && options[argc - 1] != NULL) {
        argv[argc] = options[argc - 1];
        argc++;
    }
    fflush(NULL);
    for (int i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof(paths[i]), "/tmp/otp-test-%d-%d", (int)getpid(), i);
        old[i] = dup(i + 1);
        redirect(i + 1, paths[i]);
    }
    int code = otp_application_main(&application, argc, argv);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_ge(dup2(old[i], i + 1), 0);
        close(old[i]);
        read_back(paths[i], output[i]);
    }
    return code;
}

/* The program refuses these options with that text and starts nothing. */
static void expect_refusal(char **options, const char *text)
{
    char want[300];
    forget_notes();
    snprintf(want, sizeof(want), "testapp: %s\n", text);
    ck_assert_int_eq(run(options), 2);
    ck_assert_str_eq(output[1], want);
    ck_assert_str_eq(output[0], "");
    expect_notes("");
}

#define REFUSED(text, ...) expect_refusal((char *[]){ __VA_ARGS__, NULL }, text)

/* A tree whose root ends at once by itself: one that may not restart, with a child that crashes. */
static otp_next crash(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("boom"));
}

static otp_next init_and_crash(struct probe *self, otp_from from, void *context)
{
    (void)plan_init(self, from, context);
    return otp_and_continue(otp_ok(), probe_continue(crash, NULL));
}

static void make_crashing(void)
{
    tree_make(&tree, OTP_ONE_FOR_ONE, 0);
    tree_add(&tree, "a", OTP_PERMANENT);
    tree_add(&tree, "b", OTP_PERMANENT);
    tree.options[1].init = init_and_crash;
}

/* Runs with these options a tree that ends by itself; settings are as read then. */
#define RUN(...)                                                                                   \
    do {                                                                                           \
        make_crashing();                                                                           \
        ck_assert_int_eq(run((char *[]){ __VA_ARGS__, NULL }), 1);                                 \
    } while (0)

/* -- settings -- */

START_TEST(settings_have_defaults)
{
    RUN("--db=x.db");
    ck_assert(!settings.loud);
    ck_assert_int_eq(settings.small, -1);
    ck_assert_int_eq(settings.short_one, 2);
    ck_assert_int_eq(settings.medium, 3);
    ck_assert_int_eq(settings.big, 4);
    ck_assert_uint_eq(settings.u8, 5);
    ck_assert_uint_eq(settings.port, 4000);
    ck_assert_uint_eq(settings.u32, 7);
    ck_assert_uint_eq(settings.u64, 8);
    ck_assert_double_eq(settings.ratio, 0.5);
    ck_assert(otp_str_equal(settings.db, otp_cstr("x.db")));
    ck_assert_int_eq(settings.sweep, 60 * OTP_S);
    ck_assert_int_eq(settings.level, LEVEL_LOW);
    ck_assert_uint_eq(noted("configure 4000"), 1);
}
END_TEST

START_TEST(options_win_over_the_environment_and_that_over_defaults)
{
    ck_assert_int_eq(setenv("TEST_PORT", "5000", 1), 0);
    ck_assert_int_eq(setenv("TEST_DB", "env.db", 1), 0);
    RUN("--loud");
    ck_assert_uint_eq(settings.port, 5000);
    ck_assert(otp_str_equal(settings.db, otp_cstr("env.db")));
    ck_assert(settings.loud);
    RUN("--port", "6000", "--db=", "--loud=false", "--port=0x1_0");
    ck_assert_uint_eq(settings.port, 16); /* the last one */
    ck_assert_uint_eq(settings.db.size, 0);
    ck_assert(!settings.loud);
    ck_assert_int_eq(setenv("TEST_PORT", "nonsense", 1), 0);
    RUN("--port=1"); /* nobody asks the environment */
    REFUSED("environment variable TEST_PORT=nonsense: not a u16", "--loud");
}
END_TEST

START_TEST(settings_reach_the_limits_of_their_types)
{
    RUN("--db=", "--small=-128", "--short_one=-32768", "--medium=-2147483648",
        "--big=-9223372036854775808", "--u8=255", "--port=65535", "--u32=4_294_967_295",
        "--u64=0xffffffffffffffff", "--ratio=-1e-3", "--sweep=106751d", "--level=high");
    ck_assert_int_eq(settings.small, INT8_MIN);
    ck_assert_int_eq(settings.short_one, INT16_MIN);
    ck_assert_int_eq(settings.medium, INT32_MIN);
    ck_assert_int_eq(settings.big, INT64_MIN);
    ck_assert_uint_eq(settings.u8, UINT8_MAX);
    ck_assert_uint_eq(settings.port, UINT16_MAX);
    ck_assert_uint_eq(settings.u32, UINT32_MAX);
    ck_assert_uint_eq(settings.u64, UINT64_MAX);
    ck_assert_double_eq(settings.ratio, -1e-3);
    ck_assert_int_eq(settings.sweep, 106751 * OTP_DAY);
    ck_assert_int_eq(settings.level, LEVEL_HIGH);
    RUN("--db=", "--small=127", "--big=9223372036854775807", "--sweep=5ms");
    ck_assert_int_eq(settings.small, INT8_MAX);
    ck_assert_int_eq(settings.big, INT64_MAX);
    ck_assert_int_eq(settings.sweep, 5 * OTP_MS);
}
END_TEST

START_TEST(bad_values_are_refused_with_their_type)
{
    REFUSED("--port=abc: not a u16", "--db=", "--port=abc");
    REFUSED("--port=65536: not a u16", "--db=", "--port=65536");
    REFUSED("--port=-1: not a u16", "--db=", "--port=-1");
    REFUSED("--port=: not a u16", "--db=", "--port=");
    REFUSED("--port= 1: not a u16", "--db=", "--port= 1");
    REFUSED("--port=1_: not a u16", "--db=", "--port=1_");
    REFUSED("--port=0x: not a u16", "--db=", "--port=0x");
    REFUSED("--small=128: not an i8", "--db=", "--small=128");
    REFUSED("--small=-129: not an i8", "--db=", "--small=-129");
    REFUSED("--big=9223372036854775808: not an i64", "--db=", "--big=9223372036854775808");
    REFUSED("--u64=18446744073709551616: not a u64", "--db=", "--u64=18446744073709551616");
    REFUSED("--ratio=nan: not an f64", "--db=", "--ratio=nan");
    REFUSED("--ratio=1e999: not an f64", "--db=", "--ratio=1e999");
    REFUSED("--ratio=1.5x: not an f64", "--db=", "--ratio=1.5x");
    REFUSED("--sweep=60: not a duration", "--db=", "--sweep=60");
    REFUSED("--sweep=1w: not a duration", "--db=", "--sweep=1w");
    REFUSED("--sweep=106752d: not a duration", "--db=", "--sweep=106752d");
    REFUSED("--loud=maybe: not a bool", "--db=", "--loud=maybe");
    REFUSED("--level=middle: not one of low, high", "--db=", "--level=middle");
}
END_TEST

START_TEST(bad_options_are_refused)
{
    ck_assert_int_eq(run(NULL), 2);
    ck_assert_str_eq(output[1], "testapp: --db: must be given, or environment variable TEST_DB\n");
    REFUSED("--prot=1: no such option", "--db=", "--prot=1");
    REFUSED("-p: no such option", "--db=", "-p");
    REFUSED("file: not an option", "--db=", "file");
    REFUSED("false: not an option", "--db=", "--loud", "false");
    REFUSED("--port: needs a value", "--db=", "--port");
    REFUSED("--port: needs a value", "--db=", "--port", "--loud");
}
END_TEST

START_TEST(help_and_version_go_to_standard_output)
{
    char *help[] = { "--help", NULL }, *version[] = { "--version", NULL };
    ck_assert_int_eq(run(help), 0);
    ck_assert_str_eq(output[1], "");
    ck_assert_ptr_nonnull(strstr(output[0], "usage: testapp [--NAME=VALUE]...\n"));
    ck_assert_ptr_nonnull(strstr(output[0], "  --port=u16\n        Where it listens.\n"
                                            "        default: 4000\n"
                                            "        environment variable: TEST_PORT\n"));
    ck_assert_ptr_nonnull(strstr(output[0], "  --db=string\n        must be given\n"));
    ck_assert_ptr_nonnull(strstr(output[0], "  --level=low|high\n"));
    ck_assert_int_eq(run(version), 0);
    ck_assert_str_eq(output[0], "testapp (libotp " OTP_VERSION ")\n");
    expect_notes("");
}
END_TEST

/* -- the life of a program -- */

static char *options[] = { "--db=x", NULL };

static otp_next send_signal(struct probe *self, otp_from from, void *context)
{
    size_t running = 0;
    (void)self, (void)from;
    while (running == 0) /* its start is over when it is known to run */
        ck_assert_int_eq(otp_application_which(NULL, 0, &running), OTP_OK);
    ck_assert_int_eq(kill(getpid(), *(int *)context), 0);
    return otp_noreply();
}

static otp_next init_and_signal(struct probe *self, otp_from from, void *context)
{
    static int number = SIGTERM;
    struct plan *plan = context;
    if (plan->later != NULL) /* the plan's way to ask for the other signal */
        number = SIGINT;
    plan->later = NULL;
    (void)plan_init(self, from, context);
    return otp_and_continue(otp_ok(), probe_continue(send_signal, &number));
}

static void stop_by_signal(bool interrupt)
{
    forget_notes();
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add(&tree, "a", OTP_PERMANENT);
    tree_add(&tree, "b", OTP_PERMANENT)->later = interrupt ? "a" : NULL;
    tree.options[1].init = init_and_signal;
    ck_assert_int_eq(run(options), 0);
    expect_notes("configure 4000,start a,start b,terminate:b:shutdown,terminate:a:shutdown");
    ck_assert_ptr_nonnull(strstr(output[1], "module=testapp source=test.otp:1 text=started\n"));
    ck_assert_ptr_nonnull(strstr(output[1], "text=stopped\n"));
}

START_TEST(B218_a_signal_stops_the_tree_in_order)
{
    stop_by_signal(false);
    stop_by_signal(true); /* and again: nothing is left of the first run */
}
END_TEST

static otp_next interrupt(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    note("asked");
    ck_assert_int_eq(kill(getpid(), SIGINT), 0);
    return otp_noreply();
}

/* Parks for good, and the second signal comes. */
static otp_next ask_for_a_signal(struct probe *self, otp_from from, void *context)
{
    static struct otp_name name = { "deaf", NULL, 0 };
    struct probe_args args = { interrupt, NULL };
    uint64_t unused;
    (void)self, (void)from, (void)context;
    otp_status status =
        otp_call(otp_to_name(&name), &probe_later_type, &args, &unused, OTP_INFINITY);
    ck_assert_int_ne(status, OTP_OK); /* it ends with the runtime, if this is seen at all */
    return otp_noreply();
}

START_TEST(B218_a_second_signal_kills_what_is_left)
{
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add(&tree, "deaf", OTP_PERMANENT);
    tree_add(&tree, "a", OTP_PERMANENT);
    tree.options[1].init = init_and_signal;
    tree.options[1].terminate = ask_for_a_signal;
    tree.children[1].shutdown = OTP_INFINITY;
    ck_assert_int_eq(run(options), 1);
    expect_notes("configure 4000,start deaf,start a,terminate:a:shutdown,asked");
}
END_TEST

START_TEST(application_ends_with_a_root_that_ends_by_itself)
{
    make_crashing();
    ck_assert_int_eq(run(options), 1);
    expect_notes("configure 4000,start a,start b,terminate:b:boom,terminate:a:shutdown");
    ck_assert_ptr_nonnull(strstr(output[1], "reason=shutdown text=\"ended by itself\"\n"));
}
END_TEST

START_TEST(B215_a_program_whose_tree_does_not_start_fails)
{
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add(&tree, "a", OTP_PERMANENT);
    atomic_store(&tree_add(&tree, "b", OTP_PERMANENT)->fails, 1);
    ck_assert_int_eq(run(options), 1);
    expect_notes("configure 4000,start a,start b,terminate:a:shutdown");
    ck_assert_ptr_nonnull(strstr(output[1], "text=\"did not start\"\n"));
}
END_TEST

/* -- in steps -- */

START_TEST(application_starts_and_stops_in_steps)
{
    char text[128];
    otp_pid root;
    start_runtime(false, true);
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add(&tree, "a", OTP_PERMANENT);
    ck_assert_int_eq(otp_application_start(&application, &root, text, sizeof(text)), OTP_BADARG);
    ck_assert_str_eq(text, "--db: must be given, or environment variable TEST_DB");
    ck_assert_int_eq(otp_application_start(&application, &root, NULL, 0), OTP_BADARG);
    ck_assert_int_eq(setenv("TEST_DB", "y", 1), 0);
    ck_assert_int_eq(otp_application_start(&application, &root, text, sizeof(text)), OTP_OK);
    ck_assert(otp_pid_equal(root, otp_whereis("testapp.main")));
    ck_assert_int_eq(otp_application_stop(&application, OTP_INFINITY), OTP_OK);
    ck_assert(otp_whereis("testapp.main").bits == 0);
    stop_runtime();
    ck_assert_uint_eq(noted("terminate:a:shutdown"), 1);
}
END_TEST

START_TEST(B215_a_tree_that_does_not_start_leaves_nothing)
{
    char text[128];
    otp_pid root;
    start_runtime(false, false);
    ck_assert_int_eq(setenv("TEST_DB", "y", 1), 0);
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add(&tree, "a", OTP_PERMANENT);
    atomic_store(&tree_add(&tree, "b", OTP_PERMANENT)->fails, 1);
    ck_assert_int_eq(otp_application_start(&application, &root, text, sizeof(text)), OTP_EXIT);
    otp_reason reason = otp_last_reason();
    ck_assert_uint_eq(reason.kind, OTP_REASON_FAILED_START);
    ck_assert_str_eq(reason.text, "b");
    expect_notes("configure 4000,start a,start b,terminate:a:shutdown");
    ck_assert(otp_whereis("testapp.main").bits == 0 && otp_whereis("a").bits == 0);
    stop_runtime();
}
END_TEST

/* -- what went wrong, in words -- */

static char words[100];

static void expect_words(otp_status status, otp_status want)
{
    ck_assert_int_eq(status, want);
    ck_assert_str_eq(words, otp_status_text(want));
    memset(words, 'x', sizeof words);
}

static void boot_in_process(void *app)
{
    expect_words(otp_application_boot(app, 0, NULL, words, sizeof words), OTP_WRONG_THREAD);
}

/* Whatever it is: nobody prints a text that was never written. */
START_TEST(a_failure_is_told_in_words)
{
    static const struct otp_application *uses[1];
    static struct otp_application circle = { .name = "circle", .uses = uses, .n_uses = 1 };
    uses[0] = &circle;
    memset(words, 'x', sizeof words);
    expect_words(otp_application_start(&circle, NULL, words, sizeof words), OTP_BADARG);
    expect_words(otp_application_ensure_all_started(&circle, words, sizeof words), OTP_BADARG);
    expect_words(otp_application_boot(&circle, 0, NULL, words, sizeof words), OTP_BADARG);
    circle.n_uses = 0;
    expect_words(otp_application_start(&circle, NULL, words, sizeof words), OTP_NOT_RUNNING);
    expect_words(otp_application_ensure_all_started(&circle, words, sizeof words), OTP_NOT_RUNNING);
    ck_assert_int_eq(otp_application_start(&circle, NULL, words, 0), OTP_NOT_RUNNING);
    ck_assert_int_eq(words[0], 'x');
    start_runtime(false, false);
    in_process(boot_in_process, &circle);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("application");
    TCase *c = support_case(s, "settings", 10.0);
    tcase_add_test(c, settings_have_defaults);
    tcase_add_test(c, options_win_over_the_environment_and_that_over_defaults);
    tcase_add_test(c, settings_reach_the_limits_of_their_types);
    tcase_add_test(c, bad_values_are_refused_with_their_type);
    tcase_add_test(c, bad_options_are_refused);
    tcase_add_test(c, help_and_version_go_to_standard_output);
    tcase_add_test(c, a_failure_is_told_in_words);
    tcase_add_test(c, application_starts_and_stops_in_steps);
    tcase_add_test(c, application_ends_with_a_root_that_ends_by_itself);
    support_behaviour(s, "B215", B215_a_program_whose_tree_does_not_start_fails);
    support_behaviour(s, "B215", B215_a_tree_that_does_not_start_leaves_nothing);
    support_behaviour(s, "B218", B218_a_signal_stops_the_tree_in_order);
    support_behaviour(s, "B218", B218_a_second_signal_kills_what_is_left);
    return support_run(s);
}
