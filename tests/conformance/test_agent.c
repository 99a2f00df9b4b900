/* test_agent.c - agents: B133 to B139, and what their expressions compute.
 *
 * Idea: the agents of agent.otp, most of them without any C. What the few C functions do is decided
 * by the hooks of agent/hooks.h. */
#include "probe.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "agent.otp.h"
#include "agent/hooks.h"

#define OK(call)           ck_assert_int_eq((call), OTP_OK)
#define SAME(have, text)   ck_assert(otp_str_equal((have), otp_cstr(text)))
#define ENDS(call, reason) expect_end((call), (reason))

static otp_pid root;

static void start_agents(void)
{
    char text[100];
    start_runtime(false, false);
    OK(otp_application_start(&agents_application, &root, text, sizeof(text)));
}

static void stop_agents(void)
{
    OK(otp_application_stop(&agents_application, PATIENCE));
    stop_runtime();
}

/* The call ended because its server did, for that reason. */
static void expect_end(otp_status status, const char *reason)
{
    char text[128];
    ck_assert_int_eq(status, OTP_EXIT);
    ck_assert_str_eq(reason_text(otp_last_reason(), text), reason);
}

static int64_t counter_value(otp_dest counter)
{
    int64_t value = 0;
    OK(agents_counter_value(counter, &value));
    return value;
}

static otp_pid start_counter(int64_t initial)
{
    const struct otp_start how = { 0 };
    const struct agents_counter_options options = { initial };
    otp_pid pid;
    OK(agents_counter_start_with(&how, &options, &pid));
    return pid;
}

START_TEST(B133_all_work_on_one_state_in_order)
{
    int64_t value = 0;
    bool above;
    start_agents();
    ck_assert_int_eq(counter_value(AGENTS_COUNTER), 40); /* as its child line says */
    OK(agents_counter_increment(AGENTS_COUNTER));
    OK(agents_counter_increment_with(AGENTS_COUNTER, 9));
    OK(agents_counter_bump(AGENTS_COUNTER, -20));
    OK(agents_counter_next(AGENTS_COUNTER, &value));
    ck_assert_int_eq(value, 30);
    ck_assert_int_eq(counter_value(AGENTS_COUNTER), 31);
    OK(agents_counter_take(AGENTS_COUNTER, 1, &value));
    ck_assert_int_eq(value, 30);
    OK(agents_counter_is_above(AGENTS_COUNTER, 29, &above));
    ck_assert(above);
    OK(agents_counter_is_above(AGENTS_COUNTER, -1, &above));
    ck_assert(!above);
    OK(agents_counter_reset(AGENTS_COUNTER));
    ck_assert_int_eq(counter_value(AGENTS_COUNTER), 0);
    stop_agents();
}
END_TEST

enum { CLIENTS = 8, ROUNDS = 500 };

static void increment_often(void *arg)
{
    for (int i = 0; i < ROUNDS; i++)
        OK(agents_counter_increment(*(otp_dest *)arg));
}

static void increment_from_many(void *arg)
{
    otp_pid clients[CLIENTS];
    char text[128];
    for (int i = 0; i < CLIENTS; i++)
        OK(otp_spawn(increment_often, arg, NULL, &clients[i]));
    for (int i = 0; i < CLIENTS; i++)
        (void)await_end(clients[i], text);
}

START_TEST(B134_no_update_of_many_clients_is_lost)
{
    start_runtime(false, false);
    otp_dest counter = otp_to(start_counter(0));
    in_process(increment_from_many, &counter);
    ck_assert_int_eq(counter_value(counter), CLIENTS * ROUNDS);
    stop_runtime();
}
END_TEST

/* What the caller of an agent's crashing function ends with, if it wants the value. */
static void want_a_value(void *arg)
{
    int64_t value;
    otp_must(agents_counter_take(otp_to(*(otp_pid *)arg), -1, &value));
    note("not reached");
}

