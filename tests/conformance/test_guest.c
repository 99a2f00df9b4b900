/* test_guest.c - messages that are received on the stack of who sends them.
 *
 * Idea: see probe.h. A behaviour that is brief about all that it is asked; each question carries a
 * frame of who asks, so that the answer can say whether it was received there. What holds must hold
 * either way, so a test goes on until it has been seen there. */
#include <stdatomic.h>

#include "probe.h"

/* -- a process that is brief -- */

enum { LOOK = 1, FAIL, FINISH, KILL_HOST, KILL_SELF, KEEP, TELL };

struct question {
    const void *frame;
    otp_pid host;
};

struct answer {
    uint64_t here; /* 1: on the stack of who asked */
    otp_pid pid;
};

static const struct otp_layout question_layout = { sizeof(struct question), 0, NULL };
static const struct otp_layout answer_layout = { sizeof(struct answer), 0, NULL };

enum { HOSTS = 3 };

struct guest {
    otp_from kept[HOSTS]; /* in order */
    uint32_t n;
};

static _Atomic uint64_t seen_here; /* of the last question */
static _Atomic uint64_t kept_here; /* questions that were kept where they were asked */

static void init(void *data, const void *args)
{
    (void)data, (void)args;
    otp_init_ack(OTP_OK, otp_normal());
}

static void tell(otp_from from)
{
    struct answer answer = { atomic_load(&seen_here), otp_self() };
    (void)otp_answer(from, &answer_layout, &answer);
}

/* Stacks are much larger than this and begin at their ends. */
static bool is_near(const void *frame)
{
    intptr_t far = (intptr_t)frame - (intptr_t)__builtin_frame_address(0);
    return far > 0 && far < 32768;
}

static void receive(void *data, const struct otp_message *message)
{
    struct guest *guest = data;
    if (message->kind != OTP_MESSAGE_SYSTEM)
        return;
    const struct question *question = message->args;
    atomic_store(&seen_here, is_near(question->frame));
    switch (message->tag) {
    case FAIL:
        ck_assert_int_eq(otp_stop_process(otp_to(otp_no_pid()), otp_normal(), PATIENCE),
                         OTP_NOPROC);
        ck_assert_int_eq(otp_last_reason().kind, OTP_REASON_NOPROC);
        break;
    case FINISH: otp_finish(otp_shutdown_with("done")); return;
    case KILL_HOST: ck_assert_int_eq(otp_exit_signal(question->host, otp_kill()), OTP_OK); break;
    case KILL_SELF:
        (void)otp_exit_signal(otp_self(), otp_kill());
        /* only who is on another's stack comes here */
        if (otp_alloc(100) == NULL)
            note("no memory");
        (void)otp_defer_reply(message->from);
        return;
    case KEEP:
        guest->kept[guest->n++] = message->from;
        ck_assert_int_eq(otp_defer_reply(message->from), OTP_OK);
        atomic_fetch_add(&kept_here, atomic_load(&seen_here));
        note("kept");
        return;
    case TELL:
        tell(guest->kept[0]);
        memmove(guest->kept, guest->kept + 1, (HOSTS - 1) * sizeof(otp_from));
        guest->n--;
        break;
    default: break;
    }
    tell(message->from);
}

static bool is_brief(const void *data, const struct otp_message *message)
{
    (void)data;
    return message->kind == OTP_MESSAGE_SYSTEM;
}

static const struct otp_behaviour guests = { "guest", init, receive, NULL, NULL, NULL, is_brief };

static otp_pid start(void)
{
    static const struct otp_start plain;
    struct otp_process_spec spec = { .behaviour = &guests, .data_size = sizeof(struct guest) };
    otp_pid pid;
    ck_assert_int_eq(otp_behaviour_start(&spec, &plain, &pid), OTP_OK);
    return pid;
}

static otp_status ask(otp_pid guest, uint32_t tag, struct answer *answer)
{
    struct question question = { __builtin_frame_address(0), otp_self() };
    return otp_system_call(otp_to(guest), tag, &question_layout, &question, answer, PATIENCE);
}

/* -- hosts: each runs as a process, until it has had its guest here -- */

static otp_pid shared; /* the guest, where there is one */

