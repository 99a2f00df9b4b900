/* test_stream.c - streams of tasks.
 *
 * Idea: see probe.h. Inputs say what their task does: wait so long, then give its value or fail.
 * What runs at once is counted by the tasks. Most of it runs in a process, whose mailbox shows what
 * is left in it, and again in a foreign thread. */
#include <stdatomic.h>

#include "probe.h"
#include "streams.h"

enum deed { GIVE, CRASH, HANG, HANG_TRAPPING, GIVE_AFTER, GIVE_AMONG };

struct work {
    struct otp_task_head head;
    otp_duration wait; /* GIVE_AFTER: so many have been taken; GIVE_AMONG: so many have begun */
    uint64_t value;
    enum deed deed;
};

#define WORK(wait, value, deed)                                                                    \
    {                                                                                              \
        { { NULL, 0 }, { 0 } }, wait, value, deed                                                  \
    }

static struct {
    atomic_int now, most, started, finished, taken;
} at_work;

static const struct otp_task_type worker;

static void count_in(void)
{
    int now = atomic_fetch_add(&at_work.now, 1) + 1, most = atomic_load(&at_work.most);
    atomic_fetch_add(&at_work.started, 1);
    while (now > most && !atomic_compare_exchange_weak(&at_work.most, &most, now))
        continue;
}

static bool is_nothing(const struct otp_message *message, void *context)
{
    (void)message, (void)context;
    return false;
}

static otp_next do_work(void *self, otp_from from, const void *args)
{
    const struct work *work = args;
    const struct otp_message *message;
    const atomic_int *count = work->deed == GIVE_AMONG ? &at_work.started : &at_work.taken;
    bool counts = work->deed == GIVE_AFTER || work->deed == GIVE_AMONG;
    otp_instant until = otp_now() + (counts ? 0 : work->wait);
    (void)self;
    count_in();
    while (counts && atomic_load(count) < work->wait)
        otp_yield();
    if (work->deed == HANG_TRAPPING)
        (void)otp_trap_exit(true);
    if (work->deed == HANG || work->deed == HANG_TRAPPING)
        otp_must(otp_behaviour_receive(is_nothing, NULL, &message));
    while (otp_now() < until)
        otp_yield();
    atomic_fetch_sub(&at_work.now, 1);
    if (work->deed == CRASH)
        otp_exit(otp_error_code("boom", (int64_t)work->value));
    atomic_fetch_add(&at_work.finished, 1);
    return otp_task_reply(from, &worker.work, &work->value);
}

static const struct otp_layout work_layout = { sizeof(struct work), 0, NULL };
static const struct otp_task_type worker = {
    .module = { "tests.worker", "test:1", 0, &work_layout, otp_task_start },
    .work = { .name = "worker",
              .module = &worker.module,
              .message_class = OTP_CLASS_CALL_LATER,
              .args = &work_layout,
              .reply = &probe_u64_layout,
              .dispatch = do_work },
    .pull = pull_work,
};

/* -- inputs: from an array -- */

struct inputs {
    const struct work *works;
    size_t n, pulled;
    otp_status fails_with; /* after them, instead of the end */
    bool exits;
};

static bool end_waits; /* for the gate, when it is looked for */
static struct gate end_gate = GATE;

static otp_status pull(void *context, struct work *work)
{
    struct inputs *inputs = context;
    if (inputs->pulled == inputs->n) {
        if (inputs->exits)
            otp_exit(otp_error("no input"));
        if (end_waits) {
            note("waits");
            gate_pass(&end_gate);
        }
        return inputs->fails_with != OTP_OK ? inputs->fails_with : OTP_NOT_FOUND;
    }
    *work = inputs->works[inputs->pulled++];
    return OTP_OK;
}

static struct otp_stream_options options_of(uint32_t max_concurrency, bool unordered)
{
    struct otp_stream_options options = otp_stream_defaults();
    options.max_concurrency = max_concurrency;
    options.unordered = unordered;
    return options;
}

static struct otp_stream *open_stream(struct inputs *inputs,
                                      const struct otp_stream_options *options)
{
    struct otp_stream *stream = NULL;
    atomic_store(&at_work.now, 0);
    atomic_store(&at_work.most, 0);
    atomic_store(&at_work.started, 0);
    atomic_store(&at_work.finished, 0);
    atomic_store(&at_work.taken, 0);
    ck_assert_int_eq(work_stream(options, pull, inputs, &stream), OTP_OK);
    return stream;
}

