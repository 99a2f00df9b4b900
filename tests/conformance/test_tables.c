/* test_tables.c - typed tables in the state of a process.
 *
 * Idea: see probe.h. A probe has a table of numbers; its handlers use it, and answer what they have
 * found. What happens when memory is short is tested with the table alone (tests/unit). */
#include "probe.h"

/* Runs a handler in a probe and gives what it answers. */
static uint64_t ask(probe_handler run)
{
    uint64_t answer = UINT64_MAX;
    ck_assert_int_eq(probe_call(probe_start(NULL), run, NULL, &answer), OTP_OK);
    return answer;
}

static void put(struct probe *self, uint64_t key, uint64_t value)
{
    ck_assert_int_eq(otp_table_put(self->table, &key, &value), OTP_OK);
}

static bool is_missing(struct probe *self, uint64_t key)
{
    uint64_t value = 77;
    bool missing = !otp_table_get(self->table, &key, &value) && value == 77;
    return missing && !otp_table_has(self->table, &key) && !otp_table_delete(self->table, &key);
}

static otp_next miss(struct probe *self, otp_from from, void *context)
{
    uint64_t key = 1, value = 0, good = 0;
    (void)context;
    good += is_missing(self, 1);
    put(self, 1, 10);
    good += is_missing(self, 2);
    good += otp_table_has(self->table, &key);
    good += otp_table_get(self->table, &key, &value) && value == 10;
    good += otp_table_delete(self->table, &key);
    good += is_missing(self, 1);
    return probe_reply(from, good);
}

START_TEST(B184_a_missing_key_is_told_from_a_present_one)
{
    start_runtime(false, false);
    ck_assert_uint_eq(ask(miss), 6);
    stop_runtime();
}
END_TEST

static bool has_expired(const void *key, const void *value, void *now)
{
    (void)key;
    return *(const uint64_t *)value < *(const uint64_t *)now;
}

/* Of five entries two are from before: how many were deleted, and how many are left. */
static otp_next delete_expired(struct probe *self, otp_from from, void *context)
{
    static const uint64_t expires[] = { 10, 30, 20, 50, 40 };
    uint64_t now = 30;
    size_t deleted;
    (void)context;
    for (uint64_t i = 0; i < 5; i++)
        put(self, i, expires[i]);
    deleted = otp_table_delete_if(self->table, has_expired, &now);
    return probe_reply(from, deleted * 10 + otp_table_count(self->table));
}

START_TEST(B188_deleting_by_a_condition_says_how_many)
{
    start_runtime(false, false);
    ck_assert_uint_eq(ask(delete_expired), 23);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tables");

    support_behaviour(suite, "B184", B184_a_missing_key_is_told_from_a_present_one);
    support_behaviour(suite, "B188", B188_deleting_by_a_condition_says_how_many);
    return support_run(suite);
}
