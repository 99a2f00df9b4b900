#!/bin/sh
# stdin.sh - a spec from standard input has the name that it is given.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
mkdir o
"$OTPC" -o o --stdin-name=src/myapp.otp -MD -MF o/dep -MT t - <myapp.otp
run 0 -o p myapp.otp
rm o/dep
diff -r o p
printf 'package x;\nstruct a { b: nope; }\n' >bad.otp
rc=0
"$OTPC" check --stdin-name=buffer.otp - <bad.otp 2>err || rc=$?
[ "$rc" -eq 1 ] || fail "exit status $rc"
says err "buffer.otp:2:15: error: "
rc=0
"$OTPC" check - <bad.otp 2>err || rc=$?
says err "<stdin>:2:15: error: "
rc=0
"$OTPC" check - <&- 2>err || rc=$?
[ "$rc" -eq 3 ] || fail "no standard input: exit status $rc"
says err "cannot read standard input"
rc=0
"$OTPC" check - <. 2>err || rc=$?
[ "$rc" -eq 3 ] || fail "a folder as standard input: exit status $rc: $(cat err)"
