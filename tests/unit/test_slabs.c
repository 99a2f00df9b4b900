/* test_slabs.c - blocks that come in great number and go together.
 *
 * Idea: each block is filled with its number, so that two that overlap are found; an allocator that
 * counts says what was given back; what is retired under a pin stays, whoever drops its slabs.
 */
#include "support.h"

#include <pthread.h>
#include <string.h>

#include <otp/slabs.h>

#include "base/region.h"
#include "core/self.h"
#include "plat/plat.h"
#include "poison.h"

enum { MANY = 20000, LARGEST = 1024 };

struct block {
    struct otp_retired head;
    uint32_t bytes[(LARGEST - sizeof(struct otp_retired)) / sizeof(uint32_t)];
};

static struct block *blocks[MANY];

static size_t size_of(uint32_t i)
{
    return sizeof(struct otp_retired) + i * 7919 % (LARGEST - sizeof(struct otp_retired) + 1);
}

static void make(struct otp_slabs *slabs, uint32_t i)
{
    size_t size = size_of(i);

    blocks[i] = otp_slabs_block(slabs, size, i);
    ck_assert_ptr_nonnull(blocks[i]);
    ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
    ck_assert(otp_slabs_has(&blocks[i]->head));
    memset(blocks[i]->bytes, (int)(i % 251), otp_slabs_size(size) - sizeof(struct otp_retired));
}

static void check(uint32_t i)
{
    const unsigned char *bytes = (const unsigned char *)blocks[i]->bytes;
    size_t n = size_of(i) - sizeof(struct otp_retired);

    ck_assert_uint_eq(otp_slabs_note(&blocks[i]->head), i);
    for (size_t at = 0; at < n; at += 1 + n / 8)
        ck_assert_uint_eq(bytes[at], i % 251);
}

static void drop(struct otp_slabs *slabs, uint64_t n)
{
    while (otp_slabs_drop(slabs, n))
        continue;
}

/* Over the usual allocator, so that large slabs are regions if they can be. */
static struct otp_slabs *start(void)
{
    struct otp_config config = { .workers = 1 };
    struct otp_slabs *slabs;

    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    ck_assert_int_eq(otpi_enter(), OTP_OK);
    slabs = otp_slabs_new(LARGEST);
    ck_assert_ptr_nonnull(slabs);
    return slabs;
}

static void stop(void)
{
    otpi_leave();
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
}

START_TEST(sizes_are_rounded_up_by_a_quarter_at_most)
{
    for (size_t size = 1; size <= OTP_SLABS_MAX; size += 1 + size / 2048) {
        size_t taken = otp_slabs_size(size);
        ck_assert_uint_ge(taken, size);
        ck_assert_uint_eq(taken % 16, 0);
        ck_assert_uint_le(taken, size < 64 ? size + 15 : size + size / 4);
        ck_assert_uint_eq(otp_slabs_size(taken), taken);
    }
}
END_TEST

START_TEST(blocks_keep_what_is_in_them)
{
    struct otp_slabs *slabs = start();

    for (uint32_t i = 0; i < MANY; i++)
        make(slabs, i);
    for (uint32_t i = 0; i < MANY; i += 2)
        otp_slabs_free(blocks[i]);
    for (uint32_t i = 1; i < MANY; i += 2)
        check(i);
    for (uint32_t i = 0; i < MANY; i += 2)
        make(slabs, i);
    for (uint32_t i = 0; i < MANY; i++)
        check(i);
    drop(slabs, MANY);
    stop();
}
END_TEST

START_TEST(what_is_empty_is_given_back)
{
    struct otp_slabs *slabs;
    long before;

    poison_start();
    slabs = otp_slabs_new(LARGEST);
    ck_assert_ptr_nonnull(slabs);
    before = atomic_load(&poison.out);
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < MANY; i++)
            make(slabs, i);
        ck_assert_int_gt(atomic_load(&poison.out), before + 100);
        for (uint32_t i = 0; i < MANY; i++)
            otp_slabs_free(blocks[i]);
        ck_assert_int_lt(atomic_load(&poison.out), before + 16); /* the runtime's own */
    }
    drop(slabs, 0);
    poison_stop();
}
END_TEST

START_TEST(what_is_retired_outlives_its_slabs)
{
    struct otp_slabs *slabs;

    poison_start();
    slabs = otp_slabs_new(LARGEST);
    for (uint32_t i = 0; i < 100; i++)
        make(slabs, i);
    (void)otp_pin();
    for (uint32_t i = 0; i < 50; i++)
        otp_retire_sized(&blocks[i]->head, size_of(i));
    ck_assert(!otp_slabs_drop(slabs, 50));
    for (int i = 0; i < 20; i++)
        otp_reclaim();
    for (uint32_t i = 0; i < 50; i++)
        check(i);
    otp_unpin();
    poison_stop(); /* all has gone */
}
END_TEST

