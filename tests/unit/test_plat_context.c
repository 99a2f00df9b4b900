/* test_plat_context.c - contexts: switching, alignment, registers, abandonment, unwinding.
 *
 * Idea: a few contexts on stacks of stack.c, driven from the test's own thread. The same program is
 * the test of the sanitizers' shims: a wrong one makes them report something here.
 */
#include "support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

#include <otp/runtime.h>

#include "plat/switch.h"

/* There only under AddressSanitizer: 0 if nothing has leaked so far. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static struct otpi_stacks *stacks;
static struct otpi_context thread;

struct fiber {
    struct otpi_context context;
    struct otpi_stack stack;
    struct fiber *peer; /* where to go on; NULL: the thread */
    int steps;
    long sum;
    double real;
};

static void set_up(void)
{
    stacks = otpi_stacks_new(0, OTP_GUARD_AUTO);
    ck_assert_ptr_nonnull(stacks);
    otpi_context_adopt(&thread);
}

static void tear_down(void)
{
    otpi_context_unmake(&thread);
    otpi_stacks_free(stacks);
}

static void make_fiber(struct fiber *fiber, void (*run)(void *arg))
{
    if (fiber->stack.low == NULL)
        ck_assert_int_eq(otpi_stacks_take(stacks, &fiber->stack), OTP_OK);
    otpi_context_make(&fiber->context, fiber->stack, run, fiber);
    ck_assert(fiber->context.fresh);
}

static void drop_fiber(struct fiber *fiber)
{
    otpi_context_unmake(&fiber->context);
    otpi_stacks_give(stacks, fiber->stack);
    *fiber = (struct fiber){ .steps = 0 };
}

static void to_fiber(struct fiber *fiber)
{
    otpi_context_switch(&thread, &fiber->context, false);
}

static void to_thread(struct fiber *fiber, bool dies)
{
    otpi_context_switch(&fiber->context, &thread, dies);
}

/* -- switching -- */

static void count_steps(void *arg)
{
    struct fiber *self = arg;
    otpi_context_entered(&self->context);
    for (;;) {
        self->steps++;
        otpi_context_switch(&self->context, self->peer ? &self->peer->context : &thread, false);
    }
}

START_TEST(a_context_runs_with_its_argument_and_comes_back)
{
    struct fiber fiber = { .steps = 0 };
    make_fiber(&fiber, count_steps);
    ck_assert_int_eq(fiber.steps, 0);
    to_fiber(&fiber);
    ck_assert_int_eq(fiber.steps, 1);
    ck_assert(!fiber.context.fresh);
    for (int i = 2; i < 1000; i++) {
        to_fiber(&fiber);
        ck_assert_int_eq(fiber.steps, i);
    }
    drop_fiber(&fiber);
}
END_TEST

START_TEST(contexts_switch_among_themselves)
{
    struct fiber ring[5] = { { .steps = 0 } };
    for (int i = 0; i < 5; i++) {
        make_fiber(&ring[i], count_steps);
        ring[i].peer = i < 4 ? &ring[i + 1] : NULL;
    }
    for (int lap = 1; lap <= 100; lap++) {
        to_fiber(&ring[0]);
        for (int i = 0; i < 5; i++)
            ck_assert_int_eq(ring[i].steps, lap);
    }
    for (int i = 0; i < 5; i++)
        drop_fiber(&ring[i]);
}
END_TEST

/* -- alignment -- */

static void format(char *text, size_t size, const char *pattern, ...)
{
    va_list args;
    va_start(args, pattern);
    (void)vsnprintf(text, size, pattern, args);
    va_end(args);
}

/* A double in a variable argument list is saved with an instruction that insists on alignment. */
static void use_alignment(void *arg)
{
    struct fiber *self = arg;
    otpi_context_entered(&self->context);
    char text[64];
    format(text, sizeof text, "%.2f %d", self->real, self->steps);
    self->sum = strcmp(text, "2.50 3") == 0;
    _Alignas(16) char room[16];
    memset(room, 1, sizeof room);
    self->steps = (int)((uintptr_t)__builtin_frame_address(0) % 16 + (uintptr_t)room % 16);
    to_thread(self, true);
}

START_TEST(the_stack_is_aligned_when_run_begins)
{
    struct fiber fiber = { .steps = 3, .real = 2.5 };
    make_fiber(&fiber, use_alignment);
    to_fiber(&fiber);
    ck_assert_int_eq(fiber.sum, 1);
    ck_assert_int_eq(fiber.steps, 0);
    drop_fiber(&fiber);
}
END_TEST

