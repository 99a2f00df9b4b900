/* test_task.c - tasks: one, many, waited for, given up.
 *
 * Idea: see probe.h. The task types are what otpc would write; a task does what its argument says.
 * Most of it runs in plain processes, whose mailbox shows what is left in it, and again in a
 * foreign thread where that makes sense. */
#include "tasks.h"

static const struct otp_task_type speaker;

static otp_next speak(void *self, otp_from from, const void *args)
{
    char text[] = "some text of its own";
    otp_str view = otp_cstr(text);
    (void)self, (void)args;
    return otp_task_reply(from, &speaker.work, &view);
}

static const struct otp_task_type speaker = {
    .module = { "tests.speaker", "test:3", 0, &head_layout, otp_task_start },
    .work = { .name = "speaker",
              .args = &head_layout,
              .module = &speaker.module,
              .message_class = OTP_CLASS_CALL_LATER,
              .reply = &probe_text_layout,
              .dispatch = speak },
};

/* Runs run(arg) in a process of its own; gives how that ended. */
struct ending {
    void (*run)(void *arg);
    void *arg;
    char text[128];
};

static void watch_end(void *arg)
{
    struct ending *ending = arg;
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    otp_pid pid;
    ck_assert_int_eq(otp_spawn(ending->run, ending->arg, &how, &pid), OTP_OK);
    (void)next_reason(OTP_MESSAGE_DOWN, ending->text);
}

static void expect_end(void (*run)(void *arg), void *arg, const char *want)
{
    struct ending ending = { run, arg, "" };
    in_process(watch_end, &ending);
    ck_assert_str_eq(ending.text, want);
}

/* -- B140 -- */

static void await_value(void *arg)
{
    uint64_t value = 0;
    otp_task task = async(GIVE, 0, 7);
    otp_pid pid = otp_task_pid(&task);
    (void)arg;
    ck_assert(pid.bits != 0);
    ck_assert_int_eq(await(&task, &value, OTP_CALL_TIMEOUT), OTP_OK);
    ck_assert_uint_eq(value, 7);
    until_dead(pid);
    expect_nothing_left();
    /* once only */
    ck_assert_int_eq(await(&task, &value, 0), OTP_NOT_FOUND);
    ck_assert_uint_eq(otp_task_pid(&task).bits, 0);
}

static void await_nothing(void *arg)
{
    otp_task task;
    (void)arg;
    ck_assert_int_eq(
        otp_task_async(&idler, &(struct otp_task_head){ .linked_with_ = { 0 } }, &task), OTP_OK);
    ck_assert_int_eq(otp_task_await(&task, &idler, NULL, OTP_CALL_TIMEOUT), OTP_OK);
}

static void await_text(void *arg)
{
    otp_task task;
    otp_str text;
    (void)arg;
    ck_assert_int_eq(
        otp_task_async(&speaker, &(struct otp_task_head){ .linked_with_ = { 0 } }, &task), OTP_OK);
    ck_assert_int_eq(otp_task_await(&task, &speaker, &text, OTP_CALL_TIMEOUT), OTP_OK);
    ck_assert(otp_str_equal(text, otp_cstr("some text of its own")));
    otp_reply_free(&probe_text_layout, &text);
}

START_TEST(B140_a_task_delivers_its_value_once)
{
    start_runtime(false, false);
    in_both(await_value, NULL);
    in_both(await_nothing, NULL);
    in_both(await_text, NULL);
    stop_runtime();
}
END_TEST

/* -- B141 -- */

static void await_too_short(void *arg)
{
    uint64_t value = 0;
    atomic_store(&released, false);
    otp_task task = async(GIVE_RELEASED, 0, 7);
    otp_pid pid = otp_task_pid(&task);
    int before = atomic_load(&finished);
    (void)arg;
    ck_assert_int_eq(await(&task, &value, 10 * OTP_MS), OTP_TIMEOUT);
    ck_assert_int_eq(otp_last_reason().kind, OTP_REASON_TIMEOUT);
    ck_assert(otp_is_alive(pid));
    if (otp_self().bits != 0) {
        otp_pid links[4];
        size_t n = 0;
        ck_assert_int_eq(otp_process_links(otp_self(), links, 4, &n), OTP_OK);
        ck_assert_uint_eq(n, 1);
        ck_assert_uint_eq(links[0].bits, pid.bits);
    }
    atomic_store(&released, true);
    until_dead(pid);
    ck_assert_int_eq(atomic_load(&finished), before + 1);
    ck_assert_uint_eq(value, 0);
    expect_nothing_left();
    ck_assert_int_eq(await(&task, &value, 0), OTP_NOT_FOUND);
}

START_TEST(B141_an_await_that_times_out_leaves_the_task_alone)
{
    start_runtime(false, false);
    in_both(await_too_short, NULL);
    stop_runtime();
}
END_TEST

