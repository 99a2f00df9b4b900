#!/bin/sh
# benches.sh - each benchmark builds, runs with a small n and prints the figures it is to print.
#
# Idea: nothing is measured here; tests/bench/workloads.txt says which lines of JSON come out.
passed=0 failed=0
out=$BUILD/tests/out
mkdir -p "$out"
number='[0-9][0-9.]*'
line="^{\"workload\":\"\([^\"]*\)\",\"peer\":\"otpc\",\"n\":$number,\"ns_per_op\":$number,"
line="$line\"ops_per_s\":$number,\"peak_rss_kb\":$number\(,\"[bh][a-z_]*\":-\{0,1\}$number\)\{0,1\}}\$"
for spec in tests/bench/*/*.otp; do
    name=$(basename "$(dirname "$spec")")
    sh tests/run/bench.sh --tiny "$name" >"$out/bench-$name.txt" 2>"$out/bench-$name.err"
    rc=$?
    sed "s/$line/$name \1/" "$out/bench-$name.txt" >"$out/bench-$name.got"
    grep "^$name " tests/bench/workloads.txt >"$out/bench-$name.want"
    if [ "$rc" -eq 0 ] && diff "$out/bench-$name.want" "$out/bench-$name.got"; then
        passed=$((passed + 1))
    else
        echo "FAIL benchmark $name: exit status $rc"
        tail -n 20 "$out/bench-$name.txt" "$out/bench-$name.err"
        failed=$((failed + 1))
    fi
done
echo "benches: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
