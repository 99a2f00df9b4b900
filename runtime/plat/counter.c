/* counter.c - how far the processor's counter goes in a given time.
 *
 * Idea: see counter.h. The kernel takes it for its clock only if it is the same on all CPUs, and
 * never stops; where it does not, nor do we. How fast it is, is measured beside the clock: the
 * clock is read before and after it, so whatever comes in between makes it seem slower, which does
 * no harm. An eighth is left for clocks that are slewed, and for the reads themselves.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include "plat/counter.h"

#include <string.h>

#include "plat/file.h"
#include "plat/plat.h"
#include "plat/sim.h"

#if defined(__x86_64__)
#define SOURCE "tsc\n"
#elif defined(__aarch64__)
#define SOURCE "arch_sys_counter\n"
#endif
#define SOURCE_FILE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define LONG_ENOUGH (20 * OTP_US)
#define TRIES       3
#define MOST        OTP_S /* of a duration */

static bool kernel_trusts_it(void)
{
    char source[32];

    return otpi_file_read(SOURCE_FILE, source, sizeof source) && strcmp(source, SOURCE) == 0;
}

/* What is surely right, and near it if nothing has come in between. */
static uint64_t measure(otp_duration duration)
{
    otp_instant begin = otpi_plat_now(), now;
    uint64_t first = otpi_counter(), last;

    do {
        last = otpi_counter();
        now = otpi_plat_now();
    } while (now - begin < LONG_ENOUGH);
    if (last - first > UINT32_MAX)
        return 0;
    return (last - first) * (uint64_t)duration / (uint64_t)(now - begin) / 8 * 7;
}

uint64_t otpi_counter_within(otp_duration duration)
{
    uint64_t best = 0;

    if (otpi_sim_is_on() || duration > MOST || !kernel_trusts_it())
        return 0;
    for (int i = 0; i < TRIES; i++) {
        uint64_t steps = measure(duration);
        if (steps > best)
            best = steps;
    }
    return best;
}
