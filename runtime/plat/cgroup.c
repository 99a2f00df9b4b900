/* cgroup.c - the CPU quota of this process's control groups.
 *
 * Idea: version 2 has one file, cpu.max, "QUOTA PERIOD" or "max PERIOD"; version 1 two files, with
 * -1 for none. A limit may stand at any level, so each parent is asked up to the mount. A container
 * often sees the path that the host has for it, which is not there below its own mount: levels that
 * are missing are passed over and the mount itself has the answer.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include "plat/cgroup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "plat/file.h"

enum { PATH_SIZE = 4096, TEXT_SIZE = 128 };

/* path + "/" + name, read as text. False: too long or not there. */
static bool read_below(const char *path, const char *name, char *text)
{
    char file[PATH_SIZE];
    size_t path_size = strlen(path);
    size_t name_size = strlen(name);
    if (path_size + name_size + 2 > sizeof file)
        return false;
    memcpy(file, path, path_size);
    file[path_size] = '/';
    memcpy(file + path_size + 1, name, name_size + 1);
    return otpi_file_read(file, text, TEXT_SIZE);
}

static uint32_t whole_cpus(long long quota, long long period)
{
    if (quota <= 0 || period <= 0)
        return UINT32_MAX;
    long long cpus = quota / period + (quota % period != 0);
    return cpus < UINT32_MAX ? (uint32_t)cpus : UINT32_MAX;
}

/* The quota that the group at path has itself. */
static uint32_t group_cpus(const char *path, bool is_v2)
{
    char text[TEXT_SIZE];
    char *rest;
    if (is_v2) {
        if (!read_below(path, "cpu.max", text))
            return UINT32_MAX;
        long long quota = strtoll(text, &rest, 10); /* "max" gives 0 */
        return whole_cpus(quota, strtoll(rest, NULL, 10));
    }
    if (!read_below(path, "cpu.cfs_quota_us", text))
        return UINT32_MAX;
    long long quota = strtoll(text, NULL, 10);
    if (!read_below(path, "cpu.cfs_period_us", text))
        return UINT32_MAX;
    return whole_cpus(quota, strtoll(text, NULL, 10));
}

/* The smallest quota from the group (size bytes, "/a/b") below mount up to mount itself. */
static uint32_t path_cpus(const char *mount, const char *group, size_t size, bool is_v2)
{
    char path[PATH_SIZE];
    size_t mount_size = strlen(mount);
    if (mount_size + size + 1 > sizeof path)
        return UINT32_MAX;
    memcpy(path, mount, mount_size);
    memcpy(path + mount_size, group, size);
    path[mount_size + size] = '\0';
    uint32_t least = UINT32_MAX;
    for (;;) {
        uint32_t cpus = group_cpus(path, is_v2);
        least = cpus < least ? cpus : least;
        char *slash = strrchr(path + mount_size, '/');
        if (slash == NULL)
            return least;
        *slash = '\0';
    }
}

/* Whether "cpu" is one of the comma separated words from begin to end. */
static bool names_cpu(const char *begin, const char *end)
{
    while (begin < end) {
        size_t size = strcspn(begin, ",:");
        if (size == 3 && memcmp(begin, "cpu", 3) == 0)
            return true;
        begin += size + 1;
    }
    return false;
}

/* One line: "0::/group" of version 2, "4:cpu,cpuacct:/group" of version 1. */
static uint32_t line_cpus(const char *line, size_t size, const char *root)
{
    const char *end = line + size;
    const char *controllers = memchr(line, ':', size);
    if (controllers == NULL)
        return UINT32_MAX;
    controllers++;
    const char *group = memchr(controllers, ':', (size_t)(end - controllers));
    if (group == NULL)
        return UINT32_MAX;
    bool is_v2 = group == controllers;
    if (!is_v2 && !names_cpu(controllers, group))
        return UINT32_MAX;
    char mount[PATH_SIZE];
    size_t root_size = strlen(root);
    if (root_size + sizeof "/cpu" > sizeof mount)
        return UINT32_MAX;
    memcpy(mount, root, root_size + 1);
    if (!is_v2)
        memcpy(mount + root_size, "/cpu", sizeof "/cpu");
    return path_cpus(mount, group + 1, (size_t)(end - group - 1), is_v2);
}

uint32_t otpi_cgroup_cpus(const char *membership, const char *root)
{
    uint32_t least = UINT32_MAX;
    while (*membership != '\0') {
        size_t size = strcspn(membership, "\n");
        uint32_t cpus = line_cpus(membership, size, root);
        least = cpus < least ? cpus : least;
        membership += size + (membership[size] == '\n');
    }
    return least;
}
