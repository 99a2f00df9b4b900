#!/bin/sh
# scanner.sh - the scanner never backs up: flex says so, and it is a law of grammar/otp.l.
[ -e grammar/otp.l ] || exit 0
report=$BUILD/tests/out/backup.txt
flex -CF -b --backup="$report" -o /dev/null grammar/otp.l 2>/dev/null ||
    flex -CF --backup="$report" -o /dev/null grammar/otp.l
grep -q '^No backing up\.$' "$report" || { echo "FAIL grammar/otp.l backs up:"; cat "$report"; }
