/* test_cache.c - caches: values that are kept for a while.
 *
 * Idea: see probe.h. The caches are what otpc would write; time stands still but for what a test
 * lets pass. What must hold beside other threads and when memory is short is tested with the store
 * (tests/unit/test_store.c); here is what a user of a cache sees. For those that are read through
 * their process see test_cache_owner.c. */
#include <sched.h>
#include <stdatomic.h>

#include "caches.h"

/* -- caches: see caches.h for what is done with them -- */

static void evicted(const void *key, const void *value, enum otp_cache_cause cause)
{
    note("%s:%d:%d", cause == OTP_EVICTED_EXPIRED ? "expired" : "limit",
         (int)*(const uint64_t *)key, (int)*(const uint64_t *)value);
}

static void evicted_text(const void *key, const void *value, enum otp_cache_cause cause)
{
    otp_str k, v;
    memcpy(&k, key, sizeof(k));
    memcpy(&v, value, sizeof(v));
    note("%s:%.*s:%.*s", cause == OTP_EVICTED_EXPIRED ? "expired" : "limit", (int)k.size, k.data,
         (int)v.size, v.data);
}

#define NUMBERS(NAME)                                                                              \
    .module = { NAME, "test:1", 0, NULL, otp_cache_start }, .key_kind = OTP_KEY_PLAIN,             \
    .key = &probe_u64_layout, .value = &probe_u64_layout, .ttl = 5 * OTP_MIN, .sweep = 60 * OTP_S

static const struct otp_cache numbers = { NUMBERS("tests.numbers") };
static const struct otp_cache heard = { NUMBERS("tests.heard"), .evicted = evicted };
static const struct otp_cache three = { NUMBERS("tests.three"), .max_entries = 3,
                                        .evicted = evicted };
static const struct otp_cache never = { .module = { "tests.never", "test:2", 0, NULL,
                                                    otp_cache_start },
                                        .key = &probe_u64_layout,
                                        .value = &probe_u64_layout,
                                        .ttl = OTP_INFINITY,
                                        .sweep = OTP_INFINITY };
#define TEXTS(NAME)                                                                                \
    .module = { NAME, "test:3", 0, NULL, otp_cache_start }, .key_kind = OTP_KEY_TEXT,              \
    .key = &probe_text_layout, .value = &probe_text_layout, .ttl = OTP_MIN, .sweep = OTP_S
static const struct otp_cache texts = { TEXTS("tests.texts"), .evicted = evicted_text };

/* -- expiry -- */

START_TEST(B189_an_expired_entry_is_a_miss_before_it_is_swept)
{
    start(&numbers);
    ck_assert_int_eq(put_for(&numbers, 1, 10, 30 * OTP_MS), OTP_OK);
    ck_assert_uint_eq(get(&numbers, 1), 10);
    pass(29 * OTP_MS);
    ck_assert_uint_eq(get(&numbers, 1), 10);
    pass(11 * OTP_MS);
    ck_assert_uint_eq(get(&numbers, 1), 0);
    ck_assert_uint_eq(count(&numbers), 1);
    ck_assert_int_eq(otp_cache_sweep(at, &numbers), OTP_OK);
    ck_assert_uint_eq(count(&numbers), 0);
    stop_runtime();
}
END_TEST

START_TEST(B190_at_the_very_moment_it_is_a_miss_but_not_swept)
{
    start(&numbers);
    ck_assert_int_eq(put_for(&numbers, 1, 10, 0), OTP_OK);
    ck_assert_uint_eq(get(&numbers, 1), 0);
    ck_assert_int_eq(put_for(&numbers, 2, 20, 30 * OTP_MS), OTP_OK);
    pass(30 * OTP_MS);
    ck_assert_uint_eq(get(&numbers, 2), 0);
    ck_assert_int_eq(otp_cache_sweep(at, &numbers), OTP_OK);
    ck_assert_uint_eq(count(&numbers), 1); /* the first one had expired before */
    pass(1);
    ck_assert_int_eq(otp_cache_sweep(at, &numbers), OTP_OK);
    ck_assert_uint_eq(count(&numbers), 0);
    ck_assert_int_eq(put_for(&numbers, 1, 10, -1), OTP_BADARG);
    stop_runtime();
}
END_TEST