/* -- B142 -- */

static void strangers(void *arg)
{
    otp_task task = *(otp_task *)arg, copy = task;
    uint64_t value = 0;
    struct otp_task_outcome outcome;
    ck_assert_int_eq(await(&copy, &value, 0), OTP_WRONG_THREAD);
    ck_assert_int_eq(yield(&copy, &value, 0), OTP_WRONG_THREAD);
    ck_assert_int_eq(shut(&copy, &value, OTP_BRUTAL_KILL), OTP_WRONG_THREAD);
    ck_assert_int_eq(otp_task_ignore(&copy, &worker, &value), OTP_WRONG_THREAD);
    ck_assert_int_eq(otp_task_await_many(&copy, 1, &worker, &value, 0), OTP_WRONG_THREAD);
    ck_assert_int_eq(otp_task_yield_many(&copy, 1, &worker, &outcome, &value, 0), OTP_WRONG_THREAD);
    note("refused");
}

static void own_and_lend(void *arg)
{
    uint64_t value = 0;
    otp_task task = async(GIVE, 30 * OTP_MS, 7);
    otp_pid pid;
    (void)arg;
    ck_assert_int_eq(otp_spawn(strangers, &task, NULL, &pid), OTP_OK);
    await_note("refused");
    ck_assert_int_eq(await(&task, &value, OTP_CALL_TIMEOUT), OTP_OK);
    ck_assert_uint_eq(value, 7);
}

START_TEST(B142_only_the_owner_waits_for_a_task)
{
    start_runtime(false, false);
    in_both(own_and_lend, NULL);
    otp_task task = async(GIVE, 30 * OTP_MS, 7);
    in_process(strangers, &task);
    uint64_t value;
    ck_assert_int_eq(await(&task, &value, OTP_CALL_TIMEOUT), OTP_OK);
    stop_runtime();
}
END_TEST

/* -- B143, B144, B145 -- */

static void await_failures(void *arg)
{
    static const struct {
        enum deed deed;
        const char *reason;
    } cases[] = { { CRASH, "boom" }, { EXIT_NORMAL, "normal" }, { END, "bad_return" } };
    char text[128];
    uint64_t value = 0;
    (void)arg;
    (void)otp_trap_exit(true);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        otp_task task = async(cases[i].deed, 0, 7);
        ck_assert_int_eq(await(&task, &value, OTP_CALL_TIMEOUT), OTP_EXIT);
        ck_assert_str_eq(last(text), cases[i].reason);
        if (otp_self().bits != 0)
            ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), cases[i].reason);
    }
    expect_nothing_left();
}

START_TEST(B143_a_task_without_a_value_fails_its_await)
{
    start_runtime(false, false);
    in_both(await_failures, NULL);
    stop_runtime();
}
END_TEST

static void own_a_crash(void *arg)
{
    uint64_t value;
    otp_task task = async(CRASH, 0, 7);
    (void)arg;
    if (await(&task, &value, OTP_INFINITY) == OTP_OK)
        note("value");
    note("went on");
}

START_TEST(B144_a_crashing_task_takes_its_owner_with_it)
{
    start_runtime(false, false);
    expect_end(own_a_crash, NULL, "boom");
    expect_notes("");
    stop_runtime();
}
END_TEST

struct leaving {
    otp_reason reason;
    otp_pid task;
};

static void leave_a_task(void *arg)
{
    struct leaving *leaving = arg;
    otp_task task = async(leaving->reason.kind == OTP_REASON_NORMAL ? GIVE : HANG, 30 * OTP_MS, 7);
    leaving->task = otp_task_pid(&task);
    otp_exit(leaving->reason);
}

START_TEST(B145_an_owner_that_ends_uncleanly_takes_its_tasks_with_it)
{
    struct leaving leaving = { otp_error("out"), { 0 } };
    start_runtime(false, false);
    expect_end(leave_a_task, &leaving, "out");
    until_dead(leaving.task);
    ck_assert_int_eq(atomic_load(&finished), 0);
    leaving.reason = otp_normal();
    expect_end(leave_a_task, &leaving, "normal");
    until_dead(leaving.task);
    ck_assert_int_eq(atomic_load(&finished), 1);
    stop_runtime();
}
END_TEST

/* -- B146, B147 -- */

