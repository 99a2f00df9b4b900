/* test_visit.c - what is done in an idle process without a message to it.
 *
 * Idea: see probe.h. A behaviour of its own counts, by messages and by visits; what it counts is no
 * atomic, so that ThreadSanitizer sees two who are in it at the same time. */
#include <stdatomic.h>

#include "probe.h"

/* -- a process that counts -- */

enum { ADD = 1, HOLD, STOP };

struct counter {
    uint64_t n;
};

static struct gate held = GATE;

static void init(void *data, const void *args)
{
    (void)data, (void)args;
    otp_init_ack(OTP_OK, otp_normal());
}

static void receive(void *data, const struct otp_message *message)
{
    struct counter *counter = data;
    if (message->kind != OTP_MESSAGE_SYSTEM)
        return;
    if (message->tag == HOLD) {
        note("held");
        gate_pass(&held);
    }
    counter->n += message->tag == ADD;
    (void)otp_answer(message->from, &probe_u64_layout, &counter->n);
    if (message->tag == STOP)
        otp_finish(otp_normal());
}

static const struct otp_behaviour counters = { "counter", init, receive, NULL, NULL, NULL };
static const struct otp_behaviour others = { "other", init, receive, NULL, NULL, NULL };

static otp_pid start(bool blocking)
{
    static const struct otp_start plain;
    struct otp_process_spec spec = { .behaviour = &counters,
                                     .data_size = sizeof(struct counter),
                                     .blocking = blocking };
    otp_pid pid;
    ck_assert_int_eq(otp_behaviour_start(&spec, &plain, &pid), OTP_OK);
    return pid;
}

static void ask(otp_dest counter, uint32_t tag)
{
    uint64_t n;
    ck_assert_int_eq(otp_system_call(counter, tag, NULL, NULL, &n, PATIENCE), OTP_OK);
}

/* Visits: context is where the count goes. */
static bool add(void *data, void *context)
{
    struct counter *counter = data;
    *(uint64_t *)context = ++counter->n;
    return true;
}

static bool refuse(void *data, void *context)
{
    (void)data, (void)context;
    return false;
}

/* Until it is idle: who has been answered may come before the process is done with the rest. */
static uint64_t add_once(otp_dest counter)
{
    uint64_t n;
    while (!otp_visit(counter, &counters, add, &n))
        step_aside();
    return n;
}

/* -- the tests -- */

START_TEST(an_idle_process_is_visited)
{
    struct otp_proc_info before, after;
    start_runtime(false, false);
    otp_pid pid = start(false);
    otp_dest counter = otp_to(pid);
    ck_assert_uint_eq(add_once(counter), 1);
    ask(counter, ADD);
    ck_assert_uint_eq(add_once(counter), 3);
    ck_assert_int_eq(otp_process_info(pid, &before), OTP_OK);
    ck_assert_uint_eq(add_once(counter), 4);
    ck_assert_int_eq(otp_process_info(pid, &after), OTP_OK);
    ck_assert_uint_eq(after.received, before.received + 1);
    stop_runtime();
}
END_TEST

START_TEST(who_is_not_meant_or_gone_is_not_visited)
{
    uint64_t n = 0;
    ck_assert(!otp_visit(otp_to(otp_no_pid()), &counters, add, &n)); /* nothing runs */
    start_runtime(false, false);
    otp_pid pid = start(false);
    otp_dest counter = otp_to(pid);
    ck_assert_uint_eq(add_once(counter), 1);
    ck_assert(!otp_visit(counter, &others, add, &n));
    ck_assert(!otp_visit(counter, &counters, refuse, &n));
    ck_assert(!otp_visit(otp_to(otp_no_pid()), &counters, add, &n));
    ck_assert(
        !otp_visit(otp_to(start(true)), &counters, add, &n)); /* its callbacks need their threads */
    ck_assert_uint_eq(add_once(counter), 2);
    ask(counter, STOP);
    while (otp_is_alive(pid))
        step_aside();
    ck_assert(!otp_visit(counter, &counters, add, &n));
    ck_assert_uint_eq(n, 0);
    stop_runtime();
}
END_TEST

static void hold(void *arg)
{
    ask(*(otp_dest *)arg, HOLD);
    note("answered");
}

START_TEST(a_busy_process_is_not_visited)
{
    uint64_t n = 0;
    otp_pid client;
    start_runtime(false, false);
    otp_dest counter = otp_to(start(false));
    ck_assert_int_eq(otp_spawn(hold, &counter, NULL, &client), OTP_OK);
    await_note("held");
    for (int i = 0; i < 200; i++)
        ck_assert(!otp_visit(counter, &counters, add, &n));
    gate_open(&held);
    await_note("answered");
    ck_assert_uint_eq(add_once(counter), 1);
    stop_runtime();
}
END_TEST

#define CLIENTS 4
#define ROUNDS  2000

static otp_dest shared;
static atomic_ulong visits;

static void add_often(void *arg)
{
    uint64_t n;
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (otp_visit(shared, &counters, add, &n))
            atomic_fetch_add(&visits, 1);
        else
            ask(shared, ADD);
    }
    note("done");
}

static void *add_often_in_thread(void *arg)
{
    add_often(arg);
    return NULL;
}

START_TEST(nobody_is_in_it_at_the_same_time)
{
    pthread_t threads[CLIENTS];
    otp_pid client;
    start_runtime(false, false);
    shared = otp_to(start(false));
    for (int i = 0; i < CLIENTS; i++) {
        ck_assert_int_eq(otp_spawn(add_often, NULL, NULL, &client), OTP_OK);
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_often_in_thread, NULL), 0);
    }
    for (int i = 0; i < CLIENTS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    await_notes("done", 2 * CLIENTS);
    ck_assert_uint_eq(add_once(shared), 2 * CLIENTS * ROUNDS + 1);
    ck_assert_uint_gt(atomic_load(&visits), 0);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("visit");
    TCase *visits_case = support_case(suite, "visits", 30);

    tcase_add_test(visits_case, an_idle_process_is_visited);
    tcase_add_test(visits_case, who_is_not_meant_or_gone_is_not_visited);
    tcase_add_test(visits_case, a_busy_process_is_not_visited);
    tcase_add_test(visits_case, nobody_is_in_it_at_the_same_time);
    return support_run(suite);
}
