/* test_mailbox.c - mailboxes with a limit.
 *
 * Idea: a server is held in a handler while its mailbox fills up; what it was told in the end shows
 * what got in, and in which order. */
#include "probe.h"

#include <stdatomic.h>

#include "mailbox.otp.h"
#include "mailbox/hold.h"

#define OK(call) ck_assert_int_eq((call), OTP_OK)

enum { LIMIT = 4 };

static atomic_int holding;

static void hold(void *gate)
{
    atomic_fetch_add(&holding, 1);
    gate_pass(gate);
}

void (*hold_at)(void *gate) = hold;

static struct gate gate = GATE;

#define START(module, pid)                                                                         \
    do {                                                                                           \
        const struct mailbox_##module##_options none_ = { 0 };                                     \
        OK(mailbox_##module##_start(&none_, (pid)));                                               \
        OK(mailbox_##module##_hold(otp_to(*(pid)), (uint64_t)(uintptr_t)&gate));                   \
        await_hold();                                                                              \
    } while (0)

static void await_hold(void)
{
    while (atomic_load(&holding) == 0)
        step_aside();
}

static struct otp_mailbox_info info_of(otp_pid pid)
{
    struct otp_proc_info info;
    OK(otp_process_info(pid, &info));
    return info.bound;
}

/* What it was told: 1 to n. */
static void expect_sum(otp_status status, const struct mailbox_list_of_u64 *list, size_t n)
{
    OK(status);
    ck_assert_uint_eq(list->items_count, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_uint_eq(list->items[i], i + 1);
}

START_TEST(error_tells_who_casts_and_who_calls)
{
    struct mailbox_list_of_u64 list;
    otp_request request;
    otp_pid pid;
    start_runtime(false, false);
    START(strict, &pid);
    for (uint64_t n = 1; n <= LIMIT; n++)
        OK(mailbox_strict_add(otp_to(pid), n));
    ck_assert_int_eq(mailbox_strict_add(otp_to(pid), 9), OTP_OVERLOAD);
    /* at once */
    ck_assert_int_eq(mailbox_strict_sum_within(otp_to(pid), PATIENCE, &list), OTP_OVERLOAD);
    OK(mailbox_strict_sum_request(otp_to(pid), &request));
    ck_assert_int_eq(mailbox_strict_sum_receive(&request, PATIENCE, &list), OTP_OVERLOAD);
    struct otp_mailbox_info info = info_of(pid);
    ck_assert_uint_eq(info.limit, LIMIT);
    ck_assert_uint_eq(info.depth, LIMIT);
    ck_assert_uint_eq(info.overflowed, 3);
    ck_assert_uint_eq(info.waited, 0);
    gate_open(&gate);
    while (info_of(pid).depth > 0)
        step_aside();
    expect_sum(mailbox_strict_sum(otp_to(pid), &list), &list, LIMIT);
    mailbox_strict_sum_free_reply(&list);
    stop_runtime();
}
END_TEST

START_TEST(drop_loses_casts_counts_them_and_says_so_once)
{
    struct mailbox_list_of_u64 list;
    otp_pid pid;
    start_runtime(false, true);
    START(lossy, &pid);
    for (uint64_t n = 1; n <= LIMIT + 5; n++)
        OK(mailbox_lossy_add(otp_to(pid), n));
    ck_assert_int_eq(mailbox_lossy_sum(otp_to(pid), &list),
                     OTP_OVERLOAD); /* nobody waits for nothing */
    ck_assert_uint_eq(info_of(pid).overflowed, 6);
    ck_assert_uint_eq(noted("log:lost::"), 1);
    gate_open(&gate);
    while (info_of(pid).depth > 0)
        step_aside();
    expect_sum(mailbox_lossy_sum(otp_to(pid), &list), &list, LIMIT);
    mailbox_lossy_sum_free_reply(&list);
    stop_runtime();
}
END_TEST

static void ask_for_status(void *arg)
{
    struct otp_sys_status status;
    char text[256];
    OK(otp_sys_get_status(otp_to(*(otp_pid *)arg), &status, text, sizeof(text), OTP_INFINITY));
    note("status");
}

static void await_depth(otp_pid pid, uint64_t depth)
{
    struct otp_proc_info info;
    do
        OK(otp_process_info(pid, &info));
    while (info.mailbox < depth);
}

START_TEST(what_is_no_message_of_a_client_gets_in)
{
    otp_pid pid, asker;
    start_runtime(false, false);
    START(patient, &pid);
    for (uint64_t n = 1; n <= LIMIT; n++)
        OK(mailbox_patient_add(otp_to(pid), n));
    (void)mailbox_patient_tick_after(otp_to(pid), OTP_MS); /* a timer is not counted */
    await_depth(pid, LIMIT + 1);
    OK(otp_spawn(ask_for_status, &pid, NULL, &asker)); /* nor a request of the system */
    await_depth(pid, LIMIT + 2);
    gate_open(&gate);
    await_note("status");
    OK(otp_stop_process(otp_to(pid), otp_normal(), PATIENCE));
    stop_runtime();
}
END_TEST

/* -- block -- */

static void fill_up(otp_pid pid)
{
    for (uint64_t n = 1; n <= LIMIT; n++)
        OK(mailbox_patient_add(otp_to(pid), n));
}

static void await_waiter(otp_pid pid, uint64_t n)
{
    while (info_of(pid).waited < n)
        step_aside();
}

static void send_more(void *arg)
{
    for (uint64_t n = LIMIT + 1; n <= 20; n++)
        OK(mailbox_patient_add(otp_to(*(otp_pid *)arg), n));
    note("sent");
}

static void *send_more_from_a_thread(void *arg)
{
    send_more(arg);
    return NULL;
}

START_TEST(block_makes_a_process_wait_and_keeps_its_order)
{
    struct mailbox_list_of_u64 list;
    otp_pid pid, sender;
    start_runtime(false, false);
    START(patient, &pid);
    fill_up(pid);
    OK(otp_spawn(send_more, &pid, NULL, &sender));
    await_waiter(pid, 1);
    gate_open(&gate);
    await_note("sent");
    expect_sum(mailbox_patient_sum(otp_to(pid), &list), &list, 20);
    mailbox_patient_sum_free_reply(&list);
    ck_assert_uint_eq(info_of(pid).overflowed, 0);
    stop_runtime();
}
END_TEST

START_TEST(block_makes_a_foreign_thread_wait)
{
    struct mailbox_list_of_u64 list;
    pthread_t thread;
    otp_pid pid;
    start_runtime(false, false);
    START(patient, &pid);
    fill_up(pid);
    ck_assert_int_eq(pthread_create(&thread, NULL, send_more_from_a_thread, &pid), 0);
    await_waiter(pid, 1);
    gate_open(&gate);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    expect_sum(mailbox_patient_sum(otp_to(pid), &list), &list, 20);
    mailbox_patient_sum_free_reply(&list);
    stop_runtime();
}
END_TEST

START_TEST(block_ends_with_overload)
{
    struct mailbox_list_of_u64 list;
    otp_pid pid;
    start_runtime(false, false);
    START(hasty, &pid);
    OK(mailbox_hasty_add(otp_to(pid), 1));
    otp_instant begin = otp_now();
    ck_assert_int_eq(mailbox_hasty_add(otp_to(pid), 2), OTP_OVERLOAD);
    ck_assert_int_ge(otp_now() - begin, 20 * OTP_MS);
    begin = otp_now(); /* a call's own timeout is the shorter one */
    ck_assert_int_eq(mailbox_hasty_sum_within(otp_to(pid), 5 * OTP_MS, &list), OTP_OVERLOAD);
    ck_assert_int_ge(otp_now() - begin, 5 * OTP_MS);
    ck_assert_uint_eq(info_of(pid).waited, 2);
    gate_open(&gate);
    stop_runtime();
}
END_TEST

static void send_one(void *arg)
{
    otp_status status = mailbox_patient_add(otp_to(*(otp_pid *)arg), 5);
    note("%s", otp_status_text(status));
}

static void call_it(void *arg)
{
    struct mailbox_list_of_u64 list;
    otp_status status = mailbox_patient_sum(otp_to(*(otp_pid *)arg), &list);
    note("%s", otp_status_text(status));
}

START_TEST(who_waits_for_room_hears_of_the_end)
{
    otp_pid pid, sender;
    start_runtime(false, false);
    START(patient, &pid);
    fill_up(pid);
    OK(otp_spawn(call_it, &pid, NULL, &sender));
    await_waiter(pid, 1);
    OK(otp_exit_signal(pid, otp_kill()));
    await_note(otp_status_text(OTP_NOPROC));
    OK(otp_spawn(send_one, &pid, NULL, &sender)); /* a cast to the dead is fine */
    await_note(otp_status_text(OTP_OK));
    gate_open(&gate);
    stop_runtime();
}
END_TEST

START_TEST(one_that_is_killed_while_it_waits_keeps_nobody_out)
{
    struct mailbox_list_of_u64 list;
    otp_pid pid, senders[3];
    start_runtime(false, false);
    START(patient, &pid);
    fill_up(pid);
    for (int i = 0; i < 3; i++) {
        OK(otp_spawn(send_one, &pid, NULL, &senders[i]));
        await_waiter(pid, (uint64_t)i + 1);
    }
    OK(otp_exit_signal(senders[0], otp_kill()));
    OK(otp_exit_signal(senders[1], otp_kill()));
    gate_open(&gate);
    await_note(otp_status_text(OTP_OK)); /* the third one */
    expect_sum(mailbox_patient_sum(otp_to(pid), &list), &list, LIMIT + 1);
    mailbox_patient_sum_free_reply(&list);
    ck_assert_uint_eq(info_of(pid).depth, 0);
    stop_runtime();
}
END_TEST

START_TEST(a_server_that_tells_itself_too_much_does_not_wait)
{
    struct mailbox_list_of_u64 list;
    otp_pid pid;
    start_runtime(false, false);
    START(patient, &pid);
    OK(mailbox_patient_again(otp_to(pid)));
    gate_open(&gate);
    while (info_of(pid).overflowed < 6 - LIMIT)
        step_aside();
    OK(mailbox_patient_sum(otp_to(pid), &list));
    ck_assert_uint_eq(list.items_count, 1 + LIMIT);
    ck_assert_uint_eq(list.items[0], 6 - LIMIT);
    mailbox_patient_sum_free_reply(&list);
    stop_runtime();
}
END_TEST

/* -- many, and tenants that come and go -- */

enum { SENDERS = 8, EACH = 50, LIVES = 30 };

static void send_each(void *arg)
{
    for (uint64_t n = 0; n < EACH; n++)
        OK(mailbox_patient_add(otp_to(*(otp_pid *)arg), n));
    note("sent");
}

START_TEST(many_senders_get_all_in)
{
    struct mailbox_list_of_u64 list;
    otp_pid pid, sender;
    start_runtime(false, false);
    START(patient, &pid);
    for (int i = 0; i < SENDERS; i++)
        OK(otp_spawn(send_each, &pid, NULL, &sender));
    gate_open(&gate);
    await_notes("sent", SENDERS);
    OK(mailbox_patient_sum(otp_to(pid), &list));
    ck_assert_uint_eq(list.items_count, SENDERS * EACH);
    mailbox_patient_sum_free_reply(&list);
    ck_assert_uint_eq(info_of(pid).depth, 0);
    stop_runtime();
}
END_TEST

static _Atomic uint64_t target;
static atomic_bool over;

static void send_always(void *arg)
{
    (void)arg;
    while (!atomic_load(&over)) {
        otp_pid pid = { atomic_load(&target) };
        (void)mailbox_hasty_add(otp_to(pid), 1);
    }
    note("sent");
}

START_TEST(a_new_tenant_begins_with_an_empty_mailbox)
{
    otp_pid pid, sender;
    const struct mailbox_hasty_options none = { 0 };
    start_runtime(false, false);
    gate_open(&gate);
    for (int i = 0; i < 3; i++)
        OK(otp_spawn(send_always, NULL, NULL, &sender));
    for (int life = 0; life < LIVES; life++) {
        OK(mailbox_hasty_start(&none, &pid));
        ck_assert_uint_eq(info_of(pid).depth, 0);
        atomic_store(&target, pid.bits);
        while (otp_is_alive(pid) && info_of(pid).depth == 0 && info_of(pid).overflowed == 0)
            step_aside();
        OK(otp_exit_signal(pid, otp_kill()));
    }
    atomic_store(&over, true);
    await_notes("sent", 3);
    stop_runtime();
}
END_TEST

/* -- one that hears the news, and is slow -- */

static void tell_news(uint64_t n)
{
    for (uint64_t i = 1; i <= n; i++)
        OK(mailbox_news_broadcast(MAILBOX_NEWS, otp_cstr("all"), i));
}

START_TEST(a_slow_subscriber_loses_what_it_said_it_would_and_nobody_else)
{
    const struct mailbox_careful_options none = { 0 };
    struct mailbox_careful_heard_reply all;
    struct mailbox_slow_heard_reply few;
    otp_pid slow, quick, news;
    start_runtime(false, true);
    OK(mailbox_news_start(&news));
    OK(mailbox_careful_start(&none, &quick));
    START(slow, &slow);
    tell_news(LIMIT + 5);
    OK(mailbox_careful_heard(otp_to(quick), &all));
    ck_assert_uint_eq(all.as.heard.count, LIMIT + 5);
    ck_assert_uint_eq(info_of(quick).overflowed, 0);
    ck_assert_uint_eq(info_of(slow).depth, LIMIT);
    ck_assert_uint_eq(info_of(slow).overflowed, 5);
    ck_assert_uint_eq(noted("log:lost::"), 1);
    gate_open(&gate);
    while (info_of(slow).depth > 0)
        step_aside();
    OK(mailbox_slow_heard(otp_to(slow), &few));
    ck_assert_uint_eq(few.as.heard.count, LIMIT);
    ck_assert_uint_eq(few.as.heard.last, LIMIT);
    stop_runtime();
}
END_TEST

static void tell_from_a_process(void *arg)
{
    (void)arg;
    tell_news(LIMIT + 5);
    note("told");
}

/* A process waits for room at careful, which is held, in the middle of a broadcast. */
static void start_to_tell(otp_pid *careful, otp_pid *teller)
{
    otp_pid news;
    start_runtime(false, false);
    OK(mailbox_news_start(&news));
    START(careful, careful);
    OK(otp_spawn(tell_from_a_process, NULL, NULL, teller));
    while (info_of(*careful).waited == 0)
        step_aside();
}

START_TEST(a_subscriber_that_blocks_makes_the_broadcast_wait)
{
    struct mailbox_careful_heard_reply all;
    otp_pid careful, teller;
    start_to_tell(&careful, &teller);
    ck_assert_uint_eq(info_of(careful).depth, LIMIT);
    ck_assert_uint_eq(noted("told"), 0);
    gate_open(&gate);
    await_note("told");
    OK(mailbox_careful_heard(otp_to(careful), &all));
    ck_assert_uint_eq(all.as.heard.count, LIMIT + 5);
    ck_assert_uint_eq(all.as.heard.last, LIMIT + 5);
    ck_assert_uint_eq(info_of(careful).overflowed, 0);
    stop_runtime();
}
END_TEST

START_TEST(one_that_is_killed_while_it_broadcasts_leaves_nothing)
{
    struct mailbox_careful_heard_reply all;
    otp_pid careful, teller;
    start_to_tell(&careful, &teller);
    OK(otp_exit_signal(teller, otp_kill()));
    while (otp_is_alive(teller))
        step_aside();
    gate_open(&gate);
    while (info_of(careful).depth > 0)
        step_aside();
    OK(mailbox_careful_heard(otp_to(careful), &all));
    ck_assert_uint_eq(all.as.heard.count, LIMIT);
    ck_assert_uint_eq(noted("told"), 0);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mailbox");
    TCase *c = support_case(s, "mailbox", 20);
    tcase_add_test(c, error_tells_who_casts_and_who_calls);
    tcase_add_test(c, drop_loses_casts_counts_them_and_says_so_once);
    tcase_add_test(c, what_is_no_message_of_a_client_gets_in);
    tcase_add_test(c, block_makes_a_process_wait_and_keeps_its_order);
    tcase_add_test(c, block_makes_a_foreign_thread_wait);
    tcase_add_test(c, block_ends_with_overload);
    tcase_add_test(c, who_waits_for_room_hears_of_the_end);
    tcase_add_test(c, one_that_is_killed_while_it_waits_keeps_nobody_out);
    tcase_add_test(c, a_server_that_tells_itself_too_much_does_not_wait);
    tcase_add_test(c, many_senders_get_all_in);
    tcase_add_test(c, a_new_tenant_begins_with_an_empty_mailbox);
    tcase_add_test(c, a_slow_subscriber_loses_what_it_said_it_would_and_nobody_else);
    tcase_add_test(c, a_subscriber_that_blocks_makes_the_broadcast_wait);
    tcase_add_test(c, one_that_is_killed_while_it_broadcasts_leaves_nothing);
    return support_run(s);
}
