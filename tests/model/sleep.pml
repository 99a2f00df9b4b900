/* sleep.pml - workers that fall asleep, and those who wake them.
 *
 * Models: otpi_sched_idle, sleep_until, wake_watcher, otpi_sched_wake, otpi_sched_wake_any (idle.c);
 * inject and otpi_sched_ready (sched.c); otpi_timer_send by a foreign thread (timer.c);
 * otpi_watch_main (watch.c); the futex (plat_posix.c).
 * Shows: no wake-up is lost. When nothing moves any more no process is left in the shared queue, no
 * fiber in a list of ready ones, no timer that all sleep past; and while a worker works, be it for
 * ever, the watcher does not sleep.
 * A foreign thread does one of these at a time: it puts a process into the shared queue, makes a
 * fiber of worker 0 ready, arms a timer. A worker that takes something may never come back.
 * All is sequentially consistent here, so what the fences of the code are for is a bug to be seeded:
 * without the one in wake and wake_any a look at `sleeping` may come before what was made is seen.
 */
#define WORKERS 2

byte injected, ready_in;        /* of worker 0 */
bool timer;                     /* armed, in a heap */
bool sleeping[WORKERS], blocked[WORKERS], stuck[WORKERS];
byte n_sleeping, n_spinning;
bool watching = true, watcher_blocked;

inline wake_watcher()
{
    if
    :: !watching ->
        d_step {
            was = watching;
            watching = true
        };
        if
        :: !was -> watcher_blocked = false
        :: else
        fi
    :: else
    fi
}

inline rouse(w, was)
{
    if
    :: sleeping[w] ->
        d_step {
            was = sleeping[w];
            sleeping[w] = false
        };
        if
        :: was ->
            n_sleeping--;
            blocked[w] = false;
#ifndef BUG_WAKER_LEAVES_WATCHER
            wake_watcher();
#endif
            was = true
        :: else
        fi
    :: else -> was = false
    fi
}

inline wake_any(seen)
{
    if
    :: seen == 0 || n_spinning != 0 -> skip
    :: else ->
        rouse(0, was);
        if
        :: !was -> rouse(1, was)
        :: else
        fi
    fi
}

/* One kind of work is made and somebody woken for it. */
#ifdef BUG_NO_FENCE
#define LOOK_EARLY(what) seen = what
#define LOOK_LATE(what)  skip
#else
#define LOOK_EARLY(what) skip
#define LOOK_LATE(what)  seen = what
#endif

active proctype foreign()
{
    byte n, seen;
    bool was;
    do
    :: n < 2 ->
        n++;
        if
        :: LOOK_EARLY(n_sleeping); injected++; LOOK_LATE(n_sleeping); wake_any(seen)
        :: LOOK_EARLY(sleeping[0]); ready_in++; LOOK_LATE(sleeping[0]);
            if
            :: seen != 0 -> rouse(0, was)
            :: else
            fi
        :: LOOK_EARLY(n_sleeping); timer = true; LOOK_LATE(n_sleeping); wake_any(seen)
        fi
    :: else -> break
    od
}

#define HAS_WORK (injected > 0 || (ready_in > 0 && me == 0))

/* n_spinning is bounded by half of the workers. */
inline spin()
{
    d_step {
        was = n_spinning == 0;
        n_spinning = n_spinning + was
    };
    if
    :: was ->
        if
        :: HAS_WORK -> found = true
        :: true
        fi;
        n_spinning--
    :: else
    fi
}

/* due: the timer that it sleeps for; none: it sleeps until it is woken. */
inline sleep_until()
{
#ifdef BUG_LOOK_BEFORE_SAYING
    found = HAS_WORK || timer != due;
#endif
    n_sleeping++;
    sleeping[me] = true;
#ifndef BUG_LOOK_BEFORE_SAYING
    found = HAS_WORK;
    found = found || (timer && !due);
#endif
    if
    :: !found ->
        d_step { /* futex: sleeps only if the word is what it was */
            blocked[me] = sleeping[me]
        };
end_asleep:
        if
        :: !blocked[me]
        :: due -> blocked[me] = false /* the time has come */
        fi
    :: else
    fi;
    d_step {
        was = sleeping[me];
        sleeping[me] = false
    };
    if
    :: was -> n_sleeping--
    :: else
    fi;
#ifndef BUG_WATCHER_SLEEPS_ON
    wake_watcher();
#endif
    found = false
}

inline work()
{
    if
    :: stuck[me] = true; goto end_stuck
    :: true
    fi
}

active [WORKERS] proctype worker()
{
    byte me = _pid - 1;
    bool was, found, due;
end:
    do
    :: true ->
        /* What there is, is taken one by one. */
        if
        :: d_step { me == 0 && ready_in > 0 -> ready_in-- }; work()
        :: d_step { injected > 0 -> injected-- }; work()
        :: !HAS_WORK ->
            if
            :: timer -> timer = false /* fires: due at once */
            :: !timer
            fi;
            spin();
            if
            :: found -> found = false
            :: else ->
                due = timer;
                sleep_until();
                due = false
            fi
        fi
    od;
end_stuck:
    false /* its handler never returns */
}

active proctype watcher()
{
    bool was;
end:
    do
#ifndef BUG_STUCK_IS_LEFT_ALONE
    :: (stuck[0] || stuck[1]) && (injected > 0 || timer) && n_sleeping > 0 && n_spinning == 0 ->
        wake_any(n_sleeping)
#endif
    :: n_sleeping == WORKERS -> /* for some ticks */
        watching = false;
        if
        :: n_sleeping == WORKERS ->
            watcher_blocked = !watching;
end_asleep:
            !watcher_blocked
        :: else
        fi;
        watching = true
    od
}

init
{
    timeout;
    assert(injected == 0 || (stuck[0] && stuck[1]));
    assert(ready_in == 0 || stuck[0]);
    assert(!timer || (stuck[0] && stuck[1]));
    assert(!watcher_blocked || !(stuck[0] || stuck[1]))
}
