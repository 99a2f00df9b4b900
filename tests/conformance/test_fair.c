/* test_fair.c - who keeps a worker busy leaves others their turn.
 *
 * Idea: one worker. A process that goes on and on in one of the ways that come first by rule
 * (yielding, calling) waits for what another process does, which is only queued. If that one never
 * gets its turn, the first one gives up after a number of rounds, not after a time. */
#include <stdatomic.h>

#include "probe.h"

enum { ROUNDS = 100000 };

static atomic_bool was_there;
static otp_pid answerer;

static otp_next come(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)from;
    (void)context;
    atomic_store(&was_there, true);
    return otp_noreply();
}

static void yield_round(void)
{
    otp_yield();
}

static void call_round(void)
{
    uint64_t count;
    ck_assert_int_eq(probe_call(answerer, probe_count, NULL, &count), OTP_OK);
}

/* arg: what a round is. */
static void wait_for_another(void *arg)
{
    void (*const *round)(void) = arg;
    otp_pid other;
    int n = 0;

    other = probe_start(NULL);
    answerer = probe_start(NULL);
    probe_cast(other, come, NULL);
    while (!atomic_load(&was_there) && n++ < ROUNDS)
        (*round)();
    ck_assert(atomic_load(&was_there));
}

static void run_rounds(void (*round)(void))
{
    struct otp_config config = { .workers = 1 };
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    in_process(wait_for_another, &round);
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
}

START_TEST(a_process_that_yields_for_ever_starves_nobody)
{
    run_rounds(yield_round);
}
END_TEST

START_TEST(a_pair_that_calls_for_ever_starves_nobody)
{
    run_rounds(call_round);
}
END_TEST

static otp_next come_and_answer(struct probe *self, otp_from from, void *context)
{
    atomic_store(&was_there, true);
    return probe_count(self, from, context);
}

/* Its call is what makes the process that ends the wait runnable. */
static void ask_to_come(void *arg)
{
    const otp_pid *other = arg;
    uint64_t count;
    ck_assert_int_eq(probe_call(*other, come_and_answer, NULL, &count), OTP_OK);
}

static void wait_for_a_call(void *arg)
{
    otp_pid other = probe_start(NULL), asker;
    int n = 0;

    (void)arg;
    ck_assert_int_eq(otp_spawn(ask_to_come, &other, NULL, &asker), OTP_OK);
    while (!atomic_load(&was_there) && n++ < ROUNDS)
        otp_yield();
    ck_assert(atomic_load(&was_there));
}

START_TEST(a_process_that_yields_for_ever_lets_others_call)
{
    struct otp_config config = { .workers = 1 };
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    in_process(wait_for_a_call, NULL);
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fair");
    TCase *fair = support_case(suite, "fair", 60);
    tcase_add_test(fair, a_process_that_yields_for_ever_starves_nobody);
    tcase_add_test(fair, a_pair_that_calls_for_ever_starves_nobody);
    tcase_add_test(fair, a_process_that_yields_for_ever_lets_others_call);
    return support_run(suite);
}
