/* test_task_ends.c - tasks that are shut down, ignored, misused, or crash.
 *
 * Idea: see tasks.h. Most of it runs in plain processes, whose mailbox shows what is left in it,
 * and again in a foreign thread. */
#include "tasks.h"

/* -- B150, B151 -- */

static void shut_down(void *arg)
{
    uint64_t value = 0;
    char text[128];
    otp_task task = async(HANG, 0, 7);
    otp_pid pid = otp_task_pid(&task);
    (void)arg;
    (void)otp_trap_exit(true);
    ck_assert_int_eq(shut(&task, &value, OTP_INFINITY), OTP_STOPPED);
    ck_assert(!otp_is_alive(pid));
    expect_nothing_left();
    ck_assert_int_eq(shut(&task, &value, OTP_INFINITY), OTP_NOT_FOUND);

    task = async(GIVE, 0, 8);
    pid = otp_task_pid(&task);
    ck_assert_int_eq(otp_wait_response(&task.request, OTP_INFINITY), OTP_OK);
    until_dead(pid);
    if (otp_self().bits != 0)
        ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "normal");
    ck_assert_int_eq(shut(&task, &value, OTP_INFINITY), OTP_OK);
    ck_assert_uint_eq(value, 8);

    task = async(CRASH, 0, 9);
    pid = otp_task_pid(&task);
    until_dead(pid);
    if (otp_self().bits != 0)
        ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "boom");
    ck_assert_int_eq(shut(&task, &value, OTP_INFINITY), OTP_EXIT);
    ck_assert_str_eq(last(text), "boom");
    expect_nothing_left();
}

START_TEST(B150_shutdown_gives_what_is_there_and_leaves_nothing)
{
    start_runtime(false, false);
    in_both(shut_down, NULL);
    stop_runtime();
}
END_TEST

/* A task that traps exits by now. */
static otp_task async_trapping(enum deed deed, uint64_t value)
{
    size_t before = noted("traps");
    otp_task task = async(deed, 0, value);
    await_notes("traps", before + 1);
    return task;
}

/* How long that took. */
static otp_duration shut_down_deaf(void)
{
    uint64_t value = 0;
    char text[128];
    otp_task task = async_trapping(HANG_TRAPPING, 7);
    otp_pid pid = otp_task_pid(&task);
    otp_instant begin = otp_now();
    ck_assert_int_eq(shut(&task, &value, 100 * OTP_MS), OTP_EXIT);
    otp_duration took = otp_now() - begin;
    ck_assert_str_eq(last(text), "killed");
    ck_assert(!otp_is_alive(pid));
    return took;
}

static void shut_down_trapping(void *arg)
{
    uint64_t value = 0;
    otp_duration took;
    int tries = TRIES;
    (void)arg;
    do {
        took = shut_down_deaf();
        ck_assert_int_ge(took, 100 * OTP_MS);
    } while (!IN_TIME(took, 100 * OTP_MS) && --tries > 0);
    ck_assert(IN_TIME(took, 100 * OTP_MS));
    otp_task task = async_trapping(ANSWER_SHUTDOWN, 8);
    ck_assert_int_eq(shut(&task, &value, OTP_INFINITY), OTP_OK);
    ck_assert_uint_eq(value, 8);
    task = async_trapping(HANG_TRAPPING, 9);
    otp_pid pid = otp_task_pid(&task);
    ck_assert_int_eq(shut(&task, &value, OTP_BRUTAL_KILL), OTP_STOPPED);
    ck_assert(!otp_is_alive(pid));
    expect_nothing_left();
}

START_TEST(B151_a_task_that_ignores_shutdown_is_killed)
{
    start_runtime(false, false);
    in_both(shut_down_trapping, NULL);
    stop_runtime();
}
END_TEST

/* -- B152 -- */

static void ignore_them(void *arg)
{
    uint64_t value = 0;
    char text[128];
    (void)arg;
    (void)otp_trap_exit(true); /* before the first one can have ended */
    otp_task task = async(GIVE, 0, 7);
    ck_assert_int_eq(otp_wait_response(&task.request, OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(otp_task_ignore(&task, &worker, &value), OTP_OK);
    ck_assert_uint_eq(value, 7);
    if (otp_self().bits != 0)
        ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "normal");

    task = async(CRASH, 0, 8);
    ck_assert_int_eq(otp_wait_response(&task.request, OTP_INFINITY), OTP_OK);
    ck_assert_int_eq(otp_task_ignore(&task, &worker, &value), OTP_EXIT);
    ck_assert_str_eq(last(text), "boom");
    if (otp_self().bits != 0)
        ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "boom");

    atomic_store(&released, false);
    task = async(GIVE_RELEASED, 0, 9);
    otp_pid pid = otp_task_pid(&task);
    ck_assert_int_eq(otp_task_ignore(&task, &worker, &value), OTP_TIMEOUT);
    atomic_store(&released, true);
    until_dead(pid);
    ck_assert_int_eq(await(&task, &value, 0), OTP_NOT_FOUND);
    expect_nothing_left();
}

START_TEST(B152_an_ignored_task_delivers_nothing)
{
    start_runtime(false, false);
    in_both(ignore_them, NULL);
    stop_runtime();
}
END_TEST

/* -- misuse, and what is said of a crash -- */