START_TEST(B191_putting_again_renews_and_deleting_nothing_is_fine)
{
    uint64_t key = 9;
    start(&numbers);
    ck_assert_int_eq(put_for(&numbers, 1, 10, 30 * OTP_MS), OTP_OK);
    pass(20 * OTP_MS);
    ck_assert_int_eq(put_for(&numbers, 1, 11, 30 * OTP_MS), OTP_OK);
    pass(20 * OTP_MS);
    ck_assert_uint_eq(get(&numbers, 1), 11);
    pass(10 * OTP_MS);
    ck_assert_uint_eq(get(&numbers, 1), 0);
    ck_assert_int_eq(otp_cache_delete(at, &numbers, &key), OTP_OK);
    stop_runtime();
}
END_TEST

/* Each client works on keys of its own, beside others. */
static void see_own(void *arg)
{
    const uint64_t from = *(const uint64_t *)arg;
    for (uint64_t i = from; i < from + 300; i++) {
        ck_assert_int_eq(put(&numbers, i, i + 1), OTP_OK);
        ck_assert_uint_eq(get(&numbers, i), i + 1);
        ck_assert_int_eq(put(&numbers, i, i + 2), OTP_OK);
        ck_assert_uint_eq(get(&numbers, i), i + 2);
        ck_assert_int_eq(otp_cache_delete(at, &numbers, &i), OTP_OK);
        ck_assert_uint_eq(get(&numbers, i), 0);
        if (i % 16 == 0)
            otp_yield();
    }
    note("done");
}

START_TEST(B192_a_client_sees_its_own_put_and_delete)
{
    static const uint64_t from[] = { 1000, 2000, 3000, 4000 };
    start(&numbers);
    for (size_t i = 0; i < 4; i++) {
        otp_pid pid;
        ck_assert_int_eq(otp_spawn(see_own, (void *)(uintptr_t)&from[i], NULL, &pid), OTP_OK);
    }
    await_notes("done", 4);
    ck_assert_uint_eq(count(&numbers), 0);
    stop_runtime();
}
END_TEST

/* What expires is compared with the clock that is monotonic: here it is ours, and the wall clock
 * goes on beside it. */
START_TEST(B193_expiry_knows_no_wall_clock)
{
    struct timespec before, now;
    start(&numbers);
    ck_assert_int_eq(put_for(&numbers, 1, 10, OTP_US), OTP_OK);
    clock_gettime(CLOCK_REALTIME, &before);
    do
        clock_gettime(CLOCK_REALTIME, &now);
    while (now.tv_sec == before.tv_sec && now.tv_nsec - before.tv_nsec < 100000);
    ck_assert_uint_eq(get(&numbers, 1), 10);
    pass(OTP_US);
    ck_assert_uint_eq(get(&numbers, 1), 0);
    stop_runtime();
}
END_TEST

/* -- its process -- */

static const struct otp_child children[] = {
    { "numbers", &numbers.module, "tests.numbers", NULL, OTP_SHUTDOWN_DEFAULT, OTP_PERMANENT, 0, 0,
      0 },
};
static const struct otp_supervisor supervisor = {
    { "tests.supervisor", "test:4", 1, NULL, otp_supervisor_start },
    OTP_ONE_FOR_ONE,
    10,
    5 * OTP_S,
    OTP_NEVER,
    1,
    children,
};

static struct otp_name name = { "tests.numbers", NULL, 0 };

/* Waits until the sweeps that were made are n. */
static void await_sweeps(uint64_t n)
{
    while (statistics(&numbers).sweeps < n)
        sched_yield();
    ck_assert_uint_eq(statistics(&numbers).sweeps, n);
}

/* Kills it; who sees the DOWN finds nothing, or the next one. */
static void kill_it(void *arg)
{
    otp_pid pid = otp_whereis("tests.numbers");
    otp_dest dest = otp_to(pid);
    uint64_t key = 1, value;
    char text[128];
    (void)arg;
    (void)otp_exit_signal(pid, otp_kill());
    (void)await_end(pid, text);
    ck_assert_int_eq(otp_cache_get(dest, &numbers, &key, &value), OTP_NOPROC);
    ck_assert_int_eq(otp_cache_put(dest, &numbers, &key, &key, 1), OTP_NOPROC);
}

