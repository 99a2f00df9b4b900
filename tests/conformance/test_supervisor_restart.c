/* test_supervisor_restart.c - what a supervisor does when a child ends.
 *
 * Idea: see tree.h. Where it matters that a supervisor has seen nothing yet, it waits for the end
 * of a child that it has been asked to stop and that is held at a gate. */
#include "tree.h"

static otp_next terminate_d(struct probe *self, otp_from from, void *tree)
{
    (void)self, (void)from;
    ck_assert_int_eq(otp_terminate_child(otp_to(((struct tree *)tree)->pid), "d"), OTP_OK);
    return otp_noreply();
}

/* Makes a tree of n children named a, b, c, ... */
static void make(struct tree *tree, enum otp_strategy strategy, uint32_t max_restarts, uint32_t n)
{
    static const char *const ids[] = { "a", "b", "c", "d", "e", "f" };
    tree_make(tree, strategy, max_restarts);
    for (uint32_t i = 0; i < n; i++)
        tree_add(tree, ids[i], OTP_PERMANENT);
}

/* The child ends with reason and is started again under another pid. */
static void expect_restart(const struct tree *tree, const char *id, otp_reason reason)
{
    char starts[32];
    snprintf(starts, sizeof(starts), "start %s", id);
    otp_pid old = otp_whereis(id);
    size_t before = noted(starts);
    if (reason.kind == OTP_REASON_KILL)
        tree_kill_child(id);
    else
        tree_end_child(id, &reason);
    await_notes(starts, before + 1);
    tree_sync(tree);
    ck_assert(otp_whereis(id).bits != 0);
    ck_assert(!otp_pid_equal(old, otp_whereis(id)));
}

/* -- B070, B071, B072: restart types -- */

START_TEST(B070_a_permanent_child_is_always_restarted)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ONE, 5, 1);
    tree_start(&tree);
    expect_restart(&tree, "a", otp_normal());
    expect_restart(&tree, "a", otp_shutdown());
    expect_restart(&tree, "a", otp_shutdown_with("x"));
    expect_restart(&tree, "a", otp_error("boom"));
    expect_restart(&tree, "a", otp_kill());
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B071_a_transient_child_is_restarted_after_a_crash)
{
    otp_reason clean[] = { otp_normal(), otp_shutdown(), otp_shutdown_with("x") };
    struct tree tree;
    start_runtime(false, false);
    tree_make(&tree, OTP_ONE_FOR_ONE, 5);
    tree_add(&tree, "a", OTP_TRANSIENT);
    tree_start(&tree);
    expect_restart(&tree, "a", otp_error("boom"));
    expect_restart(&tree, "a", otp_kill());
    for (size_t i = 0; i < 3; i++) {
        forget_notes();
        tree_end_child("a", &clean[i]);
        tree_await(&tree, "a", OTP_CHILD_STOPPED);
        ck_assert_uint_eq(noted("start a"), 0);
        ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_OK);
    }
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B072_a_temporary_child_is_forgotten)
{
    otp_reason reasons[] = { otp_normal(), otp_error("boom") };
    struct tree tree;
    start_runtime(false, false);
    tree_make(&tree, OTP_ONE_FOR_ONE, 0);
    tree_add(&tree, "a", OTP_TEMPORARY);
    tree_start(&tree);
    for (size_t i = 0; i < 2; i++) {
        tree_end_child("a", &reasons[i]);
        tree_await(&tree, "a", -1);
        ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_NOT_FOUND);
        ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &tree.children[0], NULL), OTP_OK);
    }
    tree_kill_child("a");
    tree_await(&tree, "a", -1);
    tree_expect_counts(&tree, "0/0/0/0");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- B073 to B078: strategies -- */

