#!/bin/sh
# closed_stdout.sh - output that cannot be printed is noticed on every path, with status 3.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
for arguments in --help --version --help=warnings "explain E0403" explain "explain --tree myapp.otp" \
    "-o - myapp.otp" "--dump=ast myapp.otp"; do
    rc=0
    # shellcheck disable=SC2086
    "$OTPC" $arguments >/dev/full 2>err || rc=$?
    [ "$rc" -eq 3 ] || fail "$arguments to a full device: exit status $rc"
    says err "otpc: cannot write to standard output: No space left on device"
    rc=0
    # shellcheck disable=SC2086
    "$OTPC" $arguments >&- 2>err || rc=$?
    [ "$rc" -eq 3 ] || fail "$arguments to nowhere: exit status $rc"
    says err "otpc: cannot write to standard output: Bad file descriptor"
done
# What prints nothing does not need it; and no file gets its number.
"$OTPC" -o o myapp.otp >&- 2>&- <&- || fail "closed descriptors: exit status $?"
run 0 -o o2 myapp.otp
diff -r o o2
rc=0
"$OTPC" check nowhere.otp 2>/dev/full || rc=$?
[ "$rc" -eq 3 ] || fail "messages to a full device: exit status $rc"
printf 'package x;\nsupervisor s { child no; }\n' >bad.otp
rc=0
"$OTPC" check bad.otp 2>/dev/full || rc=$?
[ "$rc" -eq 3 ] || fail "messages to a full device: exit status $rc"
# A reader that goes away ends otpc by SIGPIPE, or, where that is ignored, with status 3.
rc=0
{ rc=0; (trap '' PIPE; exec "$OTPC" -o - myapp.otp 2>err) || rc=$?; echo $rc >rc; } | :
case $(cat rc) in 0 | 3) ;; *) fail "a closed pipe: exit status $(cat rc)" ;; esac
