/* mailbox.pml - a process's inbox, the queue of processes, and the end of one.
 *
 * Models: otpi_proc_push, otpi_mailbox_fetch, otpi_mailbox_take (proc.c); otpi_run_proc (run.c);
 * otpi_sched_run as a queue (sched.c); die_now, otpi_proc_bury (exit.c).
 * Shows: I1 (at most one queue, at most one runner), I3 (nothing is linked after CLOSED), I4 (bury
 * comes after die, once); each message is received or refused, once; those of one sender in order.
 * Left out: what a message carries; the lock around `dead`, which is one step here.
 */
#define NULL   0 /* an empty list: queued or running */
#define IDLE   1
#define CLOSED 2
#define FIRST  3 /* message m is FIRST + m */

#define MESSAGES 3
#define TURN     2

byte inbox = IDLE;
byte next[FIRST + MESSAGES];
chan queue = [2] of { bit };
chan mail = [MESSAGES] of { byte }; /* the private list, oldest first */
bool dead, buried, running;
byte received[MESSAGES], refused[MESSAGES];

/* compare and exchange; what it found is in old */
inline cas(word, old, new, ok)
{
    d_step {
        if
        :: word == old -> word = new; ok = true
        :: else -> old = word; ok = false
        fi
    }
}

inline sched_run()
{
    assert(len(queue) == 0);
    queue ! 1
}

/* list becomes the end of mail, oldest first. */
inline append(list)
{
    d_step {
        at = list; n_stack = 0;
        do
        :: at != NULL -> stack[n_stack] = at; n_stack++; at = next[at]
        :: else -> break
        od;
        do
        :: n_stack > 0 -> n_stack--; mail ! stack[n_stack]
        :: else -> break
        od;
        at = 0
    }
}

inline refuse_list(list)
{
    d_step {
        at = list;
        do
        :: at != NULL -> refused[at - FIRST]++; at = next[at]
        :: else -> break
        od;
        at = 0
    }
}

inline refuse_mail()
{
    do
    :: mail ? [at] -> mail ? at; refused[at - FIRST]++
    :: else -> at = 0; break
    od
}

inline bury()
{
    inbox == CLOSED;
    refuse_mail();
    assert(dead && !buried);
    buried = true
}

/* Of a sender's messages each is sent when the one before has been linked. */
inline send(m)
{
    top = inbox;
    do
#ifndef BUG_LINK_AFTER_CLOSED
    :: top == CLOSED -> refused[m]++; break
    :: else ->
#else
    :: true ->
#endif
        next[FIRST + m] = (top >= FIRST -> top : NULL);
        cas(inbox, top, FIRST + m, ok);
        if
        :: ok ->
            assert(top != CLOSED);
            if
            :: top == IDLE -> sched_run()
            :: else
            fi;
            break
        :: else
        fi
    od;
    top = 0; ok = false
}

proctype sender(byte from; byte to)
{
    byte top, m = from;
    bool ok;
    do
    :: m <= to -> send(m); m++
    :: else -> break
    od
}

/* die_now; mine: by who runs it */
inline die(mine)
{
    d_step {
        ok = !dead;
        dead = true
    };
    if
    :: ok ->
        d_step {
            top = inbox;
            inbox = CLOSED
        };
        if
        :: top >= FIRST -> refuse_list(top)
        :: else
        fi;
        if
        :: mine -> refuse_mail()
#ifdef BUG_BURY_WHAT_RUNS
        :: !mine -> bury()
#else
        :: !mine && top == IDLE -> assert(!running); bury()
        :: else
#endif
        fi
    :: else
    fi;
    top = 0
}

proctype killer()
{
    byte top, at;
    bool ok;
    die(false)
}

/* One message into at; 0: there was none. */
inline take()
{
    if
    :: mail ? [at] -> skip
    :: else ->
        top = inbox;
        do
        :: top == CLOSED || top == NULL -> break
        :: else ->
            cas(inbox, top, NULL, ok);
            if
            :: ok -> append(top); break
            :: else
            fi
        od;
        top = 0
    fi;
    if
    :: mail ? [at] -> mail ? at
    :: else -> at = 0
    fi
}

/* Nothing is left to do: it becomes IDLE, unless something came. */
inline leave_idle()
{
    running = false;
    top = NULL;
#ifdef BUG_STORE_IDLE
    inbox = IDLE; ok = true;
#else
    cas(inbox, top, IDLE, ok);
#endif
    top = 0
}

inline begin()
{
    d_step {
        assert(!running && !buried);
        running = true
    }
}

inline run_proc()
{
    begin();
    n = 0;
    do
    :: n == TURN -> running = false; sched_run(); break
    :: n < TURN && dead -> bury(); running = false; break
    :: n < TURN && !dead ->
        take();
        if
        :: at != 0 ->
            received[at - FIRST]++;
            at = 0;
            if
            :: die(true); bury(); running = false; break /* it ends by its own doing */
            :: true
            fi
        :: else ->
            leave_idle();
            if
            :: ok -> break
            :: else -> begin()
            fi
        fi;
        n++
    od;
    n = 0; ok = false
}

active [2] proctype worker()
{
    byte top, at, n, stack[MESSAGES], n_stack;
    bool ok;
end:
    do
    :: queue ? _ -> run_proc()
    od
}

init
{
    atomic {
        run sender(0, 1);
        run sender(2, 2);
        run killer();
        run killer()
    }
    /* Nothing moves any more. */
    timeout;
    assert(dead && buried && inbox == CLOSED && len(mail) == 0);
    assert(received[0] + refused[0] == 1);
    assert(received[1] + refused[1] == 1);
    assert(received[2] + refused[2] == 1);
    assert(received[0] >= received[1]) /* the second one only after the first */
}
