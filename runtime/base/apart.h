/* apart.h - what must not get into the frame of who calls it.
 *
 * Idea: the few functions that every message goes through are flat (all that they call is inlined),
 * so what they seldom need is kept out, or they would not fit into the instruction cache.
 */
#ifndef OTPI_APART_H
#define OTPI_APART_H

#define OTPI_APART __attribute__((noinline))

#endif
