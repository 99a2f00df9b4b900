/* apart.h - what must not get into the frame of who calls it.
 *
 * Idea: the few functions that every message goes through are flat (all that they call is inlined),
 * so what they seldom need is kept out, or they would not fit into the instruction cache. And what
 * is seldom true is said to be, so that what nearly always happens is code without a jump.
 */
#ifndef OTPI_APART_H
#define OTPI_APART_H

#define OTPI_APART __attribute__((noinline))

/* condition, which is hardly ever true. */
#define OTPI_SELDOM(condition) __builtin_expect((condition) ? 1 : 0, 0)

#endif
