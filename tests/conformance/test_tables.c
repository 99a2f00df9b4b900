/* test_tables.c - typed tables in the state of a process.
 *
 * Idea: see probe.h. A probe has a table of numbers; its handlers use it, and answer what they have
 * found. What happens when memory is short is tested with the rows alone (tests/unit). */
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

static uint64_t get(struct probe *self, uint64_t key)
{
    uint64_t value = 0;
    ck_assert(otp_table_get(self->table, &key, &value));
    return value;
}

/* -- one key -- */

static otp_next put_twice(struct probe *self, otp_from from, void *context)
{
    (void)context;
    put(self, 1, 10);
    put(self, 2, 20);
    put(self, 1, 11);
    return probe_reply(from, otp_table_count(self->table) * 100 + get(self, 1));
}

START_TEST(B182_a_key_has_one_value)
{
    start_runtime(false, false);
    ck_assert_uint_eq(ask(put_twice), 211);
    stop_runtime();
}
END_TEST

static otp_next put_new(struct probe *self, otp_from from, void *context)
{
    uint64_t key = 1, value = 10, other = 11;
    (void)context;
    ck_assert_int_eq(otp_table_put_new(self->table, &key, &value), OTP_OK);
    ck_assert_int_eq(otp_table_put_new(self->table, &key, &other), OTP_EXISTS);
    ck_assert_uint_eq(get(self, 1), 10);
    ck_assert(otp_table_delete(self->table, &key));
    ck_assert_int_eq(otp_table_put_new(self->table, &key, &other), OTP_OK);
    return probe_reply(from, get(self, 1));
}

START_TEST(put_new_leaves_what_is_there)
{
    start_runtime(false, false);
    ck_assert_uint_eq(ask(put_new), 11);
    stop_runtime();
}
END_TEST

static bool is_missing(struct probe *self, uint64_t key)
{
    const struct otp_addition add = { .by = 1 };
    uint64_t value = 77;
    bool missing = !otp_table_get(self->table, &key, &value) && value == 77;
    missing = missing && !otp_table_take(self->table, &key, &value) && value == 77;
    missing = missing && otp_table_add(self->table, &key, &add, &value) == OTP_NOT_FOUND;
    missing = missing && value == 77 && !otp_table_has(self->table, &key);
    return missing && !otp_table_delete(self->table, &key);
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
    put(self, 1, 12);
    good += otp_table_take(self->table, &key, &value) && value == 12;
    good += is_missing(self, 1);
    return probe_reply(from, good);
}

START_TEST(B184_a_missing_key_is_told_from_a_present_one)
{
    start_runtime(false, false);
    ck_assert_uint_eq(ask(miss), 8);
    stop_runtime();
}
END_TEST

/* -- counters -- */

/* In a table of that type, with a value there: the status, and the value after it. */
static void expect_add(const struct otp_table_type *type, const struct otp_addition *add,
                       uint64_t before, otp_status want, uint64_t after)
{
    struct otp_table *table = otp_table_new(type);
    uint64_t key = 1, value = 0, told = before;
    ck_assert_ptr_nonnull(table);
    ck_assert_int_eq(otp_table_put(table, &key, &before), OTP_OK);
    ck_assert_int_eq(otp_table_add(table, &key, add, &told), want);
    ck_assert(otp_table_get(table, &key, &value));
    ck_assert_uint_eq(value, after);
    ck_assert_uint_eq(told, after); /* on failure as it was before */
    otp_table_drop(table);
}

static const struct otp_layout i8_layout = { 1, 0, NULL };
static const struct otp_table_type bytes_type = { OTP_KEY_PLAIN, &probe_u64_layout, &i8_layout };