START_TEST(B194_a_restarted_cache_is_empty_and_sweeps)
{
    static const struct otp_start plain;
    otp_pid pid;
    size_t n = 1;
    start_runtime(true, false);
    at = otp_to_name(&name);
    ck_assert_int_eq(otp_cache_count(at, &numbers, &n), OTP_NOPROC);
    ck_assert_int_eq(otp_supervisor_start(&supervisor.module, &plain, NULL, &pid), OTP_OK);
    ck_assert_int_eq(put(&numbers, 1, 10), OTP_OK);
    pass(60 * OTP_S);
    await_sweeps(1);
    pass(59 * OTP_S);
    await_sweeps(1);
    pass(OTP_S);
    await_sweeps(2);
    in_process(kill_it, NULL);
    while (otp_cache_count(at, &numbers, &n) == OTP_NOPROC)
        sched_yield();
    ck_assert_uint_eq(n, 0);
    /* it has started, so its sweeps are due: the supervisor answers after that */
    ck_assert_int_eq(otp_delete_child(otp_to(pid), "none"), OTP_NOT_FOUND);
    await_sweeps(0);
    pass(60 * OTP_S);
    await_sweeps(1);
    stop_runtime();
}
END_TEST

START_TEST(it_stops_in_order_and_what_cannot_be_does_not_start)
{
    static const struct otp_start plain;
    struct otp_cache impossible = numbers;
    otp_pid pid = start(&numbers), other;
    ck_assert_int_eq(otp_stop_process(at, otp_shutdown(), PATIENCE), OTP_OK);
    ck_assert_int_eq(otp_cache_start(&numbers.module, &plain, &pid, &other), OTP_BADARG);
    impossible.sweep = 0;
    ck_assert_int_eq(otp_cache_start(&impossible.module, &plain, NULL, &other), OTP_BADARG);
    impossible = numbers;
    impossible.ttl = -1;
    ck_assert_int_eq(otp_cache_start(&impossible.module, &plain, NULL, &other), OTP_BADARG);
    stop_runtime();
}
END_TEST

START_TEST(another_type_or_process_is_refused)
{
    struct otp_child_counts counts;
    uint64_t key = 1;
    size_t n;
    char text[64];
    start(&numbers);
    ck_assert_int_ne(otp_count_children(at, &counts), OTP_OK); /* it is no supervisor, .. */
    ck_assert_int_ne(otp_sys_get_state(at, text, sizeof(text), OTP_S), OTP_OK); /* nor a server */
    ck_assert_int_eq(put(&numbers, 1, 10), OTP_OK);
    ck_assert_uint_eq(get(&numbers, 1), 10);
    ck_assert_int_eq(otp_cache_count(at, &heard, &n), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_cache_count(otp_to(probe_start(NULL)), &numbers, &n), OTP_NOPROC);
    ck_assert_int_eq(otp_cache_sweep(otp_to(otp_no_pid()), &numbers), OTP_NOPROC);
    stop_runtime();
    ck_assert_int_eq(otp_cache_delete(at, &numbers, &key), OTP_NOT_RUNNING);
}
END_TEST

/* -- operations -- */

START_TEST(put_new_and_touch_know_what_has_expired)
{
    uint64_t key = 1, value = 20, unknown = 2;
    start(&numbers);
    ck_assert_int_eq(put_for(&numbers, 1, 10, OTP_S), OTP_OK);
    ck_assert_int_eq(otp_cache_put_new(at, &numbers, &key, &value, OTP_S), OTP_EXISTS);
    ck_assert_uint_eq(get(&numbers, 1), 10);
    ck_assert_int_eq(otp_cache_touch(at, &numbers, &key, 3 * OTP_S), OTP_OK);
    ck_assert_int_eq(otp_cache_touch(at, &numbers, &unknown, OTP_S), OTP_NOT_FOUND);
    pass(2 * OTP_S);
    ck_assert_uint_eq(get(&numbers, 1), 10);
    pass(OTP_S);
    ck_assert_int_eq(otp_cache_touch(at, &numbers, &key, OTP_S), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_cache_has(at, &numbers, &key), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_cache_put_new(at, &numbers, &key, &value, OTP_INFINITY), OTP_OK);
    pass(1000 * OTP_S);
    ck_assert_uint_eq(get(&numbers, 1), 20);
    ck_assert_int_eq(otp_cache_has(at, &numbers, &key), OTP_OK);
    stop_runtime();
}
END_TEST

