/* audit.c - genserver audit of package registry (registry.otp). */
#include "registry_audit_impl.h"

otp_next registry_audit_init(struct registry_audit *self,
                             const struct registry_audit_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("registry.otp:18: init is not written"));
}

otp_next registry_audit_handle_registered(struct registry_audit *self, otp_str key, otp_pid holder,
                                          enum registry_level value)
{
    (void)self;
    (void)key;
    (void)holder;
    (void)value;
    return otp_stop(otp_error("registry.otp:20: registered is not written"));
}

otp_next registry_audit_handle_unregistered(struct registry_audit *self, otp_str key,
                                            otp_pid holder)
{
    (void)self;
    (void)key;
    (void)holder;
    return otp_stop(otp_error("registry.otp:21: unregistered is not written"));
}
