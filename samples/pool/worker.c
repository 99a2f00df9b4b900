/* worker.c - counts what it has done. */
#include "pool_worker_impl.h"

otp_next pool_worker_init(struct pool_worker *self, const struct pool_worker_options *options)
{
    otp_must(otp_string_set(&self->name, options->name));
    self->limit = options->limit;
    return otp_ok();
}

otp_next pool_worker_handle_work(struct pool_worker *self, otp_from from)
{
    if (self->done == self->limit)
        return pool_worker_work_reply_enough(from);
    self->done++;
    return pool_worker_work_reply_done(from, self->limit - self->done);
}

otp_next pool_worker_handle_crash(struct pool_worker *self)
{
    (void)self;
    otp_exit(otp_error("a bug"));
}
