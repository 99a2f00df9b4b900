/* test_process_parts.c - what a process has: timers, aliases, a dictionary; and what info says.
 *
 * Idea: see probe.h. Stories are lived through by a plain process. Times are looked at with the
 * real clock, orders with the manual one. */
#include <stdatomic.h>

#include "probe.h"

static const struct otp_message_type number_type = { .name = "number",
                                                     .message_class = OTP_CLASS_CAST,
                                                     .args = &probe_u64_layout };
static const struct otp_message_type double_type = { .name = "double",
                                                     .message_class = OTP_CLASS_CALL,
                                                     .args = &probe_u64_layout,
                                                     .reply = &probe_u64_layout };

static otp_timer tell_after(otp_dest dest, uint64_t number, otp_duration delay)
{
    return otp_send_after(dest, &number_type, &number, delay);
}

static void tell(otp_dest dest, uint64_t number)
{
    ck_assert_int_eq(otp_cast(dest, &number_type, &number), OTP_OK);
}

static uint64_t hear(void)
{
    const struct otp_message *message;
    ck_assert_int_eq(otp_receive(PATIENCE, &message), OTP_OK);
    ck_assert_uint_eq(message->kind, OTP_MESSAGE_USER);
    return *(uint64_t *)message->args;
}

/* Notes each number that it is told; doubles what it is asked. */
static void be_listener(void *unused)
{
    const struct otp_message *message;
    (void)unused;
    for (;;) {
        ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
        if (message->kind != OTP_MESSAGE_USER)
            continue;
        uint64_t number = *(uint64_t *)message->args;
        if (message->from.slot_ != NULL) {
            number *= 2;
            ck_assert_int_eq(otp_answer(message->from, &probe_u64_layout, &number), OTP_OK);
        } else {
            note("%d", (int)number);
        }
    }
}

static otp_pid start_listener(const char *name)
{
    struct otp_start how = { .name = name };
    otp_pid pid;
    ck_assert_int_eq(otp_spawn(be_listener, NULL, &how, &pid), OTP_OK);
    return pid;
}

/* Returns when the listener has noted what it was told before. */
static void sync_listener(otp_dest dest)
{
    uint64_t number = 21, reply = 0;
    ck_assert_int_eq(otp_call(dest, &double_type, &number, &reply, OTP_CALL_TIMEOUT), OTP_OK);
    ck_assert_uint_eq(reply, 42);
}

/* Waits for notes without holding the thread: who makes them may need it. */
static void yield_until(const char *text, size_t n)
{
    otp_instant limit = otp_now() + support_patience() * OTP_S;
    while (noted(text) < n) {
        ck_assert_int_lt(otp_now(), limit);
        otp_yield();
    }
}

static void kill_and_wait(otp_pid pid)
{
    char text[128];
    ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
    (void)await_end(pid, text);
}

/* A process of its own lives through the story. */
static void live_through(void (*story)(void *), bool manual_clock)
{
    start_runtime(manual_clock, false);
    in_process(story, NULL);
    stop_runtime();
}

/* -- timers -- */

static void time_by_the_clock(void *unused)
{
    otp_instant begin = otp_now();
    const struct otp_message *message;
    (void)unused;
    (void)tell_after(otp_to(otp_self()), 1, 20 * OTP_MS);
    ck_assert_uint_eq(hear(), 1);
    otp_duration took = otp_now() - begin;
    ck_assert_int_ge(took, 20 * OTP_MS);
    for (int i = 0; i < TRIES && !IN_TIME(took, 20 * OTP_MS); i++) {
        begin = otp_now();
        (void)tell_after(otp_to(otp_self()), 1, 20 * OTP_MS);
        ck_assert_uint_eq(hear(), 1);
        took = otp_now() - begin;
    }
    ck_assert(IN_TIME(took, 20 * OTP_MS));
    ck_assert_int_eq(otp_receive(40 * OTP_MS, &message), OTP_TIMEOUT); /* each comes once */
    /* none at all, and less than none: at once */
    (void)tell_after(otp_to(otp_self()), 4, 0);
    ck_assert_uint_eq(hear(), 4);
    (void)tell_after(otp_to(otp_self()), 5, -7 * OTP_S);
    ck_assert_uint_eq(hear(), 5);
}

START_TEST(B209_a_timer_fires_once_in_time_order)
{
    live_through(time_by_the_clock, false);
}
END_TEST

