/* cgroup.h - how many CPUs a container lets us have.
 *
 * Idea: a container with "2 CPUs" sees all of the machine's; only the CPU quota of its control
 * groups tells. Apart from plat_posix.c so that a test can lay out a tree of its own.
 */
#ifndef OTPI_CGROUP_H
#define OTPI_CGROUP_H

#include <stdint.h>

/* The smallest quota, in whole CPUs rounded up, of the groups in membership (the text of
 * /proc/self/cgroup, version 2 or 1) and of their parents, as mounted at root; UINT32_MAX: none.
 * Borrows both. Any thread. */
uint32_t otpi_cgroup_cpus(const char *membership, const char *root);

#endif
