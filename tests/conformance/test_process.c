/* test_process.c - plain processes: links, monitors, exit signals, names.
 *
 * Idea: see probe.h. Each test runs its story in a process, which sees what any process would see
 * and looks into its own mailbox. A peer ends when it is told how. */
#include <stdatomic.h>

#include "probe.h"

/* What a plain process is told and asked, written by hand. */
static const struct otp_layout reason_layout = { sizeof(otp_reason), 0, NULL };
static const struct otp_message_type end_type = { .name = "end",
                                                  .message_class = OTP_CLASS_CAST,
                                                  .args = &reason_layout };
static const struct otp_message_type number_type = { .name = "number",
                                                     .message_class = OTP_CLASS_CAST,
                                                     .args = &probe_u64_layout };

static void tell(otp_pid pid, uint64_t number)
{
    ck_assert_int_eq(otp_cast(otp_to(pid), &number_type, &number), OTP_OK);
}

/* The next message is this number. */
static void expect_number(uint64_t number)
{
    const struct otp_message *message;
    ck_assert_int_eq(otp_receive(PATIENCE, &message), OTP_OK);
    ck_assert_uint_eq(message->kind, OTP_MESSAGE_USER);
    ck_assert_ptr_eq(message->type, &number_type);
    ck_assert_uint_eq(*(uint64_t *)message->args, number);
}

/* The next message is a DOWN or an EXIT about pid with that reason. */
static uint64_t expect_end(uint32_t kind, otp_pid pid, const char *reason)
{
    const struct otp_message *message;
    char text[128];
    ck_assert_int_eq(otp_receive(PATIENCE, &message), OTP_OK);
    ck_assert_uint_eq(message->kind, kind);
    ck_assert(otp_pid_equal(message->pid, pid));
    ck_assert_str_eq(reason_text(*message->reason, text), reason);
    return message->ref;
}

/* -- peers -- */

/* How a peer is made. */
struct peer {
    bool trap;
    bool echo; /* forwards the kind and reason of what arrives to the journal */
};

static const struct peer quiet_peer = { false, false }, trapping_peer = { true, true };

/* Waits until it is told to end, and how. */
static void be_peer(void *arg)
{
    const struct peer *peer = arg;
    const struct otp_message *message;
    char text[128];
    (void)otp_trap_exit(peer->trap);
    for (;;) {
        ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
        if (message->kind == OTP_MESSAGE_USER && message->type == &end_type)
            otp_exit(*(otp_reason *)message->args);
        if (peer->echo && message->kind == OTP_MESSAGE_EXIT)
            note("exit:%s", reason_text(*message->reason, text));
        if (message->from.slot_ != NULL) {
            uint64_t answer = 1;
            (void)otp_answer(message->from, &probe_u64_layout, &answer);
        }
    }
}

static const struct otp_message_type ask_type = { .name = "ask",
                                                  .message_class = OTP_CLASS_CALL,
                                                  .reply = &probe_u64_layout };

/* Returns when the peer has taken in all that this process sent it before. */
static void sync_peer(otp_pid pid)
{
    uint64_t answer;
    ck_assert_int_eq(otp_call(otp_to(pid), &ask_type, NULL, &answer, OTP_CALL_TIMEOUT), OTP_OK);
}

static otp_pid start_peer(const struct peer *peer, const struct otp_start *how)
{
    otp_pid pid;
    ck_assert_int_eq(otp_spawn(be_peer, (void *)(uintptr_t)peer, how, &pid), OTP_OK);
    sync_peer(pid);
    return pid;
}

static void end_peer(otp_pid pid, otp_reason reason)
{
    ck_assert_int_eq(otp_cast(otp_to(pid), &end_type, &reason), OTP_OK);
}

/* A pid of a process that has ended. */
static otp_pid dead_pid(void)
{
    otp_pid pid = start_peer(&quiet_peer, NULL);
    char text[128];
    end_peer(pid, otp_normal());
    (void)await_end(pid, text);
    return pid;
}

static otp_monitor watch(otp_pid pid)
{
    otp_monitor monitor;
    ck_assert_int_eq(otp_monitor_start(otp_to(pid), &monitor), OTP_OK);
    return monitor;
}

/* Each test is a story that a process of its own lives through. */
static void live_through(void (*story)(void *))
{
    start_runtime(false, false);
    in_process(story, NULL);
    stop_runtime();
}

