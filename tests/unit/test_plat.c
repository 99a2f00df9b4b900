/* test_plat.c - time, waiting, locks, threads, CPUs and the rest of the machine.
 *
 * Idea: what can only be seen from outside is looked at from outside: a mask through the thread
 * that has it, a line through a pipe, a quota through a tree of files made for the test.
 */
#define _GNU_SOURCE
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plat/cgroup.h"
#include "plat/counter.h"
#include "plat/plat.h"

static void start(struct otpi_thread *thread, void (*run)(void *arg), void *arg)
{
    ck_assert_int_eq(otpi_thread_start(thread, "test", run, arg), OTP_OK);
}

/* -- time and waiting -- */

START_TEST(now_is_clock_monotonic)
{
    struct timespec before;
    struct timespec after;
    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &before), 0);
    otp_instant now = otpi_plat_now();
    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &after), 0);
    ck_assert_int_ge(now, before.tv_sec * OTP_S + before.tv_nsec);
    ck_assert_int_le(now, after.tv_sec * OTP_S + after.tv_nsec);
}
END_TEST

/* The counter is read outside of the clock, so whatever comes in between does not matter. */
START_TEST(the_counter_is_no_slower_than_it_says)
{
    uint64_t steps = otpi_counter_within(OTP_MS);
    otp_instant end = otpi_plat_now() + 20 * OTP_MS, begin = 0, now;
    uint64_t first = 0, last;
    if (steps == 0)
        printf("SKIP the_counter_is_no_slower_than_it_says: the kernel has another clock\n");
    ck_assert_uint_eq(otpi_counter_within(OTP_INFINITY), 0);
    do {
        now = otpi_plat_now();
        last = otpi_counter();
        if (last - first < steps)
            ck_assert_int_lt(now - begin, OTP_MS);
        else
            first = otpi_counter(), begin = otpi_plat_now();
    } while (now < end);
}
END_TEST

START_TEST(wait_returns_at_once_if_the_word_differs)
{
    uint32_t word = 1;
    otpi_plat_wait(&word, 0, OTP_INFINITY);
    ck_assert_uint_eq(word, 1);
}
END_TEST

START_TEST(wait_ends_at_its_deadline_and_not_before)
{
    uint32_t word = 0;
    otp_instant deadline = otpi_plat_now() + 20 * OTP_MS;
    while (otpi_plat_now() < deadline)
        otpi_plat_wait(&word, 0, deadline);
    ck_assert_int_lt(otpi_plat_now(), deadline + 2 * OTP_S * support_slow());
    otpi_plat_wait(&word, 0, 0);
    otpi_plat_wait(&word, 0, -5);
    otpi_plat_wait(&word, 0, INT64_MIN);
}
END_TEST

struct ping {
    uint32_t word; /* atomic */
    unsigned rounds;
};

static void await(const uint32_t *word, uint32_t wanted)
{
    uint32_t seen;
    while ((seen = __atomic_load_n(word, __ATOMIC_ACQUIRE)) != wanted)
        otpi_plat_wait(word, seen, OTP_INFINITY);
}

static void set_and_wake(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
    otpi_plat_wake(word, 1);
}

static void answer_pings(void *arg)
{
    struct ping *ping = arg;
    for (uint32_t i = 0; i < ping->rounds; i++) {
        await(&ping->word, 2 * i + 1);
        set_and_wake(&ping->word, 2 * i + 2);
    }
}

START_TEST(no_wake_is_lost)
{
    struct ping ping = { .rounds = 5000 };
    struct otpi_thread thread;
    start(&thread, answer_pings, &ping);
    for (uint32_t i = 0; i < ping.rounds; i++) {
        set_and_wake(&ping.word, 2 * i + 1);
        await(&ping.word, 2 * i + 2);
    }
    otpi_thread_join(&thread);
}
END_TEST

/* -- the lock -- */

enum { ROUNDS = 50000 };

struct shared {
    struct otpi_lock lock;
    unsigned long count; /* guarded by lock */
};

