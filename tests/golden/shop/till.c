/* till.c - genserver till of package shop (shop.otp). */
#include "shop_till_impl.h"

otp_next shop_till_init(struct shop_till *self, const struct shop_till_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("shop.otp:8: init is not written"));
}

otp_next shop_till_handle_sell(struct shop_till *self, otp_from from, const struct base_item *item,
                               const struct base_box *boxes, size_t boxes_count)
{
    (void)self;
    (void)from;
    (void)item;
    (void)boxes;
    (void)boxes_count;
    return otp_stop(otp_error("shop.otp:11: sell is not written"));
}

otp_next shop_till_handle_paint(struct shop_till *self, enum base_colour colour)
{
    (void)self;
    (void)colour;
    return otp_stop(otp_error("shop.otp:13: paint is not written"));
}

otp_next shop_till_handle_tick(struct shop_till *self)
{
    (void)self;
    return otp_stop(otp_error("shop.otp:14: tick is not written"));
}
