/* test_partition.c - partition supervisors.
 *
 * Idea: see tree.h; each partition says which one it is. */
#include "tree.h"

struct parts {
    struct tree tree; /* its table stays unused: the keeper starts this one */
    struct otp_partition_supervisor spec;
    struct otp_child child;
    struct plan plan;
    struct probe_options options;
    otp_dest dest;
};

/* A partition's number travels in its label: "0", "1", ... */
static void number_them(void *options, uint32_t partition)
{
    static const char *const labels[] = { "0", "1", "2", "3", "4", "5", "6", "7" };
    struct probe_options *to = options;
    ck_assert_str_eq(to->context, "for all");
    to->label = otp_cstr(labels[partition]);
}

static otp_next quiet_init(struct probe *self, otp_from from, void *context)
{
    (void)from;
    self->context = context;
    return otp_ok();
}

static void make(struct parts *p, uint32_t n)
{
    static char context[] = "for all";
    memset(p, 0, sizeof(*p));
    tree_make(&p->tree, OTP_ONE_FOR_ONE, 0);
    p->options.init = quiet_init;
    p->options.context = context;
    p->child.id = "part";
    p->child.module = &probe_module.module;
    p->child.options = &p->options;
    p->child.shutdown = OTP_SHUTDOWN_DEFAULT;
    p->spec.module.name = "tests.parts";
    p->spec.module.source = "test_partition.c:1";
    p->spec.module.is_supervisor = 1;
    p->spec.module.start = otp_partition_supervisor_start;
    p->spec.child = &p->child;
    p->spec.partitions = n;
    p->spec.strategy = OTP_ONE_FOR_ONE;
    p->spec.max_restarts = 100;
    p->spec.period = OTP_HOUR;
    p->spec.arguments = number_them;
    p->tree.module = &p->spec.module;
}

static void start(struct parts *p)
{
    tree_start(&p->tree);
    p->dest = otp_to(p->tree.pid);
}

static otp_next answer_label(struct probe *self, otp_from from, void *context)
{
    (void)context;
    return probe_reply(from, (uint64_t)strtoull(self->label, NULL, 10));
}

/* Which partition answers at dest. */
static uint64_t number_at(otp_dest dest)
{
    uint64_t number = 99;
    ck_assert_int_eq(probe_call_within(dest, OTP_CALL_TIMEOUT, answer_label, NULL, &number),
                     OTP_OK);
    return number;
}

START_TEST(B127_one_per_worker_unless_told_otherwise)
{
    struct parts p;
    struct otp_child_info infos[8];
    size_t count;
    uint32_t n = 0;
    start_workers(3, false, false);
    make(&p, 0);
    start(&p);
    ck_assert_int_eq(otp_partitions(p.dest, &n), OTP_OK);
    ck_assert_uint_eq(n, 3);
    expect_counts_of(p.dest, "3/3/0/3");
    ck_assert_int_eq(otp_which_children(p.dest, infos, 8, &count), OTP_OK);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(infos[2].id, "0");
    ck_assert_str_eq(infos[1].id, "1");
    ck_assert_str_eq(infos[0].id, "2");
    tree_stop(&p.tree);
    make(&p, 7);
    start(&p);
    ck_assert_int_eq(otp_partitions(p.dest, &n), OTP_OK);
    ck_assert_uint_eq(n, 7);
    expect_counts_of(p.dest, "7/7/0/7");
    tree_stop(&p.tree);
    stop_runtime();
}
END_TEST

START_TEST(B128_arguments_depend_on_the_number)
{
    struct parts p;
    start_runtime(false, false);
    make(&p, 4);
    start(&p);
    for (uint64_t i = 0; i < 4; i++)
        ck_assert_uint_eq(number_at(otp_partition(p.dest, (int64_t)i)), i);
    tree_stop(&p.tree);
    make(&p, 4);
    p.spec.arguments = NULL; /* then all have the same */
    p.options.label = otp_cstr("5");
    start(&p);
    for (int64_t i = 0; i < 4; i++)
        ck_assert_uint_eq(number_at(otp_partition(p.dest, i)), 5);
    tree_stop(&p.tree);
    stop_runtime();
}
END_TEST

