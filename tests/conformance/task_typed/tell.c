/* tell.c - task tell of package jobs. */
#include "jobs_tell_impl.h"

#include "notes.h"

void jobs_tell_run(otp_str what)
{
    if (otp_str_equal(what, otp_cstr("crash")))
        otp_exit(otp_error("told to"));
    note_job("tell", what);
}
