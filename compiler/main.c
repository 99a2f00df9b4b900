/* main.c - otpc, the compiler of .otp specs.
 *
 * Idea: the run itself is driver.c's and only collects what it has to say. Here it is printed, and
 * every exit goes through one place that notices when the output could not be written: a full disk
 * behind a redirection must not look like success. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver.h"

/* A closed descriptor 0, 1 or 2 would be given to the next file that is opened, and messages would
 * go into it. So it is opened, in the direction that makes its use an error. */
static bool hold_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            return false;
    }
    return true;
}

static bool wants_colour(void)
{
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
    return isatty(2) && term && strcmp(term, "dumb") != 0 && !(no && *no);
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* Prints what the run has to say. False: it could not all be written. */
static bool print(const struct driver *d)
{
    bool done = write_all(1, d->out.data, d->out.len) && (d->out.len == 0 || close(1) == 0);
    if (!done) {
        char text[200];
        int len = snprintf(text, sizeof text, "otpc: cannot write to standard output: %s\n",
                           strerror(errno));
        (void)write_all(2, text, (size_t)len); /* the exit code says it too */
    }
    const char *said = d->last_words ? d->last_words : d->err.data;
    return write_all(2, said, d->last_words ? strlen(said) : d->err.len) && done;
}

int main(int argc, char **argv)
{
    if (!hold_standard_descriptors())
        return DRIVER_IO;
    struct driver *d = malloc(sizeof *d);
    if (!d)
        return DRIVER_IO;
    driver_init(d, wants_colour());
    enum driver_code code = driver_run(d, argc, argv);
    if (!print(d))
        code = DRIVER_IO;
    driver_free(d);
    free(d);
    return (int)code;
}
