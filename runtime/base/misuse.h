/* misuse.h - who uses the library wrongly.
 *
 * Idea: a wrong use is a status, which nobody may look at. So in builds with -DOTP_DEBUG, and where
 * the configuration asks for it (log_misuse), each one is also a line in the log that names the
 * function and the process with its module, or the thread. Public functions pass what they return
 * through OTPI_JUDGED; a mistake that is found by one that another one is made of is two lines.
 * Threads: any. Done in core/misuse.c.
 */
#ifndef OTPI_MISUSE_H
#define OTPI_MISUSE_H

#include <otp/status.h>

/* Logs it if it is a misuse and that is asked for; returns status. */
otp_status otpi_judge(const char *function, otp_status status);

/* The same for one whose cure is known, "name a task_supervisor"; borrowed. */
otp_status otpi_judge_with(const char *function, otp_status status, const char *cure);

static inline otp_status otpi_judged(const char *function, otp_status status)
{
    return status == OTP_OK ? status : otpi_judge(function, status);
}

/* A status, as the public function around it returns it. */
#define OTPI_JUDGED(status) otpi_judged(__func__, status)

#endif
