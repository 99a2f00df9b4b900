/* test_tables_typed.c - tables that are shared, through the functions that otpc writes.
 *
 * Idea: see probe.h; tables_typed.otp has one of each kind. */
#include "probe.h"

#include "tables_typed.otp.h"

#define OK(call) ck_assert_int_eq((call), OTP_OK)

static struct shared_board_all_reply board;
static struct shared_table_of_place_to_note notes;

static void start_board(void)
{
    const struct shared_board_options options = shared_board_options_default();
    otp_pid pid;
    start_runtime(false, false);
    OK(shared_board_start(&options, &pid));
    OK(shared_board_all(SHARED_BOARD, &board));
    OK(shared_board_notes(SHARED_BOARD, &notes));
}

/* The place that has rubbish between its fields is the same. */
static struct shared_place place_of(uint32_t row, int rubbish)
{
    struct shared_place place;
    memset(&place, rubbish, sizeof place);
    place.row = row;
    place.mark = 1;
    place.column = 2;
    return place;
}

static bool is_third(const struct shared_place *key, const struct shared_note *value, void *context)
{
    (void)context;
    ck_assert_uint_eq(value->tags_count, 2);
    return key->row % 3 == 0;
}

static void read_notes(void *unused)
{
    const struct shared_place place = place_of(3, 0x55), other = place_of(99, 0);
    const struct shared_place *places = NULL;
    const struct shared_note *view = NULL;
    struct shared_note note;
    size_t n = 0;
    bool written = false;
    (void)unused;
    for (uint32_t row = 0; row < 10; row++) {
        OK(shared_board_write(SHARED_BOARD, row, otp_cstr("some text"), &written));
        ck_assert(written);
    }
    OK(shared_table_of_place_to_note_get(notes, &place, &note));
    ck_assert(otp_str_equal(note.text, otp_cstr("some text")));
    ck_assert(otp_str_equal(note.tags[1], otp_cstr("bc")));
    shared_table_of_place_to_note_free_value(&note);
    OK(shared_table_of_place_to_note_borrow(notes, &place, &view));
    OK(shared_board_write(SHARED_BOARD, 3, otp_cstr("another"), &written));
    ck_assert(otp_str_equal(view->text, otp_cstr("some text")));
    shared_table_of_place_to_note_release(view);
    ck_assert_int_eq(shared_table_of_place_to_note_get(notes, &other, &note), OTP_NOT_FOUND);
    OK(shared_table_of_place_to_note_select(notes, is_third, NULL, &places, &n));
    ck_assert_uint_eq(n, 4);
    for (size_t i = 0; i < n; i++)
        ck_assert(places[i].row % 3 == 0 && places[i].column == 2);
    shared_table_of_place_to_note_free_keys(places);
    OK(shared_table_of_place_to_note_select(notes, NULL, NULL, &places, &n));
    ck_assert_uint_eq(n, 10);
    shared_table_of_place_to_note_free_keys(places);
    OK(shared_table_of_place_to_note_count_if(notes, is_third, NULL, &n));
    ck_assert_uint_eq(n, 4);
    ck_assert_int_eq(shared_table_of_place_to_note_delete_if(notes, is_third, NULL, &n),
                     OTP_NOT_OWNER);
    ck_assert_int_eq(shared_table_of_place_to_note_put(notes, &other, &note), OTP_NOT_OWNER);
    OK(shared_table_of_place_to_note_count(notes, &n));
    ck_assert_uint_eq(n, 10);
}

START_TEST(a_protected_table_is_read_by_all)
{
    start_board();
    read_notes(NULL);
    in_process(read_notes, NULL);
    stop_runtime();
}
END_TEST

