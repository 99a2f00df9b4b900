#!/bin/sh
# same_bytes.sh - the same spec gives the same bytes, whatever the folder, the locale or the time.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
run 0 --main -o first myapp.otp
mkdir -p "deep/with blank"
cp myapp.otp "deep/with blank/"
cd "deep/with blank" || exit
LC_ALL=C.UTF-8 TZ=Asia/Tokyo run 0 --main -o second ./myapp.otp
LC_ALL=tr_TR.UTF-8 LANG=de_DE run 0 --main -o third "$PWD/myapp.otp"
cd ../..
diff -r first "deep/with blank/second"
diff -r first "deep/with blank/third"
