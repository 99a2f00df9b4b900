/* test_registry.c - registries: processes by key.
 *
 * Idea: see probe.h. The registries are what otpc would write. Processes that hold keys are probes,
 * whose handlers register; observers are plain processes of the test. */
#include <otp/share.h>
#include <stdatomic.h>

#include "probe.h"

/* -- registries -- */

struct number_entry {
    uint64_t key;
    otp_pid pid;
    uint64_t value;
};

static struct {
    atomic_int registered, unregistered;
    atomic_bool listens;
} listener;

/* The number of entries that the listener would make of what it has heard. */
static void heard_registered(const void *key, otp_pid pid, const void *value)
{
    (void)pid;
    if (atomic_load(&listener.listens))
        note("registered:%d:%d", (int)*(const uint64_t *)key, (int)*(const uint64_t *)value);
}

static void heard_unregistered(const void *key, otp_pid pid)
{
    (void)pid;
    if (atomic_load(&listener.listens))
        note("unregistered:%d", (int)*(const uint64_t *)key);
}

#define NUMBERS(NAME, KEYS)                                                                        \
    {                                                                                              \
        .module = { NAME, "test:1", 0, NULL, otp_registry_start }, .keys = KEYS,                   \
        .key_kind = OTP_KEY_PLAIN, .key = &probe_u64_layout, .value = &probe_u64_layout,           \
        .meta = &probe_text_layout, .entry_size = sizeof(struct number_entry),                     \
        .pid_offset = offsetof(struct number_entry, pid),                                          \
        .value_offset = offsetof(struct number_entry, value), .registered = heard_registered,      \
        .unregistered = heard_unregistered                                                         \
    }
static const struct otp_registry unique = NUMBERS("tests.unique", OTP_UNIQUE);
static const struct otp_registry duplicate = NUMBERS("tests.duplicate", OTP_DUPLICATE);
static const struct otp_registry other = NUMBERS("tests.other", OTP_UNIQUE);
/* Keys without values, and no meta. */
static const struct otp_registry bare = {
    .module = { "tests.bare", "test:2", 0, NULL, otp_registry_start },
    .key = &probe_u64_layout,
    .entry_size = sizeof(struct number_entry),
    .pid_offset = offsetof(struct number_entry, pid),
};

/* Where the registry of a test is. */
static otp_dest at;

static otp_pid start_registry(const struct otp_registry *type)
{
    otp_pid pid = otp_no_pid();
    ck_assert_int_eq(otp_registry_start(&type->module, NULL, NULL, &pid), OTP_OK);
    at = otp_to(pid);
    return pid;
}

static void start(const struct otp_registry *type)
{
    start_runtime(false, false);
    start_registry(type);
}

/* -- what otpc would write -- */

static otp_status add(const struct otp_registry *type, uint64_t key, uint64_t value,
                      otp_pid *holder)
{
    return otp_registry_register(at, type, &key, &value, holder);
}

static otp_status drop(const struct otp_registry *type, uint64_t key)
{
    return otp_registry_unregister(at, type, &key);
}

static size_t count_all(const struct otp_registry *type)
{
    size_t n = 0;
    ck_assert_int_eq(otp_registry_count(at, type, &n), OTP_OK);
    return n;
}

static otp_pid who_has(uint64_t key)
{
    otp_pid pid = otp_no_pid();
    otp_status status = otp_registry_lookup(at, &unique, &key, &pid, NULL);
    ck_assert(status == OTP_OK || status == OTP_NOT_FOUND);
    return pid;
}

static size_t count_key(const struct otp_registry *type, uint64_t key)
{
    struct otp_registry_entries entries;
    size_t n;
    ck_assert_int_eq(otp_registry_lookup_all(at, type, &key, &entries), OTP_OK);
    n = entries.count;
    otp_registry_free_entries(&entries);
    return n;
}

/* -- probes that hold keys -- */

struct order {
    const struct otp_registry *type;
    uint64_t key, value;
    otp_status want;
    otp_pid holder;
};

static otp_next probe_add(struct probe *self, otp_from from, void *context)
{
    struct order *order = context;
    (void)self;
    ck_assert_int_eq(add(order->type, order->key, order->value, &order->holder), order->want);
    return probe_reply(from, 0);
}

