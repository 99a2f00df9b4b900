/* worker.c - genserver worker of package workers. */
#include "workers_worker_impl.h"

otp_next workers_worker_init(struct workers_worker *self,
                             const struct workers_worker_options *options)
{
    self->id = options->id;
    return otp_ok();
}

otp_next workers_worker_handle_work(struct workers_worker *self, otp_from from)
{
    return workers_worker_work_reply_did(from, self->id, ++self->done);
}

otp_next workers_worker_handle_crash(struct workers_worker *self)
{
    (void)self;
    otp_exit(otp_error("a bug"));
}
