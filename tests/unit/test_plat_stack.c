/* test_plat_stack.c - stacks: both guards, reuse, trimming, canaries, a hundred thousand of them.
 *
 * Idea: each test runs once for each kind of guard; where the kernel has no markers it says so and
 * tests mprotect only. A guard is tested by a child process that steps on it.
 */
#define _GNU_SOURCE
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <otp/runtime.h>

#include "base/alloc.h"
#include "plat/plat.h"

enum { CROWD = 100000 };

static const uint32_t modes[] = { OTP_GUARD_MARKERS, OTP_GUARD_MPROTECT };

/* Stacks with the guard of mode i of the loop; NULL and a word about it: the kernel has none. */
static struct otpi_stacks *stacks_of_mode(int i)
{
    struct otpi_stacks *stacks = otpi_stacks_new(0, modes[i]);
    ck_assert_ptr_nonnull(stacks);
    if (otpi_stacks_guard(stacks) == modes[i])
        return stacks;
    ck_assert_uint_eq(modes[i], OTP_GUARD_MARKERS);
    ck_assert_uint_eq(otpi_stacks_guard(stacks), OTP_GUARD_MPROTECT);
    fprintf(stderr, "skipped: this kernel has no guard markers\n");
    otpi_stacks_free(stacks);
    return NULL;
}

static struct otpi_stack take(struct otpi_stacks *stacks)
{
    struct otpi_stack stack;
    ck_assert_int_eq(otpi_stacks_take(stacks, &stack), OTP_OK);
    return stack;
}

static const char *volatile trap;

static void note_trap(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    _exit(info->si_addr == trap ? 42 : 43);
}

/* Whether touching the byte kills: 42 from the child says that it did, and there. */
static bool is_guarded(char *byte)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct sigaction action = { .sa_sigaction = note_trap, .sa_flags = SA_SIGINFO };
        sigaction(SIGSEGV, &action, NULL);
        trap = byte;
        *(volatile char *)byte = 1;
        _exit(0);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) != 43);
    return WEXITSTATUS(status) == 42;
}

START_TEST(stacks_are_apart_and_writable)
{
    struct otpi_stacks *stacks = stacks_of_mode(_i);
    struct otpi_stack taken[100];
    if (stacks == NULL)
        return;
    for (int i = 0; i < 100; i++) {
        taken[i] = take(stacks);
        ck_assert_uint_ge(taken[i].size, 256u * 1024);
        ck_assert_uint_eq((uintptr_t)taken[i].low % 4096, 0);
        ck_assert(otpi_stack_is_whole(stacks, taken[i]));
        for (int other = 0; other < i; other++)
            ck_assert(taken[i].low >= taken[other].low + taken[other].size + 4096 ||
                      taken[other].low >= taken[i].low + taken[i].size + 4096);
        memset(taken[i].low, i, taken[i].size);
    }
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(taken[i].low[0], i);
        ck_assert_int_eq(taken[i].low[taken[i].size - 1], i);
        otpi_stacks_give(stacks, taken[i]);
    }
    otpi_stacks_free(stacks);
}
END_TEST

START_TEST(a_guard_lies_below_each)
{
    struct otpi_stacks *stacks = stacks_of_mode(_i);
    if (stacks == NULL)
        return;
    for (int i = 0; i < 20; i++) {
        struct otpi_stack stack = take(stacks);
        ck_assert(!stack.canary);
        ck_assert(!is_guarded(stack.low));
        ck_assert(is_guarded(stack.low - 1));
        ck_assert(is_guarded(stack.low - 4096));
    }
    otpi_stacks_free(stacks);
}
END_TEST

START_TEST(the_last_one_given_is_taken_first)
{
    struct otpi_stacks *stacks = stacks_of_mode(_i);
    struct otpi_stack taken[40];
    if (stacks == NULL)
        return;
    for (int i = 0; i < 40; i++)
        taken[i] = take(stacks);
    for (int i = 0; i < 40; i++)
        otpi_stacks_give(stacks, taken[i]);
    for (int i = 39; i >= 0; i--)
        ck_assert_ptr_eq(take(stacks).low, taken[i].low);
    for (int i = 0; i < 39; i++)
        ck_assert_ptr_ne(take(stacks).low, taken[i].low);
    otpi_stacks_free(stacks);
}
END_TEST

