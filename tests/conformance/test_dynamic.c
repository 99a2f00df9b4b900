/* test_dynamic.c - dynamic supervisors: children that come and go.
 *
 * Idea: see tree.h; here the supervisor's table has no children, and its children have no names
 * unless a test gives them one, as the same one is started many times. */
#include "tree.h"

struct nursery {
    struct tree tree; /* its table stays unused: the keeper starts this one */
    struct otp_dynamic_supervisor spec;
    struct plan plan;
    struct probe_options options;
    struct otp_child child;
    otp_dest dest;
};

static void make(struct nursery *n, enum otp_restart restart, uint32_t max_restarts,
                 uint64_t max_children)
{
    memset(n, 0, sizeof(*n));
    tree_make(&n->tree, OTP_ONE_FOR_ONE, 0);
    n->spec.module.name = "tests.nursery";
    n->spec.module.source = "test_dynamic.c:1";
    n->spec.module.is_supervisor = 1;
    n->spec.module.start = otp_dynamic_supervisor_start;
    n->spec.max_restarts = max_restarts;
    n->spec.period = OTP_HOUR;
    n->spec.max_children = max_children;
    n->tree.module = &n->spec.module;
    n->plan.id = "kid";
    n->child = tree_child(&n->plan, &n->options, restart);
    n->child.name = NULL;
}

static void open_nursery(struct nursery *n)
{
    tree_start(&n->tree);
    n->dest = otp_to(n->tree.pid);
}

static otp_pid add(struct nursery *n)
{
    otp_pid pid;
    ck_assert_int_eq(otp_start_child(n->dest, &n->child, &pid), OTP_OK);
    ck_assert(otp_is_alive(pid));
    return pid;
}

static void expect_counts(const struct nursery *n, const char *want)
{
    tree_expect_counts(&n->tree, want);
}

/* Waits until there are so many children; -1 active: whatever. */
static void await_counts(const struct nursery *n, uint64_t specs, int active)
{
    struct otp_child_counts counts;
    do {
        ck_assert_int_eq(otp_count_children(n->dest, &counts), OTP_OK);
        step_aside();
    } while (counts.specs != specs || (active >= 0 && counts.active != (uint64_t)active));
}

static void end_with(otp_pid pid, otp_reason *reason)
{
    probe_cast(pid, tree_stop_with, reason);
}

static void kill_it(otp_pid pid)
{
    ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
}

/* -- B112 to B117: starting -- */

START_TEST(B112_the_same_child_starts_many_times)
{
    struct nursery n;
    struct otp_child_info infos[4];
    size_t count;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 0, OTP_UNLIMITED);
    open_nursery(&n);
    otp_pid a = add(&n), b = add(&n);
    ck_assert(!otp_pid_equal(a, b));
    expect_notes("start kid,start kid");
    expect_counts(&n, "2/2/0/2");
    ck_assert_int_eq(otp_which_children(n.dest, infos, 4, &count), OTP_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert(otp_pid_equal(infos[0].pid, b) && otp_pid_equal(infos[1].pid, a));
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(infos[i].id, "");
        ck_assert_uint_eq(infos[i].state, OTP_CHILD_RUNNING);
        ck_assert(!infos[i].is_supervisor);
    }
    n.child.id = NULL; /* it is not looked at */
    (void)add(&n);
    expect_counts(&n, "3/3/0/3");
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

START_TEST(B112_requests_of_static_supervisors_are_refused)
{
    struct nursery n;
    struct tree tree;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 0, OTP_UNLIMITED);
    open_nursery(&n);
    (void)add(&n);
    ck_assert_int_eq(otp_terminate_child(n.dest, "kid"), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_restart_child(n.dest, "kid", NULL), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_delete_child(n.dest, "kid"), OTP_WRONG_MODULE);
    tree_stop(&n.tree);
    tree_make(&tree, OTP_ONE_FOR_ONE, 0);
    tree_start(&tree);
    ck_assert_int_eq(otp_terminate_child_by_pid(otp_to(tree.pid), otp_no_pid()), OTP_WRONG_MODULE);
    n.child.id = NULL;
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &n.child, NULL), OTP_BADARG);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(B113_more_children_than_allowed_are_refused)
{
    struct nursery n;
    start_runtime(false, false);
    make(&n, OTP_TEMPORARY, 0, 2);
    open_nursery(&n);
    (void)add(&n);
    otp_pid second = add(&n);
    ck_assert_int_eq(otp_start_child(n.dest, &n.child, NULL), OTP_MAX_CHILDREN);
    expect_counts(&n, "2/2/0/2");
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, second), OTP_OK);
    (void)add(&n);
    ck_assert_int_eq(otp_start_child(n.dest, &n.child, NULL), OTP_MAX_CHILDREN);
    tree_stop(&n.tree);
    make(&n, OTP_TEMPORARY, 0, 0);
    open_nursery(&n);
    ck_assert_int_eq(otp_start_child(n.dest, &n.child, NULL), OTP_MAX_CHILDREN);
    expect_notes("");
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

