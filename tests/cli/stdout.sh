#!/bin/sh
# stdout.sh - '-o -' prints every file and writes none.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
run 0 -o p --main myapp.otp
run 0 -o - --main myapp.otp
cp out all
holds . all err myapp.otp out p
for f in $GENERATED myapp.otp.main.c; do
    awk -v name="$f" '/^\/\* ==== .* ==== \*\/$/ { on = $3 == name; next } on' all >one
    cmp one "p/$f"
done
run 0 --dump=ast myapp.otp
says out "genserver"
write_bad_spec bad.otp
run 1 -o - bad.otp
silent out
