/* test_supervisor_requests.c - children changed at run time, and trees of supervisors.
 *
 * Idea: see tree.h. */
#include "tree.h"

static void make_two(struct tree *tree)
{
    tree_make(tree, OTP_ONE_FOR_ONE, 3);
    tree_add(tree, "a", OTP_PERMANENT);
    tree_add(tree, "b", OTP_PERMANENT);
}

static void *terminate_a(void *arg)
{
    struct tree *tree = arg;
    ck_assert_int_eq(otp_terminate_child(otp_to(tree->pid), "a"), OTP_OK);
    return NULL;
}

/* -- B097 -- */

START_TEST(B097_a_crash_and_a_stop_may_cross)
{
    struct tree tree;
    start_runtime(false, false);
    tree_make(&tree, OTP_ONE_FOR_ONE, 1000);
    tree_add(&tree, "a", OTP_PERMANENT);
    tree_start(&tree);
    for (int i = 0; i < 60; i++) {
        pthread_t thread;
        otp_pid old = otp_whereis("a");
        if (i % 3 == 0)
            tree_kill_child("a"); /* before */
        ck_assert_int_eq(pthread_create(&thread, NULL, terminate_a, &tree), 0);
        if (i % 3 == 1)
            ck_assert_int_eq(otp_exit_signal(old, otp_kill()), OTP_OK); /* about now */
        pthread_join(thread, NULL);
        if (i % 3 == 2)
            ck_assert_int_eq(otp_exit_signal(old, otp_kill()), OTP_OK); /* after */
        tree_sync(&tree);
        tree_expect(&tree, "-a");
        ck_assert(otp_whereis("a").bits == 0);
        ck_assert(!otp_is_alive(old));
        ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_OK);
    }
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- B099 to B103 -- */