static void run_host(void (*host)(void *arg))
{
    otp_pid pid;
    start_runtime(false, false);
    ck_assert_int_eq(otp_spawn(host, NULL, NULL, &pid), OTP_OK);
    await_note("done");
    stop_runtime();
}

static void look(void *arg)
{
    struct answer answer = { 0 };
    otp_pid guest = start(), self = otp_self();
    (void)arg;
    while (answer.here == 0) {
        ck_assert_int_eq(ask(guest, LOOK, &answer), OTP_OK);
        ck_assert(otp_pid_equal(answer.pid, guest));
        ck_assert(otp_pid_equal(otp_self(), self));
    }
    note("done");
}

START_TEST(what_is_brief_is_received_where_it_is_sent)
{
    run_host(look);
}
END_TEST

static void keep_reason(void *arg)
{
    struct answer answer = { 0 };
    otp_reason mine = otp_error("mine");
    otp_pid guest = start();
    (void)arg;
    otp_set_last_reason(mine);
    while (answer.here == 0) {
        ck_assert_int_eq(ask(guest, FAIL, &answer), OTP_OK);
        ck_assert(otp_reason_equal(otp_last_reason(), mine));
    }
    note("done");
}

START_TEST(what_a_guest_fails_at_is_not_its_hosts)
{
    run_host(keep_reason);
}
END_TEST

static void see_end(void *arg)
{
    const struct otp_message *message;
    otp_monitor monitor;
    (void)arg;
    do {
        otp_pid guest = start();
        ck_assert_int_eq(otp_monitor_start(otp_to(guest), &monitor), OTP_OK);
        ck_assert_int_eq(ask(guest, FINISH, NULL), OTP_EXIT);
        ck_assert(otp_reason_equal(otp_last_reason(), otp_shutdown_with("done")));
        ck_assert_int_eq(otp_receive(PATIENCE, &message), OTP_OK);
        ck_assert_uint_eq(message->kind, OTP_MESSAGE_DOWN);
        ck_assert(otp_reason_equal(*message->reason, otp_shutdown_with("done")));
        ck_assert(!otp_is_alive(guest));
    } while (atomic_load(&seen_here) == 0);
    note("done");
}

START_TEST(a_guest_ends_and_its_host_goes_on)
{
    run_host(see_end);
}
END_TEST

static void see_kill(void *arg)
{
    (void)arg;
    do {
        otp_pid guest = start();
        ck_assert_int_eq(ask(guest, KILL_SELF, NULL), OTP_EXIT);
        ck_assert_int_eq(otp_last_reason().kind, OTP_REASON_KILLED);
        ck_assert(!otp_is_alive(guest));
    } while (atomic_load(&seen_here) == 0);
    note("done");
}

START_TEST(a_guest_that_is_killed_leaves_its_host_alone)
{
    run_host(see_kill);
}
END_TEST

static void be_killed(void *arg)
{
    struct answer answer;
    (void)arg;
    (void)ask(shared, KILL_HOST, &answer);
    note("survived");
}

START_TEST(a_guest_that_kills_its_host_goes_on)
{
    struct answer answer;
    uint64_t here;
    otp_pid host;
    start_runtime(false, false);
    shared = start();
    do {
        ck_assert_int_eq(otp_spawn(be_killed, NULL, NULL, &host), OTP_OK);
        while (otp_is_alive(host))
            step_aside();
        here = atomic_load(&seen_here);
        ck_assert_int_eq(ask(shared, LOOK, &answer), OTP_OK);
        ck_assert(otp_pid_equal(answer.pid, shared));
    } while (here == 0);
    ck_assert_uint_eq(noted("survived"), 0);
    stop_runtime();
}
END_TEST

static void wait_for_answer(void *arg)
{
    struct answer answer = { 0 };
    otp_status status = ask(shared, KEEP, &answer);
    (void)arg;
    if (status == OTP_OK && otp_pid_equal(answer.pid, shared))
        note("told");
    else if (status == OTP_EXIT && otp_last_reason().kind == OTP_REASON_KILLED)
        note("ended");
}

