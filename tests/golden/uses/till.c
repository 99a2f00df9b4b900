/* till.c - genserver till of package shop (shop.otp). */
#include "shop_till_impl.h"

otp_next shop_till_init(struct shop_till *self, const struct shop_till_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("shop.otp:4: init is not written"));
}

otp_next shop_till_handle_pay(struct shop_till *self, otp_from from, uint64_t cents)
{
    (void)self;
    (void)from;
    (void)cents;
    return otp_stop(otp_error("shop.otp:4: pay is not written"));
}
