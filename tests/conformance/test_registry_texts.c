/* test_registry_texts.c - registries with text: what is long lies in memory that others read late.
 *
 * Idea: see probe.h. Readers, holders that come and go and registries that end and start again, all
 * at once: an entry that is found must be whole, its value beginning with its key. */
#include <stdatomic.h>

#include "probe.h"

struct text_entry {
    otp_str key;
    otp_pid pid;
    otp_str value;
};

#define TEXTS(NAME, KEYS)                                                                          \
    {                                                                                              \
        .module = { NAME, "test:2", 0, NULL, otp_registry_start }, .keys = KEYS,                   \
        .key_kind = OTP_KEY_TEXT, .key = &probe_text_layout, .value = &probe_text_layout,          \
        .entry_size = sizeof(struct text_entry), .pid_offset = offsetof(struct text_entry, pid),   \
        .value_offset = offsetof(struct text_entry, value)                                         \
    }
static const struct otp_registry texts = TEXTS("tests.texts", OTP_UNIQUE);
static const struct otp_registry many_texts = TEXTS("tests.many_texts", OTP_DUPLICATE);

static otp_dest at;

static otp_pid start_registry(const struct otp_registry *type)
{
    otp_pid pid = otp_no_pid();
    ck_assert_int_eq(otp_registry_start(&type->module, NULL, NULL, &pid), OTP_OK);
    at = otp_to(pid);
    return pid;
}

static size_t count_all(const struct otp_registry *type)
{
    size_t n = 0;
    ck_assert_int_eq(otp_registry_count(at, type, &n), OTP_OK);
    return n;
}

/* -- text keys and values -- */

/* Text of n bytes that differs by i. */
static otp_str make_text(char *room, size_t n, unsigned i)
{
    memset(room, 'x', n);
    (void)snprintf(room, n + 1, "%u", i);
    room[strlen(room)] = n > strlen(room) ? 'x' : '\0';
    return (otp_str){ room, n };
}

static void keep_texts(void *arg)
{
    const struct otp_registry *type = arg;
    static char key_room[70000], value_room[4000];
    const size_t sizes[] = { 10, 24, 25, 200, 65535 };
    otp_str value, found = { 0 };
    otp_pid pid;
    for (unsigned i = 0; i < 100; i++) {
        otp_str key = make_text(key_room, sizes[i % 5], i);
        value = make_text(value_room, i * 17 + 2, i);
        ck_assert_int_eq(otp_registry_register(at, type, &key, &value, NULL), OTP_OK);
    }
    ck_assert_uint_eq(count_all(type), 100);
    for (unsigned i = 0; i < 100; i++) {
        struct otp_registry_entries entries;
        otp_str key = make_text(key_room, sizes[i % 5], i);
        value = make_text(value_room, i * 17 + 2, i);
        if (type == &texts) {
            ck_assert_int_eq(otp_registry_lookup(at, type, &key, &pid, &found), OTP_OK);
            ck_assert(otp_str_equal(found, value));
        }
        ck_assert_int_eq(otp_registry_lookup_all(at, type, &key, &entries), OTP_OK);
        ck_assert_uint_eq(entries.count, 1);
        ck_assert(otp_str_equal(((struct text_entry *)entries.items)->key, key));
        ck_assert(otp_str_equal(((struct text_entry *)entries.items)->value, value));
    }
    for (unsigned i = 0; i < 100; i++) {
        otp_str key = make_text(key_room, sizes[i % 5], i);
        ck_assert_int_eq(otp_registry_unregister(at, type, &key), OTP_OK);
    }
    ck_assert_uint_eq(count_all(type), 0);
    otp_str too_long = { key_room, 65536 };
    ck_assert_int_eq(otp_registry_register(at, type, &too_long, &value, NULL), OTP_BADARG);
    ck_assert_int_eq(otp_registry_unregister(at, type, &too_long), OTP_OK);
}

START_TEST(texts_are_keys_and_values)
{
    start_runtime(false, false);
    start_registry(&texts);
    in_process(keep_texts, (void *)(uintptr_t)&texts);
    start_registry(&many_texts);
    in_process(keep_texts, (void *)(uintptr_t)&many_texts);
    stop_runtime();
}
END_TEST

/* What a foreign thread gets it gives back. */
START_TEST(foreign_threads_give_back_what_they_get)
{
    otp_pid pid = otp_no_pid();
    otp_str key = otp_cstr("key"), value = otp_cstr("some value"), found, empty = otp_cstr("");
    struct otp_registry_entries entries;
    start_runtime(false, false);
    start_registry(&texts);
    otp_pid a = probe_start(NULL);
    ck_assert_int_eq(otp_registry_register_name(at, &texts, a, &key, &value, NULL), OTP_OK);
    ck_assert_int_eq(otp_registry_register_name(at, &texts, a, &empty, &empty, NULL), OTP_OK);
    ck_assert_int_eq(otp_registry_lookup(at, &texts, &key, &pid, &found), OTP_OK);
    ck_assert(otp_str_equal(found, value));
    otp_registry_free_value(&probe_text_layout, &found);
    ck_assert_int_eq(otp_registry_lookup(at, &texts, &empty, &pid, &found), OTP_OK);
    ck_assert_uint_eq(found.size, 0);
    otp_registry_free_value(&probe_text_layout, &found);
    ck_assert_int_eq(otp_registry_entries_of(at, &texts, a, NULL, &entries), OTP_OK);
    ck_assert_uint_eq(entries.count, 2);
    otp_registry_free_entries(&entries);
    otp_registry_free_entries(&entries);
    stop_runtime();
}
END_TEST

