#!/bin/sh
# samples.sh - runs every sample and compares its output with its expected.txt.
#
# Idea: a sample is a folder samples/NAME with NAME.otp and C; it is built as $BUILD/samples/NAME/NAME.
# run.sh, where there is one, drives it ($1 is the program); else the program is run alone.
# It must end by itself within a minute, with status 0, and print what expected.txt says. One for which
# a library is missing is skipped aloud (PROGRAM.without, see compile.sh). A demo.sh
# is a tour, which fails if one of its claims is not true; it builds and runs for this machine only.
. "$(dirname "$0")/programs.sh"
passed=0 failed=0 skipped=0
out=$BUILD/tests/out
mkdir -p "$out"
for program in ${SAMPLES:-}; do
    name=$(basename "$program")
    dir=samples/$name
    got=$out/sample-$name.txt
    if [ -f "$program.without" ]; then
        echo "SKIP sample $name: $(cat "$program.without")"
        skipped=$((skipped + 1))
        continue
    fi
    if [ -f "$dir/run.sh" ]; then
        set -- sh "$dir/run.sh" "$program"
    else
        set -- ${RUN_WITH:-} "$program"
    fi
    timeout $((200 * OTP_TEST_SLOW)) "$@" >"$got" 2>"$got.err" </dev/null
    rc=$?
    if [ "$rc" -ne 0 ]; then
        echo "FAIL sample $name: exit status $rc"
        tail -n 30 "$got" "$got.err"
        failed=$((failed + 1))
    elif [ -f "$dir/expected.txt" ] && ! diff -u "$dir/expected.txt" "$got"; then
        echo "FAIL sample $name: prints something else"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
done
for demo in samples/*/demo.sh; do
    if [ -n "${RUN_WITH:-}" ]; then
        continue
    elif timeout $((200 * OTP_TEST_SLOW)) sh "$demo" >"$out/demo.txt" 2>&1 </dev/null; then
        passed=$((passed + 1))
    else
        echo "FAIL $demo"
        tail -n 30 "$out/demo.txt"
        failed=$((failed + 1))
    fi
done
echo "samples: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
