/* holder.c - keeps its options and shows them. */
#include "generated_holder_impl.h"

otp_next generated_holder_init(struct generated_holder *self,
                               const struct generated_holder_options *options)
{
    otp_must(generated_holder_ports_set(self, options->ports, options->ports_count));
    otp_must(generated_inner_set(&self->inner, &options->inner));
    if (options->has_nick)
        otp_must(otp_string_set(&self->nick, options->nick));
    self->level = options->level;
    return otp_ok();
}

otp_next generated_holder_handle_given(struct generated_holder *self, otp_from from)
{
    struct generated_inner inner = generated_inner_view(&self->inner);
    return generated_holder_given_reply_given(from, self->ports, self->ports_count, &inner,
                                              otp_string_view(&self->nick), self->level);
}