/* -- races: readers, holders that come and go, registries that end and start again -- */

static struct {
    atomic_bool over;
    atomic_uint running;
    _Atomic uint64_t registry;
} churn;

#define KEYS 64

static otp_dest churn_dest(void)
{
    otp_pid pid = { atomic_load(&churn.registry) };
    return otp_to(pid);
}

static bool accept_all(const void *entry, void *context)
{
    (void)entry, (void)context;
    return true;
}

static void churn_reader(void *arg)
{
    const struct otp_registry *type = arg;
    char room[100];
    atomic_fetch_add(&churn.running, 1);
    for (unsigned i = 0; !atomic_load(&churn.over); i++) {
        struct otp_registry_entries entries;
        otp_str key = make_text(room, i % 2 == 0 ? 12 : 40, i % KEYS);
        otp_status status =
            i % 16 == 0 ? otp_registry_select(churn_dest(), type, NULL, accept_all, NULL, &entries)
                        : otp_registry_lookup_all(churn_dest(), type, &key, &entries);
        ck_assert(status == OTP_OK || status == OTP_NOPROC);
        for (size_t k = 0; status == OTP_OK && k < entries.count; k++) {
            const struct text_entry *entry = (struct text_entry *)entries.items + k;
            ck_assert_uint_ge(entry->value.size, entry->key.size);
            ck_assert_int_eq(memcmp(entry->value.data, entry->key.data, entry->key.size), 0);
        }
        otp_scratch_reset();
        otp_yield();
    }
    atomic_fetch_sub(&churn.running, 1);
}

/* Registers some keys, then ends with them. */
static void churn_holder(void *arg)
{
    const struct otp_registry *type = arg;
    char room[100], value_room[400];
    unsigned first = (unsigned)(otp_self().bits % KEYS);
    for (unsigned i = 0; i < 8; i++) {
        otp_str key = make_text(room, i % 2 == 0 ? 12 : 40, (first + i) % KEYS);
        otp_str value = make_text(value_room, 40 + (first + i) * 3, (first + i) % KEYS);
        otp_status status = otp_registry_register(churn_dest(), type, &key, &value, NULL);
        ck_assert(status == OTP_OK || status == OTP_ALREADY_STARTED || status == OTP_NOPROC);
        if (i % 3 == 0)
            (void)otp_registry_unregister(churn_dest(), type, &key);
    }
    if (first % 2 == 0)
        otp_exit(otp_shutdown());
}

static void churn_holders(void *arg)
{
    atomic_fetch_add(&churn.running, 1);
    while (!atomic_load(&churn.over)) {
        otp_pid pid;
        char text[128];
        if (otp_spawn(churn_holder, arg, NULL, &pid) == OTP_OK)
            (void)await_end(pid, text);
    }
    atomic_fetch_sub(&churn.running, 1);
}

static void run_churn(const struct otp_registry *type)
{
    void *arg = (void *)(uintptr_t)type;
    otp_pid pid;
    start_runtime(false, false);
    start_registry(type);
    atomic_store(&churn.registry, at.pid_);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(otp_spawn(churn_reader, arg, NULL, &pid), OTP_OK);
        ck_assert_int_eq(otp_spawn(churn_holders, arg, NULL, &pid), OTP_OK);
    }
    for (int i = 0; i < 60; i++) {
        uint64_t old = atomic_load(&churn.registry);
        size_t n = 0, looks = 0;
        while (looks++ < 200)
            ck_assert_int_eq(otp_registry_count(at, type, &n), OTP_OK);
        atomic_store(&churn.registry, start_registry(type).bits);
        pid.bits = old;
        ck_assert_int_eq(otp_exit_signal(pid, otp_shutdown()), OTP_OK);
    }
    atomic_store(&churn.over, true);
    while (atomic_load(&churn.running) != 0)
        step_aside();
    ck_assert_uint_eq(count_all(type), 0);
    stop_runtime();
}

START_TEST(unique_registries_under_churn)
{
    run_churn(&texts);
}
END_TEST

START_TEST(duplicate_registries_under_churn)
{
    run_churn(&many_texts);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("registry_texts");
    TCase *c = support_case(s, "texts", 20);
    tcase_add_test(c, texts_are_keys_and_values);
    tcase_add_test(c, foreign_threads_give_back_what_they_get);
    c = support_case(s, "races", 60);
    tcase_add_test(c, unique_registries_under_churn);
    tcase_add_test(c, duplicate_registries_under_churn);
    return support_run(s);
}
