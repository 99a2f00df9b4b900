/* test_child.c - plain processes and threads as children.
 *
 * Idea: a tree (tree.h) whose children are of these kinds. The threads really wait: on a gate. */
#include <unistd.h>

#include <otp/child.h>

#include "tree.h"

struct options {
    otp_str name;
};

static const struct otp_ref option_refs[] = { { OTP_REF_TEXT, 0, 0, 0, 0, NULL } };
static const struct otp_layout options_layout = { sizeof(struct options), 1, option_refs };

/* -- a plain process -- */

/* Notes what it is told the first time, and ends the second time. */
static void run_process(const void *given)
{
    const struct options *options = given;
    const struct otp_message *message;
    note("%.*s runs", (int)options->name.size, options->name.data);
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    note("%.*s was told", (int)options->name.size, options->name.data);
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
}

static const struct otp_process_module process_module = {
    .module = { "tests.process", "test_child.c:1", 0, &options_layout, otp_process_start },
    .run = run_process,
};

static const struct otp_message_type told = { .name = "told", .message_class = OTP_CLASS_CAST };

static void add(struct tree *tree, const char *id, const struct otp_module *module,
                struct options *options)
{
    tree_add(tree, id, OTP_PERMANENT);
    struct otp_child *child = &tree->children[tree->spec.n_children - 1];
    options->name = otp_cstr(id);
    child->module = module;
    child->options = options;
}

/* A tree of that child alone, which has started or failed to. */
static void start(struct tree *tree, const char *id, const struct otp_module *module,
                  struct options *options)
{
    tree_make(tree, OTP_ONE_FOR_ONE, 5);
    add(tree, id, module, options);
    tree_launch(tree);
    gate_pass(&tree->started);
}

START_TEST(a_plain_process_is_a_child)
{
    struct tree tree;
    struct options options;
    start_runtime(false, false);
    start(&tree, "p", &process_module.module, &options);
    await_note("p runs");
    memset(&options, 0xff, sizeof(options)); /* it has a copy for as long as it runs */
    ck_assert_int_eq(otp_cast(otp_to(otp_whereis("p")), &told, NULL), OTP_OK);
    await_note("p was told");
    options.name = otp_cstr("p"); /* the table's are read at each start */
    ck_assert_int_eq(otp_cast(otp_to(otp_whereis("p")), &told, NULL), OTP_OK);
    await_notes("p runs", 2);
    tree_kill_child("p");
    await_notes("p runs", 3);
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "p"), OTP_OK);
    ck_assert_uint_eq(otp_whereis("p").bits, 0);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(options_are_those_of_the_module)
{
    const struct otp_start plain = { 0 };
    struct options options = { { NULL, 0 } };
    otp_pid pid;
    start_runtime(false, false);
    ck_assert_int_eq(otp_process_start(&process_module.module, &plain, NULL, &pid), OTP_BADARG);
    struct otp_process_module bare = process_module;
    bare.module.options = NULL;
    ck_assert_int_eq(otp_process_start(&bare.module, &plain, &options, &pid), OTP_BADARG);
    stop_runtime();
}
END_TEST

/* -- a thread -- */

/* What a thread of the test waits for. */
struct wait {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int order; /* 0: wait, 1: end well, 2: end badly */
};

static struct wait gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };
static struct gate before_ready = GATE; /* where it waits if its options say so */

static void tell_thread(struct wait *wait, int order)
{
    pthread_mutex_lock(&wait->lock);
    wait->order = order;
    pthread_cond_broadcast(&wait->changed);
    pthread_mutex_unlock(&wait->lock);
}

static otp_reason run_thread(struct otp_thread *thread, const void *given)
{
    const struct options *options = given;
    ck_assert_uint_eq(otp_self().bits, 0); /* it is foreign */
    note("%.*s begins", (int)options->name.size, options->name.data);
    if (options->name.data[0] == 's')
        gate_pass(&before_ready);
    if (options->name.data[0] == 'f')
        return otp_error("cannot");
    otp_thread_set(thread, &gate);
    otp_thread_ready(thread);
    pthread_mutex_lock(&gate.lock);
    while (gate.order == 0)
        pthread_cond_wait(&gate.changed, &gate.lock);
    int order = gate.order;
    gate.order = 0;
    pthread_mutex_unlock(&gate.lock);
    note("%.*s ends%s", (int)options->name.size, options->name.data,
         otp_thread_stopping(thread) ? " as it should" : "");
    return order == 1 ? otp_normal() : otp_error("badly");
}

static void stop_thread(struct otp_thread *thread, const void *given)
{
    const struct options *options = given;
    note("stop %.*s", (int)options->name.size, options->name.data);
    tell_thread(otp_thread_get(thread), 2);
}

static const struct otp_thread_module thread_module = {
    .module = { "tests.thread", "test_child.c:2", 0, &options_layout, otp_thread_start },
    .run = run_thread,
    .stop = stop_thread,
};

