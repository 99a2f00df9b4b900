/* test_table_all.c - many entries that are put at once: all or none.
 *
 * Idea: see probe.h. Of a table that only its process sees what must hold is what is there
 * afterwards. Beside others it is more: who finds one of the new entries finds no other as it was
 * before, and of those who want the same keys one gets all of them. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "probe.h"

static const struct otp_table_type texts_type = { OTP_KEY_TEXT, &probe_text_layout,
                                                  &probe_text_layout };
static const struct otp_table_type *const numbers_type = &probe_table_type;

#define OK(call) ck_assert_int_eq((call), OTP_OK)

/* -- private -- */

static uint64_t number_in(struct otp_table *table, uint64_t key)
{
    uint64_t value = 0;
    return otp_table_get(table, &key, &value) ? value : UINT64_MAX;
}

static bool put_while_walked(const void *key, const void *value, void *context)
{
    (void)key, (void)value;
    const uint64_t numbers[] = { 7, 8 };
    ck_assert_int_eq(otp_table_put_all(context, numbers, numbers, 2), OTP_BADARG);
    ck_assert_int_eq(otp_table_put_all_new(context, numbers, numbers, 2), OTP_BADARG);
    return true;
}

static void put_private(void *unused)
{
    const uint64_t keys[] = { 1, 2, 3, 2 }, values[] = { 10, 20, 30, 21 };
    struct otp_table *table = otp_table_new(numbers_type);
    uint64_t three = 3, old = 5;
    (void)unused;
    ck_assert_ptr_nonnull(table);
    OK(otp_table_put(table, &three, &old));
    ck_assert_int_eq(otp_table_put_all_new(table, keys, values, 4), OTP_EXISTS);
    ck_assert_uint_eq(otp_table_count(table), 1);
    ck_assert_uint_eq(number_in(table, 3), 5);
    OK(otp_table_put_all_new(table, keys, values, 2));
    ck_assert_uint_eq(otp_table_count(table), 3);
    ck_assert_uint_eq(number_in(table, 2), 20);
    OK(otp_table_put_all(table, keys, values, 4));
    ck_assert_uint_eq(otp_table_count(table), 3);
    ck_assert_uint_eq(number_in(table, 1), 10);
    ck_assert_uint_eq(number_in(table, 2), 21);
    ck_assert_uint_eq(number_in(table, 3), 30);
    OK(otp_table_put_all(table, NULL, NULL, 0));
    OK(otp_table_put_all_new(table, NULL, NULL, 0));
    otp_table_each(table, put_while_walked, table);
    ck_assert_uint_eq(otp_table_count(table), 3);
    otp_table_drop(table);
}

static void put_private_texts(void *unused)
{
    const otp_str keys[] = { otp_cstr("a"), otp_cstr(""), otp_cstr("c"), otp_cstr("a") };
    const otp_str values[] = { otp_cstr("one"), otp_cstr("two"), otp_cstr(""), otp_cstr("four") };
    struct otp_table *table = otp_table_new(&texts_type);
    otp_str got;
    (void)unused;
    ck_assert_ptr_nonnull(table);
    OK(otp_table_put(table, &keys[2], &values[1]));
    ck_assert_int_eq(otp_table_put_all_new(table, keys, values, 4), OTP_EXISTS);
    ck_assert_uint_eq(otp_table_count(table), 1);
    OK(otp_table_put_all(table, keys, values, 4));
    ck_assert_uint_eq(otp_table_count(table), 3);
    for (int i = 1; i < 4; i++) {
        ck_assert(otp_table_get(table, &keys[i], &got));
        ck_assert(otp_str_equal(got, values[i]));
    }
    otp_table_drop(table);
}

/* -- shared -- */

static struct {
    otp_table_ref numbers, texts;
    enum otp_access access;
} made;

static otp_next make(struct probe *self, otp_from from, void *context)
{
    (void)context;
    OK(otp_table_ref_new(numbers_type, made.access, &made.numbers));
    OK(otp_table_ref_new(&texts_type, made.access, &made.texts));
    return probe_reply(from, self->count);
}

static otp_pid begin(enum otp_access access)
{
    uint64_t answer;
    otp_pid owner;
    start_runtime(false, false);
    made.access = access;
    owner = probe_start(NULL);
    OK(probe_call(owner, make, NULL, &answer));
    return owner;
}

static uint64_t shared_number(uint64_t key)
{
    uint64_t value = 0;
    return otp_table_ref_get(made.numbers, numbers_type, &key, &value) == OTP_OK ? value
                                                                                 : UINT64_MAX;
}

static size_t count_numbers(void)
{
    size_t n = SIZE_MAX;
    OK(otp_table_ref_count(made.numbers, numbers_type, &n));
    return n;
}

