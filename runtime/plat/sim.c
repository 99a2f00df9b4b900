/* sim.c - threads one at a time, as a seed says.
 *
 * Idea: see sim.h. There is one baton. Who has it runs; at each step of its it may go to another
 * thread that could go on, which the generator chooses among them in the order of their making. Who
 * waits is asleep on its own condition, whatever word it waits for. If nobody can go on the clock
 * jumps to the first deadline. A thread that does nothing but ask, for the time or about a process,
 * waits in its own way: if all that could go on have asked so many times in a row the clock jumps
 * too, and asking for the time takes a little, so that loops until a time end. That is counted,
 * never measured.
 * A thread that has the baton and waits for something outside holds up all others. After a second
 * without a step (OTP_SIM_PATIENCE=milliseconds; 0: never) it is passed by: the baton goes on, and
 * it takes its turn when it comes back. Then the run is not exact any more, and that is reported.
 * Threads: any. Locks: sim.lock, the innermost of all; the state is read and written under it.
 * Owns: the records of threads, for ever: there are as many as there were threads at once.
 */
#include "plat/sim.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "plat/plat.h"

enum {
    PATIENCE_MS = 1000,
    PATIENT = 64,     /* askings in a row, then a thread waits in its own way */
    ASKING_NS = 1000, /* what one takes */
    STAY = 4          /* at one step of so many the baton is passed on */
};

enum state {
    UNUSED,
    READY,   /* could go on; the one that has the baton too */
    WAITING, /* for a word, until a deadline */
    OUTSIDE, /* of the program's, not in the library */
    PASSED   /* had the baton and did not come back in time */
};

struct otpi_sim_thread {
    struct otpi_sim_thread *next;
    pthread_cond_t turn;
    enum state state;
    uint64_t run; /* of the runtime, that it belongs to */
    uint32_t id;
    uint32_t depth; /* of the program's: how often it has entered */
    bool is_starter, has_ended;
    uint32_t asked; /* in a row */
    const uint32_t *word;
    otp_instant deadline;
};

static struct {
    pthread_mutex_t lock;
    struct otpi_sim_thread *threads, *last; /* in order of making */
    struct otpi_sim_thread *baton;          /* who has it; NULL: nobody could go on */
    uint64_t run;                           /* atomic: written under lock */
    uint64_t random, steps, trace;
    uint64_t visits; /* of who has the baton, beside its steps */
    otp_instant now;
    uint32_t next_id;
    long patience; /* milliseconds; 0: without end */
    bool exact;
} sim = { .lock = PTHREAD_MUTEX_INITIALIZER };

bool otpi_sim_on;
static _Thread_local struct otpi_sim_thread *own;

/* The calling thread, if it takes part in this run. */
static struct otpi_sim_thread *self(void)
{
    return own != NULL && own->run == __atomic_load_n(&sim.run, __ATOMIC_RELAXED) ? own : NULL;
}

/* -- choosing -- */

static uint64_t next_random(void)
{
    return otpi_hash_mix(sim.random += 0x9e3779b97f4a7c15u);
}

/* Everything that tells one run from another goes in here. */
static void note(uint64_t what)
{
    sim.trace = (sim.trace ^ what) * 0x100000001b3u;
    sim.trace ^= sim.trace >> 29;
}

/* Those whose time has come can go on. */
static void wake_due(void)
{
    for (struct otpi_sim_thread *thread = sim.threads; thread != NULL; thread = thread->next)
        if (thread->state == WAITING && thread->deadline <= sim.now) {
            thread->state = READY;
            thread->asked = 0;
        }
}

/* To the first deadline; false: nobody waits for one. */
static bool jump(void)
{
    otp_instant first = OTP_INFINITY;

    for (struct otpi_sim_thread *thread = sim.threads; thread != NULL; thread = thread->next)
        if (thread->state == WAITING && thread->deadline < first)
            first = thread->deadline;
    if (first == OTP_INFINITY)
        return false;
    if (first > sim.now)
        sim.now = first;
    wake_due();
    return true;
}

