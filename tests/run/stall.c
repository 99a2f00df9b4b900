/* stall.c - threads that stand still at any place, as they do on a busy machine.
 *
 * Idea: libotp and the tests are built with -fsanitize-coverage=trace-pc, so that each block of
 * code calls the function below. By OTP_STALL=300,5,50 one call in 300 stands still for 5 to 50 ms;
 * a place that is often come to does it ever more seldom, so that rare places have their share.
 * Only in the processes that Check forks for its tests. OTP_STALL_LOG names a file that is told
 * where.
 * Threads: any; counts may be lost. Locks: none. Owns: nothing. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 1 << 16 };

extern const char __executable_start __attribute__((weak));

static uint16_t visits[PLACES];
static bool is_test; /* set in a forked process before it has threads */
static bool is_ready;
static unsigned one_in, least, most; /* one_in 0: never */
static __thread uint64_t generator;

void __sanitizer_cov_trace_pc(void);

static void begin_test(void)
{
    is_test = true;
    generator = 0;
}

static void get_ready(void)
{
    const char *how = getenv("OTP_STALL");
    is_ready = true;
    if (how == NULL || sscanf(how, "%u,%u,%u", &one_in, &least, &most) != 3 || least > most)
        one_in = 0;
    (void)pthread_atfork(NULL, NULL, begin_test);
}

static void tell(uintptr_t place, unsigned ms)
{
    const char *log = getenv("OTP_STALL_LOG");
    int fd = log == NULL ? -1 : open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    char line[100];
    int size = snprintf(line, sizeof(line), "process %ld thread %ld at 0x%lx for %u ms\n",
                        (long)getpid(), (long)syscall(SYS_gettid),
                        (unsigned long)(place - (uintptr_t)&__executable_start), ms);
    if (fd < 0)
        return;
    (void)!write(fd, line, (size_t)size);
    (void)close(fd);
}

static void stand_still(uintptr_t place, uint64_t bits)
{
    int error = errno;
    unsigned ms = least + (unsigned)(bits >> 40) % (most - least + 1);
    struct timespec left = { ms / 1000, (long)(ms % 1000) * 1000000 };
    tell(place, ms);
    while (nanosleep(&left, &left) != 0)
        continue;
    errno = error;
}

static uint64_t next_bits(void)
{
    uint64_t x = generator;
    if (x == 0) {
        struct timespec now;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        x = ((uint64_t)now.tv_nsec << 20 ^ (uint64_t)syscall(SYS_gettid)) * 0x9e3779b97f4a7c15u;
        x |= 1;
    }
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    generator = x;
    return x;
}

void __sanitizer_cov_trace_pc(void)
{
    if (!is_ready)
        get_ready();
    if (!is_test || one_in == 0)
        return;
    uintptr_t place = (uintptr_t)__builtin_return_address(0);
    uint16_t *count = &visits[(uint32_t)place * 0x9e3779b1u >> 16];
    uint16_t before = *count;
    if (before < UINT16_MAX)
        *count = (uint16_t)(before + 1);
    uint64_t bits = next_bits();
    if ((uint32_t)bits < UINT32_MAX / one_in / (1 + before / 4u))
        stand_still(place, bits);
}
