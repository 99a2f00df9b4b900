/* point.c - places where another thread may get in between.
 *
 * Idea: see point.h. Each thread has its own xorshift generator, seeded from OTP_POINT_SEED and its
 * place, so that a seed gives each thread the same delays again; which thread comes first is still
 * the kernel's. Three points of four do nothing.
 * Threads: any. Locks: none. Owns: nothing.
 */
#include "core/point.h"

#include <stdlib.h>

#include "core/sched.h"
#include "plat/sim.h"

static uint64_t seed(const struct otpi_self *self)
{
    const char *text = otpi_plat_environment("OTP_POINT_SEED");
    uint64_t value = text == NULL ? 1 : strtoull(text, NULL, 10);
    uint64_t place = self->worker == NULL ? 64 : self->worker->index + 1;

    return (value * 0x9e3779b97f4a7c15u) ^ (place * 0xbf58476d1ce4e5b9u) ^ 1;
}

void otpi_point(void)
{
    struct otpi_self *self = otpi_me();
    uint32_t never = 0;
    uint64_t x;

    if (otpi_sim_is_on()) {
        otpi_sim_point();
        return;
    }
    if (self == NULL)
        return;
    x = self->point_state == 0 ? seed(self) : self->point_state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    self->point_state = x;
    if (x >> 62 != 0)
        return;
    for (uint64_t i = x & 255; i > 0; i--)
        otpi_plat_relax();
    if ((x >> 8 & 127) == 0)
        otpi_plat_wait(&never, 0, otpi_plat_now() + 20 * OTP_US);
}
