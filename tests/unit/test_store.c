/* test_store.c - the hash table that is read without a lock.
 *
 * Idea: random operations over few keys against an array, in both shapes; growth and shrinking of a
 * big one; every allocation of a busy session fails once; and readers beside writers that make the
 * table grow, shrink and replace all the time, over an allocator that poisons what is freed.
 */
#include "support.h"

#include <pthread.h>
#include <stdio.h>

#include <otp/table.h>

#include "base/region.h"
#include "core/self.h"
#include "plat/plat.h"
#include "poison.h"
#include "store_samples.h"

/* -- against a model -- */

enum { KEYS = 300, STEPS = 8000 };

static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

struct model {
    bool there[KEYS];
    uint64_t value[KEYS];
    otp_instant expires[KEYS];
    uint64_t count;
};

static void model_put(struct model *model, uint64_t key, uint64_t value, otp_instant expires)
{
    model->count += !model->there[key];
    model->there[key] = true;
    model->value[key] = value;
    model->expires[key] = expires;
}

static void step(struct otpi_store *store, struct model *model, otp_instant now)
{
    uint64_t key = next_random() % KEYS, value = next_random() % 1000, swept = 0;
    otp_instant expires = now + (otp_instant)(next_random() % 200);

    switch (next_random() % 64) {
    case 0:
        for (size_t i = 0; i < KEYS; i++) {
            bool gone = model->there[i] && model->expires[i] < now;
            swept += gone;
            model->there[i] = model->there[i] && !gone;
        }
        model->count -= swept;
        ck_assert_uint_eq(sweep(store, now), swept);
        break;
    case 1:
        ck_assert_int_eq(put_how(store, key, value, expires, OTPI_PUT_NEW),
                         model->there[key] ? OTP_EXISTS : OTP_OK);
        if (!model->there[key])
            model_put(model, key, value, expires);
        break;
    default:
        if (next_random() % 2 == 0) {
            ck_assert_int_eq(put_how(store, key, value, expires, OTPI_PUT), OTP_OK);
            model_put(model, key, value, expires);
        } else {
            ck_assert(delete (store, key) == model->there[key]);
            model->count -= model->there[key];
            model->there[key] = false;
        }
    }
}

static void compare(struct otpi_store *store, const struct model *model)
{
    ck_assert_uint_eq(otpi_store_count(store), model->count);
    for (uint64_t key = 0; key < KEYS; key++) {
        uint64_t value = 0;
        ck_assert(get(store, key, &value) == model->there[key]);
        if (model->there[key])
            ck_assert_uint_eq(value, model->value[key]);
    }
}

static void against_model(const struct otpi_store_type *type)
{
    static struct model model;
    struct otpi_store *store;

    poison_start();
    store = otpi_store_new(type);
    ck_assert_ptr_nonnull(store);
    random_state = 0x9e3779b97f4a7c15u;
    for (uint64_t i = 0; i < STEPS; i++) {
        step(store, &model, (otp_instant)(i / 100));
        if (i % 500 == 0)
            compare(store, &model);
    }
    compare(store, &model);
    otpi_store_drop(store);
    poison_stop();
}

START_TEST(words_are_as_a_model_says)
{
    against_model(&words);
}
END_TEST

START_TEST(texts_are_as_a_model_says)
{
    against_model(&texts);
}
END_TEST

START_TEST(one_shard_is_as_a_model_says)
{
    struct otpi_store_type type = texts;

    type.max_entries = 400; /* never reached, and a store of one shard */
    against_model(&type);
}
END_TEST

/* -- growing and shrinking -- */

