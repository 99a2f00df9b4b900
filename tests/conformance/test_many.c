/* test_many.c - a hundred thousand processes: alive, and all blocked in a call at once.
 *
 * Idea: see probe.h. Each process answers, or is answered, with a number of its own, so none can be
 * missed or mistaken for another. Under checkers and emulation there are fewer of them. */
#include <stdatomic.h>

#include "probe.h"

static size_t how_many(void)
{
    return support_slow() == 1 ? 100000 : 2000;
}

/* What a caller calls with; there are how_many() of them. */
struct caller {
    otp_pid pid;
    otp_from from; /* the gatekeeper's: who waits */
    uint64_t number;
    uint64_t reply; /* what it got, and how: written by the caller before it counts itself */
    otp_status status;
    otp_reason reason;
};

static struct caller *callers;
static size_t n_callers;
static otp_pid gatekeeper;
static size_t n_waiting;        /* the gatekeeper's */
static atomic_size_t n_through; /* callers whose call has returned */
static struct gate all_wait = GATE, all_through = GATE;

static struct otp_info figures(void)
{
    struct otp_info info;
    ck_assert_int_eq(otp_runtime_info(&info), OTP_OK);
    return info;
}

static void set_up(void)
{
    start_runtime(false, false);
    n_callers = how_many();
    callers = calloc(n_callers, sizeof(*callers));
    ck_assert_ptr_nonnull(callers);
    for (size_t i = 0; i < n_callers; i++)
        callers[i].number = i + 1;
}

static void tear_down(void)
{
    stop_runtime();
    free(callers);
}

/* -- alive -- */

static otp_next reply_number(struct probe *self, otp_from from, void *context)
{
    const struct caller *caller = context;
    self->count++;
    return probe_reply(from, caller->number * 2 + self->count);
}

static void start_all(void *failed)
{
    static const struct otp_start plain;
    for (size_t i = 0; i < n_callers; i++)
        *(size_t *)failed += probe_start_with(&plain, NULL, &callers[i].pid) != OTP_OK;
}

/* Everyone answers, twice: with its own number, and with what it remembers. */
static void call_all(void *failed)
{
    for (uint64_t round = 1; round <= 2; round++)
        for (size_t i = 0; i < n_callers; i++) {
            uint64_t reply = 0;
            otp_status status = probe_call(callers[i].pid, reply_number, &callers[i], &reply);
            *(size_t *)failed += status != OTP_OK || reply != callers[i].number * 2 + round;
        }
}

/* Kills everyone and hears of each end. */
static void end_all(void *failed)
{
    const struct otp_message *message;
    otp_monitor monitor;
    for (size_t i = 0; i < n_callers; i++)
        *(size_t *)failed += otp_monitor_start(otp_to(callers[i].pid), &monitor) != OTP_OK ||
                             otp_exit_signal(callers[i].pid, otp_kill()) != OTP_OK;
    for (size_t i = 0; i < n_callers; i++)
        *(size_t *)failed += otp_receive(PATIENCE, &message) != OTP_OK ||
                             message->kind != OTP_MESSAGE_DOWN ||
                             message->reason->kind != OTP_REASON_KILLED;
}

START_TEST(many_processes_are_alive_at_once_and_each_answers)
{
    size_t failed = 0;
    set_up();
    uint64_t before = figures().processes;
    in_process(start_all, &failed);
    ck_assert_uint_eq(failed, 0);
    ck_assert_uint_ge(figures().processes, before + n_callers);
    in_process(call_all, &failed);
    ck_assert_uint_eq(failed, 0);
    in_process(end_all, &failed);
    ck_assert_uint_eq(failed, 0);
    for (size_t i = 0; i < n_callers; i++)
        failed += otp_is_alive(callers[i].pid);
    ck_assert_uint_eq(failed, 0);
    tear_down();
}
END_TEST

/* -- blocked in a call -- */

