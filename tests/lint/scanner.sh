#!/bin/sh
# scanner.sh - the scanner never backs up: flex says so, and it is a law of grammar/otp.l.
[ -e grammar/otp.l ] || exit 0
scanner=$PWD/grammar/otp.l
cd "${BUILD:?}/tests/out" || exit 1
flex -CF -b -o /dev/null "$scanner"
grep -q '^No backing up\.$' lex.backup || { echo "FAIL grammar/otp.l backs up:"; cat lex.backup; }
