/* evictions.h - how many sessions were thrown out.
 *
 * Idea: what the listener of the cache counts, for the program that shows it. */
#ifndef SESSIONS_EVICTIONS_H
#define SESSIONS_EVICTIONS_H

#include <stddef.h>

size_t evictions_so_far(void);

#endif
