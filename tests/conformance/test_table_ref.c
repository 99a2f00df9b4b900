/* test_table_ref.c - tables that are used where they are, by whoever has been told of them.
 *
 * Idea: see probe.h. A probe makes a table of each shape: numbers lie in the slots of the store,
 * texts in boxes. Threads and processes use it at the same time, and what must hold is counted. */
#include <stdatomic.h>
#include <string.h>

#include "probe.h"

static const struct otp_table_type texts_type = { OTP_KEY_TEXT, &probe_text_layout,
                                                  &probe_text_layout };
static const struct otp_table_type named_type = { OTP_KEY_TEXT, &probe_text_layout,
                                                  &probe_u64_layout };
static const struct otp_table_type *const numbers_type = &probe_table_type;

enum { THREADS = 4 };

/* -- owners -- */

static struct {
    otp_table_ref numbers, texts, named;
    enum otp_access access;
    otp_pid owner;
} made;

static otp_next make(struct probe *self, otp_from from, void *context)
{
    (void)context;
    ck_assert_int_eq(otp_table_ref_new(numbers_type, made.access, &made.numbers), OTP_OK);
    ck_assert_int_eq(otp_table_ref_new(&texts_type, made.access, &made.texts), OTP_OK);
    ck_assert_int_eq(otp_table_ref_new(&named_type, made.access, &made.named), OTP_OK);
    return probe_reply(from, self->count);
}

static void make_owner(enum otp_access access)
{
    uint64_t answer;
    made.access = access;
    made.owner = probe_start(NULL);
    ck_assert_int_eq(probe_call(made.owner, make, NULL, &answer), OTP_OK);
}

static void begin(enum otp_access access)
{
    start_runtime(false, false);
    make_owner(access);
}

/* -- numbers -- */

static otp_status put(uint64_t key, uint64_t value)
{
    return otp_table_ref_put(made.numbers, numbers_type, &key, &value);
}

static otp_status get(uint64_t key, uint64_t *value)
{
    return otp_table_ref_get(made.numbers, numbers_type, &key, value);
}

static otp_status take(uint64_t key, uint64_t *value)
{
    return otp_table_ref_take(made.numbers, numbers_type, &key, value);
}

static otp_status delete_key(uint64_t key)
{
    return otp_table_ref_delete(made.numbers, numbers_type, &key);
}

static size_t count_numbers(void)
{
    size_t n = SIZE_MAX;
    ck_assert_int_eq(otp_table_ref_count(made.numbers, numbers_type, &n), OTP_OK);
    return n;
}

