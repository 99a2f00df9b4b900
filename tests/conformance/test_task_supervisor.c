/* test_task_supervisor.c - tasks under a supervisor.
 *
 * Idea: see tasks.h. A task supervisor is a dynamic supervisor, here one with the limits that a
 * test wants. */
#include "tasks.h"

static struct otp_dynamic_supervisor table = {
    .module = { "tests.tasks", "test:1", 1, NULL, otp_dynamic_supervisor_start },
    .max_restarts = 3,
    .period = OTP_HOUR,
    .max_children = OTP_UNLIMITED,
};

static otp_dest at;

static otp_pid start_tasks(uint64_t max_children)
{
    otp_pid pid = otp_no_pid();
    table.max_children = max_children;
    ck_assert_int_eq(otp_dynamic_supervisor_start(&table.module, NULL, NULL, &pid), OTP_OK);
    at = otp_to(pid);
    return pid;
}

static otp_task async_under(enum deed deed, uint64_t value, bool nolink)
{
    struct work work = { .value = value, .deed = deed };
    otp_task task;
    ck_assert_int_eq(nolink ? otp_task_supervisor_async_nolink(at, &worker, &work, &task)
                            : otp_task_supervisor_async(at, &worker, &work, &task),
                     OTP_OK);
    return task;
}

static otp_status start_child(enum deed deed, enum otp_restart restart, otp_pid *pid)
{
    struct work work = { .deed = deed };
    return otp_task_supervisor_start_child(at, &worker, &work, restart, OTP_SHUTDOWN_DEFAULT, pid);
}

static uint64_t count_children(void)
{
    struct otp_child_counts counts;
    ck_assert_int_eq(otp_count_children(at, &counts), OTP_OK);
    return counts.active;
}

static void until_none(void)
{
    while (count_children() > 0)
        otp_yield();
}

/* -- async under a supervisor -- */

static void await_supervised(void *arg)
{
    uint64_t value = 0;
    otp_pid links[4];
    size_t n;
    (void)arg;
    otp_task task = async_under(GIVE, 7, false), other = async_under(GIVE, 8, true);
    ck_assert_int_eq(await(&task, &value, OTP_CALL_TIMEOUT), OTP_OK);
    ck_assert_uint_eq(value, 7);
    ck_assert_int_eq(await(&other, &value, OTP_CALL_TIMEOUT), OTP_OK);
    ck_assert_uint_eq(value, 8);
    until_none();
    task = async_under(HANG, 0, false);
    other = async_under(HANG, 0, true);
    if (otp_self().bits != 0) { /* linked with the one, not the other */
        do {                    /* an earlier one may be telling of its end still */
            otp_yield();
            ck_assert_int_eq(otp_process_links(otp_self(), links, 4, &n), OTP_OK);
        } while (n > 1);
        ck_assert_uint_eq(n, 1);
        ck_assert_uint_eq(links[0].bits, otp_task_pid(&task).bits);
    }
    ck_assert_int_eq(shut(&task, &value, OTP_INFINITY), OTP_STOPPED);
    ck_assert_int_eq(shut(&other, &value, OTP_BRUTAL_KILL), OTP_STOPPED);
    until_none();
    expect_nothing_left();
}

START_TEST(tasks_under_a_supervisor)
{
    start_runtime(false, false);
    start_tasks(OTP_UNLIMITED);
    in_both(await_supervised, NULL);
    stop_runtime();
}
END_TEST

/* -- B162 -- */

static void real_reasons(void *arg)
{
    uint64_t value;
    char text[128];
    (void)arg;
    (void)otp_trap_exit(true);
    for (int i = 0; i < 500; i++) {
        otp_task task = async_under(CRASH, 0, true);
        ck_assert_int_eq(await(&task, &value, OTP_CALL_TIMEOUT), OTP_EXIT);
        ck_assert_str_eq(last(text), "boom");
    }
    expect_nothing_left(); /* no EXIT either */
}

START_TEST(B162_an_unlinked_task_reports_its_real_reason)
{
    start_runtime(false, false);
    start_tasks(OTP_UNLIMITED);
    in_both(real_reasons, NULL);
    stop_runtime();
}
END_TEST

/* -- B163 -- */

static otp_status one_more(void *context, struct work *work)
{
    work->deed = HANG;
    ++*(int *)context;
    return OTP_OK;
}

