/* test_cache_typed.c - caches through the functions that otpc writes, under a supervisor.
 *
 * Idea: see probe.h; cache_typed.otp declares one of each kind. */
#include <sched.h>

#include "probe.h"

#include "cache_typed.otp.h"
#include "cache_typed/notes.h"

#define OK(call) ck_assert_int_eq((call), OTP_OK)

void note_entry(const char *what, otp_str key, int value)
{
    note("%s:%.*s:%d", what, (int)key.size, key.data, value);
}

static void start_tree(void)
{
    otp_pid pid;
    start_runtime(true, false);
    OK(typed_main_start(&pid));
}

/* -- values of every kind -- */

static void use_structs(void *arg)
{
    static const otp_str tags[] = { { "a", 1 }, { "bc", 2 } };
    const otp_str key = otp_cstr("ann");
    struct typed_user user = { 7, { "ann@example.org", 15 }, tags, 2 }, got;
    (void)arg;
    OK(typed_sessions_put(TYPED_SESSIONS, key, &user));
    OK(typed_sessions_get(TYPED_SESSIONS, key, &got));
    ck_assert_uint_eq(got.id, 7);
    ck_assert(otp_str_equal(got.email, user.email) && got.email.data != user.email.data);
    ck_assert_uint_eq(got.tags_count, 2);
    ck_assert(otp_str_equal(got.tags[1], tags[1]));
    typed_sessions_free_value(&got);
    user.id = 8;
    ck_assert_int_eq(typed_sessions_put_new(TYPED_SESSIONS, key, &user), OTP_EXISTS);
    OK(typed_sessions_touch_with(TYPED_SESSIONS, key, 2 * OTP_S));
    OK(typed_sessions_delete(TYPED_SESSIONS, key));
    ck_assert_int_eq(typed_sessions_has(TYPED_SESSIONS, key), OTP_NOT_FOUND);
    ck_assert_int_eq(typed_sessions_get(TYPED_SESSIONS, key, &got), OTP_NOT_FOUND);
}

START_TEST(structs_are_values)
{
    start_tree();
    use_structs(NULL);
    in_process(use_structs, NULL);
    stop_runtime();
}
END_TEST

START_TEST(numbers_and_enums_are_keys_and_values)
{
    int64_t count = 0;
    otp_str text;
    bool yes = false;
    start_tree();
    OK(typed_counts_put(TYPED_COUNTS, 4, -4));
    OK(typed_counts_get(TYPED_COUNTS, 4, &count));
    ck_assert_int_eq(count, -4);
    ck_assert_int_eq(typed_counts_get(TYPED_COUNTS_TWO, 4, &count), OTP_NOT_FOUND);
    OK(typed_asked_put(TYPED_ASKED, TYPED_LEVEL_HIGH, otp_cstr("up")));
    OK(typed_asked_get(TYPED_ASKED, TYPED_LEVEL_HIGH, &text));
    ck_assert(otp_str_equal(text, otp_cstr("up")));
    typed_asked_free_value(&text);
    ck_assert_int_eq(typed_asked_get(TYPED_ASKED, TYPED_LEVEL_LOW, &text), OTP_NOT_FOUND);
    OK(typed_cheap_put_with(TYPED_CHEAP, 1, true, OTP_S));
    OK(typed_cheap_get(TYPED_CHEAP, 1, &yes));
    ck_assert(yes);
    ck_assert_int_eq(typed_counts_has(TYPED_SESSIONS, 4), OTP_WRONG_MODULE);
    stop_runtime();
}
END_TEST

/* A spot with fill wherever no field is. */
static struct typed_spot spot(int fill, uint8_t row, int64_t column)
{
    struct typed_spot made;
    memset(&made, fill, sizeof(made));
    made.row = row;
    made.level = TYPED_LEVEL_LOW;
    made.column = column;
    return made;
}

static void use_struct_keys(void *arg)
{
    const struct typed_spot a = spot(0, 1, -1), b = spot(0x55, 1, -1), other = spot(0, 1, 1);
    struct typed_spot found, high = spot(0, 1, 1), nine = spot(0x7f, 9, 1);
    otp_str text;
    size_t n;
    (void)arg;
    OK(typed_rows_put(TYPED_ROWS, &a, &other));
    ck_assert_int_eq(typed_rows_put_new(TYPED_ROWS, &b, &other), OTP_EXISTS);
    OK(typed_rows_get(TYPED_ROWS, &b, &found));
    ck_assert_int_eq(found.column, 1);
    ck_assert_int_eq(typed_rows_get(TYPED_ROWS, &other, &found), OTP_NOT_FOUND);
    OK(typed_rows_delete(TYPED_ROWS, &b));
    ck_assert_int_eq(typed_rows_has(TYPED_ROWS, &a), OTP_NOT_FOUND);
    high.level = TYPED_LEVEL_HIGH;
    ck_assert_int_eq(typed_spots_fetch(TYPED_SPOTS, &high, &text), OTP_OUT_OF_RANGE);
    OK(typed_spots_fetch(TYPED_SPOTS, &nine, &text));
    ck_assert(otp_str_equal(text, otp_cstr("nine")));
    typed_spots_free_value(&text);
    nine = spot(0, 9, 1);
    OK(typed_spots_get(TYPED_SPOTS, &nine, &text));
    typed_spots_free_value(&text);
    OK(typed_spots_put(TYPED_SPOTS, &a, otp_cstr("here")));
    OK(typed_spots_put_with(TYPED_SPOTS, &b, otp_cstr("there"), OTP_S));
    OK(typed_spots_count(TYPED_SPOTS, &n));
    ck_assert_uint_eq(n, 2);
    OK(typed_spots_touch_with(TYPED_SPOTS, &a, OTP_MIN));
    OK(typed_spots_clear(TYPED_SPOTS));
}