START_TEST(a_guest_answers_later)
{
    otp_pid host;
    start_runtime(false, false);
    shared = start();
    ck_assert_int_eq(otp_spawn(wait_for_answer, NULL, NULL, &host), OTP_OK);
    await_note("kept");
    ck_assert_int_eq(ask(shared, TELL, NULL), OTP_OK);
    await_note("told");
    ck_assert_int_eq(otp_spawn(wait_for_answer, NULL, NULL, &host), OTP_OK);
    await_notes("kept", 2);
    ck_assert_int_eq(otp_exit_signal(shared, otp_kill()), OTP_OK);
    await_note("ended");
    stop_runtime();
}
END_TEST

/* Gives how many were kept where they were asked. */
static uint64_t have_kept(size_t round)
{
    uint64_t before = atomic_load(&kept_here);
    otp_pid host;
    for (size_t i = 1; i <= HOSTS; i++) {
        ck_assert_int_eq(otp_spawn(wait_for_answer, NULL, NULL, &host), OTP_OK);
        await_notes("kept", round * HOSTS + i);
    }
    return atomic_load(&kept_here) - before;
}

/* between: one more is asked in the ordinary way, by a thread. */
static void answer_many(size_t round, bool between, bool kill)
{
    struct answer answer;
    if (between)
        ck_assert_int_eq(ask(shared, LOOK, &answer), OTP_OK);
    if (kill)
        ck_assert_int_eq(otp_exit_signal(shared, otp_kill()), OTP_OK);
    for (size_t i = 0; !kill && i < HOSTS; i++) {
        ck_assert_int_eq(ask(shared, TELL, NULL), OTP_OK);
        await_notes("told", round / 2 * HOSTS + i + 1);
    }
    if (kill)
        await_notes("ended", (round / 2 + 1) * HOSTS);
}

enum { ROUNDS = 200 };

START_TEST(several_wait_for_a_guest)
{
    bool all[4] = { false };
    start_runtime(false, false);
    for (size_t round = 0; round < ROUNDS && !(all[0] && all[1] && all[2] && all[3]); round++) {
        size_t way = round % 4;
        bool kill = way % 2 != 0;
        shared = start();
        all[way] = have_kept(round) == HOSTS || all[way];
        answer_many(round, way >= 2, kill);
    }
    stop_runtime();
}
END_TEST

/* -- a server that ends where it is stopped, linked with who stops it -- */

static const struct otp_genserver server_module = {
    .module = { "guest.server", "guest.otp:1", 0, NULL, otp_genserver_start },
    .state_size = 8,
};

static const struct otp_message_type never = { .name = "never", .message_class = OTP_CLASS_INFO };

static void stop_linked(void *arg)
{
    struct otp_start how = { .link = true };
    otp_pid server;
    (void)arg;
    ck_assert_int_eq(otp_genserver_start(&server_module.module, &how, NULL, &server), OTP_OK);
    if (otp_stop_process(otp_to(server), otp_shutdown(), PATIENCE) == OTP_OK)
        otp_cast(otp_to(server), &never, NULL); /* as a process that is to end it does not return */
    note("survived");
}

START_TEST(who_is_linked_with_what_it_stops_ends_too)
{
    otp_pid host;
    start_runtime(false, false);
    ck_assert_int_eq(otp_spawn(stop_linked, NULL, NULL, &host), OTP_OK);
    while (otp_is_alive(host))
        step_aside();
    ck_assert_uint_eq(noted("survived"), 0);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guest");
    TCase *guests_case = support_case(suite, "guests", 30);

    tcase_add_test(guests_case, what_is_brief_is_received_where_it_is_sent);
    tcase_add_test(guests_case, what_a_guest_fails_at_is_not_its_hosts);
    tcase_add_test(guests_case, a_guest_ends_and_its_host_goes_on);
    tcase_add_test(guests_case, a_guest_that_is_killed_leaves_its_host_alone);
    tcase_add_test(guests_case, a_guest_that_kills_its_host_goes_on);
    tcase_add_test(guests_case, a_guest_answers_later);
    tcase_add_test(guests_case, several_wait_for_a_guest);
    tcase_add_test(guests_case, who_is_linked_with_what_it_stops_ends_too);
    return support_run(suite);
}