START_TEST(B129_keys_belong_to_partitions)
{
    static const struct {
        int64_t key;
        uint64_t partition;
    } want[] = { { 0, 0 },
                 { 1, 1 },
                 { 2, 2 },
                 { 3, 0 },
                 { -1, 1 },
                 { -5, 2 },
                 { INT64_MAX, INT64_MAX % 3 },
                 { INT64_MIN, (UINT64_C(1) << 63) % 3 } };
    struct parts p;
    bool used[3] = { false, false, false };
    char key[16];
    start_runtime(false, false);
    make(&p, 3);
    start(&p);
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
        ck_assert_uint_eq(number_at(otp_partition(p.dest, want[i].key)), want[i].partition);
    for (int i = 0; i < 64; i++) {
        snprintf(key, sizeof(key), "key %d", i);
        uint64_t first = number_at(otp_partition_by_text(p.dest, otp_cstr(key)));
        ck_assert_uint_eq(number_at(otp_partition_by_text(p.dest, otp_cstr(key))), first);
        used[first] = true;
    }
    ck_assert(used[0] && used[1] && used[2]);
    tree_stop(&p.tree);
    stop_runtime();
}
END_TEST

START_TEST(B130_a_killed_partition_is_found_again)
{
    struct parts p;
    start_runtime(false, false);
    make(&p, 3);
    start(&p);
    otp_pid before[3];
    for (int64_t i = 0; i < 3; i++)
        before[i] = otp_dest_pid(otp_partition(p.dest, i));
    for (int round = 0; round < 20; round++) {
        otp_pid now = before[1];
        ck_assert_int_eq(otp_exit_signal(before[1], otp_kill()), OTP_OK);
        while (now.bits == 0 || otp_pid_equal(now, before[1]))
            now = otp_dest_pid(otp_partition(p.dest, 1));
        ck_assert_uint_eq(number_at(otp_partition(p.dest, 1)), 1);
        before[1] = now;
    }
    for (int64_t i = 0; i < 3; i += 2)
        ck_assert(otp_pid_equal(before[i], otp_dest_pid(otp_partition(p.dest, i))));
    tree_stop(&p.tree);
    stop_runtime();
}
END_TEST

/* A partition without a process is nobody; its place is kept. */
START_TEST(B130_a_stopped_partition_is_nobody)
{
    struct parts p;
    uint64_t number;
    start_runtime(false, false);
    make(&p, 2);
    start(&p);
    ck_assert_int_eq(otp_terminate_child(p.dest, "1"), OTP_OK);
    ck_assert_int_eq(
        probe_call_within(otp_partition(p.dest, 1), OTP_S, answer_label, NULL, &number),
        OTP_NOPROC);
    ck_assert_uint_eq(number_at(otp_partition(p.dest, 2)), 0);
    ck_assert_int_eq(otp_restart_child(p.dest, "1", NULL), OTP_OK);
    ck_assert_uint_eq(number_at(otp_partition(p.dest, 3)), 1);
    tree_stop(&p.tree);
    stop_runtime();
}
END_TEST

START_TEST(B131_an_impossible_one_is_refused)
{
    const struct otp_start plain = { 0 };
    struct parts p;
    otp_pid pid;
    start_runtime(false, false);
    make(&p, 2);
    p.spec.child = NULL;
    ck_assert_int_eq(otp_partition_supervisor_start(&p.spec.module, &plain, NULL, &pid),
                     OTP_BADARG);
    make(&p, 2);
    p.child.options = NULL;
    ck_assert_int_eq(otp_partition_supervisor_start(&p.spec.module, &plain, NULL, &pid),
                     OTP_BADARG);
    make(&p, 2);
    p.spec.period = 0;
    ck_assert_int_eq(otp_partition_supervisor_start(&p.spec.module, &plain, NULL, &pid),
                     OTP_BADARG);
    make(&p, 2);
    p.child.restart = OTP_TRANSIENT;
    p.child.significant = 1;
    ck_assert_int_eq(otp_partition_supervisor_start(&p.spec.module, &plain, NULL, &pid),
                     OTP_BADARG);
    make(&p, 2);
    start(&p); /* its table stays as it is */
    ck_assert_int_eq(otp_start_child(p.dest, &p.child, NULL), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_terminate_child(p.dest, "0"), OTP_OK);
    ck_assert_int_eq(otp_delete_child(p.dest, "0"), OTP_WRONG_MODULE);
    tree_stop(&p.tree);
    stop_runtime();
}
END_TEST