START_TEST(clear_takes_all)
{
    start(&heard);
    for (uint64_t i = 1; i < 1000; i++)
        ck_assert_int_eq(put(&heard, i, i), OTP_OK);
    ck_assert_int_eq(otp_cache_clear(at, &heard), OTP_OK);
    ck_assert_uint_eq(count(&heard), 0);
    ck_assert_uint_eq(get(&heard, 5), 0);
    ck_assert_int_eq(put(&heard, 5, 6), OTP_OK);
    ck_assert_uint_eq(get(&heard, 5), 6);
    expect_notes("");
    stop_runtime();
}
END_TEST

START_TEST(statistics_count_what_happened)
{
    struct otp_cache_statistics s;
    start(&three);
    for (uint64_t i = 1; i <= 4; i++)
        ck_assert_int_eq(put_for(&three, i, i, OTP_S), OTP_OK);
    for (uint64_t i = 1; i <= 4; i++)
        (void)get(&three, i);
    pass(2 * OTP_S);
    ck_assert_int_eq(otp_cache_sweep(at, &three), OTP_OK);
    s = statistics(&three);
    ck_assert_uint_eq(s.entries, 0);
    ck_assert_uint_eq(s.bytes, 0);
    ck_assert_uint_gt(s.memory, 0);
    ck_assert_uint_eq(s.hits, 3);
    ck_assert_uint_eq(s.misses, 1);
    ck_assert_uint_eq(s.puts, 4);
    ck_assert_uint_eq(s.expired, 3);
    ck_assert_uint_eq(s.evicted, 1);
    ck_assert_uint_eq(s.untold, 0);
    ck_assert_uint_eq(s.sweeps, 1);
    stop_runtime();
}
END_TEST

START_TEST(the_listener_hears_of_each_that_goes)
{
    uint64_t key = 1;
    start(&heard);
    ck_assert_int_eq(put_for(&heard, 1, 10, OTP_S), OTP_OK);
    ck_assert_int_eq(put_for(&heard, 2, 20, OTP_S), OTP_OK);
    ck_assert_int_eq(otp_cache_delete(at, &heard, &key), OTP_OK);
    pass(2 * OTP_S);
    ck_assert_int_eq(otp_cache_sweep(at, &heard), OTP_OK);
    expect_notes("expired:2:20");
    forget_notes();
    start_cache(&three);
    for (uint64_t i = 1; i <= 3; i++)
        ck_assert_int_eq(put_for(&three, i, i, OTP_S), OTP_OK);
    (void)get(&three, 1);
    (void)get(&three, 3);
    ck_assert_int_eq(put_for(&three, 4, 4, OTP_S), OTP_OK);
    expect_notes("limit:2:2");
    forget_notes();
    pass(OTP_S);
    ck_assert_int_eq(put_for(&three, 5, 5, OTP_S), OTP_OK);
    ck_assert_uint_eq(noted("expired:1:1") + noted("expired:3:3") + noted("expired:4:4"), 1);
    stop_runtime();
}
END_TEST

START_TEST(a_cache_without_ttl_or_sweep_keeps_for_ever)
{
    start(&never);
    ck_assert_int_eq(put(&never, 1, 10), OTP_OK);
    ck_assert_int_eq(put_for(&never, 2, 20, OTP_S), OTP_OK);
    pass(OTP_HOUR * 24 * 365);
    ck_assert_uint_eq(get(&never, 1), 10);
    ck_assert_uint_eq(get(&never, 2), 0);
    ck_assert_uint_eq(count(&never), 2);
    stop_runtime();
}
END_TEST

