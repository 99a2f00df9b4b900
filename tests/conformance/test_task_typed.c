/* test_task_typed.c - tasks through the functions that otpc writes, under a supervisor.
 *
 * Idea: see probe.h; task_typed.otp declares tasks of all shapes. Most runs in a process and again
 * in a foreign thread. */
#include "probe.h"

#include <dirent.h>
#include <unistd.h>

#include "task_typed.otp.h"
#include "task_typed/notes.h"

#define OK(call) ck_assert_int_eq((call), OTP_OK)

void note_job(const char *task, otp_str what)
{
    note("%s:%.*s", task, (int)what.size, what.data);
}

static otp_pid start_tree(bool note_events)
{
    otp_pid pid;
    start_runtime(false, note_events);
    OK(jobs_main_start(&pid));
    return pid;
}

static void in_both(void (*run)(void *arg), void *arg)
{
    start_tree(false);
    in_process(run, arg);
    run(arg);
    stop_runtime();
}

/* -- one -- */

static void await_one(void *arg)
{
    const enum jobs_mood loud = JOBS_MOOD_LOUD;
    struct jobs_split_reply reply;
    uint64_t value = 0;
    otp_task task;
    (void)arg;
    OK(jobs_power_async(7, &task));
    OK(jobs_power_await(&task, &value));
    ck_assert_uint_eq(value, 49);
    OK(jobs_power_async_with(2, 10, &task));
    OK(jobs_power_yield(&task, OTP_INFINITY, &value));
    ck_assert_uint_eq(value, 1024);
    OK(jobs_split_async(otp_cstr("one two"), &loud, &task));
    OK(jobs_split_await_within(&task, OTP_INFINITY, &reply));
    ck_assert_int_eq((int)reply.tag, JOBS_SPLIT_WORDS);
    ck_assert_uint_eq(reply.as.words.all_count, 2);
    ck_assert(otp_str_equal(reply.as.words.all[1].text, otp_cstr("two")));
    ck_assert_int_eq((int)reply.as.words.all[1].mood, JOBS_MOOD_LOUD);
    jobs_split_free_reply(&reply);
    OK(jobs_split_async(otp_cstr(" "), NULL, &task));
    OK(jobs_split_await(&task, &reply));
    ck_assert_int_eq((int)reply.tag, JOBS_SPLIT_NOTHING);
    OK(jobs_tell_async(otp_cstr("hello"), &task));
    OK(jobs_tell_await(&task));
    await_note("tell:hello");
    forget_notes();
}

START_TEST(what_a_task_gives)
{
    in_both(await_one, NULL);
}
END_TEST

static void end_one(void *arg)
{
    char text[128];
    uint64_t value = 0;
    otp_task task;
    (void)arg;
    (void)otp_trap_exit(true);
    OK(jobs_forgetful_async(&task));
    ck_assert_int_eq(jobs_forgetful_await(&task, &value), OTP_EXIT);
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "bad_return");
    OK(jobs_tell_async_nolink(JOBS_TASKS, otp_cstr("crash"), &task));
    ck_assert_int_eq(jobs_tell_await(&task), OTP_EXIT);
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "told to");
    OK(jobs_hang_async_under_with(JOBS_TASKS, 1, &task));
    ck_assert_int_eq(jobs_hang_shutdown(&task, OTP_BRUTAL_KILL, &value), OTP_STOPPED);
    OK(jobs_tell_async(otp_cstr("ignored"), &task));
    (void)jobs_tell_ignore(&task);
    await_note("tell:ignored");
    forget_notes();
}

START_TEST(how_a_task_ends)
{
    in_both(end_one, NULL);
}
END_TEST

/* -- many -- */

enum { MANY = 10 };

static otp_status give_base(void *context, struct jobs_power_args *args)
{
    uint64_t *n = context;
    ck_assert_uint_eq(args->exponent, 2);
    args->base = (*n)++;
    return args->base < MANY ? OTP_OK : OTP_NOT_FOUND;
}

static void await_several(void *arg)
{
    const struct otp_stream_options options = otp_stream_defaults();
    struct otp_task_outcome outcomes[2];
    uint64_t values[MANY], n = 0, value = 0;
    struct otp_stream *stream;
    otp_task tasks[MANY];
    (void)arg;
    for (uint64_t i = 0; i < MANY; i++)
        OK(jobs_power_async(i, &tasks[i]));
    OK(jobs_power_await_many(tasks, MANY, OTP_INFINITY, values));
    for (uint64_t i = 0; i < MANY; i++)
        ck_assert_uint_eq(values[i], i * i);
    for (size_t i = 0; i < 2; i++)
        OK(jobs_hang_async_nolink(JOBS_TASKS, &tasks[i]));
    OK(otp_exit_signal(otp_task_pid(&tasks[0]), otp_error("enough")));
    do
        OK(jobs_hang_yield_many(tasks, 2, OTP_MS, outcomes, values));
    while (outcomes[0].status == OTP_TIMEOUT);
    ck_assert_int_eq((int)outcomes[0].status, OTP_EXIT);
    ck_assert_int_eq((int)outcomes[1].status, OTP_TIMEOUT);
    ck_assert_int_eq(jobs_hang_shutdown(&tasks[1], OTP_BRUTAL_KILL, &value), OTP_STOPPED);
    OK(jobs_power_stream(&options, give_base, &n, &stream));
    for (uint64_t i = 0; i < MANY; i++) {
        OK(jobs_power_stream_next(stream, &value));
        ck_assert_uint_eq(value, i * i);
    }
    ck_assert_int_eq(jobs_power_stream_next(stream, &value), OTP_NOT_FOUND);
    otp_stream_close(stream);
}

