#!/bin/sh
# headers.sh - every public header stands alone, in C11 and in C++17.
. "$(dirname "$0")/headers.inc.sh"
passed=0 failed=0
for h in runtime/include/otp/*.h; do
    [ -e "$h" ] || continue
    if header_is_clean "$h" -Iruntime/include -pthread; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done
echo "headers: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
