/* mark.h - what eviction knows about an entry, in a byte.
 *
 * Idea: a clock that ticks each time an eighth of the store has been replaced. The mark of an entry
 * is the time of its last use (five bits of that clock), whether it is on trial (store_evict.c) and
 * how often it was used since it was put (0 to 3). Of some entries the worst is that for which the
 * time that it was unused, divided by the third power of its uses and one, is longest. The power is
 * what tests/bench/eviction found best. So an entry that was used often goes only if all that is
 * looked at with it was used too; but who is looked at after a long time unused has one use less
 * from then on.
 */
#ifndef OTPI_MARK_H
#define OTPI_MARK_H

#include <stdbool.h>
#include <stdint.h>

#define OTPI_MARK_TICKS 8  /* of the clock, until as much was put as there is room for */
#define OTPI_MARK_OLD   16 /* ticks unused, after which uses count less */
#define OTPI_MARK_USES  3  /* are not told from more */
#define OTPI_MARK_TRIAL 4  /* the bit */

static inline uint64_t otpi_mark_new(uint32_t clock, uint64_t uses)
{
    return (uint64_t)(clock & 31) << 3 | uses;
}

static inline uint64_t otpi_mark_uses(uint64_t mark)
{
    return mark & OTPI_MARK_USES;
}

/* It is used. */
static inline uint64_t otpi_mark_use(uint64_t mark, uint32_t clock)
{
    uint64_t uses = mark & OTPI_MARK_USES;
    return (uint64_t)(clock & 31) << 3 | (mark & OTPI_MARK_TRIAL) |
           (uses < OTPI_MARK_USES ? uses + 1 : OTPI_MARK_USES);
}

/* How long it was unused. */
static inline uint32_t otpi_mark_age(uint64_t mark, uint32_t clock)
{
    return (clock - (uint32_t)(mark >> 3)) & 31;
}

/* The highest is evicted. */
static inline uint32_t otpi_mark_badness(uint64_t mark, uint32_t clock)
{
    static const uint32_t weights[4] = { 1728, 1728 / 8, 1728 / 27, 1728 / 64 };
    return (otpi_mark_age(mark, clock) + 1) * weights[mark & OTPI_MARK_USES];
}

#endif
