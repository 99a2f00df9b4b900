/* test_genserver_waits.c - what a wait that is over leaves behind: B029, B030, B036, B038, B042. */
#include "probe.h"

static otp_next add_one(struct probe *self, otp_from from, void *context)
{
    (void)context;
    return probe_reply(from, ++self->count);
}

/* Waits at the gate, holding its thread. */
static otp_next pass_gate(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)from;
    gate_pass(context);
    return otp_noreply();
}

/* Waits for a message's time in another server's answer, holding no thread. */
static otp_next park_first(struct probe *self, otp_from from, void *context)
{
    uint64_t value;
    (void)from;
    (void)self;
    otp_must(probe_call_within(otp_to(*(otp_pid *)context), OTP_INFINITY, add_one, NULL, &value));
    return otp_noreply();
}

/* -- B029 -- */

/* While the server is busy with blocker, two calls time out in its mailbox. */
static void time_out_behind(otp_pid server, struct gate *gate)
{
    uint64_t value = 7;
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(probe_call_within(otp_to(server), 10 * OTP_MS, add_one, NULL, &value),
                         OTP_TIMEOUT);
    gate_open(gate);
    ck_assert_int_eq(probe_call(server, probe_count, NULL, &value), OTP_OK);
    ck_assert_uint_eq(value, 2);
}

START_TEST(B029_a_timed_out_call_is_carried_out_by_a_server_that_burned)
{
    struct gate gate = GATE;
    start_runtime(false, false);
    otp_pid server = probe_start(NULL);
    probe_cast(server, pass_gate, &gate);
    time_out_behind(server, &gate);
    stop_runtime();
}
END_TEST

START_TEST(B029_a_timed_out_call_is_carried_out_by_a_server_that_parked)
{
    struct gate gate = GATE;
    start_runtime(false, false);
    otp_pid server = probe_start(NULL), other = probe_start(NULL);
    probe_cast(other, pass_gate, &gate);
    probe_cast(server, park_first, &other);
    time_out_behind(server, &gate);
    stop_runtime();
}
END_TEST

/* -- B030 -- */

enum { RACES = 400, EMULATED = 20 /* times slower */ };

static otp_next answer_around(struct probe *self, otp_from from, void *context)
{
    otp_instant end = otp_now() + *(otp_duration *)context;
    while (otp_now() < end)
        continue;
    return probe_reply(from, 1000 + ++self->count);
}

/*
 * Each wait has one outcome, and the answer is there if and only if it says so. The answers come
 * from before the timer to behind it, so some are too late; but under valgrind and emulators the
 * server may keep the timer's thread out until it has answered.
 */
static void race_the_timer(otp_pid server)
{
    static uint64_t value; /* outlives the wait: a late answer would be seen */
    uint64_t late = 0, count;
    for (uint64_t i = 1; i <= RACES; i++) {
        otp_duration work = OTP_MS + (otp_duration)(i % 20) * 50 * OTP_US;
        value = 7;
        otp_status status =
            probe_call_within(otp_to(server), 3 * OTP_MS / 2, answer_around, &work, &value);
        if (status == OTP_TIMEOUT) {
            late++;
            ck_assert_uint_eq(value, 7);
            ck_assert_int_eq(probe_call(server, probe_count, NULL, &count), OTP_OK);
            ck_assert_uint_eq(count, i); /* its own answer, not the late one */
            ck_assert_uint_eq(value, 7);
        } else {
            ck_assert_int_eq(status, OTP_OK);
            ck_assert_uint_eq(value, 1000 + i);
        }
    }
    ck_assert(late > 0 || support_slow() >= EMULATED);
    note("raced");
}

static void race_in_process(void *arg)
{
    race_the_timer(*(otp_pid *)arg);
    expect_no_message();
}

START_TEST(B030_an_answer_that_races_with_the_timer_is_one_or_the_other)
{
    start_runtime(false, false);
    otp_pid server = probe_start(NULL);
    race_the_timer(server);
    otp_pid another = probe_start(NULL);
    in_process(race_in_process, &another);
    expect_notes("raced,raced");
    stop_runtime();
}
END_TEST

/* -- B036 -- */

enum { MAIL = 500000, CALLS = 3000 };

static otp_duration time_calls(otp_pid server)
{
    otp_duration best = OTP_INFINITY;
    uint64_t value;
    for (int round = 0; round < 5; round++) {
        otp_instant begin = otp_now();
        for (int i = 0; i < CALLS; i++)
            ck_assert_int_eq(probe_call(server, add_one, NULL, &value), OTP_OK);
        if (otp_now() - begin < best)
            best = otp_now() - begin;
    }
    return best;
}