START_TEST(B114_a_restarting_child_takes_its_place)
{
    struct nursery n;
    struct gate gate = GATE;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 1000000, 1);
    open_nursery(&n);
    otp_pid pid = add(&n);
    n.plan.gate = &gate; /* its restart does not get on */
    kill_it(pid);
    await_notes("start kid", 2);
    ck_assert_int_eq(otp_start_child(n.dest, &n.child, NULL), OTP_MAX_CHILDREN);
    expect_counts(&n, "1/0/0/1");
    gate_open(&gate);
    await_counts(&n, 1, 1);
    ck_assert_int_eq(otp_start_child(n.dest, &n.child, NULL), OTP_MAX_CHILDREN);
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

START_TEST(B115_a_start_that_fails_or_ignores_takes_no_place)
{
    struct nursery n;
    char text[128];
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 0, 1);
    open_nursery(&n);
    for (int i = 0; i < 3; i++) {
        atomic_store(&n.plan.fails, 1);
        n.plan.crashes = i == 1;
        n.plan.garbles = i == 2;
        ck_assert_int_eq(otp_start_child(n.dest, &n.child, NULL), OTP_EXIT);
        if (i < 2)
            ck_assert_str_eq(reason_text(otp_last_reason(), text), i == 0 ? "nope" : "crashed");
        else
            ck_assert_uint_eq(otp_last_reason().kind, OTP_REASON_BAD_RETURN);
        expect_counts(&n, "0/0/0/0");
    }
    n.plan.ignores = true;
    ck_assert_int_eq(otp_start_child(n.dest, &n.child, NULL), OTP_IGNORE);
    expect_counts(&n, "0/0/0/0");
    n.plan.ignores = false;
    (void)add(&n);
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

struct starter {
    struct nursery *n;
    const char *name;
    otp_status want;
    bool either; /* whatever the status is */
};

static void start_one(void *arg)
{
    const struct starter *starter = arg;
    otp_status status = otp_start_child(starter->n->dest, &starter->n->child, NULL);
    ck_assert(starter->either || status == starter->want);
    note("%s done", starter->name);
}

/* There is room for one. The first start is still open, so the second has to wait for what comes of
 * it; it fails, so the second has the place. */
START_TEST(B115_a_start_waits_for_the_outcome_of_those_before_it)
{
    struct nursery n;
    struct gate gate = GATE;
    otp_pid pid;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 0, 1);
    open_nursery(&n);
    struct starter first = { &n, "first", OTP_EXIT, false },
                   second = { &n, "second", OTP_OK, false };
    struct starter third = { &n, "third", OTP_MAX_CHILDREN, false };
    n.plan.gate = &gate;
    atomic_store(&n.plan.fails, 1);
    ck_assert_int_eq(otp_spawn(start_one, &first, NULL, &pid), OTP_OK);
    await_note("start kid");
    ck_assert_int_eq(otp_spawn(start_one, &second, NULL, &pid), OTP_OK);
    await_parked(pid);
    tree_expect_counts(&n.tree, "1/0/0/1");
    ck_assert_int_eq(otp_spawn(start_one, &third, NULL, &pid), OTP_OK);
    gate_open(&gate);
    await_note("first done");
    await_note("second done");
    await_note("third done");
    expect_counts(&n, "1/1/0/1");
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

