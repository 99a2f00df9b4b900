/* main.c - how long a cache holds a lock, or the worker that it runs on, with ten million entries.
 *
 * Idea: what is measured is CPU time of the thread, so that who is interrupted is not blamed for
 * it. A put bounds how long a lock is held. The cache's process is started by its own behaviour
 * with a clock around what receives messages: a sweep's slices. What frees a store that was dropped
 * is called here as the runtime does it. Of each: the time that one in a thousand takes longer
 * than, and the longest. Before each slice of a sweep it looks at the clock only, for a while: what
 * that takes longer than it ought to is what the machine takes away without saying so.
 */
#include <stdlib.h>
#include <time.h>

#include "store/cache.h"

#include "bench.h"
#include "hold.otp.h"

enum {
    SPIN = 30 * OTP_US,
    STEP = 100,
    STEPS = 100000
}; /* ns of a step, and how many are told apart */

struct times {
    uint32_t took[STEPS];
    long n;
    otp_duration longest;
};

static struct times writes, slices, spins, drops;
static struct otp_behaviour timed;

static otp_duration cpu_time(void)
{
    struct timespec now;
    bench_check(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0, "no clock of threads");
    return (otp_duration)now.tv_sec * OTP_S + now.tv_nsec;
}

static void note(struct times *times, otp_duration took)
{
    times->took[took < STEP * (STEPS - 1) ? took / STEP : STEPS - 1]++;
    times->longest = took > times->longest ? took : times->longest;
    times->n++;
}

static void tell(const char *p999, const char *most, const struct times *times)
{
    long longer = times->n / 1000;
    otp_duration at = STEPS;
    bench_check(times->n > 0, "nothing was measured");
    while (at > 0 && longer >= 0)
        longer -= times->took[--at];
    bench_emit(p999, times->n, (at + 1) * STEP * times->n);
    bench_emit(most, times->n, times->longest * times->n);
}

static void spin(void)
{
    otp_duration begin = cpu_time();
    otp_instant end = otp_now() + SPIN;
    while (otp_now() < end)
        continue;
    note(&spins, cpu_time() - begin);
}

static void receive(void *data, const struct otp_message *message)
{
    spin();
    otp_duration begin = cpu_time();
    otpi_cache_behaviour.receive(data, message);
    note(&slices, cpu_time() - begin);
}

static otp_dest start(void)
{
    struct otp_process_spec spec = { .behaviour = &timed,
                                     .module = &hold_numbers_module.module,
                                     .data_size = sizeof(struct otpi_cache_process),
                                     .args = &hold_numbers_module };
    otp_pid pid;
    timed = otpi_cache_behaviour;
    timed.receive = receive;
    bench_check(otp_behaviour_start(&spec, NULL, &pid) == OTP_OK, "the cache does not start");
    return otp_to(pid);
}

/* Three of four have expired, so a sweep also moves what is left into fewer buckets. */
static void measure_cache(long n)
{
    otp_dest cache = start();
    size_t left;
    for (uint64_t i = 0; i < (uint64_t)n; i++) {
        otp_duration begin = cpu_time();
        otp_status status = hold_numbers_put_with(cache, i, i, i % 4 == 0 ? OTP_MIN * 60 : 0);
        note(&writes, cpu_time() - begin);
        bench_check(status == OTP_OK, "not put");
    }
    bench_check(hold_numbers_sweep(cache) == OTP_OK, "not swept");
    bench_check(hold_numbers_count(cache, &left) == OTP_OK && (long)left == (n + 3) / 4,
                "something else is left");
}

/* Of entries that are blocks of their own, each of which is to be freed. */
static void measure_drop(long n)
{
    static const struct otp_ref ref = { .kind = OTP_REF_TEXT };
    static const struct otp_layout number = { sizeof(uint64_t), 0, NULL };
    static const struct otp_layout text = { sizeof(otp_str), 1, &ref };
    const struct otpi_store_type type = { OTP_KEY_PLAIN, &number, &text, 0, 0 };
    struct otpi_store *store = otpi_store_new(&type);
    const otp_str value = otp_cstr("a value");
    bool more = true;
    bench_check(store != NULL, "no store");
    for (uint64_t i = 0; i < (uint64_t)n; i++) {
        struct otpi_store_key key;
        const struct otpi_store_putting putting = { &key, &value, OTP_INFINITY, 0, OTPI_PUT };
        (void)otp_pin();
        bench_check(otpi_store_key(store, &i, &key) && otpi_store_put(store, &putting) == OTP_OK,
                    "not put");
        otp_unpin();
    }
    while (more) {
        otp_duration begin = cpu_time();
        more = otpi_store_free_some(store);
        note(&drops, cpu_time() - begin);
    }
}

static void work(long n)
{
    measure_cache(n);
    tell("hold.put_p999", "hold.put_longest", &writes);
    tell("hold.sweep_slice_p999", "hold.sweep_slice_longest", &slices);
    tell("hold.spin_p999", "hold.spin_longest", &spins);
    measure_drop(n);
    tell("hold.drop_p999", "hold.drop_longest", &drops);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 10000000, work);
}