START_TEST(B183_many_are_put_with_their_types)
{
    const struct shared_place place = place_of(6, 0x33);
    const otp_str words[] = { otp_cstr("one"), otp_cstr("two") };
    const int32_t numbers[] = { 1, -2 };
    struct shared_note note;
    int32_t number = 0;
    uint32_t n = 0;
    size_t count = 0;
    bool written = false;
    start_board();
    OK(shared_board_write_two(SHARED_BOARD, 5, 0x11, &written));
    ck_assert(written);
    OK(shared_table_of_place_to_note_get(notes, &place, &note));
    ck_assert(otp_str_equal(note.text, otp_cstr("of them")));
    shared_table_of_place_to_note_free_value(&note);
    OK(shared_board_write_two(SHARED_BOARD, 6, 0x77, &written)); /* one of the two is there */
    ck_assert(!written);
    OK(shared_table_of_place_to_note_count(notes, &count));
    ck_assert_uint_eq(count, 2);
    OK(shared_board_own(SHARED_BOARD, otp_cstr("of them"), &n));
    ck_assert_uint_eq(n, 7);
    OK(shared_table_of_string_to_i32_put_all(board.as.all.hits, words, numbers, 2));
    OK(shared_table_of_string_to_i32_get(board.as.all.hits, words[1], &number));
    ck_assert_int_eq(number, -2);
    ck_assert_int_eq(
        shared_table_of_string_to_i32_put_all_new(board.as.all.hits, words, numbers, 2),
        OTP_EXISTS);
    stop_runtime();
}
END_TEST

START_TEST(B182_entries_come_in_the_order_of_their_keys)
{
    static const int32_t numbers[] = { 7, -3, 100, 0, -20, 8 };
    static const char *const names[] = {
        "seven", "minus three", "hundred", "zero", "least", "eight"
    };
    static const char *const some[] = { "minus three", "zero", "seven" };
    struct shared_board_ranks_reply reply;
    start_board();
    OK(shared_board_ranks(SHARED_BOARD, 0, 1, &reply));
    ck_assert_int_eq(reply.tag, SHARED_BOARD_RANKS_NONE);
    for (int i = 0; i < 6; i++)
        OK(shared_board_rank(SHARED_BOARD, numbers[i], otp_cstr(names[i])));
    OK(shared_board_ranks(SHARED_BOARD, -4, 8, &reply));
    ck_assert_int_eq(reply.tag, SHARED_BOARD_RANKS_SOME);
    ck_assert_int_eq(reply.as.some.first, -20);
    ck_assert_int_eq(reply.as.some.last, 100);
    ck_assert_uint_eq(reply.as.some.names_count, 3);
    for (int i = 0; i < 3; i++)
        ck_assert(otp_str_equal(reply.as.some.names[i], otp_cstr(some[i])));
    shared_board_ranks_free_reply(&reply);
    stop_runtime();
}
END_TEST

static bool add_up(otp_str key, int32_t value, void *sum)
{
    *(int64_t *)sum += (int64_t)key.size * 1000 + value;
    return true;
}

START_TEST(a_public_table_is_changed_by_all)
{
    struct shared_table_of_string_to_i32 given;
    const otp_str words[] = { otp_cstr("one"), otp_cstr("three") };
    struct shared_list_of_string list = { words, 2 }, got;
    int64_t sum = 0;
    int32_t value = 0;
    start_board();
    given = board.as.all.hits;
    OK(shared_table_of_string_to_i32_add_or(given, words[0], -5, 1, &value));
    ck_assert_int_eq(value, -4);
    OK(shared_table_of_string_to_i32_add(given, words[0], 2, &value));
    OK(shared_table_of_string_to_i32_put_new(given, words[1], 7));
    ck_assert_int_eq(shared_table_of_string_to_i32_put_new(given, words[1], 8), OTP_EXISTS);
    OK(shared_table_of_string_to_i32_add_wrap(given, words[1], 1, 7, 0, &value));
    ck_assert_int_eq(value, 0);
    OK(shared_table_of_string_to_i32_each(given, add_up, &sum));
    ck_assert_int_eq(sum, 3000 - 2 + 5000);
    OK(shared_table_of_string_to_i32_take(given, words[1], &value));
    OK(shared_table_of_string_to_i32_delete(given, words[0]));
    OK(shared_table_of_level_to_list_of_string_put(board.as.all.levels, SHARED_LEVEL_HIGH, &list));
    OK(shared_table_of_level_to_list_of_string_get(board.as.all.levels, SHARED_LEVEL_HIGH, &got));
    ck_assert_uint_eq(got.items_count, 2);
    ck_assert(otp_str_equal(got.items[1], words[1]));
    shared_table_of_level_to_list_of_string_free_value(&got);
    OK(shared_table_of_level_to_list_of_string_clear(board.as.all.levels));
    stop_runtime();
}
END_TEST

