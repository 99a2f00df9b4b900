#!/bin/sh
# check.sh - runs the runners named on the command line and adds up what they counted.
#
# Idea: tests/run/NAME.sh is a runner. It prints what failed, then as its last line
# "NAME: 12 passed, 0 failed, 1 skipped", and exits 0 if nothing failed. A runner that ends otherwise,
# or without that line, is itself a failure. All runners run, whatever the first one found.
set -u
here=$(dirname "$0")
out=${BUILD:?}/tests/out
mkdir -p "$out"
passed=0 failed=0 skipped=0 summary=

for name in "$@"; do
    echo "== $name"
    sh "$here/$name.sh" >"$out/$name.log" 2>&1 </dev/null
    rc=$?
    sed '$d' "$out/$name.log"
    last=$(tail -n 1 "$out/$name.log")
    counts=$(printf '%s\n' "$last" |
        sed -n "s/^$name: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped\$/\1 \2 \3/p")
    if [ -z "$counts" ]; then
        echo "$last"
        counts="0 1 0" last="$name: 0 passed, 1 failed, 0 skipped (it broke: exit status $rc, no counts)"
    fi
    set -f
    set -- $counts
    if [ "$rc" -ne 0 ] && [ "$2" -eq 0 ]; then
        set -- "$1" 1 "$3"
        last="$last (but exit status $rc)"
    fi
    if [ $(($1 + $2 + $3)) -eq 0 ]; then
        set -- 0 0 1
        last="$name: 0 passed, 0 failed, 1 skipped (there is nothing to run)"
    fi
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    summary="$summary$last
"
done
printf -- '----\n%s' "$summary"
echo "check: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
