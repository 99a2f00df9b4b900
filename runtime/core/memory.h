/* memory.h - memory that a process owns.
 *
 * Idea: a list of blocks hanging on the process; see otp/memory.h.
 */
#ifndef OTPI_MEMORY_H
#define OTPI_MEMORY_H

#include <stddef.h>

struct otpi_owned;

void otpi_owned_free_all(struct otpi_owned **list);

#endif