static otp_next probe_drop(struct probe *self, otp_from from, void *context)
{
    struct order *order = context;
    (void)self;
    ck_assert_int_eq(drop(order->type, order->key), order->want);
    return probe_reply(from, 0);
}

static otp_next probe_update(struct probe *self, otp_from from, void *context)
{
    struct order *order = context;
    (void)self;
    ck_assert_int_eq(otp_registry_update_value(at, order->type, &order->key, &order->value),
                     order->want);
    return probe_reply(from, 0);
}

static otp_pid order(otp_pid pid, probe_handler run, const struct otp_registry *type, uint64_t key,
                     uint64_t value, otp_status want)
{
    struct order given = { type, key, value, want, { 0 } };
    uint64_t reply;
    ck_assert_int_eq(probe_call(pid, run, &given, &reply), OTP_OK);
    return given.holder;
}

static void pid_adds(otp_pid pid, const struct otp_registry *type, uint64_t key, uint64_t value)
{
    (void)order(pid, probe_add, type, key, value, OTP_OK);
}

/* A handler: stops with the reason in context. */
static otp_next probe_stop_with(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    return otp_stop(*(const otp_reason *)context);
}

static otp_next probe_exit_with(struct probe *self, otp_from from, void *context)
{
    (void)self, (void)from;
    otp_exit(*(const otp_reason *)context);
}

/* -- B166 -- */

START_TEST(B166_a_unique_key_has_one_holder)
{
    start(&unique);
    otp_pid a = probe_start(NULL), b = probe_start(NULL);
    pid_adds(a, &unique, 7, 70);
    otp_pid holder = order(a, probe_add, &unique, 7, 71, OTP_ALREADY_STARTED);
    ck_assert_uint_eq(holder.bits, a.bits);
    holder = order(b, probe_add, &unique, 7, 72, OTP_ALREADY_STARTED);
    ck_assert_uint_eq(holder.bits, a.bits);
    /* the failed attempts have left nothing */
    uint64_t key = 7, value = 0;
    otp_pid pid;
    ck_assert_int_eq(otp_registry_lookup(at, &unique, &key, &pid, &value), OTP_OK);
    ck_assert_uint_eq(pid.bits, a.bits);
    ck_assert_uint_eq(value, 70);
    ck_assert_uint_eq(count_all(&unique), 1);
    struct otp_registry_entries entries;
    ck_assert_int_eq(otp_registry_entries_of(at, &unique, b, NULL, &entries), OTP_OK);
    ck_assert_uint_eq(entries.count, 0);
    stop_runtime();
}
END_TEST

/* -- B167 -- */

#define RACERS 10
#define ROUNDS 200

static struct {
    atomic_uint round, ready, done, won;
} race;

/* Keeps what it has until the runtime stops. */
static void expect_stop(void)
{
    const struct otp_message *message;
    otp_status status = otp_receive(OTP_INFINITY, &message);
    ck_abort_msg("a message for nobody: %d", (int)status);
}

static void racer(void *arg)
{
    (void)arg;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        atomic_fetch_add(&race.ready, 1);
        while (atomic_load(&race.round) < round)
            otp_yield();
        otp_status status = add(&unique, round, 0, NULL);
        ck_assert(status == OTP_OK || status == OTP_ALREADY_STARTED);
        if (status == OTP_OK)
            atomic_fetch_add(&race.won, 1);
        atomic_fetch_add(&race.done, 1);
    }
    expect_stop();
}

START_TEST(B167_of_many_that_register_one_key_one_wins)
{
    otp_pid pid;
    start(&unique);
    for (int i = 0; i < RACERS; i++)
        ck_assert_int_eq(otp_spawn(racer, NULL, NULL, &pid), OTP_OK);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        while (atomic_load(&race.ready) < RACERS * round)
            step_aside();
        atomic_store(&race.round, round);
        while (atomic_load(&race.done) < RACERS * round)
            step_aside();
        ck_assert_uint_eq(atomic_load(&race.won), round);
    }
    stop_runtime();
}
END_TEST

/* -- B168 -- */

