#!/bin/sh
# mistakes.sh - what otpc must not overwrite: a spec, a file of the user's, two outputs in one place.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
cp myapp.otp spec.copy
run 3 -MD -MF myapp.otp myapp.otp
says err "otpc: cannot write 'myapp.otp': it would overwrite the spec 'myapp.otp'"
run 3 --stamp=./myapp.otp myapp.otp
says err "otpc: cannot write './myapp.otp': it would overwrite the spec 'myapp.otp'"
cmp myapp.otp spec.copy
holds . err myapp.otp out spec.copy

echo 'int mine;' >myapp.otp.c
run 3 myapp.otp
says err "otpc: cannot write 'myapp.otp.c': there is a file of that name that otpc did not write"
[ "$(cat myapp.otp.c)" = 'int mine;' ] || fail "a user's file was changed"
[ ! -e myapp.otp.h ] || fail "half of the files were written"
rm myapp.otp.c

run 3 -MD -MF myapp.otp.h myapp.otp
says err "cannot write 'myapp.otp.h': it would be written twice"
[ ! -e myapp.otp.h ] || fail "it was written"

mkdir a b
sed 's/package myapp/package other/; s/application myapp/application other/' myapp.otp >b/same.otp
cp myapp.otp a/same.otp
run 1 -o o a/same.otp b/same.otp
says err "two specs would write 'same.otp.h' [E0412]"
run 0 check a/same.otp b/same.otp

# The same spec twice is one spec.
run 0 -o o myapp.otp ./myapp.otp
printf 'package lib;\ngenserver x { info y; }\n' >lib.otp
run 1 --main -o o3 lib.otp
says err "--main needs an application"
[ ! -e o3 ] || fail "it was written"
printf 'package q;\ngenserver x { info y; }\n' >'quo"te.otp'
run 1 -o o4 'quo"te.otp'
says err "[E0413]"
run 0 check 'quo"te.otp'
[ ! -e o4 ] || fail "it was written"
