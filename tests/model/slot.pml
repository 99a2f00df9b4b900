/* slot.pml - a call: its slot, and all who may answer it.
 *
 * Models: otpi_slot_open, _claim, _done, _fail, _close (slot.c); answer, otp_defer_reply,
 * forget_deferred (call.c); deliver, close_call (run.c); the parts of die_now and otpi_proc_bury
 * that answer callers (exit.c).
 * Shows: I5 (whoever moves a slot from WAIT owns the outcome): a call has one result, the caller
 * reads only what is complete and meant for it, a late answer touches nothing; and a call without a
 * time limit always gets a result, whenever its server dies. What is deferred and then answered in
 * time is forgotten.
 * A server handles one call. It answers, or defers the reply, or does neither; a helper answers
 * too, or never does. Meanwhile the server may be killed, and the call may time out or be given up. Then the
 * caller makes a second call with the same slot, which somebody else answers.
 */
#define NONE 0
#define WAIT 1
#define FILL 2
#define DONE 3

#define OK   10 /* + which call is answered */
#define FAIL 20

byte number, phase = NONE; /* the word */
byte result;
bool writing;           /* somebody is between claim and done */
byte claimed;           /* how often the first call was */
bool is_limited, later; /* the first call has a time limit; the second one has been sent */

bool dead, closed, open; /* the server; open: the call is in its table of deferred replies */
bool inbox, current, asking;
bool helping; /* the helper may answer */

/* WAIT -> FILL, result, FILL -> DONE. */
inline fill(id, what)
{
#ifdef BUG_CLAIM_IN_TWO_STEPS
    ok = (number == id && phase == WAIT);
    phase = (ok -> FILL : phase);
#else
    d_step {
        ok = (number == id && phase == WAIT);
        phase = (ok -> FILL : phase)
    };
#endif
    if
    :: ok ->
        assert(!writing && number == id);
        writing = true;
        claimed = claimed + !later;
        result = what;
        if
        :: what == OK -> forget()
        :: else
        fi;
        d_step {
            assert(number == id && phase == FILL);
            writing = false;
            phase = DONE
        }
    :: else
    fi
}

/* forget_deferred; one step: it is done under the server's lock */
inline forget()
{
    d_step {
        if
        :: !dead -> open = false
        :: else
        fi
    }
}

/* got: it was DONE; then the result is read. */
inline close(id)
{
    d_step {
        got = !(number == id && phase == WAIT);
        if
        :: !got -> number++; phase = NONE
        :: else
        fi
    };
    if
    :: got ->
#ifndef BUG_CLOSE_DOES_NOT_WAIT
        phase != FILL;
#endif
        assert(!writing);
        d_step {
#ifndef BUG_NUMBER_STAYS
            number++;
#endif
            phase = NONE
        }
    :: else
    fi
}

active proctype caller()
{
    byte id = number;
    bool got;
    if
    :: is_limited = true
    :: true
    fi;
    phase = WAIT;
    d_step { /* push */
        if
        :: !closed -> inbox = true
        :: else -> got = true
        fi
    };
    if
    :: got -> close(id) /* there is nobody */
    :: else ->
end_unanswered: /* its server lives and never answers: init looks */
        if
        :: phase == DONE
        :: is_limited /* a foreign thread gives up by its own clock */
        fi;
        close(id);
        assert(!got || result == OK || result == FAIL);
        assert(claimed == got)
    fi;
    id = number;
    d_step {
        phase = WAIT;
        later = true
    };
    phase == DONE;
    close(id);
    assert(got && result == OK + 1)
}

/* Of a fiber: it does not give up by itself. */
active proctype timer()
{
    bool ok;
end:
    is_limited && (phase != NONE || number != 0);
    fill(0, FAIL)
}

active proctype helper()
{
    bool ok;
end:
    helping;
    if
    :: fill(0, OK)
    :: true /* it never does */
    fi
}

active proctype other_server()
{
    bool ok;
end:
    later;
    fill(number, OK + 1)
}

/* From the handler's return: true in current that it goes on. */
inline defer()
{
    d_step {
        ok = !dead;
        open = ok
    };
    if
    :: ok ->
        asking = false;
        if
        :: !(number == 0 && phase == WAIT) -> forget()
        :: else
        fi;
        current = false
    :: else /* frames are abandoned: who buries it answers */
    fi
}

inline handle()
{
    asking = true;
    if
    :: helping = true
    :: true
    fi;
    if
    :: fill(0, OK); asking = false; current = false
    :: helping -> defer()
    :: !helping -> /* close_call */
        fill(0, FAIL);
        asking = false;
        current = false
    fi
}

active proctype server()
{
    bool ok;
end:
    do
    :: dead -> break
    :: !dead && inbox ->
        d_step {
            current = inbox; /* the killer may have been faster */
            inbox = false
        };
        if
        :: current -> handle()
        :: else
        fi
    od;
    closed; /* bury */
    if
    :: current -> fill(0, FAIL)
    :: else
    fi
}

active proctype killer()
{
    bool ok, was_open, was_asking, was_inbox;
    if
    :: true -> goto end
    :: true
    fi;
    d_step {
        dead = true;
        was_open = open;
        open = false
    };
    was_asking = asking;
    d_step {
        closed = true;
        was_inbox = inbox;
        inbox = false
    };
    if
    :: was_asking -> fill(0, FAIL)
    :: else
    fi;
    if
    :: was_inbox -> fill(0, FAIL)
    :: else
    fi;
#ifndef BUG_DEFERRED_NOT_ANSWERED
    if
    :: was_open -> fill(0, FAIL)
    :: else
    fi;
#endif
end:
    skip
}

init
{
    timeout;
    assert(!(closed && number == 0 && phase == WAIT));
    assert(!open || is_limited || (number == 0 && phase == WAIT))
}
