/* test_supervisor_backoff.c - restarts that are put off.
 *
 * Idea: see tree.h; the clock is the test's own, so that "not before" and "then" are exact. */
#include "tree.h"

#define SHORTEST (100 * OTP_MS)
#define LONGEST  (350 * OTP_MS)

static void make(struct tree *tree, enum otp_strategy strategy, uint32_t n)
{
    static const char *const ids[] = { "a", "b", "c", "d" };
    tree_make(tree, strategy, 1000);
    for (uint32_t i = 0; i < n; i++)
        tree_add(tree, ids[i], OTP_PERMANENT);
}

static void put_off(struct tree *tree, uint32_t child)
{
    tree->children[child].backoff_min = SHORTEST;
    tree->children[child].backoff_max = LONGEST;
}

static void advance(const struct tree *tree, otp_duration by)
{
    ck_assert_int_eq(otp_clock_advance(by), OTP_OK);
    tree_sync(tree);
}

static void kill_and_see(const struct tree *tree, const char *id)
{
    tree_kill_child(id);
    tree_await(tree, id, OTP_CHILD_RESTARTING);
}

/* It is started again when that time has passed, and not before. */
static void expect_delay(const struct tree *tree, const char *id, otp_duration delay)
{
    char starts[32];
    snprintf(starts, sizeof(starts), "start %s", id);
    size_t before = noted(starts);
    advance(tree, delay - 1);
    ck_assert_uint_eq(noted(starts), before);
    tree_await(tree, id, OTP_CHILD_RESTARTING);
    advance(tree, 1);
    await_notes(starts, before + 1);
    tree_await(tree, id, OTP_CHILD_RUNNING);
}

START_TEST(a_restart_is_put_off_longer_each_time)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ONE, 2);
    put_off(&tree, 0);
    tree_start(&tree);
    kill_and_see(&tree, "a");
    expect_delay(&tree, "a", SHORTEST);
    kill_and_see(&tree, "a");
    expect_delay(&tree, "a", 2 * SHORTEST);
    for (int i = 0; i < 2; i++) {
        kill_and_see(&tree, "a");
        expect_delay(&tree, "a", LONGEST);
    }
    advance(&tree, LONGEST - 1); /* it has not run long enough */
    kill_and_see(&tree, "a");
    expect_delay(&tree, "a", LONGEST);
    advance(&tree, LONGEST);
    kill_and_see(&tree, "a");
    expect_delay(&tree, "a", SHORTEST);
    tree_kill_child("b"); /* one without a back-off is started at once */
    await_note("start b");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(a_supervisor_answers_while_a_restart_is_put_off)
{
    struct tree tree;
    struct plan plan = { .id = "x" };
    struct probe_options options = { 0 };
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ONE, 2);
    put_off(&tree, 0);
    tree_start(&tree);
    kill_and_see(&tree, "a");
    tree_expect(&tree, "b -a");
    tree_expect_counts(&tree, "2/1/0/2");
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_RESTARTING);
    ck_assert_int_eq(otp_delete_child(otp_to(tree.pid), "a"), OTP_RESTARTING);
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &tree.children[0], NULL),
                     OTP_ALREADY_PRESENT);
    struct otp_child child = tree_child(&plan, &options, OTP_PERMANENT);
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &child, NULL), OTP_OK);
    expect_delay(&tree, "a", SHORTEST);
    tree_expect(&tree, "x b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(terminate_child_ends_the_waiting)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ONE, 1);
    put_off(&tree, 0);
    tree_start(&tree);
    kill_and_see(&tree, "a");
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
    advance(&tree, LONGEST);
    tree_await(&tree, "a", OTP_CHILD_STOPPED);
    expect_notes("");
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_OK);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* The old wake-up message comes when the child is put off anew: it is not taken for the new one. */
START_TEST(a_wait_that_was_ended_does_not_shorten_the_next)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ONE, 1);
    put_off(&tree, 0);
    tree_start(&tree);
    kill_and_see(&tree, "a");
    advance(&tree, SHORTEST / 2);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_OK);
    kill_and_see(&tree, "a");
    expect_delay(&tree, "a", 2 * SHORTEST);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(a_stop_ends_the_waiting)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ONE, 2);
    put_off(&tree, 0);
    tree_start(&tree);
    kill_and_see(&tree, "a");
    tree_stop(&tree); /* though no time passes */
    expect_notes("terminate:b:shutdown,ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(a_group_is_stopped_at_once_and_started_later)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ALL, 3);
    put_off(&tree, 1);
    tree_start(&tree);
    kill_and_see(&tree, "b");
    expect_notes("terminate:c:shutdown,terminate:a:shutdown");
    tree_expect(&tree, "-c -b -a");
    /* one of them may be started by hand, and goes along when the group is started */
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "c", NULL), OTP_OK);
    forget_notes();
    advance(&tree, SHORTEST - 1);
    expect_notes("");
    advance(&tree, 1);
    await_note("start c");
    tree_sync(&tree);
    expect_notes("terminate:c:shutdown,start a,start b,start c");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* While the group waits because of b, c is started by hand and crashes: that restarts the group. */
