/* cache.c - genserver cache of package partition (partition.otp). */
#include "partition_cache_impl.h"

otp_next partition_cache_init(struct partition_cache *self,
                              const struct partition_cache_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("partition.otp:4: init is not written"));
}

otp_next partition_cache_handle_get(struct partition_cache *self, otp_from from, uint64_t key)
{
    (void)self;
    (void)from;
    (void)key;
    return otp_stop(otp_error("partition.otp:4: get is not written"));
}