/* A thousand timers, in an order that is neither that of arming nor its reverse. */
static void time_many(void *unused)
{
    uint64_t last = 0;
    (void)unused;
    for (uint64_t i = 0; i < 1000; i++)
        (void)tell_after(otp_to(otp_self()), i * 389 % 1000 + 1,
                         (otp_duration)(i * 389 % 1000 + 1) * OTP_MS);
    note("armed");
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t number = hear();
        ck_assert_uint_eq(number, last + 1);
        last = number;
    }
    expect_no_message();
}

START_TEST(B209_many_timers_fire_in_time_order)
{
    start_runtime(true, false);
    struct probe_job job = { time_many, NULL, GATE };
    otp_pid pid;
    ck_assert_int_eq(otp_spawn(probe_run_job, &job, NULL, &pid), OTP_OK);
    await_note("armed");
    ck_assert_int_eq(otp_clock_advance(2 * OTP_S), OTP_OK);
    gate_pass(&job.done);
    stop_runtime();
}
END_TEST

START_TEST(B210_cancelling_says_whether_it_came_in_time)
{
    otp_duration left = -1;
    start_runtime(true, false);
    otp_pid listener = start_listener(NULL);
    otp_timer early = tell_after(otp_to(listener), 1, 100 * OTP_MS);
    otp_timer late = tell_after(otp_to(listener), 2, 100 * OTP_MS);
    ck_assert_int_eq(otp_clock_advance(30 * OTP_MS), OTP_OK);
    ck_assert_int_eq(otp_timer_read(early, &left), OTP_OK);
    ck_assert_int_eq(left, 70 * OTP_MS);
    ck_assert_int_eq(otp_timer_cancel(early, &left), OTP_OK);
    ck_assert_int_eq(left, 70 * OTP_MS);
    ck_assert_int_eq(otp_timer_cancel(early, &left), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_timer_read(early, NULL), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_clock_advance(70 * OTP_MS), OTP_OK);
    left = -1;
    ck_assert_int_eq(otp_timer_cancel(late, &left), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_timer_read(late, &left), OTP_NOT_FOUND);
    ck_assert_int_eq(left, -1);
    sync_listener(otp_to(listener));
    expect_notes("2"); /* the one that was cancelled in time never came */
    stop_runtime();
}
END_TEST

static void cancel_of_another(void *timer)
{
    otp_duration left;
    ck_assert_int_eq(otp_timer_cancel(*(otp_timer *)timer, &left), OTP_OK);
    ck_assert_int_eq(otp_timer_cancel(*(otp_timer *)timer, &left), OTP_NOT_FOUND);
}

static void arm(void *timer)
{
    *(otp_timer *)timer =
        tell_after(otp_to_name(&(struct otp_name){ "tests.listener", NULL, 0 }), 1, OTP_HOUR);
}

START_TEST(B210_any_process_may_cancel)
{
    start_runtime(false, false);
    otp_timer timer, nothing = { NULL, 0 };
    in_process(arm, &timer);
    in_process(cancel_of_another, &timer);
    ck_assert_int_eq(otp_timer_cancel(nothing, NULL), OTP_NOT_FOUND);
    stop_runtime();
}
END_TEST

START_TEST(B211_a_timer_to_a_pid_dies_with_it_one_to_a_name_does_not)
{
    static struct otp_name name = { "tests.listener", NULL, 0 },
                           nobody = { "tests.nobody", NULL, 0 };
    otp_duration left;
    start_runtime(true, false);
    otp_pid first = start_listener("tests.listener");
    (void)tell_after(otp_to(first), 1, 50 * OTP_MS);
    (void)tell_after(otp_to_name(&name), 2, 50 * OTP_MS);
    otp_timer lost = tell_after(otp_to_name(&nobody), 3, 50 * OTP_MS);
    ck_assert_int_eq(otp_exit_signal(first, otp_kill()), OTP_OK);
    otp_pid second = start_listener("tests.listener");
    ck_assert(!otp_pid_equal(first, second));
    ck_assert_int_eq(otp_clock_advance(60 * OTP_MS), OTP_OK);
    ck_assert_int_eq(otp_timer_read(lost, &left), OTP_NOT_FOUND);
    sync_listener(otp_to(second));
    expect_notes("2");
    stop_runtime();
}
END_TEST

/* -- aliases -- */

