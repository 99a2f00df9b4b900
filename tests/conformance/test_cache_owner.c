/* test_cache_owner.c - caches that are read through their process.
 *
 * Idea: see probe.h. An idle owner need not be asked; one in a listener has to come to it. */
#include "caches.h"

/* -- caches -- */

static void hold(const void *key, const void *value, enum otp_cache_cause cause);

#define OWNED(NAME, LAYOUT, KIND)                                                                  \
    .module = { NAME, "test:1", 0, NULL, otp_cache_start }, .key_kind = KIND, .key = LAYOUT,       \
    .value = LAYOUT, .ttl = OTP_MIN, .sweep = OTP_HOUR, .read = OTP_READ_OWNER

static const struct otp_cache owned = { OWNED("tests.owned", &probe_u64_layout, OTP_KEY_PLAIN) };
static const struct otp_cache busy = { OWNED("tests.busy", &probe_u64_layout, OTP_KEY_PLAIN),
                                       .evicted = hold };
static const struct otp_cache owned_texts = { OWNED("tests.owned_texts", &probe_text_layout,
                                                    OTP_KEY_TEXT) };
static const struct otp_cache busy_texts = {
    OWNED("tests.busy_texts", &probe_text_layout, OTP_KEY_TEXT), .evicted = hold
};

/* -- an idle owner -- */

START_TEST(the_owner_reads_the_same)
{
    start(&owned_texts);
    use_texts((void *)(uintptr_t)&owned_texts);
    in_process(use_texts, (void *)(uintptr_t)&owned_texts);
    start_cache(&owned);
    ck_assert_int_eq(put_for(&owned, 1, 10, OTP_S), OTP_OK);
    ck_assert_uint_eq(get(&owned, 1), 10);
    ck_assert_uint_eq(get(&owned, 2), 0);
    pass(OTP_S);
    ck_assert_uint_eq(get(&owned, 1), 0);
    ck_assert_uint_eq(statistics(&owned).hits, 1);
    ck_assert_uint_eq(statistics(&owned).misses, 2);
    stop_runtime();
}
END_TEST

static void read_until_it_is_gone(void *arg)
{
    uint64_t key = 1, value;
    otp_status status = OTP_OK;
    (void)arg;
    while (status == OTP_OK) {
        status = otp_cache_get(at, &owned, &key, &value);
        if (status == OTP_OK && (value < 10 || value > 19))
            note("wrong");
    }
    note(status == OTP_NOPROC || status == OTP_EXIT ? "gone" : "wrong");
}

START_TEST(the_owner_is_read_by_many_until_it_is_killed)
{
    otp_pid pid = start(&owned), client;
    ck_assert_int_eq(put_for(&owned, 1, 10, OTP_S), OTP_OK);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(otp_spawn(read_until_it_is_gone, NULL, NULL, &client), OTP_OK);
    while (statistics(&owned).hits < 100)
        step_aside();
    for (uint64_t i = 0; i < 1000; i++)
        ck_assert_int_eq(put_for(&owned, 1, 10 + i % 10, OTP_S), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
    await_notes("gone", 4);
    ck_assert_uint_eq(noted("wrong"), 0);
    stop_runtime();
}
END_TEST

/* -- a busy one -- */

static struct gate held = GATE;

/* Keeps the owner from anything else. */
static void hold(const void *key, const void *value, enum otp_cache_cause cause)
{
    (void)key, (void)value, (void)cause;
    note("held");
    gate_pass(&held);
}

static void sweep(void *type)
{
    ck_assert_int_eq(otp_cache_sweep(at, type), OTP_OK);
    note("swept");
}

static void read_number(void *arg)
{
    (void)arg;
    note("read %d", (int)get(&busy, 2));
}

static void read_text(void *arg)
{
    otp_str key = otp_cstr("a key"), got;
    (void)arg;
    ck_assert_int_eq(otp_cache_get(at, &busy_texts, &key, &got), OTP_OK);
    note("read %.*s", (int)got.size, got.data);
    otp_cache_free_value(&probe_text_layout, &got);
}

/* In a process that the owner, pid, has to answer: it does when it is let go on. */
static void read_while_busy(otp_pid pid, const struct otp_cache *type, void (*read)(void *arg),
                            const char *want)
{
    struct otp_proc_info info = { .mailbox = 0 };
    otp_pid client;
    ck_assert_int_eq(otp_spawn(sweep, (void *)(uintptr_t)type, NULL, &client), OTP_OK);
    await_note("held");
    ck_assert_int_eq(otp_spawn(read, NULL, NULL, &client), OTP_OK);
    while (info.mailbox == 0) {
        ck_assert_int_eq(otp_process_info(pid, &info), OTP_OK);
        step_aside();
    }
    ck_assert_uint_eq(noted(want), 0);
    gate_open(&held);
    await_note(want);
    await_note("swept");
}

START_TEST(who_reads_through_a_busy_owner_waits_for_it)
{
    otp_pid pid = start(&busy);
    ck_assert_int_eq(put_for(&busy, 1, 10, OTP_S), OTP_OK);
    ck_assert_int_eq(put_for(&busy, 2, 20, OTP_HOUR), OTP_OK);
    pass(2 * OTP_S);
    read_while_busy(pid, &busy, read_number, "read 20");
    stop_runtime();
}
END_TEST

START_TEST(who_reads_a_text_through_a_busy_owner_waits_for_it)
{
    otp_str key = otp_cstr("a key"), other = otp_cstr("another"), value = otp_cstr("a value");
    otp_pid pid = start(&busy_texts);
    ck_assert_int_eq(otp_cache_put(at, &busy_texts, &other, &value, OTP_MS), OTP_OK);
    ck_assert_int_eq(otp_cache_put(at, &busy_texts, &key, &value, OTP_HOUR), OTP_OK);
    pass(OTP_S / 2);
    read_while_busy(pid, &busy_texts, read_text, "read a value");
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cache_owner");
    TCase *reads = support_case(suite, "reads", 10);

    tcase_add_test(reads, the_owner_reads_the_same);
    tcase_add_test(reads, the_owner_is_read_by_many_until_it_is_killed);
    tcase_add_test(reads, who_reads_through_a_busy_owner_waits_for_it);
    tcase_add_test(reads, who_reads_a_text_through_a_busy_owner_waits_for_it);
    return support_run(suite);
}