/* Inits do not wait for each other: nobody is held up by a slow one. */
START_TEST(B115_a_slow_start_holds_up_nobody)
{
    struct nursery n;
    struct gate gate = GATE;
    otp_pid pid;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 0, OTP_UNLIMITED);
    open_nursery(&n);
    struct starter slow = { &n, "slow", OTP_OK, false };
    n.plan.gate = &gate;
    ck_assert_int_eq(otp_spawn(start_one, &slow, NULL, &pid), OTP_OK);
    await_note("start kid");
    struct plan other = { .id = "other" };
    struct probe_options options = { 0 };
    struct otp_child child = tree_child(&other, &options, OTP_TEMPORARY);
    ck_assert_int_eq(otp_start_child(n.dest, &child, &pid), OTP_OK);
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, pid), OTP_OK);
    ck_assert_uint_eq(noted("slow done"), 0);
    gate_open(&gate);
    await_note("slow done");
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

START_TEST(B116_an_invalid_child_is_refused_in_the_caller)
{
    struct nursery n;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 0, OTP_UNLIMITED);
    static struct otp_name nobody = { .text = "nobody" };
    n.dest = otp_to_name(&nobody);
    ck_assert_int_eq(otp_start_child(n.dest, &n.child, NULL), OTP_NOPROC);
    struct otp_child bad = n.child;
    bad.restart = 7;
    ck_assert_int_eq(otp_start_child(n.dest, &bad, NULL), OTP_BADARG);
    bad = n.child;
    bad.shutdown = -5;
    ck_assert_int_eq(otp_start_child(n.dest, &bad, NULL), OTP_BADARG);
    bad = n.child;
    bad.module = NULL;
    ck_assert_int_eq(otp_start_child(n.dest, &bad, NULL), OTP_BADARG);
    bad = n.child;
    bad.options = NULL;
    ck_assert_int_eq(otp_start_child(n.dest, &bad, NULL), OTP_BADARG);
    ck_assert_int_eq(otp_start_child(n.dest, NULL, NULL), OTP_BADARG);
    open_nursery(&n);
    bad = n.child;
    bad.restart = OTP_TRANSIENT;
    bad.significant = 1; /* only the supervisor knows that it has none */
    ck_assert_int_eq(otp_start_child(n.dest, &bad, NULL), OTP_BADARG);
    expect_counts(&n, "0/0/0/0");
    n.spec.period = 0;
    otp_pid pid;
    const struct otp_start plain = { 0 };
    ck_assert_int_eq(otp_dynamic_supervisor_start(&n.spec.module, &plain, NULL, &pid), OTP_BADARG);
    n.spec.period = OTP_HOUR;
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

START_TEST(B117_restart_types_are_those_of_a_supervisor)
{
    struct nursery n;
    otp_reason normal = otp_normal(), boom = otp_error("boom");
    start_runtime(false, false);
    make(&n, OTP_TEMPORARY, 100, OTP_UNLIMITED);
    open_nursery(&n);
    end_with(add(&n), &boom);
    await_counts(&n, 0, 0);
    n.child.restart = OTP_TRANSIENT;
    end_with(add(&n), &normal);
    await_counts(&n, 0, 0);
    forget_notes();
    end_with(add(&n), &boom);
    await_notes("start kid", 2);
    await_counts(&n, 1, 1);
    n.child.restart = OTP_PERMANENT;
    end_with(add(&n), &normal);
    await_notes("start kid", 4);
    await_counts(&n, 2, 2);
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

/* -- B118, B119: restarts -- */

START_TEST(B118_the_old_pid_of_a_restarted_child_is_unknown)
{
    struct nursery n;
    struct otp_child_info info;
    size_t count;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 1000000, OTP_UNLIMITED);
    open_nursery(&n);
    otp_pid old = add(&n);
    kill_it(old);
    await_notes("start kid", 2);
    await_counts(&n, 1, 1);
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, old), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_which_children(n.dest, &info, 1, &count), OTP_OK);
    otp_pid now = info.pid;
    ck_assert(!otp_pid_equal(now, old));
    /* from now on its restarts fail, and it is known by the pid that it had last */
    atomic_store(&n.plan.fails, 1 << 30);
    n.plan.quiet = true;
    kill_it(now);
    while (atomic_load(&n.plan.starts) < 5)
        step_aside();
    ck_assert_int_eq(otp_which_children(n.dest, &info, 1, &count), OTP_OK);
    ck_assert_uint_eq(info.state, OTP_CHILD_RESTARTING);
    ck_assert_uint_eq(info.pid.bits, 0);
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, now), OTP_OK);
    int starts = atomic_load(&n.plan.starts);
    expect_counts(&n, "0/0/0/0");
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, now), OTP_NOT_FOUND);
    ck_assert_int_eq(atomic_load(&n.plan.starts), starts);
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

