/* test_sim.c - runs from a seed: the same again, and others.
 *
 * Idea: a program of several workers, processes that race, timers and timeouts is run in children
 * of the test, each of which says what it saw and what the runtime says of its schedule. One seed
 * gives one story, many seeds give many. Nobody waits outside the library here, so nothing is
 * passed by. */
#include "probe.h"

#include <sys/wait.h>
#include <unistd.h>

/* What a run has to say. */
struct story {
    uint64_t steps, trace;
    uint64_t order; /* who came when */
    otp_duration slept;
    bool exact;
};

static struct {
    uint64_t order;
    uint64_t told;
} seen; /* owner: the server */

static otp_next hear(struct probe *self, otp_from from, void *who)
{
    (void)self;
    (void)from;
    seen.order = (seen.order ^ (uintptr_t)who) * 0x100000001b3u;
    seen.told++;
    return otp_noreply();
}

static otp_pid server;

enum { RACERS = 6, ROUNDS = 5 };

static void race(void *who)
{
    uint64_t count;
    for (int i = 0; i < ROUNDS; i++) {
        probe_cast(server, hear, who);
        if (i % 2 == 0)
            ck_assert_int_eq(probe_call(server, probe_count, NULL, &count), OTP_OK);
        else
            otp_yield();
    }
}

static void sleep_long(void *slept)
{
    const struct otp_message *message;
    otp_instant before = otp_now();
    ck_assert_int_eq(otp_receive(3 * OTP_HOUR, &message), OTP_TIMEOUT);
    *(otp_duration *)slept = otp_now() - before;
}

/* Waits by calls of the library alone. */
static void await_deaths(otp_pid *pids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        while (otp_is_alive(pids[i]))
            continue;
}

static struct story tell(void)
{
    struct otp_info info;
    struct story story = { .slept = 0 };
    otp_pid pids[RACERS + 1];
    start_workers(3, false, false);
    server = probe_start(NULL);
    for (uintptr_t i = 0; i < RACERS; i++)
        ck_assert_int_eq(otp_spawn(race, (void *)(i + 1), NULL, &pids[i]), OTP_OK);
    ck_assert_int_eq(otp_spawn(sleep_long, &story.slept, NULL, &pids[RACERS]), OTP_OK);
    await_deaths(pids, RACERS + 1);
    probe_sync(server);
    ck_assert_uint_eq(seen.told, RACERS * ROUNDS);
    ck_assert_int_eq(otp_runtime_info(&info), OTP_OK);
    stop_runtime();
    story.steps = info.sim_steps;
    story.trace = info.sim_trace;
    story.exact = info.sim_exact;
    story.order = seen.order;
    return story;
}

/* In a child, which is as every other. */
static struct story run(unsigned seed)
{
    struct story story = { .exact = false };
    char text[16];
    int ends[2], status = -1;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        snprintf(text, sizeof text, "%u", seed);
        (void)setenv("OTP_SIM_SEED", text, 1);
        (void)setenv("OTP_SIM_PATIENCE", "0", 1);
        story = tell();
        _exit(write(ends[1], &story, sizeof story) == (ssize_t)sizeof story ? 0 : 1);
    }
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &story, sizeof story), (ssize_t)sizeof story);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    return story;
}

enum { SEEDS = 8 };

START_TEST(a_seed_gives_the_same_run_again)
{
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        struct story first = run(seed), again = run(seed);
        ck_assert(first.exact && again.exact);
        ck_assert_uint_gt(first.steps, 100);
        ck_assert_uint_eq(first.steps, again.steps);
        ck_assert_uint_eq(first.trace, again.trace);
        ck_assert_uint_eq(first.order, again.order);
        ck_assert_int_eq(first.slept, again.slept);
        ck_assert_int_ge(first.slept, 3 * OTP_HOUR); /* which took no time */
    }
}
END_TEST

START_TEST(other_seeds_give_other_runs)
{
    struct story stories[SEEDS];
    int others = 0;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        stories[seed] = run(seed);
        for (unsigned i = 0; i < seed; i++)
            ck_assert_uint_ne(stories[i].trace, stories[seed].trace);
        others += stories[seed].order != stories[0].order;
    }
    ck_assert_int_gt(others, 0); /* the race has other outcomes too */
}
END_TEST

/* Somebody who wants a run again must hear that this is not it. */
static void expect_complaint(const char *seed)
{
    char said[200] = "";
    int ends[2], status = -1;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct otp_info info = { 0 };
        (void)setenv("OTP_SIM_SEED", seed, 1);
        (void)dup2(ends[1], STDERR_FILENO);
        _exit(otp_runtime_start(NULL) == OTP_OK && otp_runtime_info(&info) == OTP_OK &&
                      info.sim_steps == 0 && !info.sim_exact && otp_runtime_stop() == OTP_OK
                  ? 0
                  : 1);
    }
    close(ends[1]);
    close(ends[1]);
    ck_assert_int_gt(read(ends[0], said, sizeof said - 1), 0);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_ptr_nonnull(strstr(said, "OTP_SIM_SEED"));
}

START_TEST(a_seed_that_is_no_number_is_said)
{
    expect_complaint("abc");
    expect_complaint("7x");
    expect_complaint("-1");
    expect_complaint("99999999999999999999");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sim");
    TCase *c = support_case(s, "sim", 60);
    tcase_add_test(c, a_seed_gives_the_same_run_again);
    tcase_add_test(c, other_seeds_give_other_runs);
    tcase_add_test(c, a_seed_that_is_no_number_is_said);
    return support_run(s);
}
