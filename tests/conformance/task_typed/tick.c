/* tick.c - task tick of package jobs. */
#include "jobs_tick_impl.h"

#include "notes.h"

void jobs_tick_run(void)
{
    note_job("tick", otp_cstr("once"));
}
