/* killed.h - who had to be killed when a tree was stopped.
 *
 * Idea: a supervisor that kills a child which is too slow tells its own supervisor, which puts the
 * name of that child before it and tells on; what reaches an application's master is a path, before
 * the end of its root does. Where an ordered stop is given up, nobody is asked any more: the
 * processes that are there are looked at.
 * Threads: a supervisor's process; what is about all, any.
 */
#ifndef OTPI_KILLED_H
#define OTPI_KILLED_H

#include <otp/application.h>
#include <otp/behaviour.h>

/* Longer paths are cut. */
#define OTPI_KILLED_MAX 200

/* The calling supervisor had to kill child (below empty), or heard below of child. Told to its
 * parent, if that is a supervisor or a master. */
void otpi_killed_tell(const char *child, otp_str below);
/* The path that message tells of; false: it is about something else. */
bool otpi_killed_hear(const struct otp_message *message, otp_str *path);

/* An ordered stop of all is given up, because of why; application may be NULL. Logs that, and the
 * names of those that the end of the runtime will kill, as far as there is room; `except` is not
 * counted. */
void otpi_killed_give_up(const struct otp_application *application, const char *why,
                         otp_pid except);

#endif
