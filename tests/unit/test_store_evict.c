/* test_store_evict.c - which entries of a store with a limit are there when they are wanted.
 *
 * Idea: keys are asked for, and put if they are not there, in ways that caches get wrong: circles
 * that are a little too large, keys that come once, favourites that change, keys that come again
 * soon or never. Each bound is far from what a store has that goes wrong there. And memory that is
 * refused, deletes in between, and threads beside each other, over an allocator that counts and
 * poisons.
 */
#include "support.h"

#include <pthread.h>
#include <stdio.h>

#include "core/self.h"
#include "poison.h"
#include "store/store.h"

enum { SIZE = 1000, ONCE = 1000000 };

static const struct otp_layout word_layout = { sizeof(uint64_t), 0, NULL };
static const struct otp_ref text_ref = { OTP_REF_TEXT, 0, 0, 0, 0, NULL };
static const struct otp_layout text_layout = { sizeof(otp_str), 1, &text_ref };

static const struct otpi_store_type words = { OTP_KEY_PLAIN, &word_layout, &word_layout, SIZE, 0 };
static const struct otpi_store_type texts = { OTP_KEY_TEXT, &text_layout, &text_layout, SIZE, 0 };

/* -- one use of a cache -- */

struct sample {
    char text[32];
    otp_str key_text;
    uint64_t word;
    struct otpi_store_key key;
    const void *value;
};

static void make_sample(const struct otpi_store *store, struct sample *sample, uint64_t number)
{
    bool is_text = store->type.key_kind == OTP_KEY_TEXT;

    sample->word = number;
    sample->key_text.data = sample->text;
    sample->key_text.size =
        (size_t)snprintf(sample->text, sizeof sample->text, "%llu", (unsigned long long)number);
    sample->value = is_text ? (const void *)&sample->key_text : &sample->word;
    ck_assert(otpi_store_key(store, sample->value, &sample->key));
}

/* False: another value than the key's. */
static bool is_value(const struct otpi_found *found, const struct sample *sample)
{
    otp_str text;

    if (found->box == NULL)
        return found->words[0] == sample->word;
    memcpy(&text, otpi_box_value(found->box), sizeof text);
    return otp_str_equal(text, sample->key_text);
}

static void evict(struct otpi_store *store, uint64_t hash)
{
    struct otpi_taken taken;

    if (otpi_store_evict(store, hash, 0, &taken))
        otpi_store_retire(&taken);
}

/* Asks for a key, and puts it if it is not there. NOMEM: it could not. */
static otp_status use(struct otpi_store *store, uint64_t number, bool *hit)
{
    struct sample sample;
    struct otpi_found found;
    struct otpi_store_putting putting = { .expires = OTP_INFINITY };
    otp_status status = OTP_OK;

    make_sample(store, &sample, number);
    putting.key = &sample.key;
    putting.value = sample.value;
    (void)otp_pin();
    *hit = otpi_store_find(store, &sample.key, &found);
    ck_assert(!*hit || is_value(&found, &sample));
    if (!*hit)
        while ((status = otpi_store_put(store, &putting)) == OTP_OVERLOAD)
            evict(store, sample.key.hash);
    otp_unpin();
    return status;
}

static int ask(struct otpi_store *store, uint64_t number)
{
    bool hit;

    ck_assert_int_eq(use(store, number, &hit), OTP_OK);
    return hit;
}

static bool delete (struct otpi_store *store, uint64_t number)
{
    struct sample sample;
    bool there;

    make_sample(store, &sample, number);
    (void)otp_pin();
    there = otpi_store_delete(store, &sample.key);
    otp_unpin();
    return there;
}

/* Each of so many keys once. */
static int ask_all(struct otpi_store *store, uint64_t first, uint64_t n)
{
    int hits = 0;

    for (uint64_t i = 0; i < n; i++)
        hits += ask(store, first + i);
    return hits;
}

static const struct otpi_store_type *const types[] = { &words, &texts };