/* Pages of the stack that are in memory. */
static size_t resident(struct otpi_stack stack)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *pages = calloc(stack.size / page, 1);
    ck_assert_ptr_nonnull(pages);
    ck_assert_int_eq(mincore(stack.low, stack.size, pages), 0);
    size_t count = 0;
    for (size_t i = 0; i < stack.size / page; i++)
        count += pages[i] & 1;
    free(pages);
    return count;
}

START_TEST(trimming_keeps_the_top_page_only)
{
    struct otpi_stacks *stacks = stacks_of_mode(_i);
    if (stacks == NULL)
        return;
    struct otpi_stack stack = take(stacks);
    ck_assert_uint_eq(resident(stack), 0);
    memset(stack.low, 7, stack.size);
    otpi_stacks_trim(stacks, stack);
    ck_assert_int_eq(stack.low[stack.size - 1], 7);
    ck_assert_uint_eq(resident(stack), 1);
    ck_assert_int_eq(stack.low[0], 0);
    ck_assert(is_guarded(stack.low - 1));
    otpi_stacks_free(stacks);
}
END_TEST

START_TEST(sizes_are_rounded_up)
{
    static const size_t sizes[] = { 1, 16 * 1024, 16 * 1024 + 1, 100000, 1 << 20 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct otpi_stacks *stacks = otpi_stacks_new(sizes[i], OTP_GUARD_AUTO);
        ck_assert_ptr_nonnull(stacks);
        struct otpi_stack stack = take(stacks);
        ck_assert_uint_ge(stack.size, sizes[i]);
        ck_assert_uint_ge(stack.size, 16u * 1024);
        ck_assert_uint_eq(stack.size % 4096, 0);
        memset(stack.low, 1, stack.size);
        otpi_stacks_free(stacks);
    }
    ck_assert_ptr_null(otpi_stacks_new(SIZE_MAX, OTP_GUARD_AUTO));
    ck_assert_ptr_null(otpi_stacks_new(SIZE_MAX / 2000, OTP_GUARD_AUTO));
}
END_TEST

START_TEST(the_environment_chooses_the_guard)
{
    ck_assert_int_eq(setenv("OTP_GUARD", "mprotect", 1), 0);
    struct otpi_stacks *stacks = otpi_stacks_new(0, OTP_GUARD_MARKERS);
    ck_assert_ptr_nonnull(stacks);
    ck_assert_uint_eq(otpi_stacks_guard(stacks), OTP_GUARD_MPROTECT);
    otpi_stacks_free(stacks);
    ck_assert_int_eq(setenv("OTP_GUARD", "markers", 1), 0);
    stacks = otpi_stacks_new(0, OTP_GUARD_MPROTECT);
    uint32_t forced = otpi_stacks_guard(stacks);
    otpi_stacks_free(stacks);
    ck_assert_int_eq(unsetenv("OTP_GUARD"), 0);
    stacks = otpi_stacks_new(0, OTP_GUARD_AUTO);
    ck_assert_uint_eq(otpi_stacks_guard(stacks), forced); /* markers where there are any */
    otpi_stacks_free(stacks);
}
END_TEST

