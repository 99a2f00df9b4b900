/* file.c - small files of the kernel, read as text or as a number.
 *
 * Idea: see file.h. A file of /proc may come in pieces, so it is read until it ends.
 * Threads: any. Locks: none. Owns: the descriptor, while it reads.
 */
#include "plat/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

bool otpi_file_read(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t used = 0;
    ssize_t got = 1;
    while (got != 0 && used < size - 1) {
        got = read(fd, text + used, size - 1 - used);
        if (got < 0 && errno != EINTR)
            break;
        used += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd); /* only read from: nothing can be lost */
    text[used] = '\0';
    return got >= 0;
}

long long otpi_file_number(const char *path, long long other)
{
    char text[64];
    if (!otpi_file_read(path, text, sizeof text))
        return other;
    char *rest;
    long long number = strtoll(text, &rest, 10);
    return rest == text ? other : number;
}
