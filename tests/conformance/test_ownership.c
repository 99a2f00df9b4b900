/* test_ownership.c - everything that a process owns goes with it, however it ends.
 *
 * Idea: an allocator counts what is in use. After some lives of a process that owns one of
 * everything and ends in one manner, the same number of lives again must not need more. Under
 * LeakSanitizer what nobody refers to any more is found besides. */
#include "probe.h"

#include <stdatomic.h>

#define OK(call) ck_assert_int_eq((call), OTP_OK)

static _Atomic int64_t in_use;

static void *count_allocate(void *context, size_t size)
{
    void *memory = malloc(size);
    (void)context;
    if (memory != NULL)
        atomic_fetch_add(&in_use, (int64_t)size);
    return memory;
}

static void count_release(void *context, void *memory, size_t size)
{
    (void)context;
    if (memory != NULL)
        atomic_fetch_sub(&in_use, (int64_t)size);
    free(memory);
}

static void start_counting(void)
{
    static const struct otp_allocator allocator = { count_allocate, count_release, NULL };
    struct otp_config config = { .workers = 2 };
    config.allocator = &allocator;
    probe_module.terminate = NULL; /* it would note each end */
    config.log = note_event;
    OK(otp_runtime_start(&config));
}

/* A cast that is done, a call that is answered later: never. */
static otp_next pass_on(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)from;
    (void)context;
    return otp_noreply();
}

/* -- what it owns -- */

static atomic_long destroyed;

static void destroy(void *value)
{
    (void)value;
    atomic_fetch_add(&destroyed, 1);
}

static struct otp_key key = { "tests.owned", destroy };
static otp_pid friend;

static otp_next burden(struct probe *self, otp_from from, void *context)
{
    const struct probe_args args = { pass_on, NULL };
    otp_monitor monitor;
    otp_request request;
    otp_dest alias;
    (void)self;
    (void)context;
    ck_assert_ptr_nonnull(otp_alloc(300));
    ck_assert_ptr_nonnull(otp_alloc(100000));
    ck_assert_ptr_nonnull(otp_scratch(5000));
    OK(otp_put(&key, &key, NULL));
    OK(otp_alias(OTP_ALIAS_EXPLICIT, &alias));
    OK(otp_monitor_start(otp_to(friend), &monitor));
    OK(otp_send_request(otp_to(friend), &probe_later_type, &args, &request));
    (void)otp_send_after(otp_to(otp_self()), &probe_cast_type, &args, OTP_HOUR);
    return from.slot_ == NULL ? otp_ok() : probe_reply(from, 1);
}

/* -- how it ends -- */

static otp_next crash(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)from;
    (void)context;
    otp_exit(otp_error("boom"));
}

static otp_next crash_in_init(struct probe *self, otp_from from, void *context)
{
    (void)burden(self, from, context);
    otp_exit(otp_error("boom"));
}

static otp_next ask_for_ever(struct probe *self, otp_from from, void *context)
{
    uint64_t value;
    (void)self;
    (void)from;
    gate_open(context);
    otp_must(probe_ask_later(friend, pass_on, NULL, &value));
    return otp_noreply();
}

static otp_next wait_at_gate(struct probe *self, otp_from from, void *context)
{
    struct gate *gates = context;
    (void)self;
    (void)from;
    gate_open(&gates[0]);
    gate_pass(&gates[1]);
    return otp_noreply();
}

static void end_by_stop(otp_pid pid)
{
    OK(otp_stop_process(otp_to(pid), otp_normal(), OTP_INFINITY));
}

static void end_by_crash(otp_pid pid)
{
    uint64_t value;
    ck_assert_int_eq(probe_call(pid, crash, NULL, &value), OTP_EXIT);
}

static void end_idle(otp_pid pid)
{
    OK(otp_exit_signal(pid, otp_kill()));
}

static void end_parked(otp_pid pid)
{
    struct gate parked = GATE;
    probe_cast(pid, ask_for_ever, &parked);
    for (int i = 0; i < 5; i++)
        probe_cast(pid, pass_on, NULL); /* what waits goes too */
    gate_pass(&parked);
    OK(otp_exit_signal(pid, otp_kill()));
}

static void end_running(otp_pid pid)
{
    struct gate gates[2] = { GATE, GATE };
    probe_cast(pid, wait_at_gate, gates);
    gate_pass(&gates[0]);
    for (int i = 0; i < 5; i++)
        probe_cast(pid, pass_on, NULL);
    OK(otp_exit_signal(pid, otp_kill()));
    gate_open(&gates[1]);
    struct otp_info info;
    do
        OK(otp_runtime_info(&info)); /* its handler has left the gate when it is buried */
    while (info.processes > 1);
}

static void live(void (*end)(otp_pid pid))
{
    if (end == NULL) {
        struct probe_options options = { crash_in_init, NULL, { NULL, 0 }, NULL };
        otp_pid pid;
        ck_assert_int_eq(probe_start_with(NULL, &options, &pid), OTP_EXIT);
        return;
    }
    end(probe_start(burden));
}

/* Until all that have ended are buried. */
static void settle(void)
{
    struct otp_info info;
    do
        OK(otp_runtime_info(&info));
    while (info.processes > 1);
}