/* Holds keys of both registries, then ends with reason; the test sees its DOWN. */
static void holder_ends(void *arg)
{
    const otp_reason *reason = arg;
    otp_pid pid = probe_start(NULL);
    char text[128];
    for (uint64_t key = 0; key < 100; key++)
        pid_adds(pid, &unique, key, key);
    ck_assert_uint_eq(count_all(&unique), 100);
    if (reason->kind == OTP_REASON_KILL)
        ck_assert_int_eq(otp_exit_signal(pid, *reason), OTP_OK);
    else if (reason->kind == OTP_REASON_ERROR)
        probe_cast(pid, probe_exit_with, arg);
    else
        probe_cast(pid, probe_stop_with, arg);
    (void)await_end(pid, text);
    ck_assert_uint_eq(count_all(&unique), 0);
    for (uint64_t key = 0; key < 100; key++)
        ck_assert_uint_eq(who_has(key).bits, 0);
}

START_TEST(B168_keys_go_with_their_process)
{
    otp_reason reasons[] = { otp_normal(), otp_shutdown(), otp_kill(), otp_error("boom") };
    start(&unique);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        in_process(holder_ends, &reasons[i]);
    stop_runtime();
}
END_TEST

/* -- B169, B170 -- */

/* Whoever has seen the DOWN of a holder finds its key free and can have it at once; nothing that
 * is cleaned late takes it away again. */
static void take_over(void *arg)
{
    char text[128];
    (void)arg;
    for (int i = 0; i < 300; i++) {
        otp_pid pid = probe_start(NULL);
        otp_reason reason = i % 2 == 0 ? otp_error("boom") : otp_normal();
        pid_adds(pid, &unique, 7, 1);
        probe_cast(pid, i % 2 == 0 ? probe_exit_with : probe_stop_with, &reason);
        (void)await_end(pid, text);
        ck_assert_int_eq(add(&unique, 7, 2, NULL), OTP_OK);
        ck_assert_uint_eq(who_has(7).bits, otp_self().bits);
        probe_sync(probe_start(NULL));
        ck_assert_uint_eq(who_has(7).bits, otp_self().bits);
        ck_assert_int_eq(drop(&unique, 7), OTP_OK);
    }
}

START_TEST(B169_a_key_is_free_when_its_holders_down_is_seen)
{
    start(&unique);
    in_process(take_over, NULL);
    stop_runtime();
}
END_TEST

/* Something tied to a process, which takes its time to go. */
static struct {
    struct otp_tie tie;
    otp_pid pid;
    struct gate watched;
    atomic_bool gone;
} slow = { .watched = GATE };

static void slow_ended(struct otp_tie *tie, otp_pid pid, const otp_reason *reason)
{
    (void)tie, (void)pid, (void)reason;
    gate_pass(&slow.watched);
    atomic_store(&slow.gone, true);
}

/* It is dead, but its end is not over. */
static void watch_what_ends(void *arg)
{
    const struct otp_message *message;
    otp_monitor monitor;
    (void)arg;
    otp_trap_exit(true);
    while (otp_is_alive(slow.pid))
        otp_yield();
    ck_assert_int_eq(otp_link(slow.pid), OTP_OK);
    ck_assert_int_eq(otp_monitor_start(otp_to(slow.pid), &monitor), OTP_OK);
    expect_no_message();
    gate_open(&slow.watched);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(otp_receive(OTP_INFINITY, &message), OTP_OK);
        ck_assert(atomic_load(&slow.gone));
        ck_assert_uint_eq(message->pid.bits, slow.pid.bits);
        ck_assert_int_eq(message->reason->kind, OTP_REASON_KILLED);
    }
    expect_no_message();
}

/* B169: also if who watches it comes when its death is under way. */
START_TEST(an_end_is_seen_when_it_is_over)
{
    struct probe_job job = { watch_what_ends, NULL, GATE };
    otp_pid watcher;
    start(&unique);
    slow.pid = probe_start(NULL);
    slow.tie.ended = slow_ended;
    ck_assert_int_eq(otp_tie_to(slow.pid, &slow.tie), OTP_OK);
    ck_assert_int_eq(otp_spawn(probe_run_job, &job, NULL, &watcher), OTP_OK);
    ck_assert_int_eq(otp_exit_signal(slow.pid, otp_kill()), OTP_OK);
    gate_pass(&job.done);
    stop_runtime();
}
END_TEST

