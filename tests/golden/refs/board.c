/* board.c - genserver board of package refs (refs.otp). */
#include "refs_board_impl.h"

otp_next refs_board_init(struct refs_board *self, const struct refs_board_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("refs.otp:12: init is not written"));
}

otp_next refs_board_handle_notes(struct refs_board *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("refs.otp:26: notes is not written"));
}

otp_next refs_board_handle_tables(struct refs_board *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("refs.otp:27: tables is not written"));
}

otp_next refs_board_handle_lists(struct refs_board *self, otp_from from,
                                 const struct refs_table_of_string_to_u64 *tables,
                                 size_t tables_count,
                                 const struct refs_table_of_bytes_to_level *one)
{
    (void)self;
    (void)from;
    (void)tables;
    (void)tables_count;
    (void)one;
    return otp_stop(otp_error("refs.otp:28: lists is not written"));
}

otp_next refs_board_handle_give(struct refs_board *self, struct refs_table_of_string_to_i32 table)
{
    (void)self;
    (void)table;
    return otp_stop(otp_error("refs.otp:29: give is not written"));
}

otp_next refs_board_handle_later(struct refs_board *self, const struct refs_note *note)
{
    (void)self;
    (void)note;
    return otp_stop(otp_error("refs.otp:30: later is not written"));
}
