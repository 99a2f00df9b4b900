/* test_gather.c - when workers rest, and when they no longer do.
 *
 * Idea: two workers without threads, whose counters the test moves between two ticks; what the
 * watcher makes of them is seen by which of them is active. Then a real runtime, whose work is fine
 * and goes from worker to worker: nothing of it may be lost while workers rest and come back.
 */
#include "support.h"

#include <sched.h>
#include <string.h>

#include <otp/behaviour.h>
#include <otp/process.h>
#include <otp/runtime.h>

#include "base/alloc.h"
#include "core/gather.h"
#include "core/sched.h"

#define ENOUGH 64   /* ticks, for whatever is to be decided */
#define MUCH   4000 /* done by a worker in a tick */

/* -- by hand -- */

static struct otpi_gather gather;

static void set_up(void)
{
    otpi_rt->n_workers = 2;
    otpi_rt->workers = otpi_alloc_line(2 * sizeof *otpi_rt->workers);
    ck_assert_ptr_nonnull(otpi_rt->workers);
    memset((void *)otpi_rt->workers, 0, 2 * sizeof *otpi_rt->workers);
    for (uint32_t i = 0; i < 2; i++) {
        otpi_rt->workers[i].index = i;
        atomic_store(&otpi_rt->workers[i].active, 1);
    }
    gather = (struct otpi_gather){ 0 };
}

static void tear_down(void)
{
    otpi_release_line(otpi_rt->workers, 2 * sizeof *otpi_rt->workers);
    otpi_rt->workers = NULL;
    otpi_rt->n_workers = 0;
}

static bool rests(uint32_t i)
{
    return atomic_load(&otpi_rt->workers[i].active) == 0;
}

static bool anyone_rests(void)
{
    return rests(0) || rests(1);
}

/* In this tick the worker received so many messages, each in a run of its own. */
static void did(uint32_t i, uint32_t n, uint32_t moved)
{
    struct otpi_worker *worker = &otpi_rt->workers[i];

    worker->made = n;
    atomic_fetch_add(&worker->received, n);
    atomic_fetch_add(&worker->moved, moved);
}

/* Ticks in which each does so much while both work, and who goes on does alone what alone says. */
static void tick(uint32_t each, uint32_t moved, uint32_t alone)
{
    for (uint32_t i = 0; i < 2; i++) {
        if (!anyone_rests())
            did(i, each, moved);
        else
            did(i, rests(i) ? 0 : alone, 0);
    }
    otpi_gather_look(&gather);
}

/* How many of n ticks somebody rests in. */
static int ticks_of_rest(int n, uint32_t each, uint32_t moved, uint32_t alone)
{
    int resting = 0;

    for (int i = 0; i < n; i++) {
        tick(each, moved, alone);
        resting += anyone_rests();
    }
    return resting;
}

START_TEST(who_does_more_alone_goes_on_alone)
{
    int resting = ticks_of_rest(1000, MUCH, MUCH / 2, 2 * MUCH + 1);

    ck_assert_int_gt(resting, 900);
    /* and now less than two did: it may go on until it is looked at again, and is then tried */
    resting = ticks_of_rest(8000, MUCH, MUCH / 2, MUCH);
    ck_assert_int_lt(resting, 800);
}
END_TEST

START_TEST(trials_that_fail_become_rare)
{
    int first = ticks_of_rest(1000, MUCH, MUCH / 2, 2 * MUCH - 1);
    int later = ticks_of_rest(1000, MUCH, MUCH / 2, 2 * MUCH - 1);

    ck_assert_int_gt(first, 0);
    ck_assert_int_lt(first, 100);
    ck_assert_int_lt(later, first);
}
END_TEST

START_TEST(each_is_tried_in_turn)
{
    bool seen[2] = { false, false };

    for (int i = 0; i < 5000; i++) {
        tick(MUCH, MUCH / 2, MUCH);
        ck_assert(!(rests(0) && rests(1)));
        seen[0] = seen[0] || rests(0);
        seen[1] = seen[1] || rests(1);
    }
    ck_assert(seen[0] && seen[1]);
}
END_TEST

START_TEST(work_that_stays_where_it_is_is_left_alone)
{
    ck_assert_int_eq(ticks_of_rest(1000, MUCH, 0, 10 * MUCH), 0);
}
END_TEST

