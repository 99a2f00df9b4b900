#!/bin/sh
# lint.sh - runs tests/lint/*.sh: the house rules that a program can check.
#
# Idea: each script prints one line "FAIL ..." per breach and nothing otherwise; it passes if silent.
passed=0 failed=0
mkdir -p "${BUILD:?}/tests/out"
for script in tests/lint/*.sh; do
    found=$(sh "$script" 2>&1)
    if [ -z "$found" ]; then
        passed=$((passed + 1))
    else
        printf '%s\n' "$found"
        failed=$((failed + 1))
    fi
done
echo "lint: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
