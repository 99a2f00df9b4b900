/* test_registry_asked.c - functions that a registry asks, and that change it themselves.
 *
 * Idea: see probe.h. What accept and run are asked about are copies, so they may register and
 * unregister; only what was there and was wanted is taken away. */
#include "probe.h"

struct number_entry {
    uint64_t key;
    otp_pid pid;
    uint64_t value;
};

static const struct otp_registry duplicate = {
    .module = { "tests.duplicate", "test:1", 0, NULL, otp_registry_start },
    .keys = OTP_DUPLICATE,
    .key_kind = OTP_KEY_PLAIN,
    .key = &probe_u64_layout,
    .value = &probe_u64_layout,
    .entry_size = sizeof(struct number_entry),
    .pid_offset = offsetof(struct number_entry, pid),
    .value_offset = offsetof(struct number_entry, value),
};

static otp_dest at;

static otp_status add(uint64_t key, uint64_t value)
{
    return otp_registry_register(at, &duplicate, &key, &value, NULL);
}

static otp_status drop(uint64_t key)
{
    return otp_registry_unregister(at, &duplicate, &key);
}

static size_t count_key(uint64_t key)
{
    struct otp_registry_entries entries;
    size_t n;
    ck_assert_int_eq(otp_registry_lookup_all(at, &duplicate, &key, &entries), OTP_OK);
    n = entries.count;
    otp_registry_free_entries(&entries);
    return n;
}

/* Takes away what it is asked about, and one like it comes behind the others; wants the rest. */
static bool changes(const void *entry, void *context)
{
    const struct number_entry *at_hand = entry;
    ++*(uint64_t *)context;
    if (at_hand->value == 1)
        ck_assert_int_eq(drop(7), OTP_OK);
    if (at_hand->value <= 2)
        ck_assert_int_eq(add(7, at_hand->value + 9), OTP_OK);
    return at_hand->value != 3;
}

static void run_changes(const struct otp_registry_entries *entries, void *context)
{
    for (size_t i = 0; i < entries->count; i++)
        (void)changes((struct number_entry *)entries->items + i, context);
}

static void fill(uint64_t from)
{
    ck_assert_int_eq(drop(7), OTP_OK);
    for (uint64_t i = from; i <= 4; i++)
        ck_assert_int_eq(add(7, i), OTP_OK);
}

static void change_while_asked(void *arg)
{
    struct otp_registry_entries entries;
    uint64_t key = 7, asked = 0;
    size_t n = 9;
    (void)arg;
    fill(1); /* all go, 10 and 11 come */
    ck_assert_int_eq(otp_registry_unregister_match(at, &duplicate, &key, changes, &asked, &n),
                     OTP_OK);
    ck_assert_uint_eq(n, 0);
    ck_assert_uint_eq(count_key(7), 2);
    fill(2); /* 2 and 4 are wanted, 11 comes */
    ck_assert_int_eq(otp_registry_unregister_match(at, &duplicate, &key, changes, &asked, &n),
                     OTP_OK);
    ck_assert_uint_eq(n, 2);
    ck_assert_uint_eq(count_key(7), 2);
    ck_assert_uint_eq(asked, 7);
    fill(1);
    ck_assert_int_eq(otp_registry_select(at, &duplicate, NULL, changes, &asked, &entries), OTP_OK);
    ck_assert_uint_eq(entries.count, 3);
    fill(1);
    ck_assert_int_eq(otp_registry_dispatch(at, &duplicate, &key, run_changes, &asked), OTP_OK);
    ck_assert_uint_eq(asked, 15);
    ck_assert_uint_eq(count_key(7), 2);
}

START_TEST(who_is_asked_may_change_the_registry)
{
    otp_pid registry;
    start_runtime(false, false);
    ck_assert_int_eq(otp_registry_start(&duplicate.module, NULL, NULL, &registry), OTP_OK);
    at = otp_to(registry);
    in_process(change_while_asked, NULL);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("registry_asked");
    TCase *c = support_case(s, "registry_asked", 20);
    tcase_add_test(c, who_is_asked_may_change_the_registry);
    return support_run(s);
}