/* -- registers -- */

/* More values live across the switch than a call preserves, whole ones and real ones. */
static long mix_across_switches(struct fiber *self, void (*go)(struct fiber *), long n)
{
    long a = n, b = n * 3, c = n * 5, d = n * 7, e = n * 11, f = n * 13, g = n * 17;
    double p = 1.5, q = 2.5, r = 3.5, s = 4.5, t = 5.5, u = 6.5, v = 7.5, w = 8.5;
    for (int i = 0; i < 50; i++) {
        go(self);
        a += b, b ^= c, c += d, d ^= e, e += f, f ^= g, g += a;
        p += q, q += r, r += s, s += t, t += u, u += v, v += w, w += p / 1e9;
    }
    return a + b + c + d + e + f + g + (long)(p + q + r + s + t + u + v + w);
}

static void stay(struct fiber *self)
{
    self->steps++;
}

static void leave(struct fiber *self)
{
    self->steps++;
    to_thread(self, false);
}

static void visit(struct fiber *self)
{
    to_fiber(self);
}

static void mix(void *arg)
{
    struct fiber *self = arg;
    otpi_context_entered(&self->context);
    self->sum = mix_across_switches(self, leave, 1234);
    for (;;)
        to_thread(self, false);
}

START_TEST(registers_survive_a_switch)
{
    struct fiber still = { .steps = 0 };
    struct fiber fiber = { .steps = 0 };
    make_fiber(&fiber, mix);
    long outer = mix_across_switches(&fiber, visit, 99);
    to_fiber(&fiber);
    ck_assert_int_eq(fiber.sum, mix_across_switches(&still, stay, 1234));
    ck_assert_int_eq(outer, mix_across_switches(&still, stay, 99));
    drop_fiber(&fiber);
}
END_TEST

/* -- abandonment -- */

static unsigned char touch(unsigned char *room, size_t size, int value)
{
    memset(room, value, size);
    return room[size / 2];
}

/* Frames of several shapes, so that what one round leaves behind lies across what the next uses. */
static int dig(struct fiber *self, int depth, bool dies)
{
    unsigned char before[24];
    unsigned char room[300];
    int sum = touch(before, sizeof before, depth) + touch(room, sizeof room - (size_t)depth, depth);
    if (depth == 0)
        to_thread(self, dies);
    else
        sum += dig(self, depth - 1, dies);
    return sum + before[3];
}

static void dig_and_park(void *arg)
{
    struct fiber *self = arg;
    otpi_context_entered(&self->context);
    self->sum += dig(self, self->steps % 61, false);
}

static void dig_and_die(void *arg)
{
    struct fiber *self = arg;
    otpi_context_entered(&self->context);
    self->sum += dig(self, self->steps % 61, true);
}

static void fill_frame(void *arg)
{
    struct fiber *self = arg;
    otpi_context_entered(&self->context);
    unsigned char room[8000];
    self->sum = touch(room, sizeof room, self->steps);
    to_thread(self, self->steps % 2 == 0);
}

/* Often enough that ThreadSanitizer's record of open calls, 65536 long, would overflow if the
 * abandoned ones stayed in it. */
START_TEST(abandoned_contexts_can_be_made_again)
{
    struct fiber fiber = { .steps = 0 };
    for (int i = 0; i < 4000; i++) {
        fiber.steps = i;
        fiber.sum = -1;
        make_fiber(&fiber, i % 3 == 0 ? dig_and_park : i % 3 == 1 ? dig_and_die : fill_frame);
        to_fiber(&fiber);
        ck_assert_int_eq(fiber.sum, i % 3 == 2 ? i % 256 : -1);
    }
    drop_fiber(&fiber);
}
END_TEST

START_TEST(the_stack_of_an_abandoned_context_serves_another)
{
    struct fiber first = { .steps = 21 };
    struct fiber second = { .steps = 5 };
    make_fiber(&first, dig_and_park);
    to_fiber(&first);
    char *low = first.stack.low;
    drop_fiber(&first);
    make_fiber(&second, fill_frame);
    ck_assert_ptr_eq(second.stack.low, low);
    to_fiber(&second);
    ck_assert_int_eq(second.sum, 5);
    drop_fiber(&second);
}
END_TEST

START_TEST(a_context_moves_to_another_stack)
{
    struct fiber fiber = { .steps = 9 };
    make_fiber(&fiber, dig_and_park);
    to_fiber(&fiber);
    struct otpi_stack old = fiber.stack;
    ck_assert_int_eq(otpi_stacks_take(stacks, &fiber.stack), OTP_OK);
    make_fiber(&fiber, fill_frame);
    to_fiber(&fiber);
    ck_assert_int_eq(fiber.sum, 9);
    otpi_stacks_give(stacks, old);
    drop_fiber(&fiber);
}
END_TEST

