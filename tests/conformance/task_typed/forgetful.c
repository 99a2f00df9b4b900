/* forgetful.c - task forgetful of package jobs: it never says what it should. */
#include "jobs_forgetful_impl.h"

otp_next jobs_forgetful_run(otp_from from)
{
    (void)from;
    return otp_noreply();
}