static void add_in_all_ways(void *unused)
{
    const uint64_t limit = 100, restart = 3, zero = 0;
    const int8_t low = -100, again = 50;
    (void)unused;
    expect_add(&probe_table_type, &(struct otp_addition){ .by = 5 }, 7, OTP_OK, 12);
    expect_add(&probe_table_type, &(struct otp_addition){ .by = -7 }, 7, OTP_OK, 0);
    expect_add(&probe_table_type, &(struct otp_addition){ .by = -8 }, 7, OTP_OUT_OF_RANGE, 7);
    expect_add(&probe_table_type, &(struct otp_addition){ .by = 1 }, UINT64_MAX, OTP_OUT_OF_RANGE,
               UINT64_MAX);
    expect_add(&probe_table_type, &(struct otp_addition){ .by = INT64_MIN }, (uint64_t)1 << 63,
               OTP_OK, 0);
    expect_add(&probe_table_type, &(struct otp_addition){ 1, NULL, &limit, &restart, false }, 99,
               OTP_OK, 100);
    expect_add(&probe_table_type, &(struct otp_addition){ 1, NULL, &limit, &restart, false }, 100,
               OTP_OK, 3);
    expect_add(&probe_table_type, &(struct otp_addition){ -1, NULL, &zero, &restart, false }, 0,
               OTP_OK, 3); /* below all numbers is below the limit */
    expect_add(&bytes_type, &(struct otp_addition){ .by = -1, .is_signed = true }, 0, OTP_OK, 255);
    expect_add(&bytes_type, &(struct otp_addition){ .by = 1, .is_signed = true }, 127,
               OTP_OUT_OF_RANGE, 127);
    expect_add(&bytes_type, &(struct otp_addition){ .by = 128, .is_signed = true }, 0xff, OTP_OK,
               127);
    expect_add(&bytes_type, &(struct otp_addition){ -1, NULL, &low, &again, true }, 0x9c, OTP_OK,
               50);
    expect_add(&bytes_type, &(struct otp_addition){ .by = 1 }, 255, OTP_OUT_OF_RANGE, 255);
}

START_TEST(counters_go_on_and_never_round)
{
    start_runtime(false, false);
    in_process(add_in_all_ways, NULL);
    stop_runtime();
}
END_TEST

static void add_to_nothing(void *unused)
{
    const struct otp_table_type wrong = { OTP_KEY_PLAIN, &probe_u64_layout, &probe_text_layout };
    const uint64_t start = 40;
    const struct otp_addition add = { 2, &start, NULL, NULL, false };
    struct otp_table *table = otp_table_new(&probe_table_type);
    uint64_t key = 1, value = 0;
    otp_str text;
    (void)unused;
    ck_assert_int_eq(otp_table_add(table, &key, &add, &value), OTP_OK);
    ck_assert_uint_eq(value, 42);
    ck_assert_int_eq(otp_table_add(table, &key, &add, &value), OTP_OK);
    ck_assert_uint_eq(value, 44);
    /* nobody wants to know */
    ck_assert_int_eq(otp_table_add(table, &key, &add, NULL), OTP_OK);
    ck_assert_int_eq(otp_table_add(table, &key, &add, &value), OTP_OK);
    ck_assert_uint_eq(value, 48);
    table = otp_table_new(&wrong);
    ck_assert_int_eq(otp_table_add(table, &key, &add, &text), OTP_BADARG);
    ck_assert_uint_eq(otp_table_count(table), 0);
}

START_TEST(a_missing_counter_starts_where_it_is_told_to)
{
    start_runtime(false, false);
    in_process(add_to_nothing, NULL);
    stop_runtime();
}
END_TEST

/* -- walks -- */

static bool has_expired(const void *key, const void *value, void *now)
{
    (void)key;
    return *(const uint64_t *)value < *(const uint64_t *)now;
}

static void put_five(struct probe *self)
{
    static const uint64_t expires[] = { 10, 30, 20, 50, 40 };
    for (uint64_t i = 0; i < 5; i++)
        put(self, i, expires[i]);
}

