/* test_stuck.c - handlers that hold their worker: what waits behind them goes on elsewhere.
 *
 * Idea: each handler burns until what it would hold up has happened, so that a test whose runtime
 * helps nobody never ends. Most have one worker: what is done while it burns is done by a spare. */
#include "probe.h"

#include <stdatomic.h>

static atomic_bool released;

static void burn(void)
{
    while (!atomic_load_explicit(&released, memory_order_acquire))
        continue;
}

static void release(void)
{
    atomic_store_explicit(&released, true, memory_order_release);
}

static otp_next burn_handler(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)context;
    burn();
    return probe_reply(from, 1);
}

static otp_next cast_burn(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)from;
    (void)context;
    burn();
    return otp_noreply();
}

/* -- the caller's own timeout -- */

static void call_the_burning(void *arg)
{
    uint64_t value = 7;
    otp_instant begin = otp_now();
    ck_assert_int_eq(
        probe_call_within(otp_to(*(otp_pid *)arg), 20 * OTP_MS, burn_handler, NULL, &value),
        OTP_TIMEOUT); /* or it burns for ever */
    ck_assert_int_ge(otp_now() - begin, 20 * OTP_MS);
    ck_assert_uint_eq(value, 7);
    release();
    ck_assert_int_eq(probe_call(*(otp_pid *)arg, probe_count, NULL, &value), OTP_OK);
    expect_no_message();
}

static void time_out_with(uint32_t workers)
{
    start_workers(workers, false, false);
    otp_pid server = probe_start(NULL);
    in_process(call_the_burning, &server);
    stop_runtime();
}

START_TEST(a_caller_times_out_while_its_server_burns)
{
    time_out_with(4);
}
END_TEST

START_TEST(a_caller_times_out_on_the_only_worker)
{
    time_out_with(1);
}
END_TEST

/* -- what was parked on that worker, what is idle, what is timed -- */

static void wait_and_release(void *arg)
{
    const struct otp_message *message;
    gate_open(arg);
    ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    release();
}

static void tell_and_burn(void *arg)
{
    ck_assert_int_eq(otp_cast(otp_to(*(otp_pid *)arg), &probe_cast_type,
                              &(struct probe_args){ cast_burn, NULL }),
                     OTP_OK);
    burn();
}

START_TEST(a_parked_process_is_woken_from_a_burning_worker)
{
    struct gate parked = GATE;
    otp_pid waiter, burner;
    start_workers(1, false, false);
    ck_assert_int_eq(otp_spawn(wait_and_release, &parked, NULL, &waiter), OTP_OK);
    gate_pass(&parked);
    ck_assert_int_eq(otp_spawn(tell_and_burn, &waiter, NULL, &burner), OTP_OK);
    burn(); /* as a foreign thread: until it is released */
    stop_runtime();
}
END_TEST

static otp_next cast_release(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)from;
    (void)context;
    release();
    return otp_noreply();
}

static void cast_and_burn(void *arg)
{
    probe_cast(*(otp_pid *)arg, cast_release, NULL);
    burn();
}

START_TEST(an_idle_server_gets_its_message_from_a_burning_process)
{
    start_workers(1, false, false);
    otp_pid server = probe_start(NULL);
    in_process(cast_and_burn, &server);
    stop_runtime();
}
END_TEST

static void arm_and_burn(void *arg)
{
    const struct probe_args args = { cast_release, NULL };
    (void)otp_send_after(otp_to(*(otp_pid *)arg), &probe_cast_type, &args, 5 * OTP_MS);
    burn();
}

START_TEST(a_timer_of_a_burning_worker_fires)
{
    start_workers(1, false, false);
    otp_pid server = probe_start(NULL);
    in_process(arm_and_burn, &server);
    stop_runtime();
}
END_TEST

/* A timeout that is armed while others burn, and a yield among them. */
static void sleep_and_release(void *arg)
{
    const struct otp_message *message;
    (void)arg;
    otp_yield();
    ck_assert_int_eq(otp_receive(10 * OTP_MS, &message), OTP_TIMEOUT);
    release();
}

static void burn_process(void *arg)
{
    (void)arg;
    burn();
}

