/* test_registry_typed.c - registries through the functions that otpc writes, under a supervisor.
 *
 * Idea: see probe.h; registry_typed.otp declares one of each kind, and a genserver that listens. */
#include "probe.h"

#include "registry_typed.otp.h"
#include "registry_typed/notes.h"

#define OK(call) ck_assert_int_eq((call), OTP_OK)

void note_change(const char *what, otp_str key, int value)
{
    note("%s:%.*s:%d", what, (int)key.size, key.data, value);
}

static otp_pid start_tree(void)
{
    otp_pid pid;
    start_runtime(false, false);
    OK(typed_main_start(&pid));
    return pid;
}

static void use_workers(void *arg)
{
    otp_pid pid = otp_no_pid();
    size_t n = 0;
    (void)arg;
    OK(typed_workers_register(TYPED_WORKERS, 7, NULL));
    ck_assert_int_eq(typed_workers_register(TYPED_WORKERS, 7, &pid), OTP_ALREADY_STARTED);
    ck_assert_uint_eq(pid.bits, otp_self().bits);
    /* another instance of the module is another registry */
    ck_assert_uint_eq(typed_workers_whereis(TYPED_WORKERS_TWO, 7).bits, 0);
    OK(typed_workers_register(TYPED_WORKERS_TWO, 7, NULL));
    OK(typed_workers_lookup(TYPED_WORKERS, 7, &pid));
    OK(typed_workers_count(TYPED_WORKERS, &n));
    ck_assert_uint_eq(n, 1);
    OK(typed_workers_unregister(TYPED_WORKERS, 7));
    ck_assert_int_eq(typed_workers_lookup(TYPED_WORKERS, 7, &pid), OTP_NOT_FOUND);
    ck_assert_uint_eq(typed_workers_whereis(TYPED_WORKERS_TWO, 7).bits, otp_self().bits);
    ck_assert_int_eq(typed_workers_lookup(TYPED_ROOMS, 7, &pid), OTP_WRONG_MODULE);
}

START_TEST(a_unique_registry_by_its_types)
{
    start_tree();
    in_process(use_workers, NULL);
    stop_runtime();
}
END_TEST

static bool is_high(const struct typed_rooms_entry *entry, void *context)
{
    ++*(size_t *)context;
    return entry->value == TYPED_LEVEL_HIGH;
}

static void count_entries(const struct typed_rooms_entries *entries, void *context)
{
    *(size_t *)context += entries->count;
}

static void use_rooms(void *arg)
{
    struct typed_rooms_entries entries;
    otp_str hall = otp_cstr("hall"), yard = otp_cstr("yard");
    size_t n = 0;
    (void)arg;
    OK(typed_rooms_register(TYPED_ROOMS, hall, TYPED_LEVEL_LOW));
    OK(typed_rooms_register(TYPED_ROOMS, hall, TYPED_LEVEL_HIGH));
    OK(typed_rooms_register(TYPED_ROOMS, yard, TYPED_LEVEL_HIGH));
    OK(typed_rooms_lookup(TYPED_ROOMS, hall, &entries));
    ck_assert_uint_eq(entries.count, 2);
    OK(typed_rooms_match(TYPED_ROOMS, hall, is_high, &n, &entries));
    ck_assert_uint_eq(n, 2);
    ck_assert_uint_eq(entries.count, 1);
    ck_assert_int_eq(entries.items[0].value, TYPED_LEVEL_HIGH);
    OK(typed_rooms_select(TYPED_ROOMS, is_high, &n, &entries));
    ck_assert_uint_eq(n, 5);
    ck_assert_uint_eq(entries.count, 2);
    OK(typed_rooms_select(TYPED_ROOMS, NULL, NULL, &entries));
    ck_assert_uint_eq(entries.count, 3);
    OK(typed_rooms_match(TYPED_ROOMS, hall, NULL, NULL, &entries));
    ck_assert_uint_eq(entries.count, 2);
    n = 0;
    OK(typed_rooms_dispatch(TYPED_ROOMS, hall, count_entries, &n));
    ck_assert_uint_eq(n, 2);
    OK(typed_rooms_keys(TYPED_ROOMS, otp_self(), &entries));
    ck_assert_uint_eq(entries.count, 3);
    ck_assert(otp_str_equal(entries.items[2].key, yard));
    OK(typed_rooms_values(TYPED_ROOMS, yard, otp_self(), &entries));
    ck_assert_uint_eq(entries.count, 1);
    OK(typed_rooms_unregister_match(TYPED_ROOMS, hall, is_high, &n, &n));
    ck_assert_uint_eq(n, 1);
    OK(typed_rooms_unregister_match(TYPED_ROOMS, hall, NULL, NULL, &n));
    ck_assert_uint_eq(n, 1);
    await_notes("unregistered:hall:-1", 2);
    expect_notes("registered:hall:0,registered:hall:1,registered:yard:1,unregistered:hall:-1,"
                 "unregistered:hall:-1");
}