/* -- monitors -- */

static void monitor_nobody(void *unused)
{
    static struct otp_name unknown = { "tests.nobody", NULL, 0 };
    otp_pid dead = dead_pid();
    otp_monitor monitor = watch(dead);
    (void)unused;
    ck_assert_uint_eq(expect_end(OTP_MESSAGE_DOWN, dead, "noproc"), monitor.ref_);
    ck_assert_int_eq(otp_monitor_start(otp_to_name(&unknown), &monitor), OTP_OK);
    ck_assert_uint_eq(expect_end(OTP_MESSAGE_DOWN, otp_no_pid(), "noproc"), monitor.ref_);
    ck_assert_int_eq(otp_monitor_start(otp_to(otp_no_pid()), &monitor), OTP_OK);
    ck_assert_uint_eq(expect_end(OTP_MESSAGE_DOWN, otp_no_pid(), "noproc"), monitor.ref_);
    expect_no_message();
}

START_TEST(B195_a_monitor_of_nobody_is_down_at_once)
{
    live_through(monitor_nobody);
}
END_TEST

static void monitor_twice(void *unused)
{
    otp_pid peer = start_peer(&quiet_peer, NULL);
    otp_monitor first = watch(peer), second = watch(peer);
    uint64_t refs[2];
    (void)unused;
    ck_assert_uint_ne(first.ref_, second.ref_);
    end_peer(peer, otp_error("gone"));
    refs[0] = expect_end(OTP_MESSAGE_DOWN, peer, "gone");
    refs[1] = expect_end(OTP_MESSAGE_DOWN, peer, "gone");
    ck_assert(refs[0] == first.ref_ ? refs[1] == second.ref_
                                    : refs[0] == second.ref_ && refs[1] == first.ref_);
    expect_no_message();
    /* a link and a monitor: one of each */
    (void)otp_trap_exit(true);
    peer = start_peer(&quiet_peer, NULL);
    first = watch(peer);
    ck_assert_int_eq(otp_link(peer), OTP_OK);
    end_peer(peer, otp_error("gone"));
    (void)expect_end(OTP_MESSAGE_EXIT, peer, "gone");
    ck_assert_uint_eq(expect_end(OTP_MESSAGE_DOWN, peer, "gone"), first.ref_);
    expect_no_message();
}

START_TEST(B196_two_monitors_give_two_downs)
{
    live_through(monitor_twice);
}
END_TEST

/* The DOWN of one monitor among others that have fired. */
static bool is_down_of(const struct otp_message *message, void *monitor)
{
    return message->kind == OTP_MESSAGE_DOWN && message->ref == ((otp_monitor *)monitor)->ref_;
}

static void stop_monitors_in_time_and_late(void *unused)
{
    otp_pid peer = start_peer(&quiet_peer, NULL);
    otp_monitor in_time = watch(peer), late = watch(peer), flushed = watch(peer);
    otp_monitor last = watch(peer);
    const struct otp_message *message;
    (void)unused;
    ck_assert_int_eq(otp_monitor_stop(in_time, false), OTP_OK);
    ck_assert_int_eq(otp_monitor_stop(in_time, false), OTP_NOT_FOUND);
    end_peer(peer, otp_normal());
    while (otp_is_alive(peer))
        otp_yield();
    tell(otp_self(), 1);
    /* until all three have fired */
    for (int i = 0; i < 3; i++) {
        otp_monitor *monitors[] = { &late, &flushed, &last };
        while (otp_receive_match(is_down_of, monitors[i], 0, &message) != OTP_OK)
            otp_yield();
    }
    /* a fired one says so */
    ck_assert_int_eq(otp_monitor_stop(late, false), OTP_NOT_FOUND);
    /* in the mailbox it stays, but for a flush */
    peer = start_peer(&quiet_peer, NULL);
    late = watch(peer);
    flushed = watch(peer);
    last = watch(peer);
    end_peer(peer, otp_normal());
    struct otp_proc_info info;
    do {
        otp_yield();
        ck_assert_int_eq(otp_process_info(otp_self(), &info), OTP_OK);
    } while (info.mailbox < 4); /* the number and three DOWNs */
    ck_assert_int_eq(otp_monitor_stop(late, false), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_monitor_stop(flushed, true), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_receive_match(is_down_of, &flushed, 0, &message), OTP_TIMEOUT);
    expect_number(1);
    ck_assert_int_eq(otp_receive_match(is_down_of, &late, 0, &message), OTP_OK);
    ck_assert_int_eq(otp_receive_match(is_down_of, &last, 0, &message), OTP_OK);
    expect_no_message();
}

