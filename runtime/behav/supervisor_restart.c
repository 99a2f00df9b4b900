/* supervisor_restart.c - what a supervisor does about a child that has ended.
 *
 * Idea: OTP's rules. The child's restart type and reason say whether it is to run again; then the
 * restart is counted, one for the whole group; within the limit the strategy says who is started
 * again, else the supervisor shuts down. A failed attempt comes back here by a message of the
 * supervisor to itself and counts again. With a back-off, which OTP has not, the start waits; what
 * goes along with the child is stopped at once. The times of past restarts are a ring: those that
 * have left the window go first, so counting takes constant time on average.
 * Threads: the supervisor's process.
 * Locks: none.
 * Owns: the ring, in owned memory. */
#include "base/mutant.h"
#include "behav/supervisor.h"

#define FIRST_TIMES 4

/* Twice as much room for times. False: no memory. */
static bool grow(struct otpi_restarts *restarts)
{
    size_t capacity = restarts->capacity == 0 ? FIRST_TIMES : restarts->capacity * 2;
    otp_instant *times = otp_alloc(capacity * sizeof(*times));
    if (times == NULL)
        return false;
    for (size_t i = 0; i < restarts->count; i++)
        times[i] = restarts->times[(restarts->first + i) % restarts->capacity];
    otp_free(restarts->times);
    restarts->times = times;
    restarts->first = 0;
    restarts->capacity = capacity;
    return true;
}

bool otpi_restart_record(struct otpi_restarts *restarts, uint32_t max, otp_duration period)
{
    otp_instant now = otp_now();
    otp_duration kept = OTP_MUTANT(B084) ? period - 1 : period;
    while (restarts->count > 0 && now - restarts->times[restarts->first] > kept) {
        restarts->first = (restarts->first + 1) % restarts->capacity;
        restarts->count--;
    }
    if (restarts->count >= max && !OTP_MUTANT(B080))
        return false;
    if (restarts->count == restarts->capacity && !grow(restarts))
        return false;
    restarts->times[(restarts->first + restarts->count) % restarts->capacity] = now;
    restarts->count++;
    return true;
}

/* -- back-off -- */

otp_duration otpi_backoff_next(struct otpi_backoff *backoff, bool ran)
{
    if (backoff->min == 0)
        return 0;
    if (backoff->last == 0 || (ran && otp_now() - backoff->since >= backoff->max))
        backoff->last = backoff->min;
    else
        backoff->last = backoff->last > backoff->max / 2 ? backoff->max : backoff->last * 2;
    return backoff->last;
}

void otpi_backoff_started(struct otpi_backoff *backoff)
{
    if (backoff->min > 0)
        backoff->since = otp_now();
}

/* -- restarting -- */

/* Starts child again, and those that go with it: after delay, but they are stopped at once. */
static void start_again(struct otpi_supervisor *sup, struct otpi_child *child, otp_duration delay)
{
    struct otpi_child *all = OTP_MUTANT(B074) || OTP_MUTANT(B090) ? child : NULL;
    struct otpi_child *rest = OTP_MUTANT(B075) || OTP_MUTANT(B091) ? NULL : child;
    switch ((enum otp_strategy)sup->spec->strategy) {
    case OTP_ONE_FOR_ONE:
        if (delay > 0)
            otpi_supervisor_put_off(sup, child, OTPI_EVENT_AGAIN, delay);
        else
            otpi_walk_restart_one(sup, child);
        break;
    case OTP_ONE_FOR_ALL: otpi_walk_restart_from(sup, all, child, delay); break;
    case OTP_REST_FOR_ONE: otpi_walk_restart_from(sup, rest, child, delay); break;
    }
}

/* Restarts child, which is STOPPED, or gives up. ran: it has been running. */
static void restart(struct otpi_supervisor *sup, struct otpi_child *child, bool ran)
{
    const struct otp_supervisor *spec = sup->spec;
    if (OTP_MUTANT(B081) && !otpi_restart_record(&sup->restarts, spec->max_restarts, spec->period))
        return;
    if (!otpi_restart_record(&sup->restarts, spec->max_restarts, spec->period)) {
        otpi_supervisor_log(sup, child, OTP_LOG_ERROR, OTP_LOG_GIVE_UP, NULL,
                            "max_restarts reached: the supervisor shuts down");
        otpi_walk_shutdown(sup, OTP_MUTANT(B106) ? otp_error("gave up") : otp_shutdown());
        return;
    }
    start_again(sup, child, otpi_backoff_next(&child->backoff, ran));
}

/* A child has ended for good by itself: perhaps the supervisor has nothing left to live for. */
static void consider_shutdown(struct otpi_supervisor *sup, bool significant)
{
    uint32_t when = sup->spec->auto_shutdown;
    if (!significant || when == OTP_NEVER || OTP_MUTANT(B109))
        return;
    if (when == OTP_ALL_SIGNIFICANT && sup->children.significant > 0)
        return;
    otpi_walk_shutdown(sup, OTP_MUTANT(B110) ? otp_error("auto") : otp_shutdown());
}

void otpi_restart_ended(struct otpi_supervisor *sup, struct otpi_child *child, otp_reason reason)
{
    const struct otp_child *spec = child->spec;
    bool clean = otp_reason_is_clean(reason);
    bool significant = spec->significant != 0;
    if (!clean || spec->restart == OTP_PERMANENT)
        otpi_supervisor_log(sup, child, clean ? OTP_LOG_WARNING : OTP_LOG_ERROR, OTP_LOG_CHILD_EXIT,
                            &reason, "child ended");
    otpi_children_set(&sup->children, child, otp_no_pid(), OTP_CHILD_STOPPED);
    if (spec->restart == OTP_PERMANENT || (spec->restart == OTP_TRANSIENT && !clean) ||
        OTP_MUTANT(B078) || OTP_MUTANT(B083)) {
        restart(sup, child, true);
        return;
    }
    if (spec->restart == OTP_TEMPORARY)
        otpi_children_remove(&sup->children, child);
    consider_shutdown(sup, significant);
}

void otpi_restart_retry(struct otpi_supervisor *sup, struct otpi_child *child)
{
    otpi_children_set(&sup->children, child, otp_no_pid(), OTP_CHILD_STOPPED);
    if (OTP_MUTANT(B085) && sup->restarts.count > 0)
        sup->restarts.count--;
    restart(sup, child, false);
}

void otpi_restart_again(struct otpi_supervisor *sup, struct otpi_child *child)
{
    otpi_children_set(&sup->children, child, otp_no_pid(), OTP_CHILD_STOPPED);
    start_again(sup, child, 0);
}
