/* test_blocking.c - handlers that wait in system calls.
 *
 * Idea: they read from pipes that the test writes to when it wants them to go on. There is one
 * ordinary worker, and stuck workers are no help within the time that is checked: what has to go on
 * does so because the readers have threads of their own. */
#include "probe.h"

#include <dirent.h>
#include <unistd.h>

#include "blocking.otp.h"

#define OK(call) ck_assert_int_eq((call), OTP_OK)

enum { READERS = 40, MOST = 8 };

static int pipes[READERS][2];
static otp_pid readers[READERS];

static void start_with(uint32_t blocking_threads)
{
    struct otp_config config = { .workers = 1 };
    config.blocking_threads = blocking_threads;
    config.log = note_event;
    OK(otp_runtime_start(&config));
}

static otp_pid start_reader(int i)
{
    ck_assert_int_eq(pipe(pipes[i]), 0);
    const struct blocking_reader_options options = { pipes[i][0] };
    OK(blocking_reader_start(&options, &readers[i]));
    return readers[i];
}

static void let_go(int i)
{
    ck_assert_int_eq((int)write(pipes[i][1], "x", 1), 1);
}

/* Threads of this process that are called so. */
static int count_threads(const char *name)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/task");
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[300], text[32] = "";
        snprintf(path, sizeof(path), "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            continue;
        if (fgets(text, sizeof(text), file) != NULL)
            n += strncmp(text, name, strlen(name)) == 0;
        fclose(file);
    }
    closedir(dir);
    return n;
}

static void ask_all(otp_request *requests)
{
    for (int i = 0; i < READERS; i++)
        OK(blocking_reader_read_request(otp_to(readers[i]), &requests[i]));
}

static void take_all(otp_request *requests)
{
    uint8_t byte = 0;
    for (int i = 0; i < READERS; i++) {
        OK(blocking_reader_read_receive(&requests[i], PATIENCE, &byte));
        ck_assert_uint_eq(byte, 'x');
    }
}

START_TEST(many_wait_in_system_calls_and_others_go_on)
{
    otp_request requests[READERS];
    uint64_t value;
    start_with(READERS);
    otp_pid server = probe_start(NULL);
    for (int i = 0; i < READERS; i++)
        start_reader(i);
    ask_all(requests);
    while (count_threads("otp-blocking") < READERS)
        step_aside(); /* each is in its read, or about to be */
    for (int i = 0; i < 2000; i++)
        OK(probe_call(server, probe_count, NULL, &value));
    for (int i = READERS - 1; i >= 0; i--)
        let_go(i);
    take_all(requests);
    stop_runtime();
}
END_TEST

START_TEST(no_more_threads_than_allowed_and_all_get_their_turn)
{
    otp_request requests[READERS];
    start_with(MOST);
    for (int i = 0; i < READERS; i++)
        start_reader(i);
    ask_all(requests);
    for (int i = 0; i < READERS; i++) {
        let_go(i);
        ck_assert_int_le(count_threads("otp-blocking"), MOST);
    }
    take_all(requests);
    stop_runtime();
}
END_TEST

START_TEST(threads_without_work_leave_and_come_back)
{
    otp_request request;
    uint8_t byte;
    start_with(4);
    start_reader(0);
    for (int round = 0; round < 2; round++) {
        OK(blocking_reader_read_request(otp_to(readers[0]), &request));
        while (count_threads("otp-blocking") < 1)
            step_aside();
        let_go(0);
        OK(blocking_reader_read_receive(&request, OTP_INFINITY, &byte));
        while (count_threads("otp-blocking") > 0)
            step_aside();
    }
    stop_runtime();
}
END_TEST

START_TEST(one_handler_may_block_and_the_others_do_not_move)
{
    otp_request request;
    uint8_t byte = 0;
    uint64_t count = 0;
    start_with(2);
    otp_pid mixed;
    const struct blocking_mixed_options none = { 0 };
    ck_assert_int_eq(pipe(pipes[0]), 0);
    OK(blocking_mixed_start(&none, &mixed));
    OK(blocking_mixed_count(otp_to(mixed), &count));
    ck_assert_int_eq(count_threads("otp-blocking"), 0);
    for (uint64_t i = 1; i <= 20; i++) {
        OK(blocking_mixed_read_request(otp_to(mixed), pipes[0][0], &request));
        otp_request behind;
        OK(blocking_mixed_count_request(otp_to(mixed), &behind));
        let_go(0);
        OK(blocking_mixed_read_receive(&request, OTP_INFINITY, &byte));
        ck_assert_uint_eq(byte, 'x');
        OK(blocking_mixed_count_receive(&behind, OTP_INFINITY, &count));
        ck_assert_uint_eq(count, 1 + 2 * i); /* in order */
    }
    stop_runtime();
}
END_TEST

