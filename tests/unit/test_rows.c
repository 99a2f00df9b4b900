/* test_rows.c - the rows of tables: against a model, deleting while walking, memory that runs out.
 *
 * Idea: the table needs six functions of the library; here they are counted and can refuse, so
 * that nothing of a running runtime is needed. Each allocation of a busy session fails once.
 */
#include "rows.h"

static void assert_same(const struct otpi_rows *table, const struct model *model)
{
    ck_assert_uint_eq(otpi_rows_count(table), model->count);
    for (uint64_t key = 0; key < KEYS; key++) {
        uint64_t value = 0;
        ck_assert_int_eq(otpi_rows_get(table, &key, &value), model->value[key] != 0);
        ck_assert_uint_eq(value, model->value[key]);
        ck_assert_int_eq(otpi_rows_has(table, &key), model->value[key] != 0);
    }
}

static bool is_divisible(const void *key, const void *value, void *context)
{
    struct model *seen = context;
    uint64_t i = *(const uint64_t *)key;
    ck_assert_uint_eq(seen->value[i], 0); /* asked about once */
    seen->value[i] = *(const uint64_t *)value;
    seen->count++;
    return *(const uint64_t *)value % 3 == 0;
}

static void delete_divisible(struct otpi_rows *table, struct model *model)
{
    struct model seen = { .count = 0 };
    size_t deleted = otpi_rows_delete_if(table, is_divisible, &seen);
    ck_assert_mem_eq(seen.value, model->value, sizeof seen.value);
    for (uint64_t i = 0; i < KEYS; i++) {
        if (model->value[i] == 0 || model->value[i] % 3 != 0)
            continue;
        model->value[i] = 0;
        model->count--;
        deleted--;
    }
    ck_assert_uint_eq(deleted, 0);
}

