/* errno.h - errno, where a function may go on in another thread.
 *
 * Idea: a process that waits may go on in another thread, which has an errno of its own; compilers
 * take the address of errno to be the same for a whole function. Here it is asked for anew each
 * time. The value is still that of the thread: look at it before the next call of the library.
 */
#ifndef OTP_ERRNO_H
#define OTP_ERRNO_H

#include <errno.h>

#include <otp/version.h>

OTP_BEGIN_DECLS

/* Where the calling thread has it. */
OTP_API int *otp_errno(void);

OTP_END_DECLS

#undef errno
#define errno (*otp_errno())

#endif