/* With one thread: while one waits for another process, the next one has the thread. */
START_TEST(one_that_waits_for_a_process_holds_no_thread)
{
    otp_request asking, reading;
    uint64_t count = 0;
    uint8_t byte;
    const struct blocking_mixed_options none = { 0 };
    otp_pid mixed;
    start_with(1);
    start_reader(0);
    start_reader(1);
    OK(blocking_mixed_start(&none, &mixed));
    otp_pid busy = readers[1];
    OK(blocking_reader_read_request(otp_to(busy), &reading)); /* holds the thread */
    OK(blocking_reader_ask_request(otp_to(readers[0]), mixed, &asking));
    let_go(1);
    OK(blocking_reader_read_receive(&reading, OTP_INFINITY, &byte));
    OK(blocking_reader_ask_receive(&asking, OTP_INFINITY, &count));
    ck_assert_uint_eq(count, 1);
    /* and the other way round: the first asks a server that waits for the second's thread */
    OK(blocking_mixed_read_request(otp_to(mixed), pipes[0][0], &reading));
    OK(blocking_reader_ask_request(otp_to(readers[0]), mixed, &asking));
    let_go(0);
    OK(blocking_mixed_read_receive(&reading, OTP_INFINITY, &byte));
    OK(blocking_reader_ask_receive(&asking, OTP_INFINITY, &count));
    stop_runtime();
}
END_TEST

START_TEST(one_that_waits_for_a_process_times_out_in_time)
{
    const struct blocking_mixed_options none = { 0 };
    otp_request reading;
    uint64_t took = 0;
    uint8_t byte;
    otp_pid mixed;
    start_with(4);
    start_reader(0);
    OK(blocking_mixed_start(&none, &mixed));
    OK(blocking_mixed_read_request(otp_to(mixed), pipes[0][0], &reading)); /* keeps it busy */
    int tries = TRIES;
    do {
        OK(blocking_reader_give_up(otp_to(readers[0]), mixed, &took));
        ck_assert_int_ge((int64_t)took, 50 * OTP_MS);
    } while (!IN_TIME((int64_t)took, 50 * OTP_MS) && --tries > 0);
    ck_assert(IN_TIME((int64_t)took, 50 * OTP_MS));
    let_go(0);
    OK(blocking_mixed_read_receive(&reading, OTP_INFINITY, &byte));
    stop_runtime();
}
END_TEST

static void kill_a_reader(void *arg)
{
    otp_pid reader = *(otp_pid *)arg;
    otp_monitor monitor;
    otp_request request;
    char text[128];
    uint8_t byte;
    OK(otp_monitor_start(otp_to(reader), &monitor));
    OK(blocking_reader_read_request(otp_to(reader), &request));
    while (count_threads("otp-blocking") < 1)
        otp_yield();
    OK(otp_exit_signal(reader, otp_kill()));
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "killed");
    ck_assert_int_eq(blocking_reader_read_receive(&request, PATIENCE, &byte), OTP_EXIT);
}

START_TEST(a_killed_one_is_dead_at_once_and_gone_when_the_call_returns)
{
    struct otp_info info;
    start_with(2);
    start_reader(0);
    start_reader(1);
    in_process(kill_a_reader, &readers[0]);
    ck_assert(!otp_is_alive(readers[0]));
    let_go(0);
    do
        OK(otp_runtime_info(&info));
    while (info.processes > 1); /* buried; only the other reader is left */
    uint8_t byte;
    let_go(1);
    OK(blocking_reader_read(otp_to(readers[1]), &byte));
    stop_runtime();
}
END_TEST

START_TEST(a_crash_on_such_a_thread_is_a_crash)
{
    uint64_t count;
    start_with(1);
    for (int i = 0; i < 10; i++) {
        start_reader(i);
        OK(blocking_reader_spoil(otp_to(readers[i])));
        otp_status status = blocking_reader_count(otp_to(readers[i]), &count);
        ck_assert(status == OTP_EXIT || status == OTP_NOPROC);
    }
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("blocking");
    TCase *c = support_case(s, "blocking", 30);
    tcase_add_test(c, many_wait_in_system_calls_and_others_go_on);
    tcase_add_test(c, no_more_threads_than_allowed_and_all_get_their_turn);
    tcase_add_test(c, threads_without_work_leave_and_come_back);
    tcase_add_test(c, one_handler_may_block_and_the_others_do_not_move);
    tcase_add_test(c, one_that_waits_for_a_process_holds_no_thread);
    tcase_add_test(c, one_that_waits_for_a_process_times_out_in_time);
    tcase_add_test(c, a_killed_one_is_dead_at_once_and_gone_when_the_call_returns);
    tcase_add_test(c, a_crash_on_such_a_thread_is_a_crash);
    return support_run(s);
}