static uint32_t count_ready(const struct otpi_sim_thread *but)
{
    uint32_t n = 0;

    for (struct otpi_sim_thread *thread = sim.threads; thread != NULL; thread = thread->next)
        n += thread->state == READY && thread != but;
    return n;
}

/* Gives the baton to one that can go on; to nobody if there is none, not even later. */
static void pass_on(void)
{
    uint32_t n = count_ready(NULL), chosen;
    struct otpi_sim_thread *thread;

    sim.baton = NULL;
    if (n == 0 && jump())
        n = count_ready(NULL);
    if (n == 0)
        return;
    chosen = (uint32_t)(next_random() % n);
    for (thread = sim.threads; thread->state != READY || chosen-- > 0;)
        thread = thread->next;
    sim.baton = thread;
    sim.steps++;
    note((uint64_t)thread->id << 40 ^ (uint64_t)sim.now);
    if (thread != self())
        pthread_cond_signal(&thread->turn);
}

/* -- the baton -- */

/* Nobody has made a step since: whoever has the baton is somewhere else. */
static void pass_by(void)
{
    if (sim.baton == NULL)
        return;
    sim.baton->state = PASSED;
    sim.exact = false;
    pass_on();
}

static void wait_a_while(struct otpi_sim_thread *me)
{
    uint64_t steps = sim.steps, visits = sim.visits;
    struct timespec until;

    if (sim.patience == 0) {
        (void)pthread_cond_wait(&me->turn, &sim.lock);
        return;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += sim.patience / 1000;
    until.tv_nsec += sim.patience % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    if (pthread_cond_timedwait(&me->turn, &sim.lock, &until) == ETIMEDOUT && steps == sim.steps &&
        visits == sim.visits)
        pass_by();
}

static void await_turn(struct otpi_sim_thread *me)
{
    while (otpi_sim_is_on() && me->run == sim.run && sim.baton != me) {
        if (me->state == PASSED) { /* it had its turn, and was too slow to see it */
            me->state = READY;
            if (sim.baton == NULL)
                pass_on();
        } else {
            wait_a_while(me);
        }
    }
}

/* Has the baton when it returns. Takes the lock. */
static void take(struct otpi_sim_thread *me)
{
    (void)pthread_mutex_lock(&sim.lock);
    if (sim.baton == me)
        sim.visits++;
    if (sim.baton == me || me->run != sim.run)
        return;
    me->state = READY;
    if (sim.baton == NULL)
        pass_on();
    await_turn(me);
}

static void let_go(void)
{
    (void)pthread_mutex_unlock(&sim.lock);
}

/* Perhaps another goes on, if one can. With the lock and the baton. */
static void step(struct otpi_sim_thread *me)
{
    if (count_ready(me) == 0 || next_random() % STAY != 0)
        return;
    pass_on();
    await_turn(me);
}

/* The same of a thread that asks: whoever could go on does nothing else. */
static bool all_ask(void)
{
    for (struct otpi_sim_thread *thread = sim.threads; thread != NULL; thread = thread->next)
        if (thread->state == READY && thread->asked < PATIENT)
            return false;
    return true;
}

static void ask(struct otpi_sim_thread *me)
{
    me->asked++;
    if (me->asked >= PATIENT && all_ask()) {
        for (struct otpi_sim_thread *thread = sim.threads; thread != NULL; thread = thread->next)
            thread->asked = 0;
        (void)jump();
    }
    step(me);
}

/* -- records -- */

static struct otpi_sim_thread *find_unused(void)
{
    struct otpi_sim_thread *thread = sim.threads;

    while (thread != NULL && thread->state != UNUSED)
        thread = thread->next;
    return thread;
}

static struct otpi_sim_thread *make_thread(void)
{
    struct otpi_sim_thread *thread = malloc(sizeof *thread); /* of no runtime: it outlives them */
    pthread_condattr_t attributes;

    if (thread == NULL)
        return NULL;
    memset(thread, 0, sizeof *thread);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&thread->turn, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (sim.last != NULL)
        sim.last->next = thread;
    else
        sim.threads = thread;
    sim.last = thread;
    return thread;
}

/* With the lock. NULL: no memory. */
static struct otpi_sim_thread *add_thread(enum state state)
{
    struct otpi_sim_thread *thread = find_unused();

    if (thread == NULL)
        thread = make_thread();
    if (thread == NULL)
        return NULL;
    thread->state = state;
    thread->run = sim.run;
    thread->id = sim.next_id++;
    thread->depth = thread->asked = 0;
    thread->is_starter = thread->has_ended = false;
    thread->word = NULL;
    return thread;
}

/* -- the whole -- */

static long number_of(const char *name, long otherwise)
{
    const char *text = otpi_plat_environment(name);
    return text == NULL || *text == '\0' ? otherwise : strtol(text, NULL, 10);
}

/* False: OTP_SIM_SEED is not set; or is no number, which is said. */
static bool read_seed(uint64_t *seed)
{
    static const char complaint[] =
        "libotp: OTP_SIM_SEED is no number up to 18446744073709551615, so this is no simulation\n";
    const char *text = otpi_plat_environment("OTP_SIM_SEED");
    char *end;

    if (text == NULL || *text == '\0')
        return false;
    errno = 0;
    *seed = strtoull(text, &end, 10);
    if (*end == '\0' && errno == 0 && *text >= '0' && *text <= '9')
        return true;
    otpi_plat_print_error(complaint, sizeof complaint - 1);
    return false;
}

void otpi_sim_start(void)
{
    uint64_t seed;

    if (!read_seed(&seed))
        return;
    (void)pthread_mutex_lock(&sim.lock);
    __atomic_store_n(&sim.run, sim.run + 1, __ATOMIC_RELAXED);
    sim.random = seed;
    sim.steps = sim.trace = 0;
    sim.now = OTP_S;
    sim.next_id = 0;
    sim.patience = number_of("OTP_SIM_PATIENCE", PATIENCE_MS);
    sim.exact = true;
    for (struct otpi_sim_thread *thread = sim.threads; thread != NULL; thread = thread->next)
        thread->state = UNUSED;
    own = add_thread(READY);
    if (own == NULL)
        otpi_plat_die("no memory for a simulation");
    own->is_starter = true;
    sim.baton = own;
    __atomic_store_n(&otpi_sim_on, true, __ATOMIC_RELAXED);
    let_go();
}

void otpi_sim_stop(void)
{
    if (!otpi_sim_is_on())
        return;
    (void)pthread_mutex_lock(&sim.lock);
    __atomic_store_n(&otpi_sim_on, false, __ATOMIC_RELAXED);
    __atomic_store_n(&sim.run, sim.run + 1, __ATOMIC_RELAXED);
    sim.baton = NULL;
    for (struct otpi_sim_thread *thread = sim.threads; thread != NULL; thread = thread->next)
        (void)pthread_cond_broadcast(&thread->turn);
    let_go();
}

void otpi_sim_forget_all(void)
{
    __atomic_store_n(&otpi_sim_on, false, __ATOMIC_RELAXED);
    own = NULL;
    (void)pthread_mutex_init(&sim.lock, NULL); /* whoever had it is not here */
}

void otpi_sim_read(struct otpi_sim_report *report)
{
    (void)pthread_mutex_lock(&sim.lock);
    report->steps = sim.steps;
    report->trace = sim.trace;
    report->exact = sim.exact;
    let_go();
}

/* -- threads of the program -- */

void otpi_sim_enter(void)
{
    struct otpi_sim_thread *me = self();

    if (me == NULL) {
        (void)pthread_mutex_lock(&sim.lock);
        me = own = add_thread(OUTSIDE);
        sim.exact = false;
        let_go();
        if (me == NULL)
            otpi_plat_die("no memory for a simulation");
    }
    me->depth++;
    take(me);
    ask(me);
    let_go();
}

void otpi_sim_leave(void)
{
    struct otpi_sim_thread *me = self();

    if (me == NULL || me->depth == 0 || --me->depth > 0 || me->is_starter)
        return;
    (void)pthread_mutex_lock(&sim.lock);
    me->state = OUTSIDE;
    if (sim.baton == me)
        pass_on();
    let_go();
}

void otpi_sim_end_foreign(void)
{
    struct otpi_sim_thread *me = self();

    if (me == NULL)
        return;
    (void)pthread_mutex_lock(&sim.lock);
    me->state = UNUSED;
    if (sim.baton == me)
        pass_on();
    let_go();
    own = NULL;
}

/* -- threads of the library -- */

struct otpi_sim_thread *otpi_sim_announce(void)
{
    struct otpi_sim_thread *thread;

    (void)pthread_mutex_lock(&sim.lock);
    thread = add_thread(READY);
    let_go();
    return thread;
}

void otpi_sim_withdraw(struct otpi_sim_thread *thread)
{
    (void)pthread_mutex_lock(&sim.lock);
    thread->state = UNUSED;
    if (sim.baton == thread)
        pass_on();
    let_go();
}

void otpi_sim_begin(struct otpi_sim_thread *thread)
{
    own = thread;
    (void)pthread_mutex_lock(&sim.lock);
    await_turn(thread);
    let_go();
}

/* Its record stays in use until it was joined. */
void otpi_sim_end(void)
{
    struct otpi_sim_thread *me = own;

    take(me);
    me->has_ended = true;
    me->state = OUTSIDE;
    for (struct otpi_sim_thread *thread = sim.threads; thread != NULL; thread = thread->next)
        if (thread->state == WAITING && thread->word == &me->id)
            thread->state = READY;
    if (sim.baton == me)
        pass_on();
    let_go();
    own = NULL;
}

void otpi_sim_join(struct otpi_sim_thread *thread)
{
    struct otpi_sim_thread *me = self();

    if (me == NULL)
        return;
    take(me);
    while (otpi_sim_is_on() && !thread->has_ended) {
        me->word = &thread->id;
        me->deadline = OTP_INFINITY;
        me->state = WAITING;
        pass_on();
        await_turn(me);
    }
    thread->state = UNUSED;
    let_go();
}

/* -- what plat.h has -- */

otp_instant otpi_sim_now(void)
{
    struct otpi_sim_thread *me = self();
    otp_instant now;

    if (me == NULL) {
        (void)pthread_mutex_lock(&sim.lock);
        now = sim.now;
        let_go();
        return now;
    }
    take(me);
    sim.now += ASKING_NS;
    wake_due();
    ask(me);
    now = sim.now;
    let_go();
    return now;
}

/* Like the kernel's: the word is compared and slept on with nobody in between. */
void otpi_sim_wait(const uint32_t *word, uint32_t expected, otp_instant deadline)
{
    bool is_guest = self() == NULL;
    struct otpi_sim_thread *me;

    if (is_guest)
        otpi_sim_enter();
    me = self();
    take(me);
    me->asked = 0;
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == expected && deadline > sim.now) {
        me->word = word;
        me->deadline = deadline;
        me->state = WAITING;
        pass_on();
        await_turn(me);
    } else {
        step(me);
    }
    let_go();
    if (is_guest)
        otpi_sim_leave();
}

void otpi_sim_wake(const uint32_t *word, int count)
{
    struct otpi_sim_thread *me = self();

    if (me != NULL)
        take(me);
    else
        (void)pthread_mutex_lock(&sim.lock);
    for (struct otpi_sim_thread *thread = sim.threads; thread != NULL && count > 0;
         thread = thread->next)
        if (thread->state == WAITING && thread->word == word) {
            thread->state = READY;
            thread->asked = 0;
            count--;
        }
    if (me != NULL) {
        me->asked = 0;
        step(me);
    } else if (sim.baton == NULL) {
        pass_on();
    }
    let_go();
}

uint64_t otpi_sim_random(void)
{
    uint64_t number;

    (void)pthread_mutex_lock(&sim.lock);
    number = next_random();
    let_go();
    return number;
}

void otpi_sim_point(void)
{
    struct otpi_sim_thread *me = self();

    if (me == NULL)
        return;
    take(me);
    me->asked = 0;
    step(me);
    let_go();
}

void otpi_sim_ask(void)
{
    struct otpi_sim_thread *me = self();

    if (me == NULL)
        return;
    take(me);
    ask(me);
    let_go();
}
