/* counter.c - agent counter of package agents, as far as it is in C. */
#include "agents_counter_impl.h"

#include "hooks.h"

struct hook work_hook;

otp_next agents_counter_handle_take(struct agents_counter *self, otp_from from, int64_t n)
{
    if (n < 0)
        otp_exit(otp_error("negative"));
    if (n == 0)
        return otp_noreply(); /* no shape for a get_and_update */
    self->value -= n;
    return agents_counter_take_reply(from, self->value);
}

otp_next agents_counter_handle_work(struct agents_counter *self, otp_from from)
{
    if (work_hook.run)
        work_hook.run(work_hook.context);
    self->value++;
    return agents_counter_work_reply(from);
}

otp_next agents_counter_handle_spoil(struct agents_counter *self)
{
    (void)self;
    otp_exit(otp_error("spoilt"));
}