/* The next result is that value, of the input with that number. */
static void expect(struct otp_stream *stream, uint64_t value, uint64_t index)
{
    uint64_t got = 0;
    ck_assert_int_eq(otp_stream_next(stream, &got), OTP_OK);
    ck_assert_uint_eq(got, value);
    ck_assert_uint_eq(otp_stream_index(stream), index);
    atomic_fetch_add(&at_work.taken, 1);
}

static void expect_status(struct otp_stream *stream, otp_status want)
{
    uint64_t got = 0;
    ck_assert_int_eq(otp_stream_next(stream, &got), want);
}

static void expect_nothing_left(void)
{
    otp_pid links[4];
    size_t n = 0;
    if (otp_self().bits == 0)
        return;
    expect_no_message();
    /* a task that has answered may be on its way out still */
    do {
        otp_yield();
        ck_assert_int_eq(otp_process_links(otp_self(), links, 4, &n), OTP_OK);
    } while (n > 0);
}

/* No process lives but those that the test knows of. */
static size_t count_tasks(void)
{
    otp_pid pids[64];
    struct otp_proc_info info;
    size_t n = 0, tasks = 0;
    ck_assert_int_eq(otp_processes(pids, 64, &n), OTP_OK);
    for (size_t i = 0; i < n && i < 64; i++)
        if (otp_process_info(pids[i], &info) == OTP_OK && strcmp(info.behaviour, "task") == 0)
            tasks++;
    return tasks;
}

/* What an end kills may end after the DOWN. */
static void await_no_tasks(void)
{
    while (count_tasks() != 0)
        otp_self().bits != 0 ? otp_yield() : step_aside();
}

