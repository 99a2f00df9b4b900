/* test_table_walk.c - predicates over a table that others write to meanwhile.
 *
 * Idea: see probe.h. A value is four words that belong together, or a text made of them; writers
 * replace, delete and put them all the time, and whoever is shown an entry looks whether it is one
 * that somebody has put. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "probe.h"

#define OK(call) ck_assert_int_eq((call), OTP_OK)

enum { STAYING = 100, PASSING = 900, WRITERS = 2, WALKS = 8 };

struct wide {
    uint64_t words[4];
};

static const struct otp_layout wide_layout = { sizeof(struct wide), 0, NULL };
static const struct otp_table_type wides_type = { OTP_KEY_PLAIN, &probe_u64_layout, &wide_layout };
static const struct otp_table_type texts_type = { OTP_KEY_TEXT, &probe_text_layout,
                                                  &probe_text_layout };

static otp_table_ref wides, texts;
static atomic_bool done;

static otp_next make(struct probe *self, otp_from from, void *context)
{
    (void)context;
    OK(otp_table_ref_new(&wides_type, OTP_ACCESS_PUBLIC, &wides));
    OK(otp_table_ref_new(&texts_type, OTP_ACCESS_PUBLIC, &texts));
    return probe_reply(from, self->count);
}

/* -- entries -- */

static struct wide wide_of(uint64_t key, uint64_t round)
{
    return (struct wide){ { round, round + key, round * 3, ~round } };
}

static otp_str text_of(uint64_t key, uint64_t round, char text[80])
{
    int size = snprintf(text, 80, "%04d %0*d", (int)key, (int)(round % 60) + 1, (int)(round % 60));
    return (otp_str){ text, (size_t)size };
}

static otp_str name_of(uint64_t key, char text[80])
{
    snprintf(text, 80, "%04d", (int)key);
    return otp_cstr(text);
}

static void put(uint64_t key, uint64_t round)
{
    char name[80], text[80];
    struct wide wide = wide_of(key, round);
    otp_str text_key = name_of(key, name), value = text_of(key, round, text);
    OK(otp_table_ref_put(wides, &wides_type, &key, &wide));
    OK(otp_table_ref_put(texts, &texts_type, &text_key, &value));
}

static void take_out(uint64_t key)
{
    char name[80];
    otp_str text_key = name_of(key, name);
    (void)otp_table_ref_delete(wides, &wides_type, &key);
    (void)otp_table_ref_delete(texts, &texts_type, &text_key);
}

static uint64_t key_in(otp_str text)
{
    uint64_t key = 0;
    for (size_t i = 0; i < 4; i++)
        key = key * 10 + (uint64_t)(text.data[i] - '0');
    return key;
}

/* Whole, or the test fails. Accepts keys that stay and are a multiple of three. */
static bool is_third_wide(const void *key, const void *value, void *shown)
{
    uint64_t number = *(const uint64_t *)key;
    struct wide want = wide_of(number, ((const struct wide *)value)->words[0]);
    ck_assert_mem_eq(value, &want, sizeof want);
    ++*(size_t *)shown;
    return number < STAYING && number % 3 == 0;
}

static bool is_third_text(const void *key, const void *value, void *shown)
{
    char text[80];
    otp_str view = *(const otp_str *)value;
    uint64_t number = key_in(*(const otp_str *)key);
    ck_assert_uint_gt(view.size, 5);
    ck_assert(otp_str_equal(view, text_of(number, view.size - 6, text)));
    ++*(size_t *)shown;
    return number < STAYING && number % 3 == 0;
}

/* -- writers -- */

static void *write_all_the_time(void *seed)
{
    uint64_t state = (uintptr_t)seed;
    while (!atomic_load(&done)) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint64_t key = (state >> 33) % PASSING;
        if (key >= STAYING && (state >> 20) % 3 == 0)
            take_out(key);
        else
            put(key, state >> 40);
    }
    return NULL;
}

static pthread_t writers[WRITERS];

static void begin(void)
{
    uint64_t answer;
    start_runtime(false, false);
    OK(probe_call(probe_start(NULL), make, NULL, &answer));
    for (uint64_t key = 0; key < STAYING; key++)
        put(key, 0);
    atomic_store(&done, false);
    for (uintptr_t i = 0; i < WRITERS; i++)
        ck_assert_int_eq(pthread_create(&writers[i], NULL, write_all_the_time, (void *)(i + 1)), 0);
}

