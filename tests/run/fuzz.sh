#!/bin/sh
# fuzz.sh - libFuzzer over a bounded number of inputs, from the same seed: each run tries the same.
#
# Idea: a change must not fail for an input that it has nothing to do with; who looks for such sets
# FUZZ_SECONDS: so long per program, from a new seed. What it finds is left in
# $BUILD/tests/out/found; once it is mended, it belongs into tests/fuzz/corpus/NAME, where make
# check sees to it.
set -u
passed=0 failed=0
here=$(dirname "$0")
found=$PWD/$BUILD/tests/out/found
case $BUILD in /*) found=$BUILD/tests/out/found ;; esac
mkdir -p "$found"
for program in ${FUZZ:-}; do
    name=$(basename "$program")
    seeds=$BUILD/tests/out/seeds/$name
    sh "$here/seeds.sh" "$name" "$seeds"
    max=4096 runs=12000
    [ "$name" = spec ] || max=512 runs=200000
    bound="-seed=1 -runs=$runs"
    [ -z "${FUZZ_SECONDS:-}" ] || bound="-max_total_time=$FUZZ_SECONDS"
    # shellcheck disable=SC2086 # two options
    if "$program" $bound -timeout=10 -rss_limit_mb=2048 \
        -max_len="$max" -print_final_stats=1 -verbosity=0 -artifact_prefix="$found/$name-" \
        "$seeds" >"$found/$name.log" 2>&1; then
        sed -n "s/^stat::number_of_executed_units: /$name: inputs tried: /p" "$found/$name.log"
        passed=$((passed + 1))
    else
        tail -n 40 "$found/$name.log"
        echo "FAIL fuzz $name: see $found"
        failed=$((failed + 1))
    fi
done
echo "fuzz: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
