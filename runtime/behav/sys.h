/* sys.h - the answering side of otp/sys.h.
 *
 * Idea: a genserver hands over each system request; what only it can do, to wait, it is told.
 * Threads: the process that was asked. */
#ifndef OTPI_SYS_H
#define OTPI_SYS_H

#include "behav/debug.h"

enum otpi_sys_kind {
    OTPI_SYS_OTHER, /* no request of otp/sys.h */
    OTPI_SYS_PLAIN,
    OTPI_SYS_SUSPEND,
    OTPI_SYS_RESUME
};

enum otpi_sys_kind otpi_sys_kind(const struct otp_message *message);
/* Does what message asks and answers it; nothing if it is another's. suspended: how the server
 * is now. */
void otpi_sys_receive(struct otpi_subject *subject, const struct otp_message *message,
                      bool suspended);

/* Answers otp_sys_get_status for a process that is no genserver; text stands for its state. False:
 * message asks for something else. */
bool otpi_sys_tell_status(const struct otp_message *message, const struct otp_module *module,
                          const char *text);

#endif