static void use_aliases(void *unused)
{
    otp_pid listener = start_listener("tests.listener"), self = otp_self();
    otp_dest alias, reply, other;
    (void)unused;
    ck_assert_int_eq(otp_alias(OTP_ALIAS_EXPLICIT, &alias), OTP_OK);
    ck_assert_int_eq(otp_alias(OTP_ALIAS_EXPLICIT, &other), OTP_OK);
    ck_assert(otp_pid_equal(otp_dest_pid(alias), self));
    tell(alias, 1);
    tell(alias, 2);
    ck_assert_uint_eq(hear(), 1);
    ck_assert_int_eq(otp_unalias(alias), OTP_OK);
    tell(alias, 3);
    ck_assert_int_eq(otp_unalias(alias), OTP_NOT_FOUND);
    ck_assert_uint_eq(otp_dest_pid(alias).bits, 0);
    ck_assert_uint_eq(hear(), 2); /* it was there before */
    expect_no_message();
    tell(other, 4); /* each alias by itself */
    ck_assert_uint_eq(hear(), 4);
    /* one message and no more */
    ck_assert_int_eq(otp_alias(OTP_ALIAS_REPLY, &reply), OTP_OK);
    tell(reply, 5);
    tell(reply, 6);
    ck_assert_uint_eq(hear(), 5);
    expect_no_message();
    ck_assert_int_eq(otp_unalias(reply), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_alias(OTP_ALIAS_REPLY, &reply), OTP_OK);
    ck_assert_int_eq(otp_unalias(reply), OTP_OK);
    tell(reply, 7);
    expect_no_message();
    /* what is none */
    ck_assert_int_eq(otp_unalias(otp_to(self)), OTP_BADARG);
    ck_assert_int_eq(otp_unalias(otp_to(listener)), OTP_BADARG);
    ck_assert_int_eq(otp_alias((enum otp_alias_mode)7, &alias), OTP_BADARG);
}

START_TEST(B212_an_alias_can_be_switched_off)
{
    live_through(use_aliases, false);
}
END_TEST

/* Sends by the alias from several processes at once: a reply alias takes one of all. */
static void send_by_alias(void *alias)
{
    tell(*(otp_dest *)alias, 1);
    note("sent");
}

static void race_for_an_alias(void *unused)
{
    otp_pid pid;
    (void)unused;
    for (size_t round = 1; round <= 200; round++) {
        otp_dest alias;
        ck_assert_int_eq(otp_alias(OTP_ALIAS_REPLY, &alias), OTP_OK);
        for (int i = 0; i < 3; i++)
            ck_assert_int_eq(otp_spawn(send_by_alias, &alias, NULL, &pid), OTP_OK);
        yield_until("sent", 3 * round);
        ck_assert_uint_eq(hear(), 1);
        expect_no_message();
    }
}

START_TEST(B212_a_reply_alias_takes_one_message)
{
    live_through(race_for_an_alias, false);
}
END_TEST

/* An alias of a process that is asked by it, and that dies. */
static void hand_out_alias(void *alias)
{
    ck_assert_int_eq(otp_alias(OTP_ALIAS_EXPLICIT, alias), OTP_OK);
    note("handed out");
    be_listener(NULL);
}

static void use_alias_of_another(void *unused)
{
    otp_dest alias;
    otp_monitor monitor;
    otp_pid pid;
    uint64_t number = 1, reply;
    (void)unused;
    ck_assert_int_eq(otp_spawn(hand_out_alias, &alias, NULL, &pid), OTP_OK);
    yield_until("handed out", 1);
    sync_listener(alias);
    ck_assert_int_eq(otp_unalias(alias), OTP_NOT_FOUND); /* not this one's */
    sync_listener(alias);
    (void)tell_after(alias, 8, 0);
    yield_until("8", 1);
    kill_and_wait(pid);
    tell(alias, 9);
    ck_assert_int_eq(otp_call(alias, &double_type, &number, &reply, OTP_S), OTP_NOPROC);
    ck_assert_int_eq(otp_monitor_start(alias, &monitor), OTP_OK);
    const struct otp_message *message;
    ck_assert_int_eq(otp_receive(0, &message), OTP_OK);
    ck_assert_uint_eq(message->reason->kind, OTP_REASON_NOPROC);
}

START_TEST(B212_an_alias_is_a_destination_like_others)
{
    live_through(use_alias_of_another, false);
}
END_TEST

