/* env.h - an application's typed settings.
 *
 * Idea: what the command line, the environment and the defaults say, in that order, becomes typed
 * values in the application's env. All of them are checked before anything starts.
 * Threads: the one that runs the application, before it starts.
 */
#ifndef OTPI_ENV_H
#define OTPI_ENV_H

#include <otp/application.h>

enum otpi_env_outcome {
    OTPI_ENV_READY,   /* all settings are written */
    OTPI_ENV_HELP,    /* --help was given */
    OTPI_ENV_VERSION, /* --version was given */
    OTPI_ENV_BAD      /* what is wrong is in text */
};

/* Reads the settings of application; argv[1] to argv[argc - 1] are options, argc 0: there are none.
 * text (borrowed, may be NULL) gets what is wrong, terminated and cut to size. Strings of the env
 * point into argv and the environment afterwards. */
enum otpi_env_outcome otpi_env_read(const struct otp_application *application, int argc,
                                    char **argv, char *text, size_t size);
/* Prints what --help says to standard output. False: it could not. */
bool otpi_env_print_help(const struct otp_application *application);

#endif
