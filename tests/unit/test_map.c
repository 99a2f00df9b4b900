/* test_map.c - the map of u64 to u64, against a model.
 *
 * Idea: random operations over few keys, so that runs collide, wrap and close up, compared after
 * each step with a plain array; then memory that runs out at every growth.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"

enum { KEYS = 200 };

static uint64_t random_state = 0x9e3779b97f4a7c15u;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Pids look like this: a counter low, a generation high. */
static uint64_t key_of(uint64_t i)
{
    return (i * 0x10000001u + 1) << (i % 3 * 10);
}

struct model {
    uint64_t value[KEYS]; /* 0: not there */
    uint32_t count;
};

static void assert_same(const struct otpi_map *map, const struct model *model)
{
    ck_assert_uint_eq(map->count, model->count);
    for (uint64_t i = 0; i < KEYS; i++) {
        uint64_t value = 0;
        ck_assert_int_eq(otpi_map_get(map, key_of(i), &value), model->value[i] != 0);
        ck_assert_uint_eq(value, model->value[i]);
    }
}

static void put_both(struct otpi_map *map, struct model *model, uint64_t i, uint64_t value)
{
    ck_assert_int_eq(otpi_map_put(map, key_of(i), value), OTP_OK);
    model->count += model->value[i] == 0;
    model->value[i] = value;
}

static void remove_both(struct otpi_map *map, struct model *model, uint64_t i)
{
    uint64_t value = 0;
    ck_assert_int_eq(otpi_map_remove(map, key_of(i), &value), model->value[i] != 0);
    ck_assert_uint_eq(value, model->value[i]);
    model->count -= model->value[i] != 0;
    model->value[i] = 0;
}

static void pop_both(struct otpi_map *map, struct model *model)
{
    struct otpi_map_entry entry;
    bool was = otpi_map_pop(map, &entry);
    ck_assert_int_eq(was, model->count != 0);
    if (!was)
        return;
    uint64_t i = 0;
    while (i < KEYS && key_of(i) != entry.key)
        i++;
    ck_assert_uint_lt(i, KEYS);
    ck_assert_uint_eq(model->value[i], entry.value);
    model->value[i] = 0;
    model->count--;
}

START_TEST(random_operations_match_the_model)
{
    struct otpi_map map = { .count = 0 };
    struct model model = { .count = 0 };
    for (uint64_t step = 1; step < 20000; step++) {
        /* waves: the map fills for a while, then drains */
        bool filling = step / 1000 % 2 == 0;
        uint64_t dice = next_random() % 10;
        uint64_t key = next_random() % KEYS;
        if (dice < (filling ? 7u : 2u))
            put_both(&map, &model, key, step);
        else if (dice < 9)
            remove_both(&map, &model, key);
        else
            pop_both(&map, &model);
        if (step % 16 == 0)
            assert_same(&map, &model);
    }
    otpi_map_clear(&map);
    ck_assert_uint_eq(map.count, 0);
    ck_assert(!otpi_map_get(&map, key_of(1), NULL));
}
END_TEST

START_TEST(one_entry_needs_no_memory)
{
    struct otpi_map map = { .count = 0 };
    ck_assert_int_eq(otpi_map_put(&map, 7, 1), OTP_OK);
    ck_assert_int_eq(otpi_map_put(&map, 7, 2), OTP_OK);
    ck_assert_uint_eq(map.count, 1);
    ck_assert_ptr_null(map.entries);
    uint64_t value = 0;
    ck_assert(otpi_map_get(&map, 7, &value));
    ck_assert_uint_eq(value, 2);
    ck_assert(!otpi_map_get(&map, 8, NULL));
    ck_assert(otpi_map_remove(&map, 7, NULL));
    ck_assert(!otpi_map_remove(&map, 7, NULL));
    ck_assert_int_eq(otpi_map_put(&map, 9, 3), OTP_OK);
    ck_assert_ptr_null(map.entries);
}
END_TEST

START_TEST(key_zero_is_never_there)
{
    struct otpi_map map = { .count = 0 };
    ck_assert(!otpi_map_get(&map, 0, NULL));
    for (uint64_t i = 1; i < 5; i++)
        ck_assert_int_eq(otpi_map_put(&map, i, i), OTP_OK);
    ck_assert(!otpi_map_get(&map, 0, NULL));
    ck_assert(!otpi_map_remove(&map, 0, NULL));
    ck_assert_uint_eq(map.count, 4);
    otpi_map_clear(&map);
}
END_TEST

START_TEST(popping_gives_every_entry_once)
{
    struct otpi_map map = { .count = 0 };
    struct model model = { .count = 0 };
    for (int round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < KEYS; i++)
            put_both(&map, &model, i, i + 1);
        for (uint32_t left = KEYS; left > 0; left--)
            pop_both(&map, &model);
        struct otpi_map_entry entry;
        ck_assert(!otpi_map_pop(&map, &entry));
    }
    otpi_map_clear(&map);
}
END_TEST

/* A hundred thousand entries: quadratic popping would take minutes. */
START_TEST(emptying_by_pop_is_linear)
{
    struct otpi_map map = { .count = 0 };
    for (uint64_t i = 1; i <= 100000; i++)
        ck_assert_int_eq(otpi_map_put(&map, i << 28, i), OTP_OK);
    uint64_t sum = 0;
    struct otpi_map_entry entry;
    while (otpi_map_pop(&map, &entry))
        sum += entry.value;
    ck_assert_uint_eq(sum, 100000ull * 100001 / 2);
    otpi_map_clear(&map);
}
END_TEST

static bool is_dry;
static size_t live;

static void *allocate_unless_dry(void *context, size_t size)
{
    (void)context;
    if (is_dry)
        return NULL;
    live += size;
    return malloc(size);
}

static void release_counted(void *context, void *memory, size_t size)
{
    (void)context;
    live -= size;
    free(memory);
}

START_TEST(no_memory_leaves_the_map_unchanged)
{
    const struct otp_allocator dry = { allocate_unless_dry, release_counted, NULL };
    otpi_alloc_use(&dry);
    struct otpi_map map = { .count = 0 };
    struct model model = { .count = 0 };
    unsigned refusals = 0;
    for (uint64_t i = 0; i < KEYS; i++) {
        is_dry = true;
        struct otpi_map before = map;
        otp_status status = otpi_map_put(&map, key_of(i), i + 1);
        if (status == OTP_NOMEM) {
            refusals++;
            ck_assert_mem_eq(&before, &map, sizeof map);
            assert_same(&map, &model);
            is_dry = false;
            status = otpi_map_put(&map, key_of(i), i + 1);
        }
        ck_assert_int_eq(status, OTP_OK);
        model.value[i] = i + 1;
        model.count++;
    }
    /* 2, 7, 13, 25, 49, 97, 193 entries need a new table */
    ck_assert_uint_eq(refusals, 7);
    assert_same(&map, &model);
    otpi_map_clear(&map);
    ck_assert_uint_eq(live, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("map");
    TCase *c = support_case(suite, "map", 20.0);
    tcase_add_test(c, random_operations_match_the_model);
    tcase_add_test(c, one_entry_needs_no_memory);
    tcase_add_test(c, key_zero_is_never_there);
    tcase_add_test(c, popping_gives_every_entry_once);
    tcase_add_test(c, emptying_by_pop_is_linear);
    tcase_add_test(c, no_memory_leaves_the_map_unchanged);
    return support_run(suite);
}
