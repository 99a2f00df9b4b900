/* main.c - how long a cache holds a lock, or the worker that it runs on, with ten million entries.
 *
 * Idea: what is measured is CPU time of the thread, so that who is interrupted is not blamed for
 * it. A put bounds how long a lock is held, also one that evicts another entry. The cache's process
 * is started by its own behaviour with a clock around what receives messages: a sweep's slices.
 * What frees a store that was dropped is called here as the runtime does it. Of each: the time that
 * one in a thousand takes longer than, and the longest. Before each slice of a sweep it looks at
 * the clock only, for a while: what that takes longer than it ought to is what the machine takes
 * away without saying so.
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

struct cache_times {
    struct times writes, slices;
};

static struct cache_times of_numbers, of_texts, of_few_texts;
static struct times spins, drops, drops_of_pages, drops_of_many_pages;
static struct times *slices; /* of the cache that is measured */
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
    note(slices, cpu_time() - begin);
}

static otp_dest start(const struct otp_cache *module)
{
    struct otp_process_spec spec = { .behaviour = &timed,
                                     .module = &module->module,
                                     .data_size = sizeof(struct otpi_cache_process),
                                     .args = module };
    otp_pid pid;
    timed = otpi_cache_behaviour;
    timed.receive = receive;
    bench_check(otp_behaviour_start(&spec, NULL, &pid) == OTP_OK, "the cache does not start");
    return otp_to(pid);
}

/* Three of four have expired, so a sweep also moves what is left into fewer buckets. */
static void measure_cache(long n)
{
    otp_dest cache = start(&hold_numbers_module);
    size_t left;
    slices = &of_numbers.slices;
    for (uint64_t i = 0; i < (uint64_t)n; i++) {
        otp_duration begin = cpu_time();
        otp_status status = hold_numbers_put_with(cache, i, i, i % 4 == 0 ? OTP_MIN * 60 : 0);
        note(&of_numbers.writes, cpu_time() - begin);
        bench_check(status == OTP_OK, "not put");
    }
    bench_check(hold_numbers_sweep(cache) == OTP_OK, "not swept");
    bench_check(hold_numbers_count(cache, &left) == OTP_OK && (long)left == (n + 3) / 4,
                "something else is left");
}

/* Of entries that are boxes. */
static void measure_texts(long n)
{
    const otp_str value = otp_cstr("some text that is in a box, as it refers to something");
    otp_dest cache = start(&hold_texts_module), few = start(&hold_few_texts_module);
    size_t left;
    slices = &of_texts.slices;
    for (uint64_t i = 0; i < (uint64_t)n; i++) {
        otp_duration begin = cpu_time();
        otp_status status = hold_texts_put_with(cache, i, value, i % 4 == 0 ? OTP_MIN * 60 : 0);
        note(&of_texts.writes, cpu_time() - begin);
        bench_check(status == OTP_OK, "not put");
    }
    bench_check(hold_texts_sweep(cache) == OTP_OK, "not swept");
    bench_check(hold_texts_count(cache, &left) == OTP_OK && (long)left == (n + 3) / 4,
                "something else is left");
    for (uint64_t i = 0; i < (uint64_t)n; i++) {
        otp_duration begin = cpu_time();
        bench_check(hold_few_texts_put(few, i, value) == OTP_OK, "not put");
        note(&of_few_texts.writes, cpu_time() - begin);
    }
}

/* Of entries with values of that size. */
static void measure_drop(long n, size_t size, struct times *times)
{
    static const struct otp_ref ref = { .kind = OTP_REF_TEXT };
    static const struct otp_layout number = { sizeof(uint64_t), 0, NULL };
    static const struct otp_layout text = { sizeof(otp_str), 1, &ref };
    const struct otpi_store_type type = { OTP_KEY_PLAIN, &number, &text, 0, 0 };
    struct otpi_store *store = otpi_store_new(&type);
    const otp_str value = { calloc(1, size), size };
    bool more = true;
    bench_check(store != NULL && value.data != NULL, "no store");
    for (uint64_t i = 0; i < (uint64_t)n; i++) {
        struct otpi_store_key key;
        const struct otpi_store_putting putting = { &key, &value, OTP_INFINITY, 0, OTPI_PUT };
        (void)otp_pin();
        bench_check(otpi_store_key(store, &i, &key) && otpi_store_put(store, &putting) == OTP_OK,
                    "not put");
        otp_unpin();
    }
    for (int i = 0; i < 100; i++) /* what was retired meanwhile has gone, as it will have */
        otp_reclaim();
    while (more) {
        otp_duration begin = cpu_time();
        more = otpi_store_free_some(store);
        note(times, cpu_time() - begin);
    }
    free((void *)(uintptr_t)value.data);
}

static void work(long n)
{
    measure_cache(n);
    tell("hold.put_p999", "hold.put_longest", &of_numbers.writes);
    tell("hold.sweep_slice_p999", "hold.sweep_slice_longest", &of_numbers.slices);
    measure_texts(n / 4);
    tell("hold.text_put_p999", "hold.text_put_longest", &of_texts.writes);
    tell("hold.text_evict_p999", "hold.text_evict_longest", &of_few_texts.writes);
    tell("hold.text_sweep_slice_p999", "hold.text_sweep_slice_longest", &of_texts.slices);
    tell("hold.spin_p999", "hold.spin_longest", &spins);
    measure_drop(n, 7, &drops);
    tell("hold.drop_p999", "hold.drop_longest", &drops);
    measure_drop(n / 40, 4096, &drops_of_pages);
    tell("hold.drop_4k_p999", "hold.drop_4k_longest", &drops_of_pages);
    measure_drop(n / 500, 65536, &drops_of_many_pages);
    tell("hold.drop_64k_p999", "hold.drop_64k_longest", &drops_of_many_pages);
}

int main(int argc, char **argv)
{
    return bench_main(argc, argv, 10000000, work);
}