/* Of five entries two are from before: how many are, were deleted, and are left. */
static otp_next delete_expired(struct probe *self, otp_from from, void *context)
{
    uint64_t now = 30;
    (void)context;
    put_five(self);
    size_t counted = otp_table_count_if(self->table, has_expired, &now);
    size_t deleted = otp_table_delete_if(self->table, has_expired, &now);
    return probe_reply(from, counted * 100 + deleted * 10 + otp_table_count(self->table));
}

START_TEST(B188_deleting_by_a_condition_says_how_many)
{
    start_runtime(false, false);
    ck_assert_uint_eq(ask(delete_expired), 223);
    stop_runtime();
}
END_TEST

/* The keys are copies: the table may change while one goes through them. */
static otp_next select_and_change(struct probe *self, otp_from from, void *context)
{
    const void *selected = NULL;
    uint64_t now = 35, sum = 0;
    size_t n = 0;
    (void)context;
    put_five(self);
    ck_assert_int_eq(otp_table_select(self->table, has_expired, &now, &selected, &n), OTP_OK);
    ck_assert_uint_eq(n, 3);
    for (size_t i = 0; i < n; i++) {
        const uint64_t *keys = selected;
        sum += 1u << keys[i];
        ck_assert(otp_table_delete(self->table, &keys[i]));
        for (uint64_t k = 0; k < 100; k++)
            put(self, 1000 * keys[i] + 100 + k, k);
    }
    ck_assert_uint_eq(otp_table_count(self->table), 302);
    ck_assert_int_eq(otp_table_select(self->table, NULL, NULL, &selected, &n), OTP_OK);
    ck_assert_uint_eq(n, 302);
    otp_table_clear(self->table);
    ck_assert_int_eq(otp_table_select(self->table, NULL, NULL, &selected, &n), OTP_OK);
    ck_assert_uint_eq(n, 0);
    return probe_reply(from, sum);
}

START_TEST(select_gives_keys_to_change_the_table_by)
{
    start_runtime(false, false);
    ck_assert_uint_eq(ask(select_and_change), 1 + 2 + 4);
    stop_runtime();
}
END_TEST

static void select_texts(void *unused)
{
    const struct otp_table_type type = { OTP_KEY_TEXT, &probe_text_layout, &probe_u64_layout };
    struct otp_table *table = otp_table_new(&type);
    const void *selected = NULL;
    uint64_t sum = 0, value = 0;
    size_t n = 0;
    char text[16];
    (void)unused;
    for (uint64_t i = 0; i < 50; i++) {
        snprintf(text, sizeof text, "%.*s%d", (int)(i % 5), "longer", (int)i);
        otp_str key = otp_cstr(text);
        ck_assert_int_eq(otp_table_put(table, &key, &i), OTP_OK);
    }
    ck_assert_int_eq(otp_table_select(table, NULL, NULL, &selected, &n), OTP_OK);
    ck_assert_uint_eq(n, 50);
    for (size_t i = 0; i < n; i++) {
        ck_assert(otp_table_take(table, (const otp_str *)selected + i, &value));
        sum += value;
    }
    ck_assert_uint_eq(sum, 49 * 50 / 2);
}

START_TEST(selected_texts_are_copies_too)
{
    start_runtime(false, false);
    in_process(select_texts, NULL);
    stop_runtime();
}
END_TEST

/* Tries all that would change the table that is walked. */
static bool meddle(const void *key, const void *value, void *context)
{
    const struct otp_addition add = { .by = 1 };
    struct probe *self = context;
    uint64_t other = 77, got = 0;
    ck_assert_int_eq(otp_table_put(self->table, key, &other), OTP_BADARG);
    ck_assert_int_eq(otp_table_put_new(self->table, &other, &other), OTP_BADARG);
    ck_assert_int_eq(otp_table_add(self->table, key, &add, &got), OTP_BADARG);
    ck_assert(!otp_table_take(self->table, key, &got));
    ck_assert(!otp_table_delete(self->table, key));
    ck_assert_uint_eq(otp_table_delete_if(self->table, meddle, self), 0);
    otp_table_clear(self->table);
    otp_table_shrink(self->table);
    otp_table_drop(self->table);
    ck_assert(otp_table_get(self->table, key, &got)); /* to look is allowed */
    ck_assert_uint_eq(got, *(const uint64_t *)value);
    self->count++;
    return false;
}

