#!/bin/sh
# program.sh PROGRAM - runs one Check program for programs.sh: what it says goes to a file of its own
# in $BUILD/tests/out, its exit status beside it.
out=$BUILD/tests/out/${1##*/}
timeout $((300 * OTP_TEST_SLOW)) ${RUN_WITH:-} "$1" >"$out.txt" 2>&1 </dev/null
echo $? >"$out.status"
