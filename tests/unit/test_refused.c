/* test_refused.c - the system refuses threads, pages for stacks, and their guards.
 *
 * Idea: as with memory: a scenario is run again and again, and the first time the first wish of a
 * kind is refused, then the second, and so on, until it succeeds without a refusal. A runtime that
 * cannot start says so and leaves nothing; one that runs goes on with fewer threads and stacks,
 * each caller has its answer or a status, and afterwards everything works as if nothing had been.
 */
#include "../conformance/probe.h"

#include <limits.h>
#include <stdatomic.h>

#include "plat/plat.h"

static _Atomic int64_t in_use;
static atomic_int wanted;          /* what is refused */
static atomic_long left, how_many; /* wishes until one is; and how many then are */
static atomic_long refusals;

static bool refuse(enum otpi_need need)
{
    long n;
    if ((int)need != atomic_load(&wanted))
        return false;
    n = atomic_fetch_sub(&left, 1);
    if (n > 0 || n <= -atomic_load(&how_many))
        return false;
    atomic_fetch_add(&refusals, 1);
    return true;
}

/* From now on the nth wish for that is refused, and as many after it as said. */
static void refuse_from(enum otpi_need need, long n, long count)
{
    atomic_store(&wanted, (int)need);
    atomic_store(&how_many, count);
    atomic_store(&refusals, 0);
    atomic_store(&left, n);
}

static void refuse_nothing(void)
{
    atomic_store(&wanted, -1);
}

static void *allocate(void *context, size_t size)
{
    (void)context;
    atomic_fetch_add(&in_use, (int64_t)size);
    return malloc(size);
}

static void release(void *context, void *memory, size_t size)
{
    (void)context;
    atomic_fetch_sub(&in_use, (int64_t)size);
    free(memory);
}

/* That no thread can be had is noted; that one is held may be said at any time. */
static void note_refusal(void *context, const struct otp_log_event *event)
{
    if (event->kind == OTP_LOG_STUCK && strstr(event->text, "no thread can be started") != NULL)
        note("no thread");
    else
        note_event(context, event);
}

static otp_status start(uint32_t workers)
{
    static const struct otp_allocator allocator = { allocate, release, NULL };
    static int yes;
    struct otp_config config = { .workers = workers, .allocator = &allocator };
    config.log = note_refusal;
    config.log_context = &yes;
    otpi_plat_refuses = refuse;
    return otp_runtime_start(&config);
}

static void stop(void)
{
    stop_runtime();
    ck_assert_int_eq(atomic_load(&in_use), 0);
}

/* -- the start -- */

static void start_with_each_refused(enum otpi_need need, long count)
{
    for (long n = 0;; n++) {
        ck_assert_int_lt(n, 100);
        refuse_from(need, n, count);
        otp_status status = start(3);
        long refused = atomic_load(&refusals);
        refuse_nothing();
        ck_assert(status == OTP_OK || status == OTP_NOMEM || status == OTP_SYSTEM);
        ck_assert(status == OTP_OK || refused > 0);
        ck_assert_msg(need != OTPI_NEED_THREAD || refused == 0 || status == OTP_SYSTEM,
                      "wish %ld: %s", n, otp_status_text(status));
        if (status == OTP_OK) {
            probe_sync(probe_start(NULL));
            stop();
        }
        ck_assert_int_eq(atomic_load(&in_use), 0);
        if (refused == 0)
            return;
    }
}

START_TEST(without_threads_the_start_says_so_and_leaves_nothing)
{
    start_with_each_refused(OTPI_NEED_THREAD, 1);
}
END_TEST

START_TEST(without_stacks_the_start_says_so_and_leaves_nothing)
{
    start_with_each_refused(OTPI_NEED_PAGES, 1);            /* it asks for fewer */
    start_with_each_refused(OTPI_NEED_PAGES, LONG_MAX / 2); /* there are none */
}
END_TEST