/* -- the dictionary -- */

static void destroy_value(void *value)
{
    note("destroyed %s", (const char *)value);
}

static const struct otp_key plain_key = { "plain", NULL }, owned_key = { "owned", destroy_value };
static char one[] = "one", two[] = "two";

static void use_dictionary(void *unused)
{
    void *old = one;
    (void)unused;
    ck_assert_ptr_null(otp_get(&plain_key));
    ck_assert_int_eq(otp_put(&plain_key, one, &old), OTP_OK);
    ck_assert_ptr_null(old);
    ck_assert_int_eq(otp_put(&plain_key, two, &old), OTP_OK);
    ck_assert_ptr_eq(old, one);
    ck_assert_ptr_eq(otp_get(&plain_key), two);
    ck_assert_ptr_null(otp_get(&owned_key));
    ck_assert_ptr_eq(otp_erase(&plain_key), two);
    ck_assert_ptr_null(otp_erase(&plain_key));
    ck_assert_ptr_null(otp_get(&plain_key));
    ck_assert_int_eq(otp_put(&plain_key, NULL, NULL), OTP_BADARG);
    ck_assert_int_eq(otp_put(NULL, one, NULL), OTP_BADARG);
}

static void see_no_other(void *unused)
{
    (void)unused;
    note(otp_get(&owned_key) == NULL ? "sees nothing" : "sees it");
}

/* Many keys; one that is left goes to its destroy, however the process ends. */
static void leave_values(void *how)
{
    static struct otp_key keys[100];
    struct otp_proc_info info;
    for (size_t i = 0; i < 100; i++)
        ck_assert_int_eq(otp_put(&keys[i], &keys[99 - i], NULL), OTP_OK);
    for (size_t i = 0; i < 100; i++)
        ck_assert_ptr_eq(otp_get(&keys[i]), &keys[99 - i]);
    ck_assert_int_eq(otp_put(&owned_key, one, NULL), OTP_OK);
    ck_assert_int_eq(otp_process_info(otp_self(), &info), OTP_OK);
    note("left");
    if (how != NULL)
        otp_exit(*(otp_reason *)how);
    be_listener(NULL);
}

static void see_dictionaries_go(void *unused)
{
    otp_reason boom = otp_error("boom");
    struct otp_proc_info info;
    char text[128];
    otp_pid pid;
    (void)unused;
    ck_assert_int_eq(otp_put(&owned_key, two, NULL), OTP_OK);
    in_process(see_no_other, NULL);
    ck_assert_int_eq(otp_spawn(leave_values, &boom, NULL, &pid), OTP_OK);
    yield_until("destroyed one", 1);
    (void)await_end(pid, text);
    ck_assert_int_eq(otp_process_info(pid, &info), OTP_NOPROC);
    ck_assert_int_eq(otp_spawn(leave_values, NULL, NULL, &pid), OTP_OK);
    yield_until("left", 2);
    kill_and_wait(pid);
    yield_until("destroyed one", 2);
    ck_assert_ptr_eq(otp_get(&owned_key), two);
    ck_assert_uint_eq(noted("sees nothing"), 1);
}

START_TEST(B213_each_process_has_its_own_dictionary)
{
    live_through(use_dictionary, false);
}
END_TEST

START_TEST(B213_a_dictionary_goes_with_its_process)
{
    live_through(see_dictionaries_go, false);
}
END_TEST

/* -- info -- */

/* In its handler until it is let go, without holding the thread that may have to let it go. */
static otp_next wait_at_gate(struct probe *self, otp_from from, void *open)
{
    (void)self, (void)from;
    note("at gate");
    while (!atomic_load((atomic_bool *)open))
        otp_yield();
    return otp_noreply();
}

static otp_next count_up(struct probe *self, otp_from from, void *unused)
{
    (void)from, (void)unused;
    self->count++;
    return otp_noreply();
}

