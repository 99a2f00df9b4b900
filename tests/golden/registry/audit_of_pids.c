/* audit_of_pids.c - genserver audit_of_pids of package registry (registry.otp). */
#include "registry_audit_of_pids_impl.h"

otp_next registry_audit_of_pids_init(struct registry_audit_of_pids *self,
                                     const struct registry_audit_of_pids_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("registry.otp:24: init is not written"));
}

otp_next registry_audit_of_pids_handle_registered(struct registry_audit_of_pids *self, otp_pid key,
                                                  otp_pid holder)
{
    (void)self;
    (void)key;
    (void)holder;
    return otp_stop(otp_error("registry.otp:26: registered is not written"));
}

otp_next registry_audit_of_pids_handle_unregistered(struct registry_audit_of_pids *self,
                                                    otp_pid key, otp_pid holder)
{
    (void)self;
    (void)key;
    (void)holder;
    return otp_stop(otp_error("registry.otp:27: unregistered is not written"));
}
