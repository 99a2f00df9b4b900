/* misuse.h - what is remembered to say who uses the library wrongly.
 *
 * Idea: see base/misuse.h; nothing is remembered where nobody wants to know.
 * Threads: any, inside the runtime; begin and end: who starts and stops it.
 */
#ifndef OTPI_CORE_MISUSE_H
#define OTPI_CORE_MISUSE_H

#include "base/misuse.h"
#include "core/self.h"

/* Without memory for it less is said. */
void otpi_misuse_begin(void);
void otpi_misuse_end(void);

/* That wait is about to have its answer. */
void otpi_misuse_answered(uint64_t id);
/* It has had one, not long ago. */
bool otpi_misuse_was_answered(uint64_t id);
/* Says that function has been given a second answer. Outside the runtime too. */
void otpi_misuse_twice(const char *function);

#endif