static otp_next walk_and_meddle(struct probe *self, otp_from from, void *context)
{
    const void *keys = NULL;
    size_t n = 0;
    (void)context;
    put(self, 1, 10);
    otp_table_each(self->table, meddle, self);
    ck_assert_uint_eq(otp_table_count_if(self->table, meddle, self), 0);
    ck_assert_uint_eq(otp_table_delete_if(self->table, meddle, self), 0);
    ck_assert_int_eq(otp_table_select(self->table, meddle, self, &keys, &n), OTP_OK);
    ck_assert_uint_eq(n, 0);
    put(self, 1, 11); /* and now it may change */
    return probe_reply(from, self->count * 100 + get(self, 1));
}

START_TEST(what_a_walk_calls_cannot_change_the_table)
{
    start_runtime(false, false);
    ck_assert_uint_eq(ask(walk_and_meddle), 411);
    stop_runtime();
}
END_TEST

static bool leave(const void *key, const void *value, void *context)
{
    (void)key, (void)value, (void)context;
    otp_exit(otp_error("left"));
}

static otp_next change_at_the_end(struct probe *self, otp_from from, void *context)
{
    (void)from, (void)context;
    put(self, 2, 20);
    note("changed:%d", (int)otp_table_count(self->table));
    return otp_noreply();
}

static otp_next leave_a_walk(struct probe *self, otp_from from, void *context)
{
    (void)from, (void)context;
    self->terminate = change_at_the_end;
    put(self, 1, 10);
    otp_table_each(self->table, leave, NULL);
    return otp_noreply();
}

START_TEST(a_walk_that_was_left_is_over)
{
    uint64_t value;
    start_runtime(false, false);
    ck_assert_int_eq(probe_call(probe_start(NULL), leave_a_walk, NULL, &value), OTP_EXIT);
    await_note("changed:2");
    stop_runtime();
}
END_TEST

/* -- whose it is -- */

static struct otp_table *lent; /* by the owner to those who may not use it */

static otp_next lend(struct probe *self, otp_from from, void *context)
{
    (void)context;
    put(self, 1, 10);
    lent = self->table;
    return probe_reply(from, 1);
}

/* All that there is, of a table of somebody else's. */
static void use_lent(void *unused)
{
    const struct otp_addition add = { .by = 1 };
    const void *keys = NULL;
    uint64_t key = 1, value = 77;
    size_t n = 77;
    (void)unused;
    ck_assert_int_eq(otp_table_put(lent, &key, &value), OTP_NOT_OWNER);
    ck_assert_int_eq(otp_table_put_new(lent, &key, &value), OTP_NOT_OWNER);
    ck_assert_int_eq(otp_table_add(lent, &key, &add, &value), OTP_NOT_OWNER);
    ck_assert_int_eq(otp_table_select(lent, NULL, NULL, &keys, &n), OTP_NOT_OWNER);
    ck_assert(!otp_table_get(lent, &key, &value) && !otp_table_take(lent, &key, &value));
    ck_assert(!otp_table_has(lent, &key) && !otp_table_delete(lent, &key));
    ck_assert_uint_eq(otp_table_delete_if(lent, has_expired, &value), 0);
    ck_assert_uint_eq(otp_table_count_if(lent, has_expired, &value), 0);
    ck_assert_uint_eq(otp_table_count(lent), 0);
    ck_assert_uint_eq(otp_table_memory(lent), 0);
    otp_table_each(lent, has_expired, &value);
    otp_table_clear(lent);
    otp_table_shrink(lent);
    otp_table_drop(lent);
    ck_assert_uint_eq(value, 77);
    ck_assert_uint_eq(n, 77);
    ck_assert_ptr_null(keys);
}

static void *use_lent_in_thread(void *unused)
{
    use_lent(unused);
    return NULL;
}