START_TEST(references_are_sent_and_shown)
{
    struct shared_list_of_table_of_string_to_i32 kept;
    char text[400], pid[40], want[60];
    otp_pid owner;
    int32_t value = 0;
    start_board();
    OK(shared_board_keep(SHARED_BOARD, board.as.all.hits, &kept));
    ck_assert_uint_eq(kept.items_count, 1);
    OK(shared_table_of_string_to_i32_add_or(kept.items[0], otp_cstr("x"), 1, 0, &value));
    OK(shared_table_of_string_to_i32_owner(kept.items[0], &owner));
    shared_board_keep_free_reply(&kept);
    ck_assert(otp_pid_equal(owner, otp_dest_pid(SHARED_BOARD)));
    OK(otp_sys_get_state(SHARED_BOARD, text, sizeof text, OTP_S * 60));
    snprintf(want, sizeof want, "last: table of %s", otp_pid_format(owner, pid, sizeof pid));
    ck_assert_msg(strstr(text, want) != NULL, "%s", text);
    stop_runtime();
}
END_TEST

START_TEST(a_reference_goes_into_options_and_outlives_its_table)
{
    struct shared_reader_read_reply reply;
    otp_pid reader;
    uint32_t n = 0;
    bool written = false;
    start_board();
    const struct shared_reader_options options = shared_reader_options_default(notes);
    OK(shared_reader_start(&options, &reader));
    OK(shared_board_write(SHARED_BOARD, 1, otp_cstr("hello"), &written));
    OK(shared_reader_read(otp_to(reader), 1, &reply));
    ck_assert_int_eq(reply.tag, SHARED_READER_READ_TEXT);
    ck_assert(otp_str_equal(reply.as.text.text, otp_cstr("hello")));
    shared_reader_read_free_reply(&reply);
    OK(shared_reader_read(otp_to(reader), 2, &reply));
    ck_assert_int_eq(reply.tag, SHARED_READER_READ_NOTHING);
    OK(shared_board_own(SHARED_BOARD, otp_cstr("w"), &n));
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(shared_board_crash(SHARED_BOARD), OTP_EXIT);
    OK(shared_reader_read(otp_to(reader), 1, &reply));
    ck_assert_int_eq(reply.tag, SHARED_READER_READ_GONE);
    stop_runtime();
}
END_TEST

/* -- heirs -- */

static const otp_pid *heir; /* NULL: nobody is there */

/* In a process: the board ends, and who has been told of that finds the table with its heir. */
static void see_the_board_end(void *unused)
{
    const struct shared_table_of_string_to_i32 scores = board.as.all.scores;
    const otp_str name = otp_cstr("ann");
    const struct otp_message *message;
    otp_monitor monitor;
    otp_pid owner;
    int32_t n = 0;
    (void)unused;
    OK(otp_monitor_start(SHARED_BOARD, &monitor));
    ck_assert_int_eq(shared_board_crash(SHARED_BOARD), OTP_EXIT);
    OK(otp_receive(OTP_INFINITY, &message));
    ck_assert_uint_eq(message->kind, OTP_MESSAGE_DOWN);
    ck_assert_int_eq(shared_table_of_string_to_i32_get(scores, name, &n),
                     heir == NULL ? OTP_NOPROC : OTP_OK);
    if (heir == NULL)
        return;
    ck_assert_int_eq(n, 7);
    OK(shared_table_of_string_to_i32_owner(scores, &owner));
    ck_assert(otp_pid_equal(owner, *heir));
    ck_assert_int_eq(shared_table_of_string_to_i32_put(scores, name, 8), OTP_NOT_OWNER);
    ck_assert_int_eq(shared_table_of_string_to_i32_get(board.as.all.hits, name, &n), OTP_NOPROC);
}