START_TEST(B073_one_for_one_touches_nobody_else)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ONE, 3, 3);
    tree_start(&tree);
    otp_pid a = otp_whereis("a"), c = otp_whereis("c");
    expect_restart(&tree, "b", otp_kill());
    expect_notes("start b");
    ck_assert(otp_pid_equal(a, otp_whereis("a")) && otp_pid_equal(c, otp_whereis("c")));
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B074_one_for_all_restarts_everyone)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ALL, 3, 4);
    tree.plans[2].later = "d";
    tree.plans[0].later = "c";
    tree_start(&tree);
    tree_kill_child("b");
    await_note("start d");
    tree_sync(&tree);
    expect_notes("terminate:d:shutdown,terminate:c:shutdown,terminate:a:shutdown,"
                 "start a,start b,start c,start d");
    tree_expect(&tree, "d c b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B075_rest_for_one_restarts_those_started_later)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_REST_FOR_ONE, 3, 4);
    tree.plans[2].later = "d";
    tree_start(&tree);
    otp_pid a = otp_whereis("a");
    tree_kill_child("b");
    await_note("start d");
    tree_sync(&tree);
    expect_notes("terminate:d:shutdown,terminate:c:shutdown,start b,start c,start d");
    ck_assert(otp_pid_equal(a, otp_whereis("a")));
    tree_expect(&tree, "d c b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

static void take_down_a_temporary(enum otp_strategy strategy)
{
    struct tree tree;
    tree_make(&tree, strategy, 1);
    tree_add(&tree, "a", OTP_PERMANENT);
    tree_add(&tree, "b", OTP_TEMPORARY);
    tree_add(&tree, "c", OTP_PERMANENT);
    tree_start(&tree);
    tree_kill_child("a");
    await_note("start c");
    tree_sync(&tree);
    expect_notes("terminate:c:shutdown,terminate:b:shutdown,start a,start c");
    tree_expect(&tree, "c a");
    tree_stop(&tree);
}

START_TEST(B076_a_temporary_sibling_is_taken_down_for_good)
{
    start_runtime(false, false);
    take_down_a_temporary(OTP_ONE_FOR_ALL);
    take_down_a_temporary(OTP_REST_FOR_ONE);
    stop_runtime();
}
END_TEST

START_TEST(B077_a_group_restart_starts_stopped_siblings)
{
    otp_reason normal = otp_normal();
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ALL, 3, 3);
    tree_add(&tree, "t", OTP_TRANSIENT);
    tree_add(&tree, "i", OTP_PERMANENT)->ignores = true;
    tree_start(&tree);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "c"), OTP_OK);
    tree_end_child("t", &normal);
    tree_await(&tree, "t", OTP_CHILD_STOPPED);
    tree_expect(&tree, "-i -t -c b a");
    tree.plans[4].ignores = false;
    forget_notes();
    tree_kill_child("b");
    await_note("start i");
    tree_sync(&tree);
    expect_notes("terminate:a:shutdown,start a,start b,start c,start t,start i");
    tree_expect(&tree, "i t c b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B078_ends_without_restart_touch_no_sibling)
{
    otp_reason normal = otp_normal();
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ALL, 0, 1);
    tree_add(&tree, "t", OTP_TRANSIENT);
    tree_add(&tree, "u", OTP_TEMPORARY)->dies = true;
    tree_start(&tree);
    tree_end_child("t", &normal);
    tree_await(&tree, "t", OTP_CHILD_STOPPED);
    tree_kill_child("u");
    tree_await(&tree, "u", -1);
    expect_notes("terminate:t:normal");
    tree_expect(&tree, "-t a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- B079 to B084: the limit -- */

START_TEST(B079_too_many_restarts_end_the_supervisor)
{
    struct tree tree;
    start_runtime(false, true);
    make(&tree, OTP_ONE_FOR_ONE, 3, 3);
    tree.plans[1].dies = true;
    tree_start(&tree);
    for (int i = 0; i < 3; i++)
        expect_restart(&tree, "b", otp_kill());
    forget_notes();
    tree_kill_child("b");
    await_note("ended shutdown");
    expect_notes("log:child_exit:b:killed,log:give_up:b:,"
                 "terminate:c:shutdown,terminate:a:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(B079_no_restart_allowed_means_the_first_crash)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ONE, 0, 2);
    tree_start(&tree);
    tree_kill_child("b");
    await_note("ended shutdown");
    expect_notes("terminate:a:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(B080_all_children_share_the_budget)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ONE, 2, 3);
    tree_start(&tree);
    expect_restart(&tree, "a", otp_kill());
    expect_restart(&tree, "b", otp_kill());
    tree_kill_child("c");
    await_note("ended shutdown");
    ck_assert_uint_eq(noted("start c"), 0);
    stop_runtime();
}
END_TEST

START_TEST(B081_a_group_restart_costs_one)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ALL, 1, 3);
    tree_start(&tree);
    tree_kill_child("a");
    await_note("start c");
    tree_sync(&tree);
    tree_expect(&tree, "c b a");
    tree_kill_child("a"); /* and the budget was spent by it */
    await_note("ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(B082_two_deaths_in_one_group_restart_cost_one)
{
    struct tree tree;
    struct gate gate = GATE;
    start_runtime(false, false);
    otp_pid bystander = probe_start(NULL);
    make(&tree, OTP_ONE_FOR_ALL, 1, 3);
    tree_add(&tree, "d", OTP_TEMPORARY)->stop = &gate;
    tree_start(&tree);
    probe_cast(bystander, terminate_d, &tree);
    await_note("terminate:d:shutdown"); /* the supervisor waits for it */
    tree_kill_child("a");
    tree_kill_child("b");
    gate_open(&gate);
    await_note("start c");
    tree_sync(&tree);
    expect_notes("terminate:d:shutdown,terminate:c:shutdown,start a,start b,start c");
    tree_expect(&tree, "c b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B083_what_is_no_restart_is_not_counted)
{
    otp_reason normal = otp_normal();
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ONE, 0, 1);
    tree_add(&tree, "t", OTP_TRANSIENT);
    tree_add(&tree, "u", OTP_TEMPORARY);
    tree_start(&tree);
    tree_kill_child("u");
    tree_await(&tree, "u", -1);
    tree_end_child("t", &normal);
    tree_await(&tree, "t", OTP_CHILD_STOPPED);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
        ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_OK);
    }
    tree_expect(&tree, "-t a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B084_restarts_leave_the_window)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ONE, 1, 1);
    tree.spec.period = 5 * OTP_S;
    tree_start(&tree);
    for (int i = 0; i < 4; i++) {
        expect_restart(&tree, "a", otp_kill());
        ck_assert_int_eq(otp_clock_advance(6 * OTP_S), OTP_OK); /* period and a second */
    }
    expect_restart(&tree, "a", otp_kill());
    ck_assert_int_eq(otp_clock_advance(5 * OTP_S), OTP_OK); /* just the period */
    tree_kill_child("a");
    await_note("ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(B084_the_window_slides_over_many_restarts)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ONE, 10, 1);
    tree.spec.period = 5 * OTP_S;
    tree_start(&tree);
    for (int i = 0; i < 50; i++) { /* one in 600 ms: nine or ten within any five seconds */
        expect_restart(&tree, "a", otp_kill());
        ck_assert_int_eq(otp_clock_advance(600 * OTP_MS), OTP_OK);
    }
    for (int i = 0; i < 2; i++)
        expect_restart(&tree, "a", otp_kill());
    tree_kill_child("a");
    await_note("ended shutdown");
    stop_runtime();
}
END_TEST

/* -- B085 to B092: restarts that fail -- */

START_TEST(B085_failing_restarts_are_counted_and_not_delayed)
{
    struct tree tree;
    start_runtime(true, true); /* the clock stands still: no delay */
    make(&tree, OTP_ONE_FOR_ONE, 2, 2);
    tree.plans[1].dies = true;
    atomic_store(&tree.plans[1].after, 1);
    atomic_store(&tree.plans[1].fails, 1000);
    tree_start(&tree);
    tree_kill_child("b");
    await_note("ended shutdown");
    expect_notes("log:child_exit:b:killed,start b,log:start_failed:b:nope,start b,"
                 "log:start_failed:b:nope,log:give_up:b:,terminate:a:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

static void fail_twice(uint32_t budget)
{
    struct tree tree;
    forget_notes();
    make(&tree, OTP_ONE_FOR_ONE, budget, 1);
    atomic_store(&tree.plans[0].after, 1);
    atomic_store(&tree.plans[0].fails, 2);
    tree_start(&tree);
    tree_kill_child("a");
    if (budget < 3) {
        await_note("ended shutdown");
        return;
    }
    await_notes("start a", 3);
    tree_sync(&tree);
    tree_expect(&tree, "a");
    tree_stop(&tree);
}

START_TEST(B086_a_restart_may_succeed_in_the_end)
{
    start_runtime(false, false);
    fail_twice(5);
    fail_twice(3); /* three attempts are counted ... */
    fail_twice(2);
    stop_runtime();
}
END_TEST

/* a fails every restart, with no limit that matters. */
static void make_hopeless(struct tree *tree, enum otp_strategy strategy)
{
    make(tree, strategy, 1000000000, 2);
    struct plan *plan = &tree->plans[0];
    plan->quiet = true;
    tree->plans[1].quiet = true;
    atomic_store(&plan->after, 1);
    atomic_store(&plan->fails, 1000000000);
    tree_start(tree);
    tree_kill_child("a");
    while (atomic_load(&plan->starts) < 20)
        step_aside();
}

START_TEST(B087_requests_get_in_between_failing_restarts)
{
    struct tree tree;
    struct otp_child_info info;
    start_runtime(false, false);
    make_hopeless(&tree, OTP_ONE_FOR_ONE);
    ck_assert(tree_find(&tree, "a", &info));
    ck_assert_uint_eq(info.state, OTP_CHILD_RESTARTING);
    ck_assert_uint_eq(info.pid.bits, 0);
    tree_expect_counts(&tree, "2/1/0/2");
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_RESTARTING);
    ck_assert_int_eq(otp_delete_child(otp_to(tree.pid), "a"), OTP_RESTARTING);
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &tree.children[0], NULL),
                     OTP_ALREADY_PRESENT);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

static void end_the_loop(enum otp_strategy strategy)
{
    struct tree tree;
    make_hopeless(&tree, strategy);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
    int starts = atomic_load(&tree.plans[0].starts);
    tree_await(&tree, "a", OTP_CHILD_STOPPED);
    for (int i = 0; i < 10; i++)
        tree_sync(&tree);
    ck_assert_int_eq(atomic_load(&tree.plans[0].starts), starts);
    atomic_store(&tree.plans[0].fails, 0);
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_OK);
    tree_stop(&tree);
    forget_notes();
}

START_TEST(B088_terminate_child_ends_failing_restarts)
{
    start_runtime(false, false);
    end_the_loop(OTP_ONE_FOR_ONE);
    end_the_loop(OTP_REST_FOR_ONE);
    stop_runtime();
}
END_TEST

START_TEST(B089_a_stop_ends_failing_restarts)
{
    struct tree tree;
    start_runtime(false, false);
    make_hopeless(&tree, OTP_ONE_FOR_ONE);
    tree_stop(&tree);
    expect_notes("terminate:b:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(B090_one_for_all_retries_the_whole_group)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ALL, 2, 4);
    atomic_store(&tree.plans[2].after, 1);
    atomic_store(&tree.plans[2].fails, 1);
    tree_start(&tree);
    tree_kill_child("b");
    await_note("start d");
    tree_sync(&tree);
    expect_notes("terminate:d:shutdown,terminate:c:shutdown,terminate:a:shutdown,"
                 "start a,start b,start c,terminate:b:shutdown,terminate:a:shutdown,"
                 "start a,start b,start c,start d");
    tree_expect(&tree, "d c b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B091_rest_for_one_retries_from_the_failing_child)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_REST_FOR_ONE, 2, 4);
    atomic_store(&tree.plans[2].after, 1);
    atomic_store(&tree.plans[2].fails, 1);
    tree_start(&tree);
    otp_pid a = otp_whereis("a");
    tree_kill_child("b");
    await_note("start d");
    tree_sync(&tree);
    expect_notes("terminate:d:shutdown,terminate:c:shutdown,"
                 "start b,start c,start c,start d");
    ck_assert(otp_pid_equal(a, otp_whereis("a")));
    tree_expect(&tree, "d c b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B092_a_restart_may_be_ignored)
{
    struct tree tree;
    start_runtime(false, false);
    make(&tree, OTP_ONE_FOR_ONE, 1, 2);
    tree_start(&tree);
    tree.plans[0].ignores = true;
    tree_kill_child("a");
    tree_await(&tree, "a", OTP_CHILD_STOPPED);
    expect_notes("start a");
    tree_expect(&tree, "b -a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- B108, B109, B110 -- */

START_TEST(B108_a_restart_always_gets_its_name)
{
    struct tree tree;
    start_runtime(false, true);
    make(&tree, OTP_ONE_FOR_ONE, 1000, 1);
    tree_start(&tree);
    for (int i = 0; i < 300; i++)
        expect_restart(&tree, "a", otp_kill());
    ck_assert_uint_eq(noted("start a"), 300);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* Children s and t are significant: transient and temporary. p is not. */
static void make_significant(struct tree *tree, enum otp_auto_shutdown when)
{
    forget_notes();
    make(tree, OTP_ONE_FOR_ALL, 5, 0);
    tree_add(tree, "p", OTP_PERMANENT);
    tree_add(tree, "s", OTP_TRANSIENT);
    tree_add(tree, "t", OTP_TEMPORARY)->dies = true;
    tree->children[1].significant = 1;
    tree->children[2].significant = 1;
    tree->spec.auto_shutdown = when;
    tree_start(tree);
}

START_TEST(B109_any_significant_end_shuts_down)
{
    otp_reason normal = otp_normal();
    struct tree tree;
    start_runtime(false, false);
    make_significant(&tree, OTP_ANY_SIGNIFICANT);
    tree_end_child("s", &normal);
    await_note("ended shutdown");
    expect_notes("terminate:s:normal,terminate:p:shutdown,ended shutdown");
    make_significant(&tree, OTP_ANY_SIGNIFICANT);
    tree_kill_child("t"); /* temporary: anyhow */
    await_note("ended shutdown");
    expect_notes("terminate:s:shutdown,terminate:p:shutdown,ended shutdown");
    make_significant(&tree, OTP_ANY_SIGNIFICANT);
    tree_kill_child("s"); /* transient: a crash only restarts */
    await_note("start s");
    tree_sync(&tree);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B109_the_last_significant_end_shuts_down)
{
    otp_reason normal = otp_normal();
    struct tree tree;
    start_runtime(false, false);
    make_significant(&tree, OTP_ALL_SIGNIFICANT);
    tree_kill_child("t");
    tree_await(&tree, "t", -1);
    tree_expect(&tree, "s p");
    tree_end_child("s", &normal);
    await_note("ended shutdown");
    expect_notes("terminate:s:normal,terminate:p:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(B110_a_significant_child_that_is_stopped_changes_nothing)
{
    struct tree tree;
    start_runtime(false, false);
    make_significant(&tree, OTP_ANY_SIGNIFICANT);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "s"), OTP_OK);
    tree_expect(&tree, "t -s p");
    tree_kill_child("p"); /* takes t down as a bystander */
    await_note("start s");
    tree_sync(&tree);
    tree_expect(&tree, "s p");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B110_an_auto_shutdown_is_a_clean_end)
{
    otp_reason normal = otp_normal();
    struct tree outer, inner;
    start_runtime(false, false);
    tree_make(&inner, OTP_ONE_FOR_ONE, 3);
    tree_add(&inner, "s", OTP_TRANSIENT);
    inner.children[0].significant = 1;
    inner.spec.auto_shutdown = OTP_ANY_SIGNIFICANT;
    tree_make(&outer, OTP_ONE_FOR_ONE, 0);
    tree_add_tree(&outer, "inner", &inner, OTP_TRANSIENT);
    tree_start(&outer);
    tree_end_child("s", &normal);
    tree_await(&outer, "inner", OTP_CHILD_STOPPED);
    tree_expect_counts(&outer, "1/0/1/0");
    tree_stop(&outer);
    stop_runtime();
}
END_TEST

static void add_types(Suite *s)
{
    support_behaviour(s, "B070", B070_a_permanent_child_is_always_restarted);
    support_behaviour(s, "B071", B071_a_transient_child_is_restarted_after_a_crash);
    support_behaviour(s, "B072", B072_a_temporary_child_is_forgotten);
    support_behaviour(s, "B073", B073_one_for_one_touches_nobody_else);
    support_behaviour(s, "B074", B074_one_for_all_restarts_everyone);
    support_behaviour(s, "B075", B075_rest_for_one_restarts_those_started_later);
    support_behaviour(s, "B076", B076_a_temporary_sibling_is_taken_down_for_good);
    support_behaviour(s, "B077", B077_a_group_restart_starts_stopped_siblings);
    support_behaviour(s, "B078", B078_ends_without_restart_touch_no_sibling);
}

static void add_limits(Suite *s)
{
    support_behaviour(s, "B079", B079_too_many_restarts_end_the_supervisor);
    support_behaviour(s, "B079", B079_no_restart_allowed_means_the_first_crash);
    support_behaviour(s, "B080", B080_all_children_share_the_budget);
    support_behaviour(s, "B081", B081_a_group_restart_costs_one);
    support_behaviour(s, "B082", B082_two_deaths_in_one_group_restart_cost_one);
    support_behaviour(s, "B083", B083_what_is_no_restart_is_not_counted);
    support_behaviour(s, "B084", B084_restarts_leave_the_window);
    support_behaviour(s, "B084", B084_the_window_slides_over_many_restarts);
}

int main(void)
{
    Suite *s = suite_create("supervisor_restart");
    add_types(s);
    add_limits(s);
    support_behaviour(s, "B085", B085_failing_restarts_are_counted_and_not_delayed);
    support_behaviour(s, "B086", B086_a_restart_may_succeed_in_the_end);
    support_behaviour(s, "B087", B087_requests_get_in_between_failing_restarts);
    support_behaviour(s, "B088", B088_terminate_child_ends_failing_restarts);
    support_behaviour(s, "B089", B089_a_stop_ends_failing_restarts);
    support_behaviour(s, "B090", B090_one_for_all_retries_the_whole_group);
    support_behaviour(s, "B091", B091_rest_for_one_retries_from_the_failing_child);
    support_behaviour(s, "B092", B092_a_restart_may_be_ignored);
    support_behaviour(s, "B108", B108_a_restart_always_gets_its_name);
    support_behaviour(s, "B109", B109_any_significant_end_shuts_down);
    support_behaviour(s, "B109", B109_the_last_significant_end_shuts_down);
    support_behaviour(s, "B110", B110_a_significant_child_that_is_stopped_changes_nothing);
    support_behaviour(s, "B110", B110_an_auto_shutdown_is_a_clean_end);
    return support_run(s);
}
