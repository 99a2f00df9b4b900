#!/bin/sh
# signals.sh - otpc that is stopped while it waits for its input ends by the signal and leaves nothing.
. "$ROOT/tests/cli/support.inc"
env --default-signal true 2>/dev/null || { echo "SKIP env has no --default-signal"; exit 77; }
mkfifo pipe
for signal in INT TERM HUP; do
    # A shell lets the jobs in its background ignore SIGINT; env gives it back.
    env --default-signal "$OTPC" -o o --stdin-name=x.otp - <pipe >out 2>err &
    pid=$!
    exec 3>pipe
    printf 'package x;\n' >&3
    until [ "$(cat /proc/$pid/comm)" = otpc ]; do sleep 0.01; done
    kill -$signal $pid
    rc=0
    wait $pid || rc=$?
    exec 3>&-
    [ "$rc" -gt 128 ] || fail "SIG$signal: exit status $rc"
    [ ! -e o ] || fail "SIG$signal: something was written"
done
