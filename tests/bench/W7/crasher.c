/* crasher.c - says when it is ready, and crashes when it is told to. */
#include "ready.h"
#include "w7_crasher_impl.h"

otp_next w7_crasher_init(struct w7_crasher *self, const struct w7_crasher_options *options)
{
    (void)self, (void)options;
    otp_pid pid = otp_self();
    otp_cast(otp_to(bench_starter), &bench_ready, &pid);
    return otp_ok();
}

otp_next w7_crasher_handle_crash(struct w7_crasher *self)
{
    (void)self;
    otp_exit(otp_error("boom"));
}