static bool is_nothing(const struct otp_message *message, void *context)
{
    (void)message;
    (void)context;
    return false;
}

/* Far apart: a call that looked through the mailbox would take a thousand times as long. */
static void call_with_mail(void *arg)
{
    const struct probe_args args = { add_one, NULL };
    const struct otp_message *message;
    otp_duration without = time_calls(*(otp_pid *)arg);
    for (int i = 0; i < MAIL; i++)
        ck_assert_int_eq(otp_cast(otp_to(otp_self()), &probe_cast_type, &args), OTP_OK);
    ck_assert_int_eq(otp_receive_match(is_nothing, NULL, 0, &message), OTP_TIMEOUT);
    otp_duration with = time_calls(*(otp_pid *)arg);
    ck_assert_int_le(with, 50 * without);
}

START_TEST(B036_a_call_costs_the_same_with_a_full_mailbox)
{
    start_runtime(false, false);
    otp_pid server = probe_start(NULL);
    in_process(call_with_mail, &server);
    stop_runtime();
}
END_TEST

/* -- B038 -- */

struct pair {
    otp_pid first, second;
};

static otp_next call_back(struct probe *self, otp_from from, void *context)
{
    struct pair *pair = context;
    uint64_t value;
    otp_status status = probe_call_within(otp_to(pair->first), 30 * OTP_MS, add_one, NULL, &value);
    note("inner:%s", otp_status_text(status));
    return probe_reply(from, ++self->count);
}

static otp_next call_on(struct probe *self, otp_from from, void *context)
{
    struct pair *pair = context;
    uint64_t value;
    otp_must(probe_call(pair->second, call_back, pair, &value));
    note("outer:%d", (int)value);
    return probe_reply(from, ++self->count);
}

START_TEST(B038_of_two_that_call_each_other_the_inner_call_times_out)
{
    struct pair pair;
    char want[128];
    uint64_t value;
    start_runtime(false, false);
    pair.first = probe_start(NULL);
    pair.second = probe_start(NULL);
    ck_assert_int_eq(probe_call(pair.first, call_on, &pair, &value), OTP_OK);
    snprintf(want, sizeof(want), "inner:%s,outer:1", otp_status_text(OTP_TIMEOUT));
    expect_notes(want);
    probe_sync(pair.first);
    ck_assert_int_eq(probe_call(pair.first, probe_count, NULL, &value), OTP_OK);
    ck_assert_uint_eq(value, 2); /* what timed out was done too */
    stop_runtime();
}
END_TEST

/* -- B042 -- */

START_TEST(B042_whereis_gives_the_holder_or_nobody)
{
    const struct otp_start how = { .name = "tests.found" };
    static struct otp_name name = { "tests.found", NULL, 0 };
    otp_pid pid;
    start_runtime(false, false);
    ck_assert_uint_eq(otp_whereis("tests.found").bits, 0);
    ck_assert_uint_eq(otp_whereis("").bits, 0);
    ck_assert_uint_eq(otp_whereis(NULL).bits, 0);
    ck_assert_uint_eq(otp_dest_pid(otp_to_name(&name)).bits, 0);
    struct probe_options options = { NULL, NULL, { NULL, 0 }, NULL };
    ck_assert_int_eq(probe_start_with(&how, &options, &pid), OTP_OK);
    ck_assert_uint_eq(otp_whereis("tests.found").bits, pid.bits);
    ck_assert_uint_eq(otp_dest_pid(otp_to_name(&name)).bits, pid.bits);
    ck_assert_int_eq(otp_stop_process(otp_to(pid), otp_normal(), PATIENCE), OTP_OK);
    ck_assert_uint_eq(otp_whereis("tests.found").bits, 0);
    ck_assert_uint_eq(otp_dest_pid(otp_to_name(&name)).bits, 0);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("genserver_waits");
    support_behaviour(s, "B029", B029_a_timed_out_call_is_carried_out_by_a_server_that_burned);
    support_behaviour(s, "B029", B029_a_timed_out_call_is_carried_out_by_a_server_that_parked);
    support_behaviour(s, "B030", B030_an_answer_that_races_with_the_timer_is_one_or_the_other);
    support_behaviour(s, "B036", B036_a_call_costs_the_same_with_a_full_mailbox);
    support_behaviour(s, "B038", B038_of_two_that_call_each_other_the_inner_call_times_out);
    support_behaviour(s, "B042", B042_whereis_gives_the_holder_or_nobody);
    return support_run(s);
}
