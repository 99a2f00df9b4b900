/* test_bad_use_modules.c - tasks, streams, registries and pubsubs used wrongly: a status says how.
 *
 * Idea: see probe.h. All through the functions that otpc writes; after each wrong use the right one
 * still works, so nothing was lost by it. */
#include <pthread.h>

#include "bad_use_modules.otp.h"
#include "probe.h"

#define IS(call, status) ck_assert_int_eq((call), (status))
#define OK(call)         IS(call, OTP_OK)

static otp_pid start_tree(void)
{
    otp_pid pid;
    start_runtime(false, false);
    OK(wrong_main_start(&pid));
    return pid;
}

/* In a process, with the tree. */
static void try_it(void (*run)(void *arg), void *arg)
{
    start_tree();
    in_process(run, arg);
    stop_runtime();
}

static void run_in_thread(void *(*run)(void *arg), void *arg)
{
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, run, arg), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

/* What all functions say of a task that one may not wait for, as it is over or somebody else's. */
static void expect_refused(otp_task *task, otp_status status)
{
    struct otp_task_outcome outcome;
    uint64_t n = 5;
    IS(wrong_same_await(task, &n), status);
    IS(wrong_same_await_within(task, 0, &n), status);
    IS(wrong_same_yield(task, 0, &n), status);
    IS(wrong_same_shutdown(task, OTP_BRUTAL_KILL, &n), status);
    IS(wrong_same_ignore(task, &n), status);
    IS(wrong_same_await_many(task, 1, 0, &n), status);
    if (status == OTP_WRONG_THREAD) {
        IS(wrong_same_yield_many(task, 1, 0, &outcome, &n), status);
    } else {
        OK(wrong_same_yield_many(task, 1, 0, &outcome, &n));
        ck_assert_uint_eq(outcome.status, status);
    }
    ck_assert_uint_eq(n, 5);
}

static void await_twice(void *unused)
{
    otp_task task, copy, none = { { 0, 0, 0 } };
    uint64_t n = 0;
    (void)unused;
    OK(wrong_same_async(7, &task));
    copy = task;
    IS(wrong_same_await_within(&task, -1, &n), OTP_BADARG);
    IS(wrong_same_yield(&task, -1, &n), OTP_BADARG);
    OK(wrong_same_await(&task, &n));
    ck_assert_uint_eq(n, 7);
    expect_refused(&task, OTP_NOT_FOUND);
    expect_refused(&copy, OTP_NOT_FOUND);
    expect_refused(&none, OTP_NOT_FOUND);
}

START_TEST(a_task_awaited_twice)
{
    try_it(await_twice, NULL);
}
END_TEST

static void await_after_shutdown(void *unused)
{
    otp_task task;
    uint64_t n;
    (void)unused;
    OK(wrong_hang_async(&task));
    IS(wrong_hang_await_within(&task, -1, &n), OTP_BADARG);
    IS(wrong_same_await(&task, &n), OTP_BADARG); /* of another kind */
    IS(wrong_hang_shutdown(&task, OTP_BRUTAL_KILL, &n), OTP_STOPPED);
    expect_refused(&task, OTP_NOT_FOUND);
    OK(wrong_hang_async(&task));
    IS(wrong_hang_ignore(&task, &n), OTP_TIMEOUT);
    expect_refused(&task, OTP_NOT_FOUND);
}

START_TEST(a_task_after_its_shutdown)
{
    try_it(await_after_shutdown, NULL);
}
END_TEST

static void await_anothers(void *task)
{
    expect_refused(task, OTP_WRONG_THREAD);
}

static void *await_anothers_in_thread(void *task)
{
    expect_refused(task, OTP_WRONG_THREAD);
    return NULL;
}

static void own_a_task(void *unused)
{
    otp_task task, copy;
    uint64_t n = 0;
    (void)unused;
    OK(wrong_same_async(3, &task));
    copy = task;
    run_in_thread(await_anothers_in_thread, &copy);
    OK(wrong_same_await(&task, &n));
    ck_assert_uint_eq(n, 3);
}