static void misuse(void *arg)
{
    uint64_t value = 0;
    otp_task task = async(HANG, 0, 7), none = { { 0 } };
    otp_pid pid = otp_task_pid(&task);
    struct otp_task_outcome how;
    (void)arg;
    ck_assert_int_eq(await(&none, &value, 0), OTP_NOT_FOUND);
    ck_assert_int_eq(yield(&none, &value, 0), OTP_NOT_FOUND);
    ck_assert_int_eq(shut(&none, &value, 0), OTP_NOT_FOUND);
    ck_assert_int_eq(await(&task, &value, -1), OTP_BADARG);
    ck_assert_int_eq(yield(&task, &value, -1), OTP_BADARG);
    ck_assert_int_eq(otp_task_await(&task, &idler, NULL, 0), OTP_BADARG);
    ck_assert_int_eq(otp_task_yield(&task, &idler, NULL, OTP_INFINITY), OTP_BADARG);
    ck_assert_int_eq(otp_task_shutdown(&task, &idler, NULL, 0), OTP_BADARG);
    ck_assert_int_eq(shut(&task, &value, -2), OTP_BADARG);
    ck_assert_int_eq(otp_task_await_many(&task, 1, &idler, NULL, OTP_INFINITY), OTP_BADARG);
    ck_assert_int_eq(otp_task_yield_many(&task, 1, &idler, &how, NULL, OTP_INFINITY), OTP_BADARG);
    ck_assert_int_eq(otp_task_await_many(NULL, 0, &worker, NULL, -1), OTP_BADARG);
    ck_assert_int_eq(otp_task_pid(&task).bits == pid.bits, 1);
    ck_assert_int_eq(otp_is_alive(pid), true);
    ck_assert_int_eq(shut(&task, &value, OTP_BRUTAL_KILL), OTP_STOPPED);
    ck_assert_int_eq(await(&task, &value, 0), OTP_NOT_FOUND);
}

START_TEST(misuse_has_a_status)
{
    start_runtime(false, false);
    in_both(misuse, NULL);
    stop_runtime();
    struct work work = { .deed = GIVE };
    otp_task task;
    ck_assert_int_eq(otp_task_async(&worker, &work, &task), OTP_NOT_RUNNING);
}
END_TEST

START_TEST(a_crash_is_logged)
{
    uint64_t value;
    start_runtime(false, true);
    otp_task task = async(CRASH, 0, 7);
    ck_assert_int_eq(await(&task, &value, OTP_CALL_TIMEOUT), OTP_EXIT);
    expect_notes("log:exit:worker:boom");
    stop_runtime();
}
END_TEST

/* Started by hand, for nobody: as a supervisor would. */
START_TEST(one_that_nobody_waits_for)
{
    struct work work = { .value = 7, .deed = GIVE };
    otp_pid pid;
    start_runtime(false, false);
    ck_assert_int_eq(otp_task_start(&worker.module, NULL, &work, &pid), OTP_OK);
    until_dead(pid);
    ck_assert_int_eq(atomic_load(&finished), 1);
    ck_assert_int_eq(otp_task_start(&worker.module, NULL, NULL, &pid), OTP_BADARG);
    ck_assert_int_eq(otp_task_start(&idler.module, NULL, &otp_task_nobody, &pid), OTP_OK);
    until_dead(pid);
    stop_runtime();
}
END_TEST

/* -- many, from many threads, with deaths in between -- */

static void churn(void *arg)
{
    (void)arg;
    for (uint64_t i = 0; i < 300; i++) {
        uint64_t value = 0;
        otp_task task = async(i % 7 == 3 ? HANG : GIVE, 0, i);
        otp_status status;
        switch (i % 5) {
        case 0: status = shut(&task, &value, OTP_BRUTAL_KILL); break;
        case 1: status = otp_task_ignore(&task, &worker, &value); break;
        case 2: status = shut(&task, &value, OTP_INFINITY); break;
        case 3:
            status = i % 7 == 3 ? shut(&task, &value, 0) : await(&task, &value, OTP_INFINITY);
            break;
        default: status = i % 7 == 3 ? shut(&task, &value, 0) : yield(&task, &value, OTP_INFINITY);
        }
        ck_assert(status == OTP_OK || status == OTP_STOPPED || status == OTP_TIMEOUT ||
                  status == OTP_EXIT);
        if (status == OTP_OK)
            ck_assert_uint_eq(value, i);
    }
    expect_nothing_left();
    note("done");
}

START_TEST(tasks_under_churn)
{
    otp_pid pid;
    start_runtime(false, false);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(otp_spawn(churn, NULL, NULL, &pid), OTP_OK);
    churn(NULL);
    await_notes("done", 5);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("task_ends");
    TCase *c;
    support_behaviour(s, "B150", B150_shutdown_gives_what_is_there_and_leaves_nothing);
    support_behaviour(s, "B151", B151_a_task_that_ignores_shutdown_is_killed);
    support_behaviour(s, "B152", B152_an_ignored_task_delivers_nothing);
    c = support_case(s, "task", 20);
    tcase_add_test(c, misuse_has_a_status);
    tcase_add_test(c, a_crash_is_logged);
    tcase_add_test(c, one_that_nobody_waits_for);
    tcase_add_test(c, tasks_under_churn);
    return support_run(s);
}