START_TEST(B197_a_removed_monitor_never_fires)
{
    live_through(stop_monitors_in_time_and_late);
}
END_TEST

/* Says three things and goes. */
static void say_and_go(void *to)
{
    for (uint64_t i = 1; i <= 3; i++)
        tell(*(otp_pid *)to, i);
    otp_exit(otp_error("said it"));
}

static void hear_before_down(void *unused)
{
    otp_pid self = otp_self(), peer;
    (void)unused;
    for (int round = 0; round < 100; round++) {
        otp_monitor monitor;
        struct otp_start how = { .monitor = true, .monitor_out = &monitor };
        ck_assert_int_eq(otp_spawn(say_and_go, &self, &how, &peer), OTP_OK);
        for (uint64_t i = 1; i <= 3; i++)
            expect_number(i);
        ck_assert_uint_eq(expect_end(OTP_MESSAGE_DOWN, peer, "said it"), monitor.ref_);
    }
}

START_TEST(B198_messages_come_before_the_down)
{
    live_through(hear_before_down);
}
END_TEST

/* -- spawning -- */

static void go_at_once(void *number)
{
    otp_exit(otp_error_code("at once", *(int64_t *)number));
}

static void spawn_the_short_lived(void *unused)
{
    char want[64];
    (void)unused;
    (void)otp_trap_exit(true);
    for (int64_t i = 1; i <= 500; i++) {
        otp_monitor monitor;
        otp_pid pid;
        struct otp_start how = { .link = i % 2 == 0, .monitor = true, .monitor_out = &monitor };
        ck_assert_int_eq(otp_spawn(go_at_once, &i, &how, &pid), OTP_OK);
        snprintf(want, sizeof(want), "at once (%d)", (int)i);
        if (how.link)
            (void)expect_end(OTP_MESSAGE_EXIT, pid, want);
        ck_assert_uint_eq(expect_end(OTP_MESSAGE_DOWN, pid, want), monitor.ref_);
    }
    expect_no_message();
}

START_TEST(B199_a_spawn_with_link_and_monitor_sees_the_reason)
{
    live_through(spawn_the_short_lived);
}
END_TEST

/* As supervisors start. */
static otp_pid start_async(otp_monitor *monitor)
{
    struct otp_start how = { .link = true, .monitor = true, .async = true, .monitor_out = monitor };
    otp_pid pid = otp_no_pid();
    char text[128];
    ck_assert_int_eq(probe_start_with(&how, NULL, &pid), OTP_OK);
    (void)next_reason(OTP_MESSAGE_STARTED, text);
    return pid;
}

static void hear_once(void *unused)
{
    otp_monitor monitor;
    otp_pid pids[2];
    size_t n;
    (void)unused;
    (void)otp_trap_exit(true);
    otp_pid pid = start_async(&monitor);
    ck_assert_int_eq(otp_exit_signal(pid, otp_error("over")), OTP_OK);
    ck_assert_uint_eq(expect_end(OTP_MESSAGE_DOWN, pid, "over"), monitor.ref_);
    expect_no_message();
    ck_assert_int_eq(otp_process_links(otp_self(), pids, 2, &n), OTP_OK);
    ck_assert_uint_eq(n, 0);
    /* linked by hand again it is as any other */
    pid = start_async(&monitor);
    ck_assert_int_eq(otp_unlink(pid), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(pid, otp_error("over")), OTP_OK);
    ck_assert_uint_eq(expect_end(OTP_MESSAGE_DOWN, pid, "over"), monitor.ref_);
    expect_no_message();
}

/* Does not trap exits. */
static void end_with_async(void *unused)
{
    const struct otp_message *message;
    otp_monitor monitor;
    (void)unused;
    (void)otp_exit_signal(start_async(&monitor), otp_error("over"));
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    ck_abort_msg("the link should have ended it");
}

static void hear_async_or_end(void *unused)
{
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    otp_pid pid;
    hear_once(unused);
    ck_assert_int_eq(otp_spawn(end_with_async, NULL, &how, &pid), OTP_OK);
    ck_assert_uint_eq(expect_end(OTP_MESSAGE_DOWN, pid, "over"), monitor.ref_);
}