static void end(void)
{
    atomic_store(&done, true);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    stop_runtime();
}

/* -- walkers -- */

/* What was selected is each key that stays and is a multiple of three, once. */
static void select_thirds(void *unused)
{
    const void *numbers = NULL, *names = NULL;
    bool seen[STAYING] = { false };
    size_t n = 0, shown = 0;
    (void)unused;
    OK(otp_table_ref_select(wides, &wides_type, is_third_wide, &shown, &numbers, &n));
    ck_assert_uint_ge(shown, STAYING);
    ck_assert_uint_eq(n, (STAYING + 2) / 3);
    for (size_t i = 0; i < n; i++) {
        uint64_t key = ((const uint64_t *)numbers)[i];
        ck_assert(key < STAYING && key % 3 == 0 && !seen[key]);
        seen[key] = true;
    }
    OK(otp_table_ref_select(texts, &texts_type, is_third_text, &shown, &names, &n));
    ck_assert_uint_eq(n, (STAYING + 2) / 3);
    for (size_t i = 0; i < n; i++) {
        uint64_t key = key_in(((const otp_str *)names)[i]);
        ck_assert(key < STAYING && key % 3 == 0 && seen[key]);
        seen[key] = false;
    }
    otp_table_ref_free_keys(numbers);
    otp_table_ref_free_keys(names);
}

START_TEST(keys_are_selected_beside_writers)
{
    begin();
    for (int i = 0; i < WALKS; i++)
        select_thirds(NULL);
    in_process(select_thirds, NULL);
    end();
}
END_TEST

START_TEST(B188_entries_are_counted_and_deleted_beside_writers)
{
    size_t n = 0, shown = 0;
    begin();
    for (int i = 0; i < WALKS; i++) {
        OK(otp_table_ref_count_if(wides, &wides_type, is_third_wide, &shown, &n));
        ck_assert_uint_eq(n, (STAYING + 2) / 3);
        OK(otp_table_ref_count_if(texts, &texts_type, is_third_text, &shown, &n));
        ck_assert_uint_eq(n, (STAYING + 2) / 3);
        OK(otp_table_ref_each(texts, &texts_type, is_third_text, &shown));
    }
    end();
    begin(); /* what was replaced since it was accepted is not deleted, so there are no more */
    OK(otp_table_ref_delete_if(wides, &wides_type, is_third_wide, &shown, &n));
    ck_assert_uint_le(n, (STAYING + 2) / 3);
    OK(otp_table_ref_delete_if(texts, &texts_type, is_third_text, &shown, &n));
    ck_assert_uint_le(n, (STAYING + 2) / 3);
    end();
}
END_TEST

static bool accept_none(const void *key, const void *value, void *context)
{
    (void)key, (void)value, (void)context;
    return false;
}

START_TEST(all_are_selected_or_none)
{
    const void *keys = NULL;
    uint64_t sum = 0, answer;
    size_t n = 77;
    start_runtime(false, false);
    OK(probe_call(probe_start(NULL), make, NULL, &answer));
    OK(otp_table_ref_select(wides, &wides_type, NULL, NULL, &keys, &n));
    ck_assert_uint_eq(n, 0);
    otp_table_ref_free_keys(keys);
    for (uint64_t key = 0; key < 1000; key++)
        put(key, 1);
    OK(otp_table_ref_select(wides, &wides_type, NULL, NULL, &keys, &n));
    ck_assert_uint_eq(n, 1000);
    for (size_t i = 0; i < n; i++)
        sum += ((const uint64_t *)keys)[i];
    ck_assert_uint_eq(sum, 999 * 500);
    otp_table_ref_free_keys(keys);
    OK(otp_table_ref_select(texts, &texts_type, accept_none, NULL, &keys, &n));
    ck_assert_uint_eq(n, 0);
    otp_table_ref_free_keys(keys);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("table_walk");
    TCase *c = support_case(s, "table_walk", 60);

    support_behaviour(s, "B188", B188_entries_are_counted_and_deleted_beside_writers);
    tcase_add_test(c, keys_are_selected_beside_writers);
    tcase_add_test(c, all_are_selected_or_none);
    return support_run(s);
}
