/* store_application.c - application store. */
#include "store.otp.h"

#include <stdio.h>

void store_application_stop(void)
{
    puts("store has stopped");
}