static void live_often(void (*end)(otp_pid pid), int times)
{
    for (int i = 0; i < times; i++)
        live(end);
    settle();
}

/* What is kept for later use is there after the first lives; the friend's mail is let go. Stocks
 * may grow a little, when threads stand still for long now and then; 100000 bytes of a few lives
 * would be more, each time. */
static void own_and_end(void (*end)(otp_pid pid), int times)
{
    int64_t before, more = INT64_MAX;
    int lived = times;
    start_counting();
    friend = probe_start(NULL);
    live_often(end, times);
    for (int tries = 0; tries < 4 && more >= 512 * 1024; tries++) {
        before = atomic_load(&in_use);
        live_often(end, 4 * times);
        lived += 4 * times;
        more = atomic_load(&in_use) - before;
    }
    ck_assert_int_lt(more, 512 * 1024);
    stop_runtime();
    ck_assert_int_eq(atomic_load(&destroyed), lived);
    ck_assert_int_eq(atomic_load(&in_use), 0);
}

START_TEST(what_it_owns_goes_with_a_stop)
{
    own_and_end(end_by_stop, 2000);
}
END_TEST

START_TEST(what_it_owns_goes_with_a_crash)
{
    own_and_end(end_by_crash, 2000);
}
END_TEST

START_TEST(what_it_owns_goes_with_a_failing_init)
{
    own_and_end(NULL, 2000);
}
END_TEST

START_TEST(what_it_owns_goes_with_a_kill_while_idle)
{
    own_and_end(end_idle, 2000);
}
END_TEST

START_TEST(what_it_owns_goes_with_a_kill_while_it_waits)
{
    own_and_end(end_parked, 1000);
}
END_TEST

START_TEST(what_it_owns_goes_with_a_kill_while_it_runs)
{
    own_and_end(end_running, 300);
}
END_TEST

/* -- a hundred thousand -- */

START_TEST(a_hundred_thousand_lives_leave_nothing)
{
    int64_t after_some = 0;
    start_counting();
    for (int i = 0; i < 100000; i++) {
        otp_pid pid = probe_start(NULL);
        if (i % 3 == 0)
            end_idle(pid);
        else if (i % 3 == 1)
            end_by_crash(pid);
        else
            end_by_stop(pid);
        if (i == 20000) {
            settle();
            after_some = atomic_load(&in_use);
        }
    }
    settle();
    /* a hundred bytes of each would be 8 MB */
    ck_assert_int_lt(atomic_load(&in_use) - after_some, 2 * 1024 * 1024);
    stop_runtime();
    ck_assert_int_eq(atomic_load(&in_use), 0);
}
END_TEST

/* -- messages that flow one way -- */

enum { FLOW = 2000000 };

static void produce(void *arg)
{
    const struct probe_args args = { pass_on, NULL };
    uint64_t value;
    for (int i = 0; i < FLOW; i++) {
        OK(otp_cast(otp_to(*(otp_pid *)arg), &probe_cast_type, &args));
        if (i % 1000 == 999) /* so that the mailbox itself stays short */
            OK(probe_call(*(otp_pid *)arg, probe_count, NULL, &value));
    }
}

START_TEST(message_memory_stays_bounded_in_a_one_way_flow)
{
    start_counting();
    otp_pid pid = probe_start(NULL);
    in_process(produce, &pid);
    ck_assert_int_lt(atomic_load(&in_use), 16 * 1024 * 1024); /* 2000000 nodes are 200 MB */
    stop_runtime();
    ck_assert_int_eq(atomic_load(&in_use), 0);
}
END_TEST

/* -- idle servers are small -- */

enum { IDLE = 20000, SMALL_STATE = 16 };

START_TEST(an_idle_server_with_a_small_state_takes_400_bytes)
{
    static otp_pid pids[IDLE];
    start_counting();
    probe_module.n_tables = 0;
    int64_t before = atomic_load(&in_use);
    for (int i = 0; i < IDLE; i++)
        pids[i] = probe_start(NULL);
    for (int i = 0; i < IDLE; i++)
        probe_sync(pids[i]); /* it stays so once it has worked */
    int64_t each = (atomic_load(&in_use) - before) / IDLE;
    ck_assert_int_le(each, 400 - SMALL_STATE + (int64_t)probe_module.state_size);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ownership");
    TCase *c = support_case(s, "ownership", 60);
    tcase_add_test(c, what_it_owns_goes_with_a_stop);
    tcase_add_test(c, what_it_owns_goes_with_a_crash);
    tcase_add_test(c, what_it_owns_goes_with_a_failing_init);
    tcase_add_test(c, what_it_owns_goes_with_a_kill_while_idle);
    tcase_add_test(c, what_it_owns_goes_with_a_kill_while_it_waits);
    tcase_add_test(c, what_it_owns_goes_with_a_kill_while_it_runs);
    tcase_add_test(c, a_hundred_thousand_lives_leave_nothing);
    tcase_add_test(c, message_memory_stays_bounded_in_a_one_way_flow);
    tcase_add_test(c, an_idle_server_with_a_small_state_takes_400_bytes);
    return support_run(s);
}
