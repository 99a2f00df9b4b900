/* test_reclaim.c - memory that others may still be reading, and work for later.
 *
 * Idea: a pinned thread looks at what was taken out meanwhile; an allocator that poisons says
 * whether it was freed. Then many readers follow one address that a writer replaces all the time.
 */
#include "support.h"

#include <pthread.h>
#include <sched.h>

#include <otp/cache.h>

#include "core/point.h"
#include "core/self.h"
#include "poison.h"

/* A block as the tests retire it. */
struct block {
    struct otp_retired head;
    uint64_t words[6]; /* all the same */
};

static struct block *make(uint64_t word)
{
    struct block *block = otp_block(sizeof *block);

    ck_assert_ptr_nonnull(block);
    for (size_t i = 0; i < sizeof block->words / sizeof *block->words; i++)
        __atomic_store_n(&block->words[i], word, __ATOMIC_RELAXED);
    return block;
}

static uint64_t word_of(const struct block *block, size_t i)
{
    return __atomic_load_n(&block->words[i], __ATOMIC_RELAXED);
}

/* -- one pin -- */

START_TEST(a_block_stays_while_a_pin_can_see_it)
{
    struct block *block;

    poison_start();
    block = make(7);
    (void)otp_pin();
    otp_retire(block, sizeof *block);
    for (int i = 0; i < 20; i++)
        otp_reclaim();
    ck_assert_uint_eq(word_of(block, 5), 7);
    otp_unpin();
    otp_reclaim();
    ck_assert_uint_eq(word_of(block, 5), POISONED);
    poison_stop();
}
END_TEST

START_TEST(a_later_pin_holds_nothing_back)
{
    struct block *block;

    poison_start();
    block = make(7);
    otp_retire(block, sizeof *block);
    otp_reclaim();
    ck_assert_uint_eq(word_of(block, 5), POISONED);
    block = make(8);
    (void)otp_pin();
    otp_retire(block, sizeof *block);
    otp_reclaim(); /* this era ends */
    otp_unpin();
    (void)otp_pin();
    otp_reclaim();
    ck_assert_uint_eq(word_of(block, 5), POISONED);
    otp_unpin();
    poison_stop();
}
END_TEST

START_TEST(what_is_retired_is_freed_without_being_asked)
{
    long before;

    poison_start();
    before = atomic_load(&poison.out);
    for (uint64_t i = 0; i < 10000; i++) {
        struct block *block = make(i);
        (void)otp_pin();
        otp_retire(block, sizeof *block);
        otp_unpin();
    }
    ck_assert_int_lt(atomic_load(&poison.out) - before, 1000);
    poison_stop();
}
END_TEST

START_TEST(what_was_held_back_is_freed_after_it)
{
    enum { N = 5000 };
    static struct block *blocks[N];

    poison_start();
    (void)otp_pin();
    for (uint64_t i = 0; i < N; i++) {
        blocks[i] = make(i);
        otp_retire(blocks[i], sizeof *blocks[i]);
    }
    for (uint64_t i = 0; i < N; i++)
        ck_assert_uint_eq(word_of(blocks[i], 5), i);
    otp_unpin();
    for (int i = 0; i < 100; i++)
        otp_reclaim();
    for (uint64_t i = 0; i < N; i++)
        ck_assert_uint_eq(word_of(blocks[i], 5), POISONED);
    poison_stop();
}
END_TEST

/* -- many readers -- */

enum { READERS = 3 };

static _Atomic(struct block *) shown;
static atomic_bool done;
static atomic_long wrong, looks;

static void look_once(void)
{
    struct block *block;
    uint64_t first;

    (void)otp_pin();
    block = atomic_load_explicit(&shown, memory_order_acquire);
    first = word_of(block, 0);
    OTPI_POINT();
    for (volatile int i = 0; i < 50; i++)
        continue;
    for (size_t i = 0; i < sizeof block->words / sizeof *block->words; i++)
        if (word_of(block, i) != first || first == POISONED)
            atomic_fetch_add(&wrong, 1);
    otp_unpin();
}

static void *read_all_the_time(void *unused)
{
    (void)unused;
    ck_assert_int_eq(otpi_enter(), OTP_OK);
    while (!atomic_load(&done)) {
        look_once();
        atomic_fetch_add(&looks, 1);
    }
    otpi_leave();
    return NULL;
}

static void replace(uint64_t i)
{
    struct block *old = atomic_exchange(&shown, make(i));

    otp_retire(old, sizeof *old);
    if (i % 50 == 0)
        otp_reclaim();
}