START_TEST(who_starts_as_supervisors_do_hears_of_an_end_once)
{
    live_through(hear_async_or_end);
}
END_TEST

/* -- links -- */

static void link_the_dead(void *unused)
{
    otp_pid dead = dead_pid();
    (void)unused;
    ck_assert_int_eq(otp_link(dead), OTP_NOPROC);
    ck_assert_int_eq(otp_link(otp_no_pid()), OTP_NOPROC);
    expect_no_message();
    (void)otp_trap_exit(true);
    ck_assert_int_eq(otp_link(dead), OTP_OK);
    (void)expect_end(OTP_MESSAGE_EXIT, dead, "noproc");
    expect_no_message();
}

START_TEST(B200_linking_to_the_dead_is_noproc)
{
    live_through(link_the_dead);
}
END_TEST

/* Links itself to the peer in arg, says so and waits. */
static void be_linked(void *peer)
{
    ck_assert_int_eq(otp_link(*(otp_pid *)peer), OTP_OK);
    ck_assert_int_eq(otp_link(*(otp_pid *)peer), OTP_OK); /* twice is once */
    be_peer((void *)(uintptr_t)&quiet_peer);
}

static void see_reasons_through_links(void *unused)
{
    static const char *const names[] = { "normal", "shutdown", "{shutdown, soon}", "boom", "kill" };
    otp_reason reasons[] = { otp_normal(), otp_shutdown(), otp_shutdown_with("soon"),
                             otp_error("boom"), otp_kill() };
    char text[128];
    (void)unused;
    (void)otp_trap_exit(true);
    for (size_t i = 0; i < 5; i++) {
        otp_pid peer = start_peer(&quiet_peer, NULL), other;
        otp_monitor monitor;
        struct otp_start how = { .monitor = true, .monitor_out = &monitor };
        ck_assert_int_eq(otp_spawn(be_linked, &peer, &how, &other), OTP_OK);
        sync_peer(other);
        ck_assert_int_eq(otp_link(peer), OTP_OK);
        ck_assert_int_eq(otp_link(peer), OTP_OK);
        end_peer(peer, reasons[i]);
        (void)expect_end(OTP_MESSAGE_EXIT, peer, names[i]);
        if (i == 0) { /* harms nobody */
            sync_peer(other);
            end_peer(other, otp_shutdown());
            (void)expect_end(OTP_MESSAGE_DOWN, other, "shutdown");
        } else {
            (void)expect_end(OTP_MESSAGE_DOWN, other, names[i]);
        }
        expect_no_message();
        ck_assert_str_eq(await_end(peer, text), "noproc");
    }
}

START_TEST(B201_links_carry_every_reason_once)
{
    live_through(see_reasons_through_links);
}
END_TEST

static void exit_self_normal(void *unused)
{
    (void)unused;
    (void)otp_exit_signal(otp_self(), otp_normal());
    note("survived");
}

static void signal_normal(void *unused)
{
    otp_pid quiet = start_peer(&quiet_peer, NULL), trapping = start_peer(&trapping_peer, NULL);
    char text[128];
    otp_pid pid;
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    (void)unused;
    ck_assert_int_eq(otp_exit_signal(quiet, otp_normal()), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(trapping, otp_normal()), OTP_OK);
    sync_peer(quiet); /* alive */
    sync_peer(trapping);
    ck_assert_uint_eq(noted("exit:normal"), 1);
    ck_assert_int_eq(otp_spawn(exit_self_normal, NULL, &how, &pid), OTP_OK);
    (void)expect_end(OTP_MESSAGE_DOWN, pid, "normal");
    ck_assert_uint_eq(noted("survived"), 0);
    (void)text;
}

START_TEST(B202_a_normal_signal_ends_only_its_sender)
{
    live_through(signal_normal);
}
END_TEST

static void kill_the_trapping(void *unused)
{
    otp_pid peer = start_peer(&trapping_peer, NULL), other;
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    (void)unused;
    ck_assert_int_eq(otp_spawn(be_linked, &peer, &how, &other), OTP_OK);
    sync_peer(other);
    (void)otp_trap_exit(true);
    ck_assert_int_eq(otp_link(peer), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(peer, otp_kill()), OTP_OK);
    (void)expect_end(OTP_MESSAGE_EXIT, peer, "killed"); /* and I live */
    (void)expect_end(OTP_MESSAGE_DOWN, other, "killed");
    ck_assert_uint_eq(noted("exit:kill") + noted("exit:killed"), 0);
    expect_no_message();
}

