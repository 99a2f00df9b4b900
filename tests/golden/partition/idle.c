/* idle.c - genserver idle of package partition (partition.otp). */
#include "partition_idle_impl.h"

otp_next partition_idle_init(struct partition_idle *self,
                             const struct partition_idle_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("partition.otp:5: init is not written"));
}

otp_next partition_idle_handle_nap(struct partition_idle *self)
{
    (void)self;
    return otp_stop(otp_error("partition.otp:5: nap is not written"));
}
