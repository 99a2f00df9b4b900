/* audit_of_cells.c - genserver audit_of_cells of package registry (registry.otp). */
#include "registry_audit_of_cells_impl.h"

otp_next registry_audit_of_cells_init(struct registry_audit_of_cells *self,
                                      const struct registry_audit_of_cells_options *options)
{
    (void)self;
    (void)options;
    return otp_stop(otp_error("registry.otp:30: init is not written"));
}

otp_next registry_audit_of_cells_handle_registered(struct registry_audit_of_cells *self,
                                                   const struct registry_cell *key, otp_pid holder)
{
    (void)self;
    (void)key;
    (void)holder;
    return otp_stop(otp_error("registry.otp:33: registered is not written"));
}

otp_next registry_audit_of_cells_handle_unregistered(struct registry_audit_of_cells *self,
                                                     const struct registry_cell *key,
                                                     otp_pid holder)
{
    (void)self;
    (void)key;
    (void)holder;
    return otp_stop(otp_error("registry.otp:34: unregistered is not written"));
}
