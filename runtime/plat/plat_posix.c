/* plat_posix.c - Linux and pthreads behind plat.h: time, waiting, locks, threads.
 *
 * Idea: each function is one system call or a few, with nothing kept in between. A lock and a wait
 * are built on the futex, as the runtime wants absolute deadlines and locks of four bytes.
 * Threads: any. Locks: otpi_lock is made here and takes no other.
 * Owns: nothing but what a thread needs between its creation and its first instruction.
 */
#include "plat/plat.h"
#include "plat/tls.h"
#include <otp/errno.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "plat/cgroup.h"
#include "plat/file.h"
#include "plat/sim.h"

/* Of the kernel's interface; linux/futex.h is not everywhere where a libc is. */
enum { WAKE_PRIVATE = 1 | 128, WAIT_BITSET_PRIVATE = 9 | 128 };
#define ANY_BIT UINT32_MAX

enum {
    TIMER_SLACK = 1000,        /* ns */
    LOCK_SPINS = 64,           /* about a microsecond: longer than any leaf section */
    THREAD_STACK = 256 * 1024, /* at least: musl's default is less */
    SIMULATED_CPUS = 2,        /* the same on every machine */
    NAME_SIZE = 16             /* the kernel's limit, terminator included */
};

otp_instant otpi_plat_now(void)
{
    struct timespec now;
    if (otpi_sim_is_on())
        return otpi_sim_now();
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (otp_instant)now.tv_sec * OTP_S + now.tv_nsec;
}

otp_instant otpi_plat_now_coarse(void)
{
    struct timespec now;
    if (otpi_sim_is_on())
        return otpi_sim_now();
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (otp_instant)now.tv_sec * OTP_S + now.tv_nsec;
}

otp_duration otpi_plat_coarseness(void)
{
    struct timespec tick;
    if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) != 0)
        return OTP_INFINITY;
    return (otp_duration)tick.tv_sec * OTP_S + tick.tv_nsec;
}

/* -- waiting -- */

void otpi_plat_wait(const uint32_t *word, uint32_t expected, otp_instant deadline)
{
    struct timespec until;
    struct timespec *limit = NULL;
    if (otpi_sim_is_on()) {
        otpi_sim_wait(word, expected, deadline);
        return;
    }
    if (deadline != OTP_INFINITY) {
        otp_instant at = deadline > 0 ? deadline : 0;
        until.tv_sec = (time_t)(at / OTP_S);
        until.tv_nsec = (long)(at % OTP_S);
        limit = &until;
    }
    /* The plain FUTEX_WAIT takes a relative time; this one is absolute and CLOCK_MONOTONIC. All its
     * results - woken, changed, late, interrupted - mean the same: look again. */
    (void)syscall(SYS_futex, word, WAIT_BITSET_PRIVATE, expected, limit, NULL, ANY_BIT);
}

void otpi_plat_wake(const uint32_t *word, int count)
{
    if (otpi_sim_is_on())
        otpi_sim_wake(word, count);
    /* In a simulation too, for who has slept before it began. Fails only if the word's page is
     * gone, and then nobody sleeps on it. */
    (void)syscall(SYS_futex, word, WAKE_PRIVATE, count, NULL, NULL, 0);
}

void otpi_plat_relax(void)
{
    if (otpi_sim_is_on())
        otpi_sim_point();
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    __asm__ volatile("yield" ::: "memory");
#endif
}

/* -- the lock: 0 free, 1 held, 2 held and perhaps somebody sleeps -- */

/* Who sleeps once must take the lock as 2: it cannot know whether others sleep too. A needless wake
 * is the price, a lost one would be for ever. */
int otpi_tls_stamp;

int *otp_errno(void)
{
    return __errno_location();
}

void otpi_lock_take_slowly(struct otpi_lock *lock)
{
    for (int i = 0; i < LOCK_SPINS; i++) {
        /* relaxed: only a hint, the exchange below or in otpi_lock_try decides */
        uint32_t seen = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);
        if (seen == 0 && otpi_lock_try(lock))
            return;
        if (seen == 2)
            break; /* others gave up spinning before us */
        otpi_plat_relax();
    }
    /* acquire: as in otpi_lock_try. The kernel compares the word again under its own lock, so a
     * release between the exchange and the wait is not missed. */
    while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
        otpi_plat_wait(&lock->word, 2, OTP_INFINITY);
}