static void too_many(void *arg)
{
    struct work work = { .deed = GIVE };
    struct otp_stream_options options = otp_stream_defaults();
    struct otp_stream *stream;
    otp_task tasks[2], refused;
    uint64_t value;
    int pulled = 0;
    otp_pid pid;
    (void)arg;
    for (int i = 0; i < 2; i++)
        tasks[i] = async_under(HANG, 0, true);
    ck_assert_int_eq(otp_task_supervisor_async(at, &worker, &work, &refused), OTP_MAX_CHILDREN);
    ck_assert_int_eq(await(&refused, &value, 0), OTP_NOT_FOUND);
    ck_assert_int_eq(start_child(GIVE, OTP_TEMPORARY, &pid), OTP_MAX_CHILDREN);
    ck_assert_int_eq(shut(&tasks[0], &value, OTP_BRUTAL_KILL), OTP_STOPPED);
    while (count_children() > 1)
        otp_yield();
    options.max_concurrency = 2;
    options.supervised = true;
    options.supervisor = at;
    ck_assert_int_eq(work_stream(&options, one_more, &pulled, &stream), OTP_OK);
    ck_assert_int_eq(otp_stream_next(stream, &value), OTP_MAX_CHILDREN);
    ck_assert_int_eq(pulled, 2);
    otp_stream_close(stream);
    while (count_children() > 1)
        otp_yield();
    ck_assert_int_eq(shut(&tasks[1], &value, OTP_BRUTAL_KILL), OTP_STOPPED);
    until_none();
    expect_nothing_left();
}

START_TEST(B163_a_full_task_supervisor_refuses)
{
    start_runtime(false, false);
    start_tasks(2);
    in_both(too_many, NULL);
    stop_runtime();
}
END_TEST

/* -- what is no task supervisor -- */

static const struct otp_supervisor static_type = {
    .module = { "tests.static", "test:2", 1, NULL, otp_supervisor_start },
    .max_restarts = 3,
    .period = OTP_HOUR,
};

static void note_cure(void *context, const struct otp_log_event *event)
{
    (void)context;
    if (event->kind == OTP_LOG_MISUSE)
        note("%s", event->text);
}

START_TEST(a_static_supervisor_has_no_tasks)
{
    struct otp_config config = { .workers = 2, .log = note_cure, .log_misuse = true };
    struct work work = { .deed = GIVE };
    otp_pid pid, supervisor;
    otp_task task;
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    ck_assert_int_eq(otp_supervisor_start(&static_type.module, NULL, NULL, &supervisor), OTP_OK);
    at = otp_to(supervisor);
    ck_assert_int_eq(otp_task_supervisor_async(at, &worker, &work, &task), OTP_WRONG_MODULE);
    expect_notes("otp_task_supervisor_async: the process does not know this message; "
                 "it is to be a task or dynamic supervisor");
    ck_assert_uint_eq(otp_task_pid(&task).bits, 0);
    ck_assert_int_eq(otp_task_supervisor_async_nolink(at, &worker, &work, &task), OTP_WRONG_MODULE);
    ck_assert_int_eq(start_child(GIVE, OTP_TEMPORARY, &pid), OTP_WRONG_MODULE);
    ck_assert_int_eq(start_child(GIVE, (enum otp_restart)77, &pid), OTP_BADARG);
    ck_assert_uint_eq(count_children(), 0);
    stop_runtime();
}
END_TEST

/* -- a stream under a supervisor -- */

static otp_status count_up(void *context, struct work *work)
{
    uint64_t *n = context;
    if (*n == 100)
        return OTP_NOT_FOUND;
    work->value = (*n)++;
    work->deed = GIVE;
    return OTP_OK;
}

static void stream_under(void *arg)
{
    struct otp_stream_options options = otp_stream_defaults();
    struct otp_stream *stream;
    uint64_t n = 0, value = 0, want = 0;
    (void)arg;
    options.supervised = true;
    options.supervisor = at;
    options.max_concurrency = 5;
    ck_assert_int_eq(work_stream(&options, count_up, &n, &stream), OTP_OK);
    while (otp_stream_next(stream, &value) == OTP_OK)
        ck_assert_uint_eq(value, want++);
    ck_assert_uint_eq(want, 100);
    otp_stream_close(stream);
    until_none();
}

START_TEST(a_stream_under_a_supervisor)
{
    start_runtime(false, false);
    start_tasks(OTP_UNLIMITED);
    in_both(stream_under, NULL);
    stop_runtime();
}
END_TEST

