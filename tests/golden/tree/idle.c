/* idle.c - genserver idle of package tree (tree.otp). */
#include "tree_idle_impl.h"

otp_next tree_idle_init(struct tree_idle *self, const struct tree_idle_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("tree.otp:39: init is not written"));
}

otp_next tree_idle_handle_nap(struct tree_idle *self)
{
    (void)self;
    return otp_stop(otp_error("tree.otp:39: nap is not written"));
}