void otpi_lock_wake(struct otpi_lock *lock)
{
    otpi_plat_wake(&lock->word, 1);
}

bool (*otpi_plat_refuses)(enum otpi_need need);

/* -- threads -- */

/* What a new thread must know; it frees this. */
struct beginning {
    void (*run)(void *arg);
    void *arg;
    struct otpi_sim_thread *simulated;
    char name[NAME_SIZE];
};

void otpi_plat_thread_text(char *out, size_t size)
{
    struct otpi_text text;
    char name[NAME_SIZE] = "";

    (void)prctl(PR_GET_NAME, name, 0, 0, 0);
    otpi_text_begin(&text, out, size);
    otpi_text_add_string(&text, name);
    otpi_text_add(&text, " ", 1);
    otpi_text_add_number(&text, syscall(SYS_gettid));
}

static void *begin_thread(void *given)
{
    struct beginning *beginning = given;
    void (*run)(void *arg) = beginning->run;
    void *arg = beginning->arg;
    struct otpi_sim_thread *simulated = beginning->simulated;
    /* Both are niceties: a thread without them works, only later and without a name. */
    (void)prctl(PR_SET_NAME, beginning->name, 0, 0, 0);
    (void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK, 0, 0, 0);
    otpi_release(beginning, sizeof *beginning);
    if (simulated != NULL)
        otpi_sim_begin(simulated);
    run(arg);
    if (simulated != NULL)
        otpi_sim_end();
    return NULL;
}

/* All signals but those that an instruction of the thread itself raises. */
static void fill_asynchronous(sigset_t *set)
{
    static const int synchronous[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS };
    (void)sigfillset(set);
    for (size_t i = 0; i < sizeof synchronous / sizeof synchronous[0]; i++)
        (void)sigdelset(set, synchronous[i]);
}

static int create_thread(pthread_t *thread, struct beginning *beginning)
{
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0)
        return error;
    size_t stack = 0;
    error = pthread_attr_getstacksize(&attributes, &stack);
    if (error == 0 && stack < THREAD_STACK)
        error = pthread_attr_setstacksize(&attributes, THREAD_STACK);
    /* The mask is inherited: blocked here, so that there is no moment when the new thread is
     * open. */
    sigset_t blocked;
    sigset_t before;
    fill_asynchronous(&blocked);
    if (error == 0)
        error = pthread_sigmask(SIG_BLOCK, &blocked, &before);
    if (error == 0) {
        error = pthread_create(thread, &attributes, begin_thread, beginning);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* a mask we had: cannot fail */
    }
    (void)pthread_attr_destroy(&attributes);
    return error;
}

otp_status otpi_thread_start(struct otpi_thread *thread, const char *name, void (*run)(void *arg),
                             void *arg)
{
    struct beginning *beginning = otpi_alloc_zero(sizeof *beginning);
    if (beginning == NULL)
        return OTP_NOMEM;
    beginning->run = run;
    beginning->arg = arg;
    size_t size = strnlen(name, NAME_SIZE - 1);
    memcpy(beginning->name, name, size);
    if (otpi_sim_is_on()) {
        beginning->simulated = otpi_sim_announce();
        if (beginning->simulated == NULL) {
            otpi_release(beginning, sizeof *beginning);
            return OTP_NOMEM;
        }
    }
    thread->simulated = beginning->simulated;
    pthread_t handle;
    int error = otpi_plat_is_refused(OTPI_NEED_THREAD) ? EAGAIN : create_thread(&handle, beginning);
    if (error != 0) {
        if (thread->simulated != NULL)
            otpi_sim_withdraw(thread->simulated);
        otpi_release(beginning, sizeof *beginning);
        return error == ENOMEM ? OTP_NOMEM : OTP_SYSTEM;
    }
    thread->handle = (uintptr_t)handle;
    return OTP_OK;
}