static void terminate_one(void *arg)
{
    const struct starter *starter = arg;
    note("%s: %s", starter->name,
         otp_status_text(otp_terminate_child_by_pid(starter->n->dest, starter->n->tree.keeper)));
}

/* A restart is under way when its end is asked for: it is too late if that succeeds. */
START_TEST(B118_whoever_asks_during_an_attempt_waits_for_its_outcome)
{
    struct nursery n;
    struct gate gates[2] = { GATE, GATE };
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 100, OTP_UNLIMITED);
    open_nursery(&n);
    struct starter asker = { &n, "asker", OTP_OK, false };
    for (int i = 0; i < 2; i++) {
        otp_pid pid, old;
        forget_notes();
        n.plan.gate = NULL;
        old = add(&n);
        n.plan.gate = &gates[i];
        atomic_store(&n.plan.fails, i);
        kill_it(old);
        await_notes("start kid", 2);
        n.tree.keeper = old;
        ck_assert_int_eq(otp_spawn(terminate_one, &asker, NULL, &pid), OTP_OK);
        await_parked(pid);
        expect_counts(&n, i == 0 ? "1/0/0/1" : "2/1/0/2");
        gate_open(&gates[i]);
        await_note(i == 0 ? "asker: nothing of that name" : "asker: ok");
        expect_counts(&n, "1/1/0/1"); /* the first child is still there */
    }
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

START_TEST(B119_a_restart_that_ignores_removes_the_child)
{
    struct nursery n;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 10, OTP_UNLIMITED);
    open_nursery(&n);
    otp_pid pid = add(&n);
    n.plan.ignores = true;
    kill_it(pid);
    await_counts(&n, 0, 0);
    await_notes("start kid", 2);
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

START_TEST(B119_a_restart_that_fails_counts_until_the_limit)
{
    struct nursery n;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 3, OTP_UNLIMITED);
    open_nursery(&n);
    otp_pid other = add(&n), pid = add(&n);
    forget_notes();
    atomic_store(&n.plan.fails, 2);
    kill_it(pid);
    await_notes("start kid", 3); /* failed, failed, succeeded */
    await_counts(&n, 2, 2);
    kill_it(other); /* the fourth within the period */
    await_note("ended shutdown");
    ck_assert_uint_eq(noted("start kid"), 3);
    ck_assert_uint_eq(noted("terminate:kid:shutdown"), 1);
    stop_runtime();
}
END_TEST

/* -- B120 to B123: stopping -- */

START_TEST(B120_a_stranger_is_not_found)
{
    struct nursery n;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 0, OTP_UNLIMITED);
    open_nursery(&n);
    otp_pid pid = add(&n);
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, n.tree.pid), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, otp_no_pid()), OTP_NOT_FOUND);
    forget_notes();
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, pid), OTP_OK);
    expect_notes("terminate:kid:shutdown");
    ck_assert(!otp_is_alive(pid));
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, pid), OTP_NOT_FOUND);
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

/* Two ask for one child's end before it comes: one of them has done it. */
START_TEST(B120_of_two_at_once_one_is_too_late)
{
    struct nursery n;
    struct gate gate = GATE;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 0, OTP_UNLIMITED);
    n.plan.stop = &gate;
    open_nursery(&n);
    otp_pid child = add(&n), askers[2];
    struct starter asker = { &n, "asker", OTP_OK, false };
    n.tree.keeper = child;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(otp_spawn(terminate_one, &asker, NULL, &askers[i]), OTP_OK);
        await_parked(askers[i]);
    }
    expect_counts(&n, "1/1/0/1");
    gate_open(&gate);
    await_note("asker: ok");
    await_note("asker: nothing of that name");
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

#define KIDS 5