static void look_after_down(void *arg)
{
    char text[128];
    (void)arg;
    for (int i = 0; i < 300; i++) {
        uint64_t key = 7;
        otp_pid pid = probe_start(NULL);
        pid_adds(pid, &unique, key, 1);
        ck_assert_uint_eq(otp_registry_whereis_name(at, &unique, &key).bits, pid.bits);
        ck_assert_int_eq(otp_exit_signal(pid, otp_kill()), OTP_OK);
        /* the killer has not got a DOWN: it is dead all the same */
        ck_assert_uint_eq(otp_registry_whereis_name(at, &unique, &key).bits, 0);
        (void)await_end(pid, text);
        ck_assert_uint_eq(otp_registry_whereis_name(at, &unique, &key).bits, 0);
        ck_assert_uint_eq(who_has(key).bits, 0);
    }
}

START_TEST(B170_nobody_finds_a_dead_process)
{
    start(&unique);
    in_process(look_after_down, NULL);
    stop_runtime();
}
END_TEST

/* -- B174 -- */

START_TEST(B174_only_the_holder_takes_its_key_away)
{
    start(&unique);
    otp_pid a = probe_start(NULL), b = probe_start(NULL);
    pid_adds(a, &unique, 7, 1);
    (void)order(b, probe_drop, &unique, 7, 0, OTP_OK);
    ck_assert_uint_eq(who_has(7).bits, a.bits);
    (void)order(b, probe_drop, &unique, 8, 0, OTP_OK);
    (void)order(a, probe_drop, &unique, 8, 0, OTP_OK);
    ck_assert_uint_eq(count_all(&unique), 1);
    (void)order(a, probe_drop, &unique, 7, 0, OTP_OK);
    ck_assert_uint_eq(who_has(7).bits, 0);
    ck_assert_uint_eq(count_all(&unique), 0);
    ck_assert_int_eq(add(&unique, 7, 0, NULL), OTP_WRONG_THREAD);
    ck_assert_int_eq(drop(&unique, 7), OTP_WRONG_THREAD);
    stop_runtime();
}
END_TEST

/* -- B175 -- */

START_TEST(B175_only_the_holder_changes_its_value)
{
    start(&unique);
    otp_pid a = probe_start(NULL), b = probe_start(NULL), pid;
    uint64_t key = 7, value = 0;
    pid_adds(a, &unique, 7, 1);
    (void)order(a, probe_update, &unique, 7, 2, OTP_OK);
    (void)order(b, probe_update, &unique, 7, 3, OTP_NOT_FOUND);
    (void)order(a, probe_update, &unique, 8, 3, OTP_NOT_FOUND);
    ck_assert_int_eq(otp_registry_lookup(at, &unique, &key, &pid, &value), OTP_OK);
    ck_assert_uint_eq(value, 2);
    start_registry(&duplicate);
    pid_adds(a, &duplicate, 7, 1);
    (void)order(a, probe_update, &duplicate, 7, 2, OTP_BADARG);
    stop_runtime();
}
END_TEST

/* -- B176 -- */

START_TEST(B176_a_duplicate_registry_keeps_them_all)
{
    struct otp_registry_entries entries;
    start(&duplicate);
    otp_pid a = probe_start(NULL), b = probe_start(NULL);
    pid_adds(a, &duplicate, 7, 1);
    pid_adds(a, &duplicate, 7, 2);
    pid_adds(b, &duplicate, 7, 3);
    pid_adds(a, &duplicate, 8, 4);
    ck_assert_uint_eq(count_key(&duplicate, 7), 3);
    ck_assert_int_eq(otp_registry_entries_of(at, &duplicate, a, NULL, &entries), OTP_OK);
    const struct number_entry *items = entries.items;
    ck_assert_uint_eq(entries.count, 3);
    ck_assert_uint_eq(items[0].key, 7);
    ck_assert_uint_eq(items[1].key, 7);
    ck_assert_uint_eq(items[2].key, 8);
    ck_assert_uint_eq(items[0].value + items[1].value, 3);
    otp_registry_free_entries(&entries);
    uint64_t key = 7;
    ck_assert_int_eq(otp_registry_entries_of(at, &duplicate, a, &key, &entries), OTP_OK);
    ck_assert_uint_eq(entries.count, 2);
    otp_registry_free_entries(&entries);
    (void)order(a, probe_drop, &duplicate, 7, 0, OTP_OK);
    ck_assert_uint_eq(count_key(&duplicate, 7), 1);
    ck_assert_uint_eq(count_all(&duplicate), 2);
    ck_assert_int_eq(otp_registry_lookup(at, &duplicate, &key, &a, NULL), OTP_BADARG);
    stop_runtime();
}
END_TEST