START_TEST(all_workers_burn_and_others_go_on)
{
    otp_pid pid;
    start_workers(2, false, false);
    ck_assert_int_eq(otp_spawn(burn_process, NULL, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_spawn(burn_process, NULL, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_spawn(sleep_and_release, NULL, NULL, &pid), OTP_OK);
    burn();
    stop_runtime();
}
END_TEST

/* -- a burning process is killed: who called it hears at once -- */

static void kill_the_burning(void *arg)
{
    otp_pid server = *(otp_pid *)arg;
    char text[128];
    probe_cast(server, cast_burn, NULL);
    otp_monitor monitor;
    ck_assert_int_eq(otp_monitor_start(otp_to(server), &monitor), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(server, otp_kill()), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "killed");
    ck_assert(!otp_is_alive(server));
    release();
}

START_TEST(B053_a_burning_process_is_dead_for_all_at_once)
{
    start_workers(1, false, false);
    otp_pid server = probe_start(NULL);
    in_process(kill_the_burning, &server);
    stop_runtime();
}
END_TEST

/* -- it is said -- */

START_TEST(a_handler_that_burns_is_logged)
{
    note_stuck = true;
    start_workers(2, false, true);
    otp_pid server = probe_start(NULL);
    probe_cast(server, cast_burn, NULL);
    await_note("log:stuck::");
    release();
    probe_sync(server);
    stop_runtime();
}
END_TEST

/* -- many, for a while -- */

enum { PEOPLE = 12, CALLS = 40 };

struct crowd {
    otp_pid servers[PEOPLE];
    _Atomic uint32_t calls, answered, late;
};

static void burn_for(otp_duration limit)
{
    otp_instant end = otp_now() + limit;
    while (otp_now() < end)
        continue;
}

static otp_next busy_handler(struct probe *self, otp_from from, void *context)
{
    (void)context;
    if (++self->count % 8 == 0)
        burn_for(6 * OTP_MS);
    return probe_reply(from, self->count);
}

static void call_around(void *arg)
{
    struct crowd *crowd = arg;
    uint64_t value;
    uint32_t me = atomic_fetch_add(&crowd->calls, CALLS);
    for (uint32_t i = 0; i < CALLS; i++) {
        otp_pid server = crowd->servers[(me / CALLS + i * 7) % PEOPLE];
        otp_duration limit = i % 5 == 0 ? OTP_MS : OTP_INFINITY;
        otp_status status = probe_call_within(otp_to(server), limit, busy_handler, NULL, &value);
        ck_assert(status == OTP_OK || (limit == OTP_MS && status == OTP_TIMEOUT));
        atomic_fetch_add(status == OTP_OK ? &crowd->answered : &crowd->late, 1);
        if (i % 9 == 0)
            otp_yield();
    }
}

static void await_crowd(void *arg)
{
    otp_pid clients[PEOPLE];
    otp_monitor monitor;
    char text[128];
    for (int i = 0; i < PEOPLE; i++)
        ck_assert_int_eq(otp_spawn(call_around, arg,
                                   &(struct otp_start){ .monitor = true, .monitor_out = &monitor },
                                   &clients[i]),
                         OTP_OK);
    for (int i = 0; i < PEOPLE; i++)
        ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "normal");
}

static void crowd_with(uint32_t workers)
{
    static struct crowd crowd;
    uint64_t done = 0, count;
    start_workers(workers, false, false);
    for (int i = 0; i < PEOPLE; i++)
        crowd.servers[i] = probe_start(NULL);
    in_process(await_crowd, &crowd);
    ck_assert_uint_eq(crowd.answered + crowd.late, PEOPLE * CALLS);
    for (int i = 0; i < PEOPLE; i++) {
        ck_assert_int_eq(probe_call(crowd.servers[i], probe_count, NULL, &count), OTP_OK);
        done += count;
    }
    ck_assert_uint_eq(done, PEOPLE * CALLS); /* a timeout cancels nothing */
    stop_runtime();
}

START_TEST(a_crowd_that_burns_now_and_then_is_served)
{
    crowd_with(2);
}
END_TEST

START_TEST(a_crowd_is_served_by_one_worker_and_its_spare)
{
    crowd_with(1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stuck");
    TCase *one = support_case(s, "one", 10);
    tcase_add_test(one, a_caller_times_out_while_its_server_burns);
    tcase_add_test(one, a_caller_times_out_on_the_only_worker);
    tcase_add_test(one, a_parked_process_is_woken_from_a_burning_worker);
    tcase_add_test(one, an_idle_server_gets_its_message_from_a_burning_process);
    tcase_add_test(one, a_timer_of_a_burning_worker_fires);
    tcase_add_test(one, all_workers_burn_and_others_go_on);
    tcase_add_test(one, a_handler_that_burns_is_logged);
    support_behaviour(s, "B053", B053_a_burning_process_is_dead_for_all_at_once);
    TCase *crowd = support_case(s, "crowd", 30);
    tcase_add_test(crowd, a_crowd_that_burns_now_and_then_is_served);
    tcase_add_test(crowd, a_crowd_is_served_by_one_worker_and_its_spare);
    return support_run(s);
}