START_TEST(nobody_reads_what_was_freed)
{
    pthread_t threads[READERS];

    poison_start();
    atomic_store(&shown, make(1));
    for (int i = 0; i < READERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_all_the_time, NULL), 0);
    for (uint64_t i = 2; i < 20000 || atomic_load(&looks) < 1000; i++)
        replace(i);
    atomic_store(&done, true);
    for (int i = 0; i < READERS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_eq(atomic_load(&wrong), 0);
    otp_retire(atomic_load(&shown), sizeof(struct block));
    poison_stop();
}
END_TEST

/* -- later -- */

struct work {
    struct otp_later later;
    _Atomic uint32_t slices;
    uint32_t wanted;
};

static bool work(struct otp_later *later)
{
    struct work *work = (struct work *)(void *)later;

    return atomic_fetch_add(&work->slices, 1) + 1 < work->wanted;
}

static void wait_for(struct work *work)
{
    while (atomic_load(&work->slices) != work->wanted)
        otpi_plat_relax();
}

START_TEST(work_for_later_is_done_in_slices_in_turn)
{
    struct work a = { .later.run = work, .wanted = 1000 };
    struct work b = { .later.run = work, .wanted = 10 };

    poison_start();
    otp_do_later(&a.later);
    otp_do_later(&b.later);
    wait_for(&b);
    wait_for(&a);
    poison_stop();
    ck_assert_uint_eq(atomic_load(&a.slices), 1000);
    ck_assert_uint_eq(atomic_load(&b.slices), 10);
}
END_TEST

START_TEST(work_for_later_waits_for_pins)
{
    struct work a = { .later.run = work, .wanted = 3 };

    poison_start();
    (void)otp_pin();
    otp_retire_later(&a.later);
    otp_reclaim();
    ck_assert_uint_eq(atomic_load(&a.slices), 0);
    otp_unpin();
    otp_reclaim();
    wait_for(&a);
    poison_stop();
}
END_TEST

START_TEST(work_that_is_left_is_done_by_the_stop)
{
    struct work a = { .later.run = work, .wanted = 100000 }, b = { .later.run = work, .wanted = 9 };

    poison_start();
    otp_do_later(&a.later);
    otp_retire_later(&b.later);
    poison_stop();
    ck_assert_uint_eq(atomic_load(&a.slices), 100000);
    ck_assert_uint_eq(atomic_load(&b.slices), 9);
}
END_TEST

/* -- what is dropped by a use of it -- */

static const struct otp_layout word_layout = { sizeof(uint64_t), 0, NULL };
static const struct otp_cache cache_type = { .module = { "reclaim.cache", "test_reclaim.c:1", 0,
                                                         NULL, otp_cache_start },
                                             .key_kind = OTP_KEY_PLAIN,
                                             .key = &word_layout,
                                             .value = &word_layout,
                                             .ttl = OTP_INFINITY,
                                             .sweep = OTP_INFINITY };

/* Nobody sweeps and nothing else is retired: what was cleared is freed all the same. */
START_TEST(what_was_cleared_is_freed)
{
    otp_pid pid;
    long before;
    poison_start();
    ck_assert_int_eq(otp_cache_start(&cache_type.module, NULL, NULL, &pid), OTP_OK);
    ck_assert_int_eq(otp_cache_clear(otp_to(pid), &cache_type), OTP_OK);
    before = atomic_load(&poison.out);
    for (uint64_t key = 0; key < 20000; key++)
        ck_assert_int_eq(otp_cache_put(otp_to(pid), &cache_type, &key, &key, OTP_INFINITY), OTP_OK);
    ck_assert_int_gt(atomic_load(&poison.out), before + 64);
    ck_assert_int_eq(otp_cache_clear(otp_to(pid), &cache_type), OTP_OK);
    while (atomic_load(&poison.out) > before + 16)
        sched_yield();
    poison_stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reclaim");
    TCase *pins = support_case(suite, "pins", 10), *later = support_case(suite, "later", 10);
    TCase *readers = support_case(suite, "readers", 30);

    tcase_add_test(pins, a_block_stays_while_a_pin_can_see_it);
    tcase_add_test(pins, a_later_pin_holds_nothing_back);
    tcase_add_test(pins, what_is_retired_is_freed_without_being_asked);
    tcase_add_test(pins, what_was_held_back_is_freed_after_it);
    tcase_add_test(readers, nobody_reads_what_was_freed);
    tcase_add_test(later, work_for_later_is_done_in_slices_in_turn);
    tcase_add_test(later, work_for_later_waits_for_pins);
    tcase_add_test(later, what_was_cleared_is_freed);
    tcase_add_test(later, work_that_is_left_is_done_by_the_stop);
    return support_run(suite);
}