START_TEST(without_guards_it_runs)
{
    start_with_each_refused(OTPI_NEED_GUARD, 1);
    refuse_from(OTPI_NEED_GUARD, 0, LONG_MAX / 2);
    ck_assert_int_eq(start(2), OTP_OK);
    probe_sync(probe_start(NULL));
    ck_assert_int_gt(atomic_load(&refusals), 0);
    refuse_nothing();
    stop();
}
END_TEST

/* -- stacks of processes that wait -- */

#define CALLERS 100

static struct {
    otp_pid server;
    otp_from asked[2 * CALLERS]; /* also those who were refused, of the round before */
    size_t n;                    /* owner: the server */
    atomic_int answered, refused, ended;
} crowd;

static otp_next keep(struct probe *self, otp_from from, void *context)
{
    (void)self;
    (void)context;
    ck_assert_uint_lt(crowd.n, 2 * CALLERS);
    crowd.asked[crowd.n++] = from;
    return otp_noreply();
}

/* Answers all; how many there were. */
static otp_next answer_all(struct probe *self, otp_from from, void *context)
{
    uint64_t n = crowd.n;
    (void)self;
    (void)context;
    while (crowd.n > 0)
        (void)otp_answer(crowd.asked[--crowd.n], &probe_u64_layout, &n);
    return probe_reply(from, n);
}

static void ask(void *unused)
{
    uint64_t value;
    struct probe_args args = { keep, NULL };
    (void)unused;
    otp_status status =
        otp_call(otp_to(crowd.server), &probe_later_type, &args, &value, OTP_INFINITY);
    ck_assert(status == OTP_OK || status == OTP_NOMEM);
    atomic_fetch_add(status == OTP_OK ? &crowd.answered : &crowd.refused, 1);
    atomic_fetch_add(&crowd.ended, 1);
}

/* All of them ask; each gets an answer, or is told that there is no stack to wait on. */
static void have_all_ask(void)
{
    uint64_t n;
    int begun = 0;
    otp_pid pid;
    atomic_store(&crowd.ended, 0);
    atomic_store(&crowd.answered, 0);
    atomic_store(&crowd.refused, 0);
    for (; begun < CALLERS; begun++)
        ck_assert_int_eq(otp_spawn(ask, NULL, NULL, &pid), OTP_OK);
    while (atomic_load(&crowd.ended) < begun) {
        ck_assert_int_eq(probe_call(crowd.server, answer_all, NULL, &n), OTP_OK);
        sched_yield();
    }
    ck_assert_int_eq(atomic_load(&crowd.answered) + atomic_load(&crowd.refused), CALLERS);
}

static void ask_with_each_refused(long count)
{
    for (long n = 0;; n++) {
        ck_assert_int_lt(n, 200);
        ck_assert_int_eq(start(2), OTP_OK);
        crowd.server = probe_start(NULL);
        crowd.n = 0;
        refuse_from(OTPI_NEED_PAGES, n, count);
        have_all_ask();
        long refused = atomic_load(&refusals);
        refuse_nothing();
        ck_assert(refused > 0 || atomic_load(&crowd.refused) == 0);
        have_all_ask();
        ck_assert_int_eq(atomic_load(&crowd.refused), 0);
        stop();
        if (refused == 0 || n == 7)
            return;
    }
}

START_TEST(without_stacks_each_caller_is_answered_or_told)
{
    ask_with_each_refused(1);
    ask_with_each_refused(LONG_MAX / 2);
}
END_TEST

/* -- spare workers: the only one burns -- */

static struct gate burning = GATE;
static atomic_bool over;

static otp_next burn(struct probe *self, otp_from from, void *context)
{
    (void)from;
    (void)context;
    gate_open(&burning);
    while (!atomic_load(&over))
        self->count++;
    self->count = 0;
    return otp_noreply();
}

static otp_next note_done(struct probe *self, otp_from from, void *context)
{
    (void)from;
    note("done:%s", (const char *)context);
    (void)self;
    return otp_noreply();
}

