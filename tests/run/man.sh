#!/bin/sh
# man.sh - mandoc finds nothing to complain about in the man pages.
passed=0 failed=0
for page in man/*.[1-9]; do
    [ -e "$page" ] || continue
    if mandoc -T lint -W warning "$page"; then
        passed=$((passed + 1))
    else
        echo "FAIL $page"
        failed=$((failed + 1))
    fi
done
echo "man: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