/* -- B177 -- */

struct seen {
    otp_pid caller;
    size_t calls, entries;
    uint64_t sum;
};

static void see_entries(const struct otp_registry_entries *entries, void *context)
{
    struct seen *seen = context;
    const struct number_entry *items = entries->items;
    seen->calls++;
    seen->caller = otp_self();
    for (size_t i = 0; i < entries->count; i++) {
        seen->entries++;
        seen->sum += items[i].value;
    }
}

static void fail_at_entries(const struct otp_registry_entries *entries, void *context)
{
    (void)entries, (void)context;
    otp_exit(otp_error("dispatch failed"));
}

static void dispatch_and_fail(void *arg)
{
    uint64_t key = 7;
    (void)arg;
    otp_must(otp_registry_dispatch(at, &duplicate, &key, fail_at_entries, NULL));
    note("went on");
}

static void dispatch(void *arg)
{
    struct seen seen = { .calls = 0 };
    uint64_t key = 7, none = 8;
    char text[128];
    otp_monitor monitor;
    struct otp_start how = { .monitor = true, .monitor_out = &monitor };
    otp_pid pid;
    (void)arg;
    ck_assert_int_eq(otp_registry_dispatch(at, &duplicate, &none, see_entries, &seen), OTP_OK);
    ck_assert_uint_eq(seen.calls, 0);
    ck_assert_int_eq(otp_registry_dispatch(at, &duplicate, &key, see_entries, &seen), OTP_OK);
    ck_assert_uint_eq(seen.calls, 1);
    ck_assert_uint_eq(seen.entries, 3);
    ck_assert_uint_eq(seen.sum, 6);
    ck_assert_uint_eq(seen.caller.bits, otp_self().bits);
    ck_assert_int_eq(otp_spawn(dispatch_and_fail, NULL, &how, &pid), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_DOWN, text), "dispatch failed");
    expect_notes("");
}

START_TEST(B177_dispatch_runs_in_the_caller)
{
    start(&duplicate);
    otp_pid a = probe_start(NULL), b = probe_start(NULL);
    pid_adds(a, &duplicate, 7, 1);
    pid_adds(a, &duplicate, 7, 2);
    pid_adds(b, &duplicate, 7, 3);
    in_process(dispatch, NULL);
    stop_runtime();
}
END_TEST

/* -- B178 -- */

static bool value_is_at_least(const void *entry, void *context)
{
    return ((const struct number_entry *)entry)->value >= *(const uint64_t *)context;
}

static otp_next probe_drop_fitting(struct probe *self, otp_from from, void *context)
{
    uint64_t key = 7;
    size_t n = 0;
    (void)self;
    ck_assert_int_eq(
        otp_registry_unregister_match(at, &duplicate, &key, value_is_at_least, context, &n),
        OTP_OK);
    return probe_reply(from, n);
}