START_TEST(a_duplicate_registry_and_its_listener)
{
    start_tree();
    in_process(use_rooms, NULL);
    stop_runtime();
}
END_TEST

static void use_places(void *arg)
{
    struct typed_place home = { 3, otp_cstr("home") }, work = { 4, otp_cstr("work") }, found;
    struct typed_list_of_string words, read;
    otp_str texts[] = { otp_cstr("one"), otp_cstr("two") }, key = otp_cstr("key");
    otp_pid pid;
    (void)arg;
    OK(typed_places_register(TYPED_PLACES, key, &home, NULL));
    OK(typed_places_lookup(TYPED_PLACES, key, &pid, &found));
    ck_assert_int_eq(found.x, 3);
    ck_assert(otp_str_equal(found.name, home.name));
    OK(typed_places_update_value(TYPED_PLACES, key, &work));
    OK(typed_places_lookup(TYPED_PLACES, key, &pid, &found));
    ck_assert(otp_str_equal(found.name, work.name));
    words.items = texts;
    words.items_count = 2;
    OK(typed_places_put_meta(TYPED_PLACES, &words));
    OK(typed_places_meta(TYPED_PLACES, &read));
    ck_assert_uint_eq(read.items_count, 2);
    ck_assert(otp_str_equal(read.items[1], texts[1]));
    note("kept");
    await_note("looked");
}

START_TEST(values_that_refer_to_memory)
{
    struct typed_place found;
    struct typed_list_of_string read;
    struct typed_places_entries entries;
    otp_pid pid;
    start_tree();
    struct probe_job job = { use_places, NULL, GATE };
    OK(otp_spawn(probe_run_job, &job, NULL, &pid));
    await_note("kept");
    OK(typed_places_lookup(TYPED_PLACES, otp_cstr("key"), &pid, &found));
    ck_assert(otp_str_equal(found.name, otp_cstr("work")));
    typed_places_free_value(&found);
    OK(typed_places_meta(TYPED_PLACES, &read));
    ck_assert(otp_str_equal(read.items[0], otp_cstr("one")));
    typed_places_free_meta(&read);
    OK(typed_places_keys(TYPED_PLACES, pid, &entries));
    ck_assert_uint_eq(entries.count, 1);
    ck_assert(otp_str_equal(entries.items[0].value.name, otp_cstr("work")));
    typed_places_free_entries(&entries);
    ck_assert_ptr_null(entries.items);
    note("looked");
    gate_pass(&job.done);
    stop_runtime();
}
END_TEST

/* Its supervisor starts it again, empty; who had keys in it has ended. */
static void survive(void *arg)
{
    char text[128];
    otp_pid registry = otp_dest_pid(TYPED_WORKERS);
    size_t n = 1;
    (void)arg;
    ck_assert(!otp_trap_exit(true));
    OK(typed_workers_register(TYPED_WORKERS, 7, NULL));
    OK(otp_exit_signal(registry, otp_kill()));
    ck_assert_str_eq(next_reason(OTP_MESSAGE_EXIT, text), "killed");
    while (typed_workers_count(TYPED_WORKERS, &n) == OTP_NOPROC)
        otp_yield();
    ck_assert_uint_eq(n, 0);
    ck_assert_uint_eq(typed_workers_whereis(TYPED_WORKERS, 7).bits, 0);
    OK(typed_workers_register(TYPED_WORKERS, 7, NULL));
    ck_assert_uint_eq(typed_workers_whereis(TYPED_WORKERS, 7).bits, otp_self().bits);
}

START_TEST(a_registry_is_started_again_empty)
{
    start_tree();
    in_process(survive, NULL);
    stop_runtime();
}
END_TEST

/* Between the fields there is whatever it is. */
static struct typed_cell cell_of(unsigned char between, uint8_t row, int64_t column, bool open)
{
    const enum typed_level level = TYPED_LEVEL_HIGH;
    struct typed_cell cell;
    memset(&cell, between, sizeof(cell));
    memcpy(&cell.row, &row, sizeof(row));
    memcpy(&cell.at.column, &column, sizeof(column));
    memcpy(&cell.at.level, &level, sizeof(level));
    memcpy(&cell.at.open, &open, sizeof(open));
    return cell;
}