/* False: a spare worker was there before it could be refused, as the only one had stood still. */
static bool burn_without_spare_threads(void)
{
    ck_assert_int_eq(start(1), OTP_OK);
    forget_notes();
    burning.open = false;
    atomic_store(&over, false);
    otp_pid burner = probe_start(NULL), other = probe_start(NULL);
    refuse_from(OTPI_NEED_THREAD, 0, LONG_MAX / 2);
    probe_cast(burner, burn, NULL);
    gate_pass(&burning);
    probe_cast(other, note_done, (void *)(uintptr_t) "without");
    while (noted("no thread") + noted("done:without") == 0)
        sched_yield();
    bool refused = noted("no thread") > 0; /* and all are stuck */
    ck_assert(!refused || atomic_load(&refusals) > 0);
    ck_assert(!refused || noted("done:without") == 0);
    refuse_nothing();
    await_note("done:without"); /* the next try is not refused */
    atomic_store(&over, true);
    probe_sync(burner);
    stop();
    return refused;
}

START_TEST(without_spare_threads_it_is_said_and_nothing_is_lost)
{
    int tries = TRIES;
    while (!burn_without_spare_threads())
        ck_assert_int_gt(--tries, 0);
}
END_TEST

/* -- blocking handlers -- */

START_TEST(without_pool_threads_blocking_handlers_run_all_the_same)
{
    uint64_t count;
    ck_assert_int_eq(start(2), OTP_OK);
    probe_module.blocking = true;
    for (int kind = OTPI_NEED_THREAD; kind <= OTPI_NEED_PAGES; kind++) {
        refuse_from((enum otpi_need)kind, 0, LONG_MAX / 2);
        for (int i = 0; i < 20; i++) {
            otp_pid probe = probe_start(NULL);
            ck_assert_int_eq(probe_call(probe, probe_count, NULL, &count), OTP_OK);
        }
        ck_assert_int_gt(atomic_load(&refusals), 0);
        refuse_nothing();
        ck_assert_int_eq(probe_call(probe_start(NULL), probe_count, NULL, &count), OTP_OK);
        await_note("no thread");
        stop();
        ck_assert_int_eq(start(2), OTP_OK);
    }
    stop();
}
END_TEST

/* -- threads as children -- */

static otp_reason run_thread(struct otp_thread *thread, const void *options)
{
    (void)options;
    otp_thread_ready(thread);
    return otp_normal();
}

static const struct otp_thread_module thread_module = {
    { "refused.thread", "test_refused.c:1", 0, NULL, otp_thread_start }, run_thread, NULL
};

START_TEST(without_a_thread_a_child_thread_does_not_start)
{
    otp_pid pid;
    char text[128];
    ck_assert_int_eq(start(2), OTP_OK);
    refuse_from(OTPI_NEED_THREAD, 0, LONG_MAX / 2); /* a spare worker may want one as well */
    ck_assert_int_eq(otp_thread_start(&thread_module.module, NULL, NULL, &pid), OTP_EXIT);
    ck_assert_ptr_nonnull(strstr(reason_text(otp_last_reason(), text), "system"));
    refuse_nothing();
    ck_assert_int_eq(otp_thread_start(&thread_module.module, NULL, NULL, &pid), OTP_OK);
    while (otp_is_alive(pid))
        sched_yield();
    stop();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("refused");
    TCase *c = support_case(s, "refused", 60);
    tcase_add_test(c, without_threads_the_start_says_so_and_leaves_nothing);
    tcase_add_test(c, without_stacks_the_start_says_so_and_leaves_nothing);
    tcase_add_test(c, without_guards_it_runs);
    tcase_add_test(c, without_stacks_each_caller_is_answered_or_told);
    tcase_add_test(c, without_spare_threads_it_is_said_and_nothing_is_lost);
    tcase_add_test(c, without_pool_threads_blocking_handlers_run_all_the_same);
    tcase_add_test(c, without_a_thread_a_child_thread_does_not_start);
    return support_run(s);
}