START_TEST(B178_only_fitting_entries)
{
    struct otp_registry_entries entries;
    uint64_t key = 7, least = 2, reply = 0;
    start(&duplicate);
    otp_pid a = probe_start(NULL), b = probe_start(NULL);
    for (uint64_t i = 1; i <= 4; i++)
        pid_adds(a, &duplicate, 7, i);
    pid_adds(b, &duplicate, 7, 5);
    pid_adds(b, &duplicate, 8, 6);
    ck_assert_int_eq(otp_registry_select(at, &duplicate, &key, value_is_at_least, &least, &entries),
                     OTP_OK);
    ck_assert_uint_eq(entries.count, 4);
    for (size_t i = 0; i < entries.count; i++)
        ck_assert_uint_ge(((struct number_entry *)entries.items)[i].value, 2);
    otp_registry_free_entries(&entries);
    ck_assert_int_eq(otp_registry_select(at, &duplicate, NULL, value_is_at_least, &least, &entries),
                     OTP_OK);
    ck_assert_uint_eq(entries.count, 5);
    otp_registry_free_entries(&entries);
    least = 7;
    ck_assert_int_eq(otp_registry_select(at, &duplicate, NULL, value_is_at_least, &least, &entries),
                     OTP_OK);
    ck_assert_uint_eq(entries.count, 0);
    ck_assert_ptr_null(entries.items);
    least = 3; /* of a's: 3 and 4; b's stays */
    ck_assert_int_eq(probe_call(a, probe_drop_fitting, &least, &reply), OTP_OK);
    ck_assert_uint_eq(reply, 2);
    ck_assert_uint_eq(count_key(&duplicate, 7), 3);
    ck_assert_uint_eq(count_all(&duplicate), 4);
    stop_runtime();
}
END_TEST

/* -- B179 -- */

START_TEST(B179_listeners_hear_each_change_in_order)
{
    start(&unique);
    otp_pid a = probe_start(NULL);
    atomic_store(&listener.listens, true);
    pid_adds(a, &unique, 7, 1);
    (void)order(a, probe_add, &unique, 7, 1, OTP_ALREADY_STARTED);
    pid_adds(a, &unique, 8, 2);
    (void)order(a, probe_drop, &unique, 9, 0, OTP_OK);
    (void)order(a, probe_drop, &unique, 7, 0, OTP_OK);
    start_registry(&duplicate);
    pid_adds(a, &duplicate, 7, 3);
    pid_adds(a, &duplicate, 7, 4);
    (void)order(a, probe_drop, &duplicate, 7, 0, OTP_OK);
    expect_notes("registered:7:1,registered:8:2,unregistered:7,registered:7:3,registered:7:4,"
                 "unregistered:7,unregistered:7");
    stop_runtime();
}
END_TEST

/* -- B180 -- */

static void registry_stops(void *arg)
{
    char text[128];
    otp_pid registry = start_registry(&unique);
    otp_pid holder = probe_start(NULL), former = probe_start(NULL);
    (void)arg;
    pid_adds(holder, &unique, 1, 0);
    pid_adds(former, &unique, 2, 0);
    (void)order(former, probe_drop, &unique, 2, 0, OTP_OK);
    ck_assert(!otp_trap_exit(true));
    ck_assert_int_eq(add(&unique, 3, 0, NULL), OTP_OK);
    ck_assert_int_eq(otp_stop_process(otp_to(registry), otp_shutdown(), OTP_INFINITY), OTP_OK);
    ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "shutdown");
    (void)await_end(holder, text);
    probe_sync(former);
    expect_no_message();
    ck_assert_int_eq(add(&unique, 4, 0, NULL), OTP_NOPROC);
}

START_TEST(B180_a_registry_that_ends_takes_its_processes_with_it)
{
    start_runtime(false, false);
    in_process(registry_stops, NULL);
    stop_runtime();
}
END_TEST

/* -- B181 -- */

START_TEST(B181_unknown_registries_and_metadata)
{
    otp_str meta = otp_cstr("anything"), read = otp_cstr("");
    uint64_t key = 7;
    size_t n;
    otp_pid pid;
    start(&unique);
    ck_assert_int_eq(otp_registry_count(at, &other, &n), OTP_WRONG_MODULE);
    ck_assert_int_eq(otp_registry_lookup(otp_to(probe_start(NULL)), &unique, &key, &pid, NULL),
                     OTP_NOPROC);
    ck_assert_int_eq(otp_registry_lookup(otp_to(otp_no_pid()), &unique, &key, &pid, NULL),
                     OTP_NOPROC);
    ck_assert_int_eq(otp_registry_meta(at, &unique, &read), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_registry_delete_meta(at, &unique), OTP_NOT_FOUND);
    ck_assert_int_eq(otp_registry_put_meta(at, &unique, &meta), OTP_OK);
    ck_assert_int_eq(otp_registry_put_meta(at, &unique, &meta), OTP_OK);
    ck_assert_int_eq(otp_registry_meta(at, &unique, &read), OTP_OK);
    ck_assert(otp_str_equal(read, meta) && read.data != meta.data);
    otp_registry_free_value(&probe_text_layout, &read);
    ck_assert_int_eq(otp_registry_delete_meta(at, &unique), OTP_OK);
    ck_assert_int_eq(otp_registry_meta(at, &unique, &read), OTP_NOT_FOUND);
    start_registry(&bare);
    ck_assert_int_eq(otp_registry_put_meta(at, &bare, &meta), OTP_BADARG);
    start_registry(&duplicate);
    ck_assert_int_eq(
        otp_registry_register_name(at, &duplicate, probe_start(NULL), &key, &key, NULL),
        OTP_BADARG);
    stop_runtime();
    ck_assert_int_eq(otp_registry_count(at, &unique, &n), OTP_NOT_RUNNING);
}
END_TEST