static void use_lent_everywhere(void)
{
    pthread_t thread;
    use_lent(NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, use_lent_in_thread, NULL), 0);
    pthread_join(thread, NULL);
    in_process(use_lent, NULL);
}

static otp_next look_whole(struct probe *self, otp_from from, void *context)
{
    (void)context;
    return probe_reply(from, otp_table_count(self->table) * 100 + get(self, 1));
}

START_TEST(a_private_table_is_its_process_s_and_nobody_else_s)
{
    uint64_t answer;
    start_runtime(false, false);
    otp_pid owner = probe_start(NULL);
    ck_assert_int_eq(probe_call(owner, lend, NULL, &answer), OTP_OK);
    use_lent_everywhere();
    ck_assert_int_eq(probe_call(owner, look_whole, NULL, &answer), OTP_OK);
    ck_assert_uint_eq(answer, 110);
    ck_assert_int_eq(otp_stop_process(otp_to(owner), otp_normal(), OTP_INFINITY), OTP_OK);
    use_lent_everywhere();
    /* where it was there is another one's now */
    for (int i = 0; i < 100; i++) {
        owner = probe_start(NULL);
        ck_assert_int_eq(probe_call(owner, lend, NULL, &answer), OTP_OK);
        use_lent_everywhere();
        ck_assert_int_eq(probe_call(owner, look_whole, NULL, &answer), OTP_OK);
        ck_assert_uint_eq(answer, 110);
        if (i % 3 != 0)
            ck_assert_int_eq(otp_stop_process(otp_to(owner), otp_normal(), OTP_INFINITY), OTP_OK);
    }
    stop_runtime();
}
END_TEST

static void note_misuse(void *context, const struct otp_log_event *event)
{
    (void)context;
    if (event->kind == OTP_LOG_MISUSE)
        note("%s", event->text);
}

START_TEST(who_may_not_is_logged)
{
    struct otp_config config = { .workers = 2, .log = note_misuse, .log_misuse = true };
    uint64_t answer, key = 1, value = 0;
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    ck_assert_int_eq(probe_call(probe_start(NULL), lend, NULL, &answer), OTP_OK);
    ck_assert(!otp_table_get(lent, &key, &value));
    ck_assert_int_eq(otp_table_put(lent, &key, &value), OTP_NOT_OWNER);
    ck_assert_ptr_null(otp_table_new(&probe_table_type));
    ck_assert_uint_eq(ask(walk_and_meddle), 411);
    ck_assert_uint_eq(noted("otp_table_get: only its owner may do that"), 1);
    ck_assert_uint_eq(noted("otp_table_put: only its owner may do that"), 1);
    ck_assert_uint_eq(noted("otp_table_new: only its owner may do that"), 1);
    ck_assert_uint_eq(noted("otp_table_put: bad argument"), 4);
    ck_assert_uint_eq(noted("otp_table_clear: bad argument"), 4);
    stop_runtime();
}
END_TEST

/* A killed process goes on for a while, and its tables have gone: it is no misuse of theirs. */
static struct gate in_handler = GATE, killed = GATE;

static otp_next use_after_kill(struct probe *self, otp_from from, void *context)
{
    (void)from, (void)context;
    put(self, 1, 10);
    gate_open(&in_handler);
    gate_pass(&killed);
    for (uint64_t i = 0; i < 1000; i++)
        put(self, i, i);
    note("came back");
    return otp_noreply();
}

static void kill_one_in_its_handler(void *arg)
{
    otp_pid victim = *(const otp_pid *)arg;
    char text[128];
    gate_pass(&in_handler);
    ck_assert_int_eq(otp_exit_signal(victim, otp_kill()), OTP_OK);
    (void)await_end(victim, text);
    gate_open(&killed);
}

