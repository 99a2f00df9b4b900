/* test_task.c - tasks: one, many, waited for, given up.
 *
 * Idea: see probe.h. The task types are what otpc would write; a task does what its argument says.
 * Most of it runs in plain processes, whose mailbox shows what is left in it, and again in a
 * foreign thread where that makes sense. */
#include <stdatomic.h>

#include "probe.h"

/* What a task does: waits, says, ends. */
enum deed { GIVE, END, CRASH, HANG, HANG_TRAPPING, ANSWER_SHUTDOWN, EXIT_NORMAL };

struct work {
    otp_duration wait;
    uint64_t value;
    enum deed deed;
};

static atomic_int finished;

static const struct otp_task_type worker;

static otp_next give(otp_from from, uint64_t value)
{
    return otp_task_reply(from, &worker.work, &value);
}

static void sleep_for(otp_duration wait)
{
    otp_instant until = otp_now() + wait;
    while (otp_now() < until)
        otp_yield();
}

static bool is_exit(const struct otp_message *message, void *context)
{
    (void)context;
    return message->kind == OTP_MESSAGE_EXIT;
}

static bool is_nothing(const struct otp_message *message, void *context)
{
    (void)message, (void)context;
    return false;
}

static otp_next do_work(void *self, otp_from from, const void *args)
{
    const struct work *work = args;
    const struct otp_message *message;
    static const otp_next nothing;
    (void)self;
    if (work->wait > 0)
        sleep_for(work->wait);
    switch (work->deed) {
    case GIVE: (void)give(from, work->value); break;
    case END: break;
    case EXIT_NORMAL: otp_exit(otp_normal());
    case CRASH: otp_exit(otp_error("boom"));
    case HANG: otp_must(otp_behaviour_receive(is_nothing, NULL, &message)); break;
    case HANG_TRAPPING:
        (void)otp_trap_exit(true);
        note("traps");
        otp_must(otp_behaviour_receive(is_nothing, NULL, &message));
        break;
    case ANSWER_SHUTDOWN:
        (void)otp_trap_exit(true);
        note("traps");
        otp_must(otp_behaviour_receive(is_exit, NULL, &message));
        (void)give(from, work->value);
        break;
    }
    atomic_fetch_add(&finished, 1);
    return nothing;
}

static const struct otp_layout work_layout = { sizeof(struct work), 0, NULL };
static const struct otp_task_type worker = {
    .module = { "tests.worker", "test:1", 0, &work_layout, otp_task_start },
    .work = { .name = "worker",
              .module = &worker.module,
              .message_class = OTP_CLASS_CALL_LATER,
              .args = &work_layout,
              .reply = &probe_u64_layout,
              .dispatch = do_work },
};

/* A task that has nothing to say but that it is done, and one that gives text. */
static otp_next do_nothing(void *self, otp_from from, const void *args)
{
    static const otp_next nothing;
    (void)self, (void)from, (void)args;
    return nothing;
}

static const struct otp_task_type idler = {
    .module = { "tests.idler", "test:2", 0, NULL, otp_task_start },
    .work = { .name = "idler",
              .module = &idler.module,
              .message_class = OTP_CLASS_CALL_LATER,
              .dispatch = do_nothing },
};

static const struct otp_task_type speaker;

static otp_next speak(void *self, otp_from from, const void *args)
{
    char text[] = "some text of its own";
    otp_str view = otp_cstr(text);
    (void)self, (void)args;
    return otp_task_reply(from, &speaker.work, &view);
}

static const struct otp_task_type speaker = {
    .module = { "tests.speaker", "test:3", 0, NULL, otp_task_start },
    .work = { .name = "speaker",
              .module = &speaker.module,
              .message_class = OTP_CLASS_CALL_LATER,
              .reply = &probe_text_layout,
              .dispatch = speak },
};

/* -- what otpc would write -- */

static otp_task async(enum deed deed, otp_duration wait, uint64_t value)
{
    struct work work = { wait, value, deed };
    otp_task task;
    ck_assert_int_eq(otp_task_async(&worker, &work, &task), OTP_OK);
    return task;
}

static otp_status await(otp_task *task, uint64_t *value, otp_duration timeout)
{
    return otp_task_await(task, &worker, value, timeout);
}

static otp_status yield(otp_task *task, uint64_t *value, otp_duration timeout)
{
    return otp_task_yield(task, &worker, value, timeout);
}

static otp_status shut(otp_task *task, uint64_t *value, otp_duration timeout)
{
    return otp_task_shutdown(task, &worker, value, timeout);
}

static const char *last(char text[128])
{
    return reason_text(otp_last_reason(), text);
}

static void expect_nothing_left(void)
{
    if (otp_self().bits != 0)
        expect_no_message();
}

/* In a process, and then in this thread. */
static void in_both(void (*run)(void *arg), void *arg)
{
    in_process(run, arg);
    forget_notes();
    run(arg);
}

/* Waits until pid is gone. */
static void until_dead(otp_pid pid)
{
    while (otp_is_alive(pid))
        otp_yield();
}

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
    ck_assert_int_eq(otp_task_async(&idler, NULL, &task), OTP_OK);
    ck_assert_int_eq(otp_task_await(&task, &idler, NULL, OTP_CALL_TIMEOUT), OTP_OK);
}

static void await_text(void *arg)
{
    otp_task task;
    otp_str text;
    (void)arg;
    ck_assert_int_eq(otp_task_async(&speaker, NULL, &task), OTP_OK);
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
    otp_task task = async(GIVE, 60 * OTP_MS, 7);
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
    } cases[] = { { CRASH, "boom" }, { EXIT_NORMAL, "normal" }, { END, "normal" } };
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
    otp_task task = async(GIVE, leaving->reason.kind == OTP_REASON_NORMAL ? 30 * OTP_MS : OTP_S, 7);
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

