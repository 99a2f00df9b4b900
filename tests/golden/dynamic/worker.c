/* worker.c - genserver worker of package dynamic (dynamic.otp). */
#include "dynamic_worker_impl.h"

otp_next dynamic_worker_init(struct dynamic_worker *self,
                             const struct dynamic_worker_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("dynamic.otp:6: init is not written"));
}

otp_next dynamic_worker_handle_work(struct dynamic_worker *self, otp_from from)
{
    (void)self;
    (void)from;
    return otp_stop(otp_error("dynamic.otp:17: work is not written"));
}