START_TEST(another_crash_in_the_group_takes_over)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ALL, 3);
    put_off(&tree, 1);
    tree_start(&tree);
    kill_and_see(&tree, "b");
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "c", NULL), OTP_OK);
    forget_notes();
    tree_kill_child("c"); /* which has no back-off */
    await_note("start c");
    tree_sync(&tree);
    expect_notes("start a,start b,start c");
    advance(&tree, LONGEST); /* nothing is left of the waiting */
    expect_notes("start a,start b,start c");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(rest_for_one_leaves_those_before_alone)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_REST_FOR_ONE, 3);
    put_off(&tree, 1);
    tree_start(&tree);
    kill_and_see(&tree, "b");
    expect_notes("terminate:c:shutdown");
    tree_expect(&tree, "-c -b a");
    forget_notes();
    advance(&tree, SHORTEST);
    await_note("start c");
    tree_sync(&tree);
    expect_notes("start b,start c");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(a_restart_that_fails_is_put_off_too_and_counts)
{
    struct tree tree;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ONE, 1);
    put_off(&tree, 0);
    tree.spec.max_restarts = 3;
    tree_start(&tree);
    atomic_store(&tree.plans[0].fails, 100);
    kill_and_see(&tree, "a");
    advance(&tree, SHORTEST);
    await_notes("start a", 1);
    tree_sync(&tree);
    advance(&tree, 2 * SHORTEST - 1);
    ck_assert_uint_eq(noted("start a"), 1);
    advance(&tree, 1);
    await_notes("start a", 2);
    tree_sync(&tree);
    ck_assert_int_eq(otp_clock_advance(LONGEST), OTP_OK);
    await_note("ended shutdown"); /* the fourth try is one too many */
    ck_assert_uint_eq(noted("start a"), 3);
    stop_runtime();
}
END_TEST

START_TEST(an_impossible_backoff_is_refused)
{
    static const otp_duration bad[][2] = { { -1, OTP_S }, { OTP_S, OTP_MS }, { 0, OTP_S } };
    const struct otp_start plain = { 0 };
    struct tree tree;
    otp_pid pid;
    start_runtime(true, false);
    make(&tree, OTP_ONE_FOR_ONE, 1);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        tree.children[0].backoff_min = bad[i][0];
        tree.children[0].backoff_max = bad[i][1];
        ck_assert_int_eq(otp_supervisor_start(&tree.spec.module, &plain, NULL, &pid), OTP_BADARG);
    }
    stop_runtime();
}
END_TEST

START_TEST(a_dynamic_child_is_put_off_and_known_by_its_old_pid)
{
    struct otp_dynamic_supervisor spec = { 0 };
    struct tree tree;
    struct otp_child_info info;
    size_t count;
    otp_pid pid;
    start_runtime(true, false);
    spec.module.name = "tests.dynamic";
    spec.module.source = "here:1";
    spec.module.is_supervisor = 1;
    spec.module.start = otp_dynamic_supervisor_start;
    spec.max_restarts = 2;
    spec.period = 5 * OTP_S;
    spec.max_children = OTP_UNLIMITED;
    make(&tree, OTP_ONE_FOR_ONE, 1);
    put_off(&tree, 0);
    tree.module = &spec.module;
    tree_start(&tree);
    otp_dest dest = otp_to(tree.pid);
    ck_assert_int_eq(otp_start_child(dest, &tree.children[0], &pid), OTP_OK);
    forget_notes();
    for (otp_duration delay = SHORTEST; delay <= 2 * SHORTEST; delay *= 2) {
        ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
        do {
            ck_assert_int_eq(otp_which_children(dest, &info, 1, &count), OTP_OK);
        } while (info.state != OTP_CHILD_RESTARTING);
        ck_assert_int_eq(otp_clock_advance(delay - 1), OTP_OK);
        ck_assert_int_eq(otp_which_children(dest, &info, 1, &count), OTP_OK);
        ck_assert_uint_eq(info.state, OTP_CHILD_RESTARTING);
        ck_assert_int_eq(otp_clock_advance(1), OTP_OK);
        await_notes("start a", delay == SHORTEST ? 1 : 2);
        do {
            ck_assert_int_eq(otp_which_children(dest, &info, 1, &count), OTP_OK);
        } while (info.state != OTP_CHILD_RUNNING);
        pid = info.pid;
    }
    ck_assert_int_eq(otp_clock_advance(6 * OTP_S), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
    while (otp_terminate_child_by_pid(dest, pid) != OTP_OK)
        step_aside();
    ck_assert_int_eq(otp_clock_advance(OTP_S), OTP_OK);
    expect_counts_of(dest, "0/0/0/0");
    ck_assert_uint_eq(noted("start a"), 2);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("supervisor_backoff");
    TCase *c = support_case(s, "backoff", 10.0);
    tcase_add_test(c, a_restart_is_put_off_longer_each_time);
    tcase_add_test(c, a_supervisor_answers_while_a_restart_is_put_off);
    tcase_add_test(c, terminate_child_ends_the_waiting);
    tcase_add_test(c, a_wait_that_was_ended_does_not_shorten_the_next);
    tcase_add_test(c, a_stop_ends_the_waiting);
    tcase_add_test(c, a_group_is_stopped_at_once_and_started_later);
    tcase_add_test(c, another_crash_in_the_group_takes_over);
    tcase_add_test(c, rest_for_one_leaves_those_before_alone);
    tcase_add_test(c, a_restart_that_fails_is_put_off_too_and_counts);
    tcase_add_test(c, an_impossible_backoff_is_refused);
    tcase_add_test(c, a_dynamic_child_is_put_off_and_known_by_its_old_pid);
    return support_run(s);
}
