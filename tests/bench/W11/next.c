/* next.c - the task: adds one. */
#include "w11_next_impl.h"

otp_next w11_next_run(otp_from from, int64_t n)
{
    return w11_next_reply(from, n + 1);
}
