/* counter.h - a counter of the processor's, which is read faster than a clock.
 *
 * Idea: what it counts is no unit of time, but so many steps of it surely take no longer than a
 * given time. Who has read the clock knows for as long that it is not much later. Unlike the clock
 * it does not wait for what was begun before it: it may be read somewhat early, by less than a
 * microsecond.
 * Threads: any; it is the same one in all.
 */
#ifndef OTPI_COUNTER_H
#define OTPI_COUNTER_H

#include <stdint.h>

#include <otp/value.h>

/* Steps that take no longer than duration; 0: nobody knows, or the clock is not the machine's.
 * Takes some microseconds. */
uint64_t otpi_counter_within(otp_duration duration);

static inline uint64_t otpi_counter(void)
{
#if defined(__x86_64__)
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
    uint64_t count;

    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
    return count;
#endif
}

#endif