START_TEST(the_killed_do_not_come_back_from_their_tables)
{
    struct otp_config config = { .workers = 4, .log = note_misuse, .log_misuse = true };
    ck_assert_int_eq(otp_runtime_start(&config), OTP_OK);
    otp_pid victim = probe_start(NULL);
    probe_cast(victim, use_after_kill, NULL);
    in_process(kill_one_in_its_handler, &victim);
    stop_runtime();
    expect_notes("");
}
END_TEST

/* -- in order -- */

static bool put_below(const void *key, const void *value, void *table)
{
    uint64_t less = *(const uint64_t *)key - 1, found = 0;
    (void)value;
    ck_assert_int_eq(otp_table_put(table, &less, &less), OTP_BADARG);
    ck_assert(!otp_table_delete(table, key));
    ck_assert(otp_table_next(table, &less, &found)); /* to look is no change */
    ck_assert_uint_eq(found, *(const uint64_t *)key);
    return found < 6;
}

static void use_order(void *other)
{
    const struct otp_table_type ordered = { OTP_KEY_ORDERED, &probe_u64_layout, &probe_u64_layout };
    const uint64_t keys[] = { 6, 2, 4, 8 };
    struct otp_table *table = otp_table_new(&ordered), *plain = otp_table_new(&probe_table_type);
    uint64_t found = 77;
    ck_assert(!otp_table_first(table, &found) && !otp_table_last(table, &found));
    ck_assert(!otp_table_next(table, &keys[0], &found) && found == 77);
    ck_assert_int_eq(otp_table_put_all(table, keys, keys, 4), OTP_OK);
    ck_assert_int_eq(otp_table_put_all(plain, keys, keys, 4), OTP_OK);
    ck_assert(otp_table_first(table, &found) && found == 2);
    ck_assert(otp_table_prev(table, &keys[3], &found) && found == 6);
    ck_assert(otp_table_take(table, &keys[3], &found));
    ck_assert(otp_table_last(table, &found) && found == 6);
    otp_table_range(table, &keys[2], NULL, put_below, table);
    ck_assert_int_eq(otp_table_put(table, &keys[3], &keys[3]), OTP_OK); /* the walk is over */
    /* where there is no order, and in another's table */
    found = 77;
    ck_assert(!otp_table_first(plain, &found) && !otp_table_prev(plain, &keys[0], &found));
    otp_table_range(plain, NULL, NULL, put_below, plain);
    ck_assert(!otp_table_first(other, &found) && found == 77);
    otp_table_range(other, NULL, NULL, put_below, other);
    otp_table_clear(table);
    ck_assert(!otp_table_first(table, &found));
}

static void *others_table;

static otp_next tell_table(struct probe *self, otp_from from, void *context)
{
    (void)context;
    others_table = self->table;
    return probe_reply(from, 0);
}

START_TEST(an_ordered_table_is_gone_through_in_order)
{
    start_runtime(false, false);
    ck_assert_uint_eq(ask(tell_table), 0);
    in_process(use_order, others_table);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tables");
    TCase *c = support_case(suite, "tables", 20);

    support_behaviour(suite, "B182", B182_a_key_has_one_value);
    support_behaviour(suite, "B184", B184_a_missing_key_is_told_from_a_present_one);
    support_behaviour(suite, "B188", B188_deleting_by_a_condition_says_how_many);
    tcase_add_test(c, put_new_leaves_what_is_there);
    tcase_add_test(c, an_ordered_table_is_gone_through_in_order);
    tcase_add_test(c, counters_go_on_and_never_round);
    tcase_add_test(c, a_missing_counter_starts_where_it_is_told_to);
    tcase_add_test(c, select_gives_keys_to_change_the_table_by);
    tcase_add_test(c, selected_texts_are_copies_too);
    tcase_add_test(c, what_a_walk_calls_cannot_change_the_table);
    tcase_add_test(c, a_walk_that_was_left_is_over);
    tcase_add_test(c, a_private_table_is_its_process_s_and_nobody_else_s);
    tcase_add_test(c, who_may_not_is_logged);
    tcase_add_test(c, the_killed_do_not_come_back_from_their_tables);
    return support_run(suite);
}
