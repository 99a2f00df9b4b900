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

/* Applications in their order of start, the program's own last, and those of them that run: their
 * settings are not touched. */
struct otpi_env_apps {
    const struct otp_application *const *order;
    size_t n;
    const struct otp_application *const *running;
    size_t n_running;
};

/* Reads the settings of all; argv[1] to argv[argc - 1] are options, argc 0: there are none. Those
 * of the program's own are --NAME, the others' --APPLICATION.NAME. text (borrowed, may be NULL)
 * gets what is wrong, terminated and cut to size. Strings of the env point into argv and the
 * environment afterwards. */
enum otpi_env_outcome otpi_env_read(const struct otpi_env_apps *apps, int argc, char **argv,
                                    char *text, size_t size);
/* The same of one application, without options. */
enum otpi_env_outcome otpi_env_read_one(const struct otp_application *application, char *text,
                                        size_t size);
/* Has them hand out their settings to the options of children. */
void otpi_env_configure(const struct otpi_env_apps *apps);
/* Prints what --help says to standard output. False: it could not. */
bool otpi_env_print_help(const struct otpi_env_apps *apps);

#endif
