/* receive.pml - a plain process waits for its mail.
 *
 * Models: otp_receive: receive, wait_for_mail (receive.c); otpi_proc_push on WAITING,
 * otpi_mailbox_fetch (proc.c); a kill: die_now (exit.c); the timer: otpi_slot_fail (slot.c); park
 * and wake of park.pml.
 * Shows: who waits learns of mail, of the end of its time and of its own death, whenever they come;
 * each message is received or refused, once; nothing is linked after CLOSED.
 * The inbox's list is the set of its messages, one bit each.
 */
#define NULL    0
#define WAITING 16
#define CLOSED  32

#define RUNNING 0
#define PARKED  1
#define WOKEN   2

#define MESSAGES 2

byte inbox = NULL, wake = RUNNING, ready;
bool dead, timed_out, is_over, is_limited;
byte received, refused; /* sets */

inline wake_fiber()
{
    d_step {
        was = wake;
        wake = WOKEN
    };
    if
    :: was == PARKED -> assert(ready == 0); ready++
    :: else
    fi
}

/* The CAS loop of push, as one step: the word that it found is the one that it replaces. */
proctype sender(byte message)
{
    byte top, was;
    d_step {
        top = inbox;
        if
        :: top == CLOSED -> refused = refused | message
        :: top == WAITING -> inbox = message
        :: else -> inbox = top | message
        fi
    };
    if
    :: top == WAITING -> wake_fiber()
    :: else
    fi
}

/* ok: it was alive; take_remains */
inline mark_dead()
{
    d_step {
        ok = !dead;
        dead = true
    }
}

proctype killer()
{
    byte top, was;
    bool ok;
    mark_dead();
    if
    :: !ok -> goto over
    :: else
    fi;
    d_step {
        top = inbox;
        inbox = CLOSED
    };
    if
    :: top != WAITING -> refused = refused | top
    :: else
    fi;
#ifdef BUG_NO_WAKE_ON_DEATH
    if
    :: top == WAITING -> skip
    :: else -> wake_fiber()
    fi;
#else
    wake_fiber();
#endif
over:
    skip
}

active proctype timer()
{
    byte was;
end:
    is_limited;
    if
    :: !is_over -> timed_out = true; wake_fiber()
    :: is_over
    fi
}

inline fetch()
{
    d_step {
        if
        :: inbox != CLOSED && inbox != WAITING -> assert((received & inbox) == 0);
            received = received | inbox; inbox = NULL
        :: inbox == WAITING -> inbox = NULL
        :: else
        fi
    }
}

inline park()
{
    d_step {
        was = wake;
        wake = (was == RUNNING -> PARKED : was)
    };
    if
    :: was == RUNNING -> ready > 0; ready--
    :: else
    fi;
    wake = RUNNING
}

active proctype process()
{
    byte was, had;
    bool ok;
    if
    :: is_limited = true
    :: true
    fi;
    do
    :: fetch();
        if
        :: received != had -> had = received; /* one receive is over, the next begins */
            if
            :: had == 3 -> break
            :: else
            fi
        :: else ->
            if
            :: dead -> break
            :: timed_out -> break
            :: else
            fi;
            d_step {
                was = inbox;
#ifdef BUG_WAITING_OVER_MAIL
                inbox = (was != CLOSED -> WAITING : was)
#else
                inbox = (was == NULL -> WAITING : was)
#endif
            };
            if
            :: was == NULL -> park()
            :: else
            fi
        fi
    od;
    is_over = true;
    mark_dead();
    if
    :: ok -> /* it ends by its own doing */
        d_step {
            was = inbox;
            inbox = CLOSED;
            refused = refused | was
        }
    :: else -> inbox == CLOSED /* bury */
    fi
}

init
{
    atomic {
        run sender(1);
        run sender(2);
        if
        :: run killer()
        :: true
        fi
    }
    timeout;
    assert(inbox == CLOSED || (inbox == WAITING && !dead && !timed_out && received != 3));
    assert((received & refused) == 0);
    assert(inbox == WAITING || (received | refused) == 3)
}
