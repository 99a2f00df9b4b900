/* audit.c - the listener of test_registry_typed.c.
 *
 * Idea: it hands on what it hears. */
#include "typed_audit_impl.h"

#include "notes.h"

otp_next typed_audit_init(struct typed_audit *self, const struct typed_audit_options *options)
{
    (void)self, (void)options;
    return otp_ok();
}

otp_next typed_audit_handle_registered(struct typed_audit *self, otp_str key, otp_pid pid,
                                       enum typed_level value)
{
    (void)self, (void)pid;
    note_change("registered", key, (int)value);
    return otp_noreply();
}

otp_next typed_audit_handle_unregistered(struct typed_audit *self, otp_str key, otp_pid pid)
{
    (void)self, (void)pid;
    note_change("unregistered", key, -1);
    return otp_noreply();
}
