/* hang.c - goes on until it is ended. */
#include "wrong_hang_impl.h"

otp_next wrong_hang_run(otp_from from)
{
    (void)from;
    for (;;)
        otp_yield();
}
