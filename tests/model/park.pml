/* park.pml - a fiber that waits, and those who wake it.
 *
 * Models: otpi_fiber_park, otpi_fiber_wake, hear (fiber.c); otp_yield (run.c);
 * wait_parked (call.c); otpi_sched_ready and otpi_sched_park as a list of ready fibers (sched.c).
 * Shows: I2 (a waker makes a fiber ready only if it found PARKED: it is in one list at most), no
 * wake is lost, and one too many does no harm.
 * A fiber waits for two things in turn, and gives way once in between. Each thing has somebody who
 * makes it true and then wakes; a third one wakes it for no reason, at any time (who ends a process
 * may mean an earlier tenant of its slot). Once there may be no other fiber to go on with.
 */
#define PARKED 255

byte wake;  /* counts */
byte heard; /* so many of them the fiber has heard of */
byte ready; /* how often it is in a ready list */
bool done[2], running = true, nomem;

inline wake_fiber()
{
    d_step {
        was = wake;
        wake = (wake == PARKED -> 0 : wake + 1)
    };
    if
#ifdef BUG_READY_WHATEVER_WAS
    :: true ->
#else
    :: was == PARKED ->
#endif
        assert(ready == 0 && !running);
        ready++
#ifndef BUG_READY_WHATEVER_WAS
    :: else
#endif
    fi
}

proctype waker(byte what)
{
    byte was;
    done[what] = true;
    wake_fiber()
}

proctype stranger()
{
    byte was;
    wake_fiber()
}

inline change(from, to)
{
    d_step {
        ok = wake == from;
        wake = (ok -> to : wake)
    }
}

/* otpi_sched_park: its worker does other things until it takes this fiber out of the ready list. */
inline leave()
{
    ready > 0;
    d_step {
        ready--;
        running = true
    }
}

inline park()
{
#ifdef BUG_HEAR_BEFORE_PARKING
    heard = wake;
#endif
#ifdef BUG_PARK_WITHOUT_LOOKING
    d_step { ok = true; wake = PARKED; running = false };
#else
    d_step { /* from here on its worker is about to leave it: nobody else will run it */
        ok = wake == heard;
        wake = (ok -> PARKED : wake);
        running = !ok
    };
#endif
    if
    :: ok ->
        if
        :: leave()
        :: !nomem && ready == 0 -> /* no other fiber, and this one is not ready */
            nomem = true;
            change(PARKED, 0);
            if
            :: ok -> running = true
            :: else -> leave()
            fi
        fi
    :: else
    fi;
    heard = wake
}

inline wait_for(what)
{
    do
    :: done[what] -> break
    :: else -> park()
    od
}

inline yield()
{
    d_step {
        running = false;
        ready++
    };
    leave()
}

active proctype fiber()
{
    bool ok;
    wait_for(0);
    yield();
    wait_for(1);
    assert(ready == 0)
}

init
{
    atomic {
        run waker(0);
        run waker(1);
        run stranger();
        run stranger()
    }
}