START_TEST(B099_start_child_looks_at_the_id)
{
    struct tree tree;
    struct plan plan = { .id = "x" };
    struct probe_options options = { 0 };
    otp_pid pid = otp_no_pid();
    start_runtime(false, false);
    make_two(&tree);
    tree_start(&tree);
    struct otp_child child = tree_child(&plan, &options, OTP_PERMANENT);
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &tree.children[0], &pid),
                     OTP_ALREADY_STARTED);
    ck_assert(otp_pid_equal(pid, otp_whereis("a")));
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &tree.children[0], &pid),
                     OTP_ALREADY_PRESENT);
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &child, &pid), OTP_OK);
    ck_assert(otp_pid_equal(pid, otp_whereis("x")));
    tree_expect(&tree, "x b -a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* What start_child was given lives on in the supervisor, for restarts. */
START_TEST(B099_start_child_copies_everything)
{
    struct tree tree;
    char id[] = "copied", name[] = "copied";
    struct plan plan = { .id = "copied" };
    struct probe_options options = { 0 };
    start_runtime(false, false);
    make_two(&tree);
    tree_start(&tree);
    struct otp_child child = tree_child(&plan, &options, OTP_PERMANENT);
    child.id = id;
    child.name = name;
    options.label.data = id;
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &child, NULL), OTP_OK);
    memset(id, 'x', sizeof(id) - 1);
    memset(name, 'y', sizeof(name) - 1);
    memset(&options, 0xff, sizeof(options));
    tree_kill_child("copied");
    await_notes("start copied", 2);
    tree_sync(&tree);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "copied"), OTP_OK);
    expect_notes("start copied,start copied,terminate:copied:shutdown");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B100_a_child_that_does_not_start_is_not_kept)
{
    struct tree tree;
    struct plan plan = { .id = "x" };
    struct probe_options options = { 0 };
    char text[128];
    start_runtime(false, false);
    make_two(&tree);
    tree_start(&tree);
    struct otp_child child = tree_child(&plan, &options, OTP_PERMANENT);
    for (int i = 0; i < 3; i++) {
        otp_pid pid = { 77 };
        atomic_store(&plan.fails, 2);
        plan.crashes = i == 1;
        plan.garbles = i == 2;
        ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &child, &pid), OTP_EXIT);
        ck_assert_uint_eq(pid.bits, 77);
        ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "x", &pid), OTP_NOT_FOUND);
        ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", &pid), OTP_RUNNING);
        ck_assert_uint_eq(pid.bits, 77);
        ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &child, NULL), OTP_EXIT);
        if (i < 2)
            ck_assert_str_eq(reason_text(otp_last_reason(), text), i == 0 ? "nope" : "crashed");
        else
            ck_assert_uint_eq(otp_last_reason().kind, OTP_REASON_BAD_RETURN);
        tree_expect(&tree, "b a");
    }
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &child, NULL), OTP_OK);
    tree_expect(&tree, "x b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B100_a_taken_name_is_told_with_its_holder)
{
    struct tree tree;
    struct otp_start how = { "x", 0, false, false, false, NULL, NULL };
    struct plan plan = { .id = "x" };
    struct probe_options options = { 0 };
    otp_pid holder, pid = otp_no_pid();
    start_runtime(false, false);
    make_two(&tree);
    tree_start(&tree);
    ck_assert_int_eq(probe_start_with(&how, NULL, &holder), OTP_OK);
    struct otp_child child = tree_child(&plan, &options, OTP_PERMANENT);
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &child, &pid), OTP_ALREADY_STARTED);
    ck_assert(otp_pid_equal(pid, holder));
    tree_expect(&tree, "b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B101_terminate_child_keeps_all_but_temporary_ones)
{
    struct tree tree;
    start_runtime(false, false);
    make_two(&tree);
    tree_add(&tree, "t", OTP_TEMPORARY);
    tree_start(&tree);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "x"), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), ""), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), NULL), OTP_BADARG);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
    tree_expect(&tree, "t b -a");
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "t"), OTP_OK);
    tree_expect(&tree, "b -a");
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "t"), OTP_NOT_FOUND);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B102_restart_and_delete_are_for_stopped_children)
{
    struct tree tree;
    char text[128];
    otp_pid pid;
    start_runtime(false, false);
    make_two(&tree);
    tree.spec.max_restarts = 0;
    tree_start(&tree);
    otp_dest to = otp_to(tree.pid);
    ck_assert_int_eq(otp_restart_child(to, "a", &pid), OTP_RUNNING);
    ck_assert_int_eq(otp_restart_child(to, "x", &pid), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_delete_child(to, "a"), OTP_RUNNING);
    ck_assert_int_eq(otp_delete_child(to, "x"), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_terminate_child(to, "a"), OTP_OK);
    ck_assert_int_eq(otp_restart_child(to, "a", &pid), OTP_OK);
    ck_assert(otp_pid_equal(pid, otp_whereis("a")));
    ck_assert_int_eq(otp_terminate_child(to, "a"), OTP_OK);
    for (int i = 0; i < 3; i++) { /* a failure is told, not counted, and it stays stopped */
        atomic_store(&tree.plans[0].fails, 1);
        ck_assert_int_eq(otp_restart_child(to, "a", &pid), OTP_EXIT);
        ck_assert_str_eq(reason_text(otp_last_reason(), text), "nope");
        tree_expect(&tree, "b -a");
    }
    ck_assert_int_eq(otp_delete_child(to, "a"), OTP_OK);
    ck_assert_int_eq(otp_delete_child(to, "a"), OTP_NOT_FOUND);
    tree_expect(&tree, "b");
    ck_assert_int_eq(otp_start_child(to, &tree.children[0], &pid), OTP_OK);
    tree_expect(&tree, "a b");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B102_a_restart_by_request_may_be_ignored)
{
    struct tree tree;
    start_runtime(false, false);
    make_two(&tree);
    tree_start(&tree);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
    tree.plans[0].ignores = true;
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "a", NULL), OTP_IGNORE);
    tree_expect(&tree, "b -a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B103_children_are_counted_by_kind)
{
    struct tree tree, inner;
    start_runtime(false, false);
    make_two(&inner);
    inner.children[0].name = NULL;
    inner.children[1].name = NULL;
    make_two(&tree);
    tree_add_tree(&tree, "s1", &inner, OTP_PERMANENT);
    tree_add_tree(&tree, "s2", &inner, OTP_PERMANENT);
    tree_start(&tree);
    tree_expect_counts(&tree, "4/4/2/2");
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "a"), OTP_OK);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "s1"), OTP_OK);
    tree_expect_counts(&tree, "4/2/2/2");
    ck_assert_int_eq(otp_delete_child(otp_to(tree.pid), "s1"), OTP_OK);
    tree_expect_counts(&tree, "3/2/1/2");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B103_only_supervisors_have_children)
{
    struct otp_child_counts counts;
    struct otp_child_info infos[2];
    struct tree tree;
    size_t count;
    start_runtime(false, false);
    make_two(&tree);
    tree_add(&tree, "c", OTP_PERMANENT);
    tree_start(&tree);
    otp_pid worker = otp_whereis("a");
    ck_assert_int_eq(otp_count_children(otp_to(worker), &counts), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_which_children(otp_to(worker), infos, 2, &count), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_terminate_child(otp_to(worker), "a"), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_which_children(otp_to(tree.pid), infos, 2, &count), OTP_OK);
    ck_assert_uint_eq(count, 3); /* all of them; the first two are written */
    ck_assert_str_eq(infos[0].id, "c");
    ck_assert_str_eq(infos[1].id, "b");
    tree_stop(&tree);
    ck_assert_int_eq(otp_count_children(otp_to(tree.pid), &counts), OTP_NOPROC);
    stop_runtime();
}
END_TEST

