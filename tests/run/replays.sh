#!/bin/sh
# replays.sh - each fuzz program over its seeds and over what fuzzing has once found.
#
# Idea: an input in tests/fuzz/corpus/NAME is a bug that was; seeds are the specs of the project. A
# program that comes back with 0 has survived all of them.
passed=0 failed=0
here=$(dirname "$0")
for program in ${FUZZ:-}; do
    name=$(basename "$program")
    seeds=$BUILD/tests/out/seeds/$name
    sh "$here/seeds.sh" "$name" "$seeds"
    if ${RUN_WITH:-} "$program" "$seeds"/*; then
        passed=$((passed + 1))
    else
        echo "FAIL fuzz program $name over $seeds"
        failed=$((failed + 1))
    fi
done
echo "replays: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
