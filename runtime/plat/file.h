/* file.h - small files of the kernel, read as text or as a number.
 *
 * Idea: /proc and /sys tell limits in a line of text; no stdio, no allocation.
 */
#ifndef OTPI_FILE_H
#define OTPI_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Reads the start of a file into text (size bytes, terminated). False: it cannot be read. */
bool otpi_file_read(const char *path, char *text, size_t size);
/* The number that the file starts with; other: it cannot be read or starts with none. */
long long otpi_file_number(const char *path, long long other);

#endif
