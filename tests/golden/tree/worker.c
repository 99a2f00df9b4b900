/* worker.c - genserver worker of package tree (tree.otp). */
#include "tree_worker_impl.h"

otp_next tree_worker_init(struct tree_worker *self, const struct tree_worker_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("tree.otp:38: init is not written"));
}

otp_next tree_worker_handle_work(struct tree_worker *self)
{
    (void)self;
    return otp_stop(otp_error("tree.otp:38: work is not written"));
}
