/* mark.h - what eviction knows about an entry, in a byte.
 *
 * Idea: a clock that ticks each time an eighth of the store has been replaced. The mark of an entry
 * is the time of its last use (six bits of that clock) and how often it was used since it was put
 * (0 to 3). Of some entries the worst goes: the one for which the time that it was unused, divided
 * by the third power of its uses and one, is longest. The power is what tests/bench/eviction found
 * best. So an entry that was used often goes only if all that is looked at with it was used too.
 */
#ifndef OTPI_MARK_H
#define OTPI_MARK_H

#include <stdint.h>

#define OTPI_MARK_TICKS 8 /* of the clock, until as much was put as there is room for */

static inline uint64_t otpi_mark_new(uint32_t clock)
{
    return (uint64_t)(clock & 63) << 2;
}

/* It is used. */
static inline uint64_t otpi_mark_use(uint64_t mark, uint32_t clock)
{
    uint64_t uses = mark & 3;
    return (uint64_t)(clock & 63) << 2 | (uses < 3 ? uses + 1 : 3);
}

/* The highest is evicted. */
static inline uint32_t otpi_mark_badness(uint64_t mark, uint32_t clock)
{
    static const uint32_t weights[4] = { 1728, 1728 / 8, 1728 / 27, 1728 / 64 };
    uint32_t age = (clock - (uint32_t)(mark >> 2)) & 63;
    return (age + 1) * weights[mark & 3];
}

#endif
