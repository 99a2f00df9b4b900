/* boss.c - genserver boss of package dynamic (dynamic.otp). */
#include "dynamic_boss_impl.h"

otp_next dynamic_boss_init(struct dynamic_boss *self, const struct dynamic_boss_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("dynamic.otp:30: init is not written"));
}

otp_next dynamic_boss_handle_hire(struct dynamic_boss *self, otp_from from, uint64_t id)
{
    (void)self;
    (void)from;
    (void)id;
    return otp_stop(otp_error("dynamic.otp:32: hire is not written"));
}