/* None of them stops; all share the time, by the manual clock exactly. */
START_TEST(B121_all_are_stopped_at_the_same_time)
{
    struct nursery n;
    struct gate gate = GATE;
    start_workers(8, true, true);
    make(&n, OTP_PERMANENT, 0, OTP_UNLIMITED);
    n.plan.stop = &gate;
    n.child.shutdown = 100 * OTP_MS;
    open_nursery(&n);
    for (int i = 0; i < KIDS; i++)
        (void)add(&n);
    forget_notes();
    ck_assert_int_eq(otp_stop_process(n.dest, otp_shutdown(), 0), OTP_TIMEOUT);
    await_notes("terminate:kid:shutdown", KIDS);
    ck_assert_int_eq(otp_clock_advance(99 * OTP_MS), OTP_OK);
    ck_assert_uint_eq(noted("log:shutdown_kill:tests.probe:"), 0);
    ck_assert_int_eq(otp_clock_advance(OTP_MS), OTP_OK);
    while (otp_is_alive(n.tree.pid)) /* they are dead, though their code still runs */
        step_aside();
    ck_assert_uint_eq(noted("log:shutdown_kill:tests.probe:"), KIDS);
    gate_open(&gate);
    await_note("ended shutdown");
    stop_runtime();
}
END_TEST

static otp_next watch_it(struct probe *self, otp_from from, void *context)
{
    (void)from;
    ck_assert_int_eq(otp_monitor_start(otp_to(*(otp_pid *)context), &self->monitor), OTP_OK);
    return otp_ok();
}

/* Its end will be noted as "down:REASON", by a process that needs no particular worker. */
static otp_pid watch(otp_pid pid)
{
    otp_pid watcher;
    struct probe_options options = { watch_it, &pid, { NULL, 0 }, NULL };
    ck_assert_int_eq(probe_start_with(NULL, &options, &watcher), OTP_OK);
    return pid;
}

START_TEST(B122_each_ends_by_its_own_shutdown)
{
    struct nursery n;
    struct gate gates[2] = { GATE, GATE };
    start_workers(8, true, false);
    make(&n, OTP_PERMANENT, 0, OTP_UNLIMITED);
    open_nursery(&n);
    n.child.shutdown = OTP_BRUTAL_KILL;
    (void)watch(add(&n));
    n.child.shutdown = 1;
    n.plan.dies = true;
    (void)watch(add(&n));
    n.plan.dies = false;
    struct plan late = { .id = "late", .stop = &gates[0] };
    struct plan patient = { .id = "patient", .stop = &gates[1] };
    struct probe_options options[2] = { { 0 }, { 0 } };
    otp_pid pid;
    n.child = tree_child(&late, &options[0], OTP_PERMANENT);
    n.child.shutdown = 100 * OTP_MS;
    pid = watch(add(&n));
    n.child = tree_child(&patient, &options[1], OTP_PERMANENT);
    n.child.shutdown = OTP_INFINITY;
    (void)watch(add(&n));
    ck_assert_int_eq(otp_stop_process(n.dest, otp_shutdown(), 0), OTP_TIMEOUT);
    await_note("terminate:patient:shutdown");
    await_note("terminate:late:shutdown");
    await_note("down:killed"); /* the first */
    await_note("down:shutdown");
    ck_assert(otp_is_alive(pid));
    ck_assert_int_eq(otp_clock_advance(100 * OTP_MS), OTP_OK);
    await_notes("down:killed", 2); /* and late: it is dead, though its code still runs */
    ck_assert_int_eq(otp_clock_advance(1000 * OTP_S), OTP_OK);
    await_counts(&n, 1, 1); /* the watchers may hear of an end before the supervisor does */
    gate_open(&gates[0]);
    gate_open(&gates[1]);
    await_notes("down:shutdown", 2);
    await_note("ended shutdown");
    stop_runtime();
}
END_TEST

START_TEST(B123_other_ends_during_the_stop_lead_to_no_restart)
{
    struct nursery n;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 10, OTP_UNLIMITED);
    n.plan.instead = "something else";
    open_nursery(&n);
    (void)watch(add(&n));
    n.child.restart = OTP_TRANSIENT;
    (void)watch(add(&n));
    tree_stop(&n.tree);
    await_notes("down:something else", 2);
    ck_assert_uint_eq(noted("start kid"), 2);
    stop_runtime();
}
END_TEST