static void count_up(void *arg)
{
    struct shared *shared = arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 4 != 0)
            otpi_lock_take(&shared->lock);
        else
            while (!otpi_lock_try(&shared->lock))
                sched_yield();
        shared->count++;
        otpi_lock_release(&shared->lock);
    }
}

START_TEST(the_lock_excludes)
{
    struct shared shared = { .count = 0 };
    struct otpi_thread threads[4];
    for (int i = 0; i < 4; i++)
        start(&threads[i], count_up, &shared);
    for (int i = 0; i < 4; i++)
        otpi_thread_join(&threads[i]);
    ck_assert_uint_eq(shared.count, 4ul * ROUNDS);
    ck_assert_uint_eq(shared.lock.word, 0);
}
END_TEST

static void take_once(void *arg)
{
    struct shared *shared = arg;
    otpi_lock_take(&shared->lock);
    shared->count = 7;
    otpi_lock_release(&shared->lock);
}

/* The word says 2 once the other thread has given up spinning: then it must be woken. */
START_TEST(a_sleeping_taker_is_woken)
{
    struct shared shared = { .count = 0 };
    otpi_lock_take(&shared.lock);
    ck_assert(!otpi_lock_try(&shared.lock));
    struct otpi_thread thread;
    start(&thread, take_once, &shared);
    while (__atomic_load_n(&shared.lock.word, __ATOMIC_RELAXED) != 2)
        sched_yield();
    ck_assert_uint_eq(shared.count, 0);
    otpi_lock_release(&shared.lock);
    otpi_thread_join(&thread);
    ck_assert_uint_eq(shared.count, 7);
    ck_assert(otpi_lock_try(&shared.lock));
}
END_TEST

/* -- threads -- */

struct seen {
    sigset_t mask;
    char name[16];
    int slack;
    void *arg;
};

static void look_around(void *arg)
{
    struct seen *seen = arg;
    seen->arg = arg;
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &seen->mask), 0);
    ck_assert_int_eq(prctl(PR_GET_NAME, seen->name, 0, 0, 0), 0);
    seen->slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
}

START_TEST(a_thread_blocks_asynchronous_signals_only)
{
    struct seen seen = { .arg = NULL };
    sigset_t before;
    sigset_t after;
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &before), 0);
    struct otpi_thread thread;
    start(&thread, look_around, &seen);
    otpi_thread_join(&thread);
    ck_assert_ptr_eq(seen.arg, &seen);
    static const int blocked[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGPIPE, SIGUSR1, SIGALRM };
    for (size_t i = 0; i < sizeof blocked / sizeof blocked[0]; i++)
        ck_assert_int_eq(sigismember(&seen.mask, blocked[i]), 1);
    static const int open_ones[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT };
    for (size_t i = 0; i < sizeof open_ones / sizeof open_ones[0]; i++)
        ck_assert_int_eq(sigismember(&seen.mask, open_ones[i]), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &after), 0);
    for (int sig = 1; sig < 32; sig++)
        ck_assert_int_eq(sigismember(&before, sig), sigismember(&after, sig));
}
END_TEST

START_TEST(a_thread_has_its_name_and_slack)
{
    struct seen seen = { .arg = NULL };
    struct otpi_thread thread;
    ck_assert_int_eq(otpi_thread_start(&thread, "otp worker number 1", look_around, &seen), OTP_OK);
    otpi_thread_join(&thread);
    ck_assert_str_eq(seen.name, "otp worker numb");
    if (seen.slack >= 0) /* some emulators do not know it */
        ck_assert_int_eq(seen.slack, 1000);
}
END_TEST

/* -- the end of a thread -- */

struct farewells {
    int replaced;
    int first;
    int again;
};

static void note_replaced(void *arg)
{
    ((struct farewells *)arg)->replaced++;
}

static void note_again(void *arg)
{
    ((struct farewells *)arg)->again++;
}

static void note_first(void *arg)
{
    ((struct farewells *)arg)->first++;
    ck_assert_int_eq(otpi_plat_on_thread_exit(note_again, arg), OTP_OK);
}