/* At the gatekeeper: keeps the caller waiting. */
static otp_next keep_waiting(struct probe *self, otp_from from, void *context)
{
    struct caller *caller = context;
    (void)self;
    caller->from = from;
    if (++n_waiting == n_callers)
        gate_open(&all_wait);
    return otp_noreply();
}

/* At a caller: calls the gatekeeper, with a time limit as any call has. */
static otp_next call_gatekeeper(struct probe *self, otp_from from, void *context)
{
    struct caller *caller = context;
    struct probe_args args = { keep_waiting, caller };
    (void)self, (void)from;
    caller->status =
        otp_call(otp_to(gatekeeper), &probe_later_type, &args, &caller->reply, PATIENCE);
    if (caller->status != OTP_OK)
        caller->reason = otp_last_reason();
    if (atomic_fetch_add(&n_through, 1) + 1 == n_callers)
        gate_open(&all_through);
    return otp_noreply();
}

static otp_next answer_all(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    for (size_t i = 0; i < n_callers; i++) {
        uint64_t value = callers[i].number * 3;
        *(size_t *)context += otp_answer(callers[i].from, &probe_u64_layout, &value) != OTP_OK;
    }
    return otp_noreply();
}

static otp_next crash(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("boom"));
}

/* Returns when all callers wait for the gatekeeper, which still answers others. */
static void block_all(void)
{
    size_t failed = 0;
    struct probe_args args = { call_gatekeeper, NULL };
    gatekeeper = probe_start(NULL);
    in_process(start_all, &failed);
    for (size_t i = 0; i < n_callers; i++) {
        args.context = &callers[i];
        failed += otp_cast(otp_to(callers[i].pid), &probe_cast_type, &args) != OTP_OK;
    }
    ck_assert_uint_eq(failed, 0);
    gate_pass(&all_wait);
    ck_assert_uint_ge(figures().processes, n_callers + 1);
    ck_assert_uint_ge(figures().fibers, n_callers);
    probe_sync(gatekeeper);
    ck_assert_uint_eq(atomic_load(&n_through), 0);
}

START_TEST(many_callers_wait_at_once_and_each_gets_its_own_reply)
{
    size_t failed = 0;
    set_up();
    block_all();
    probe_cast(gatekeeper, answer_all, &failed);
    gate_pass(&all_through);
    probe_sync(gatekeeper);
    for (size_t i = 0; i < n_callers; i++)
        failed += callers[i].status != OTP_OK || callers[i].reply != callers[i].number * 3;
    ck_assert_uint_eq(failed, 0);
    in_process(call_all, &failed); /* they are as good as before */
    ck_assert_uint_eq(failed, 0);
    tear_down();
}
END_TEST

START_TEST(many_callers_learn_at_once_that_their_server_ended)
{
    size_t failed = 0;
    set_up();
    block_all();
    probe_cast(gatekeeper, crash, NULL);
    gate_pass(&all_through);
    for (size_t i = 0; i < n_callers; i++)
        failed += callers[i].status != OTP_EXIT ||
                  !otp_reason_equal(callers[i].reason, otp_error("boom"));
    ck_assert_uint_eq(failed, 0);
    tear_down();
}
END_TEST

/* All of them are ended by the runtime's stop, while they wait. */
START_TEST(many_waiting_callers_do_not_keep_the_runtime_from_stopping)
{
    set_up();
    block_all();
    tear_down();
    ck_assert_uint_eq(atomic_load(&n_through), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("many");
    TCase *many = support_case(suite, "many", 60);
    tcase_add_test(many, many_processes_are_alive_at_once_and_each_answers);
    tcase_add_test(many, many_callers_wait_at_once_and_each_gets_its_own_reply);
    tcase_add_test(many, many_callers_learn_at_once_that_their_server_ended);
    tcase_add_test(many, many_waiting_callers_do_not_keep_the_runtime_from_stopping);
    return support_run(suite);
}
