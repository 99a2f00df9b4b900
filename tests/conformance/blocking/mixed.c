/* mixed.c - genserver mixed of package blocking: one handler waits in read(). */
#include "blocking_mixed_impl.h"

#include <unistd.h>

otp_next blocking_mixed_init(struct blocking_mixed *self,
                             const struct blocking_mixed_options *options)
{
    (void)self;
    (void)options;
    return otp_ok();
}

otp_next blocking_mixed_handle_read(struct blocking_mixed *self, otp_from from, int64_t fd)
{
    uint8_t byte;
    if (read((int)fd, &byte, 1) != 1)
        return otp_stop(otp_error("read"));
    self->count++;
    return blocking_mixed_read_reply(from, byte);
}

otp_next blocking_mixed_handle_count(struct blocking_mixed *self, otp_from from)
{
    return blocking_mixed_count_reply(from, ++self->count);
}