static void register_farewells(void *arg)
{
    int before = ((struct farewells *)arg)->first;
    ck_assert_int_eq(otpi_plat_on_thread_exit(note_replaced, arg), OTP_OK);
    ck_assert_int_eq(otpi_plat_on_thread_exit(note_first, arg), OTP_OK);
    ck_assert_int_eq(((struct farewells *)arg)->first, before);
}

START_TEST(a_thread_says_farewell)
{
    struct farewells farewells = { .replaced = 0 };
    struct otpi_thread threads[3];
    for (int i = 0; i < 3; i++) {
        start(&threads[i], register_farewells, &farewells);
        otpi_thread_join(&threads[i]);
        ck_assert_int_eq(farewells.first, i + 1);
        ck_assert_int_eq(farewells.again, i + 1);
    }
    ck_assert_int_eq(farewells.replaced, 0);
}
END_TEST

/* -- CPUs -- */

START_TEST(cpus_follow_the_affinity_mask)
{
    cpu_set_t all;
    ck_assert_int_eq(sched_getaffinity(0, sizeof all, &all), 0);
    ck_assert_uint_ge(otpi_plat_cpus(), 1);
    ck_assert_uint_le(otpi_plat_cpus(), (unsigned)CPU_COUNT(&all));
    cpu_set_t one;
    CPU_ZERO(&one);
    size_t cpu = 0;
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    CPU_SET(cpu, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    ck_assert_uint_eq(otpi_plat_cpus(), 1);
}
END_TEST

static char root[64];

static void make_tree(void)
{
    strcpy(root, "/tmp/otp-cgroup-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void write_file(const char *path, const char *text)
{
    char full[256];
    ck_assert_int_lt(snprintf(full, sizeof full, "%s/%s", root, path), (int)sizeof full);
    for (char *slash = strchr(full + strlen(root) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        ck_assert(mkdir(full, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void drop_tree(void)
{
    char command[128];
    ck_assert_int_lt(snprintf(command, sizeof command, "rm -r %s", root), (int)sizeof command);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(quota_of_version_2_is_the_least_up_to_the_mount)
{
    make_tree();
    write_file("a/b/cpu.max", "max 100000\n");
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/a/b\n", root), UINT32_MAX);
    write_file("a/cpu.max", "250000 100000\n");
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/a/b\n", root), 3);
    write_file("a/b/cpu.max", "400000 100000\n");
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/a/b\n", root), 3);
    write_file("cpu.max", "10000 100000\n");
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/a/b\n", root), 1);
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/\n", root), 1);
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/of/the/host", root), 1);
    drop_tree();
}
END_TEST

START_TEST(quota_of_version_1_is_in_two_files)
{
    make_tree();
    const char *membership = "11:memory:/x\n4:cpuacct,cpu:/x\n3:cpuset:/x\n1:name=systemd:/x\n";
    ck_assert_uint_eq(otpi_cgroup_cpus(membership, root), UINT32_MAX);
    write_file("cpu/x/cpu.cfs_quota_us", "-1\n");
    write_file("cpu/x/cpu.cfs_period_us", "100000\n");
    ck_assert_uint_eq(otpi_cgroup_cpus(membership, root), UINT32_MAX);
    write_file("cpu/x/cpu.cfs_quota_us", "200000\n");
    ck_assert_uint_eq(otpi_cgroup_cpus(membership, root), 2);
    ck_assert_uint_eq(otpi_cgroup_cpus("3:cpuset:/x\n", root), UINT32_MAX);
    drop_tree();
}
END_TEST

START_TEST(nonsense_gives_no_quota)
{
    make_tree();
    write_file("cpu.max", "pear\n");
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/\n", root), UINT32_MAX);
    write_file("cpu.max", "100000 0\n");
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/\n", root), UINT32_MAX);
    write_file("cpu.max", "");
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/\n", root), UINT32_MAX);
    write_file("cpu.max", "9223372036854775807 1\n");
    ck_assert_uint_eq(otpi_cgroup_cpus("0::/\n", root), UINT32_MAX);
    ck_assert_uint_eq(otpi_cgroup_cpus("", root), UINT32_MAX);
    ck_assert_uint_eq(otpi_cgroup_cpus("\n\n::\n:\nx", root), UINT32_MAX);
    drop_tree();
}
END_TEST

/* -- the process -- */

static int child_calls;

static void note_child(void)
{
    child_calls++;
}

START_TEST(at_fork_calls_in_the_child_only)
{
    ck_assert_int_eq(otpi_plat_at_fork(note_child), OTP_OK);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(child_calls == 1 ? 0 : 1);
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(child_calls, 0);
}
END_TEST

START_TEST(environment_is_read)
{
    ck_assert_int_eq(setenv("OTP_TEST_PLAT", "here", 1), 0);
    ck_assert_str_eq(otpi_plat_environment("OTP_TEST_PLAT"), "here");
    ck_assert_int_eq(unsetenv("OTP_TEST_PLAT"), 0);
    ck_assert_ptr_null(otpi_plat_environment("OTP_TEST_PLAT"));
}
END_TEST

/* What a child that runs die() or print_error() wrote to its standard error; its wait status. */
static int run_child(void (*run)(void), char *text, size_t size)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        run();
        _exit(0);
    }
    close(ends[1]);
    size_t used = 0;
    ssize_t got;
    while ((got = read(ends[0], text + used, size - 1 - used)) > 0)
        used += (size_t)got;
    text[used] = '\0';
    close(ends[0]);
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static void print_line(void)
{
    otpi_plat_print_error("one line\n", 9);
    otpi_plat_print_error("x", 0);
}

static void die_briefly(void)
{
    otpi_plat_die("it broke");
}

static void die_at_length(void)
{
    char text[1000];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    otpi_plat_die(text);
}

START_TEST(errors_reach_standard_error)
{
    char text[2000];
    ck_assert_int_eq(run_child(print_line, text, sizeof text), 0);
    ck_assert_str_eq(text, "one line\n");
}
END_TEST

START_TEST(dying_says_why_and_aborts)
{
    char text[2000];
    int status = run_child(die_briefly, text, sizeof text);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    /* an emulator adds words of its own */
    ck_assert_int_eq(strncmp(text, "libotp: it broke\n", 17), 0);
    status = run_child(die_at_length, text, sizeof text);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_ptr_eq(strchr(text, '\n'), text + 255);
}
END_TEST

START_TEST(random_numbers_differ)
{
    uint64_t bits = 0;
    uint64_t last = otpi_plat_random();
    for (int i = 0; i < 64; i++) {
        uint64_t next = otpi_plat_random();
        ck_assert_uint_ne(next, last);
        bits |= next ^ last;
        last = next;
    }
    ck_assert_uint_eq(bits, UINT64_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plat");
    TCase *c = support_case(suite, "waiting", 20.0 * (double)support_slow());
    tcase_add_test(c, now_is_clock_monotonic);
    tcase_add_test(c, the_counter_is_no_slower_than_it_says);
    tcase_add_test(c, wait_returns_at_once_if_the_word_differs);
    tcase_add_test(c, wait_ends_at_its_deadline_and_not_before);
    tcase_add_test(c, no_wake_is_lost);
    tcase_add_test(c, the_lock_excludes);
    tcase_add_test(c, a_sleeping_taker_is_woken);
    c = support_case(suite, "threads", 20.0 * (double)support_slow());
    tcase_add_test(c, a_thread_blocks_asynchronous_signals_only);
    tcase_add_test(c, a_thread_has_its_name_and_slack);
    tcase_add_test(c, a_thread_says_farewell);
    tcase_add_test(c, cpus_follow_the_affinity_mask);
    tcase_add_test(c, quota_of_version_2_is_the_least_up_to_the_mount);
    tcase_add_test(c, quota_of_version_1_is_in_two_files);
    tcase_add_test(c, nonsense_gives_no_quota);
    c = support_case(suite, "process", 20.0 * (double)support_slow());
    tcase_add_test(c, at_fork_calls_in_the_child_only);
    tcase_add_test(c, environment_is_read);
    tcase_add_test(c, errors_reach_standard_error);
    tcase_add_test(c, dying_says_why_and_aborts);
    tcase_add_test(c, random_numbers_differ);
    return support_run(suite);
}
