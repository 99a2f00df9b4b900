/* reclaim.pml - blocks that readers may still see are not freed.
 *
 * Models: otp_pin, otp_unpin, otp_retire, begin_era, end_batches (reclaim.c); the light and the heavy
 * fence (fence.c).
 * Shows: what a reader has found is not freed before it unpins.
 * Readers follow `shown`, a writer replaces what is shown and retires what was, and somebody frees.
 * A reader's store to its pin waits in a store buffer of one place, from which it comes when it
 * likes, when the reader unpins, or when the heavy fence says so; the light fence only keeps the
 * order of the program. All other stores are seen at once.
 */
#define READERS 2
#define BLOCKS  3
#define NONE    255

byte shown = 0;
bool freed[BLOCKS], retired[BLOCKS];
byte stamp[BLOCKS];             /* of a block that is in a batch: which era; 0: it is in none */
byte era = 1;
byte pinned[READERS];
bool waits[READERS];            /* the store buffer: has something .. */
byte buffer[READERS];           /* .. this */

inline flush(i)
{
    if
    :: waits[i] ->
        pinned[i] = buffer[i];
        waits[i] = false
    :: else
    fi
}

proctype reader(byte me)
{
    byte seen, times = 0;

    do
    :: times < 2 ->
        seen = era;
        d_step {
#ifdef BUG_NO_PIN
            skip
#else
            buffer[me] = seen;
            waits[me] = true
#endif
        };
        seen = shown;
        assert(!freed[seen]);
        assert(!freed[seen]);
        d_step {
            flush(me);
            pinned[me] = 0
        };
        times++
    :: else -> break
    od
}

/* What is in a store buffer comes out at any time. */
active proctype cache()
{
end:
    do
    :: d_step { waits[0] -> flush(0) }
    :: d_step { waits[1] -> flush(1) }
    od
}

active proctype writer()
{
    byte old, next = 1;

    do
    :: next < BLOCKS ->
        d_step {
            old = shown;
            shown = next
        };
        retired[old] = true;
        next++
    :: else -> break
    od
}

inline take()
{
    d_step {
        i = 0;
        do
        :: i < BLOCKS ->
            if
            :: retired[i] ->
                retired[i] = false;
                stamp[i] = mine
            :: else
            fi;
            i++
        :: else -> break
        od
    }
}

active proctype freer()
{
    byte mine, oldest, seen, i, times = 0;

    do
    :: times < 2 ->
#ifdef BUG_SAME_ERA
        mine = era;
#else
        mine = era + 1;
#endif
#ifndef BUG_TAKE_LATE
        take();
#endif
        era = mine;
#ifndef BUG_NO_FENCE
        d_step {
            flush(0);
            flush(1)
        };
#endif
        oldest = NONE;
        seen = pinned[0];
        if
        :: seen != 0 -> oldest = seen
        :: else
        fi;
        seen = pinned[1];
        if
        :: seen != 0 && seen < oldest -> oldest = seen
        :: else
        fi;
#ifdef BUG_TAKE_LATE
        take();
#endif
        d_step {
            i = 0;
            do
            :: i < BLOCKS ->
                if
                :: stamp[i] != 0 && stamp[i] <= oldest ->
                    stamp[i] = 0;
                    freed[i] = true
                :: else
                fi;
                i++
            :: else -> break
            od
        };
        times++
    :: else -> break
    od
}

init
{
    atomic {
        run reader(0);
        run reader(1)
    }
}