void otpi_thread_join(struct otpi_thread *thread)
{
    if (thread->simulated != NULL && otpi_sim_is_on())
        otpi_sim_join(thread->simulated);
    if (pthread_join((pthread_t)thread->handle, NULL) != 0)
        otpi_plat_die("a thread was joined twice, or by itself");
}

/* Who is called when a thread ends; owner: the thread, through the key. Plain malloc: a foreign
 * thread may outlive the allocator that the runtime was given. */
struct farewell {
    void (*run)(void *arg);
    void *arg;
};

static pthread_once_t farewell_once = PTHREAD_ONCE_INIT;
static pthread_key_t farewell_key; /* written once, through farewell_once */
static int farewell_error;         /* the same */

/* The key is empty again when this runs, so run may register anew. */
static void say_farewell(void *given)
{
    struct farewell farewell = *(struct farewell *)given;
    free(given);
    farewell.run(farewell.arg);
}

static void make_farewell_key(void)
{
    farewell_error = pthread_key_create(&farewell_key, say_farewell);
}

otp_status otpi_plat_on_thread_exit(void (*run)(void *arg), void *arg)
{
    if (pthread_once(&farewell_once, make_farewell_key) != 0 || farewell_error != 0)
        return OTP_SYSTEM;
    struct farewell *farewell = pthread_getspecific(farewell_key);
    if (farewell == NULL) {
        farewell = malloc(sizeof *farewell);
        if (farewell == NULL)
            return OTP_NOMEM;
        if (pthread_setspecific(farewell_key, farewell) != 0) {
            free(farewell);
            return OTP_NOMEM;
        }
    }
    farewell->run = run;
    farewell->arg = arg;
    return OTP_OK;
}

/* -- the process -- */

/* CPUs in the affinity mask. A machine with more CPUs than the set has bits gives EINVAL. */
static uint32_t affinity_cpus(void)
{
    for (size_t bits = CPU_SETSIZE; bits <= 1u << 20; bits *= 2) {
        cpu_set_t *set = CPU_ALLOC(bits);
        if (set == NULL)
            break;
        size_t size = CPU_ALLOC_SIZE(bits);
        int failed = sched_getaffinity(0, size, set);
        int error = errno;
        int count = failed ? 0 : CPU_COUNT_S(size, set);
        CPU_FREE(set);
        if (!failed)
            return count > 0 ? (uint32_t)count : 1;
        if (error != EINVAL)
            break;
    }
    return 1;
}

uint32_t otpi_plat_cpus(void)
{
    char membership[4096];
    if (otpi_sim_is_on())
        return SIMULATED_CPUS;
    uint32_t cpus = affinity_cpus();
    if (!otpi_file_read("/proc/self/cgroup", membership, sizeof membership))
        return cpus;
    uint32_t quota = otpi_cgroup_cpus(membership, "/sys/fs/cgroup");
    return quota < cpus ? quota : cpus;
}

otp_status otpi_plat_at_fork(void (*child)(void))
{
    return pthread_atfork(NULL, NULL, child) == 0 ? OTP_OK : OTP_NOMEM;
}

const char *otpi_plat_environment(const char *name)
{
    return getenv(name);
}

void otpi_plat_print_error(const char *line, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(STDERR_FILENO, line, size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return; /* standard error is gone: there is nobody left to tell */
        line += wrote;
        size -= (size_t)wrote;
    }
}

OTP_NORETURN void otpi_plat_die(const char *text)
{
    static const char prefix[] = "libotp: ";
    char line[256];
    size_t used = sizeof prefix - 1;
    memcpy(line, prefix, used);
    size_t size = strnlen(text, sizeof line - used - 1);
    memcpy(line + used, text, size);
    line[used + size] = '\n';
    otpi_plat_print_error(line, used + size + 1);
    abort();
}

uint64_t otpi_plat_random(void)
{
    uint64_t number = 0;
    if (otpi_sim_is_on())
        return otpi_sim_random();
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) == (ssize_t)sizeof number)
        return number;
    /* The kernel has none yet, early at boot: time and place still differ from run to run. */
    number = (uint64_t)otpi_plat_now() ^ (uint64_t)(uintptr_t)&number << 16;
    return (number ^ (uint64_t)getpid() << 48) * 0x9e3779b97f4a7c15ULL;
}