static otp_pid start_keeper(void)
{
    const struct shared_keeper_options options = shared_keeper_options_default();
    otp_pid pid;
    OK(shared_keeper_start(&options, &pid));
    return pid;
}

static void score(void)
{
    bool written = false;
    OK(shared_board_score(SHARED_BOARD, otp_cstr("ann"), 7, &written));
    ck_assert(written);
}

START_TEST(B187_a_table_is_its_heir_s_before_its_owner_s_end_is_seen)
{
    struct shared_keeper_inherited_reply got;
    otp_pid keeper, first;
    bool written = false;
    int32_t n = 0;
    start_board();
    first = otp_dest_pid(SHARED_BOARD);
    keeper = start_keeper();
    heir = &keeper;
    score();
    in_process(see_the_board_end, NULL);
    do /* it is told soon after */
        OK(shared_keeper_inherited(SHARED_SAFE, &got));
    while (got.tag == SHARED_KEEPER_INHERITED_NONE);
    ck_assert(otp_pid_equal(got.as.one.from, first));
    ck_assert_uint_eq(got.as.one.table.ref.id_, board.as.all.scores.ref.id_);
    OK(shared_keeper_write(SHARED_SAFE, otp_cstr("bob"), 9, &written));
    ck_assert(written);
    OK(shared_table_of_string_to_i32_get(got.as.one.table, otp_cstr("bob"), &n));
    ck_assert_int_eq(n, 9);
    OK(otp_stop_process(SHARED_SAFE, otp_normal(), OTP_INFINITY));
    ck_assert_int_eq(shared_table_of_string_to_i32_get(got.as.one.table, otp_cstr("bob"), &n),
                     OTP_NOPROC);
    stop_runtime();
}
END_TEST

START_TEST(without_its_heir_a_table_goes)
{
    otp_pid keeper;
    start_board();
    score();
    heir = NULL;
    in_process(see_the_board_end, NULL);
    stop_runtime();
    /* nor does who has ended inherit */
    start_board();
    keeper = start_keeper();
    score();
    OK(otp_exit_signal(keeper, otp_kill()));
    while (otp_dest_pid(SHARED_SAFE).bits != 0)
        step_aside();
    in_process(see_the_board_end, NULL);
    stop_runtime();
}
END_TEST

START_TEST(owner_and_heir_may_end_at_once)
{
    start_board();
    for (int i = 0; i < 30; i++) {
        const struct shared_table_of_string_to_i32 scores = board.as.all.scores;
        const struct shared_board_options options = shared_board_options_default();
        otp_pid owner = otp_dest_pid(SHARED_BOARD), keeper = start_keeper();
        int32_t n = 0;
        score();
        OK(otp_exit_signal(owner, otp_kill()));
        OK(otp_exit_signal(keeper, otp_kill()));
        while (otp_is_alive(owner) || otp_is_alive(keeper))
            step_aside();
        while (otp_dest_pid(SHARED_SAFE).bits != 0 || otp_dest_pid(SHARED_BOARD).bits != 0)
            step_aside();
        ck_assert_int_eq(shared_table_of_string_to_i32_get(scores, otp_cstr("ann"), &n),
                         OTP_NOPROC);
        OK(shared_board_start(&options, &owner));
        OK(shared_board_all(SHARED_BOARD, &board));
    }
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tables_typed");
    TCase *c = support_case(s, "tables_typed", 20);
    tcase_add_test(c, a_protected_table_is_read_by_all);
    tcase_add_test(c, a_public_table_is_changed_by_all);
    tcase_add_test(c, references_are_sent_and_shown);
    support_behaviour(s, "B182", B182_entries_come_in_the_order_of_their_keys);
    support_behaviour(s, "B183", B183_many_are_put_with_their_types);
    support_behaviour(s, "B187", B187_a_table_is_its_heir_s_before_its_owner_s_end_is_seen);
    tcase_add_test(c, without_its_heir_a_table_goes);
    tcase_add_test(c, owner_and_heir_may_end_at_once);
    tcase_add_test(c, a_reference_goes_into_options_and_outlives_its_table);
    return support_run(s);
}