/* A stop comes while one is starting, one is being started again and one cannot be. */
START_TEST(B123_a_stop_ends_starts_and_restarts)
{
    struct nursery n;
    struct gate gate = GATE;
    otp_pid pid;
    start_workers(6, false, false);
    make(&n, OTP_PERMANENT, 1000000, OTP_UNLIMITED);
    open_nursery(&n);
    struct plan failing = { .id = "failing", .quiet = true };
    struct plan opening = { .id = "opening", .gate = &gate };
    struct probe_options options[2] = { { 0 }, { 0 } };
    pid = add(&n);
    n.plan.gate = &gate;
    kill_it(pid);
    await_notes("start kid", 2);
    n.child = tree_child(&failing, &options[0], OTP_PERMANENT);
    pid = add(&n);
    atomic_store(&failing.fails, 1 << 30);
    kill_it(pid);
    while (atomic_load(&failing.starts) < 5)
        step_aside();
    n.child = tree_child(&opening, &options[1], OTP_PERMANENT);
    struct starter starter = { &n, "opening", OTP_OK, true };
    ck_assert_int_eq(otp_spawn(start_one, &starter, NULL, &pid), OTP_OK);
    await_note("start opening");
    otp_status status = otp_stop_process(n.dest, otp_shutdown(), 0);
    ck_assert(status == OTP_TIMEOUT || status == OTP_OK); /* it may be over already */
    gate_open(&gate);
    await_note("opening done");
    await_note("ended shutdown");
    stop_runtime();
}
END_TEST

/* -- B124 to B126 -- */

START_TEST(B124_what_a_start_was_given_is_given_again)
{
    struct nursery n;
    char label[] = "given";
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 10, OTP_UNLIMITED);
    open_nursery(&n);
    n.options.label = otp_cstr(label);
    otp_pid pid = add(&n);
    memset(label, 'x', sizeof(label) - 1);
    n.options = (struct probe_options){ 0 };
    for (size_t i = 2; i < 4; i++) {
        struct otp_child_info info;
        size_t count;
        kill_it(pid);
        await_notes("start kid", i);
        await_counts(&n, 1, 1);
        ck_assert_int_eq(otp_which_children(n.dest, &info, 1, &count), OTP_OK);
        pid = info.pid;
    }
    forget_notes();
    ck_assert_int_eq(otp_terminate_child_by_pid(n.dest, pid), OTP_OK);
    expect_notes("terminate:given:shutdown");
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

static size_t memory_of(otp_pid pid)
{
    struct otp_proc_info info;
    ck_assert_int_eq(otp_process_info(pid, &info), OTP_OK);
    return info.memory;
}

START_TEST(B125_arguments_of_temporary_children_are_not_kept)
{
    static char large[1 << 20];
    struct nursery n;
    start_runtime(false, false);
    make(&n, OTP_TEMPORARY, 0, OTP_UNLIMITED);
    memset(large, 'x', sizeof(large));
    n.options.label.data = large;
    n.options.label.size = sizeof(large);
    open_nursery(&n);
    size_t before = memory_of(n.tree.pid);
    (void)add(&n);
    ck_assert_uint_lt(memory_of(n.tree.pid), before + sizeof(large) / 2);
    n.child.restart = OTP_TRANSIENT; /* but these are */
    (void)add(&n);
    ck_assert_uint_gt(memory_of(n.tree.pid), before + sizeof(large));
    tree_stop(&n.tree);
    stop_runtime();
}
END_TEST

