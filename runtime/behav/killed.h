/* killed.h - who had to be killed when a tree was stopped.
 *
 * Idea: a supervisor that kills a child which is too slow tells its own supervisor, which puts the
 * name of that child before it and tells on; what reaches an application's master is a path, before
 * the end of its root does.
 * Threads: a supervisor's process.
 */
#ifndef OTPI_KILLED_H
#define OTPI_KILLED_H

#include <otp/behaviour.h>

/* Longer paths are cut. */
#define OTPI_KILLED_MAX 200

/* The calling supervisor had to kill child (below empty), or heard below of child. Told to its
 * parent, if that is a supervisor or a master. */
void otpi_killed_tell(const char *child, otp_str below);
/* The path that message tells of; false: it is about something else. */
bool otpi_killed_hear(const struct otp_message *message, otp_str *path);

#endif