START_TEST(B203_kill_cannot_be_trapped_but_killed_can)
{
    live_through(kill_the_trapping);
}
END_TEST

/* -- killed while it starts others -- */

#define KILLED_PARENTS 60
#define CHILDREN_MOST  64

static _Atomic uint32_t children_started;

static void wait_for_ever(void *unused)
{
    const struct otp_message *message;
    (void)unused;
    while (otp_receive(OTP_INFINITY, &message) == OTP_OK)
        continue;
}

static void start_children(void *unused)
{
    struct otp_start how = { .link = true };
    otp_pid child;
    for (int i = 0; i < CHILDREN_MOST; i++) {
        ck_assert_int_eq(otp_spawn(wait_for_ever, unused, &how, &child), OTP_OK);
        atomic_fetch_add(&children_started, 1);
    }
    wait_for_ever(unused);
}

static uint64_t count_processes(void)
{
    struct otp_info info;
    ck_assert_int_eq(otp_runtime_info(&info), OTP_OK);
    return info.processes;
}

/* Sooner or later after the kill none of its children is left: who is born unlinked stays. */
static void kill_who_starts(void *unused)
{
    uint64_t before = count_processes();
    (void)unused;
    for (uint32_t i = 0; i < KILLED_PARENTS; i++) {
        otp_pid parent;
        atomic_store(&children_started, 0);
        ck_assert_int_eq(otp_spawn(start_children, NULL, NULL, &parent), OTP_OK);
        while (atomic_load(&children_started) <= i % CHILDREN_MOST / 2)
            otp_yield();
        ck_assert_int_eq(otp_exit_signal(parent, otp_kill()), OTP_OK);
        while (count_processes() != before)
            otp_yield();
    }
}

START_TEST(who_is_killed_while_it_starts_others_leaves_none_behind)
{
    live_through(kill_who_starts);
}
END_TEST

static void end_with_kill(void *unused)
{
    otp_pid peer = start_peer(&quiet_peer, NULL), other;
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    (void)unused;
    ck_assert_int_eq(otp_spawn(be_linked, &peer, &how, &other), OTP_OK);
    sync_peer(other);
    (void)otp_trap_exit(true);
    ck_assert_int_eq(otp_link(peer), OTP_OK);
    end_peer(peer, otp_kill());
    (void)expect_end(OTP_MESSAGE_EXIT, peer, "kill"); /* ordinary: I live */
    (void)expect_end(OTP_MESSAGE_DOWN, other, "kill");
    expect_no_message();
}

START_TEST(B204_an_exit_with_kill_is_an_ordinary_reason)
{
    live_through(end_with_kill);
}
END_TEST

static void unlink_in_time_and_late(void *unused)
{
    otp_pid peer = start_peer(&quiet_peer, NULL);
    struct otp_proc_info info;
    otp_monitor monitor;
    (void)unused;
    (void)otp_trap_exit(true);
    ck_assert_int_eq(otp_link(peer), OTP_OK);
    ck_assert_int_eq(otp_unlink(peer), OTP_OK);
    ck_assert_int_eq(otp_unlink(peer), OTP_OK);
    ck_assert_int_eq(otp_monitor_start(otp_to(peer), &monitor), OTP_OK);
    end_peer(peer, otp_error("unheard"));
    (void)expect_end(OTP_MESSAGE_DOWN, peer, "unheard"); /* an EXIT would be the first */
    expect_no_message();
    /* queued already: it stays */
    peer = start_peer(&quiet_peer, NULL);
    ck_assert_int_eq(otp_link(peer), OTP_OK);
    end_peer(peer, otp_error("heard"));
    do {
        otp_yield();
        ck_assert_int_eq(otp_process_info(otp_self(), &info), OTP_OK);
    } while (info.mailbox == 0);
    ck_assert_int_eq(otp_unlink(peer), OTP_OK);
    (void)expect_end(OTP_MESSAGE_EXIT, peer, "heard");
    expect_no_message();
}

START_TEST(B205_unlinked_in_time_means_no_exit)
{
    live_through(unlink_in_time_and_late);
}
END_TEST