START_TEST(B126_it_may_be_a_child_itself)
{
    struct nursery n;
    struct tree tree;
    otp_pid pid;
    start_runtime(false, false);
    make(&n, OTP_PERMANENT, 0, OTP_UNLIMITED);
    static struct otp_name nursery = { .text = "nursery" };
    n.dest = otp_to_name(&nursery);
    tree_make(&tree, OTP_ONE_FOR_ONE, 5);
    tree.spec.n_children = 1;
    tree.children[0].id = "nursery";
    tree.children[0].name = "nursery";
    tree.children[0].module = &n.spec.module;
    tree.children[0].shutdown = OTP_SHUTDOWN_DEFAULT;
    tree_start(&tree);
    tree_expect_counts(&tree, "1/1/1/0");
    otp_pid kid = add(&n);
    ck_assert_int_eq(otp_start_child(otp_to(tree.pid), &tree.children[0], &pid),
                     OTP_ALREADY_STARTED);
    ck_assert(otp_pid_equal(pid, otp_whereis("nursery")));
    forget_notes();
    kill_it(pid); /* takes its child with it, and comes back empty */
    await_note("terminate:kid:killed");
    while (otp_whereis("nursery").bits == 0 || otp_pid_equal(otp_whereis("nursery"), pid))
        step_aside();
    while (otp_is_alive(kid))
        step_aside();
    expect_counts_of(n.dest, "0/0/0/0");
    (void)add(&n);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* -- numbers -- */

/* Under checkers, emulation and delays there are fewer. */
static uint32_t how_many(void)
{
    bool few = getenv("OTP_POINT_SEED") != NULL || is_simulated();
    return support_slow() == 1 && !few ? 100000 : 2000;
}

/* Starts, restarts and stops so many children; returns how long that took. */
static double live(uint32_t many)
{
    struct nursery n;
    otp_pid *pids = calloc(many, sizeof(*pids));
    ck_assert_ptr_nonnull(pids);
    make(&n, OTP_PERMANENT, UINT32_MAX, OTP_UNLIMITED);
    n.plan.quiet = n.plan.dies = true;
    open_nursery(&n);
    otp_instant begin = otp_now();
    for (uint32_t i = 0; i < many; i++)
        pids[i] = add(&n);
    for (uint32_t i = 0; i < many; i++)
        kill_it(pids[i]);
    while ((uint32_t)atomic_load(&n.plan.starts) < 2 * many)
        step_aside();
    await_counts(&n, many, (int)many);
    tree_stop(&n.tree);
    double took = (double)(otp_now() - begin) / 1e9;
    forget_notes();
    free(pids);
    return took;
}

START_TEST(B111_many_members_take_linear_time)
{
    double few, many;
    int tries = TRIES;
    start_runtime(false, false);
    do {
        few = live(how_many() / 10);
        many = live(how_many());
    } while (many >= 50 * few && !is_simulated() && --tries > 0);
    ck_assert_msg(many < 50 * few || is_simulated(),
                  "%u children took %.3f s, a tenth of them %.3f s", how_many(), many, few);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dynamic");
    tcase_add_test(support_case(s, "B111", 60), B111_many_members_take_linear_time);
    support_behaviour(s, "B112", B112_the_same_child_starts_many_times);
    support_behaviour(s, "B112", B112_requests_of_static_supervisors_are_refused);
    support_behaviour(s, "B113", B113_more_children_than_allowed_are_refused);
    support_behaviour(s, "B114", B114_a_restarting_child_takes_its_place);
    support_behaviour(s, "B115", B115_a_start_that_fails_or_ignores_takes_no_place);
    support_behaviour(s, "B115", B115_a_start_waits_for_the_outcome_of_those_before_it);
    support_behaviour(s, "B115", B115_a_slow_start_holds_up_nobody);
    support_behaviour(s, "B116", B116_an_invalid_child_is_refused_in_the_caller);
    support_behaviour(s, "B117", B117_restart_types_are_those_of_a_supervisor);
    support_behaviour(s, "B118", B118_the_old_pid_of_a_restarted_child_is_unknown);
    support_behaviour(s, "B118", B118_whoever_asks_during_an_attempt_waits_for_its_outcome);
    support_behaviour(s, "B119", B119_a_restart_that_ignores_removes_the_child);
    support_behaviour(s, "B119", B119_a_restart_that_fails_counts_until_the_limit);
    support_behaviour(s, "B120", B120_a_stranger_is_not_found);
    support_behaviour(s, "B120", B120_of_two_at_once_one_is_too_late);
    support_behaviour(s, "B121", B121_all_are_stopped_at_the_same_time);
    support_behaviour(s, "B122", B122_each_ends_by_its_own_shutdown);
    support_behaviour(s, "B123", B123_other_ends_during_the_stop_lead_to_no_restart);
    support_behaviour(s, "B123", B123_a_stop_ends_starts_and_restarts);
    support_behaviour(s, "B124", B124_what_a_start_was_given_is_given_again);
    support_behaviour(s, "B125", B125_arguments_of_temporary_children_are_not_kept);
    support_behaviour(s, "B126", B126_it_may_be_a_child_itself);
    return support_run(s);
}