START_TEST(random_operations_match_the_model)
{
    struct otpi_rows *table = new_table(&numbers);
    struct model model = { .count = 0 };
    for (uint64_t step = 1; step < 20000; step++) {
        bool filling = step / 1000 % 2 == 0;
        uint64_t key = next_random() % KEYS;
        if (next_random() % 10 < (filling ? 7u : 3u)) {
            ck_assert_int_eq(otpi_rows_put(table, &key, &step), OTP_OK);
            model.count += model.value[key] == 0;
            model.value[key] = step;
        } else {
            ck_assert_int_eq(otpi_rows_delete(table, &key), model.value[key] != 0);
            model.count -= model.value[key] != 0;
            model.value[key] = 0;
        }
        if (step % 500 == 499)
            delete_divisible(table, &model);
        if (step % 32 == 0)
            assert_same(table, &model);
    }
    otpi_rows_drop(table);
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

START_TEST(an_empty_table_has_nothing)
{
    struct otpi_rows *table = new_table(&numbers);
    uint64_t key = 0;
    uint64_t value = 77;
    ck_assert(!otpi_rows_get(table, &key, &value));
    ck_assert_uint_eq(value, 77);
    ck_assert(!otpi_rows_has(table, &key));
    ck_assert(!otpi_rows_delete(table, &key));
    ck_assert_uint_eq(otpi_rows_delete_if(table, is_divisible, NULL), 0);
    ck_assert_uint_eq(otpi_rows_count(table), 0);
    otpi_rows_clear(table);
    ck_assert_int_eq(otpi_rows_put(table, &key, &value), OTP_OK); /* key 0 is a key */
    ck_assert(otpi_rows_has(table, &key));
    otpi_rows_drop(table);
    otpi_rows_drop(NULL);
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

/* -- text keys, values with references -- */

static void put_item(struct otpi_rows *table, const char *key, int64_t number, const char *text)
{
    char key_copy[64];
    char text_copy[64];
    uint32_t list[3] = { (uint32_t)number, 2, 3 };
    strcpy(key_copy, key);
    strcpy(text_copy, text);
    otp_str view = otp_cstr(key_copy);
    struct item item = { .number = number, .text = otp_cstr(text_copy) };
    item.list.items = list;
    item.list.count = (size_t)number % 4;
    ck_assert_int_eq(otpi_rows_put(table, &view, &item), OTP_OK);
    memset(key_copy, '#', sizeof key_copy); /* the table has its own */
    memset(text_copy, '#', sizeof text_copy);
    memset(list, '#', sizeof list);
}

static void assert_item(struct item item, int64_t number, const char *text)
{
    ck_assert_int_eq(item.number, number);
    ck_assert(otp_str_equal(item.text, otp_cstr(text)));
    ck_assert_uint_eq(item.list.count, (size_t)number % 4);
    ck_assert_uint_eq((uintptr_t)item.list.items % sizeof(uint32_t), 0);
    if (item.list.count > 0)
        ck_assert_int_eq(item.list.items[0], number);
}

static struct item get_item(struct otpi_rows *table, const char *key)
{
    otp_str view = otp_cstr(key);
    struct item item;
    ck_assert(otpi_rows_get(table, &view, &item));
    return item;
}

START_TEST(texts_belong_to_the_table)
{
    struct otpi_rows *table = new_table(&texts);
    put_item(table, "a", 1, "one");
    put_item(table, "", 2, "");
    put_item(table, "ab", 4, "three");
    assert_item(get_item(table, "a"), 1, "one");
    assert_item(get_item(table, ""), 2, "");
    assert_item(get_item(table, "ab"), 4, "three");
    otp_str missing = otp_cstr("b");
    ck_assert(!otpi_rows_has(table, &missing));
    put_item(table, "a", 7, "replaced by something longer");
    assert_item(get_item(table, "a"), 7, "replaced by something longer");
    ck_assert_uint_eq(otpi_rows_count(table), 3);
    otpi_rows_drop(table);
    end_handler();
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

START_TEST(what_get_gives_outlives_the_entry)
{
    struct otpi_rows *table = new_table(&texts);
    put_item(table, "key", 3, "kept");
    struct item item = get_item(table, "key");
    otp_str view = otp_cstr("key");
    ck_assert(otpi_rows_delete(table, &view));
    otpi_rows_drop(table);
    ck_assert_uint_eq(blocks, 0);
    assert_item(item, 3, "kept");
    end_handler();
}
END_TEST

/* Replaces an entry with what it holds itself. */
static bool keep_first(const void *key, const void *value, void *context)
{
    (void)key;
    *(const void **)context = value;
    return false;
}

START_TEST(a_value_can_be_put_back_from_the_table)
{
    struct otpi_rows *table = new_table(&texts);
    put_item(table, "key", 3, "itself");
    const void *value = NULL;
    otpi_rows_each(table, keep_first, &value);
    otp_str view = otp_cstr("key");
    ck_assert_int_eq(otpi_rows_put(table, &view, value), OTP_OK);
    assert_item(get_item(table, "key"), 3, "itself");
    otpi_rows_drop(table);
    end_handler();
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

START_TEST(many_texts_of_all_lengths)
{
    struct otpi_rows *table = new_table(&texts);
    char key[64];
    for (int64_t i = 0; i < 3000; i++) {
        snprintf(key, sizeof key, "%.*s%ld", (int)(i % 40),
                 "0123456789012345678901234567890123456789", (long)i);
        put_item(table, key, i, key);
    }
    ck_assert_uint_eq(otpi_rows_count(table), 3000);
    for (int64_t i = 0; i < 3000; i++) {
        snprintf(key, sizeof key, "%.*s%ld", (int)(i % 40),
                 "0123456789012345678901234567890123456789", (long)i);
        assert_item(get_item(table, key), i, key);
        end_handler();
        otp_str view = otp_cstr(key);
        if (i % 2 == 0)
            ck_assert(otpi_rows_delete(table, &view));
    }
    ck_assert_uint_eq(otpi_rows_count(table), 1500);
    otpi_rows_clear(table);
    ck_assert_uint_eq(otpi_rows_count(table), 0);
    ck_assert_uint_eq(blocks, 1); /* the table itself */
    otpi_rows_drop(table);
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

START_TEST(wide_plain_keys_compare_whole)
{
    struct otpi_rows *table = new_table(&wides);
    unsigned char key[24] = { 0 };
    struct item item = { .text = otp_cstr("x") };
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = 1;
        item.number = (int64_t)i;
        ck_assert_int_eq(otpi_rows_put(table, key, &item), OTP_OK);
        key[i] = 0;
    }
    ck_assert_uint_eq(otpi_rows_count(table), 24);
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = 1;
        ck_assert(otpi_rows_get(table, key, &item));
        ck_assert_int_eq(item.number, (int64_t)i);
        key[i] = 0;
    }
    ck_assert(!otpi_rows_has(table, key));
    otpi_rows_drop(table);
    end_handler();
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

START_TEST(one_byte_values_behind_text_keys)
{
    struct otpi_rows *table = new_table(&flags);
    for (uint8_t i = 0; i < 200; i++) {
        char key[8];
        snprintf(key, sizeof key, "%u", i);
        otp_str view = otp_cstr(key);
        ck_assert_int_eq(otpi_rows_put(table, &view, &i), OTP_OK);
        uint8_t other = (uint8_t)(i + 1);
        ck_assert_int_eq(otpi_rows_put(table, &view, &other), OTP_OK);
        uint8_t value = 0;
        ck_assert(otpi_rows_get(table, &view, &value));
        ck_assert_uint_eq(value, i + 1u);
    }
    ck_assert_uint_eq(n_scratches, 0); /* nothing to refer to, nothing to copy */
    otpi_rows_drop(table);
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

/* -- walking -- */

static bool count_to_five(const void *key, const void *value, void *context)
{
    (void)key;
    (void)value;
    return ++*(int *)context < 5;
}

static bool add_up(const void *key, const void *value, void *context)
{
    ck_assert_uint_eq((uintptr_t)key % 8, 0);
    ck_assert_uint_eq((uintptr_t)value % 8, 0);
    *(uint64_t *)context += *(const uint64_t *)key * 1000 + *(const uint64_t *)value;
    return true;
}

START_TEST(each_visits_until_it_is_told_to_stop)
{
    struct otpi_rows *table = new_table(&numbers);
    uint64_t wanted = 0;
    for (uint64_t i = 0; i < 100; i++) {
        ck_assert_int_eq(otpi_rows_put(table, &i, &i), OTP_OK);
        wanted += i * 1001;
    }
    int visits = 0;
    otpi_rows_each(table, count_to_five, &visits);
    ck_assert_int_eq(visits, 5);
    uint64_t sum = 0;
    otpi_rows_each(table, add_up, &sum);
    ck_assert_uint_eq(sum, wanted);
    otpi_rows_drop(table);
}
END_TEST

static bool take_all(const void *key, const void *value, void *context)
{
    (void)key;
    (void)value;
    (void)context;
    return true;
}

START_TEST(delete_if_can_delete_everything)
{
    struct otpi_rows *table = new_table(&texts);
    char key[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "k%d", i);
        put_item(table, key, i, key);
    }
    ck_assert_uint_eq(otpi_rows_delete_if(table, take_all, NULL), 1000);
    ck_assert_uint_eq(otpi_rows_count(table), 0);
    ck_assert_uint_eq(blocks, 2); /* the table and its slots */
    put_item(table, "again", 1, "x");
    assert_item(get_item(table, "again"), 1, "x");
    otpi_rows_drop(table);
    end_handler();
}
END_TEST

START_TEST(memory_counts_what_is_held)
{
    struct otpi_rows *table = new_table(&texts);
    size_t bare = otpi_rows_memory(table);
    ck_assert_uint_gt(bare, 0);
    put_item(table, "k", 4, "");
    size_t one = otpi_rows_memory(table);
    ck_assert_uint_gt(one, bare);
    put_item(table, "k", 4, "1234567890");
    ck_assert_uint_eq(otpi_rows_memory(table), one + 10);
    put_item(table, "longer key", 5, "");
    ck_assert_uint_eq(otpi_rows_memory(table), one + 10 + 10 + sizeof(uint32_t));
    otp_str view = otp_cstr("longer key");
    ck_assert(otpi_rows_delete(table, &view));
    ck_assert_uint_eq(otpi_rows_memory(table), one + 10);
    otpi_rows_clear(table);
    ck_assert_uint_eq(otpi_rows_memory(table), bare);
    otpi_rows_drop(table);
}
END_TEST

/* -- no memory -- */

/* Puts, replaces and deletes; returns the number of puts that were refused. After each refusal the
 * table must be as it was. */
static int run_session(struct otpi_rows *table)
{
    int refusals = 0;
    char key[16];
    for (int64_t i = 0; i < 60; i++) {
        snprintf(key, sizeof key, "k%ld", (long)(i % 25));
        otp_str view = otp_cstr(key);
        struct item item = { .number = 4 * i, .text = otp_cstr("value") };
        struct item before = { .number = -1 };
        bool was = otpi_rows_get(table, &view, &before);
        size_t count = otpi_rows_count(table);
        otp_status status = otpi_rows_put(table, &view, &item);
        if (status == OTP_NOMEM) {
            refusals++;
            struct item after = { .number = -1 };
            ck_assert_uint_eq(otpi_rows_count(table), count);
            ck_assert_int_eq(otpi_rows_get(table, &view, &after), was);
            ck_assert_int_eq(after.number, before.number);
            status = otpi_rows_put(table, &view, &item);
        }
        ck_assert_int_eq(status, OTP_OK);
        assert_item(get_item(table, key), 4 * i, "value");
        end_handler();
    }
    ck_assert_uint_eq(otpi_rows_count(table), 25);
    return refusals;
}

static void fail_sessions(const struct otp_table_type *type)
{
    struct otpi_rows *table = new_table(type);
    long before = allocations;
    run_session(table);
    long needed = allocations - before;
    otpi_rows_drop(table);
    ck_assert_int_gt(needed, 60);
    for (long nth = 0; nth < needed; nth++) {
        table = new_table(type);
        refuse_at = allocations + nth;
        ck_assert_int_eq(run_session(table), 1);
        refuse_at = -1;
        otpi_rows_drop(table);
        ck_assert_uint_eq(blocks, 0);
    }
    refuse_at = allocations;
    ck_assert_ptr_null(otpi_rows_new(type));
    refuse_at = -1;
}

START_TEST(each_allocation_may_fail_and_the_table_holds)
{
    fail_sessions(&texts);
    fail_sessions(&sorted);
    refuse_at = allocations + 1; /* of the order */
    ck_assert_ptr_null(otpi_rows_new(&sorted));
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

enum { LISTED = 40 };

/* Puts a list whose first ten keys are there if it is not only_new. */
static otp_status put_list(struct otpi_rows *table, bool only_new, const char *text)
{
    static char texts_of[LISTED][16];
    static uint32_t lists[LISTED][3];
    otp_str keys[LISTED];
    struct item items[LISTED];
    for (int i = 0; i < LISTED; i++) {
        snprintf(texts_of[i], sizeof texts_of[i], "k%d", only_new ? i + 10 : i);
        keys[i] = otp_cstr(texts_of[i]);
        lists[i][0] = (uint32_t)i;
        items[i] = (struct item){ i, otp_cstr(text), { lists[i], (size_t)i % 4 } };
    }
    return otpi_rows_put_all(table, &(struct otpi_row_list){ keys, items, LISTED, only_new });
}

static struct otpi_rows *new_table_of_ten(const struct otp_table_type *type)
{
    struct otpi_rows *table = new_table(type);
    char key[16];
    for (int i = 0; i < 10; i++) {
        snprintf(key, sizeof key, "k%d", i);
        put_item(table, key, i, "old");
    }
    return table;
}

/* False: the nth allocation was none of it any more. */
static bool fail_list_at(const struct otp_table_type *type, long nth, bool only_new)
{
    struct otpi_rows *table = new_table_of_ten(type);
    size_t held = otpi_rows_memory(table), had = blocks;
    refuse_at = allocations + nth;
    otp_status status = put_list(table, only_new, "new");
    bool refused = allocations > refuse_at;
    refuse_at = -1;
    ck_assert_int_eq(status, refused ? OTP_NOMEM : OTP_OK);
    if (refused) {
        ck_assert_uint_eq(otpi_rows_count(table), 10);
        ck_assert_uint_eq(otpi_rows_memory(table), held);
        ck_assert_uint_eq(blocks, had);
        assert_item(get_item(table, "k9"), 9, "old");
    }
    ck_assert_int_eq(put_list(table, false, "newer"), OTP_OK);
    assert_item(get_item(table, "k9"), 9, "newer");
    assert_item(get_item(table, "k39"), 39, "newer");
    ck_assert_int_eq(put_list(table, true, "newest"), OTP_EXISTS);
    otpi_rows_drop(table);
    end_handler();
    ck_assert_uint_eq(blocks, 0);
    return refused;
}

START_TEST(a_list_is_put_whole_or_not_at_all)
{
    for (int kind = 0; kind < 4; kind++) {
        long nth = 0;
        while (fail_list_at(kind % 2 == 0 ? &texts : &sorted, nth, kind / 2 != 0))
            nth++;
        ck_assert_int_gt(nth, LISTED); /* a block each, and the table grows */
    }
}
END_TEST

START_TEST(a_list_that_fits_needs_no_room)
{
    struct otpi_rows *table = new_table(&numbers);
    uint64_t keys[] = { 1, 2, 3, 4, 5, 6, 1 }, value = 0;
    ck_assert_int_eq(otpi_rows_put_all(table, &(struct otpi_row_list){ keys, keys, 5, true }),
                     OTP_OK);
    refuse_at = allocations;
    ck_assert_int_eq(otpi_rows_put_all(table, &(struct otpi_row_list){ keys, keys, 7, false }),
                     OTP_OK);
    ck_assert_uint_eq(otpi_rows_count(table), 6);
    ck_assert(otpi_rows_get(table, &keys[5], &value) && value == 6);
    keys[0] = 7;
    ck_assert_int_eq(otpi_rows_put_all(table, &(struct otpi_row_list){ keys, keys, 1, false }),
                     OTP_NOMEM);
    refuse_at = -1;
    ck_assert_uint_eq(otpi_rows_count(table), 6);
    otpi_rows_drop(table);
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

START_TEST(too_large_an_entry_is_no_memory)
{
    struct otpi_rows *table = new_table(&texts);
    put_item(table, "k", 1, "v");
    otp_str key = otp_cstr("k");
    otp_str huge = { "x", SIZE_MAX };
    struct item item = { .number = 2, .text = huge };
    ck_assert_int_eq(otpi_rows_put(table, &key, &item), OTP_NOMEM);
    assert_item(get_item(table, "k"), 1, "v");
    otpi_rows_drop(table);
    end_handler();
}
END_TEST

START_TEST(get_without_scratch_ends_the_process)
{
    struct otpi_rows *table = new_table(&texts);
    put_item(table, "k", 1, "v");
    otp_str key = otp_cstr("k");
    struct item item = { .number = 77 };
    is_scratch_empty = true;
    if (setjmp(exit_point) == 0) {
        (void)otpi_rows_get(table, &key, &item);
        ck_abort_msg("get came back");
    }
    ck_assert_uint_eq(exit_reason.kind, OTP_REASON_NOMEM);
    ck_assert_int_eq(item.number, 77);
}
END_TEST

START_TEST(shrinking_gives_room_back_and_nothing_else)
{
    struct otpi_rows *table = new_table(&numbers);
    for (uint64_t i = 0; i < 1000; i++)
        ck_assert_int_eq(otpi_rows_put(table, &i, &i), OTP_OK);
    for (uint64_t i = 10; i < 1000; i++)
        ck_assert(otpi_rows_delete(table, &i));
    size_t full = otpi_rows_memory(table);
    refuse_at = allocations;
    otpi_rows_shrink(table); /* there is no memory for a smaller one */
    refuse_at = -1;
    ck_assert_uint_eq(otpi_rows_memory(table), full);
    otpi_rows_shrink(table);
    ck_assert_uint_lt(otpi_rows_memory(table), full / 16);
    for (uint64_t i = 0; i < 1000; i++)
        ck_assert_int_eq(otpi_rows_has(table, &i), i < 10);
    otpi_rows_shrink(table); /* nothing is left to be done */
    for (uint64_t i = 0; i < 10; i++)
        ck_assert(otpi_rows_delete(table, &i));
    otpi_rows_shrink(table);
    ck_assert_uint_eq(blocks, 1); /* its head */
    uint64_t key = 3;
    ck_assert_int_eq(otpi_rows_put(table, &key, &key), OTP_OK);
    ck_assert(otpi_rows_has(table, &key));
    otpi_rows_drop(table);
    ck_assert_uint_eq(blocks, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("table");
    TCase *c = support_case(suite, "table", 20.0 * (double)support_slow());
    tcase_add_test(c, random_operations_match_the_model);
    tcase_add_test(c, an_empty_table_has_nothing);
    tcase_add_test(c, texts_belong_to_the_table);
    tcase_add_test(c, what_get_gives_outlives_the_entry);
    tcase_add_test(c, a_value_can_be_put_back_from_the_table);
    tcase_add_test(c, many_texts_of_all_lengths);
    tcase_add_test(c, wide_plain_keys_compare_whole);
    tcase_add_test(c, one_byte_values_behind_text_keys);
    tcase_add_test(c, each_visits_until_it_is_told_to_stop);
    tcase_add_test(c, delete_if_can_delete_everything);
    tcase_add_test(c, memory_counts_what_is_held);
    tcase_add_test(c, shrinking_gives_room_back_and_nothing_else);
    c = support_case(suite, "no memory", 20.0 * (double)support_slow());
    tcase_add_test(c, each_allocation_may_fail_and_the_table_holds);
    tcase_add_test(c, a_list_is_put_whole_or_not_at_all);
    tcase_add_test(c, a_list_that_fits_needs_no_room);
    tcase_add_test(c, too_large_an_entry_is_no_memory);
    tcase_add_test(c, get_without_scratch_ends_the_process);
    return support_run(suite);
}