static void look_at_a_server(void *unused)
{
    struct otp_start how = { .name = "tests.looked", .link = true };
    struct otp_proc_info info;
    atomic_bool open = false;
    otp_monitor monitor;
    otp_pid server, links[2] = { { 0 }, { 0 } };
    size_t n;
    (void)unused;
    ck_assert_int_eq(probe_start_with(&how, NULL, &server), OTP_OK);
    ck_assert_int_eq(otp_monitor_start(otp_to(server), &monitor), OTP_OK);
    probe_cast(server, wait_at_gate, &open);
    yield_until("at gate", 1);
    for (int i = 0; i < 1000; i++)
        probe_cast(server, count_up, NULL);
    ck_assert_int_eq(otp_process_info(server, &info), OTP_OK);
    ck_assert(otp_pid_equal(info.pid, server));
    ck_assert(otp_pid_equal(info.parent, otp_self()));
    ck_assert_str_eq(info.name, "tests.looked");
    ck_assert_str_eq(info.behaviour, "genserver");
    ck_assert_str_eq(info.module, "tests.probe");
    ck_assert_uint_eq(info.state, OTP_PROCESS_RUNNING);
    ck_assert(!info.trap_exit);
    ck_assert_uint_eq(info.links, 1);
    ck_assert_uint_eq(info.monitored_by, 1);
    ck_assert_uint_eq(info.monitors + info.aliases + info.open_calls, 0);
    ck_assert_uint_eq(info.mailbox, 1000);
    ck_assert_uint_eq(info.received, 1);
    ck_assert_uint_gt(info.memory, sizeof(struct probe));
    ck_assert_int_eq(otp_process_links(server, links, 2, &n), OTP_OK);
    ck_assert_uint_eq(n, 1);
    ck_assert(otp_pid_equal(links[0], otp_self()));
    atomic_store(&open, true);
    probe_sync(server);
    do { /* it still returns from its handler */
        otp_yield();
        ck_assert_int_eq(otp_process_info(server, &info), OTP_OK);
    } while (info.state != OTP_PROCESS_IDLE);
    ck_assert_uint_eq(info.mailbox, 0);
    ck_assert_uint_eq(info.received, 1002);
    ck_assert_int_eq(otp_unlink(server), OTP_OK);
    kill_and_wait(server);
    info.links = 77;
    ck_assert_int_eq(otp_process_info(server, &info), OTP_NOPROC);
    ck_assert_uint_eq(info.links, 77);
    ck_assert_int_eq(otp_process_links(server, links, 2, &n), OTP_NOPROC);
    ck_assert_uint_eq(n, 0);
}

START_TEST(info_says_what_a_server_is_doing)
{
    live_through(look_at_a_server, false);
}
END_TEST

static void look_at_plain_processes(void *unused)
{
    struct otp_proc_info info;
    otp_pid listener = start_listener("tests.listener"), all[8];
    otp_dest alias;
    otp_monitor monitor;
    size_t n, found = 0;
    (void)unused;
    sync_listener(otp_to(listener));
    do {
        ck_assert_int_eq(otp_process_info(listener, &info), OTP_OK);
    } while (info.state != OTP_PROCESS_PARKED);
    ck_assert_str_eq(info.behaviour, "process");
    ck_assert_ptr_null(info.module);
    ck_assert_uint_eq(info.parent.bits, 0);
    /* of itself */
    ck_assert_int_eq(otp_alias(OTP_ALIAS_REPLY, &alias), OTP_OK);
    ck_assert_int_eq(otp_monitor_start(otp_to(listener), &monitor), OTP_OK);
    ck_assert_int_eq(otp_link(listener), OTP_OK);
    tell(otp_to(otp_self()), 1);
    (void)otp_trap_exit(true);
    ck_assert_int_eq(otp_process_info(otp_self(), &info), OTP_OK);
    ck_assert_uint_eq(info.aliases, 1);
    ck_assert_uint_eq(info.monitors, 1);
    ck_assert_uint_eq(info.links, 1);
    ck_assert_uint_eq(info.mailbox, 1);
    ck_assert(info.trap_exit);
    ck_assert_uint_eq(info.state, OTP_PROCESS_RUNNING);
    size_t before = info.memory;
    void *block = otp_alloc(5000);
    ck_assert_int_eq(otp_process_info(otp_self(), &info), OTP_OK);
    ck_assert_uint_ge(info.memory, before + 5000);
    otp_free(block);
    ck_assert_int_eq(otp_process_info(otp_self(), &info), OTP_OK);
    ck_assert_uint_eq(info.memory, before);
    /* everyone */
    ck_assert_int_eq(otp_processes(all, 8, &n), OTP_OK);
    ck_assert_uint_eq(n, 2);
    for (size_t i = 0; i < n; i++)
        found += otp_pid_equal(all[i], listener) || otp_pid_equal(all[i], otp_self());
    ck_assert_uint_eq(found, 2);
    ck_assert_int_eq(otp_processes(all, 1, &n), OTP_OK);
    ck_assert_uint_eq(n, 2);
}