/* -- texts -- */

START_TEST(texts_are_copied_in_and_out)
{
    start(&texts);
    use_texts((void *)(uintptr_t)&texts);
    in_process(use_texts, (void *)(uintptr_t)&texts);
    pass(3 * OTP_S);
    ck_assert_int_eq(otp_cache_sweep(at, &texts), OTP_OK);
    expect_notes("expired::");
    stop_runtime();
}
END_TEST

/* -- values that are loaded -- */

static atomic_int loads;
static struct gate loading = GATE;

/* Ten times the key; 13 cannot be loaded, at 99 it ends its process. */
static otp_status load(const void *key, void *value, otp_duration *ttl, void *context)
{
    uint64_t number = *(const uint64_t *)key * 10;
    (void)context;
    atomic_fetch_add(&loads, 1);
    note("loading");
    gate_pass(&loading);
    if (number == 130)
        return OTP_NOT_FOUND;
    if (number == 990)
        otp_exit(otp_error("no such luck"));
    *ttl = 7 * OTP_S;
    memcpy(value, &number, sizeof(number));
    return OTP_OK;
}

static void want(void *arg)
{
    uint64_t key = *(const uint64_t *)arg, value = 0;
    otp_status status;
    char text[128];
    note("wants");
    status = otp_cache_get_or(at, &numbers, &key, load, NULL, &value, OTP_INFINITY);
    if (status == OTP_EXIT)
        note("exit:%s", reason_text(otp_last_reason(), text));
    else
        note("%s:%d", status == OTP_OK ? "got" : otp_status_text(status), (int)value);
}

/* Four want the key at once. With a manual clock nobody's time is up. */
static void want_four(const uint64_t *key)
{
    for (size_t i = 0; i < 4; i++) {
        otp_pid pid;
        ck_assert_int_eq(otp_spawn(want, (void *)(uintptr_t)key, NULL, &pid), OTP_OK);
    }
    await_notes("wants", 4);
    await_note("loading");
    gate_open(&loading);
}

START_TEST(a_missing_value_is_loaded_once_for_all)
{
    static const uint64_t key = 4;
    start(&numbers);
    want_four(&key);
    await_notes("got:40", 4);
    ck_assert_int_eq(atomic_load(&loads), 1);
    ck_assert_uint_eq(get(&numbers, 4), 40);
    pass(7 * OTP_S);
    ck_assert_uint_eq(get(&numbers, 4), 0);
    ck_assert_uint_eq(statistics(&numbers).loads, 1);
    ck_assert_uint_eq(statistics(&numbers).load_errors, 0);
    stop_runtime();
}
END_TEST

START_TEST(a_failure_to_load_reaches_all_who_wait)
{
    static const uint64_t key = 13;
    char failed[64];
    start(&numbers);
    want_four(&key);
    snprintf(failed, sizeof(failed), "%s:0", otp_status_text(OTP_NOT_FOUND));
    await_notes(failed, 4);
    ck_assert_uint_eq(get(&numbers, 13), 0);
    ck_assert_uint_ge(statistics(&numbers).load_errors, 1);
    stop_runtime();
}
END_TEST

/* Who loads ends; the others are told why, or load themselves and end too. */
START_TEST(the_end_of_who_loads_reaches_all_who_wait)
{
    static const uint64_t key = 99;
    int ends;
    start(&numbers);
    want_four(&key);
    do
        ends = atomic_load(&loads);
    while (noted("exit:no such luck") + (size_t)ends < 4);
    ck_assert_uint_eq(noted("exit:no such luck") + (size_t)ends, 4);
    stop_runtime();
}
END_TEST

static otp_status load_itself(const void *key, void *value, otp_duration *ttl, void *context)
{
    (void)ttl;
    (void)context;
    return otp_cache_get_or(at, &numbers, key, load_itself, NULL, value, OTP_S);
}

static void want_itself(void *arg)
{
    uint64_t key = 5, value;
    (void)arg;
    ck_assert_int_eq(otp_cache_get_or(at, &numbers, &key, load_itself, NULL, &value, OTP_S),
                     OTP_CALLING_SELF);
}

