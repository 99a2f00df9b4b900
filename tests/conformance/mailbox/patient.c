/* patient.c - genserver patient of package mailbox: keeps what it is told, in order. */
#include "mailbox_patient_impl.h"

#include "hold.h"

otp_next mailbox_patient_init(struct mailbox_patient *self,
                              const struct mailbox_patient_options *options)
{
    (void)self;
    (void)options;
    return otp_ok();
}

otp_next mailbox_patient_handle_hold(struct mailbox_patient *self, uint64_t gate)
{
    (void)self;
    hold_at((void *)(uintptr_t)gate);
    return otp_noreply();
}

otp_next mailbox_patient_handle_add(struct mailbox_patient *self, uint64_t n)
{
    uint64_t all[512];
    size_t count = self->all_count;
    for (size_t i = 0; i < count; i++)
        all[i] = self->all[i];
    if (count == 512)
        return otp_noreply();
    all[count] = n;
    otp_must(mailbox_patient_all_set(self, all, count + 1));
    return otp_noreply();
}

otp_next mailbox_patient_handle_sum(struct mailbox_patient *self, otp_from from)
{
    return mailbox_patient_sum_reply(from, self->all, self->all_count);
}

otp_next mailbox_patient_handle_tick(struct mailbox_patient *self)
{
    return mailbox_patient_handle_add(self, 1000);
}

/* Tells itself more than fits. */
otp_next mailbox_patient_handle_again(struct mailbox_patient *self)
{
    int lost = 0;
    for (int i = 0; i < 6; i++)
        lost += mailbox_patient_add(otp_to(otp_self()), 7) == OTP_OVERLOAD;
    return mailbox_patient_handle_add(self, (uint64_t)lost);
}