static void await_three(void *arg)
{
    static const otp_duration waits[] = { 30 * OTP_MS, 10 * OTP_MS, 20 * OTP_MS };
    uint64_t values[3] = { 0 };
    otp_task tasks[3];
    otp_instant begin = otp_now();
    (void)arg;
    if (otp_self().bits != 0)
        ck_assert_int_eq(otp_exit_signal(otp_self(), otp_normal()), OTP_OK);
    for (uint64_t i = 0; i < 3; i++)
        tasks[i] = async(GIVE, waits[i], i + 1);
    ck_assert_int_eq(otp_task_await_many(tasks, 3, &worker, values, OTP_CALL_TIMEOUT), OTP_OK);
    ck_assert_int_ge(otp_now() - begin, 30 * OTP_MS);
    for (uint64_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(values[i], i + 1);
        ck_assert_int_eq(await(&tasks[i], values, 0), OTP_NOT_FOUND);
    }
    ck_assert_int_eq(otp_task_await_many(tasks, 0, &worker, values, 0), OTP_OK);
    ck_assert_int_eq(otp_task_await_many(tasks, 3, &worker, values, 0), OTP_NOT_FOUND);
}

/* Messages of others stay where they are. */
static void await_with_mail(void *arg)
{
    const struct otp_message *message;
    static const struct otp_message_type mail = { .name = "mail", .message_class = OTP_CLASS_CAST };
    (void)arg;
    ck_assert_int_eq(otp_cast(otp_to(otp_self()), &mail, NULL), OTP_OK);
    (void)otp_trap_exit(true);
    await_three(NULL);
    ck_assert_int_eq(otp_receive(0, &message), OTP_OK);
    ck_assert_ptr_eq(message->type, &mail);
}

START_TEST(B146_await_many_gives_values_in_order)
{
    start_runtime(false, false);
    in_process(await_with_mail, NULL);
    await_three(NULL);
    stop_runtime();
}
END_TEST

/* How long it took. */
static otp_duration await_two_that_hang(void)
{
    uint64_t values[3] = { 9, 9, 9 };
    otp_task tasks[3];
    tasks[0] = async(GIVE, 0, 1);
    tasks[1] = async(HANG, 0, 2);
    tasks[2] = async(HANG, 0, 3);
    otp_pid pids[] = { otp_task_pid(&tasks[1]), otp_task_pid(&tasks[2]) };
    otp_instant begin = otp_now();
    ck_assert_int_eq(otp_task_await_many(tasks, 3, &worker, values, 60 * OTP_MS), OTP_TIMEOUT);
    otp_duration took = otp_now() - begin;
    ck_assert_uint_eq(values[0], 9);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(await(&tasks[i], values, 0), OTP_NOT_FOUND);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(otp_is_alive(pids[i]));
        (void)otp_unlink(pids[i]);
        ck_assert_int_eq(otp_exit_signal(pids[i], otp_kill()), OTP_OK);
    }
    return took;
}

static void await_many_too_long(void *arg)
{
    otp_duration took;
    int tries = TRIES;
    (void)arg;
    (void)otp_trap_exit(true);
    do {
        took = await_two_that_hang();
        ck_assert_int_ge(took, 60 * OTP_MS);
    } while (!IN_TIME(took, 60 * OTP_MS) && --tries > 0);
    ck_assert(IN_TIME(took, 60 * OTP_MS));
}

static void await_many_with_failure(void *arg)
{
    uint64_t values[3] = { 9, 9, 9 };
    otp_task tasks[3];
    char text[128];
    (void)arg;
    (void)otp_trap_exit(true);
    tasks[0] = async(HANG, 0, 1);
    tasks[1] = async(CRASH, 10 * OTP_MS, 2);
    tasks[2] = async(HANG, 0, 3);
    otp_pid pids[] = { otp_task_pid(&tasks[0]), otp_task_pid(&tasks[2]) };
    ck_assert_int_eq(otp_task_await_many(tasks, 3, &worker, values, OTP_INFINITY), OTP_EXIT);
    ck_assert_str_eq(last(text), "boom");
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(await(&tasks[i], values, 0), OTP_NOT_FOUND);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(otp_is_alive(pids[i]));
        (void)otp_unlink(pids[i]);
        ck_assert_int_eq(otp_exit_signal(pids[i], otp_kill()), OTP_OK);
    }
}

START_TEST(B147_await_many_has_one_timeout_and_fails_at_once)
{
    start_runtime(false, false);
    in_both(await_many_too_long, NULL);
    in_both(await_many_with_failure, NULL);
    stop_runtime();
}
END_TEST

/* -- B148, B149 -- */

static void look_again(void *arg)
{
    uint64_t value = 0;
    char text[128];
    atomic_store(&released, false);
    otp_task task = async(GIVE_RELEASED, 0, 7);
    (void)arg;
    (void)otp_trap_exit(true);
    ck_assert_int_eq(yield(&task, &value, 10 * OTP_MS), OTP_TIMEOUT);
    atomic_store(&released, true);
    ck_assert_int_eq(yield(&task, &value, OTP_INFINITY), OTP_OK);
    ck_assert_uint_eq(value, 7);
    ck_assert_int_eq(yield(&task, &value, 10 * OTP_MS), OTP_NOT_FOUND);
    task = async(CRASH, 0, 7);
    ck_assert_int_eq(yield(&task, &value, OTP_INFINITY), OTP_EXIT);
    ck_assert_str_eq(last(text), "boom");
}

