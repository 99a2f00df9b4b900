/* names.c - agent names of package agents: its first value. */
#include "agents_names_impl.h"

otp_next agents_names_init(struct agents_names *self, const struct agents_names_options *options)
{
    const otp_str first[] = { otp_cstr("one"), otp_cstr("two") };
    (void)options;
    otp_must(agents_names_value_set(self, first, 2));
    return otp_ok();
}
