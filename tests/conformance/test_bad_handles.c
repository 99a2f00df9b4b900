/* test_bad_handles.c - what is kept for too long: answers, timers, pids.
 *
 * Idea: answers are given twice, to the dead, by the dead; and everything that names a part of the
 * runtime is used again in later runs of it, where it must name nothing. */
#include "probe.h"

static otp_next do_nothing(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    return otp_noreply();
}

static struct probe_args probe_args_none = { do_nothing, NULL };

/* -- answers -- */

static struct {
    otp_from first, kept;
    otp_pid server;
    struct gate asked;
} story = { .asked = GATE };

static otp_next reply_twice(struct probe *self, otp_from from, void *context)
{
    otp_next next = probe_reply(from, 1);
    (void)self;
    (void)context;
    (void)next;
    return probe_reply(from, 2);
}

static otp_next answer_twice(struct probe *self, otp_from from, void *context)
{
    uint64_t value = 3;
    (void)self;
    (void)context;
    ck_assert_int_eq(otp_answer(from, &probe_u64_layout, &value), OTP_OK);
    value = 4;
    ck_assert_int_eq(otp_answer(from, &probe_u64_layout, &value), OTP_NOT_FOUND);
    return otp_noreply();
}

START_TEST(a_second_answer_is_told)
{
    uint64_t value = 0;
    char reason[128];
    start_runtime(false, false);
    otp_pid probe = probe_start(NULL);
    ck_assert_int_eq(probe_ask_later(probe, answer_twice, NULL, &value), OTP_OK);
    ck_assert_uint_eq(value, 3);
    ck_assert_int_eq(probe_call(probe, reply_twice, NULL, &value), OTP_EXIT);
    ck_assert_str_eq(reason_text(otp_last_reason(), reason), "{bad_return, call}");
    stop_runtime();
}
END_TEST

static otp_next keep_from(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)context;
    story.kept = from;
    gate_open(&story.asked);
    return otp_noreply();
}

static void ask_kept(void *unused)
{
    uint64_t value;
    (void)unused;
    (void)probe_ask_later(story.server, keep_from, NULL, &value);
    note("answered");
}

static otp_status answer_kept(void)
{
    uint64_t value = 5;
    return otp_answer(story.kept, &probe_u64_layout, &value);
}

static void answer_again(void *unused)
{
    (void)unused;
    ck_assert_int_eq(answer_kept(), OTP_NOT_FOUND);
}

START_TEST(answers_for_the_dead_and_from_the_dead_are_told)
{
    otp_pid asker;
    uint64_t value = 0;
    start_runtime(false, false);
    story.server = probe_start(NULL);
    ck_assert_int_eq(otp_spawn(ask_kept, NULL, NULL, &asker), OTP_OK);
    gate_pass(&story.asked);
    ck_assert_int_eq(otp_exit_signal(asker, otp_kill()), OTP_OK);
    while (otp_is_alive(asker))
        step_aside();
    (void)answer_kept(); /* its stack may not have been taken from it yet: once, that is all */
    answer_again(NULL);  /* by a thread, a process, and after the server's end too */
    in_process(answer_again, NULL);
    ck_assert_int_eq(otp_stop_process(otp_to(story.server), otp_normal(), OTP_INFINITY), OTP_OK);
    answer_again(NULL);
    ck_assert_int_eq(probe_call(story.server, probe_count, NULL, &value), OTP_NOPROC);
    ck_assert_uint_eq(noted("answered"), 0);
    stop_runtime();
}
END_TEST

/* -- what was got in an earlier run of the runtime -- */

static struct {
    otp_pid pid;
    otp_timer timer, of_process;
    otp_monitor monitor;
    otp_dest alias;
    otp_request request;
    otp_from from_process, from_thread;
} old;

static void get_handles(void *unused)
{
    const struct otp_message *message;
    (void)unused;
    ck_assert_int_eq(otp_monitor_start(otp_to(old.pid), &old.monitor), OTP_OK);
    ck_assert_int_eq(otp_alias(OTP_ALIAS_EXPLICIT, &old.alias), OTP_OK);
    old.of_process = otp_send_after(otp_to(old.pid), &probe_info_type, &probe_args_none, OTP_HOUR);
    note("handles");
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
}

static void ask_for_ever(void *unused)
{
    uint64_t value;
    (void)unused;
    (void)probe_ask_later(old.pid, keep_from, NULL, &value);
}

static void use_old_inside(void *unused)
{
    (void)unused;
    ck_assert_int_eq(otp_monitor_stop(old.monitor, true), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_unalias(old.alias), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_link(old.pid), OTP_NOPROC);
}

static void use_old(void)
{
    uint64_t value = 1;
    ck_assert(!otp_is_alive(old.pid));
    ck_assert_int_eq(probe_call(old.pid, probe_count, NULL, &value), OTP_NOPROC);
    ck_assert_int_eq(otp_timer_cancel(old.timer, NULL), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_timer_read(old.of_process, NULL), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_answer(old.from_process, &probe_u64_layout, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_answer(old.from_thread, &probe_u64_layout, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_abandon_request(&old.request), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_call(old.alias, &probe_call_type, &probe_args_none, &value, OTP_S),
                     OTP_NOPROC);
}

static void *ask_in_thread(void *unused)
{
    ask_for_ever(unused);
    return NULL;
}

START_TEST(handles_of_an_earlier_run_are_nobodys)
{
    struct probe_args args = { keep_from, NULL };
    pthread_t thread;
    otp_pid pid;
    start_runtime(false, false);
    old.pid = probe_start(NULL);
    old.timer = otp_send_after(otp_to(old.pid), &probe_info_type, &probe_args_none, OTP_HOUR);
    ck_assert_int_eq(otp_spawn(get_handles, NULL, NULL, &pid), OTP_OK);
    await_note("handles");
    ck_assert_int_eq(otp_spawn(ask_for_ever, NULL, NULL, &pid), OTP_OK);
    gate_pass(&story.asked);
    old.from_process = story.kept;
    story.asked.open = false;
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_in_thread, NULL), 0);
    gate_pass(&story.asked);
    old.from_thread = story.kept;
    ck_assert_int_eq(otp_send_request(otp_to(old.pid), &probe_later_type, &args, &old.request),
                     OTP_OK);
    probe_sync(old.pid);
    stop_runtime();
    pthread_join(thread, NULL);
    for (int run = 0; run < 3; run++) {
        start_runtime(false, false);
        /* as many as there were before, and more: none of them is one of those */
        for (int i = 0; i < 300; i++) {
            pid = probe_start(NULL);
            (void)otp_send_after(otp_to(pid), &probe_info_type, &probe_args_none, OTP_HOUR);
            ck_assert(!otp_pid_equal(pid, old.pid));
        }
        use_old();
        in_process(use_old_inside, NULL);
        stop_runtime();
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bad_handles");
    TCase *c = support_case(s, "bad_handles", 20);
    tcase_add_test(c, a_second_answer_is_told);
    tcase_add_test(c, answers_for_the_dead_and_from_the_dead_are_told);
    tcase_add_test(c, handles_of_an_earlier_run_are_nobodys);
    return support_run(s);
}
