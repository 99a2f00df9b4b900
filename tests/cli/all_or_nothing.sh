#!/bin/sh
# all_or_nothing.sh - an error in one spec of several: nothing is written for any, old files stay.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
write_bad_spec bad.otp
run 1 -o o -MD --stamp=stamp myapp.otp bad.otp
says err "bad.otp:3:25: error: "
says err "otpc: 1 error; nothing was written"
[ ! -e o ] || fail "something was written"
[ ! -e stamp ] || fail "the stamp was set"
run 0 -o o -MD myapp.otp
touch -d '2001-01-01 00:00:00' o/*
cp -rp o before
sed 's/call size/call sise/' myapp.otp >x.otp && mv x.otp myapp.otp
run 1 -o o -MD bad.otp myapp.otp
diff -r before o
unchanged_since before/myapp.otp.h o/*

# All errors of all files in one run, in the order of the command line.
printf 'package two;\nsupervisor a { child x1; child x2; }\nsupervisor b { strategy x3; }\n' >two.otp
run 1 check two.otp bad.otp
[ "$(grep -c 'error:' err)" -eq 4 ] || fail "errors: $(cat err)"
[ "$(grep 'error:' err | cut -d: -f1 | tr '\n' ' ')" = "two.otp two.otp two.otp bad.otp " ] || fail "order"
says err "otpc: 4 errors"