static void grow_and_shrink(const struct otpi_store_type *type, uint64_t n)
{
    struct otpi_store *store;
    uint64_t value = 0, full;

    poison_start();
    store = otpi_store_new(type);
    for (uint64_t i = 0; i < n; i++)
        ck_assert_int_eq(put(store, i, i % 1000), OTP_OK);
    full = otpi_store_memory(store);
    ck_assert_uint_eq(otpi_store_count(store), n);
    for (uint64_t i = 0; i < n; i++)
        ck_assert(get(store, i, &value) && value == i % 1000);
    for (uint64_t i = 0; i < n; i++)
        if (i % 100 != 0)
            ck_assert(delete (store, i));
    for (uint64_t i = 0; i < n; i++)
        ck_assert(get(store, i, &value) == (i % 100 == 0));
    ck_assert_uint_lt(otpi_store_memory(store), full / 3);
    ck_assert_uint_eq(sweep(store, 1001), (n + 99) / 100);
    ck_assert_uint_eq(otpi_store_count(store), 0);
    otpi_store_drop(store);
    poison_stop();
}

START_TEST(words_grow_and_shrink)
{
    grow_and_shrink(&words, 20000);
}
END_TEST

START_TEST(texts_grow_and_shrink)
{
    grow_and_shrink(&texts, 5000);
}
END_TEST