/* A table that grows and shrinks, against what is known of it. What is wrong is counted: an
 * assertion each would take longer than what it looks at. */
static void grow_and_shrink(void *arg)
{
    const uint64_t n = 20000;
    uint64_t wrong = 0;
    (void)arg;
    for (uint64_t i = 0; i < n; i++)
        wrong += add(&unique, i * 3, i, NULL) != OTP_OK;
    ck_assert_uint_eq(count_all(&unique), n);
    for (uint64_t i = 0; i < n; i += 2)
        wrong += drop(&unique, i * 3) != OTP_OK;
    ck_assert_uint_eq(count_all(&unique), n / 2);
    ck_assert_uint_eq(wrong, 0);
    for (uint64_t i = 0; i < 3 * n; i++)
        wrong += who_has(i).bits != (i % 6 == 3 ? otp_self().bits : 0);
    for (uint64_t i = 1; i < n; i += 2)
        wrong += drop(&unique, i * 3) != OTP_OK;
    ck_assert_uint_eq(count_all(&unique), 0);
    ck_assert_uint_eq(wrong, 0);
}

START_TEST(many_keys_of_one_process)
{
    start(&unique);
    in_process(grow_and_shrink, NULL);
    stop_runtime();
}
END_TEST

START_TEST(nothing_is_registered_for_the_dead)
{
    uint64_t key = 7;
    start(&unique);
    otp_pid a = probe_start(NULL);
    ck_assert_int_eq(otp_exit_signal(a, otp_kill()), OTP_OK);
    ck_assert_int_eq(otp_registry_register_name(at, &unique, a, &key, &key, NULL), OTP_NOPROC);
    ck_assert_int_eq(otp_registry_register_name(at, &unique, otp_no_pid(), &key, &key, NULL),
                     OTP_BADARG);
    ck_assert_uint_eq(count_all(&unique), 0);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("registry");
    TCase *c;
    support_behaviour(s, "B166", B166_a_unique_key_has_one_holder);
    support_behaviour(s, "B167", B167_of_many_that_register_one_key_one_wins);
    support_behaviour(s, "B168", B168_keys_go_with_their_process);
    support_behaviour(s, "B169", B169_a_key_is_free_when_its_holders_down_is_seen);
    support_behaviour(s, "B170", B170_nobody_finds_a_dead_process);
    support_behaviour(s, "B174", B174_only_the_holder_takes_its_key_away);
    support_behaviour(s, "B175", B175_only_the_holder_changes_its_value);
    support_behaviour(s, "B176", B176_a_duplicate_registry_keeps_them_all);
    support_behaviour(s, "B177", B177_dispatch_runs_in_the_caller);
    support_behaviour(s, "B178", B178_only_fitting_entries);
    support_behaviour(s, "B179", B179_listeners_hear_each_change_in_order);
    support_behaviour(s, "B180", B180_a_registry_that_ends_takes_its_processes_with_it);
    support_behaviour(s, "B181", B181_unknown_registries_and_metadata);
    c = support_case(s, "keys", 20);
    tcase_add_test(c, an_end_is_seen_when_it_is_over);
    tcase_add_test(c, nothing_is_registered_for_the_dead);
    tcase_add_test(c, many_keys_of_one_process);
    return support_run(s);
}