static void put_shared(void *unused)
{
    const uint64_t keys[] = { 1, 2, 3, 2 }, values[] = { 10, 20, 30, 21 }, old = 5;
    (void)unused;
    OK(otp_table_ref_clear(made.numbers, numbers_type));
    OK(otp_table_ref_put(made.numbers, numbers_type, &keys[2], &old));
    ck_assert_int_eq(otp_table_ref_put_all_new(made.numbers, numbers_type, keys, values, 4),
                     OTP_EXISTS);
    ck_assert_uint_eq(count_numbers(), 1);
    ck_assert_uint_eq(shared_number(3), 5);
    OK(otp_table_ref_put_all_new(made.numbers, numbers_type, keys, values, 2));
    OK(otp_table_ref_put_all(made.numbers, numbers_type, keys, values, 4));
    ck_assert_uint_eq(count_numbers(), 3);
    ck_assert_uint_eq(shared_number(1), 10);
    ck_assert_uint_eq(shared_number(2), 21);
    ck_assert_uint_eq(shared_number(3), 30);
    OK(otp_table_ref_put_all(made.numbers, numbers_type, NULL, NULL, 0));
    OK(otp_table_ref_put_all_new(made.numbers, numbers_type, NULL, NULL, 0));
}

static void put_shared_texts(void *unused)
{
    const otp_str keys[] = { otp_cstr("a"), otp_cstr(""), otp_cstr("c"), otp_cstr("a") };
    const otp_str values[] = { otp_cstr("one"), otp_cstr("two"), otp_cstr(""), otp_cstr("four") };
    char *large = calloc(1, OTP_TABLE_TEXT_MAX + 1);
    const otp_str huge[] = { otp_cstr("b"), { large, OTP_TABLE_TEXT_MAX + 1 } };
    otp_str got;
    size_t n = 0;
    (void)unused;
    OK(otp_table_ref_clear(made.texts, &texts_type));
    ck_assert_int_eq(otp_table_ref_put_all(made.texts, &texts_type, huge, values, 2), OTP_BADARG);
    ck_assert_int_eq(otp_table_ref_has(made.texts, &texts_type, &huge[0]), OTP_NOT_FOUND);
    free(large);
    OK(otp_table_ref_put(made.texts, &texts_type, &keys[2], &values[1]));
    ck_assert_int_eq(otp_table_ref_put_all_new(made.texts, &texts_type, keys, values, 4),
                     OTP_EXISTS);
    OK(otp_table_ref_put_all(made.texts, &texts_type, keys, values, 4));
    OK(otp_table_ref_count(made.texts, &texts_type, &n));
    ck_assert_uint_eq(n, 3);
    for (int i = 1; i < 4; i++) {
        OK(otp_table_ref_get(made.texts, &texts_type, &keys[i], &got));
        ck_assert(otp_str_equal(got, values[i]));
        otp_table_ref_free_value(&probe_text_layout, &got);
    }
}

START_TEST(B183_many_are_put_all_or_none)
{
    (void)begin(OTP_ACCESS_PUBLIC);
    in_process(put_private, NULL);
    in_process(put_private_texts, NULL);
    put_shared(NULL);
    put_shared_texts(NULL);
    in_process(put_shared, NULL);
    in_process(put_shared_texts, NULL);
    stop_runtime();
}
END_TEST

START_TEST(a_protected_table_is_not_put_into)
{
    const uint64_t keys[] = { 1, 2 };
    (void)begin(OTP_ACCESS_PROTECTED);
    ck_assert_int_eq(otp_table_ref_put_all(made.numbers, numbers_type, keys, keys, 2),
                     OTP_NOT_OWNER);
    ck_assert_int_eq(otp_table_ref_put_all_new(made.numbers, numbers_type, keys, keys, 2),
                     OTP_NOT_OWNER);
    ck_assert_uint_eq(count_numbers(), 0);
    stop_runtime();
}
END_TEST

START_TEST(a_large_list_is_put_like_a_small_one)
{
    enum { MANY = 20000 };
    static uint64_t keys[MANY], values[MANY];
    (void)begin(OTP_ACCESS_PUBLIC);
    for (uint64_t i = 0; i < MANY; i++)
        keys[i] = i, values[i] = i + 1;
    OK(otp_table_ref_put_all_new(made.numbers, numbers_type, keys, values, MANY));
    ck_assert_uint_eq(count_numbers(), MANY);
    for (uint64_t i = 0; i < MANY; i++)
        ck_assert_uint_eq(shared_number(i), i + 1);
    ck_assert_int_eq(otp_table_ref_put_all_new(made.numbers, numbers_type, keys, values, MANY),
                     OTP_EXISTS);
    for (uint64_t i = 0; i < MANY; i++)
        OK(otp_table_ref_delete(made.numbers, numbers_type, &keys[i]));
    ck_assert_uint_eq(count_numbers(), 0);
    stop_runtime();
}
END_TEST

/* -- beside others -- */

enum { LIST = 200, LOOKS = 8000, READERS = 2, PASSING = 3000, ROUNDS = 200 };

static atomic_int reading;

static void text_of(uint64_t number, char text[32], otp_str *view)
{
    snprintf(text, 32, "%020llu", (unsigned long long)number);
    *view = otp_cstr(text);
}

