/* test_supervisor_start.c - how supervisors start and stop their children.
 *
 * Idea: see tree.h. */
#include "tree.h"

/* a, b, c that trap exits and note their starts and ends. */
static void make_three(struct tree *tree, enum otp_strategy strategy)
{
    tree_make(tree, strategy, 3);
    tree_add(tree, "a", OTP_PERMANENT);
    tree_add(tree, "b", OTP_PERMANENT);
    tree_add(tree, "c", OTP_PERMANENT);
}

/* -- B060, B061, B062 -- */

START_TEST(B060_children_start_one_after_another)
{
    struct tree tree;
    struct gate gate = GATE, work = GATE;
    start_runtime(false, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree.plans[0].gate = &gate;
    tree.plans[1].work = &work; /* a continue is not waited for */
    tree_launch(&tree);
    await_note("start a");
    otp_pid bystander = probe_start(NULL);
    probe_sync(bystander);
    expect_notes("start a");
    gate_open(&gate);
    await_note("start c");
    gate_open(&work);
    gate_pass(&tree.started);
    ck_assert_int_eq(tree.status, OTP_OK);
    expect_notes("start a,start b,start c");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B061_children_stop_in_reverse_one_at_a_time)
{
    struct tree tree;
    struct gate gate = GATE;
    start_runtime(false, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree.plans[1].later = "c";
    tree.plans[0].later = "b";
    tree.plans[2].stop = &gate;
    tree_start(&tree);
    ck_assert_int_eq(otp_stop_process(otp_to(tree.pid), otp_shutdown(), 0), OTP_TIMEOUT);
    await_note("terminate:c:shutdown");
    otp_pid bystander = probe_start(NULL);
    probe_sync(bystander);
    expect_notes("terminate:c:shutdown"); /* the others have not been told */
    gate_open(&gate);
    await_note("ended shutdown");
    expect_notes("terminate:c:shutdown,terminate:b:shutdown,terminate:a:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(B062_the_last_started_is_listed_first)
{
    struct tree tree;
    struct plan plan = { .id = "d" };
    struct probe_options options = { 0 };
    otp_pid pid;
    start_runtime(false, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree_start(&tree);
    tree_expect(&tree, "c b a");
    struct otp_child child = tree_child(&plan, &options, OTP_PERMANENT);
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &child, &pid), OTP_OK);
    tree_expect(&tree, "d c b a");
    tree_kill_child("b");
    await_notes("start b", 1);
    tree_sync(&tree);
    tree_expect(&tree, "d c b a");
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "c"), OTP_OK);
    tree_expect(&tree, "d -c b a");
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "c", &pid), OTP_OK);
    ck_assert(otp_pid_equal(pid, otp_whereis("c")));
    tree_expect(&tree, "d c b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- B063 -- */

static void *terminate_a(void *arg)
{
    struct tree *tree = arg;
    note("terminated %d", (int)otp_terminate_child(otp_to(tree->pid), "a"));
    return NULL;
}

/* An advance that lies before every deadline, and the supervisor has seen it. */
static void advance(const struct tree *tree, otp_duration by)
{
    size_t count;
    ck_assert_int_eq(otp_clock_advance(by), OTP_OK);
    ck_assert_int_eq(otp_which_children(otp_to(tree->pid), NULL, 0, &count), OTP_OK);
}

START_TEST(B063_a_child_has_defaults)
{
    struct tree tree;
    struct gate gate = GATE;
    pthread_t thread;
    start_runtime(true, false);
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add(&tree, "a", OTP_PERMANENT)->stop = &gate;
    tree.children[0].restart = 0; /* as a child that says nothing has it */
    tree_start(&tree);
    tree_expect_counts(&tree, "1/1/0/1");
    tree_kill_child("a");
    await_note("start a"); /* permanent */
    tree_sync(&tree);
    ck_assert_int_eq(pthread_create(&thread, NULL, terminate_a, &tree), 0);
    await_note("terminate:a:shutdown");
    advance(&tree, 5 * OTP_S - 1);
    ck_assert(otp_whereis("a").bits != 0);
    advance(&tree, 1);
    pthread_join(thread, NULL);
    ck_assert(otp_whereis("a").bits == 0);
    gate_open(&gate);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B063_a_supervisor_may_take_any_time)
{
    struct tree tree, inner;
    struct gate gate = GATE;
    start_runtime(true, false);
    tree_make(&inner, OTP_ONE_FOR_ONE, 3);
    tree_add(&inner, "x", OTP_PERMANENT)->stop = &gate;
    inner.children[0].shutdown = OTP_INFINITY;
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add_tree(&tree, "inner", &inner, OTP_PERMANENT);
    tree_start(&tree);
    tree_expect_counts(&tree, "1/1/1/0");
    ck_assert_int_eq(otp_stop_process(otp_to(tree.pid), otp_shutdown(), 0), OTP_TIMEOUT);
    await_note("terminate:x:shutdown");
    advance(&tree, OTP_DAY);
    ck_assert(otp_whereis("x").bits != 0);
    ck_assert(otp_whereis("inner").bits != 0);
    gate_open(&gate);
    await_note("ended shutdown");
    stop_runtime();
}
END_TEST

/* -- B064, B065, B066 -- */

START_TEST(B064_impossible_children_are_refused)
{
    static const struct otp_module no_start = { "none", "none:1", 0, NULL, NULL };
    struct tree tree;
    struct plan plan = { .id = "x" };
    struct probe_options options = { 0 };
    struct otp_child bad[11];
    char overlong[OTP_CHILD_ID_MAX + 2];
    start_runtime(false, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree_start(&tree);
    for (size_t i = 0; i < 11; i++)
        bad[i] = tree_child(&plan, &options, OTP_TEMPORARY);
    memset(overlong, 'x', sizeof(overlong));
    overlong[OTP_CHILD_ID_MAX + 1] = '\0';
    bad[0].id = NULL;
    bad[1].id = "";
    bad[2].id = overlong;
    bad[3].module = NULL;
    bad[4].module = &no_start;
    bad[5].options = NULL;
    bad[6].shutdown = -3;
    bad[7].restart = OTP_TEMPORARY + 1;
    bad[8].significant = 2;
    bad[9].restart = OTP_PERMANENT;
    bad[9].significant = 1;
    bad[10].significant = 1; /* but this supervisor never shuts down by itself */
    for (size_t i = 0; i < 11; i++)
        ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &bad[i], NULL), OTP_BADARG);
    tree_expect(&tree, "c b a");
    overlong[OTP_CHILD_ID_MAX] = '\0'; /* the longest there is */
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &bad[2], NULL), OTP_OK);
    expect_notes("start x");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B065_two_children_with_one_id_start_nothing)
{
    struct tree tree;
    start_runtime(false, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree.children[2].id = "a";
    tree_launch(&tree);
    gate_pass(&tree.started);
    ck_assert_int_eq(tree.status, OTP_EXIT);
    ck_assert_uint_eq(noted("start a") + noted("start b"), 0);
    stop_runtime();
}
END_TEST

START_TEST(B066_impossible_supervisors_are_refused)
{
    struct tree tree;
    otp_pid pid;
    static const struct otp_start how;
    start_runtime(false, false);
    for (int i = 0; i < 5; i++) {
        make_three(&tree, OTP_ONE_FOR_ONE);
        if (i == 0)
            tree.spec.strategy = OTP_REST_FOR_ONE + 1;
        else if (i == 1)
            tree.spec.period = 0;
        else if (i == 2)
            tree.spec.auto_shutdown = OTP_ALL_SIGNIFICANT + 1;
        else if (i == 3)
            tree.children[1].shutdown = -7;
        else
            tree.children[1].significant = 1;
        ck_assert_int_eq(otp_supervisor_start(&tree.spec.module, &how, NULL, &pid), OTP_BADARG);
    }
    make_three(&tree, OTP_ONE_FOR_ONE);
    ck_assert_int_eq(otp_supervisor_start(&tree.spec.module, &how, &tree, &pid), OTP_BADARG);
    expect_notes("");
    stop_runtime();
}
END_TEST

/* -- B067, B068 -- */

/* d never starts; c fails in one of three manners. */
static void fail_third(void (*choose)(struct plan *plan), const char *kind)
{
    struct tree tree;
    char want[300];
    forget_notes();
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add(&tree, "a", OTP_PERMANENT);
    tree_add(&tree, "b", OTP_TEMPORARY);
    struct plan *plan = tree_add(&tree, "c", OTP_PERMANENT);
    tree_add(&tree, "d", OTP_PERMANENT);
    atomic_store(&plan->fails, 1);
    choose(plan);
    tree_launch(&tree);
    gate_pass(&tree.started);
    ck_assert_int_eq(tree.status, OTP_EXIT);
    snprintf(want, sizeof(want),
             "start a,start b,start c,terminate:b:shutdown,terminate:a:shutdown,failed %s", kind);
    expect_notes(want);
    ck_assert(otp_whereis("a").bits == 0 && otp_whereis("b").bits == 0);
}

static void choose_stop(struct plan *plan)
{
    (void)plan;
}

static void choose_crash(struct plan *plan)
{
    plan->crashes = true;
}

static void choose_garbage(struct plan *plan)
{
    plan->garbles = true;
}

START_TEST(B067_a_failed_start_is_undone_in_reverse)
{
    char text[128];
    otp_reason reason = otp_reason_make(OTP_REASON_FAILED_START, "c", OTP_REASON_ERROR);
    ck_assert(otp_reason_is_clean(reason));
    start_runtime(false, false);
    fail_third(choose_stop, reason_text(reason, text));
    fail_third(choose_crash, text);
    reason = otp_reason_make(OTP_REASON_FAILED_START, "c", OTP_REASON_BAD_RETURN);
    fail_third(choose_garbage, reason_text(reason, text));
    stop_runtime();
}
END_TEST

START_TEST(B067_a_taken_name_is_a_failed_start)
{
    struct tree tree;
    struct otp_start how = { "b", 0, false, false, false, NULL, NULL };
    otp_pid holder;
    start_runtime(false, false);
    ck_assert_int_eq(probe_start_with(&how, NULL, &holder), OTP_OK);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree_launch(&tree);
    gate_pass(&tree.started);
    ck_assert_int_eq(tree.status, OTP_EXIT);
    ck_assert_uint_eq(noted("start b") + noted("start c"), 0);
    ck_assert_uint_eq(noted("terminate:a:shutdown"), 1);
    probe_sync(holder);
    stop_runtime();
}
END_TEST

START_TEST(B068_an_ignored_child_is_listed_without_a_pid)
{
    struct tree tree;
    struct otp_child_info info;
    start_runtime(false, false);
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add(&tree, "a", OTP_PERMANENT)->ignores = true;
    tree_add(&tree, "b", OTP_TEMPORARY)->ignores = true;
    tree_add(&tree, "c", OTP_PERMANENT);
    tree_start(&tree);
    tree_expect(&tree, "c -a");
    tree_expect_counts(&tree, "2/1/0/2");
    ck_assert(tree_find(&tree, "a", &info));
    ck_assert_uint_eq(info.state, OTP_CHILD_STOPPED);
    tree_stop(&tree);
    expect_notes("terminate:c:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

/* -- B069: a start that says no -- */

static struct tree *inner;

static otp_status maybe_start(const struct otp_module *module, const struct otp_start *how,
                              const void *options, otp_pid *pid)
{
    (void)module;
    if (inner == NULL)
        return OTP_IGNORE;
    return otp_supervisor_start(&inner->spec.module, how, options, pid);
}

START_TEST(B069_what_starts_a_supervisor_may_ignore_or_fail)
{
    struct tree tree, below;
    start_runtime(false, false);
    tree_make(&below, OTP_ONE_FOR_ONE, 3);
    tree_add(&below, "b", OTP_PERMANENT);
    struct otp_module module = below.spec.module;
    module.start = maybe_start;
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add_tree(&tree, "below", &below, OTP_PERMANENT);
    tree.children[0].module = &module;
    tree_start(&tree);
    tree_expect(&tree, "-below");
    inner = &below;
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "below", NULL), OTP_OK);
    tree_expect(&tree, "below");
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "below"), OTP_OK);
    below.spec.period = 0;
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "below", NULL), OTP_EXIT);
    ck_assert_uint_eq(otp_last_reason().kind, OTP_REASON_STATUS);
    tree_expect(&tree, "-below");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- B093, B094, B095, B096, B098: how a child is stopped -- */