/* -- B104, B105 -- */

static void disturb(void *arg)
{
    struct tree *tree = arg;
    struct probe_args args = { probe_note, NULL };
    ck_assert_int_eq(otp_cast(otp_to(tree->pid), &probe_cast_type, &args), OTP_OK);
    ck_assert_int_eq(otp_link(tree->pid), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(tree->pid, otp_shutdown()), OTP_OK);
    otp_exit(otp_error("stranger"));
}

static void disturb_and_watch(void *arg)
{
    otp_monitor monitor;
    struct otp_start how = { NULL, 0, false, true, false, &monitor, NULL };
    otp_pid pid;
    char text[128];
    ck_assert_int_eq(otp_spawn(disturb, arg, &how, &pid), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "stranger");
}

START_TEST(B104_strangers_do_not_disturb_a_supervisor)
{
    struct tree tree;
    start_runtime(false, false);
    make_two(&tree);
    tree_start(&tree);
    in_process(disturb_and_watch, &tree);
    ck_assert_int_eq(otp_exit_signal(tree.pid, otp_error("nobody")), OTP_OK);
    tree_sync(&tree);
    tree_expect(&tree, "b a");
    expect_notes("");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

static void parent_of_tree(void *arg)
{
    struct tree *tree = arg;
    struct otp_start how = { NULL, 0, true, false, false, NULL, NULL };
    const struct otp_message *message;
    tree->status = tree->spec.module.start(&tree->spec.module, &how, NULL, &tree->pid);
    gate_open(&tree->started);
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    note("parent ends");
    otp_exit(*(otp_reason *)*(void **)message->args);
}

static void watch_tree(void *arg)
{
    struct tree *tree = arg;
    otp_monitor monitor;
    char text[128];
    ck_assert_int_eq(otp_monitor_start(otp_to(tree->pid), &monitor), OTP_OK);
    note("watching");
    note("ended %s", next_reason(OTP_MESSAGE_DOWN, text));
}

/* The tree's parent ends with reason. */
static void lose_the_parent(struct tree *tree, otp_reason reason)
{
    static const struct otp_layout pointer_layout = { sizeof(void *), 0, NULL };
    static const struct otp_message_type end_type = { .name = "end",
                                                      .message_class = OTP_CLASS_CAST,
                                                      .args = &pointer_layout };
    struct probe_job job = { watch_tree, tree, GATE };
    void *pointer = &reason;
    otp_pid parent, watcher;
    make_two(tree);
    ck_assert_int_eq(otp_spawn(parent_of_tree, tree, NULL, &parent), OTP_OK);
    gate_pass(&tree->started);
    ck_assert_int_eq(tree->status, OTP_OK);
    ck_assert_int_eq(otp_spawn(probe_run_job, &job, NULL, &watcher), OTP_OK);
    await_note("watching");
    forget_notes();
    ck_assert_int_eq(otp_cast(otp_to(parent), &end_type, &pointer), OTP_OK);
    gate_pass(&job.done);
}

START_TEST(B104_the_end_of_its_parent_stops_a_supervisor)
{
    struct tree tree;
    start_runtime(false, false);
    lose_the_parent(&tree, otp_error("boom"));
    expect_notes("parent ends,terminate:b:shutdown,terminate:a:shutdown,ended boom");
    lose_the_parent(&tree, otp_normal());
    expect_notes("parent ends,terminate:b:shutdown,terminate:a:shutdown,ended normal");
    stop_runtime();
}
END_TEST

START_TEST(B105_a_killed_supervisor_takes_its_children_along)
{
    struct tree tree, inner;
    start_runtime(false, false);
    make_two(&inner);
    inner.plans[1].dies = true;
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add_tree(&tree, "inner", &inner, OTP_PERMANENT);
    inner.children[0].name = NULL; /* its name may still be held when it is started again */
    inner.children[1].name = NULL;
    tree_start(&tree);
    tree_kill_child("inner");
    await_note("terminate:a:killed");
    await_note("start b");
    tree_sync(&tree);
    ck_assert_uint_eq(noted("start a"), 1);
    tree_expect(&tree, "inner");
    inner.pid = otp_whereis("inner");
    tree_expect(&inner, "b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- B106, B107 -- */

START_TEST(B106_an_inner_supervisor_that_gives_up_is_restarted)
{
    struct tree tree, inner;
    start_runtime(false, false);
    tree_make(&inner, OTP_ONE_FOR_ONE, 1);
    tree_add(&inner, "x", OTP_PERMANENT);
    tree_make(&tree, OTP_ONE_FOR_ONE, 1);
    tree_add_tree(&tree, "inner", &inner, OTP_PERMANENT);
    tree_start(&tree);
    for (size_t i = 1; i <= 3; i++) { /* one restart within, one of inner, one within again */
        otp_pid old = otp_whereis("inner");
        tree_kill_child("x");
        await_notes("start x", i);
        tree_sync(&tree);
        inner.pid = otp_whereis("inner");
        tree_sync(&inner);
        ck_assert(otp_pid_equal(old, inner.pid) == (i != 2));
    }
    tree_kill_child("x");
    await_note("ended shutdown"); /* both budgets are spent */
    stop_runtime();
}
END_TEST

START_TEST(B106_a_transient_inner_supervisor_is_not_restarted)
{
    struct tree tree, inner;
    start_runtime(false, false);
    tree_make(&inner, OTP_ONE_FOR_ONE, 0);
    tree_add(&inner, "x", OTP_PERMANENT);
    tree_make(&tree, OTP_ONE_FOR_ONE, 1);
    tree_add_tree(&tree, "inner", &inner, OTP_TRANSIENT);
    tree_start(&tree);
    tree_kill_child("x");
    tree_await(&tree, "inner", OTP_CHILD_STOPPED);
    ck_assert_uint_eq(noted("start x"), 0);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B107_added_children_are_lost_with_the_supervisor)
{
    struct tree tree, inner;
    struct plan plan = { .id = "x" };
    struct probe_options options = { 0 };
    start_runtime(false, false);
    make_two(&inner);
    inner.plans[0].dies = true;
    inner.plans[1].dies = true;
    plan.dies = true;
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_add_tree(&tree, "inner", &inner, OTP_PERMANENT);
    tree_start(&tree);
    inner.pid = otp_whereis("inner");
    struct otp_child child = tree_child(&plan, &options, OTP_PERMANENT);
    ck_assert_int_eq(otp_start_child(otp_to(inner.pid), &child, NULL), OTP_OK);
    tree_expect(&inner, "x b a");
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "inner"), OTP_OK);
    ck_assert_int_eq(otp_restart_child(otp_to(tree.pid), "inner", &inner.pid), OTP_OK);
    tree_expect(&inner, "b a");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- otp_get_childspec -- */

START_TEST(childspecs_have_their_defaults_filled_in)
{
    struct tree tree, below;
    struct otp_childspec spec = { 0 };
    start_runtime(false, false);
    make_two(&tree);
    tree_make(&below, OTP_ONE_FOR_ONE, 3);
    tree_add_tree(&tree, "below", &below, OTP_TRANSIENT);
    tree.children[1].name = NULL;
    tree.children[1].restart = OTP_TEMPORARY;
    tree.children[1].shutdown = OTP_BRUTAL_KILL;
    tree.children[1].significant = 1;
    tree.children[2].backoff_min = OTP_MS;
    tree.children[2].backoff_max = OTP_S;
    tree.spec.auto_shutdown = OTP_ALL_SIGNIFICANT;
    tree_start(&tree);
    otp_dest dest = otp_to(tree.pid);
    ck_assert_int_eq(otp_get_childspec(dest, "no", &spec), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_get_childspec(dest, NULL, &spec), OTP_BADARG);
    ck_assert_ptr_null(spec.module);
    ck_assert_int_eq(otp_get_childspec(dest, "a", &spec), OTP_OK);
    ck_assert_ptr_eq(spec.module, &probe_module.module);
    ck_assert_str_eq(spec.id, "a");
    ck_assert_str_eq(spec.name, "a");
    ck_assert_int_eq(spec.shutdown, 5 * OTP_S);
    ck_assert_uint_eq(spec.restart, OTP_PERMANENT);
    ck_assert(!spec.significant && spec.backoff_min == 0 && spec.backoff_max == 0);
    ck_assert_int_eq(otp_get_childspec(dest, "b", &spec), OTP_OK);
    ck_assert_str_eq(spec.name, "");
    ck_assert_int_eq(spec.shutdown, OTP_BRUTAL_KILL);
    ck_assert_uint_eq(spec.restart, OTP_TEMPORARY);
    ck_assert(spec.significant);
    ck_assert_int_eq(otp_get_childspec(dest, "below", &spec), OTP_OK);
    ck_assert_int_eq(spec.shutdown, OTP_INFINITY);
    ck_assert(spec.backoff_min == OTP_MS && spec.backoff_max == OTP_S);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- B111 -- */

/* Starts n children, then stops them one by one; returns the time it took. */
static otp_duration start_and_stop_many(int n)
{
    struct tree tree;
    static struct plan plan = { .id = "many", .quiet = true, .dies = true };
    static struct probe_options options;
    static char ids[10000][16];
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_start(&tree);
    struct otp_child child = tree_child(&plan, &options, OTP_TEMPORARY);
    child.name = NULL;
    otp_instant begin = otp_now();
    for (int i = 0; i < n; i++) {
        snprintf(ids[i], sizeof(ids[i]), "child%d", i);
        child.id = ids[i];
        ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &child, NULL), OTP_OK);
    }
    tree_expect_counts(&tree, n == 10000 ? "10000/10000/0/10000" : "1000/1000/0/1000");
    for (int i = 0; i < n; i++)
        ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), ids[i]), OTP_OK);
    otp_duration took = otp_now() - begin;
    tree_expect_counts(&tree, "0/0/0/0");
    tree_stop(&tree);
    forget_notes();
    return took;
}

