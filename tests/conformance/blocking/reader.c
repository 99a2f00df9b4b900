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

/* Answers how long it has waited in vain, in nanoseconds. */
otp_next blocking_reader_handle_give_up(struct blocking_reader *self, otp_from from, otp_pid other)
{
    otp_instant begin = otp_now();
    uint64_t count;
    (void)self;
    if (blocking_mixed_count_within(otp_to(other), 50 * OTP_MS, &count) != OTP_TIMEOUT)
        return otp_stop(otp_error("an answer"));
    return blocking_reader_give_up_reply(from, (uint64_t)(otp_now() - begin));
}

otp_next blocking_reader_handle_spoil(struct blocking_reader *self)
{
    (void)self;
    otp_exit(otp_error("spoilt"));
}
