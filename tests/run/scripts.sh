#!/bin/sh
# scripts.sh - shellcheck finds nothing to complain about in our scripts.
passed=0 failed=0
for script in tests/run/*.sh tests/lint/*.sh tests/cli/*.sh samples/*/*.sh .ci/run; do
    [ -e "$script" ] || continue
    if shellcheck -s sh -x -P tests/run -e SC1091,SC2034,SC2154,SC2046,SC2086,SC2013,SC2016,SC2254,SC2125 "$script"; then
        passed=$((passed + 1))
    else
        echo "FAIL $script"
        failed=$((failed + 1))
    fi
done
echo "scripts: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