START_TEST(B111_time_grows_with_the_number_of_children)
{
    otp_duration thousand, ten_thousand;
    int tries = TRIES;
    start_runtime(false, false);
    do {
        thousand = start_and_stop_many(1000);
        ten_thousand = start_and_stop_many(10000);
    } while (ten_thousand >= 50 * thousand && --tries > 0);
    ck_assert_int_lt(ten_thousand, 50 * thousand);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("supervisor_requests");
    support_behaviour(s, "B097", B097_a_crash_and_a_stop_may_cross);
    support_behaviour(s, "B099", B099_start_child_looks_at_the_id);
    support_behaviour(s, "B099", B099_start_child_copies_everything);
    support_behaviour(s, "B100", B100_a_child_that_does_not_start_is_not_kept);
    support_behaviour(s, "B100", B100_a_taken_name_is_told_with_its_holder);
    support_behaviour(s, "B101", B101_terminate_child_keeps_all_but_temporary_ones);
    support_behaviour(s, "B102", B102_restart_and_delete_are_for_stopped_children);
    support_behaviour(s, "B102", B102_a_restart_by_request_may_be_ignored);
    support_behaviour(s, "B103", B103_children_are_counted_by_kind);
    support_behaviour(s, "B103", B103_only_supervisors_have_children);
    support_behaviour(s, "B104", B104_strangers_do_not_disturb_a_supervisor);
    support_behaviour(s, "B104", B104_the_end_of_its_parent_stops_a_supervisor);
    support_behaviour(s, "B105", B105_a_killed_supervisor_takes_its_children_along);
    support_behaviour(s, "B106", B106_an_inner_supervisor_that_gives_up_is_restarted);
    support_behaviour(s, "B106", B106_a_transient_inner_supervisor_is_not_restarted);
    support_behaviour(s, "B107", B107_added_children_are_lost_with_the_supervisor);
    tcase_add_test(support_case(s, "childspec", 10.0), childspecs_have_their_defaults_filled_in);
    tcase_add_test(support_case(s, "B111", 60.0), B111_time_grows_with_the_number_of_children);
    return support_run(s);
}
