/* test_alloc.c - the door to the allocator: alignment, zeroing, sizes on release, refusal.
 *
 * Idea: an allocator that counts bytes and can run dry stands behind it, so what is released must
 * be exactly what was taken.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct counter {
    size_t live; /* bytes out */
    size_t calls;
    size_t fail_from; /* the first call that gets nothing; 0: none */
};

static void *count_allocate(void *context, size_t size)
{
    struct counter *counter = context;
    counter->calls++;
    if (counter->fail_from != 0 && counter->calls >= counter->fail_from)
        return NULL;
    void *memory = malloc(size);
    ck_assert_ptr_nonnull(memory);
    memset(memory, 0xa5, size);
    counter->live += size;
    return memory;
}

static void count_release(void *context, void *memory, size_t size)
{
    struct counter *counter = context;
    ck_assert_uint_ge(counter->live, size);
    counter->live -= size;
    free(memory);
}

static struct counter counter;
static const struct otp_allocator counting = { count_allocate, count_release, &counter };

static void assert_all(const unsigned char *bytes, size_t size, unsigned char wanted)
{
    for (size_t i = 0; i < size; i++)
        ck_assert_uint_eq(bytes[i], wanted);
}

START_TEST(plain_blocks_are_aligned_and_writable)
{
    for (size_t size = 0; size < 300; size++) {
        unsigned char *block = otpi_alloc(size);
        ck_assert_ptr_nonnull(block);
        ck_assert_uint_eq((uintptr_t)block % 16, 0);
        memset(block, 1, size);
        otpi_release(block, size);
    }
}
END_TEST

START_TEST(zeroed_blocks_are_zero_from_any_allocator)
{
    for (int custom = 0; custom < 2; custom++) {
        otpi_alloc_use(custom ? &counting : NULL);
        unsigned char *block = otpi_alloc_zero(1000);
        ck_assert_ptr_nonnull(block);
        assert_all(block, 1000, 0);
        otpi_release(block, 1000);
    }
    ck_assert_uint_eq(counter.calls, 1);
    ck_assert_uint_eq(counter.live, 0);
}
END_TEST

START_TEST(line_blocks_start_on_a_line_and_go_back_whole)
{
    otpi_alloc_use(&counting);
    void *lines[64];
    for (size_t i = 0; i < 64; i++) {
        lines[i] = otpi_alloc_line(i * 7);
        ck_assert_ptr_nonnull(lines[i]);
        ck_assert_uint_eq((uintptr_t)lines[i] % 64, 0);
        assert_all(lines[i], i * 7, 0);
        memset(lines[i], 0xff, i * 7);
    }
    for (size_t i = 0; i < 64; i++)
        otpi_release_line(lines[i], i * 7);
    ck_assert_uint_eq(counter.live, 0);
}
END_TEST

START_TEST(no_memory_is_null_and_null_can_be_released)
{
    otpi_alloc_use(&counting);
    counter.fail_from = 1;
    ck_assert_ptr_null(otpi_alloc(1));
    ck_assert_ptr_null(otpi_alloc_zero(1));
    ck_assert_ptr_null(otpi_alloc_line(1));
    ck_assert_ptr_null(otpi_alloc_line(SIZE_MAX - 3));
    otpi_release(NULL, 10);
    otpi_release_line(NULL, 10);
    ck_assert_uint_eq(counter.live, 0);
    ck_assert_uint_eq(counter.calls, 3);
}
END_TEST

START_TEST(the_allocator_can_be_taken_away_again)
{
    otpi_alloc_use(&counting);
    otpi_alloc_use(NULL);
    void *block = otpi_alloc(8);
    ck_assert_ptr_nonnull(block);
    otpi_release(block, 8);
    ck_assert_uint_eq(counter.calls, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alloc");
    TCase *c = support_case(suite, "alloc", 10.0);
    tcase_add_test(c, plain_blocks_are_aligned_and_writable);
    tcase_add_test(c, zeroed_blocks_are_zero_from_any_allocator);
    tcase_add_test(c, line_blocks_start_on_a_line_and_go_back_whole);
    tcase_add_test(c, no_memory_is_null_and_null_can_be_released);
    tcase_add_test(c, the_allocator_can_be_taken_away_again);
    return support_run(suite);
}