/* The round in which a key was put last. */
static uint64_t round_of(uint64_t key, bool is_text)
{
    char text[32];
    otp_str view, got;
    uint64_t round = 0;
    if (!is_text)
        return shared_number(key);
    text_of(key, text, &view);
    OK(otp_table_ref_get(made.texts, &texts_type, &view, &got));
    for (size_t i = 0; i < got.size; i++)
        round = round * 10 + (uint64_t)(got.data[i] - '0');
    otp_table_ref_free_value(&probe_text_layout, &got);
    return round;
}

/* What is looked at later is of a later round, or of the same. One that is put early is looked at
 * before one that is put late, so who puts one after the other is caught. */
static void *read_in_turn(void *seed)
{
    uint64_t state = (uintptr_t)seed, last[2] = { 0, 0 };
    for (int i = 0; i < LOOKS; i++) {
        bool is_text = i % 8 < 2;
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint64_t key = (state >> 33) % (LIST / 2) + (i % 2 == 0 ? 0 : LIST / 2);
        uint64_t round = round_of(key, is_text);
        ck_assert_uint_ne(round, UINT64_MAX);
        ck_assert_uint_ge(round, last[is_text]);
        last[is_text] = round;
    }
    atomic_fetch_sub(&reading, 1);
    return NULL;
}

/* Makes both grow and shrink. */
static void *churn(void *unused)
{
    (void)unused;
    while (atomic_load(&reading) > 0) {
        for (uint64_t i = LIST; i < PASSING; i++)
            OK(otp_table_ref_put(made.numbers, numbers_type, &i, &i));
        for (uint64_t i = LIST; i < PASSING; i++)
            OK(otp_table_ref_delete(made.numbers, numbers_type, &i));
    }
    return NULL;
}

static void put_round(uint64_t round)
{
    static char key_texts[LIST][32], value_texts[LIST][32];
    static otp_str text_keys[LIST], text_values[LIST];
    static uint64_t keys[LIST], values[LIST];
    for (uint64_t i = 0; i < LIST; i++) {
        keys[i] = i;
        values[i] = round;
        text_of(i, key_texts[i], &text_keys[i]);
        text_of(round, value_texts[i], &text_values[i]);
    }
    OK(otp_table_ref_put_all(made.numbers, numbers_type, keys, values, LIST));
    OK(otp_table_ref_put_all(made.texts, &texts_type, text_keys, text_values, LIST));
}

START_TEST(B183_readers_find_all_or_none)
{
    pthread_t readers[READERS], churner;
    (void)begin(OTP_ACCESS_PUBLIC);
    put_round(1);
    atomic_store(&reading, READERS);
    for (uintptr_t i = 0; i < READERS; i++)
        ck_assert_int_eq(pthread_create(&readers[i], NULL, read_in_turn, (void *)(i + 1)), 0);
    ck_assert_int_eq(pthread_create(&churner, NULL, churn, NULL), 0);
    for (uint64_t round = 2; atomic_load(&reading) > 0; round++)
        put_round(round);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    pthread_join(churner, NULL);
    ck_assert_uint_eq(count_numbers(), LIST);
    stop_runtime();
}
END_TEST

static atomic_int won[ROUNDS];

/* In each round all want the same keys, each in another order. */
static void *want_all(void *which)
{
    uint64_t keys[8], values[8];
    for (uint64_t round = 0; round < ROUNDS; round++) {
        for (uint64_t i = 0; i < 8; i++) {
            keys[i] = round * 8 + (i * 3 + (uint64_t)(uintptr_t)which) % 8;
            values[i] = (uint64_t)(uintptr_t)which;
        }
        otp_status status = otp_table_ref_put_all_new(made.numbers, numbers_type, keys, values, 8);
        ck_assert(status == OTP_OK || status == OTP_EXISTS);
        if (status == OTP_OK)
            atomic_fetch_add(&won[round], 1);
        for (uint64_t i = 1; i < 8; i++)
            ck_assert_uint_eq(shared_number(keys[i]), shared_number(keys[0]));
    }
    return NULL;
}

START_TEST(B183_of_many_that_want_the_same_one_gets_all)
{
    pthread_t threads[4];
    (void)begin(OTP_ACCESS_PUBLIC);
    for (uintptr_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, want_all, (void *)(i + 1)), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < ROUNDS; i++)
        ck_assert_int_eq(atomic_load(&won[i]), 1);
    ck_assert_uint_eq(count_numbers(), ROUNDS * 8);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("table_all");
    TCase *c = support_case(s, "table_all", 60);

    support_behaviour(s, "B183", B183_many_are_put_all_or_none);
    support_behaviour(s, "B183", B183_readers_find_all_or_none);
    support_behaviour(s, "B183", B183_of_many_that_want_the_same_one_gets_all);
    tcase_add_test(c, a_protected_table_is_not_put_into);
    tcase_add_test(c, a_large_list_is_put_like_a_small_one);
    return support_run(s);
}