static void watch_a_client(void *arg)
{
    otp_pid client;
    otp_monitor monitor;
    const struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    char text[128];
    (void)arg;
    otp_pid agent = start_counter(1);
    OK(otp_spawn(want_a_value, &agent, &how, &client));
    note("%s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B135_a_crash_takes_the_agent_and_its_caller)
{
    int64_t value;
    start_runtime(false, false);
    otp_dest counter = otp_to(start_counter(0));
    ENDS(agents_counter_take(counter, -1, &value), "negative");
    ck_assert_int_eq(agents_counter_value(counter, &value), OTP_NOPROC);
    in_process(watch_a_client, NULL);
    char *notes = all_notes();
    ck_assert_ptr_nonnull(strstr(notes, "negative"));
    ck_assert_ptr_null(strstr(notes, "not reached"));
    free(notes);
    stop_runtime();
}
END_TEST

START_TEST(B135_after_a_cast_only_the_agent_ends)
{
    int64_t value;
    start_runtime(false, false);
    otp_dest counter = otp_to(start_counter(0));
    OK(agents_counter_spoil(counter));
    otp_status status = agents_counter_value(counter, &value); /* behind it, or to the dead */
    ck_assert(status == OTP_EXIT || status == OTP_NOPROC);
    stop_runtime();
}
END_TEST

START_TEST(B136_a_wrong_shape_ends_agent_and_call)
{
    int64_t value;
    char text[128];
    start_runtime(false, false);
    otp_dest counter = otp_to(start_counter(5));
    ck_assert_int_eq(agents_counter_take(counter, 0, &value), OTP_EXIT);
    ck_assert_ptr_nonnull(strstr(reason_text(otp_last_reason(), text), "bad_return"));
    ck_assert_int_eq(agents_counter_value(counter, &value), OTP_NOPROC);
    stop_runtime();
}
END_TEST

static void pass(void *arg)
{
    gate_pass(arg);
}

START_TEST(B137_an_update_that_timed_out_is_applied)
{
    struct gate gate = GATE;
    start_runtime(false, false);
    otp_dest counter = otp_to(start_counter(7));
    work_hook = (struct hook){ pass, &gate };
    ck_assert_int_eq(agents_counter_work_within(counter, 20 * OTP_MS), OTP_TIMEOUT);
    gate_open(&gate);
    ck_assert_int_eq(counter_value(counter), 8); /* not the late answer, and the agent lives */
    stop_runtime();
}
END_TEST

static void call_itself(void *arg)
{
    int64_t value;
    if (agents_counter_value(*(otp_dest *)arg, &value) == OTP_CALLING_SELF)
        note("told");
}

START_TEST(B138_an_agent_that_calls_itself_is_told)
{
    start_runtime(false, false);
    otp_dest counter = otp_to(start_counter(0));
    work_hook = (struct hook){ call_itself, &counter };
    OK(agents_counter_work(counter));
    expect_notes("told");
    ck_assert_int_eq(counter_value(counter), 1);
    stop_runtime();
}
END_TEST

static void fail_to_begin(void *arg)
{
    (void)arg;
    otp_exit(otp_error("no account"));
}

static void watch_a_stop(void *arg)
{
    otp_dest counter = otp_to(start_counter(0));
    otp_monitor monitor;
    char text[128];
    (void)arg;
    OK(otp_monitor_start(counter, &monitor));
    OK(otp_stop_process(counter, otp_error("enough"), PATIENCE));
    note("%s", next_reason(OTP_MESSAGE_DOWN, text));
}

START_TEST(B139_a_failing_start_is_reported_and_a_stop_gives_its_reason)
{
    const struct agents_account_options none = { 0 };
    const struct agents_counter_options options = agents_counter_options_default();
    otp_pid pid, second;
    start_runtime(false, false);
    account_hook.run = fail_to_begin;
    ENDS(agents_account_start(&none, &pid), "no account");
    OK(agents_counter_start(&options, &pid));
    second = otp_no_pid();
    ck_assert_int_eq(agents_counter_start(&options, &second), OTP_ALREADY_STARTED);
    ck_assert(otp_pid_equal(pid, second));
    in_process(watch_a_stop, NULL);
    char *notes = all_notes();
    ck_assert_ptr_nonnull(strstr(notes, "enough"));
    free(notes);
    stop_runtime();
}
END_TEST

/* -- what expressions compute -- */

START_TEST(narrow_numbers_do_not_go_round)
{
    uint8_t value = 0;
    start_agents();
    OK(agents_small_add(AGENTS_SMALL, 5));
    OK(agents_small_value(AGENTS_SMALL, &value));
    ck_assert_uint_eq(value, 255);
    OK(agents_small_over(AGENTS_SMALL, 10, &value));
    ck_assert_uint_eq(value, 25);
    OK(agents_small_rest(AGENTS_SMALL, 10, &value));
    ck_assert_uint_eq(value, 5);
    otp_pid old = otp_dest_pid(AGENTS_SMALL);
    ENDS(agents_small_add(otp_to(old), 1), "overflow");
    stop_agents();
}
END_TEST

/* A server of its own for each calculation that has no result. */
#define FRESH(module, dest)                                                                        \
    do {                                                                                           \
        const struct otp_start how_ = { 0 };                                                       \
        const struct agents_##module##_options options_ = agents_##module##_options_default();     \
        otp_pid pid_;                                                                              \
        OK(agents_##module##_start_with(&how_, &options_, &pid_));                                 \
        *(dest) = otp_to(pid_);                                                                    \
    } while (0)

START_TEST(what_has_no_result_ends_the_agent)
{
    uint8_t byte;
    int64_t value;
    otp_dest one;
    start_runtime(false, false);
    FRESH(small, &one);
    ENDS(agents_small_twice(one, &byte), "overflow");
    FRESH(small, &one);
    ENDS(agents_small_sub(one, 251), "overflow");
    FRESH(small, &one);
    ENDS(agents_small_over(one, 0, &byte), "division by zero");
    FRESH(small, &one);
    ENDS(agents_small_rest(one, 0, &byte), "division by zero");
    FRESH(wide, &one);
    ENDS(agents_wide_add(one, 1), "overflow");
    FRESH(wide, &one);
    ENDS(agents_wide_mul(one, 2), "overflow");
    FRESH(deep, &one);
    ENDS(agents_deep_sub(one, 1), "overflow");
    FRESH(deep, &one);
    ENDS(agents_deep_mul(one, -1), "overflow");
    FRESH(deep, &one);
    ENDS(agents_deep_less(one, &value), "overflow");
    FRESH(deep, &one);
    ENDS(agents_deep_over(one, -1, &value), "overflow");
    stop_runtime();
}
END_TEST

START_TEST(wide_numbers_reach_their_ends)
{
    uint64_t wide = 0;
    int64_t deep = 1;
    start_agents();
    OK(agents_wide_sub(AGENTS_WIDE, UINT64_MAX));
    OK(agents_wide_value(AGENTS_WIDE, &wide));
    ck_assert_uint_eq(wide, 0);
    OK(agents_deep_value(AGENTS_DEEP, &deep));
    ck_assert_int_eq(deep, INT64_MIN);
    OK(agents_deep_rest(AGENTS_DEEP, -1, &deep));
    ck_assert_int_eq(deep, 0);
    OK(agents_deep_over(AGENTS_DEEP, 2, &deep));
    ck_assert_int_eq(deep, INT64_MIN / 2);
    stop_agents();
}
END_TEST

START_TEST(texts_are_owned_by_the_state)
{
    otp_str text;
    bool same;
    start_agents();
    OK(agents_title_is(AGENTS_TITLE, otp_cstr("none"), &same));
    ck_assert(same);
    OK(agents_title_set(AGENTS_TITLE, otp_cstr("first")));
    OK(agents_title_swap(AGENTS_TITLE, otp_cstr("second"), &text));
    SAME(text, "first"); /* what was replaced while it was the answer */
    agents_title_swap_free_reply(&text);
    OK(agents_title_value(AGENTS_TITLE, &text));
    SAME(text, "second");
    agents_title_value_free_reply(&text);
    OK(agents_title_clear(AGENTS_TITLE));
    OK(agents_title_is(AGENTS_TITLE, otp_cstr(""), &same));
    ck_assert(same);
    stop_agents();
}
END_TEST

static void check_account(const char *name, uint8_t age, bool has_nick, size_t tags)
{
    struct agents_optional_string nick;
    struct agents_list_of_string list;
    struct agents_user user;
    otp_str text;
    bool has;
    OK(agents_account_value(AGENTS_ACCOUNT, &user));
    SAME(user.name, name);
    ck_assert_uint_eq(user.age, age);
    agents_account_value_free_reply(&user);
    OK(agents_account_called(AGENTS_ACCOUNT, &text));
    SAME(text, name);
    agents_account_called_free_reply(&text);
    OK(agents_account_nick(AGENTS_ACCOUNT, &nick));
    ck_assert_int_eq(nick.has_value, has_nick);
    agents_account_nick_free_reply(&nick);
    OK(agents_account_has_nick(AGENTS_ACCOUNT, &has));
    ck_assert_int_eq(has, has_nick);
    OK(agents_account_tags(AGENTS_ACCOUNT, &list));
    ck_assert_uint_eq(list.items_count, tags);
    agents_account_tags_free_reply(&list);
}

START_TEST(structs_are_read_by_field_and_replaced_whole)
{
    uint8_t age = 0;
    struct agents_user other = { .id = 8, .name = otp_cstr("ann"), .age = 255, .has_nick = true };
    other.nick = otp_cstr("an");
    start_agents();
    check_account("joe", 254, false, 2);
    OK(agents_account_next_age(AGENTS_ACCOUNT, &age));
    ck_assert_uint_eq(age, 255);
    OK(agents_account_set(AGENTS_ACCOUNT, &other));
    check_account("ann", 255, true, 0);
    ENDS(agents_account_next_age(AGENTS_ACCOUNT, &age), "overflow");
    stop_agents();
}
END_TEST

START_TEST(an_optional_state_may_be_absent)
{
    struct agents_optional_u64 value;
    const uint64_t nine = 9;
    bool there = true;
    start_agents();
    OK(agents_maybe_is_there(AGENTS_MAYBE, &there));
    ck_assert(!there);
    OK(agents_maybe_set(AGENTS_MAYBE, 5));
    OK(agents_maybe_value(AGENTS_MAYBE, &value));
    ck_assert(value.has_value);
    ck_assert_uint_eq(value.value, 5);
    OK(agents_maybe_put(AGENTS_MAYBE, NULL));
    OK(agents_maybe_is_there(AGENTS_MAYBE, &there));
    ck_assert(!there);
    OK(agents_maybe_put(AGENTS_MAYBE, &nine));
    OK(agents_maybe_value(AGENTS_MAYBE, &value));
    ck_assert_uint_eq(value.value, 9);
    OK(agents_maybe_clear(AGENTS_MAYBE));
    OK(agents_maybe_value(AGENTS_MAYBE, &value));
    ck_assert(!value.has_value);
    stop_agents();
}
END_TEST

START_TEST(times_enums_fractions_and_lists_are_states)
{
    struct agents_list_of_string list;
    const otp_str one = otp_cstr("three");
    otp_duration pause = 0;
    double half = 0;
    bool high = false;
    start_agents();
    OK(agents_pause_twice(AGENTS_PAUSE));
    OK(agents_pause_less(AGENTS_PAUSE, 4 * OTP_S));
    OK(agents_pause_half(AGENTS_PAUSE));
    OK(agents_pause_value(AGENTS_PAUSE, &pause));
    ck_assert_int_eq(pause, 3 * OTP_S);
    OK(agents_mode_set(AGENTS_MODE, AGENTS_LEVEL_HIGH));
    OK(agents_mode_is_high(AGENTS_MODE, &high));
    ck_assert(high);
    OK(agents_ratio_turn(AGENTS_RATIO, 2.0));
    OK(agents_ratio_half(AGENTS_RATIO, &half));
    ck_assert_double_eq(half, -1.0);
    OK(agents_names_set(AGENTS_NAMES, &one, 1));
    OK(agents_names_value(AGENTS_NAMES, &list));
    ck_assert_uint_eq(list.items_count, 1);
    SAME(list.items[0], "three");
    agents_names_value_free_reply(&list);
    stop_agents();
}
END_TEST

/* -- calls that are done where the caller is -- */

static void increment_and_bump(otp_dest counter)
{
    for (int i = 0; i < ROUNDS; i++) {
        OK(agents_counter_increment(counter));
        OK(agents_counter_bump(counter, 1));
    }
}

static void increment_and_bump_in_process(void *arg)
{
    increment_and_bump(*(otp_dest *)arg);
}

static void *increment_and_bump_in_thread(void *arg)
{
    increment_and_bump(*(otp_dest *)arg);
    return NULL;
}

static void await_clients(void *arg)
{
    const otp_pid *clients = arg;
    char text[128];
    for (int i = 0; i < CLIENTS / 2; i++)
        (void)await_end(clients[i], text);
}

START_TEST(B134_threads_processes_and_messages_lose_nothing)
{
    otp_pid clients[CLIENTS / 2];
    pthread_t threads[CLIENTS / 2];
    start_runtime(false, false);
    otp_dest counter = otp_to(start_counter(0));
    for (int i = 0; i < CLIENTS / 2; i++) {
        OK(otp_spawn(increment_and_bump_in_process, &counter, NULL, &clients[i]));
        ck_assert_int_eq(pthread_create(&threads[i], NULL, increment_and_bump_in_thread, &counter),
                         0);
    }
    for (int i = 0; i < CLIENTS / 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    in_process(await_clients, clients);
    ck_assert_int_eq(counter_value(counter), CLIENTS * ROUNDS * 2);
    stop_runtime();
}
END_TEST

static void call_until_it_is_gone(void *arg)
{
    int64_t value;
    otp_status status = OTP_OK;
    while (status == OTP_OK)
        status = agents_counter_next(*(otp_dest *)arg, &value);
    note(status == OTP_NOPROC || status == OTP_EXIT ? "gone" : "wrong");
}

START_TEST(an_agent_that_is_killed_while_it_is_asked_is_gone)
{
    start_runtime(false, false);
    otp_pid pid = start_counter(0);
    otp_dest counter = otp_to(pid);
    otp_pid client;
    for (int i = 0; i < CLIENTS; i++)
        OK(otp_spawn(call_until_it_is_gone, &counter, NULL, &client));
    while (counter_value(counter) < CLIENTS)
        OK(agents_counter_increment(counter));
    OK(otp_exit_signal(pid, otp_kill()));
    for (int i = 0; i < CLIENTS; i++)
        await_notes("gone", (size_t)i + 1);
    ck_assert(!otp_is_alive(pid));
    stop_runtime();
}
END_TEST

START_TEST(a_suspended_agent_is_not_asked_behind_its_back)
{
    struct otp_sys_statistics statistics;
    start_runtime(false, false);
    otp_dest counter = otp_to(start_counter(7));
    OK(otp_sys_suspend(counter, OTP_INFINITY));
    ck_assert_int_eq(agents_counter_increment_within(counter, 20 * OTP_MS, 1), OTP_TIMEOUT);
    OK(otp_sys_resume(counter, OTP_INFINITY));
    ck_assert_int_eq(counter_value(counter), 8);
    OK(otp_sys_set_statistics(counter, true, OTP_INFINITY));
    OK(agents_counter_increment(counter));
    ck_assert_int_eq(counter_value(counter), 9);
    OK(otp_sys_get_statistics(counter, &statistics, OTP_INFINITY));
    ck_assert_uint_ge(statistics.messages_in, 2);
    stop_runtime();
}
END_TEST

START_TEST(what_is_asked_counts_as_received)
{
    struct otp_proc_info before, after;
    start_runtime(false, false);
    otp_pid pid = start_counter(0);
    OK(otp_process_info(pid, &before));
    for (int i = 0; i < 10; i++)
        OK(agents_counter_increment(otp_to(pid)));
    OK(otp_process_info(pid, &after));
    ck_assert_uint_eq(after.received, before.received + 10);
    ck_assert_uint_eq(after.mailbox, 0);
    stop_runtime();
}
END_TEST

static atomic_bool was_there;

static void come(void *arg)
{
    (void)arg;
    atomic_store(&was_there, true);
}

/* Ends only if another process of the same worker gets its turn. */
static void ask_until_it_comes(void *arg)
{
    otp_pid other;
    int n = 0;
    OK(otp_spawn(come, NULL, NULL, &other));
    while (!atomic_load(&was_there) && n++ < 100000)
        (void)counter_value(*(otp_dest *)arg);
    note(atomic_load(&was_there) ? "it came" : "it never came");
}

START_TEST(a_process_that_asks_for_ever_starves_nobody)
{
    start_workers(1, false, false);
    otp_dest counter = otp_to(start_counter(0));
    in_process(ask_until_it_comes, &counter);
    expect_notes("it came");
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("agent");
    support_behaviour(s, "B133", B133_all_work_on_one_state_in_order);
    support_behaviour(s, "B134", B134_no_update_of_many_clients_is_lost);
    support_behaviour(s, "B134", B134_threads_processes_and_messages_lose_nothing);
    support_behaviour(s, "B135", B135_a_crash_takes_the_agent_and_its_caller);
    support_behaviour(s, "B135", B135_after_a_cast_only_the_agent_ends);
    support_behaviour(s, "B136", B136_a_wrong_shape_ends_agent_and_call);
    support_behaviour(s, "B137", B137_an_update_that_timed_out_is_applied);
    support_behaviour(s, "B138", B138_an_agent_that_calls_itself_is_told);
    support_behaviour(s, "B139", B139_a_failing_start_is_reported_and_a_stop_gives_its_reason);
    TCase *values = support_case(s, "values", 10);
    tcase_add_test(values, narrow_numbers_do_not_go_round);
    tcase_add_test(values, what_has_no_result_ends_the_agent);
    tcase_add_test(values, wide_numbers_reach_their_ends);
    tcase_add_test(values, texts_are_owned_by_the_state);
    tcase_add_test(values, structs_are_read_by_field_and_replaced_whole);
    tcase_add_test(values, an_optional_state_may_be_absent);
    tcase_add_test(values, times_enums_fractions_and_lists_are_states);
    TCase *visits = support_case(s, "visits", 30);
    tcase_add_test(visits, an_agent_that_is_killed_while_it_is_asked_is_gone);
    tcase_add_test(visits, a_suspended_agent_is_not_asked_behind_its_back);
    tcase_add_test(visits, what_is_asked_counts_as_received);
    tcase_add_test(visits, a_process_that_asks_for_ever_starves_nobody);
    return support_run(s);
}