static void ask_after_signals(void *unused)
{
    otp_reason deadly[] = { otp_shutdown(), otp_error("boom"), otp_kill() };
    (void)unused;
    for (int i = 0; i < 300; i++) {
        otp_pid peer = start_peer(&quiet_peer, NULL);
        ck_assert(otp_is_alive(peer));
        ck_assert_int_eq(otp_exit_signal(peer, deadly[i % 3]), OTP_OK);
        ck_assert(!otp_is_alive(peer));
        ck_assert_int_eq(otp_exit_signal(peer, deadly[i % 3]), OTP_OK); /* of the dead: fine */
    }
}

START_TEST(B206_who_was_sent_a_deadly_signal_is_not_alive)
{
    live_through(ask_after_signals);
}
END_TEST

/* -- names -- */

static void take_the_name_at_down(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++) {
        otp_monitor monitor;
        otp_pid peer;
        struct otp_start how = { .name = "tests.taken", .monitor = true, .monitor_out = &monitor };
        ck_assert_int_eq(otp_spawn(be_peer, (void *)(uintptr_t)&quiet_peer, &how, &peer), OTP_OK);
        ck_assert(otp_pid_equal(otp_whereis("tests.taken"), peer));
        if (i % 2 == 0)
            end_peer(peer, otp_normal());
        else
            (void)otp_exit_signal(peer, otp_kill());
        (void)expect_end(OTP_MESSAGE_DOWN, peer, i % 2 == 0 ? "normal" : "killed");
        ck_assert_uint_eq(otp_whereis("tests.taken").bits, 0);
        ck_assert_int_eq(otp_register("tests.taken", otp_self()), OTP_OK);
        ck_assert_int_eq(otp_unregister("tests.taken"), OTP_OK);
    }
}

START_TEST(B207_at_down_the_name_is_free)
{
    live_through(take_the_name_at_down);
}
END_TEST

