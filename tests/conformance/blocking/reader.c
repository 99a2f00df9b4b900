/* reader.c - genserver reader of package blocking: waits in read(). */
#include "blocking_reader_impl.h"

#include <unistd.h>

otp_next blocking_reader_init(struct blocking_reader *self,
                              const struct blocking_reader_options *options)
{
    self->fd = options->fd;
    return otp_ok();
}

otp_next blocking_reader_handle_read(struct blocking_reader *self, otp_from from)
{
    char big[300 * 1024]; /* more than an ordinary stack has */
    big[0] = 0;
    if (read((int)self->fd, big, 1) != 1)
        return otp_stop(otp_error("read"));
    self->count++;
    return blocking_reader_read_reply(from, (uint8_t)big[0]);
}

otp_next blocking_reader_handle_count(struct blocking_reader *self, otp_from from)
{
    return blocking_reader_count_reply(from, self->count);
}

otp_next blocking_reader_handle_ask(struct blocking_reader *self, otp_from from, otp_pid other)
{
    uint64_t count;
    otp_must(blocking_mixed_count_within(otp_to(other), OTP_INFINITY, &count));
    self->count++;
    return blocking_reader_ask_reply(from, count);
}

otp_next blocking_reader_handle_spoil(struct blocking_reader *self)
{
    (void)self;
    otp_exit(otp_error("spoilt"));
}
