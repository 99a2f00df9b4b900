/* module_with_a_long_name.c - genserver module_with_a_long_name of package odd (odd.otp).
 * The module has a name that is long, and its messages too, so that lines must be broken. */
#include "odd_module_with_a_long_name_impl.h"

otp_next odd_module_with_a_long_name_init(struct odd_module_with_a_long_name *self,
                                          const struct odd_module_with_a_long_name_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("odd.otp:24: init is not written"));
}

otp_next odd_module_with_a_long_name_handle_message_with_a_long_name(
    struct odd_module_with_a_long_name *self, otp_from from, otp_str parameter_with_a_long_name,
    const struct odd_state *another_parameter_with_a_long_name, bool has_a_third_one,
    const otp_str *a_third_one, size_t a_third_one_count)
{
    (void)self;
    (void)from;
    (void)parameter_with_a_long_name;
    (void)another_parameter_with_a_long_name;
    (void)has_a_third_one;
    (void)a_third_one;
    (void)a_third_one_count;
    return otp_stop(otp_error("odd.otp:28: message_with_a_long_name is not written"));
}

otp_next odd_module_with_a_long_name_handle_c(struct odd_module_with_a_long_name *self, uint64_t i)
{
    (void)self;
    (void)i;
    return otp_stop(otp_error("odd.otp:31: c is not written"));
}