START_TEST(many_tasks_by_their_types)
{
    in_both(await_several, NULL);
}
END_TEST

static void add_up(void *arg)
{
    uint64_t numbers[1000], sum = 0;
    otp_task task;
    (void)arg;
    for (size_t i = 0; i < 1000; i++)
        numbers[i] = i;
    OK(jobs_sum_async(numbers, 1000, &task));
    OK(jobs_sum_await(&task, &sum));
    ck_assert_uint_eq(sum, 499500);
}

START_TEST(tasks_wait_for_tasks)
{
    in_both(add_up, NULL);
}
END_TEST

/* -- in a tree -- */

static void ask(void *arg)
{
    uint64_t n = 0;
    (void)arg;
    OK(jobs_boss_count(JOBS_BOSS, otp_cstr("so many words"), &n));
    ck_assert_uint_eq(n, 3);
}

START_TEST(a_handler_waits_for_a_task)
{
    in_both(ask, NULL);
}
END_TEST

START_TEST(a_child_that_is_a_task_runs_once)
{
    otp_pid pid = start_tree(true);
    struct otp_child_counts counts;
    await_notes("tick:once", 2);
    do
        OK(otp_count_children(otp_to(pid), &counts));
    while (counts.active > 2);
    ck_assert_uint_eq(counts.specs, 3); /* the temporary one is gone, the transient one has ended */
    ck_assert_uint_eq(noted("tick:once"), 2);
    stop_runtime();
}
END_TEST

START_TEST(tasks_that_nobody_waits_for)
{
    otp_pid pid;
    start_tree(true);
    OK(jobs_tell_start(JOBS_TASKS, otp_cstr("one"), &pid));
    OK(jobs_tell_start(JOBS_TASKS, otp_cstr("two"), NULL));
    await_note("tell:one");
    await_note("tell:two");
    while (jobs_tell_start_child(JOBS_TASKS, OTP_TRANSIENT, OTP_S, otp_cstr("crash"), NULL) ==
           OTP_MAX_CHILDREN)
        continue; /* those before it may not be gone yet */
    await_notes("log:child_exit:jobs.tell:told to", 4);
    await_note("log:give_up:jobs.tell:");
    stop_runtime();
}
END_TEST

/* -- the log -- */

static struct {
    pthread_mutex_t lock;
    char arguments[128];
} logged = { PTHREAD_MUTEX_INITIALIZER, "" };

static void take_arguments(void *context, const struct otp_log_event *event)
{
    (void)context;
    if (event->arguments == NULL)
        return;
    pthread_mutex_lock(&logged.lock);
    snprintf(logged.arguments, sizeof logged.arguments, "%s(%s)", event->message, event->arguments);
    pthread_mutex_unlock(&logged.lock);
}

START_TEST(a_crash_is_logged_with_its_arguments)
{
    struct otp_config config = { .workers = 2 };
    otp_task task;
    config.log = take_arguments;
    OK(otp_runtime_start(&config));
    OK(jobs_tell_async(otp_cstr("crash"), &task));
    ck_assert_int_eq(jobs_tell_await(&task), OTP_EXIT);
    stop_runtime();
    ck_assert_str_eq(logged.arguments, "tell({what: \"crash\"})");
}
END_TEST

/* -- blocking -- */

static int count_threads(const char *name)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/task");
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[300], text[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            continue;
        if (fgets(text, sizeof text, file) != NULL)
            n += strncmp(text, name, strlen(name)) == 0;
        fclose(file);
    }
    closedir(dir);
    return n;
}

static void read_meanwhile(void *arg)
{
    otp_task readers[3], task;
    uint64_t value = 0;
    uint8_t bytes[3];
    int ends[2];
    (void)arg;
    ck_assert_int_eq(pipe(ends), 0);
    for (size_t i = 0; i < 3; i++)
        OK(jobs_swallow_async(ends[0], &readers[i]));
    while (count_threads("otp-blocking") < 3)
        otp_yield();
    OK(jobs_power_async(5, &task));
    OK(jobs_power_await(&task, &value));
    ck_assert_uint_eq(value, 25);
    ck_assert_int_eq((int)write(ends[1], "xxx", 3), 3);
    OK(jobs_swallow_await_many(readers, 3, OTP_INFINITY, bytes));
    ck_assert_uint_eq(bytes[2], 'x');
    close(ends[0]);
    close(ends[1]);
}

START_TEST(blocking_tasks_have_threads_of_their_own)
{
    struct otp_config config = { .workers = 1, .blocking_threads = 3 };
    config.log = note_event;
    OK(otp_runtime_start(&config));
    in_process(read_meanwhile, NULL);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("task_typed");
    TCase *c = support_case(s, "typed", 10);
    tcase_add_test(c, what_a_task_gives);
    tcase_add_test(c, how_a_task_ends);
    tcase_add_test(c, many_tasks_by_their_types);
    tcase_add_test(c, tasks_wait_for_tasks);
    tcase_add_test(c, a_handler_waits_for_a_task);
    tcase_add_test(c, a_child_that_is_a_task_runs_once);
    tcase_add_test(c, tasks_that_nobody_waits_for);
    tcase_add_test(c, a_crash_is_logged_with_its_arguments);
    tcase_add_test(c, blocking_tasks_have_threads_of_their_own);
    return support_run(s);
}