static void refuse_names(void *unused)
{
    otp_pid peer = start_peer(&quiet_peer, NULL), other = start_peer(&quiet_peer, NULL);
    otp_pid dead = dead_pid();
    char text[128], long_name[300];
    (void)unused;
    memset(long_name, 'n', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    ck_assert_int_eq(otp_register("tests.one", peer), OTP_OK);
    ck_assert_int_eq(otp_register("tests.one", other), OTP_ALREADY_STARTED);
    ck_assert_int_eq(otp_register("tests.two", peer), OTP_BADARG); /* it has a name */
    ck_assert_int_eq(otp_register("tests.two", dead), OTP_BADARG);
    ck_assert_int_eq(otp_register("tests.two", otp_no_pid()), OTP_BADARG);
    ck_assert_int_eq(otp_register("", other), OTP_BADARG);
    ck_assert_int_eq(otp_register(NULL, other), OTP_BADARG);
    ck_assert_int_eq(otp_register(long_name, other), OTP_BADARG);
    ck_assert_int_eq(otp_unregister("tests.two"), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_unregister(NULL), OTP_NOT_FOUND);
    ck_assert(otp_pid_equal(otp_whereis("tests.one"), peer));
    ck_assert_int_eq(otp_unregister("tests.one"), OTP_OK);
    ck_assert_int_eq(otp_unregister("tests.one"), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_register("tests.two", peer), OTP_OK); /* it had none any more */
    end_peer(peer, otp_normal());
    (void)await_end(peer, text);
    ck_assert_int_eq(otp_register("tests.two", other), OTP_OK);
}

START_TEST(B208_a_name_has_one_holder_and_a_process_one_name)
{
    live_through(refuse_names);
}
END_TEST

/* -- selective receive -- */

static bool is_even(const struct otp_message *message, void *looked)
{
    ++*(size_t *)looked;
    return message->kind == OTP_MESSAGE_USER && *(uint64_t *)message->args % 2 == 0;
}

/* Sends itself odd numbers, then asks a few times for an even one: each message is looked at once
 * per receive, and those that were not taken stay in order. */
static void receive_selectively(void *unused)
{
    const uint64_t n = support_slow() == 1 ? 100000 : 2000;
    const struct otp_message *message;
    size_t looked = 0;
    (void)unused;
    for (uint64_t i = 0; i < n; i++)
        tell(otp_self(), 2 * i + 1);
    tell(otp_self(), 2);
    ck_assert_int_eq(otp_receive_match(is_even, &looked, OTP_INFINITY, &message), OTP_OK);
    ck_assert_uint_eq(looked, n + 1);
    ck_assert_int_eq(otp_receive_match(is_even, &looked, 0, &message), OTP_TIMEOUT);
    ck_assert_uint_eq(looked, n + 1 + n);
    for (uint64_t i = 0; i < n; i++)
        expect_number(2 * i + 1);
    expect_no_message();
}

START_TEST(selective_receive_looks_at_each_message_once)
{
    live_through(receive_selectively);
}
END_TEST

/* Is told a number at a time by a sender that waits for each to be looked at. */
static void send_slowly(void *to)
{
    for (uint64_t i = 0; i < 100; i++) {
        tell(*(otp_pid *)to, 2 * i + 1);
        for (int turn = 0; turn < 3; turn++)
            otp_yield();
    }
    tell(*(otp_pid *)to, 2);
}

static void wait_selectively(void *unused)
{
    const struct otp_message *message;
    otp_pid self = otp_self(), pid;
    size_t looked = 0;
    (void)unused;
    ck_assert_int_eq(otp_spawn(send_slowly, &self, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_receive_match(is_even, &looked, OTP_INFINITY, &message), OTP_OK);
    ck_assert_uint_eq(looked, 101); /* not 1 + 2 + ... */
}

START_TEST(a_selective_wait_looks_at_new_messages_only)
{
    live_through(wait_selectively);
}
END_TEST

#define MANY 1000 /* in less than a tick, or others would take over */

static atomic_int born, at_most;

static void be_born(void *unused)
{
    (void)unused;
    atomic_fetch_add(&born, 1);
}

/* On one worker nobody runs as long as it does. */
static void start_many(void *unused)
{
    otp_pid pid;
    (void)unused;
    for (int i = 0; i < MANY; i++) {
        int waiting;
        ck_assert_int_eq(otp_spawn(be_born, NULL, NULL, &pid), OTP_OK);
        waiting = i + 1 - atomic_load(&born);
        if (waiting > atomic_load(&at_most))
            atomic_store(&at_most, waiting);
    }
    note("started");
}

START_TEST(who_starts_many_lets_some_run)
{
    otp_pid pid;
    start_workers(1, false, false);
    ck_assert_int_eq(otp_spawn(start_many, NULL, NULL, &pid), OTP_OK);
    await_notes("started", 1);
    ck_assert_int_lt(atomic_load(&at_most), MANY);
    while (atomic_load(&born) < MANY)
        step_aside();
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("process");
    TCase *more = support_case(suite, "process", 20);
    support_behaviour(suite, "B195", B195_a_monitor_of_nobody_is_down_at_once);
    support_behaviour(suite, "B196", B196_two_monitors_give_two_downs);
    support_behaviour(suite, "B197", B197_a_removed_monitor_never_fires);
    support_behaviour(suite, "B198", B198_messages_come_before_the_down);
    support_behaviour(suite, "async", who_starts_as_supervisors_do_hears_of_an_end_once);
    support_behaviour(suite, "B199", B199_a_spawn_with_link_and_monitor_sees_the_reason);
    support_behaviour(suite, "B200", B200_linking_to_the_dead_is_noproc);
    support_behaviour(suite, "B201", B201_links_carry_every_reason_once);
    support_behaviour(suite, "B202", B202_a_normal_signal_ends_only_its_sender);
    support_behaviour(suite, "B203", B203_kill_cannot_be_trapped_but_killed_can);
    support_behaviour(suite, "B204", B204_an_exit_with_kill_is_an_ordinary_reason);
    support_behaviour(suite, "B205", B205_unlinked_in_time_means_no_exit);
    support_behaviour(suite, "B206", B206_who_was_sent_a_deadly_signal_is_not_alive);
    support_behaviour(suite, "B207", B207_at_down_the_name_is_free);
    support_behaviour(suite, "B208", B208_a_name_has_one_holder_and_a_process_one_name);
    tcase_add_test(more, who_is_killed_while_it_starts_others_leaves_none_behind);
    tcase_add_test(more, selective_receive_looks_at_each_message_once);
    tcase_add_test(more, who_starts_many_lets_some_run);
    tcase_add_test(more, a_selective_wait_looks_at_new_messages_only);
    return support_run(suite);
}