/* -- what caches get wrong -- */

/* Who throws out what was unused for longest never has what is wanted next. */
START_TEST(a_circle_that_is_too_large_is_kept_but_for_that)
{
    enum { CIRCLE = SIZE + SIZE / 10 };
    struct otpi_store *store;

    poison_start();
    store = otpi_store_new(types[_i]);
    for (int round = 0; round < 8; round++)
        (void)ask_all(store, 0, CIRCLE);
    ck_assert_int_ge(ask_all(store, 0, CIRCLE), CIRCLE * 85 / 100); /* 90 could be */
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

START_TEST(what_comes_once_drives_out_nothing_that_was_wanted)
{
    enum { WANTED = SIZE / 2 };
    struct otpi_store *store;

    poison_start();
    store = otpi_store_new(types[_i]);
    for (int round = 0; round < 3; round++)
        (void)ask_all(store, 0, WANTED);
    (void)ask_all(store, ONCE, 5 * SIZE);
    ck_assert_int_ge(ask_all(store, 0, WANTED), WANTED * 90 / 100);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

/* They come seldom enough to be thrown out before they come again, but are remembered. */
START_TEST(new_favourites_take_the_place_of_old_ones)
{
    enum { WANTED = SIZE / 4 };
    struct otpi_store *store;
    uint64_t once = ONCE;

    poison_start();
    store = otpi_store_new(types[_i]);
    for (int round = 0; round < 5; round++)
        (void)ask_all(store, 0, SIZE);
    for (int round = 0; round < 30; round++, once += WANTED)
        for (uint64_t i = 0; i < WANTED; i++) {
            (void)ask(store, SIZE + i);
            (void)ask(store, once + i);
        }
    ck_assert_int_ge(ask_all(store, SIZE, WANTED), WANTED * 85 / 100);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

/* Each key comes twice, some of them soon, which is how more of them are on trial: half of those
 * others come when a hundredth of the store, which is on trial at first, was put ten times. */
START_TEST(where_keys_come_again_soon_or_never_the_last_ones_are_kept)
{
    enum { KEYS = 12 * SIZE, SOON = 5, LATER = SIZE / 10 };
    struct otpi_store *store;
    int hits = 0;

    poison_start();
    store = otpi_store_new(types[_i]);
    for (uint64_t i = LATER; i < KEYS; i++) {
        uint64_t again = i - (i % 4 == 0 ? SOON : LATER);
        int hit;
        (void)ask(store, i);
        hit = ask(store, again);
        hits += i >= KEYS / 2 && hit;
    }
    ck_assert_int_ge(hits, KEYS / 2 * 85 / 100);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

/* Of few entries none is on trial. */
START_TEST(of_few_the_one_goes_that_was_unused_for_longest)
{
    struct otpi_store_type type = *types[_i];
    struct otpi_store *store;

    type.max_entries = 12;
    poison_start();
    store = otpi_store_new(&type);
    (void)ask_all(store, 0, 12);
    for (uint64_t i = 0; i < 60; i++)
        ck_assert_int_eq(ask(store, 100 + i) + ask(store, 100 + i), 1);
    ck_assert_int_eq(ask(store, 0) + ask(store, 5) + ask(store, 11), 0);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

/* -- that nothing is lost -- */

/* Those who are on trial are deleted, and come back; the limit is reached, and not. */
START_TEST(deletes_in_between_do_no_harm)
{
    struct otpi_store *store;
    uint64_t state = 7, there;

    poison_start();
    store = otpi_store_new(types[_i]);
    for (int i = 0; i < 8000; i++) {
        uint64_t key;
        state = state * 6364136223846793005u + 1442695040888963407u;
        key = (state >> 33) % (2 * SIZE);
        if (state >> 62 == 0)
            (void)delete (store, key);
        else
            (void)ask(store, key);
        ck_assert_uint_le(atomic_load(&store->entries), SIZE);
    }
    there = otpi_store_count(store);
    ck_assert_uint_eq(there, atomic_load(&store->entries));
    for (uint64_t key = 0; key < 2 * SIZE; key++)
        there -= delete (store, key);
    ck_assert_uint_eq(there, 0);
    ck_assert_uint_eq(otpi_store_count(store), 0);
    otpi_store_drop(store);
    poison_stop();
}
END_TEST

/* Without memory there is nobody on trial, or fewer; what there is room for is put all the same. */
START_TEST(refused_memory_costs_no_entry)
{
    poison_start();
    for (long at = 1; at < 12; at += 3) {
        struct otpi_store *store = otpi_store_new(&words);
        bool hit;
        (void)ask_all(store, 0, SIZE);
        atomic_store(&poison.refuse_on, true);
        atomic_store(&poison.refuse_in, at);
        for (uint64_t i = 0; i < 2 * SIZE; i++) {
            otp_status status = use(store, ONCE + i % (SIZE / 2), &hit);
            ck_assert(status == OTP_OK || status == OTP_NOMEM);
            ck_assert_uint_eq(otpi_store_count(store), SIZE - (status == OTP_NOMEM));
            if (status == OTP_NOMEM) /* a bucket had to have a second one */
                break;
        }
        atomic_store(&poison.refuse_in, 0);
        atomic_store(&poison.refuse_on, false);
        (void)ask_all(store, 2 * ONCE, SIZE);
        ck_assert_uint_eq(otpi_store_count(store), SIZE);
        otpi_store_drop(store);
    }
    poison_stop();
}
END_TEST

/* -- beside each other -- */

enum { THREADS = 3, STEPS = 2500 };

static struct otpi_store *shared;

/* Most keys are new, some of few; now and then one is deleted. */
static void *use_all_the_time(void *seed)
{
    uint64_t state = (uintptr_t)seed;

    ck_assert_int_eq(otpi_enter(), OTP_OK);
    for (int i = 0; i < STEPS; i++) {
        uint64_t key;
        state = state * 6364136223846793005u + 1442695040888963407u;
        key = (state >> 33) % (state >> 63 != 0 ? SIZE / 4 : 4 * SIZE);
        if (state >> 58 == 1)
            (void)delete (shared, key);
        else
            (void)ask(shared, key);
        ck_assert_uint_le(atomic_load(&shared->entries), SIZE);
    }
    otpi_leave();
    return NULL;
}

START_TEST(threads_beside_each_other_keep_to_the_limit)
{
    pthread_t threads[THREADS];
    uint64_t there;

    poison_start();
    shared = otpi_store_new(types[_i]);
    for (uintptr_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, use_all_the_time, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    there = otpi_store_count(shared);
    ck_assert_uint_eq(there, atomic_load(&shared->entries));
    for (uint64_t key = 0; key < 4 * SIZE; key++)
        there -= delete (shared, key);
    ck_assert_uint_eq(there, 0);
    otpi_store_drop(shared);
    poison_stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_evict");
    TCase *wanted = support_case(suite, "wanted", 30), *safe = support_case(suite, "safe", 30);
    TCase *threads = support_case(suite, "threads", 60);

    tcase_add_loop_test(wanted, a_circle_that_is_too_large_is_kept_but_for_that, 0, 2);
    tcase_add_loop_test(wanted, what_comes_once_drives_out_nothing_that_was_wanted, 0, 2);
    tcase_add_loop_test(wanted, new_favourites_take_the_place_of_old_ones, 0, 2);
    tcase_add_loop_test(wanted, where_keys_come_again_soon_or_never_the_last_ones_are_kept, 0, 2);
    tcase_add_loop_test(wanted, of_few_the_one_goes_that_was_unused_for_longest, 0, 2);
    tcase_add_loop_test(safe, deletes_in_between_do_no_harm, 0, 2);
    tcase_add_test(safe, refused_memory_costs_no_entry);
    tcase_add_loop_test(threads, threads_beside_each_other_keep_to_the_limit, 0, 2);
    return support_run(suite);
}