START_TEST(a_wrong_choice_is_said_aloud)
{
    int ends[2];
    char text[200] = "";
    ck_assert_int_eq(pipe(ends), 0);
    int kept = dup(STDERR_FILENO);
    ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    ck_assert_int_eq(setenv("OTP_GUARD", "paper", 1), 0);
    struct otpi_stacks *stacks = otpi_stacks_new(0, OTP_GUARD_MPROTECT);
    ck_assert_int_eq(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
    ck_assert_str_eq(text, "libotp: OTP_GUARD is neither markers nor mprotect\n");
    ck_assert_uint_eq(otpi_stacks_guard(stacks), OTP_GUARD_MPROTECT);
    otpi_stacks_free(stacks);
}
END_TEST

/* -- many -- */

static size_t count_maps(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    ck_assert_ptr_nonnull(maps);
    size_t lines = 0;
    for (int c; (c = fgetc(maps)) != EOF;)
        lines += c == '\n';
    ck_assert_int_eq(fclose(maps), 0);
    return lines;
}

/* Memory that this machine can give without swapping, in bytes. */
static long long available(void)
{
    FILE *info = fopen("/proc/meminfo", "r");
    char line[128];
    long long kilobytes = 0;
    ck_assert_ptr_nonnull(info);
    while (fgets(line, sizeof line, info) != NULL)
        if (sscanf(line, "MemAvailable: %lld", &kilobytes) == 1)
            break;
    ck_assert_int_eq(fclose(info), 0);
    return kilobytes * 1024;
}

/* All live at once and touched at the top, as a parked fiber is. AddressSanitizer forgets each
 * stack in a time that grows with their number. */
static int take_crowd(struct otpi_stacks *stacks, struct otpi_stack *crowd)
{
    int count = CROWD;
    crowd[0] = take(stacks);
    bool is_slow = crowd[0].size > 256u * 1024 || support_slow() > 1;
    if (is_slow || available() < CROWD * 3 * 4096ll) {
        count = 25000; /* still past the budget of mprotect */
        fprintf(stderr, "skipped: too slow here or too little memory: %d stacks, not %d\n", count,
                CROWD);
    }
    for (int i = 0; i < count; i++) {
        if (i > 0)
            crowd[i] = take(stacks);
        memset(crowd[i].low + crowd[i].size - 256, 3, 256);
    }
    return count;
}

START_TEST(a_hundred_thousand_stacks_live_at_once)
{
    static struct otpi_stack crowd[CROWD];
    struct otpi_stacks *stacks = stacks_of_mode(_i);
    if (stacks == NULL)
        return;
    int count = take_crowd(stacks, crowd);
    size_t maps = count_maps();
    int canaries = 0;
    for (int i = 0; i < count; i++) {
        ck_assert(otpi_stack_is_whole(stacks, crowd[i]));
        canaries += crowd[i].canary;
    }
    if (modes[_i] == OTP_GUARD_MARKERS) {
        ck_assert_int_eq(canaries, 0);
        ck_assert_uint_lt(maps, 1000);
    } else {
        ck_assert_int_le(canaries, count - 1000);
        ck_assert_int_ge(canaries, count - 20000);
        ck_assert_uint_lt(maps, 44000); /* of 65530: the program has room left */
    }
    for (int i = 0; i < count; i++)
        otpi_stacks_give(stacks, crowd[i]);
    for (int i = count - 1; i >= 0; i--) {
        struct otpi_stack stack = take(stacks);
        ck_assert_ptr_eq(stack.low, crowd[i].low);
        ck_assert_int_eq(stack.canary, crowd[i].canary);
    }
    otpi_stacks_free(stacks);
    ck_assert_uint_lt(count_maps(), 1000);
}
END_TEST

START_TEST(a_canary_tells_of_an_overflow)
{
    struct otpi_stacks *stacks = otpi_stacks_new(16 * 1024, OTP_GUARD_MPROTECT);
    ck_assert_ptr_nonnull(stacks);
    struct otpi_stack stack;
    int cut = 0;
    do {
        stack = take(stacks);
        cut++;
    } while (!stack.canary);
    ck_assert_int_gt(cut, 1000);
    ck_assert_int_lt(cut, 20001);
    ck_assert(otpi_stack_is_whole(stacks, stack));
    memset(stack.low, 1, stack.size);
    otpi_stacks_trim(stacks, stack);
    ck_assert(otpi_stack_is_whole(stacks, stack));
    for (size_t below = 1; below <= 64; below++) {
        stack.low[-(ptrdiff_t)below] = 1;
        ck_assert(!otpi_stack_is_whole(stacks, stack));
        stack.low[-(ptrdiff_t)below] = 0;
        ck_assert(otpi_stack_is_whole(stacks, stack));
    }
    stack.low[-1] = 1;
    otpi_stacks_give(stacks, stack); /* and is whole again for the next */
    struct otpi_stack again = take(stacks);
    ck_assert_ptr_eq(again.low, stack.low);
    ck_assert(otpi_stack_is_whole(stacks, again));
    otpi_stacks_free(stacks);
}
END_TEST

/* -- no memory -- */

static int calls_left;
static size_t live;

static void *allocate_some(void *context, size_t size)
{
    (void)context;
    if (calls_left-- <= 0)
        return NULL;
    live += size;
    return malloc(size);
}

static void release_counted(void *context, void *memory, size_t size)
{
    (void)context;
    live -= size;
    free(memory);
}

START_TEST(no_memory_is_an_answer)
{
    const struct otp_allocator scarce = { allocate_some, release_counted, NULL };
    otpi_alloc_use(&scarce);
    ck_assert_ptr_null(otpi_stacks_new(0, OTP_GUARD_AUTO));
    calls_left = 1;
    struct otpi_stacks *stacks = otpi_stacks_new(0, OTP_GUARD_AUTO);
    ck_assert_ptr_nonnull(stacks);
    struct otpi_stack stack;
    ck_assert_int_eq(otpi_stacks_take(stacks, &stack), OTP_NOMEM);
    calls_left = 1;
    for (int i = 0; i < 16; i++)
        take(stacks);
    ck_assert_int_eq(otpi_stacks_take(stacks, &stack), OTP_NOMEM);
    calls_left = 1;
    otpi_stacks_give(stacks, take(stacks));
    otpi_stacks_free(stacks);
    ck_assert_uint_eq(live, 0);
}
END_TEST

/* Lets this process map size bytes more than it has. False: nothing holds it back, as in
 * emulators. */
static bool limit_addresses(size_t size)
{
    FILE *statm = fopen("/proc/self/statm", "r");
    size_t pages = 0;
    ck_assert_ptr_nonnull(statm);
    ck_assert_int_eq(fscanf(statm, "%zu", &pages), 1);
    ck_assert_int_eq(fclose(statm), 0);
    size_t most = pages * (size_t)sysconf(_SC_PAGESIZE) + size;
    struct rlimit limit = { most, most };
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    void *probe = mmap(NULL, size + 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        return true;
    ck_assert_int_eq(munmap(probe, size + 4096), 0);
    fprintf(stderr, "skipped: the addresses of a process cannot be limited here\n");
    return false;
}

/* Room for three stacks and a bit, while the first slab wants to have sixteen. */
START_TEST(a_slab_that_does_not_fit_is_halved)
{
    struct otpi_stacks *stacks = otpi_stacks_new((size_t)128 << 20, OTP_GUARD_AUTO);
    struct otpi_stacks *same = otpi_stacks_new(16 * 1024, OTP_GUARD_AUTO);
    ck_assert_ptr_nonnull(stacks);
    size_t factor = take(same).size / (16 * 1024); /* more than 1 under sanitizers */
    if (!limit_addresses(((size_t)448 << 20) * factor))
        return;
    int count = 0;
    struct otpi_stack stack;
    while (otpi_stacks_take(stacks, &stack) == OTP_OK) {
        stack.low[stack.size - 1] = 1;
        count++;
    }
    ck_assert_int_eq(count, 3); /* a slab of two, then one of one */
    otpi_stacks_free(stacks);
    otpi_stacks_free(same);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stack");
    TCase *c = support_case(suite, "stack", 30.0 * (double)support_slow());
    tcase_add_loop_test(c, stacks_are_apart_and_writable, 0, 2);
    tcase_add_loop_test(c, a_guard_lies_below_each, 0, 2);
    tcase_add_loop_test(c, the_last_one_given_is_taken_first, 0, 2);
    tcase_add_loop_test(c, trimming_keeps_the_top_page_only, 0, 2);
    tcase_add_test(c, sizes_are_rounded_up);
    tcase_add_test(c, the_environment_chooses_the_guard);
    tcase_add_test(c, a_wrong_choice_is_said_aloud);
    c = support_case(suite, "many stacks", 60.0 * (double)support_slow());
    tcase_add_loop_test(c, a_hundred_thousand_stacks_live_at_once, 0, 2);
    tcase_add_test(c, a_canary_tells_of_an_overflow);
    c = support_case(suite, "no memory", 30.0 * (double)support_slow());
    tcase_add_test(c, no_memory_is_an_answer);
    tcase_add_test(c, a_slab_that_does_not_fit_is_halved);
    return support_run(suite);
}