START_TEST(loading_a_key_for_itself_is_refused)
{
    start(&numbers);
    in_process(want_itself, NULL);
    want_itself(NULL);
    stop_runtime();
}
END_TEST

START_TEST(a_foreign_thread_loads_too)
{
    uint64_t key = 3, value = 0;
    start(&numbers);
    gate_open(&loading);
    ck_assert_int_eq(otp_cache_get_or(at, &numbers, &key, load, NULL, &value, OTP_S), OTP_OK);
    ck_assert_uint_eq(value, 30);
    ck_assert_int_eq(otp_cache_get_or(at, &numbers, &key, load, NULL, &value, OTP_S), OTP_OK);
    ck_assert_int_eq(atomic_load(&loads), 1);
    ck_assert_int_eq(otp_cache_get_or(at, &numbers, &key, load, NULL, &value, -1), OTP_BADARG);
    stop_runtime();
}
END_TEST

/* Who has no time to wait has gone when the cache takes up what he wants, nearly always. */
static void want_at_once(void *arg)
{
    uint64_t value;
    int late = 0;
    (void)arg;
    for (uint64_t key = 200; key < 300; key++) {
        otp_status status = otp_cache_get_or(at, &numbers, &key, load, NULL, &value, 0);
        ck_assert(status == OTP_OK || status == OTP_TIMEOUT);
        late += status == OTP_TIMEOUT;
        status = otp_cache_get_or(at, &numbers, &key, load, NULL, &value, OTP_S);
        ck_assert_int_eq(status, OTP_OK);
        ck_assert_uint_eq(value, key * 10);
    }
    ck_assert_int_gt(late, 0);
}

START_TEST(a_load_that_nobody_took_up_is_forgotten)
{
    start(&numbers);
    gate_open(&loading);
    in_process(want_at_once, NULL);
    stop_runtime();
}
END_TEST

static struct gate gates[3] = { GATE, GATE, GATE };
static atomic_int loads_of[3];

static otp_status load_at_gate(const void *key, void *value, otp_duration *ttl, void *context)
{
    uint64_t number = *(const uint64_t *)key;
    (void)ttl, (void)context;
    atomic_fetch_add(&loads_of[number], 1);
    note("loads:%d", (int)number);
    gate_pass(&gates[number]);
    memcpy(value, &number, sizeof(number));
    return OTP_OK;
}

static void want_at_gate(void *arg)
{
    uint64_t key = *(const uint64_t *)arg, value = 0;
    otp_status status =
        otp_cache_get_or(at, &numbers, &key, load_at_gate, NULL, &value, OTP_INFINITY);
    note("%s:%d", status == OTP_OK ? "got" : otp_status_text(status), (int)value);
}

static void await_its_end(void *pid)
{
    char text[128];
    (void)await_end(*(const otp_pid *)pid, text);
}

/* One who loads for a cache that has ended meanwhile does not disturb the next one's loads. */
START_TEST(a_load_of_an_earlier_life_is_nothing_to_the_next)
{
    static const uint64_t keys[] = { 1, 2, 2 };
    static struct otp_name cache_name = { .text = "the_cache" };
    const struct otp_start how = { .name = "the_cache" };
    otp_pid cache, pid;
    start_runtime(true, false);
    at = otp_to_name(&cache_name);
    for (int i = 0; i < 3; i++) {
        if (i < 2)
            ck_assert_int_eq(otp_cache_start(&numbers.module, &how, NULL, &cache), OTP_OK);
        ck_assert_int_eq(otp_spawn(want_at_gate, (void *)(uintptr_t)&keys[i], NULL, &pid), OTP_OK);
        if (i == 0) {
            await_note("loads:1");
            ck_assert_int_eq(otp_exit_signal(cache, otp_kill()), OTP_OK);
            in_process(await_its_end, &cache);
        }
    }
    await_note("loads:2");
    gate_open(&gates[1]);
    await_note("got:1");
    gate_open(&gates[2]);
    await_notes("got:2", 2);
    ck_assert_int_eq(atomic_load(&loads_of[2]), 1);
    stop_runtime();
}
END_TEST

/* -- many entries -- */