static void *stop_tree(void *arg)
{
    struct tree *tree = arg;
    note("stopped %d", (int)otp_stop_process(otp_to(tree->pid), otp_shutdown(), OTP_INFINITY));
    return NULL;
}

START_TEST(B093_a_child_that_takes_too_long_is_killed)
{
    struct tree tree;
    struct gate gate = GATE;
    pthread_t thread;
    start_runtime(true, true);
    make_three(&tree, OTP_ONE_FOR_ONE);
    for (int i = 0; i < 2; i++) {
        tree.plans[i].stop = &gate;
        tree.children[i].shutdown = 100 * OTP_MS;
    }
    tree_start(&tree);
    ck_assert_int_eq(pthread_create(&thread, NULL, stop_tree, &tree), 0);
    await_note("terminate:b:shutdown");
    advance(&tree, 100 * OTP_MS - 1);
    ck_assert(otp_whereis("b").bits != 0);
    advance(&tree, 1);
    await_note("terminate:a:shutdown"); /* so b is dead: one after the other */
    ck_assert(otp_whereis("b").bits == 0);
    advance(&tree, 100 * OTP_MS - 1);
    ck_assert(otp_whereis("a").bits != 0);
    ck_assert_int_eq(otp_clock_advance(1), OTP_OK);
    pthread_join(thread, NULL); /* they are dead, though their code still runs */
    ck_assert_uint_eq(noted("stopped 0"), 1);
    gate_open(&gate);
    await_note("ended shutdown");
    ck_assert_uint_eq(noted("log:shutdown_kill:b:"), 1);
    ck_assert_uint_eq(noted("log:shutdown_kill:a:"), 1);
    ck_assert_uint_eq(noted("log:shutdown_kill:c:"), 0);
    stop_runtime();
}
END_TEST