static void use_cells(void *unused)
{
    const struct typed_cell one = cell_of(0xff, 1, -2, true), same = cell_of(0x11, 1, -2, true);
    const struct typed_cell others[] = { cell_of(0xff, 2, -2, true), cell_of(0xff, 1, -3, true),
                                         cell_of(0xff, 1, -2, false) };
    struct typed_cells_entries entries;
    otp_pid pid = otp_no_pid();
    uint64_t n = 0;
    (void)unused;
    ck_assert_int_ne(memcmp(&one, &same, sizeof(one)), 0);
    OK(typed_cells_register(TYPED_CELLS, &one, 5, NULL));
    ck_assert_int_eq(typed_cells_register(TYPED_CELLS, &same, 6, &pid), OTP_ALREADY_STARTED);
    OK(typed_cells_lookup(TYPED_CELLS, &same, &pid, &n));
    ck_assert(n == 5 && otp_pid_equal(pid, otp_self()));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        ck_assert_int_eq(typed_cells_lookup(TYPED_CELLS, &others[i], &pid, &n), OTP_NOT_FOUND);
    OK(typed_cells_update_value(TYPED_CELLS, &same, 7));
    OK(typed_cells_keys(TYPED_CELLS, otp_self(), &entries));
    ck_assert_uint_eq(entries.count, 1);
    ck_assert(entries.items[0].key.row == 1 && entries.items[0].key.at.column == -2 &&
              entries.items[0].key.at.level == TYPED_LEVEL_HIGH && entries.items[0].key.at.open &&
              entries.items[0].value == 7);
    OK(typed_cells_unregister(TYPED_CELLS, &same));
    ck_assert_uint_eq(typed_cells_whereis(TYPED_CELLS, &one).bits, 0);
}

static void use_spots(void *unused)
{
    const struct typed_cell one = cell_of(0xff, 1, 8, true), same = cell_of(0x11, 1, 8, true);
    struct typed_spots_entries entries;
    (void)unused;
    OK(typed_spots_register(TYPED_SPOTS, &one.at));
    OK(typed_spots_register(TYPED_SPOTS, &same.at));
    OK(typed_spots_lookup(TYPED_SPOTS, &one.at, &entries));
    ck_assert_uint_eq(entries.count, 2);
    ck_assert(entries.items[0].key.column == 8 && entries.items[1].key.column == 8);
    OK(typed_spots_unregister(TYPED_SPOTS, &same.at));
    OK(typed_spots_lookup(TYPED_SPOTS, &one.at, &entries));
    ck_assert_uint_eq(entries.count, 0);
}

START_TEST(keys_that_are_structs)
{
    start_tree();
    in_process(use_cells, NULL);
    in_process(use_spots, NULL);
    stop_runtime();
}
END_TEST

START_TEST(keys_of_tables_that_are_structs)
{
    const struct typed_cell one = cell_of(0xff, 1, 8, true), same = cell_of(0x11, 1, 8, true);
    const struct typed_cell other = cell_of(0xff, 1, 8, false);
    struct typed_board_look_reply reply;
    bool wiped = false;
    start_tree();
    OK(typed_board_mark(TYPED_BOARD, &one, 3));
    OK(typed_board_mark(TYPED_BOARD, &same, 4));
    OK(typed_board_look(TYPED_BOARD, &one, &reply));
    ck_assert(reply.tag == TYPED_BOARD_LOOK_FOUND && reply.as.found.n == 4);
    OK(typed_board_look(TYPED_BOARD, &other, &reply));
    ck_assert(reply.tag == TYPED_BOARD_LOOK_NOTHING);
    OK(typed_board_wipe(TYPED_BOARD, &other, &wiped));
    ck_assert(!wiped);
    OK(typed_board_wipe(TYPED_BOARD, &same, &wiped));
    ck_assert(wiped);
    OK(typed_board_look(TYPED_BOARD, &one, &reply));
    ck_assert(reply.tag == TYPED_BOARD_LOOK_NOTHING);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("registry_typed");
    TCase *c = support_case(s, "typed", 10);
    tcase_add_test(c, a_unique_registry_by_its_types);
    tcase_add_test(c, a_duplicate_registry_and_its_listener);
    tcase_add_test(c, values_that_refer_to_memory);
    tcase_add_test(c, a_registry_is_started_again_empty);
    tcase_add_test(c, keys_that_are_structs);
    tcase_add_test(c, keys_of_tables_that_are_structs);
    return support_run(s);
}
