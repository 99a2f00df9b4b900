/* application.h - what the files of applications share.
 *
 *   application.c             what is asked for: the functions of otp/application.h
 *   application_controller.c  the one process that knows which applications run
 *   application_master.c      a process per application: its root, its callbacks
 *   program.c                 an application as a program: options, signals, exit codes
 *
 * Idea: as in OTP. The controller does one thing after the other; what it waits for are messages of
 * the masters, so it answers all the time. Masters end with the reason of their root.
 * Threads: see each function.
 */
#ifndef OTPI_APPLICATION_H
#define OTPI_APPLICATION_H

#include <otp/application.h>

/* -- asking the controller -- */

enum otpi_application_ask {
    OTPI_APPLICATION_START = 0x41505001,
    OTPI_APPLICATION_STOP,
    OTPI_APPLICATION_STOP_ALL,
    OTPI_APPLICATION_WAIT,
    OTPI_APPLICATION_WHICH
};

struct otpi_application_asks {
    const struct otp_application *application; /* START, STOP */
    bool all;                                  /* START: what it uses, too; OK if it runs */
    bool prepared;                             /* START: settings are read and handed out */
    uint64_t room;                             /* WHICH */
};

/* All but WHICH. */
struct otpi_application_tells {
    uint32_t status; /* otp_status */
    otp_pid root;
    otp_reason reason;
    char text[256]; /* terminated */
};

struct otpi_application_list {
    const struct otp_application **applications;
    size_t n;
    uint64_t count;
};

extern const struct otp_layout otpi_application_asks_layout;
extern const struct otp_layout otpi_application_tells_layout;
extern const struct otp_layout otpi_application_list_layout;

/* Its process, started if need be. Any thread. */
otp_status otpi_application_controller(otp_pid *pid);
/* Asks it; *tells is filled in if OK. Any thread. */
otp_status otpi_application_ask(uint32_t tag, const struct otpi_application_asks *asks,
                                struct otpi_application_tells *tells, otp_duration timeout);

/* -- the order of start -- */

/* What root uses, each before what uses it, root last: fills in at most OTP_APPLICATIONS_MAX.
 * Returns how many; 0: there are more, or a circle. Any thread. */
size_t otpi_application_order(const struct otp_application *root,
                              const struct otp_application **order);

/* -- masters -- */

/* Starts one, without waiting: the calling process is its parent, has a monitor, and gets STARTED.
 * An exit signal of the parent stops the application in order. */
otp_status otpi_application_master(const struct otp_application *application, otp_pid *pid);

#endif