static const struct otp_cache small = { TEXTS("tests.small"), .max_bytes = 400 * 1000 };

/* What fits is put, whatever has to go for it. */
START_TEST(a_large_value_takes_the_place_of_many)
{
    static char large[300 * 1000];
    otp_str value = otp_cstr("small"), big = { large, sizeof(large) };
    char key[16];
    start(&small);
    memset(large, 'x', sizeof(large));
    for (int i = 0; i < 6000; i++) {
        otp_str k = { key, (size_t)snprintf(key, sizeof(key), "%d", i) };
        ck_assert_int_eq(otp_cache_put(at, &small, &k, &value, OTP_MIN), OTP_OK);
    }
    ck_assert_uint_gt(count(&small), 1500);
    otp_str k = otp_cstr("big");
    ck_assert_int_eq(otp_cache_put(at, &small, &k, &big, OTP_MIN), OTP_OK);
    ck_assert_int_eq(otp_cache_has(at, &small, &k), OTP_OK);
    ck_assert_uint_gt(statistics(&small).bytes, sizeof(large));
    ck_assert_uint_le(statistics(&small).bytes, small.max_bytes);
    ck_assert_uint_gt(statistics(&small).memory, sizeof(large));
    stop_runtime();
}
END_TEST

START_TEST(a_sweep_lets_others_in_between)
{
    start(&numbers);
    for (uint64_t i = 0; i < 20000; i++)
        ck_assert_int_eq(put_for(&numbers, i, i, i % 2 == 0 ? OTP_S : OTP_INFINITY), OTP_OK);
    pass(2 * OTP_S);
    ck_assert_int_eq(otp_cache_sweep(at, &numbers), OTP_OK);
    ck_assert_uint_eq(count(&numbers), 10000);
    for (uint64_t i = 0; i < 20000; i++)
        ck_assert_uint_eq(get(&numbers, i), i % 2 == 0 ? 0 : i);
    ck_assert_uint_eq(statistics(&numbers).expired, 10000);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cache");
    TCase *process = support_case(suite, "process", 10), *use = support_case(suite, "use", 10);
    TCase *loaded = support_case(suite, "loaded", 10), *many = support_case(suite, "many", 20);

    support_behaviour(suite, "B189", B189_an_expired_entry_is_a_miss_before_it_is_swept);
    support_behaviour(suite, "B190", B190_at_the_very_moment_it_is_a_miss_but_not_swept);
    support_behaviour(suite, "B191", B191_putting_again_renews_and_deleting_nothing_is_fine);
    support_behaviour(suite, "B192", B192_a_client_sees_its_own_put_and_delete);
    support_behaviour(suite, "B193", B193_expiry_knows_no_wall_clock);
    support_behaviour(suite, "B194", B194_a_restarted_cache_is_empty_and_sweeps);
    tcase_add_test(process, it_stops_in_order_and_what_cannot_be_does_not_start);
    tcase_add_test(process, another_type_or_process_is_refused);
    tcase_add_test(use, put_new_and_touch_know_what_has_expired);
    tcase_add_test(use, clear_takes_all);
    tcase_add_test(use, statistics_count_what_happened);
    tcase_add_test(use, the_listener_hears_of_each_that_goes);
    tcase_add_test(use, a_cache_without_ttl_or_sweep_keeps_for_ever);
    tcase_add_test(use, texts_are_copied_in_and_out);
    tcase_add_test(loaded, a_missing_value_is_loaded_once_for_all);
    tcase_add_test(loaded, a_failure_to_load_reaches_all_who_wait);
    tcase_add_test(loaded, the_end_of_who_loads_reaches_all_who_wait);
    tcase_add_test(loaded, loading_a_key_for_itself_is_refused);
    tcase_add_test(loaded, a_foreign_thread_loads_too);
    tcase_add_test(loaded, a_load_that_nobody_took_up_is_forgotten);
    tcase_add_test(loaded, a_load_of_an_earlier_life_is_nothing_to_the_next);
    tcase_add_test(many, a_large_value_takes_the_place_of_many);
    tcase_add_test(many, a_sweep_lets_others_in_between);
    return support_run(suite);
}