START_TEST(a_task_of_somebody_else)
{
    otp_task task;
    uint64_t n = 0;
    start_tree();
    in_process(own_a_task, NULL);
    OK(wrong_same_async(4, &task)); /* this thread's */
    in_process(await_anothers, &(otp_task){ task.request });
    OK(wrong_same_await(&task, &n));
    ck_assert_uint_eq(n, 4);
    stop_runtime();
}
END_TEST

static void start_under(void *unused)
{
    otp_task task, other;
    otp_pid pid;
    uint64_t n;
    (void)unused;
    IS(wrong_hang_async_under(WRONG_NAMES, &task), OTP_WRONG_MODULE);
    IS(wrong_hang_async_under(otp_to(otp_no_pid()), &task), OTP_NOPROC);
    OK(wrong_hang_async_under(WRONG_FEW, &task));
    IS(wrong_same_async_nolink(WRONG_FEW, 1, &other), OTP_MAX_CHILDREN);
    expect_refused(&other, OTP_NOT_FOUND);
    IS(wrong_same_start_child(WRONG_FEW, 77, OTP_SHUTDOWN_DEFAULT, 1, &pid), OTP_BADARG);
    IS(wrong_hang_shutdown(&task, OTP_BRUTAL_KILL, &n), OTP_STOPPED);
}

START_TEST(a_task_under_nobody)
{
    try_it(start_under, NULL);
}
END_TEST

static otp_status two(void *context, struct wrong_same_args *args)
{
    uint64_t *given = context;
    if (*given == 2)
        return OTP_NOT_FOUND;
    args->n = ++*given;
    return OTP_OK;
}

static void next_of_anothers(void *stream)
{
    uint64_t n;
    IS(wrong_same_stream_next(stream, &n), OTP_WRONG_THREAD);
    otp_stream_close(stream); /* nor can it be closed */
}

static void *next_in_thread(void *stream)
{
    next_of_anothers(stream);
    return NULL;
}

static void open_wrongly(struct otp_stream_options options)
{
    struct otp_stream *stream = NULL;
    uint64_t given = 0;
    IS(wrong_same_stream(&options, two, &given, &stream), OTP_BADARG);
    ck_assert_ptr_null(stream);
}

static void stream_wrongly(void *unused)
{
    struct otp_stream_options options = otp_stream_defaults();
    struct otp_stream *stream;
    uint64_t given = 0, n = 0;
    (void)unused;
    options.max_concurrency = 0;
    open_wrongly(options);
    options = otp_stream_defaults();
    options.timeout = 0;
    open_wrongly(options);
    options.timeout = -OTP_S;
    open_wrongly(options);
    options = otp_stream_defaults();
    options.on_timeout = 9;
    open_wrongly(options);
    options = otp_stream_defaults();
    OK(wrong_same_stream(&options, two, &given, &stream));
    run_in_thread(next_in_thread, stream);
    OK(wrong_same_stream_next(stream, &n));
    ck_assert_uint_eq(n, 1);
    OK(wrong_same_stream_next(stream, &n));
    IS(wrong_same_stream_next(stream, &n), OTP_NOT_FOUND);
    IS(wrong_same_stream_next(stream, &n), OTP_NOT_FOUND);
    otp_stream_close(stream);
    otp_stream_close(NULL);
    options.supervised = true; /* by nobody */
    given = 0;
    OK(wrong_same_stream(&options, two, &given, &stream));
    IS(wrong_same_stream_next(stream, &n), OTP_NOPROC);
    IS(wrong_same_stream_next(stream, &n), OTP_NOT_FOUND);
    otp_stream_close(stream);
}

START_TEST(a_stream_that_cannot_be)
{
    try_it(stream_wrongly, NULL);
}
END_TEST

/* What all functions say that are for any thread, if there is no such registry. */
static void expect_no_registry(otp_dest dest, otp_status status)
{
    struct wrong_names_entries entries = { NULL, 0 };
    otp_pid pid = otp_no_pid();
    uint64_t value = 5;
    size_t n = 0;
    IS(wrong_names_lookup(dest, otp_cstr("a"), &pid, &value), status);
    ck_assert_uint_eq(wrong_names_whereis(dest, otp_cstr("a")).bits, 0);
    IS(wrong_names_keys(dest, otp_self(), &entries), status);
    IS(wrong_names_values(dest, otp_cstr("a"), otp_self(), &entries), status);
    IS(wrong_names_count(dest, &n), status);
    ck_assert(value == 5 && n == 0 && pid.bits == 0 && entries.items == NULL);
}