START_TEST(info_says_what_plain_processes_are_doing)
{
    live_through(look_at_plain_processes, false);
}
END_TEST

/* Looks at a process all the time while others fill its mailbox and it empties it. */
static void be_looked_at(void *done)
{
    const struct otp_message *message;
    for (uint64_t i = 0; i < 20000; i++)
        ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    gate_open(done);
}

/* Whatever is about a millisecond off is asked for: before the clock is there, after it was. Not
 * for ever: in a simulation time hardly goes on as long as nobody waits. */
static void ask_what_has_passed(void *unused)
{
    otp_instant end = otp_now() + 10 * OTP_MS;
    otp_duration off = -OTP_MS;
    (void)unused;
    for (int i = 0; i < 20000 && otp_now() < end; i++) {
        off = off < 3 * OTP_MS ? off + 997 : -OTP_MS;
        otp_instant before = otp_now(), instant = before + off;
        bool passed = otp_has_passed(instant);
        otp_instant after = otp_now();
        ck_assert(passed ? after >= instant : before < instant);
    }
    ck_assert(!otp_has_passed(OTP_INFINITY));
    ck_assert(otp_has_passed(0));
}

static void ask_the_manual_clock(void)
{
    otp_instant now = otp_now();
    ck_assert(otp_has_passed(now));
    ck_assert(!otp_has_passed(now + 1));
    ck_assert(!otp_has_passed(now + OTP_S));
    ck_assert_int_eq(otp_clock_advance(OTP_S), OTP_OK);
    ck_assert(otp_has_passed(now + OTP_S));
    ck_assert(!otp_has_passed(now + OTP_S + 1));
}

START_TEST(what_has_passed_is_what_the_clock_says)
{
    ask_what_has_passed(NULL); /* nothing runs yet */
    live_through(ask_what_has_passed, false);
    start_runtime(true, false);
    ask_the_manual_clock();
    stop_runtime();
    start_runtime(false, false);
    ask_what_has_passed(NULL); /* a thread of the program's */
    stop_runtime();
}
END_TEST

static void fill(void *to)
{
    for (uint64_t i = 0; i < 10000; i++)
        tell(otp_to(*(otp_pid *)to), i);
}

START_TEST(looking_does_not_disturb)
{
    struct otp_proc_info info;
    struct gate done = GATE;
    otp_pid pid, sender;
    start_runtime(false, false);
    ck_assert_int_eq(otp_spawn(be_looked_at, &done, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_spawn(fill, &pid, NULL, &sender), OTP_OK);
    ck_assert_int_eq(otp_spawn(fill, &pid, NULL, &sender), OTP_OK);
    while (otp_process_info(pid, &info) == OTP_OK) {
        ck_assert_uint_le(info.mailbox, 20000);
        ck_assert_uint_le(info.received, 20000);
    }
    gate_pass(&done);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("process_parts");
    TCase *info = support_case(suite, "info", 20);
    support_behaviour(suite, "B209", B209_a_timer_fires_once_in_time_order);
    support_behaviour(suite, "B209", B209_many_timers_fire_in_time_order);
    support_behaviour(suite, "B210", B210_cancelling_says_whether_it_came_in_time);
    support_behaviour(suite, "B210", B210_any_process_may_cancel);
    support_behaviour(suite, "B211", B211_a_timer_to_a_pid_dies_with_it_one_to_a_name_does_not);
    support_behaviour(suite, "B212", B212_an_alias_can_be_switched_off);
    support_behaviour(suite, "B212", B212_a_reply_alias_takes_one_message);
    support_behaviour(suite, "B212", B212_an_alias_is_a_destination_like_others);
    support_behaviour(suite, "B213", B213_each_process_has_its_own_dictionary);
    support_behaviour(suite, "B213", B213_a_dictionary_goes_with_its_process);
    tcase_add_test(info, what_has_passed_is_what_the_clock_says);
    tcase_add_test(info, info_says_what_a_server_is_doing);
    tcase_add_test(info, info_says_what_plain_processes_are_doing);
    tcase_add_test(info, looking_does_not_disturb);
    return support_run(suite);
}
