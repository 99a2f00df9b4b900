/* cache.c - genserver cache of package tree (tree.otp). */
#include "tree_cache_impl.h"

otp_next tree_cache_init(struct tree_cache *self, const struct tree_cache_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("tree.otp:26: init is not written"));
}

otp_next tree_cache_handle_sweep(struct tree_cache *self)
{
    (void)self;
    return otp_stop(otp_error("tree.otp:35: sweep is not written"));
}