static void registry_wrongly(void *main)
{
    struct otp_name unknown = { "wrong.unknown", NULL, 0 };
    const otp_dest nobody[] = { otp_to(otp_no_pid()), otp_to_name(&unknown) };
    otp_pid holder = otp_no_pid();
    (void)main;
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) {
        IS(wrong_names_register(nobody[i], otp_cstr("a"), 1, &holder), OTP_NOPROC);
        IS(wrong_names_unregister(nobody[i], otp_cstr("a")), OTP_NOPROC);
        IS(wrong_names_update_value(nobody[i], otp_cstr("a"), 1), OTP_NOPROC);
        expect_no_registry(nobody[i], OTP_NOPROC);
    }
    IS(wrong_names_register(WRONG_GROUPS, otp_cstr("a"), 1, &holder), OTP_WRONG_MODULE);
    IS(wrong_names_unregister(WRONG_FEW, otp_cstr("a")), OTP_NOPROC); /* it is none */
    IS(wrong_names_update_value(WRONG_NEWS, otp_cstr("a"), 1), OTP_WRONG_MODULE);
    expect_no_registry(WRONG_GROUPS, OTP_WRONG_MODULE);
    expect_no_registry(otp_to(otp_self()), OTP_NOPROC);
    IS(wrong_names_update_value(WRONG_NAMES, otp_cstr("a"), 1), OTP_NOT_FOUND);
    OK(wrong_names_unregister(WRONG_NAMES, otp_cstr("a")));
}

START_TEST(an_unknown_registry)
{
    otp_pid pid;
    start_tree();
    in_process(registry_wrongly, NULL);
    IS(wrong_names_register(WRONG_NAMES, otp_cstr("a"), 1, &pid), OTP_WRONG_THREAD);
    IS(wrong_names_unregister(WRONG_NAMES, otp_cstr("a")), OTP_WRONG_THREAD);
    IS(wrong_names_update_value(WRONG_NAMES, otp_cstr("a"), 1), OTP_WRONG_THREAD);
    stop_runtime();
    expect_no_registry(WRONG_NAMES, OTP_NOT_RUNNING);
}
END_TEST

static void say_nothing(void *unused)
{
    (void)unused;
}

START_TEST(a_name_for_the_dead)
{
    otp_pid dead, holder;
    otp_str key = otp_cstr("late");
    uint64_t value = 1;
    size_t n = 1;
    start_tree();
    OK(otp_spawn(say_nothing, NULL, NULL, &dead));
    while (otp_is_alive(dead))
        sched_yield();
    IS(otp_registry_register_name(WRONG_NAMES, &wrong_names_module, dead, &key, &value, &holder),
       OTP_NOPROC);
    IS(otp_registry_register_name(WRONG_NAMES, &wrong_names_module, otp_no_pid(), &key, &value,
                                  &holder),
       OTP_BADARG);
    OK(wrong_names_count(WRONG_NAMES, &n));
    ck_assert_uint_eq(n, 0);
    ck_assert_uint_eq(wrong_names_whereis(WRONG_NAMES, key).bits, 0);
    stop_runtime();
}
END_TEST

static char long_text[OTP_REGISTRY_TEXT_MAX + 1];

