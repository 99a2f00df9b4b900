/* board.c - genserver board of package typed. */
#include <string.h>

#include "typed_board_impl.h"

/* The same cell, with something else between its fields. */
static struct typed_cell smear(const struct typed_cell *at)
{
    struct typed_cell cell;

    memset(&cell, 0x5a, sizeof(cell));
    memcpy(&cell.row, &at->row, sizeof(cell.row));
    memcpy(&cell.at.column, &at->at.column, sizeof(cell.at.column));
    memcpy(&cell.at.level, &at->at.level, sizeof(cell.at.level));
    memcpy(&cell.at.open, &at->at.open, sizeof(cell.at.open));
    return cell;
}

otp_next typed_board_init(struct typed_board *self, const struct typed_board_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next typed_board_handle_mark(struct typed_board *self, otp_from from,
                                 const struct typed_cell *at, uint64_t n)
{
    if (typed_board_marks_put(self->marks, at, n) != OTP_OK)
        return otp_stop(otp_error("no memory"));
    return typed_board_mark_reply(from);
}

otp_next typed_board_handle_look(struct typed_board *self, otp_from from,
                                 const struct typed_cell *at)
{
    struct typed_cell cell = smear(at);
    uint64_t n;

    if (!typed_board_marks_get(self->marks, &cell, &n))
        return typed_board_look_reply_nothing(from);
    return typed_board_look_reply_found(from, n);
}

otp_next typed_board_handle_wipe(struct typed_board *self, otp_from from,
                                 const struct typed_cell *at)
{
    struct typed_cell cell = smear(at);

    return typed_board_wipe_reply(from, typed_board_marks_delete(self->marks, &cell));
}
