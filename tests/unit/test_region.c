/* test_region.c - memory in large pieces: zero at first, gone in parts.
 *
 * Idea: what is left of a region is written to from end to end before each cut; what one that went
 * too far took would be zero again, or a fault.
 */
#include "support.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/region.h"
#include "plat/plat.h"

static void cut_all(size_t size)
{
    char *region = otpi_region_new(size);

    ck_assert_ptr_nonnull(region);
    ck_assert_uint_eq((uintptr_t)region % 4096, 0);
    for (size_t i = 0; i < size; i += 509)
        ck_assert_int_eq(region[i], 0);
    for (size_t left = size; left != 0;) {
        size_t before = left;
        memset(region, 0x5a, before);
        left = otpi_region_cut(region, size, before);
        ck_assert_uint_lt(left, before);
        ck_assert(left == 0 || region[left - 1] == 0x5a); /* it went no further */
    }
}

START_TEST(a_region_is_zero_and_goes_in_parts)
{
    cut_all(1);
    cut_all(4096);
    cut_all(64 * 1024);
    cut_all(64 * 1024 + 1);
    cut_all(1000000);
    cut_all(4 * 1024 * 1024 + 100);
}
END_TEST

START_TEST(a_long_one_goes_in_many_parts)
{
    size_t size = 2 * 1024 * 1024, cuts = 0, left = size;
    char *region = otpi_region_new(size);

    ck_assert_ptr_nonnull(region);
    for (; left != 0; cuts++)
        left = otpi_region_cut(region, size, left);
    ck_assert_uint_ge(cuts, 16); /* each of so many pages that they go quickly */
}
END_TEST

static bool refuse_pages(enum otpi_need need)
{
    return need == OTPI_NEED_PAGES;
}

START_TEST(there_may_be_none)
{
    otpi_plat_refuses = refuse_pages;
    ck_assert_ptr_null(otpi_region_new(100000));
    otpi_plat_refuses = NULL;
    cut_all(100000);
}
END_TEST

static void *allocate(void *context, size_t size)
{
    (void)context, (void)size;
    return NULL;
}

static void release(void *context, void *memory, size_t size)
{
    (void)context, (void)memory, (void)size;
}

START_TEST(who_configures_an_allocator_gets_all_memory_from_it)
{
    static const struct otp_allocator none = { allocate, release, NULL };

    otpi_alloc_use(&none);
    ck_assert(!otpi_region_is_there());
    otpi_alloc_use(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("region");
    TCase *all = support_case(suite, "all", 30);

    tcase_add_test(all, a_region_is_zero_and_goes_in_parts);
    tcase_add_test(all, a_long_one_goes_in_many_parts);
    tcase_add_test(all, there_may_be_none);
    tcase_add_test(all, who_configures_an_allocator_gets_all_memory_from_it);
    return support_run(suite);
}
