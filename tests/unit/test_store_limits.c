/* test_store_limits.c - how much there may be in a store.
 *
 * Idea: limits must hold after each step, whoever has to go for that; and what a limit refuses
 * leaves what was there, over an allocator that poisons what is freed.
 */
#include "support.h"

#include "core/self.h"
#include "poison.h"
#include "store_samples.h"

static void put_with_evictions(struct otpi_store *store, uint64_t key)
{
    while (put(store, key, key % 1000) == OTP_OVERLOAD) {
        struct otpi_taken taken;
        bool evicted;
        (void)otp_pin();
        evicted = otpi_store_evict(store, key, 0, &taken);
        otp_unpin();
        ck_assert(evicted);
        otpi_store_retire(&taken);
    }
}

START_TEST(a_limit_of_entries_holds)
{
    struct otpi_store_type type = texts;
    struct otpi_store *store;

    type.max_entries = 1000;
    poison_start();
    store = otpi_store_new(&type);
    for (uint64_t i = 0; i < 5000; i++) {
        put_with_evictions(store, i);
        ck_assert_uint_le(otpi_store_count(store), 1000);
    }
    ck_assert_uint_eq(otpi_store_count(store), 1000);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

START_TEST(a_limit_of_bytes_holds)
{
    enum { LIMIT = 200000 };
    struct otpi_store_type type = texts;
    struct otpi_store *store;
    uint64_t most = 0;

    type.max_bytes = LIMIT;
    poison_start();
    store = otpi_store_new(&type);
    for (uint64_t i = 0; i < 5000; i++) {
        put_with_evictions(store, i % 3000);
        ck_assert_uint_le(atomic_load(&store->bytes), LIMIT);
        if (otpi_store_count(store) > most)
            most = otpi_store_count(store);
    }
    ck_assert_uint_gt(most, LIMIT / 400);
    ck_assert_uint_eq(otpi_store_count(store), atomic_load(&store->entries));
    (void)sweep(store, 1001);
    ck_assert_uint_eq(atomic_load(&store->entries), 0);
    ck_assert_uint_eq(atomic_load(&store->bytes), 0);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

/* The entry that is not replaced keeps its box, which nobody frees. */
START_TEST(what_a_limit_refuses_leaves_the_entry_that_was_there)
{
    struct otpi_store_type type = texts;
    struct otpi_store *store;
    uint64_t value = 0;

    type.max_bytes = 1 << 20;
    poison_start();
    store = otpi_store_new(&type);
    for (uint64_t i = 1; i <= 2; i++)
        ck_assert_int_eq(put(store, i, 5), OTP_OK);
    store->type.max_bytes = atomic_load(&store->bytes);
    ck_assert_int_eq(otpi_enter(), OTP_OK);
    ck_assert_int_eq(put(store, 1, 29), OTP_OVERLOAD); /* its text is longer */
    for (int i = 0; i < 4; i++)
        otp_reclaim(); /* what was retired is freed by now */
    otpi_leave();
    ck_assert(get(store, 1, &value));
    ck_assert_uint_eq(value, 5);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

/* A hundred keys are used once for 500 that are put: of a random choice 60 in a hundred would be
 * there each time. */
START_TEST(what_is_used_is_not_evicted)
{
    struct otpi_store_type type = words;
    struct otpi_store *store;
    uint64_t value, there = 0;

    type.max_entries = 1000;
    poison_start();
    store = otpi_store_new(&type);
    for (uint64_t i = 0; i < 10000; i++) {
        put_with_evictions(store, 100 + i);
        if (i % 5 != 0)
            continue;
        if (get(store, i / 5 % 100, &value))
            there++;
        else
            put_with_evictions(store, i / 5 % 100);
    }
    ck_assert_uint_ge(there, 2000 * 7 / 10);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_limits");
    TCase *limits = support_case(suite, "limits", 30);

    tcase_add_test(limits, a_limit_of_entries_holds);
    tcase_add_test(limits, a_limit_of_bytes_holds);
    tcase_add_test(limits, what_a_limit_refuses_leaves_the_entry_that_was_there);
    tcase_add_test(limits, what_is_used_is_not_evicted);
    return support_run(suite);
}
