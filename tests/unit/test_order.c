/* test_order.c - tables whose entries come in the order of their keys.
 *
 * Idea: random operations on numbers against an array, and all ways to go through it; then keys of
 * other kinds. What happens when memory is short is in test_rows.c. */
#include "rows.h"

struct expected {
    const struct model *model;
    uint64_t at, n; /* the next key is at or after it */
    uint64_t stop_at;
};

static bool is_next(const void *key, const void *value, void *context)
{
    struct expected *expected = context;
    while (expected->model->value[expected->at] == 0)
        expected->at++;
    ck_assert_uint_eq(*(const uint64_t *)key, expected->at);
    ck_assert_uint_eq(*(const uint64_t *)value, expected->model->value[expected->at]);
    expected->at++;
    expected->n++;
    return *(const uint64_t *)key != expected->stop_at;
}

/* How many keys of the model are in from .. to; *first: the first of them. */
static uint64_t count_in(const struct model *model, uint64_t from, uint64_t to)
{
    uint64_t n = 0;
    for (uint64_t key = from; key < to && key < KEYS; key++)
        n += model->value[key] != 0;
    return n;
}

static void assert_order(struct otpi_rows *table, const struct model *model)
{
    uint64_t up = KEYS, down = KEYS, from = next_random() % KEYS, to = next_random() % (KEYS + 10);
    struct expected all = { model, 0, 0, KEYS }, some = { model, from, 0, KEYS };
    const void *keys;
    size_t n;
    otpi_rows_each(table, is_next, &all);
    ck_assert_uint_eq(all.n, model->count);
    ck_assert_int_eq(otpi_rows_range(table, &from, &to, is_next, &some), OTP_OK);
    ck_assert_uint_eq(some.n, count_in(model, from, to));
    for (uint64_t key = 0; key < KEYS; key++) { /* it need not be there */
        otp_status after = otpi_rows_step(table, OTPI_UP, &key, &up);
        otp_status before = otpi_rows_step(table, OTPI_DOWN, &key, &down);
        ck_assert_int_eq(after == OTP_OK, count_in(model, key + 1, KEYS) != 0);
        ck_assert_int_eq(before == OTP_OK, count_in(model, 0, key) != 0);
        ck_assert(after != OTP_OK || (up > key && count_in(model, key + 1, up + 1) == 1));
        ck_assert(before != OTP_OK || (down < key && count_in(model, down, key) == 1));
    }
    ck_assert_int_eq(otpi_rows_select(table, NULL, NULL, &keys, &n), OTP_OK);
    ck_assert_uint_eq(n, model->count);
    for (size_t i = 1; i < n; i++)
        ck_assert_uint_lt(((const uint64_t *)keys)[i - 1], ((const uint64_t *)keys)[i]);
    end_handler();
}

static bool is_even(const void *key, const void *value, void *context)
{
    (void)value, (void)context;
    return *(const uint64_t *)key % 2 == 0;
}

START_TEST(an_ordered_table_is_as_a_model_says)
{
    struct otpi_rows *table = new_table(&sorted_numbers);
    struct model model = { .count = 0 };
    for (int i = 0; i < 4000; i++) {
        uint64_t key = next_random() % KEYS, value = next_random() | 1;
        bool puts = next_random() % (i / 1000 % 2 == 0 ? 3 : 5) != 0 && i / 1000 % 2 == 0;
        model.count += puts && model.value[key] == 0;
        if (puts)
            ck_assert_int_eq(otpi_rows_put(table, &key, &value), OTP_OK);
        else
            model.count -= otpi_rows_delete(table, &key);
        model.value[key] = puts ? value : 0;
        if (i % 200 == 0)
            assert_order(table, &model);
    }
    for (uint64_t key = 0; key < KEYS; key += 1) {
        uint64_t value = key + 1;
        ck_assert_int_eq(otpi_rows_put(table, &key, &value), OTP_OK);
        model.value[key] = key % 2 == 0 ? 0 : key + 1;
    }
    model.count = KEYS / 2;
    ck_assert_uint_eq(otpi_rows_delete_if(table, is_even, NULL), KEYS / 2);
    assert_order(table, &model);
    otpi_rows_shrink(table);
    assert_order(table, &model);
    struct expected one = { &model, 0, 0, 1 };
    otpi_rows_each(table, is_next, &one); /* it stops when it is told to */
    ck_assert_uint_eq(one.n, 1);
    otpi_rows_clear(table);
    model = (struct model){ .count = 0 };
    assert_order(table, &model);
    otpi_rows_drop(table);
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

START_TEST(signs_and_texts_have_an_order)
{
    static const int8_t bytes[] = { 5, -128, 0, 127, -1 }, in_order[] = { -128, -1, 0, 5, 127 };
    static const char *const words[] = { "b", "", "ab", "\xff", "a", "abc" };
    static const char *const words_in_order[] = { "", "a", "ab", "abc", "b", "\xff" };
    struct otpi_rows *table = new_table(&sorted_signed), *names = new_table(&sorted);
    const int8_t *last = NULL;
    otp_str key, *last_word = NULL;
    int8_t number = 0;
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(otpi_rows_put(table, &bytes[i], &(uint64_t){ i }), OTP_OK);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(otpi_rows_step(table, OTPI_UP, last, &number), OTP_OK);
        ck_assert_int_eq(number, in_order[i]);
        last = &number;
    }
    ck_assert_int_eq(otpi_rows_step(table, OTPI_UP, last, &number), OTP_NOT_FOUND);
    for (size_t i = 0; i < 6; i++)
        ck_assert_int_eq(otpi_rows_put(names, &(otp_str){ words[i], strlen(words[i]) },
                                       &(struct item){ .number = 0 }),
                         OTP_OK);
    for (size_t i = 6; i-- > 0;) {
        ck_assert_int_eq(otpi_rows_step(names, OTPI_DOWN, last_word, &key), OTP_OK);
        ck_assert(otp_str_equal(key, otp_cstr(words_in_order[i])));
        last_word = &key;
    }
    ck_assert_int_eq(otpi_rows_step(names, OTPI_DOWN, last_word, &key), OTP_NOT_FOUND);
    otpi_rows_drop(table);
    otpi_rows_drop(names);
    end_handler();
    table = new_table(&numbers);
    ck_assert_int_eq(otpi_rows_step(table, OTPI_UP, NULL, &number), OTP_BADARG);
    ck_assert_int_eq(otpi_rows_range(table, NULL, NULL, is_even, NULL), OTP_BADARG);
    otpi_rows_drop(table);
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order");
    TCase *c = support_case(suite, "order", 20.0 * (double)support_slow());
    tcase_add_test(c, an_ordered_table_is_as_a_model_says);
    tcase_add_test(c, signs_and_texts_have_an_order);
    return support_run(suite);
}