static void await_many_too_long(void *arg)
{
    uint64_t values[3] = { 9, 9, 9 };
    otp_task tasks[3];
    otp_duration took;
    (void)arg;
    (void)otp_trap_exit(true);
    tasks[0] = async(GIVE, 0, 1);
    tasks[1] = async(HANG, 0, 2);
    tasks[2] = async(HANG, 0, 3);
    otp_pid pids[] = { otp_task_pid(&tasks[1]), otp_task_pid(&tasks[2]) };
    otp_instant begin = otp_now();
    ck_assert_int_eq(otp_task_await_many(tasks, 3, &worker, values, 60 * OTP_MS), OTP_TIMEOUT);
    took = otp_now() - begin;
    ck_assert_int_ge(took, 60 * OTP_MS);
    ck_assert_int_le(took, 60 * OTP_MS + 50 * OTP_MS * support_slow());
    ck_assert_uint_eq(values[0], 9);
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(await(&tasks[i], values, 0), OTP_NOT_FOUND);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(otp_is_alive(pids[i]));
        (void)otp_unlink(pids[i]);
        ck_assert_int_eq(otp_exit_signal(pids[i], otp_kill()), OTP_OK);
    }
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
    otp_task task = async(GIVE, 50 * OTP_MS, 7);
    (void)arg;
    (void)otp_trap_exit(true);
    ck_assert_int_eq(yield(&task, &value, 10 * OTP_MS), OTP_TIMEOUT);
    ck_assert_int_eq(yield(&task, &value, OTP_S * support_slow()), OTP_OK);
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
    tasks[0] = async(GIVE, 10 * OTP_MS, 1);
    tasks[1] = async(GIVE, 200 * OTP_MS, 2);
    tasks[2] = async(CRASH, 0, 3);
    otp_instant begin = otp_now();
    ck_assert_int_eq(otp_task_yield_many(tasks, 3, &worker, outcomes, values, 60 * OTP_MS), OTP_OK);
    ck_assert_int_ge(otp_now() - begin, 60 * OTP_MS);
    ck_assert_uint_eq(outcomes[0].status, OTP_OK);
    ck_assert_uint_eq(values[0], 1);
    ck_assert_uint_eq(outcomes[1].status, OTP_TIMEOUT);
    ck_assert_uint_eq(outcomes[2].status, OTP_EXIT);
    ck_assert_str_eq(reason_text(outcomes[2].reason, text), "boom");
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

static void shut_down_trapping(void *arg)
{
    uint64_t value = 0;
    char text[128];
    otp_task task = async(HANG_TRAPPING, 0, 7);
    otp_pid pid = otp_task_pid(&task);
    otp_duration took;
    (void)arg;
    await_note("traps");
    otp_instant begin = otp_now();
    ck_assert_int_eq(shut(&task, &value, 100 * OTP_MS), OTP_EXIT);
    took = otp_now() - begin;
    ck_assert_int_ge(took, 100 * OTP_MS);
    ck_assert_int_le(took, 100 * OTP_MS + 50 * OTP_MS * support_slow());
    ck_assert_str_eq(last(text), "killed");
    ck_assert(!otp_is_alive(pid));

    task = async(ANSWER_SHUTDOWN, 0, 8);
    await_notes("traps", 2);
    ck_assert_int_eq(shut(&task, &value, OTP_INFINITY), OTP_OK);
    ck_assert_uint_eq(value, 8);

    task = async(HANG_TRAPPING, 0, 9);
    pid = otp_task_pid(&task);
    await_notes("traps", 3);
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
    otp_task task = async(GIVE, 0, 7);
    (void)arg;
    (void)otp_trap_exit(true);
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

    task = async(GIVE, 30 * OTP_MS, 9);
    otp_pid pid = otp_task_pid(&task);
    ck_assert_int_eq(otp_task_ignore(&task, &worker, &value), OTP_TIMEOUT);
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
    (void)arg;
    ck_assert_int_eq(await(&none, &value, 0), OTP_NOT_FOUND);
    ck_assert_int_eq(yield(&none, &value, 0), OTP_NOT_FOUND);
    ck_assert_int_eq(shut(&none, &value, 0), OTP_NOT_FOUND);
    ck_assert_int_eq(await(&task, &value, -1), OTP_BADARG);
    ck_assert_int_eq(yield(&task, &value, -1), OTP_BADARG);
    ck_assert_int_eq(otp_task_await(&task, &idler, NULL, 0), OTP_BADARG);
    ck_assert_int_eq(otp_task_pid(&task).bits == pid.bits, 1);
    ck_assert_int_eq(shut(&task, &value, OTP_BRUTAL_KILL), OTP_STOPPED);
    ck_assert_int_eq(await(&task, &value, 0), OTP_NOT_FOUND);
}

START_TEST(misuse_has_a_status)
{
    start_runtime(false, false);
    in_both(misuse, NULL);
    stop_runtime();
    struct work work = { 0, 0, GIVE };
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
    struct work work = { 0, 7, GIVE };
    otp_pid pid;
    start_runtime(false, false);
    ck_assert_int_eq(otp_task_start(&worker.module, NULL, &work, &pid), OTP_OK);
    until_dead(pid);
    ck_assert_int_eq(atomic_load(&finished), 1);
    ck_assert_int_eq(otp_task_start(&worker.module, NULL, NULL, &pid), OTP_BADARG);
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