/* -- B164 -- */

START_TEST(B164_restart_types_mean_the_same_for_tasks)
{
    otp_pid pid, supervisor;
    start_runtime(false, true);
    supervisor = start_tasks(OTP_UNLIMITED);
    ck_assert_int_eq(start_child(CRASH, OTP_TEMPORARY, &pid), OTP_OK);
    await_note("log:child_exit:tests.worker:boom");
    until_none();
    ck_assert_uint_eq(noted("log:restart:tests.worker:"), 0);
    ck_assert_int_eq(start_child(GIVE, OTP_TRANSIENT, NULL), OTP_OK);
    until_none();
    ck_assert_uint_eq(noted("log:restart:tests.worker:"), 0);
    /* a transient one that crashes spends the supervisor's budget */
    ck_assert_int_eq(start_child(CRASH, OTP_TRANSIENT, NULL), OTP_OK);
    until_dead(supervisor);
    ck_assert_uint_eq(noted("log:restart:tests.worker:"), 3);
    ck_assert_uint_eq(noted("log:give_up:tests.worker:"), 1);
    /* and so does a permanent one that is done */
    supervisor = start_tasks(OTP_UNLIMITED);
    ck_assert_int_eq(start_child(GIVE, OTP_PERMANENT, NULL), OTP_OK);
    until_dead(supervisor);
    ck_assert_uint_eq(noted("log:restart:tests.worker:"), 6);
    stop_runtime();
}
END_TEST

/* -- B165 -- */

static void supervisor_stops(void *arg)
{
    uint64_t value;
    char text[128];
    otp_pid supervisor = start_tasks(OTP_UNLIMITED), pid;
    otp_task linked, free_one;
    (void)arg;
    (void)otp_trap_exit(true);
    free_one = async_under(HANG, 0, true);
    ck_assert_int_eq(otp_terminate_child_by_pid(at, otp_task_pid(&free_one)), OTP_OK);
    ck_assert_int_eq(await(&free_one, &value, OTP_CALL_TIMEOUT), OTP_EXIT);
    ck_assert_str_eq(last(text), "shutdown");
    linked = async_under(HANG, 0, false);
    free_one = async_under(HANG, 0, true);
    pid = otp_task_pid(&linked);
    ck_assert_int_eq(otp_stop_process(otp_to(supervisor), otp_normal(), OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(await(&linked, &value, OTP_CALL_TIMEOUT), OTP_EXIT);
    ck_assert_str_eq(last(text), "shutdown");
    ck_assert_int_eq(await(&free_one, &value, OTP_CALL_TIMEOUT), OTP_EXIT);
    ck_assert_str_eq(last(text), "shutdown");
    ck_assert(!otp_is_alive(pid));
    if (otp_self().bits != 0)
        ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "shutdown");
    expect_nothing_left();
}

START_TEST(B165_a_task_supervisor_that_stops_ends_its_tasks)
{
    start_runtime(false, false);
    in_both(supervisor_stops, NULL);
    stop_runtime();
}
END_TEST

START_TEST(there_must_be_a_supervisor)
{
    struct work work = { .deed = GIVE };
    otp_task task;
    start_runtime(false, false);
    otp_pid pid = start_tasks(1);
    ck_assert_int_eq(otp_task_supervisor_async(otp_to(probe_start(NULL)), &worker, &work, &task),
                     OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
    ck_assert_int_eq(otp_task_supervisor_async(at, &worker, &work, &task), OTP_NOPROC);
    ck_assert_int_eq(otp_task_supervisor_start_child(at, &worker, &work, OTP_TEMPORARY,
                                                     OTP_SHUTDOWN_DEFAULT, NULL),
                     OTP_NOPROC);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("task_supervisor");
    TCase *c;
    support_behaviour(s, "B162", B162_an_unlinked_task_reports_its_real_reason);
    support_behaviour(s, "B163", B163_a_full_task_supervisor_refuses);
    support_behaviour(s, "B164", B164_restart_types_mean_the_same_for_tasks);
    support_behaviour(s, "B165", B165_a_task_supervisor_that_stops_ends_its_tasks);
    c = support_case(s, "task", 20);
    tcase_add_test(c, tasks_under_a_supervisor);
    tcase_add_test(c, a_stream_under_a_supervisor);
    tcase_add_test(c, there_must_be_a_supervisor);
    tcase_add_test(c, a_static_supervisor_has_no_tasks);
    return support_run(s);
}
