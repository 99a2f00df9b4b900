/* ready.h - how a crasher tells that it is ready. */
#ifndef READY_H
#define READY_H

#include <otp/otp.h>

extern otp_pid bench_starter;                     /* whom it tells; set before any runs */
extern const struct otp_message_type bench_ready; /* its pid */

#endif