static void key_over_its_size(void *unused)
{
    otp_str longest = { long_text, OTP_REGISTRY_TEXT_MAX };
    otp_str too_long = { long_text, OTP_REGISTRY_TEXT_MAX + 1 };
    otp_pid pid = otp_no_pid();
    uint64_t value = 0;
    size_t n = 0;
    (void)unused;
    IS(wrong_names_register(WRONG_NAMES, too_long, 1, &pid), OTP_BADARG);
    IS(wrong_names_update_value(WRONG_NAMES, too_long, 1), OTP_NOT_FOUND);
    IS(wrong_names_lookup(WRONG_NAMES, too_long, &pid, &value), OTP_NOT_FOUND);
    OK(wrong_names_unregister(WRONG_NAMES, too_long));
    OK(wrong_names_register(WRONG_NAMES, longest, 2, &pid));
    IS(wrong_names_register(WRONG_NAMES, longest, 3, &pid), OTP_ALREADY_STARTED);
    ck_assert_uint_eq(pid.bits, otp_self().bits);
    OK(wrong_names_lookup(WRONG_NAMES, longest, &pid, &value));
    ck_assert_uint_eq(value, 2);
    OK(wrong_names_count(WRONG_NAMES, &n));
    ck_assert_uint_eq(n, 1);
    IS(wrong_news_subscribe(WRONG_NEWS, too_long), OTP_BADARG);
    OK(wrong_news_unsubscribe(WRONG_NEWS, too_long));
    OK(wrong_news_broadcast(WRONG_NEWS, too_long, 1)); /* so nobody has subscribed to it */
    OK(wrong_news_subscribe(WRONG_NEWS, longest));
}

START_TEST(a_key_over_its_size)
{
    try_it(key_over_its_size, NULL);
}
END_TEST

static void news_wrongly(void *unused)
{
    struct otp_name unknown = { "wrong.unknown", NULL, 0 };
    const otp_dest nobody[] = { otp_to(otp_no_pid()), otp_to_name(&unknown) };
    const struct otp_message *message;
    otp_str topic = otp_cstr("topic");
    size_t n = 5;
    (void)unused;
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) {
        IS(wrong_news_subscribe(nobody[i], topic), OTP_NOPROC);
        IS(wrong_news_unsubscribe(nobody[i], topic), OTP_NOPROC);
        IS(wrong_news_broadcast(nobody[i], topic, 1), OTP_NOPROC);
        IS(wrong_news_broadcast_from(nobody[i], otp_self(), topic, 1), OTP_NOPROC);
        IS(wrong_news_subscribers(nobody[i], topic, &n), OTP_NOPROC);
    }
    IS(wrong_news_subscribe(WRONG_GROUPS, topic), OTP_WRONG_MODULE);
    IS(wrong_news_broadcast(WRONG_MAIN, topic, 1), OTP_NOPROC); /* it is none */
    ck_assert_uint_eq(n, 5);
    /* a topic that nobody knows is one without subscribers */
    OK(wrong_news_unsubscribe(WRONG_NEWS, topic));
    OK(wrong_news_broadcast(WRONG_NEWS, topic, 1));
    OK(wrong_news_subscribers(WRONG_NEWS, topic, &n));
    ck_assert_uint_eq(n, 0);
    OK(wrong_news_subscribe(WRONG_NEWS, topic));
    OK(wrong_news_broadcast_from(WRONG_NEWS, otp_self(), topic, 1));
    OK(wrong_news_broadcast(WRONG_NEWS, otp_cstr("other"), 1));
    IS(otp_receive(0, &message), OTP_TIMEOUT);
    OK(wrong_news_broadcast(WRONG_NEWS, topic, 1));
    OK(otp_receive(OTP_INFINITY, &message));
    ck_assert_int_eq(message->kind, OTP_MESSAGE_EVENT);
}

START_TEST(an_unknown_topic_and_pubsub)
{
    start_tree();
    in_process(news_wrongly, NULL);
    IS(wrong_news_subscribe(WRONG_NEWS, otp_cstr("a")), OTP_WRONG_THREAD);
    IS(wrong_news_unsubscribe(WRONG_NEWS, otp_cstr("a")), OTP_WRONG_THREAD);
    stop_runtime();
    IS(wrong_news_broadcast(WRONG_NEWS, otp_cstr("a"), 1), OTP_NOT_RUNNING);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bad_use_modules");
    TCase *c = support_case(s, "wrong", 10);
    tcase_add_test(c, a_task_awaited_twice);
    tcase_add_test(c, a_task_after_its_shutdown);
    tcase_add_test(c, a_task_of_somebody_else);
    tcase_add_test(c, a_task_under_nobody);
    tcase_add_test(c, a_stream_that_cannot_be);
    tcase_add_test(c, an_unknown_registry);
    tcase_add_test(c, a_name_for_the_dead);
    tcase_add_test(c, a_key_over_its_size);
    tcase_add_test(c, an_unknown_topic_and_pubsub);
    return support_run(s);
}