START_TEST(B148_yield_looks_and_may_be_repeated)
{
    start_runtime(false, false);
    in_both(look_again, NULL);
    stop_runtime();
}
END_TEST

static void look_at_many(void *arg)
{
    struct otp_task_outcome outcomes[3];
    uint64_t values[3] = { 0 };
    char text[128];
    otp_task tasks[3];
    (void)arg;
    (void)otp_trap_exit(true);
    atomic_store(&released, false);
    tasks[0] = async(GIVE, 0, 1);
    tasks[1] = async(GIVE_RELEASED, 0, 2);
    tasks[2] = async(CRASH, 0, 3);
    ck_assert_int_eq(otp_wait_response(&tasks[0].request, OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(otp_wait_response(&tasks[2].request, OTP_INFINITY), OTP_OK);
    otp_instant begin = otp_now();
    ck_assert_int_eq(otp_task_yield_many(tasks, 3, &worker, outcomes, values, 60 * OTP_MS), OTP_OK);
    ck_assert_int_ge(otp_now() - begin, 60 * OTP_MS);
    ck_assert_uint_eq(outcomes[0].status, OTP_OK);
    ck_assert_uint_eq(values[0], 1);
    ck_assert_uint_eq(outcomes[1].status, OTP_TIMEOUT);
    ck_assert_uint_eq(outcomes[2].status, OTP_EXIT);
    ck_assert_str_eq(reason_text(outcomes[2].reason, text), "boom");
    atomic_store(&released, true);
    ck_assert_int_eq(otp_task_yield_many(tasks, 3, &worker, outcomes, values, OTP_INFINITY),
                     OTP_OK);
    ck_assert_uint_eq(outcomes[0].status, OTP_NOT_FOUND);
    ck_assert_uint_eq(outcomes[1].status, OTP_OK);
    ck_assert_uint_eq(values[1], 2);
}

START_TEST(B149_yield_many_looks_at_several)
{
    start_runtime(false, false);
    in_both(look_at_many, NULL);
    stop_runtime();
}
END_TEST

/* -- one task, there twice -- */

static void await_one_twice(void *arg)
{
    struct otp_task_outcome outcomes[2];
    uint64_t values[3] = { 0 };
    otp_task tasks[3];
    (void)arg;
    atomic_store(&released, false);
    tasks[0] = async(GIVE, 0, 1);
    tasks[1] = async(GIVE_RELEASED, 0, 2);
    tasks[2] = tasks[0];
    ck_assert_int_eq(otp_task_await_many(tasks, 3, &worker, values, OTP_INFINITY), OTP_BADARG);
    ck_assert_int_eq(otp_task_await_many(tasks, 3, &worker, values, 0), OTP_BADARG);
    ck_assert_uint_eq(values[0], 0);
    /* nothing has changed */
    atomic_store(&released, true);
    ck_assert_int_eq(otp_task_await_many(tasks, 2, &worker, values, OTP_INFINITY), OTP_OK);
    ck_assert_uint_eq(values[0], 1);
    ck_assert_uint_eq(values[1], 2);
    tasks[0] = tasks[1] = async(GIVE, 0, 3);
    ck_assert_int_eq(otp_task_yield_many(tasks, 2, &worker, outcomes, values, OTP_INFINITY),
                     OTP_OK);
    ck_assert_uint_eq(outcomes[0].status, OTP_OK);
    ck_assert_uint_eq(values[0], 3);
    ck_assert_uint_eq(outcomes[1].status, OTP_NOT_FOUND);
}

START_TEST(a_task_is_awaited_once)
{
    start_runtime(false, false);
    in_both(await_one_twice, NULL);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("task");
    TCase *c;
    support_behaviour(s, "B140", B140_a_task_delivers_its_value_once);
    support_behaviour(s, "B141", B141_an_await_that_times_out_leaves_the_task_alone);
    support_behaviour(s, "B142", B142_only_the_owner_waits_for_a_task);
    support_behaviour(s, "B143", B143_a_task_without_a_value_fails_its_await);
    support_behaviour(s, "B144", B144_a_crashing_task_takes_its_owner_with_it);
    support_behaviour(s, "B145", B145_an_owner_that_ends_uncleanly_takes_its_tasks_with_it);
    support_behaviour(s, "B146", B146_await_many_gives_values_in_order);
    support_behaviour(s, "B147", B147_await_many_has_one_timeout_and_fails_at_once);
    support_behaviour(s, "B148", B148_yield_looks_and_may_be_repeated);
    support_behaviour(s, "B149", B149_yield_many_looks_at_several);
    c = support_case(s, "twice", 20);
    tcase_add_test(c, a_task_is_awaited_once);
    return support_run(s);
}
