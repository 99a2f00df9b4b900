/* notes.h - what the tasks of package jobs tell the test. */
#ifndef JOBS_NOTES_H
#define JOBS_NOTES_H

#include <otp/otp.h>

/* Any thread; the test defines it. */
void note_job(const char *task, otp_str what);

#endif