START_TEST(a_sweep_gives_the_memory_back)
{
    struct otpi_store *store;
    uint64_t full;

    poison_start();
    store = otpi_store_new(&words);
    for (uint64_t i = 0; i < 15000; i++)
        ck_assert_int_eq(put(store, i, i), OTP_OK);
    full = otpi_store_memory(store);
    ck_assert_uint_eq(sweep(store, 1000), 0);
    ck_assert_uint_eq(sweep(store, 1001), 15000);
    ck_assert_uint_lt(otpi_store_memory(store), full / 5);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

/* One of them expires later, told in the way of that round. */
static void put_off(struct otpi_store *store, int round, uint64_t number)
{
    struct otpi_store_key key;

    ck_assert(otpi_store_key(store, &number, &key));
    if (round == 0)
        ck_assert_int_eq(put_how(store, number, number, 2001, OTPI_PUT), OTP_OK);
    (void)otp_pin();
    if (round == 1)
        ck_assert(otpi_store_touch(store, &key, 2001, 1));
    if (round == 2)
        ck_assert(otpi_store_replace_word(store, number, key.hash, number, 2001));
    otp_unpin();
}

START_TEST(a_shard_goes_as_a_whole_only_if_all_of_it_has_expired)
{
    enum { N = 5000 };
    struct otpi_store *store;
    uint64_t value;

    poison_start();
    store = otpi_store_new(&words);
    for (int round = 0; round < 4; round++) {
        size_t later = round < 3;
        for (uint64_t i = 0; i < N; i++)
            ck_assert_int_eq(put(store, i, i), OTP_OK);
        put_off(store, round, 7);
        ck_assert_uint_eq(sweep(store, 999), 0);
        ck_assert_uint_eq(sweep(store, 1001), N - later);
        for (uint64_t i = 0; i < N; i++)
            ck_assert_int_eq(get(store, i, &value), later && i == 7);
        ck_assert_uint_eq(sweep(store, 2003), later);
    }
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

START_TEST(an_entry_of_words_takes_64_bytes_at_most)
{
    enum { N = 50000 };
    struct otpi_store *store;

    poison_start();
    store = otpi_store_new(&words);
    for (uint64_t i = 0; i < N; i++)
        ck_assert_int_eq(put(store, i, i), OTP_OK);
    ck_assert_uint_le(otpi_store_memory(store), 64 * (uint64_t)N);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

/* -- buckets in regions: of the usual allocator -- */

enum { MANY = 10000 };

static size_t regions_of(struct otpi_store *store)
{
    struct otpi_segments *list = atomic_load(&store->shards[0].segments);
    size_t n = 0;

    for (size_t i = 0; i < list->room; i++)
        n += list->at[i] != NULL && list->at[i]->is_region;
    return n;
}

/* Whose segments are regions, even small ones. */
static struct otpi_store *start_with_regions(void)
{
    struct otp_config config = { .workers = 1 };
    struct otpi_store *store;

    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    ck_assert_int_eq(otpi_enter(), OTP_OK);
    store = otpi_store_new(&words);
    ck_assert_ptr_nonnull(store);
    store->region_min = otpi_region_is_there() ? 1 : SIZE_MAX;
    return store;
}

static void stop_with_regions(struct otpi_store *store)
{
    otpi_store_drop(store);
    otpi_leave();
    ck_assert_int_eq(otp_runtime_stop(), OTP_OK);
}

START_TEST(segments_that_are_regions_come_and_go)
{
    struct otpi_store *store = start_with_regions();
    uint64_t value = 0;

    for (int round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < MANY; i++)
            ck_assert_int_eq(put(store, i, i), OTP_OK);
        for (uint64_t i = 0; i < MANY; i++)
            ck_assert(get(store, i, &value) && value == i);
        ck_assert(!otpi_region_is_there() || regions_of(store) > 1);
        if (round == 2)
            break; /* it is dropped with all that it has */
        for (uint64_t i = 0; i < MANY; i++)
            ck_assert(round == 1 || i % 50 == 0 || delete (store, i));
        for (uint64_t i = 0; i < MANY; i++)
            ck_assert(get(store, i, &value) == (round == 1 || i % 50 == 0));
        ck_assert_uint_eq(sweep(store, 1001), round == 1 ? MANY : MANY / 50);
        ck_assert(!otpi_region_is_there() || regions_of(store) == 1);
    }
    stop_with_regions(store);
}
END_TEST

/* -- values of any size -- */

static const size_t sizes[] = { 0, 7, 900, 1000, 1100, 5000, 70000, 1100000 };
enum { SIZES = sizeof sizes / sizeof *sizes, BOXES = 3 * SIZES };

static size_t size_in(uint64_t key, uint64_t round)
{
    return sizes[(key + round) % SIZES];
}

static otp_status put_box(struct otpi_store *store, uint64_t number, uint64_t round)
{
    static char bytes[1100000];
    const otp_str value = { bytes, size_in(number, round) };
    struct otpi_store_key key;
    const struct otpi_store_putting putting = { &key, &value, 1000, 0, OTPI_PUT };
    otp_status status;

    memset(bytes, (int)(number + round), value.size);
    ck_assert(otpi_store_key(store, &number, &key));
    (void)otp_pin();
    status = otpi_store_put(store, &putting);
    otp_unpin();
    return status;
}

/* There, and all of it. */
static bool has_box(struct otpi_store *store, uint64_t number, uint64_t round)
{
    struct otpi_store_key key;
    struct otpi_found found;
    otp_str value;
    bool there;

    ck_assert(otpi_store_key(store, &number, &key));
    (void)otp_pin();
    there = otpi_store_find(store, &key, &found);
    if (there) {
        memcpy(&value, otpi_box_value(found.box), sizeof value);
        ck_assert_uint_eq(value.size, size_in(number, round));
        for (size_t i = 0; i < value.size; i += 1 + value.size / 100)
            ck_assert_int_eq(value.data[i], (char)(number + round));
    }
    otp_unpin();
    return there;
}

/* Each is of every size once; some go by themselves, the others with the store. */
static void boxes_come_and_go(struct otpi_store *store)
{
    for (uint64_t round = 0; round < SIZES; round++) {
        for (uint64_t i = 0; i < BOXES; i++)
            ck_assert_int_eq(put_box(store, i, round), OTP_OK);
        for (uint64_t i = round; i < BOXES; i += 5)
            ck_assert(delete (store, i));
        for (uint64_t i = 0; i < BOXES; i++)
            ck_assert(has_box(store, i, round) == (i < round || (i - round) % 5 != 0));
        for (uint64_t i = round; i < BOXES; i += 5)
            ck_assert_int_eq(put_box(store, i, round), OTP_OK);
        ck_assert_uint_eq(otpi_store_count(store), BOXES);
    }
}

static const struct otpi_store_type boxes = { OTP_KEY_PLAIN, &word_layout, &text_layout, 0, 0 };

START_TEST(values_of_any_size_come_and_go)
{
    struct otpi_store *store;

    ck_assert_int_eq(otp_runtime_start(NULL), OTP_OK);
    ck_assert_int_eq(otpi_enter(), OTP_OK);
    store = otpi_store_new(&boxes);
    boxes_come_and_go(store);
    stop_with_regions(store);
}
END_TEST

START_TEST(values_of_any_size_are_given_back)
{
    struct otpi_store *store;

    poison_start();
    store = otpi_store_new(&boxes);
    boxes_come_and_go(store);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

static bool refuse_pages(enum otpi_need need)
{
    return need == OTPI_NEED_PAGES;
}

START_TEST(a_store_that_gets_no_region_goes_on)
{
    struct otpi_store *store = start_with_regions();
    uint64_t value = 0, seen = 0;

    for (uint64_t i = 0; i < MANY; i++)
        ck_assert_int_eq(put(store, i, i), OTP_OK);
    otpi_plat_refuses = refuse_pages;
    for (uint64_t i = MANY; i < 2 * MANY; i++) /* in longer chains */
        ck_assert_int_eq(put(store, i, i), OTP_OK);
    otpi_plat_refuses = NULL;
    for (uint64_t i = 0; i < 2 * MANY; i++)
        ck_assert(get(store, i, &value) && value == i);
    seen = regions_of(store);
    for (uint64_t i = 2 * MANY; i < 3 * MANY; i++) /* and grows when it may again */
        ck_assert_int_eq(put(store, i, i), OTP_OK);
    ck_assert(!otpi_region_is_there() || regions_of(store) > seen);
    for (uint64_t i = 0; i < 3 * MANY; i++)
        ck_assert(get(store, i, &value) && value == i);
    stop_with_regions(store);
}
END_TEST

/* -- no memory -- */

/* Puts and replaces keys; the allocation that is refused must not cost an entry. */
static void fail_at(const struct otpi_store_type *type, long at)
{
    struct otpi_store *store = otpi_store_new(type);
    uint64_t value = 0, kept[200];
    bool there[200] = { false };

    ck_assert_ptr_nonnull(store);
    atomic_store(&poison.refuse_in, at);
    for (uint64_t i = 0; i < 400; i++) {
        uint64_t key = i % 200;
        otp_status status = put(store, key, i);
        ck_assert(status == OTP_OK || status == OTP_NOMEM);
        if (status == OTP_OK) {
            there[key] = true;
            kept[key] = i;
        }
        ck_assert(get(store, key, &value) == there[key]);
    }
    atomic_store(&poison.refuse_in, 0);
    for (uint64_t key = 0; key < 200; key++)
        ck_assert(get(store, key, &value) == there[key] && (!there[key] || value == kept[key]));
    otpi_store_drop(store);
}

START_TEST(a_failed_allocation_loses_nothing)
{
    struct otpi_store_type one = words; /* in one shard there are more buckets */

    one.max_entries = 1000;
    poison_start();
    for (long at = 1; at < 120; at += 3) {
        fail_at(&one, at);
        fail_at(&texts, at);
    }
    poison_stop();
}
END_TEST

/* -- many at once -- */

enum { BEFORE = 20, LIST = 1300 };

static otp_status put_list(struct otpi_store *store, uint64_t first, uint64_t value,
                           enum otpi_put how)
{
    static struct sample samples[LIST];
    static struct otpi_store_row rows[LIST];
    otp_status status;

    for (uint64_t i = 0; i < LIST; i++) {
        make_sample(&samples[i], first + i, value);
        key_of(store, &samples[i], &rows[i].key);
        rows[i].value =
            is_text(store) ? (const void *)&samples[i].value_text : &samples[i].value_number;
    }
    (void)otp_pin();
    status = otpi_store_put_all(store, rows, LIST, how);
    otp_unpin();
    return status;
}

/* Some keys were there before; unless all are to be new, the list has half of them. */
static bool fail_list_at(const struct otpi_store_type *type, long at, enum otpi_put how)
{
    struct otpi_store *store = otpi_store_new(type);
    uint64_t value = 0, first = how == OTPI_PUT ? BEFORE / 2 : BEFORE;
    otp_status status;

    ck_assert_ptr_nonnull(store);
    for (uint64_t key = 0; key < BEFORE; key++)
        ck_assert_int_eq(put(store, key, 1), OTP_OK);
    atomic_store(&poison.refuse_in, at);
    status = put_list(store, first, 2, how);
    atomic_store(&poison.refuse_in, 0);
    ck_assert(status == OTP_OK || status == OTP_NOMEM);
    ck_assert_uint_eq(otpi_store_count(store), status == OTP_OK ? first + LIST : BEFORE);
    for (uint64_t key = 0; key < first + LIST; key++) {
        bool there = get(store, key, &value);
        ck_assert(there == (key < BEFORE || status == OTP_OK));
        ck_assert(!there || value == (status == OTP_OK && key >= first ? 2 : 1));
    }
    ck_assert_int_eq(put_list(store, 0, 3, OTPI_PUT_NEW), OTP_EXISTS);
    ck_assert_int_eq(put_list(store, first, 4, OTPI_PUT), OTP_OK);
    for (uint64_t key = 0; key < first + LIST; key++)
        ck_assert(delete (store, key));
    ck_assert_uint_eq(otpi_store_count(store), 0);
    otpi_store_drop(store);
    return status == OTP_OK;
}

/* What is refused is one allocation, or that and all that follow. */
static void fail_list_everywhere(const struct otpi_store_type *type, long last, long step)
{
    long failed = 0;

    poison_start();
    for (int on = 0; on < 2; on++) {
        atomic_store(&poison.refuse_on, on != 0);
        for (long at = 1; at < last; at += step) {
            failed += !fail_list_at(type, at, OTPI_PUT);
            failed += !fail_list_at(type, at + 1, OTPI_PUT_NEW);
        }
    }
    atomic_store(&poison.refuse_on, false);
    ck_assert_int_gt(failed, 3);
    poison_stop();
}

START_TEST(a_list_of_words_is_put_whole_or_not_at_all)
{
    fail_list_everywhere(&words, 240, 24);
}
END_TEST

START_TEST(a_list_of_texts_is_put_whole_or_not_at_all)
{
    fail_list_everywhere(&texts, LIST + 240, 220);
}
END_TEST

/* -- beside each other -- */

enum { STABLE = 400, CHURN = 1500, READERS = 2, ROUNDS = 6 };

static struct otpi_store *shared_store;
static uint64_t n_stable = STABLE;
static atomic_bool done;
static atomic_long lost, torn, looks;

/* Stable keys are always there; others come and go, and a value is one that its key had. */
static void *read_all_the_time(void *seed)
{
    uint64_t state = (uintptr_t)seed, value = 0;

    ck_assert_int_eq(otpi_enter(), OTP_OK);
    while (!atomic_load(&done)) {
        uint64_t key;
        state = state * 6364136223846793005u + 1442695040888963407u;
        key = (state >> 33) % (STABLE + CHURN);
        if (!get(shared_store, key, &value))
            atomic_fetch_add(&lost, key < n_stable);
        else if (value % (STABLE + CHURN) != key)
            atomic_fetch_add(&torn, 1);
        atomic_fetch_add(&looks, 1);
    }
    otpi_leave();
    return NULL;
}

static void churn(struct otpi_store *store)
{
    for (uint64_t round = 0; round < ROUNDS || atomic_load(&looks) < 1000; round++) {
        for (uint64_t key = STABLE; key < STABLE + CHURN; key++)
            ck_assert_int_eq(put(store, key, key + (STABLE + CHURN) * (round % 7)), OTP_OK);
        for (uint64_t key = 0; key < STABLE; key++)
            ck_assert_int_eq(put(store, key, key + (STABLE + CHURN) * (round % 5)), OTP_OK);
        for (uint64_t key = STABLE; key < STABLE + CHURN; key++)
            ck_assert(delete (store, key));
    }
}

/* All go at once, and a shard begins again with few buckets. */
static void sweep_all(struct otpi_store *store)
{
    const uint64_t n = STABLE + CHURN;

    for (uint64_t round = 0; round < ROUNDS || atomic_load(&looks) < 1000; round++) {
        for (uint64_t key = 0; key < n; key++)
            ck_assert_int_eq(put(store, key, key + n * (round % 7)), OTP_OK);
        ck_assert_uint_eq(sweep(store, 1001), n);
    }
}

static void beside(const struct otpi_store_type *type, void (*write)(struct otpi_store *store))
{
    pthread_t threads[READERS];

    poison_start();
    shared_store = otpi_store_new(type);
    for (uint64_t key = 0; key < n_stable; key++)
        ck_assert_int_eq(put(shared_store, key, key), OTP_OK);
    for (uintptr_t i = 0; i < READERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_all_the_time, (void *)(i + 1)), 0);
    write(shared_store);
    atomic_store(&done, true);
    for (int i = 0; i < READERS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_eq(atomic_load(&lost), 0);
    ck_assert_int_eq(atomic_load(&torn), 0);
    otpi_store_drop(shared_store);
    poison_stop();
}

START_TEST(readers_of_words_miss_nothing_beside_writers)
{
    struct otpi_store_type type = words;

    type.max_entries = 8000; /* few shards grow and shrink more */
    beside(&type, churn);
}
END_TEST

START_TEST(readers_of_texts_miss_nothing_beside_writers)
{
    beside(&texts, churn);
}
END_TEST

START_TEST(readers_see_whole_words_beside_sweeps)
{
    n_stable = 0;
    beside(&words, sweep_all);
}
END_TEST

START_TEST(readers_see_whole_texts_beside_sweeps)
{
    n_stable = 0;
    beside(&texts, sweep_all);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *model = support_case(suite, "model", 30), *size = support_case(suite, "size", 30);
    TCase *memory = support_case(suite, "memory", 30);
    TCase *threads = support_case(suite, "threads", 60);

    tcase_add_test(model, words_are_as_a_model_says);
    tcase_add_test(model, texts_are_as_a_model_says);
    tcase_add_test(model, one_shard_is_as_a_model_says);
    tcase_add_test(size, words_grow_and_shrink);
    tcase_add_test(size, texts_grow_and_shrink);
    tcase_add_test(size, a_sweep_gives_the_memory_back);
    tcase_add_test(size, a_shard_goes_as_a_whole_only_if_all_of_it_has_expired);
    tcase_add_test(size, an_entry_of_words_takes_64_bytes_at_most);
    tcase_add_test(size, segments_that_are_regions_come_and_go);
    tcase_add_test(memory, values_of_any_size_come_and_go);
    tcase_add_test(memory, values_of_any_size_are_given_back);
    tcase_add_test(memory, a_store_that_gets_no_region_goes_on);
    tcase_add_test(memory, a_failed_allocation_loses_nothing);
    tcase_add_test(memory, a_list_of_words_is_put_whole_or_not_at_all);
    tcase_add_test(memory, a_list_of_texts_is_put_whole_or_not_at_all);
    tcase_add_test(threads, readers_of_words_miss_nothing_beside_writers);
    tcase_add_test(threads, readers_of_texts_miss_nothing_beside_writers);
    tcase_add_test(threads, readers_see_whole_words_beside_sweeps);
    tcase_add_test(threads, readers_see_whole_texts_beside_sweeps);
    return support_run(suite);
}
