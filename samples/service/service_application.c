/* service_application.c - application service. */
#include "service.otp.h"

#include <stdio.h>

void service_application_prep_stop(void)
{
    puts("service is about to stop");
}