static void use_numbers(void *unused)
{
    const uint64_t one = 1, two = 2;
    uint64_t value = 77;
    size_t bytes = 0;
    otp_pid owner;
    (void)unused;
    ck_assert_int_eq(get(1, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(take(1, &value), OTP_NOT_FOUND);
    ck_assert_int_eq(delete_key(1), OTP_NOT_FOUND);
    ck_assert_uint_eq(value, 77);
    ck_assert_int_eq(otp_table_ref_has(made.numbers, numbers_type, &one), OTP_NOT_FOUND);
    ck_assert_int_eq(put(1, 10), OTP_OK);
    ck_assert_int_eq(put(1, 11), OTP_OK);
    ck_assert_int_eq(otp_table_ref_has(made.numbers, numbers_type, &one), OTP_OK);
    ck_assert_int_eq(get(1, &value), OTP_OK);
    ck_assert_uint_eq(value, 11);
    ck_assert_int_eq(otp_table_ref_put_new(made.numbers, numbers_type, &one, &two), OTP_EXISTS);
    ck_assert_int_eq(otp_table_ref_put_new(made.numbers, numbers_type, &two, &two), OTP_OK);
    ck_assert_uint_eq(count_numbers(), 2);
    ck_assert_int_eq(take(1, &value), OTP_OK);
    ck_assert_uint_eq(value, 11);
    ck_assert_int_eq(delete_key(2), OTP_OK);
    ck_assert_uint_eq(count_numbers(), 0);
    ck_assert_int_eq(otp_table_ref_memory(made.numbers, numbers_type, &bytes), OTP_OK);
    ck_assert_uint_gt(bytes, 0);
    ck_assert_int_eq(otp_table_ref_owner(made.numbers, &owner), OTP_OK);
    ck_assert(otp_pid_equal(owner, made.owner));
}

static void use_texts(void *unused)
{
    const otp_str key = otp_cstr("key");
    otp_str value = otp_cstr("a value that is not in its slot"), got = { NULL, 0 };
    const void *first = NULL, *second = NULL;
    (void)unused;
    ck_assert_int_eq(otp_table_ref_borrow(made.texts, &texts_type, &key, &first), OTP_NOT_FOUND);
    ck_assert_ptr_null(first);
    ck_assert_int_eq(otp_table_ref_put(made.texts, &texts_type, &key, &value), OTP_OK);
    ck_assert_int_eq(otp_table_ref_get(made.texts, &texts_type, &key, &got), OTP_OK);
    ck_assert(otp_str_equal(got, value) && got.data != value.data);
    otp_table_ref_free_value(&probe_text_layout, &got);
    ck_assert_int_eq(otp_table_ref_borrow(made.texts, &texts_type, &key, &first), OTP_OK);
    got = otp_cstr("another");
    ck_assert_int_eq(otp_table_ref_put(made.texts, &texts_type, &key, &got), OTP_OK);
    ck_assert_int_eq(otp_table_ref_borrow(made.texts, &texts_type, &key, &second), OTP_OK);
    ck_assert_int_eq(otp_table_ref_take(made.texts, &texts_type, &key, &got), OTP_OK);
    ck_assert(otp_str_equal(got, otp_cstr("another")));
    otp_table_ref_free_value(&probe_text_layout, &got);
    ck_assert_int_eq(otp_table_ref_take(made.texts, &texts_type, &key, &got), OTP_NOT_FOUND);
    /* what was borrowed is as it was */
    ck_assert(otp_str_equal(*(const otp_str *)first, value));
    ck_assert(otp_str_equal(*(const otp_str *)second, otp_cstr("another")));
    otp_table_ref_release(first);
    otp_table_ref_release(second);
    otp_table_ref_release(NULL);
}

static void *use_in_thread(void *unused)
{
    use_numbers(unused);
    use_texts(unused);
    return NULL;
}

START_TEST(all_is_used_from_everywhere)
{
    pthread_t thread;
    begin(OTP_ACCESS_PUBLIC);
    use_in_thread(NULL);
    in_process(use_numbers, NULL);
    in_process(use_texts, NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, use_in_thread, NULL), 0);
    pthread_join(thread, NULL);
    stop_runtime();
}
END_TEST

/* -- many at once -- */

/* Runs it on threads and in one process at the same time. */
static void run_on_all(void *(*run)(void *))
{
    pthread_t threads[THREADS];
    for (intptr_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

enum { ADDS = 1500, COUNTERS = 3 };

static void add_to(otp_table_ref ref, const struct otp_table_type *type, const void *key)
{
    const uint64_t start = 1000;
    const struct otp_addition add = { 1, &start, NULL, NULL, false };
    uint64_t value = 0;
    ck_assert_int_eq(otp_table_ref_add(ref, type, key, &add, &value), OTP_OK);
    ck_assert_uint_gt(value, start);
}

static void *add_all_the_time(void *unused)
{
    const uint64_t ring = 99, limit = 6, zero = 0;
    const struct otp_addition wrap = { 1, &zero, &limit, &zero, false };
    char name[16];
    (void)unused;
    for (uint64_t i = 0; i < ADDS; i++) {
        uint64_t key = i % COUNTERS, value = 0;
        snprintf(name, sizeof name, "counter %d", (int)key);
        otp_str text = otp_cstr(name);
        add_to(made.numbers, numbers_type, &key);
        add_to(made.named, &named_type, &text);
        ck_assert_int_eq(otp_table_ref_add(made.numbers, numbers_type, &ring, &wrap, &value),
                         OTP_OK);
        ck_assert_uint_le(value, limit);
    }
    return NULL;
}

static void add_in_process(void *unused)
{
    (void)add_all_the_time(unused);
}

START_TEST(B185_counters_lose_nothing)
{
    uint64_t value = 0;
    begin(OTP_ACCESS_PUBLIC);
    run_on_all(add_all_the_time);
    in_process(add_in_process, NULL);
    for (uint64_t key = 0; key < COUNTERS; key++) {
        char name[16];
        snprintf(name, sizeof name, "counter %d", (int)key);
        otp_str text = otp_cstr(name);
        ck_assert_int_eq(get(key, &value), OTP_OK);
        ck_assert_uint_eq(value, 1000 + (THREADS + 1) * ADDS / COUNTERS);
        ck_assert_int_eq(otp_table_ref_get(made.named, &named_type, &text, &value), OTP_OK);
        ck_assert_uint_eq(value, 1000 + (THREADS + 1) * ADDS / COUNTERS);
    }
    ck_assert_int_eq(get(99, &value), OTP_OK);
    ck_assert_uint_eq(value, (THREADS + 1) * ADDS % 7);
    stop_runtime();
}
END_TEST

static bool is_any(const void *key, const void *value, void *context)
{
    (void)key, (void)value, (void)context;
    return true;
}

START_TEST(what_nobody_wants_to_know_is_not_told)
{
    const struct otp_addition more = { .by = 2 };
    uint64_t key = 1, value = 0;
    begin(OTP_ACCESS_PUBLIC);
    ck_assert_int_eq(put(1, 3), OTP_OK);
    ck_assert_int_eq(otp_table_ref_add(made.numbers, numbers_type, &key, &more, NULL), OTP_OK);
    ck_assert_int_eq(otp_table_ref_get(made.numbers, numbers_type, &key, &value), OTP_OK);
    ck_assert_uint_eq(value, 5);
    ck_assert_int_eq(otp_table_ref_delete_if(made.numbers, numbers_type, is_any, NULL, NULL),
                     OTP_OK);
    ck_assert_int_eq(otp_table_ref_has(made.numbers, numbers_type, &key), OTP_NOT_FOUND);
    stop_runtime();
}
END_TEST

START_TEST(an_addition_that_fails_changes_nothing)
{
    const struct otp_addition plain = { .by = -5 };
    const otp_str name = otp_cstr("k");
    uint64_t key = 1, value = 3;
    otp_str text;
    begin(OTP_ACCESS_PUBLIC);
    ck_assert_int_eq(otp_table_ref_add(made.numbers, numbers_type, &key, &plain, &value),
                     OTP_NOT_FOUND);
    ck_assert_int_eq(put(1, 3), OTP_OK);
    ck_assert_int_eq(otp_table_ref_add(made.numbers, numbers_type, &key, &plain, &value),
                     OTP_OUT_OF_RANGE);
    ck_assert_int_eq(otp_table_ref_put(made.named, &named_type, &name, &value), OTP_OK);
    ck_assert_int_eq(otp_table_ref_add(made.named, &named_type, &name, &plain, &value),
                     OTP_OUT_OF_RANGE);
    ck_assert_int_eq(otp_table_ref_add(made.texts, &texts_type, &name, &plain, &text), OTP_BADARG);
    ck_assert_uint_eq(value, 3);
    ck_assert_int_eq(otp_table_ref_get(made.named, &named_type, &name, &value), OTP_OK);
    ck_assert_uint_eq(value, 3);
    ck_assert_int_eq(get(1, &value), OTP_OK);
    ck_assert_uint_eq(value, 3);
    stop_runtime();
}
END_TEST

enum { KEYS = 600 };

static atomic_int won[KEYS];

static void *put_what_is_new(void *which)
{
    for (uint64_t key = 0; key < KEYS; key++) {
        uint64_t value = (uint64_t)(uintptr_t)which;
        otp_status status = otp_table_ref_put_new(made.numbers, numbers_type, &key, &value);
        ck_assert(status == OTP_OK || status == OTP_EXISTS);
        if (status == OTP_OK) {
            atomic_fetch_add(&won[key], 1);
            ck_assert_int_eq(get(key, &value), OTP_OK);
            ck_assert_uint_eq(value, (uint64_t)(uintptr_t)which);
        }
    }
    return NULL;
}

START_TEST(of_many_that_put_new_one_does)
{
    begin(OTP_ACCESS_PUBLIC);
    run_on_all(put_what_is_new);
    for (int i = 0; i < KEYS; i++)
        ck_assert_int_eq(atomic_load(&won[i]), 1);
    ck_assert_uint_eq(count_numbers(), KEYS);
    stop_runtime();
}
END_TEST

static void *take_what_is_there(void *unused)
{
    (void)unused;
    for (uint64_t key = 0; key < KEYS; key++) {
        uint64_t value = 0;
        char name[16];
        otp_str text, got;
        snprintf(name, sizeof name, "%d", (int)key);
        text = otp_cstr(name);
        if (take(key, &value) == OTP_OK) {
            ck_assert_uint_eq(value, key + 1);
            atomic_fetch_add(&won[key], 1);
        }
        if (otp_table_ref_take(made.texts, &texts_type, &text, &got) == OTP_OK) {
            ck_assert(otp_str_equal(got, text));
            otp_table_ref_free_value(&probe_text_layout, &got);
            atomic_fetch_add(&won[key], 1);
        }
    }
    return NULL;
}

START_TEST(of_many_that_take_one_gets_it)
{
    begin(OTP_ACCESS_PUBLIC);
    for (uint64_t key = 0; key < KEYS; key++) {
        char name[16];
        snprintf(name, sizeof name, "%d", (int)key);
        otp_str text = otp_cstr(name);
        ck_assert_int_eq(put(key, key + 1), OTP_OK);
        ck_assert_int_eq(otp_table_ref_put(made.texts, &texts_type, &text, &text), OTP_OK);
    }
    run_on_all(take_what_is_there);
    for (int i = 0; i < KEYS; i++)
        ck_assert_int_eq(atomic_load(&won[i]), 2);
    ck_assert_uint_eq(count_numbers(), 0);
    stop_runtime();
}
END_TEST

/* -- walks -- */

enum { STAYING = 400, PASSING = 4000 };

static bool tick_off(const void *key, const void *value, void *seen)
{
    uint64_t number = *(const uint64_t *)key;
    if (number < STAYING) {
        ((int *)seen)[number]++;
        ck_assert_uint_eq(*(const uint64_t *)value, number + 1);
    }
    return true;
}

static atomic_bool churned;

/* Makes the table grow and shrink, and replaces what stays by the same. */
static void *churn(void *unused)
{
    (void)unused;
    for (int round = 0; round < 3; round++) {
        for (uint64_t i = STAYING; i < PASSING; i++)
            ck_assert_int_eq(put(i, i), OTP_OK);
        for (uint64_t i = STAYING; i < PASSING; i++) {
            ck_assert_int_eq(delete_key(i), OTP_OK);
            ck_assert_int_eq(put(i % STAYING, i % STAYING + 1), OTP_OK);
        }
    }
    atomic_store(&churned, true);
    return NULL;
}

START_TEST(a_walk_sees_once_what_stays)
{
    pthread_t thread;
    bool last;
    begin(OTP_ACCESS_PUBLIC);
    for (uint64_t i = 0; i < STAYING; i++)
        ck_assert_int_eq(put(i, i + 1), OTP_OK);
    ck_assert_int_eq(pthread_create(&thread, NULL, churn, NULL), 0);
    do {
        int seen[STAYING] = { 0 };
        last = atomic_load(&churned);
        ck_assert_int_eq(otp_table_ref_each(made.numbers, numbers_type, tick_off, seen), OTP_OK);
        for (int i = 0; i < STAYING; i++)
            ck_assert_msg(seen[i] == 1, "%d was seen %d times", i, seen[i]);
    } while (!last);
    pthread_join(thread, NULL);
    stop_runtime();
}
END_TEST

/* The same in one thread, with what changes in the middle of the walk. */
static uint64_t grow_to;

static bool change_and_tick_off(const void *key, const void *value, void *seen)
{
    if (*(const uint64_t *)key == 7 || *(const uint64_t *)key == 200) {
        for (uint64_t i = STAYING; i < PASSING; i++)
            ck_assert_int_eq(grow_to != 0 ? put(i, i) : delete_key(i), OTP_OK);
        grow_to = grow_to != 0 ? 0 : PASSING;
    }
    return tick_off(key, value, seen);
}

START_TEST(what_a_walk_calls_may_change_the_table)
{
    begin(OTP_ACCESS_PUBLIC);
    for (uint64_t i = 0; i < STAYING; i++)
        ck_assert_int_eq(put(i, i + 1), OTP_OK);
    for (int round = 0; round < 4; round++) {
        int seen[STAYING] = { 0 };
        grow_to = count_numbers() == STAYING ? PASSING : 0;
        ck_assert_int_eq(otp_table_ref_each(made.numbers, numbers_type, change_and_tick_off, seen),
                         OTP_OK);
        for (int i = 0; i < STAYING; i++)
            ck_assert_msg(seen[i] == 1, "%d was seen %d times", i, seen[i]);
        if (round == 1)
            for (uint64_t i = STAYING; i < PASSING; i++)
                ck_assert_int_eq(put(i, i), OTP_OK);
    }
    stop_runtime();
}
END_TEST

static bool is_odd(const void *key, const void *value, void *context)
{
    (void)value, (void)context;
    return *(const uint64_t *)key % 2 == 1;
}

static bool is_long(const void *key, const void *value, void *context)
{
    const otp_str *text = value;
    (void)context;
    ck_assert_uint_gt(((const otp_str *)key)->size, 0);
    return text->size > 3;
}

static bool replace_and_accept(const void *key, const void *value, void *context)
{
    (void)value, (void)context;
    ck_assert_int_eq(put(*(const uint64_t *)key, 5), OTP_OK);
    return true;
}

static bool stop_at_once(const void *key, const void *value, void *context)
{
    (void)key, (void)value;
    return ++*(int *)context < 10;
}

START_TEST(entries_are_counted_and_deleted_by_conditions)
{
    size_t n = 0;
    int visits = 0;
    begin(OTP_ACCESS_PUBLIC);
    for (uint64_t i = 0; i < 1000; i++)
        ck_assert_int_eq(put(i, i), OTP_OK);
    ck_assert_int_eq(otp_table_ref_count_if(made.numbers, numbers_type, is_odd, NULL, &n), OTP_OK);
    ck_assert_uint_eq(n, 500);
    ck_assert_int_eq(otp_table_ref_delete_if(made.numbers, numbers_type, is_odd, NULL, &n), OTP_OK);
    ck_assert_uint_eq(n, 500);
    ck_assert_uint_eq(count_numbers(), 500);
    ck_assert_int_eq(otp_table_ref_each(made.numbers, numbers_type, stop_at_once, &visits), OTP_OK);
    ck_assert_int_eq(visits, 10);
    /* what is replaced meanwhile is not what was accepted */
    ck_assert_int_eq(
        otp_table_ref_delete_if(made.numbers, numbers_type, replace_and_accept, NULL, &n), OTP_OK);
    ck_assert_uint_eq(n, 0);
    ck_assert_uint_eq(count_numbers(), 500);
    for (int i = 0; i < 300; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        otp_str key = otp_cstr(text), value = otp_cstr(i % 3 == 0 ? "long" : "no");
        ck_assert_int_eq(otp_table_ref_put(made.texts, &texts_type, &key, &value), OTP_OK);
    }
    ck_assert_int_eq(otp_table_ref_delete_if(made.texts, &texts_type, is_long, NULL, &n), OTP_OK);
    ck_assert_uint_eq(n, 100);
    ck_assert_int_eq(otp_table_ref_clear(made.texts, &texts_type), OTP_OK);
    ck_assert_int_eq(otp_table_ref_count(made.texts, &texts_type, &n), OTP_OK);
    ck_assert_uint_eq(n, 0);
    stop_runtime();
}
END_TEST

static bool clear_all(const void *key, const void *value, void *context)
{
    (void)key, (void)value, (void)context;
    ck_assert_int_eq(otp_table_ref_clear(made.numbers, numbers_type), OTP_OK);
    return true;
}

START_TEST(a_walk_goes_on_in_an_emptied_table)
{
    begin(OTP_ACCESS_PUBLIC);
    for (uint64_t i = 0; i < 5000; i++)
        ck_assert_int_eq(put(i, i), OTP_OK);
    ck_assert_int_eq(otp_table_ref_each(made.numbers, numbers_type, clear_all, NULL), OTP_OK);
    ck_assert_uint_eq(count_numbers(), 0);
    stop_runtime();
}
END_TEST

/* -- who may -- */

static void expect_writes(otp_status want)
{
    const struct otp_addition add = { .by = 1 };
    uint64_t key = 1, value = 77;
    size_t n = 77;
    ck_assert_int_eq(otp_table_ref_put(made.numbers, numbers_type, &key, &value), want);
    ck_assert_int_eq(otp_table_ref_put_new(made.numbers, numbers_type, &key, &value),
                     want == OTP_OK ? OTP_EXISTS : want);
    ck_assert_int_eq(otp_table_ref_add(made.numbers, numbers_type, &key, &add, &value), want);
    ck_assert_int_eq(otp_table_ref_delete_if(made.numbers, numbers_type, is_odd, NULL, &n), want);
    ck_assert_uint_eq(n, want == OTP_OK ? 1 : 0);
    ck_assert_int_eq(otp_table_ref_put(made.numbers, numbers_type, &key, &value), want);
    ck_assert_int_eq(otp_table_ref_take(made.numbers, numbers_type, &key, &value), want);
    ck_assert_int_eq(otp_table_ref_delete(made.numbers, numbers_type, &key),
                     want == OTP_OK ? OTP_NOT_FOUND : want);
    ck_assert_int_eq(otp_table_ref_clear(made.numbers, numbers_type), want);
    ck_assert_uint_eq(value, want == OTP_OK ? 78 : 77);
}

static void only_read(void *unused)
{
    uint64_t value = 0;
    (void)unused;
    expect_writes(OTP_NOT_OWNER);
    ck_assert_int_eq(otp_table_ref_drop(made.numbers), OTP_NOT_OWNER);
    ck_assert_int_eq(get(4, &value), OTP_OK);
    ck_assert_uint_eq(value, 50);
    ck_assert_uint_eq(count_numbers(), 1);
}

static otp_next write_as_owner(struct probe *self, otp_from from, void *context)
{
    (void)context;
    expect_writes(OTP_OK);
    ck_assert_int_eq(put(4, 50), OTP_OK);
    return probe_reply(from, self->count);
}

static void write_as_others(void *unused)
{
    (void)unused;
    expect_writes(OTP_OK);
    ck_assert_int_eq(otp_table_ref_drop(made.numbers), OTP_NOT_OWNER);
}

START_TEST(B186_access_rules_hold)
{
    uint64_t answer;
    begin(OTP_ACCESS_PROTECTED);
    ck_assert_int_eq(probe_call(made.owner, write_as_owner, NULL, &answer), OTP_OK);
    only_read(NULL);
    in_process(only_read, NULL);
    make_owner(OTP_ACCESS_PUBLIC);
    ck_assert_int_eq(probe_call(made.owner, write_as_owner, NULL, &answer), OTP_OK);
    write_as_others(NULL);
    in_process(write_as_others, NULL);
    stop_runtime();
}
END_TEST

static void expect_gone(otp_status want)
{
    uint64_t value = 77;
    size_t n = 77;
    otp_pid owner;
    ck_assert_int_eq(get(5, &value), want);
    ck_assert_int_eq(put(5, 1), want);
    ck_assert_int_eq(take(5, &value), want);
    ck_assert_int_eq(otp_table_ref_count(made.numbers, numbers_type, &n), want);
    ck_assert_int_eq(otp_table_ref_each(made.numbers, numbers_type, is_odd, NULL), want);
    ck_assert_int_eq(otp_table_ref_owner(made.numbers, &owner), want);
    ck_assert_int_eq(otp_table_ref_drop(made.numbers), want);
    ck_assert_uint_eq(value + n, 154);
}

static otp_next drop(struct probe *self, otp_from from, void *context)
{
    (void)context;
    ck_assert_int_eq(otp_table_ref_drop(made.numbers), OTP_OK);
    expect_gone(OTP_NOPROC);
    return probe_reply(from, self->count);
}

START_TEST(its_process_may_end_it)
{
    uint64_t answer;
    begin(OTP_ACCESS_PUBLIC);
    ck_assert_int_eq(probe_call(made.owner, drop, NULL, &answer), OTP_OK);
    expect_gone(OTP_NOPROC);
    stop_runtime();
}
END_TEST

/* -- ends -- */

static otp_next end_badly(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from, (void)context;
    otp_exit(otp_error("badly"));
}

/* In a process: ends the owner in one of three ways, and uses the table when that is told. */
static void watch_the_end(void *way)
{
    const struct otp_message *message;
    otp_monitor monitor;
    ck_assert_int_eq(otp_monitor_start(otp_to(made.owner), &monitor), OTP_OK);
    switch (*(int *)way) {
    case 0: probe_cast(made.owner, end_badly, NULL); break;
    case 1: ck_assert_int_eq(otp_exit_signal(made.owner, otp_kill()), OTP_OK); break;
    default: ck_assert_int_eq(otp_exit_signal(made.owner, otp_error("bye")), OTP_OK); break;
    }
    do {
        ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
    } while (message->kind != OTP_MESSAGE_DOWN);
    expect_gone(OTP_NOPROC);
}

/* Until the table has gone; and what is read is what was put. */
static void *read_to_the_end(void *unused)
{
    uint64_t value;
    otp_status status;
    (void)unused;
    do {
        value = 0;
        status = get(5, &value);
        ck_assert(status == OTP_OK ? value == 50 : status == OTP_NOPROC);
        step_aside();
    } while (status == OTP_OK);
    return NULL;
}

START_TEST(B187_a_table_is_gone_before_its_owner_s_end_is_seen)
{
    start_runtime(false, false);
    for (int i = 0; i < 30; i++) {
        pthread_t thread;
        int way = i % 3;
        make_owner(OTP_ACCESS_PUBLIC);
        for (uint64_t key = 0; key < 100; key++)
            ck_assert_int_eq(put(key, 10 * key), OTP_OK);
        ck_assert_int_eq(pthread_create(&thread, NULL, read_to_the_end, NULL), 0);
        in_process(watch_the_end, &way);
        pthread_join(thread, NULL);
    }
    stop_runtime();
}
END_TEST

/* -- what is no table -- */

START_TEST(references_that_are_none_or_of_other_types)
{
    static const uint64_t ids[] = {
        0, 1, 1 << 24, UINT64_MAX, (uint64_t)7 << 24 | 5, 0xffffff, (uint64_t)1 << 63
    };
    const otp_str key = otp_cstr("k");
    uint64_t number = 1;
    begin(OTP_ACCESS_PUBLIC);
    ck_assert_int_eq(otp_table_ref_put(made.numbers, &named_type, &key, &number), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_table_ref_get(made.texts, &named_type, &key, &number), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_table_ref_each(made.texts, numbers_type, is_odd, NULL), OTP_WRONG_MODULE);
    /* written twice, as by two packages, they are the same types */
    const struct otp_ref text_ref = { OTP_REF_TEXT, 0, 0, 0, 0, NULL };
    const struct otp_layout text = { sizeof(otp_str), 1, &text_ref },
                            word = { sizeof(uint64_t), 0, NULL };
    const struct otp_table_type again = { OTP_KEY_TEXT, &text, &word };
    ck_assert_int_eq(otp_table_ref_put(made.named, &again, &key, &number), OTP_OK);
    ck_assert_int_eq(otp_table_ref_get(made.named, &named_type, &key, &number), OTP_OK);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        made.numbers.id_ = ids[i];
        expect_gone(OTP_NOPROC);
    }
    stop_runtime();
}
END_TEST

START_TEST(references_of_an_earlier_run_are_of_no_table)
{
    otp_table_ref old;
    begin(OTP_ACCESS_PUBLIC);
    old = made.numbers;
    stop_runtime();
    expect_gone(OTP_NOT_RUNNING);
    for (int i = 0; i < 3; i++) {
        begin(OTP_ACCESS_PUBLIC);
        ck_assert_uint_ne(made.numbers.id_, old.id_);
        made.numbers = old;
        expect_gone(OTP_NOPROC);
        stop_runtime();
    }
}
END_TEST

static void make_many(void *unused)
{
    otp_table_ref refs[200];
    (void)unused;
    for (uint64_t i = 0; i < 200; i++) {
        ck_assert_int_eq(otp_table_ref_new(numbers_type, OTP_ACCESS_PROTECTED, &refs[i]), OTP_OK);
        ck_assert_int_eq(otp_table_ref_put(refs[i], numbers_type, &i, &i), OTP_OK);
    }
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t value = 0;
        ck_assert_int_eq(otp_table_ref_get(refs[i], numbers_type, &i, &value), OTP_OK);
        ck_assert_uint_eq(value, i);
        if (i % 2 == 0)
            ck_assert_int_eq(otp_table_ref_drop(refs[i]), OTP_OK);
    }
}

START_TEST(a_process_may_have_many)
{
    start_runtime(false, false);
    for (int i = 0; i < 3; i++)
        in_process(make_many, NULL);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("table_ref");
    TCase *c = support_case(s, "table_ref", 20);

    support_behaviour(s, "B185", B185_counters_lose_nothing);
    support_behaviour(s, "B186", B186_access_rules_hold);
    support_behaviour(s, "B187", B187_a_table_is_gone_before_its_owner_s_end_is_seen);
    tcase_add_test(c, all_is_used_from_everywhere);
    tcase_add_test(c, what_nobody_wants_to_know_is_not_told);
    tcase_add_test(c, an_addition_that_fails_changes_nothing);
    tcase_add_test(c, of_many_that_put_new_one_does);
    tcase_add_test(c, of_many_that_take_one_gets_it);
    tcase_add_test(c, a_walk_sees_once_what_stays);
    tcase_add_test(c, what_a_walk_calls_may_change_the_table);
    tcase_add_test(c, entries_are_counted_and_deleted_by_conditions);
    tcase_add_test(c, a_walk_goes_on_in_an_emptied_table);
    tcase_add_test(c, its_process_may_end_it);
    tcase_add_test(c, references_that_are_none_or_of_other_types);
    tcase_add_test(c, references_of_an_earlier_run_are_of_no_table);
    tcase_add_test(c, a_process_may_have_many);
    return support_run(s);
}