START_TEST(made_and_never_run_is_fine)
{
    struct fiber fiber = { .steps = 0 };
    for (int i = 0; i < 3; i++)
        make_fiber(&fiber, count_steps);
    drop_fiber(&fiber);
}
END_TEST

/* -- leaks -- */

static void hold_memory(void *arg)
{
    struct fiber *self = arg;
    otpi_context_entered(&self->context);
    char *volatile only = malloc(100);
    only[0] = 7;
    to_thread(self, false);
    self->sum = only[0];
    free(only);
    to_thread(self, true);
}

START_TEST(memory_held_by_a_parked_context_is_no_leak)
{
    struct fiber fiber = { .steps = 0 };
    make_fiber(&fiber, hold_memory);
    to_fiber(&fiber);
    if (__lsan_do_recoverable_leak_check != NULL)
        ck_assert_int_eq(__lsan_do_recoverable_leak_check(), 0);
    to_fiber(&fiber);
    ck_assert_int_eq(fiber.sum, 7);
    drop_fiber(&fiber);
}
END_TEST

/* -- unwinding -- */

static _Unwind_Reason_Code count_frame(struct _Unwind_Context *context, void *arg)
{
    struct fiber *self = arg;
    (void)context;
    self->steps++;
    return self->steps < 1000 ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

static void unwind(void *arg)
{
    struct fiber *self = arg;
    otpi_context_entered(&self->context);
    self->sum = _Unwind_Backtrace(count_frame, self);
    to_thread(self, true);
}

/* unwind and what called it, nobody: an unwinder that went on would read past the stack's top. */
START_TEST(unwinding_ends_where_the_context_began)
{
    struct fiber fiber = { .steps = 0 };
    make_fiber(&fiber, unwind);
    to_fiber(&fiber);
    ck_assert_int_eq(fiber.sum, _URC_END_OF_STACK);
    ck_assert_int_ge(fiber.steps, 1);
    ck_assert_int_le(fiber.steps, 3);
    drop_fiber(&fiber);
}
END_TEST

/* -- threads -- */

/* Each thread has its own contexts; the stacks go round through the free list. */
static _Thread_local struct otpi_context own_thread;

static void count_here(void *arg)
{
    struct fiber *self = arg;
    otpi_context_entered(&self->context);
    for (;;) {
        self->sum += self->steps;
        otpi_context_switch(&self->context, &own_thread, self->steps % 2 == 0);
    }
}

static void work_alone(void *arg)
{
    struct fiber *fiber = arg;
    otpi_context_adopt(&own_thread);
    for (int i = 0; i < 200; i++) {
        fiber->steps = i;
        ck_assert_int_eq(otpi_stacks_take(stacks, &fiber->stack), OTP_OK);
        otpi_context_make(&fiber->context, fiber->stack, count_here, fiber);
        otpi_context_switch(&own_thread, &fiber->context, false);
        otpi_context_unmake(&fiber->context);
        otpi_stacks_give(stacks, fiber->stack);
    }
    otpi_context_unmake(&own_thread);
}

START_TEST(threads_share_the_stacks)
{
    struct fiber fibers[3] = { { .steps = 0 } };
    struct otpi_thread threads[3];
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(otpi_thread_start(&threads[i], "test", work_alone, &fibers[i]), OTP_OK);
    for (int i = 0; i < 3; i++) {
        otpi_thread_join(&threads[i]);
        ck_assert_int_eq(fibers[i].sum, 199 * 200 / 2);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("context");
    TCase *c = support_case(suite, "context", 30.0 * (double)support_slow());
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, a_context_runs_with_its_argument_and_comes_back);
    tcase_add_test(c, contexts_switch_among_themselves);
    tcase_add_test(c, the_stack_is_aligned_when_run_begins);
    tcase_add_test(c, registers_survive_a_switch);
    tcase_add_test(c, abandoned_contexts_can_be_made_again);
    tcase_add_test(c, the_stack_of_an_abandoned_context_serves_another);
    tcase_add_test(c, a_context_moves_to_another_stack);
    tcase_add_test(c, made_and_never_run_is_fine);
    tcase_add_test(c, memory_held_by_a_parked_context_is_no_leak);
    tcase_add_test(c, unwinding_ends_where_the_context_began);
    tcase_add_test(c, threads_share_the_stacks);
    return support_run(suite);
}
