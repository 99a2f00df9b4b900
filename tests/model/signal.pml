/* signal.pml - links and monitors between two processes, their ends, and a slot that is used again.
 *
 * Models: otpi_signal_watch, _link, _unlink, _demonitor, _down, _exit, _unwatch (signal.c); otp_link
 * and otp_monitor_start; die_now, tell_relations, otpi_proc_bury (exit.c); otpi_proc_new (proc.c).
 * Shows: a monitor gives one DOWN, or none if it was taken off before; a link gives one exit signal,
 * none after an unlink that found it; what was meant for a process that is gone does nothing to the
 * one that has its slot now; with the end of either no record of it is left at the other.
 * WATCHER (it traps exits) monitors and links TARGET, takes one of the two off again, and is itself
 * killed at any time, or not. So is TARGET, twice at once; then its slot gets a new tenant.
 * Each step under a process's lock is one step here; never two locks at once.
 */
#define WATCHER 0
#define TARGET  1

byte generation[2] = { 1, 1 };
bool dead[2];
/* records: under the lock of who has them; the generation of the other one, 0: none */
byte monitors, watchers; /* WATCHER's own end, TARGET's end */
byte links[2];
byte downs, exits; /* messages that WATCHER got */
byte monitored, linked; /* whether a message is due: set by who asked for it */
byte ended;     /* how often the slot was emptied */
byte strangers; /* tenants that got another one's signal */
bool watcher_over;

#define LIVES(who, g) (generation[who] == g && !dead[who])

/* DOWN for the monitor, if that still is one. */
inline signal_down()
{
    d_step {
        was = LIVES(WATCHER, 1) && monitors != 0;
#ifndef BUG_DOWN_LEAVES_MONITOR
        monitors = (was -> 0 : monitors)
#endif
    };
    if
    :: was -> downs++
    :: else
    fi
}

/* From the one that ends to the other, whose generation was g. */
inline signal_exit(to, g, from_g)
{
    d_step {
#ifdef BUG_STALE_PID
        was = !dead[to] && (generation[to] != g || links[to] == from_g);
        links[to] = 0;
#else
        was = LIVES(to, g) && links[to] == from_g;
        links[to] = (was -> 0 : links[to]);
#endif
        strangers = strangers + (was && generation[to] != g)
    };
    if
    :: was && to == WATCHER -> exits++ /* it traps */
    :: else
    fi
}

inline signal_unwatch()
{
    d_step {
        if
        :: LIVES(TARGET, 1) -> watchers = 0
        :: else
        fi
    }
}

proctype kill_target()
{
    bool was, mine;
    byte its_watchers, its_links;
    d_step { /* take_remains */
        mine = LIVES(TARGET, 1);
        if
        :: mine ->
            dead[TARGET] = true;
            its_watchers = watchers; watchers = 0;
            its_links = links[TARGET]; links[TARGET] = 0
        :: else
        fi
    };
    if
    :: mine ->
        if
        :: its_links != 0 -> signal_exit(WATCHER, its_links, 1)
        :: else
        fi;
        if
        :: its_watchers != 0 -> signal_down()
        :: else
        fi;
        ended++;
        /* bury, and a new tenant */
        d_step {
            generation[TARGET] = 2;
            dead[TARGET] = false
        }
    :: else
    fi
}

/* Its slot stays empty. */
proctype kill_watcher()
{
    bool was;
    byte its_monitors, its_links;
    d_step {
        dead[WATCHER] = true;
        its_monitors = monitors; monitors = 0;
        its_links = links[WATCHER]; links[WATCHER] = 0
    };
    if
    :: its_links != 0 -> signal_exit(TARGET, its_links, 1)
    :: else
    fi;
    if
    :: its_monitors != 0 -> signal_unwatch()
    :: else
    fi
}

inline monitor()
{
    d_step {
        was = !dead[WATCHER];
        monitors = (was -> 1 : monitors)
    };
    if
    :: was ->
        monitored = 1;
        d_step {
#ifdef BUG_WATCH_THE_DEAD
            was = generation[TARGET] == 1;
#else
            was = LIVES(TARGET, 1);
#endif
            watchers = (was -> 1 : watchers)
        };
        if
        :: !was -> /* taken back; DOWN with noproc instead */
            d_step { was = monitors != 0; monitors = 0 };
            assert(was || dead[WATCHER]);
            downs++
        :: was && dead[WATCHER] ->
#ifndef BUG_KILLED_WHILE_RECORDING
            signal_unwatch()
#else
            skip
#endif
        :: else
        fi
    :: else
    fi
}

inline link()
{
    d_step {
        was = !dead[WATCHER];
        links[WATCHER] = (was -> 1 : links[WATCHER])
    };
    if
    :: was ->
        linked = 1;
        d_step {
            was = LIVES(TARGET, 1);
            links[TARGET] = (was -> 1 : links[TARGET])
        };
        if
        :: !was ->
            links[WATCHER] = 0;
            exits++
        :: was && dead[WATCHER] -> signal_exit(TARGET, 1, 1)
        :: else
        fi
    :: else
    fi
}

inline demonitor()
{
    d_step { was = monitors != 0; monitors = 0 };
    if
    :: was -> monitored = 0; signal_unwatch(); assert(downs == 0)
    :: else
    fi
}

inline unlink()
{
    d_step { was = !dead[WATCHER] && links[WATCHER] != 0; links[WATCHER] = (was -> 0 : links[WATCHER]) };
    if
    :: was ->
        linked = 0;
        d_step {
            if
            :: LIVES(TARGET, 1) -> links[TARGET] = 0
            :: else
            fi
        };
        assert(exits == 0)
    :: else
    fi
}

active proctype watcher()
{
    bool was;
    monitor();
    link();
    if
    :: demonitor()
    :: unlink()
    :: true
    fi;
    watcher_over = true
}

init
{
    atomic {
        if
        :: run kill_target(); run kill_target()
        :: true
        fi;
        if
        :: run kill_watcher()
        :: true
        fi
    }
    timeout;
    assert(watcher_over && strangers == 0 && ended <= 1 && downs <= 1 && exits <= 1);
    if
    :: ended == 1 ->
        assert(generation[TARGET] == 2 && watchers == 0 && links[TARGET] == 0);
        assert(monitors == 0 && links[WATCHER] == 0);
        assert(dead[WATCHER] || (downs == monitored && exits == linked))
    :: ended == 0 && dead[WATCHER] -> assert(watchers == 0 && links[TARGET] == 0)
    :: else -> assert(watchers == monitors && links[TARGET] == links[WATCHER])
    fi
}