START_TEST(structs_are_keys)
{
    const struct typed_spot seven = spot(0x33, 7, 7);
    start_tree();
    use_struct_keys(NULL);
    in_process(use_struct_keys, NULL);
    OK(typed_spots_put_with(TYPED_SPOTS, &seven, otp_cstr("gone"), 0));
    OK(otp_clock_advance(1));
    OK(typed_spots_sweep(TYPED_SPOTS));
    expect_notes("spot:gone:7");
    stop_runtime();
}
END_TEST

/* -- time, limits -- */

START_TEST(the_times_of_the_spec_are_kept)
{
    struct otp_cache_statistics statistics;
    struct typed_user user = { 7, { NULL, 0 }, NULL, 0 };
    start_tree();
    OK(typed_sessions_put(TYPED_SESSIONS, otp_cstr("ann"), &user));
    OK(otp_clock_advance(5 * OTP_MIN - 1));
    OK(typed_sessions_has(TYPED_SESSIONS, otp_cstr("ann")));
    OK(otp_clock_advance(1));
    ck_assert_int_eq(typed_sessions_has(TYPED_SESSIONS, otp_cstr("ann")), OTP_NOT_FOUND);
    while (noted("expired:ann:7") == 0) { /* the process sweeps by itself */
        OK(otp_clock_advance(10 * OTP_S));
        sched_yield();
    }
    OK(typed_sessions_statistics(TYPED_SESSIONS, &statistics));
    ck_assert_uint_eq(statistics.expired, 1);
    stop_runtime();
}
END_TEST

START_TEST(the_limits_of_the_spec_hold)
{
    struct otp_cache_statistics statistics;
    size_t n;
    start_tree();
    for (uint64_t i = 0; i < 1000; i++) {
        OK(typed_counts_put(TYPED_COUNTS, i, 1));
        OK(typed_cheap_put(TYPED_CHEAP, i, true));
    }
    OK(typed_counts_count(TYPED_COUNTS, &n));
    ck_assert_uint_eq(n, 100);
    OK(typed_counts_statistics(TYPED_COUNTS, &statistics));
    ck_assert_uint_eq(statistics.evicted, 900);
    for (uint64_t i = 0; i < 10000; i++)
        OK(typed_cheap_put(TYPED_CHEAP, i, true));
    OK(typed_cheap_count(TYPED_CHEAP, &n));
    ck_assert_uint_lt(n, 100000 / 24);
    ck_assert_uint_gt(n, 100000 / 100);
    OK(typed_counts_clear(TYPED_COUNTS));
    OK(typed_counts_sweep(TYPED_COUNTS));
    OK(typed_counts_count(TYPED_COUNTS, &n));
    ck_assert_uint_eq(n, 0);
    stop_runtime();
}
END_TEST

/* -- loading -- */

static otp_status twice(uint64_t key, int64_t *value, otp_duration *ttl, void *context)
{
    (void)ttl;
    *value = (int64_t)key * 2;
    ++*(int *)context;
    return OTP_OK;
}

static void fetch_and_crash(void *arg)
{
    struct typed_user user;
    (void)arg;
    OK(typed_sessions_fetch(TYPED_SESSIONS, otp_cstr("crash"), &user));
    note("not reached");
}

START_TEST(the_loader_fills_in)
{
    struct typed_user user;
    int64_t value = 0;
    int calls = 0;
    otp_pid pid;
    start_tree();
    OK(typed_sessions_fetch(TYPED_SESSIONS, otp_cstr("short"), &user));
    ck_assert_uint_eq(user.id, 5);
    ck_assert(otp_str_equal(user.email, otp_cstr("short")));
    typed_sessions_free_value(&user);
    OK(typed_sessions_fetch(TYPED_SESSIONS, otp_cstr("short"), &user));
    typed_sessions_free_value(&user);
    expect_notes("load:short:0");
    OK(otp_clock_advance(OTP_S)); /* its own ttl */
    OK(typed_sessions_fetch_within(TYPED_SESSIONS, OTP_S, otp_cstr("short"), &user));
    typed_sessions_free_value(&user);
    expect_notes("load:short:0,load:short:0");
    ck_assert_int_eq(typed_sessions_fetch(TYPED_SESSIONS, otp_cstr("nobody"), &user),
                     OTP_NOT_FOUND);
    OK(otp_spawn(fetch_and_crash, NULL, NULL, &pid));
    await_note("load:crash:0");
    OK(typed_counts_get_or(TYPED_COUNTS, 21, twice, &calls, &value));
    OK(typed_counts_get_or_within(TYPED_COUNTS, OTP_S, 21, twice, &calls, &value));
    ck_assert_int_eq(value, 42);
    ck_assert_int_eq(calls, 1);
    stop_runtime();
    ck_assert_uint_eq(noted("not reached"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cache_typed");
    TCase *values = support_case(suite, "values", 10), *spec = support_case(suite, "spec", 10);

    tcase_add_test(values, structs_are_values);
    tcase_add_test(values, structs_are_keys);
    tcase_add_test(values, numbers_and_enums_are_keys_and_values);
    tcase_add_test(spec, the_times_of_the_spec_are_kept);
    tcase_add_test(spec, the_limits_of_the_spec_hold);
    tcase_add_test(spec, the_loader_fills_in);
    return support_run(suite);
}
