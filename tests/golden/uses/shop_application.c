/* shop_application.c - application shop (shop.otp). */
#include "shop.otp.h"

void shop_application_prep_stop(void)
{
    otp_exit(otp_error("shop.otp:6: prep_stop is not written"));
}

void shop_application_stop(void)
{
    otp_exit(otp_error("shop.otp:6: stop is not written"));
}