static void watch_kill(void *arg)
{
    struct tree *tree = arg;
    otp_monitor monitor;
    char text[128];
    ck_assert_int_eq(otp_monitor_start(otp_to(otp_whereis("a")), &monitor), OTP_OK);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree->pid), "a"), OTP_OK);
    note("a %s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B094_brutal_kill_does_not_ask)
{
    struct tree tree;
    start_runtime(true, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree.children[0].shutdown = OTP_BRUTAL_KILL;
    tree_start(&tree);
    in_process(watch_kill, &tree);
    expect_notes("a killed");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B094_infinity_waits_without_limit)
{
    struct tree tree;
    struct gate gate = GATE;
    pthread_t thread;
    start_runtime(true, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree.plans[0].stop = &gate;
    tree.children[0].shutdown = OTP_INFINITY;
    tree_start(&tree);
    ck_assert_int_eq(pthread_create(&thread, NULL, terminate_a, &tree), 0);
    await_note("terminate:a:shutdown");
    advance(&tree, 365 * OTP_DAY);
    ck_assert(otp_whereis("a").bits != 0);
    gate_open(&gate);
    pthread_join(thread, NULL);
    expect_notes("terminate:a:shutdown,terminated 0");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B095_only_a_trapping_child_runs_terminate)
{
    struct tree tree;
    start_runtime(false, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree.plans[1].dies = true;
    tree_start(&tree);
    tree_stop(&tree);
    expect_notes("terminate:c:shutdown,terminate:a:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(B096_a_child_may_end_otherwise_while_it_is_stopped)
{
    struct tree tree;
    start_runtime(false, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree.plans[1].instead = "otherwise";
    tree_start(&tree);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "b"), OTP_OK);
    tree_expect(&tree, "c -b a");
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "b", NULL), OTP_OK);
    forget_notes();
    tree_stop(&tree);
    expect_notes("terminate:c:shutdown,terminate:b:shutdown,terminate:a:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

static otp_next unlink_parent(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)context;
    ck_assert_int_eq(otp_unlink(otp_parent()), OTP_OK);
    return probe_reply(from, 0);
}

START_TEST(B098_a_child_that_unlinked_itself_is_stopped_too)
{
    struct tree tree;
    uint64_t unused;
    start_runtime(false, false);
    make_three(&tree, OTP_ONE_FOR_ONE);
    tree.plans[1].dies = true;
    tree_start(&tree);
    otp_pid a = otp_whereis("a"), b = otp_whereis("b");
    ck_assert_int_eq(probe_call(a, unlink_parent, NULL, &unused), OTP_OK);
    ck_assert_int_eq(probe_call(b, unlink_parent, NULL, &unused), OTP_OK);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "b"), OTP_OK);
    ck_assert(!otp_is_alive(a) && !otp_is_alive(b));
    tree_expect(&tree, "c -b -a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("supervisor_start");
    support_behaviour(s, "B060", B060_children_start_one_after_another);
    support_behaviour(s, "B061", B061_children_stop_in_reverse_one_at_a_time);
    support_behaviour(s, "B062", B062_the_last_started_is_listed_first);
    support_behaviour(s, "B063", B063_a_child_has_defaults);
    support_behaviour(s, "B063", B063_a_supervisor_may_take_any_time);
    support_behaviour(s, "B064", B064_impossible_children_are_refused);
    support_behaviour(s, "B065", B065_two_children_with_one_id_start_nothing);
    support_behaviour(s, "B066", B066_impossible_supervisors_are_refused);
    support_behaviour(s, "B067", B067_a_failed_start_is_undone_in_reverse);
    support_behaviour(s, "B067", B067_a_taken_name_is_a_failed_start);
    support_behaviour(s, "B068", B068_an_ignored_child_is_listed_without_a_pid);
    support_behaviour(s, "B069", B069_what_starts_a_supervisor_may_ignore_or_fail);
    support_behaviour(s, "B093", B093_a_child_that_takes_too_long_is_killed);
    support_behaviour(s, "B094", B094_brutal_kill_does_not_ask);
    support_behaviour(s, "B094", B094_infinity_waits_without_limit);
    support_behaviour(s, "B095", B095_only_a_trapping_child_runs_terminate);
    support_behaviour(s, "B096", B096_a_child_may_end_otherwise_while_it_is_stopped);
    support_behaviour(s, "B098", B098_a_child_that_unlinked_itself_is_stopped_too);
    return support_run(s);
}