START_TEST(B132_one_that_is_not_there_is_said_to_be_so)
{
    struct parts p;
    struct tree tree;
    struct otp_child_counts counts;
    uint64_t number;
    uint32_t n;
    static struct otp_name nobody = { .text = "parts" };
    start_runtime(false, false);
    ck_assert_int_eq(otp_partitions(otp_to_name(&nobody), &n), OTP_NOPROC);
    ck_assert_int_eq(otp_count_children(otp_to_name(&nobody), &counts), OTP_NOPROC);
    ck_assert_int_eq(probe_call_within(otp_partition(otp_to_name(&nobody), 1), OTP_S, answer_label,
                                       NULL, &number),
                     OTP_NOPROC);
    tree_make(&tree, OTP_ONE_FOR_ONE, 3);
    tree_start(&tree);
    ck_assert_int_eq(otp_partitions(otp_to(tree.pid), &n), OTP_NOPROC);
    tree_stop(&tree);
    for (int i = 0; i < 50; i++) {
        const struct otp_start how = { .name = "parts" };
        otp_pid pid;
        make(&p, 1 + (uint32_t)i % 4);
        ck_assert_int_eq(otp_partition_supervisor_start(&p.spec.module, &how, NULL, &pid), OTP_OK);
        ck_assert_int_eq(otp_partitions(otp_to_name(&nobody), &n), OTP_OK);
        ck_assert_uint_eq(n, 1 + (uint32_t)i % 4);
        ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY), OTP_OK);
        ck_assert_uint_eq(otp_whereis("parts").bits, 0);
        ck_assert_int_eq(otp_partitions(otp_to_name(&nobody), &n), OTP_NOPROC);
    }
    stop_runtime();
}
END_TEST

/* -- races -- */

#define READERS 3

static _Atomic bool over;
static struct otp_name named = { .text = "parts" };

/* Whoever answers for a key is the partition of that key, whatever happens to the supervisor. */
static void *ask_on_and_on(void *arg)
{
    int64_t key = *(int64_t *)arg;
    while (!atomic_load(&over)) {
        uint64_t number = 0;
        otp_dest dest = otp_partition(otp_to_name(&named), key);
        if (probe_call_within(dest, OTP_S, answer_label, NULL, &number) == OTP_OK)
            ck_assert_uint_eq(number, (uint64_t)key);
    }
    return NULL;
}

START_TEST(partitions_are_found_while_all_is_killed)
{
    const struct otp_start how = { .name = "parts" };
    int64_t keys[READERS] = { 0, 1, 2 };
    pthread_t readers[READERS];
    struct parts p;
    start_runtime(false, false);
    make(&p, READERS);
    for (int i = 0; i < READERS; i++)
        ck_assert_int_eq(pthread_create(&readers[i], NULL, ask_on_and_on, &keys[i]), 0);
    for (int i = 0; i < 200; i++) {
        otp_pid pid, child;
        ck_assert_int_eq(otp_partition_supervisor_start(&p.spec.module, &how, NULL, &pid), OTP_OK);
        child = otp_dest_pid(otp_partition(otp_to(pid), i));
        ck_assert_int_eq(otp_exit_signal(child, otp_kill()), OTP_OK);
        ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
        ck_assert_uint_eq(otp_whereis("parts").bits, 0);
    }
    atomic_store(&over, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("partition");
    support_behaviour(s, "B127", B127_one_per_worker_unless_told_otherwise);
    support_behaviour(s, "B128", B128_arguments_depend_on_the_number);
    support_behaviour(s, "B129", B129_keys_belong_to_partitions);
    support_behaviour(s, "B130", B130_a_killed_partition_is_found_again);
    support_behaviour(s, "B130", B130_a_stopped_partition_is_nobody);
    support_behaviour(s, "B131", B131_an_impossible_one_is_refused);
    support_behaviour(s, "B132", B132_one_that_is_not_there_is_said_to_be_so);
    tcase_add_test(support_case(s, "races", 60.0), partitions_are_found_while_all_is_killed);
    return support_run(s);
}
