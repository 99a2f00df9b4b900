/* same.c - gives what it gets. */
#include "wrong_same_impl.h"

otp_next wrong_same_run(otp_from from, uint64_t n)
{
    return wrong_same_reply(from, n);
}