static void in_both(void (*run)(void *arg), void *arg)
{
    in_process(run, arg);
    forget_notes();
    run(arg);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* -- the manual clock: a thread turns it on once so many have ended and so many are at work -- */

static struct {
    pthread_t thread;
    int ended, running;
    otp_duration by;
    atomic_bool over;
} hand;

static void *turn(void *arg)
{
    (void)arg;
    /* who has finished has answered for sure once it is gone */
    while (atomic_load(&at_work.finished) < hand.ended ||
           atomic_load(&at_work.started) < hand.ended + hand.running ||
           count_tasks() != (size_t)hand.running)
        step_aside();
    /* again and again: a wait may begin when the clock has been turned already */
    do {
        ck_assert_int_eq(otp_clock_advance(hand.by), OTP_OK);
        step_aside();
    } while (!atomic_load(&hand.over));
    return NULL;
}

static void turn_clock(int ended, int running, otp_duration by)
{
    hand.ended = ended;
    hand.running = running;
    hand.by = by;
    atomic_store(&hand.over, false);
    ck_assert_int_eq(pthread_create(&hand.thread, NULL, turn, NULL), 0);
}

static void leave_clock(void)
{
    atomic_store(&hand.over, true);
    ck_assert_int_eq(pthread_join(hand.thread, NULL), 0);
}

/* -- B153 -- */

static const struct work three[] = { WORK(0, 1, GIVE), WORK(0, 2, GIVE), WORK(0, 3, GIVE) };
/* The second is done first, and the first last. */
static const struct work backwards[] = { WORK(2, 1, GIVE_AFTER), WORK(0, 2, GIVE_AFTER),
                                         WORK(1, 3, GIVE_AFTER) };

static void in_order_or_not(void *arg)
{
    struct inputs inputs = { three, COUNT(three), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(3, false);
    struct otp_stream *stream = open_stream(&inputs, &options);
    (void)arg;
    expect(stream, 1, 0);
    expect(stream, 2, 1);
    expect(stream, 3, 2);
    expect_status(stream, OTP_NOT_FOUND);
    expect_status(stream, OTP_NOT_FOUND);
    otp_stream_close(stream);
    inputs = (struct inputs){ backwards, COUNT(backwards), 0, OTP_OK, false };
    options.unordered = true;
    stream = open_stream(&inputs, &options);
    expect(stream, 2, 1);
    expect(stream, 3, 2);
    expect(stream, 1, 0);
    expect_status(stream, OTP_NOT_FOUND);
    otp_stream_close(stream);
    expect_nothing_left();
}

START_TEST(B153_a_stream_is_in_order_or_as_it_comes)
{
    start_runtime(false, false);
    in_both(in_order_or_not, NULL);
    stop_runtime();
}
END_TEST

/* -- B154, B155 -- */

static void never_more_at_once(void *arg)
{
    struct work works[20];
    struct inputs inputs = { works, COUNT(works), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(3, arg != NULL);
    uint64_t value, n = 0;
    otp_status status;
    for (size_t i = 0; i < COUNT(works); i++)
        works[i] = (struct work)WORK(3, i, GIVE_AMONG);
    struct otp_stream *stream = open_stream(&inputs, &options);
    while ((status = otp_stream_next(stream, &value)) == OTP_OK)
        n++;
    ck_assert_int_eq(status, OTP_NOT_FOUND);
    ck_assert_uint_eq(n, 20);
    ck_assert_int_eq(atomic_load(&at_work.most), 3);
    otp_stream_close(stream);
    expect_nothing_left();
}

START_TEST(B154_never_more_at_once_than_allowed)
{
    start_runtime(false, false);
    in_both(never_more_at_once, NULL);
    in_both(never_more_at_once, "unordered");
    stop_runtime();
}
END_TEST

static void slow_head(void *arg)
{
    struct work works[200];
    struct inputs inputs = { works, COUNT(works), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(2, false);
    (void)arg;
    works[0] = (struct work)WORK(0, 0, HANG);
    for (size_t i = 1; i < COUNT(works); i++)
        works[i] = (struct work)WORK(0, i, GIVE);
    options.on_timeout = OTP_TIMEOUT_KILLS;
    struct otp_stream *stream = open_stream(&inputs, &options);
    turn_clock(199, 1, 5 * OTP_S);
    expect_status(stream, OTP_TIMEOUT);
    leave_clock();
    /* all the others were run while the first was waited for */
    ck_assert_int_eq(atomic_load(&at_work.finished), 199);
    for (size_t i = 1; i < COUNT(works); i++)
        expect(stream, i, i);
    expect_status(stream, OTP_NOT_FOUND);
    otp_stream_close(stream);
    expect_nothing_left();
}

START_TEST(B155_an_ordered_stream_goes_on_behind_a_slow_head)
{
    start_runtime(true, false);
    in_both(slow_head, NULL);
    stop_runtime();
}
END_TEST

/* -- B156, B157, B158 -- */

static const struct work slow_and_fast[] = { WORK(0, 1, HANG_TRAPPING), WORK(0, 2, GIVE),
                                             WORK(0, 3, HANG), WORK(0, 4, GIVE) };

static void late_ones_are_killed(void *arg)
{
    struct inputs inputs = { slow_and_fast, COUNT(slow_and_fast), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(4, false);
    (void)arg;
    options.timeout = 50 * OTP_MS;
    options.on_timeout = OTP_TIMEOUT_KILLS;
    otp_instant begin = otp_now();
    struct otp_stream *stream = open_stream(&inputs, &options);
    turn_clock(2, 2, 50 * OTP_MS);
    expect_status(stream, OTP_TIMEOUT);
    leave_clock();
    ck_assert_int_ge(otp_now() - begin, 50 * OTP_MS);
    ck_assert_uint_eq(otp_stream_index(stream), 0);
    expect(stream, 2, 1);
    expect_status(stream, OTP_TIMEOUT);
    expect(stream, 4, 3);
    expect_status(stream, OTP_NOT_FOUND);
    ck_assert_uint_eq(count_tasks(), 0);
    otp_stream_close(stream);
    expect_nothing_left();
}

static void late_ones_come_last(void *arg)
{
    struct inputs inputs = { slow_and_fast, COUNT(slow_and_fast), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(4, true);
    uint64_t value = 0, sum = 0;
    (void)arg;
    options.timeout = 50 * OTP_MS;
    options.on_timeout = OTP_TIMEOUT_KILLS;
    struct otp_stream *stream = open_stream(&inputs, &options);
    for (int i = 0; i < 2; i++) { /* once the others are late, they may come first */
        ck_assert_int_eq(otp_stream_next(stream, &value), OTP_OK);
        sum += value;
    }
    ck_assert_uint_eq(sum, 6);
    turn_clock(2, 2, 50 * OTP_MS);
    expect_status(stream, OTP_TIMEOUT);
    expect_status(stream, OTP_TIMEOUT);
    leave_clock();
    expect_status(stream, OTP_NOT_FOUND);
    ck_assert_uint_eq(count_tasks(), 0);
    otp_stream_close(stream);
    expect_nothing_left();
}

START_TEST(B156_late_tasks_are_killed_and_say_so_in_their_place)
{
    start_runtime(true, false);
    in_both(late_ones_are_killed, NULL);
    in_both(late_ones_come_last, NULL);
    stop_runtime();
}
END_TEST

/* Each takes 40 ms of the clock, which goes on once it has begun. */
static void *turn_for_each(void *arg)
{
    (void)arg;
    for (int i = 1; i <= 4; i++) {
        while (atomic_load(&at_work.started) < i)
            step_aside();
        ck_assert_int_eq(otp_clock_advance(40 * OTP_MS), OTP_OK);
    }
    return NULL;
}

static void each_from_its_own_start(void *arg)
{
    static const struct work works[] = { WORK(40 * OTP_MS, 1, GIVE), WORK(40 * OTP_MS, 2, GIVE),
                                         WORK(40 * OTP_MS, 3, GIVE), WORK(40 * OTP_MS, 4, GIVE) };
    struct inputs inputs = { works, COUNT(works), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(1, false);
    (void)arg;
    options.timeout = 60 * OTP_MS;
    struct otp_stream *stream = open_stream(&inputs, &options);
    otp_instant begin = otp_now();
    ck_assert_int_eq(pthread_create(&hand.thread, NULL, turn_for_each, NULL), 0);
    for (uint64_t i = 0; i < 4; i++)
        expect(stream, i + 1, i);
    expect_status(stream, OTP_NOT_FOUND);
    ck_assert_int_ge(otp_now() - begin, 160 * OTP_MS);
    leave_clock();
    otp_stream_close(stream);
}

START_TEST(B157_the_timeout_counts_from_each_tasks_start)
{
    start_runtime(true, false);
    in_both(each_from_its_own_start, NULL);
    stop_runtime();
}
END_TEST

/* What the input takes is time, too. */
static void late_by_the_input(void *arg)
{
    static const struct work hangs[] = { WORK(0, 1, HANG) };
    struct inputs inputs = { hangs, COUNT(hangs), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(4, false);
    (void)arg;
    options.timeout = 30 * OTP_MS;
    end_waits = true;
    struct otp_stream *stream = open_stream(&inputs, &options);
    expect_status(stream, OTP_TIMEOUT);
    otp_stream_close(stream);
    note("late");
}

START_TEST(an_input_that_takes_long_makes_tasks_late)
{
    otp_pid pid;
    start_runtime(true, false);
    ck_assert_int_eq(otp_clock_advance(OTP_S), OTP_OK); /* it does not begin at 0 */
    ck_assert_int_eq(otp_spawn(late_by_the_input, NULL, NULL, &pid), OTP_OK);
    await_note("waits");
    ck_assert_int_eq(otp_clock_advance(OTP_S), OTP_OK);
    gate_open(&end_gate);
    await_note("late");
    stop_runtime();
}
END_TEST

static void late_ends_all(void *arg)
{
    struct inputs inputs = { slow_and_fast, COUNT(slow_and_fast), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(4, false);
    char text[128];
    (void)arg;
    options.timeout = 30 * OTP_MS;
    struct otp_stream *stream = open_stream(&inputs, &options);
    turn_clock(2, 2, 30 * OTP_MS);
    expect_status(stream, OTP_TIMEOUT);
    leave_clock();
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "timeout");
    ck_assert_uint_eq(count_tasks(), 0);
    expect_status(stream, OTP_NOT_FOUND);
    expect_nothing_left();
    otp_stream_close(stream);
}

/* As an owner does that cannot go on. */
static void must_not_be_late(void *arg)
{
    struct inputs inputs = { slow_and_fast, COUNT(slow_and_fast), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(4, false);
    uint64_t value;
    (void)arg;
    options.timeout = 30 * OTP_MS;
    struct otp_stream *stream = open_stream(&inputs, &options);
    turn_clock(2, 2, 30 * OTP_MS);
    otp_must(otp_stream_next(stream, &value));
    note("went on");
}

static void watch_late(void *arg)
{
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    char text[128];
    otp_pid pid;
    ck_assert_int_eq(otp_spawn(must_not_be_late, arg, &how, &pid), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "timeout");
    leave_clock();
    await_no_tasks();
    expect_notes("");
}

START_TEST(B158_or_the_consumer_fails_and_nothing_is_left)
{
    start_runtime(true, false);
    in_both(late_ends_all, NULL);
    in_process(watch_late, NULL);
    stop_runtime();
}
END_TEST

/* -- B159 -- */

static const struct work with_failure[] = { WORK(0, 1, GIVE), WORK(0, 2, CRASH), WORK(0, 3, GIVE),
                                            WORK(0, 4, GIVE) };

static void failures_are_results(void *arg)
{
    struct inputs inputs = { with_failure, COUNT(with_failure), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(2, false);
    char text[128];
    bool traps = arg != NULL;
    if (traps)
        (void)otp_trap_exit(true);
    options.nolink = !traps && otp_self().bits != 0;
    struct otp_stream *stream = open_stream(&inputs, &options);
    expect(stream, 1, 0);
    expect_status(stream, OTP_EXIT);
    ck_assert_str_eq(reason_text(otp_last_reason(), text), "boom (2)");
    ck_assert_uint_eq(otp_stream_index(stream), 1); /* which input it was */
    expect(stream, 3, 2);
    expect(stream, 4, 3);
    expect_status(stream, OTP_NOT_FOUND);
    otp_stream_close(stream);
    expect_nothing_left();
}

static void fail_with_it(void *arg)
{
    struct inputs inputs = { with_failure, COUNT(with_failure), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(2, false);
    struct otp_stream *stream = open_stream(&inputs, &options);
    uint64_t value;
    (void)arg;
    while (otp_stream_next(stream, &value) != OTP_NOT_FOUND)
        continue;
    note("went on");
}

static void watch_failure(void *arg)
{
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    char text[128];
    otp_pid pid;
    ck_assert_int_eq(otp_spawn(fail_with_it, arg, &how, &pid), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "boom (2)");
    await_no_tasks();
    expect_notes("");
}

START_TEST(B159_a_failing_item_is_a_result_or_ends_its_consumer)
{
    start_runtime(false, false);
    in_both(failures_are_results, "traps");
    in_process(failures_are_results, NULL);
    in_process(watch_failure, NULL);
    stop_runtime();
}
END_TEST

/* -- B160 -- */

static const struct work early[] = { WORK(0, 1, GIVE), WORK(0, 2, HANG), WORK(0, 3, HANG_TRAPPING),
                                     WORK(0, 4, GIVE), WORK(0, 5, GIVE) };

static void stop_early(void *arg)
{
    struct inputs inputs = { early, COUNT(early), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(3, arg != NULL);
    struct otp_stream *stream = open_stream(&inputs, &options);
    expect(stream, 1, 0);
    ck_assert_uint_eq(inputs.pulled, 3);
    while (atomic_load(&at_work.started) < 3)
        otp_self().bits != 0 ? otp_yield() : step_aside();
    otp_stream_close(stream);
    await_no_tasks(); /* the first may be on its way out still */
    ck_assert_uint_eq(inputs.pulled, 3);
    expect_nothing_left();
}

static void input_fails(void *arg)
{
    struct inputs inputs = { &early[1], 2, 0, OTP_SYSTEM, false };
    struct otp_stream_options options = options_of(3, false);
    struct otp_stream *stream = open_stream(&inputs, &options);
    (void)arg;
    expect_status(stream, OTP_SYSTEM);
    ck_assert_uint_eq(count_tasks(), 0);
    expect_status(stream, OTP_NOT_FOUND);
    otp_stream_close(stream);
    expect_nothing_left();
}

/* Ends without closing its stream. */
static void leave_it_open(void *arg)
{
    struct inputs inputs = { &early[1], 2, 0, OTP_OK, arg != NULL };
    struct otp_stream_options options = options_of(3, false);
    uint64_t value;
    options.nolink = true;
    options.timeout = 20 * OTP_MS;
    options.on_timeout = OTP_TIMEOUT_KILLS;
    struct otp_stream *stream = open_stream(&inputs, &options);
    ck_assert_int_eq(otp_stream_next(stream, &value), OTP_TIMEOUT);
    note("leaves");
}

static void watch_leaving(void *arg)
{
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    char text[128];
    otp_pid pid;
    ck_assert_int_eq(otp_spawn(leave_it_open, arg, &how, &pid), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), arg == NULL ? "normal" : "no input");
    await_no_tasks();
}

START_TEST(B160_a_consumer_that_stops_leaves_nothing)
{
    start_runtime(false, false);
    in_both(stop_early, NULL);
    in_both(stop_early, "unordered");
    in_both(input_fails, NULL);
    in_process(watch_leaving, NULL);
    in_process(watch_leaving, "exits");
    stop_runtime();
}
END_TEST

/* -- B161 -- */

static void impossible(void *arg)
{
    struct inputs inputs = { three, COUNT(three), 0, OTP_OK, false };
    struct otp_stream *stream = NULL;
    struct otp_stream_options options = options_of(0, false);
    (void)arg;
    ck_assert_int_eq(work_stream(&options, pull, &inputs, &stream), OTP_BADARG);
    options = options_of(1, false);
    options.timeout = 0;
    ck_assert_int_eq(work_stream(&options, pull, &inputs, &stream), OTP_BADARG);
    options.timeout = OTP_S;
    options.on_timeout = 7;
    ck_assert_int_eq(work_stream(&options, pull, &inputs, &stream), OTP_BADARG);
    ck_assert_ptr_null(stream);
    ck_assert_uint_eq(inputs.pulled, 0);
    options.on_timeout = OTP_TIMEOUT_ENDS;
    stream = open_stream(&inputs, &options);
    ck_assert_uint_eq(inputs.pulled, 0); /* nothing runs yet */
    otp_stream_close(stream);
    otp_stream_close(NULL);
}

static void stranger(void *arg)
{
    uint64_t value;
    ck_assert_int_eq(otp_stream_next(arg, &value), OTP_WRONG_THREAD);
    otp_stream_close(arg);
}

START_TEST(B161_impossible_limits_are_refused)
{
    struct inputs inputs = { three, COUNT(three), 0, OTP_OK, false };
    struct otp_stream_options options = options_of(2, false);
    start_runtime(false, false);
    in_both(impossible, NULL);
    struct otp_stream *stream = open_stream(&inputs, &options);
    in_process(stranger, stream);
    expect(stream, 1, 0);
    otp_stream_close(stream);
    stop_runtime();
    ck_assert_int_eq(work_stream(&options, pull, &inputs, &stream), OTP_NOT_RUNNING);
}
END_TEST

/* -- many at once, killed at any moment -- */

static otp_status count_up(void *context, struct work *work)
{
    uint64_t *n = context;
    if (*n == 3000)
        return OTP_NOT_FOUND;
    work->value = (*n)++;
    work->deed = GIVE;
    return OTP_OK;
}

static void consume(void *arg)
{
    struct otp_stream_options options = options_of(10, arg != NULL);
    struct otp_stream *stream;
    uint64_t n = 0, value = 0, sum = 0;
    ck_assert_int_eq(work_stream(&options, count_up, &n, &stream), OTP_OK);
    while (otp_stream_next(stream, &value) == OTP_OK) {
        sum += value;
        otp_scratch_reset();
    }
    ck_assert_uint_eq(sum, 2999 * 3000 / 2);
    otp_stream_close(stream);
    note("consumed");
}

START_TEST(consumers_that_are_killed)
{
    otp_pid pid;
    start_runtime(false, false);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(otp_spawn(consume, i % 2 == 0 ? NULL : "unordered", NULL, &pid), OTP_OK);
    for (int i = 0; i < 50; i++) {
        ck_assert_int_eq(otp_spawn(consume, NULL, NULL, &pid), OTP_OK);
        otp_instant until = otp_now() + i * 100 * OTP_US;
        while (otp_now() < until)
            step_aside();
        ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
    }
    await_notes("consumed", 4);
    await_no_tasks();
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stream");
    TCase *c;
    support_behaviour(s, "B153", B153_a_stream_is_in_order_or_as_it_comes);
    support_behaviour(s, "B154", B154_never_more_at_once_than_allowed);
    support_behaviour(s, "B155", B155_an_ordered_stream_goes_on_behind_a_slow_head);
    support_behaviour(s, "B156", B156_late_tasks_are_killed_and_say_so_in_their_place);
    support_behaviour(s, "B157", B157_the_timeout_counts_from_each_tasks_start);
    support_behaviour(s, "B158", B158_or_the_consumer_fails_and_nothing_is_left);
    support_behaviour(s, "B159", B159_a_failing_item_is_a_result_or_ends_its_consumer);
    support_behaviour(s, "B160", B160_a_consumer_that_stops_leaves_nothing);
    support_behaviour(s, "B161", B161_impossible_limits_are_refused);
    c = support_case(s, "stream", 30);
    tcase_add_test(c, consumers_that_are_killed);
    tcase_add_test(c, an_input_that_takes_long_makes_tasks_late);
    return support_run(s);
}
