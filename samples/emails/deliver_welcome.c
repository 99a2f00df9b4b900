/* deliver_welcome.c - task deliver_welcome of package emails. */
#include "emails_deliver_welcome_impl.h"

#include <string.h>

void emails_deliver_welcome_run(otp_str user)
{
    if (memchr(user.data, '@', user.size) == NULL)
        otp_exit(otp_error("no address"));
    otp_must(emails_outbox_deliver(EMAILS_OUTBOX, user));
}
