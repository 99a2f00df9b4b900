/* board.c - the handlers of tables_typed.otp. */
#include <string.h>

#include "shared_board_impl.h"
#include "shared_keeper_impl.h"
#include "shared_reader_impl.h"

otp_next shared_board_init(struct shared_board *self, const struct shared_board_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next shared_board_handle_notes(struct shared_board *self, otp_from from)
{
    return shared_board_notes_reply(from, self->notes);
}

otp_next shared_board_handle_all(struct shared_board *self, otp_from from)
{
    return shared_board_all_reply_all(from, self->hits, self->levels, self->scores);
}

otp_next shared_board_handle_score(struct shared_board *self, otp_from from, otp_str name,
                                   int32_t n)
{
    otp_status status = shared_table_of_string_to_i32_put(self->scores, name, n);
    return shared_board_score_reply(from, status == OTP_OK);
}

otp_next shared_board_handle_write(struct shared_board *self, otp_from from, uint32_t row,
                                   otp_str text)
{
    const otp_str tags[] = { otp_cstr("a"), otp_cstr("bc") };
    const struct shared_place place = { .row = row, .mark = 1, .column = 2 };
    const struct shared_note note = { text, tags, 2 };
    otp_status status = shared_table_of_place_to_note_put(self->notes, &place, &note);
    return shared_board_write_reply(from, status == OTP_OK);
}

otp_next shared_board_handle_write_two(struct shared_board *self, otp_from from, uint32_t row,
                                       uint8_t rubbish)
{
    const otp_str words[] = { otp_cstr("both"), otp_cstr("of them") };
    const uint32_t counts[] = { row, row + 1 };
    const struct shared_note notes[] = { { words[0], words, 2 }, { words[1], words, 1 } };
    struct shared_place places[2];
    otp_status status;
    for (uint32_t i = 0; i < 2; i++) {
        memset(&places[i], rubbish, sizeof places[i]);
        places[i].row = row + i;
        places[i].mark = 1;
        places[i].column = 2;
    }
    status = shared_table_of_place_to_note_put_all_new(self->notes, places, notes, 2);
    if (status == OTP_OK)
        status = shared_table_of_place_to_note_put_all(self->notes, places, notes, 2);
    if (status == OTP_OK)
        status = shared_board_words_put_all(self->words, words, counts, 2);
    if (status == OTP_OK &&
        shared_board_words_put_all_new(self->words, words, counts, 2) != OTP_EXISTS)
        status = OTP_BADARG;
    return shared_board_write_two_reply(from, status == OTP_OK);
}

otp_next shared_board_handle_keep(struct shared_board *self, otp_from from,
                                  struct shared_table_of_string_to_i32 table)
{
    self->has_last = true;
    self->last = table;
    return shared_board_keep_reply(from, &self->last, 1);
}

otp_next shared_board_handle_own(struct shared_board *self, otp_from from, otp_str word)
{
    uint32_t n = 0;
    otp_must(shared_board_words_add_or(self->words, word, 1, 0, &n));
    return shared_board_own_reply(from, n);
}

otp_next shared_board_handle_rank(struct shared_board *self, otp_from from, int32_t number,
                                  otp_str name)
{
    otp_must(shared_board_grades_put(self->grades, number, name));
    return shared_board_rank_reply(from);
}

struct names {
    otp_str items[16];
    size_t n;
};

static bool add_name(int32_t number, otp_str name, void *context)
{
    struct names *names = context;
    (void)number;
    names->items[names->n++] = name;
    return names->n < 16;
}

otp_next shared_board_handle_ranks(struct shared_board *self, otp_from from, int32_t low,
                                   int32_t high)
{
    struct names names = { .n = 0 };
    int32_t first = 0, last = 0, other = 0;
    if (!shared_board_grades_first(self->grades, &first) ||
        !shared_board_grades_last(self->grades, &last))
        return shared_board_ranks_reply_none(from);
    if (shared_board_grades_prev(self->grades, first, &other) ||
        shared_board_grades_next(self->grades, last, &other))
        otp_exit(otp_error("there is one beyond the ends"));
    shared_board_grades_range(self->grades, &low, &high, add_name, &names);
    return shared_board_ranks_reply_some(from, names.items, names.n, first, last);
}

otp_next shared_board_handle_crash(struct shared_board *self, otp_from from)
{
    (void)self, (void)from;
    otp_exit(otp_error("crash"));
}

otp_next shared_keeper_init(struct shared_keeper *self, const struct shared_keeper_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next shared_keeper_handle_inherit(struct shared_keeper *self,
                                      struct shared_table_of_string_to_i32 table, otp_pid from)
{
    otp_must(shared_keeper_tables_set(self, &table, 1));
    self->has_from = true;
    self->from = from;
    return otp_noreply();
}

otp_next shared_keeper_handle_inherited(struct shared_keeper *self, otp_from from)
{
    if (!self->has_from)
        return shared_keeper_inherited_reply_none(from);
    return shared_keeper_inherited_reply_one(from, self->tables[0], self->from);
}

otp_next shared_keeper_handle_write(struct shared_keeper *self, otp_from from, otp_str name,
                                    int32_t n)
{
    otp_status status = shared_table_of_string_to_i32_put(self->tables[0], name, n);
    return shared_keeper_write_reply(from, status == OTP_OK);
}

otp_next shared_reader_init(struct shared_reader *self, const struct shared_reader_options *options)
{
    self->notes = options->notes;
    return otp_ok();
}

otp_next shared_reader_handle_read(struct shared_reader *self, otp_from from, uint32_t row)
{
    const struct shared_place place = { .row = row, .mark = 1, .column = 2 };
    struct shared_note note;
    otp_status status = shared_table_of_place_to_note_get(self->notes, &place, &note);
    if (status == OTP_OK)
        return shared_reader_read_reply_text(from, note.text);
    return status == OTP_NOT_FOUND ? shared_reader_read_reply_nothing(from)
                                   : shared_reader_read_reply_gone(from);
}