START_TEST(no_memory_is_an_answer)
{
    struct otp_slabs *slabs;
    uint32_t n = 0;

    poison_start();
    slabs = otp_slabs_new(LARGEST);
    for (uint32_t i = 0; i < 2000; i++) {
        void *block;
        atomic_store(&poison.refuse_in, 1);
        block = otp_slabs_block(slabs, size_of(n), n); /* of memory that is there, or not at all */
        atomic_store(&poison.refuse_in, 0);
        if (block != NULL)
            otp_slabs_free(block);
        make(slabs, n++);
    }
    for (uint32_t i = 0; i < n; i++)
        check(i);
    drop(slabs, n);
    poison_stop();
}
END_TEST

/* -- large ones -- */

enum { LARGE = 40 };

static size_t large_size(uint32_t i)
{
    return OTP_SLABS_MAX - i * 26209 % OTP_SLABS_MAX; /* from one page to the largest */
}

static void make_large(struct otp_slabs *slabs, uint32_t i)
{
    blocks[i] = otp_slabs_block(slabs, large_size(i), i);
    ck_assert_ptr_nonnull(blocks[i]);
    memset(blocks[i]->bytes, (int)i, large_size(i) - sizeof(struct otp_retired));
}

static void check_large(uint32_t i)
{
    const unsigned char *bytes = (const unsigned char *)blocks[i]->bytes;

    ck_assert_uint_eq(otp_slabs_note(&blocks[i]->head), i);
    for (size_t at = 0; at < large_size(i) - sizeof(struct otp_retired); at += 997)
        ck_assert_uint_eq(bytes[at], i);
}

/* Each comes and goes a few times, in another order than they came in. */
START_TEST(large_blocks_keep_what_is_in_them)
{
    struct otp_slabs *slabs = start(), *large = otp_slabs_new(OTP_SLABS_MAX);

    drop(slabs, 0);
    ck_assert_ptr_nonnull(large);
    for (uint32_t i = 0; i < LARGE; i++)
        make_large(large, i);
    for (uint32_t i = 0; i < 5 * LARGE; i++) {
        check_large(i * 7 % LARGE);
        if (i % 2 == 0)
            otp_slabs_free(blocks[i * 7 % LARGE]);
        else
            otp_retire_sized(&blocks[i * 7 % LARGE]->head, large_size(i * 7 % LARGE));
        make_large(large, i * 7 % LARGE);
    }
    for (uint32_t i = 0; i < LARGE; i++)
        check_large(i);
    drop(large, LARGE);
    stop();
}
END_TEST

static bool refuse_pages(enum otpi_need need)
{
    return need == OTPI_NEED_PAGES;
}

START_TEST(no_region_is_an_answer)
{
    struct otp_slabs *slabs = start();
    uint32_t n = 0;

    otpi_plat_refuses = refuse_pages;
    for (void *block = slabs; block != NULL && n < MANY; n += block != NULL) {
        block = otp_slabs_block(slabs, 1024, n);
        blocks[n] = block;
    }
    otpi_plat_refuses = NULL;
    ck_assert(n == MANY || otpi_region_is_there());
    for (uint32_t i = 0; i < n; i++)
        ck_assert_uint_eq(otp_slabs_note(&blocks[i]->head), i);
    ck_assert_ptr_nonnull(otp_slabs_block(slabs, 1024, 0));
    drop(slabs, n + 1);
    stop();
}
END_TEST

/* -- many threads -- */

enum { THREADS = 3, ROUNDS = 3000, HELD = 40 };

static void *come_and_go(void *context)
{
    struct otp_slabs *slabs = context;
    struct block *held[HELD] = { NULL };

    ck_assert_int_eq(otpi_enter(), OTP_OK);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct block **at = &held[i * 31 % HELD];
        if (*at != NULL && i % 3 == 0)
            otp_slabs_free(*at);
        else if (*at != NULL)
            otp_retire_sized(&(*at)->head, 0);
        *at = otp_slabs_block(slabs, sizeof(struct otp_retired) + 4 + i % 300, i);
        ck_assert_ptr_nonnull(*at);
        (*at)->bytes[0] = i;
        if (i % 100 == 0)
            otp_reclaim();
    }
    for (uint32_t i = 0; i < HELD; i++)
        if (held[i] != NULL) {
            ck_assert_uint_eq(held[i]->bytes[0], otp_slabs_note(&held[i]->head));
            otp_retire_sized(&held[i]->head, 0);
        }
    otpi_leave();
    return NULL;
}

START_TEST(threads_take_and_give_at_once)
{
    struct otp_slabs *slabs = start();
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, slabs), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    drop(slabs, 0);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("slabs");
    TCase *all = support_case(suite, "all", 30);

    tcase_add_test(all, sizes_are_rounded_up_by_a_quarter_at_most);
    tcase_add_test(all, blocks_keep_what_is_in_them);
    tcase_add_test(all, what_is_empty_is_given_back);
    tcase_add_test(all, what_is_retired_outlives_its_slabs);
    tcase_add_test(all, large_blocks_keep_what_is_in_them);
    tcase_add_test(all, no_memory_is_an_answer);
    tcase_add_test(all, no_region_is_an_answer);
    tcase_add_test(all, threads_take_and_give_at_once);
    return support_run(suite);
}