START_TEST(a_thread_is_a_child)
{
    struct tree tree;
    struct options options;
    start_runtime(false, true);
    start(&tree, "t", &thread_module.module, &options);
    ck_assert_int_eq(tree.status, OTP_OK);
    tree_expect(&tree, "t");
    expect_notes("t begins");
    tell_thread(&gate, 1);
    await_notes("t begins", 2);
    await_note("log:child_exit:t:normal");
    tree_await(&tree, "t", OTP_CHILD_RUNNING);
    tell_thread(&gate, 2);
    await_note("log:child_exit:t:badly");
    await_notes("t begins", 3);
    tree_await(&tree, "t", OTP_CHILD_RUNNING);
    forget_notes();
    ck_assert_int_eq(otp_terminate_child(otp_to(tree.pid), "t"), OTP_OK);
    expect_notes("stop t,t ends as it should");
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

static void link_with_it(void *pid)
{
    ck_assert_int_eq(otp_link(*(otp_pid *)pid), OTP_OK);
}

/* As of any process that does not trap: normal harms nobody, another reason does. */
START_TEST(a_thread_outlives_the_normal_ends_of_others)
{
    struct tree tree;
    struct options options;
    start_runtime(false, true);
    start(&tree, "t", &thread_module.module, &options);
    otp_pid child = otp_whereis("t");
    in_process(link_with_it, &child); /* which ends then */
    ck_assert_int_eq(otp_exit_signal(child, otp_normal()), OTP_OK);
    tell_thread(&gate, 2);
    await_note("log:child_exit:t:badly"); /* and not normal */
    ck_assert_uint_eq(noted("stop t"), 0);
    await_notes("t begins", 2);
    tree_await(&tree, "t", OTP_CHILD_RUNNING);
    ck_assert_int_eq(otp_exit_signal(otp_whereis("t"), otp_error("away")), OTP_OK);
    await_note("stop t");
    await_note("log:child_exit:t:away");
    await_notes("t begins", 3);
    tree_await(&tree, "t", OTP_CHILD_RUNNING);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(a_thread_that_is_never_ready_has_failed)
{
    struct tree tree;
    struct options options;
    start_runtime(false, false);
    start(&tree, "fails", &thread_module.module, &options);
    ck_assert_int_eq(tree.status, OTP_EXIT);
    await_note("failed {shutdown, {failed_to_start_child, fails, error}}");
    stop_runtime();
}
END_TEST

/* It is told to end before it has said that it is ready: it is woken when it has. */
START_TEST(a_thread_is_stopped_while_it_begins)
{
    const struct otp_start how = { .name = "slow", .async = false };
    struct options options = { otp_cstr("slow") };
    (void)how;
    start_runtime(false, false);
    otp_pid keeper;
    struct tree tree;
    tree_make(&tree, OTP_ONE_FOR_ONE, 5);
    add(&tree, "slow", &thread_module.module, &options);
    tree_launch(&tree);
    keeper = tree.keeper;
    await_note("slow begins");
    otp_pid child = otp_whereis("slow");
    ck_assert_int_eq(otp_stop_process(otp_to(child), otp_shutdown(), 0), OTP_TIMEOUT);
    gate_open(&before_ready);
    await_note("slow ends as it should");
    gate_pass(&tree.started);
    ck_assert(otp_is_alive(keeper));
    ck_assert_int_eq(otp_stop_process(otp_to(tree.pid), otp_shutdown(), OTP_INFINITY), OTP_OK);
    stop_runtime();
}
END_TEST

/* Its process is killed: it is gone for all, and runs on until it looks. */
START_TEST(a_thread_that_does_not_stop_is_left_behind)
{
    struct tree tree;
    struct options options;
    start_runtime(true, true);
    struct otp_thread_module deaf = thread_module;
    deaf.stop = NULL;
    tree_make(&tree, OTP_ONE_FOR_ONE, 5);
    add(&tree, "d", &deaf.module, &options);
    tree.children[0].shutdown = 100 * OTP_MS;
    tree_launch(&tree);
    gate_pass(&tree.started);
    ck_assert_int_eq(otp_stop_process(otp_to(tree.pid), otp_shutdown(), 0), OTP_TIMEOUT);
    tree_expect(&tree, "d");
    ck_assert_int_eq(otp_clock_advance(100 * OTP_MS), OTP_OK);
    await_note("ended shutdown");
    ck_assert_uint_eq(noted("log:shutdown_kill:d:"), 1);
    ck_assert_uint_eq(noted("d ends as it should"), 0);
    tell_thread(&gate, 1);
    await_note("d ends as it should"); /* its options are still there */
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("child");
    TCase *c = support_case(s, "child", 20.0);
    tcase_add_test(c, a_plain_process_is_a_child);
    tcase_add_test(c, options_are_those_of_the_module);
    tcase_add_test(c, a_thread_is_a_child);
    tcase_add_test(c, a_thread_outlives_the_normal_ends_of_others);
    tcase_add_test(c, a_thread_that_is_never_ready_has_failed);
    tcase_add_test(c, a_thread_is_stopped_while_it_begins);
    tcase_add_test(c, a_thread_that_does_not_stop_is_left_behind);
    return support_run(s);
}