START_TEST(coarse_work_is_left_alone)
{
    ck_assert_int_eq(ticks_of_rest(1000, 1, 1, 10 * MUCH), 0);
}
END_TEST

START_TEST(all_come_back_when_the_work_becomes_coarse)
{
    (void)ticks_of_rest(ENOUGH, MUCH, MUCH / 2, 3 * MUCH);
    ck_assert(anyone_rests());
    tick(MUCH, MUCH / 2, 2);
    ck_assert(!anyone_rests());
}
END_TEST

START_TEST(all_come_back_when_who_goes_on_is_stuck)
{
    (void)ticks_of_rest(ENOUGH, MUCH, MUCH / 2, 3 * MUCH);
    ck_assert(anyone_rests());
    otpi_rt->workers[rests(0) ? 1 : 0].stuck_ticks = 2;
    tick(MUCH, MUCH / 2, 3 * MUCH);
    ck_assert(!anyone_rests());
}
END_TEST

/* -- at work -- */

#define NODES  64
#define TOKENS 16
#define TURNS  300 /* of resting and coming back */

/* Of odd numbers: a behaviour, which needs no fiber to receive; of even ones: a plain process. */
static otp_pid nodes[NODES];
static atomic_ulong hops;

static const struct otp_message_type token = { .name = "token", .message_class = OTP_CLASS_INFO };

static void pass_on(size_t node)
{
    atomic_fetch_add(&hops, 1);
    (void)otp_cast(otp_to(nodes[(node + 1) % NODES]), &token, NULL);
}

static void init_node(void *data, const void *args)
{
    *(size_t *)data = (size_t)args;
    otp_init_ack(OTP_OK, otp_normal());
}

static void receive_token(void *data, const struct otp_message *message)
{
    if (message->type == &token)
        pass_on(*(size_t *)data);
}

static const struct otp_behaviour ring_node = { .name = "node",
                                                .init = init_node,
                                                .receive = receive_token };

static void run_node(void *arg)
{
    const struct otp_message *message;

    while (otp_receive(OTP_INFINITY, &message) == OTP_OK)
        pass_on((size_t)arg);
}

static void start_node(size_t i)
{
    struct otp_process_spec spec = { .behaviour = &ring_node,
                                     .data_size = sizeof i,
                                     .args = (const void *)(uintptr_t)i };

    if (i % 2 != 0)
        ck_assert_int_eq(otp_behaviour_start(&spec, NULL, &nodes[i]), OTP_OK);
    else
        ck_assert_int_eq(otp_spawn(run_node, (void *)(uintptr_t)i, NULL, &nodes[i]), OTP_OK);
}

static void await_hops(unsigned long n)
{
    while (atomic_load(&hops) < n)
        sched_yield();
}

/* The watcher's word is what the test says: it does as the watcher would. */
static void rest(uint32_t i, bool resting)
{
    atomic_store(&otpi_rt->workers[i].active, !resting);
    otpi_sched_wake_any();
    await_hops(atomic_load(&hops) + TOKENS);
}

START_TEST(nothing_is_lost_by_resting)
{
    struct otp_config config = { .workers = 2 };

    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    for (size_t i = 0; i < NODES; i++)
        start_node(i);
    for (size_t i = 0; i < TOKENS; i++)
        ck_assert_int_eq(otp_cast(otp_to(nodes[i * 3 % NODES]), &token, NULL), OTP_OK);
    for (uint32_t i = 0; i < TURNS; i++) {
        rest(i % 2, true);
        rest(i % 2, false);
    }
    await_hops(atomic_load(&hops) + 10000);
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gather");
    TCase *by_hand = support_case(suite, "by hand", 10),
          *at_work = support_case(suite, "at work", 30);

    tcase_add_checked_fixture(by_hand, set_up, tear_down);
    tcase_add_test(by_hand, who_does_more_alone_goes_on_alone);
    tcase_add_test(by_hand, trials_that_fail_become_rare);
    tcase_add_test(by_hand, each_is_tried_in_turn);
    tcase_add_test(by_hand, work_that_stays_where_it_is_is_left_alone);
    tcase_add_test(by_hand, coarse_work_is_left_alone);
    tcase_add_test(by_hand, all_come_back_when_the_work_becomes_coarse);
    tcase_add_test(by_hand, all_come_back_when_who_goes_on_is_stuck);
    tcase_add_test(at_work, nothing_is_lost_by_resting);
    return support_run(suite);
}
