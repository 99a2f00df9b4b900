#!/bin/sh
# mutants.sh - each fault on purpose must be noticed by the test of the behaviour that it breaks.
#
# Idea: the whole of libotp and the tests is built once with MUTANTS=1. Without a fault every test
# that carries a tag passes. Then, for each tag of an OTP_MUTANT(Bnnn) in the runtime, the programs
# whose tests carry that tag run their case of that name alone (CK_RUN_CASE) with OTP_MUTANT=Bnnn:
# one of them must fail, within a dozen tries. A [HARD] behaviour that is promised and has no fault is
# a failure too.
set -u
passed=0 failed=0 skipped=0
here=$(dirname "$0")
log=$BUILD/tests/out/mutant.txt
mkdir -p "$BUILD/tests/out"

$SUBMAKE BUILD="$BUILD" MUTANTS=1 OTPC="$OTPC" tests >"$log" 2>&1 || { cat "$log"; exit 1; }

programs_with() # TAG: the programs whose source has a test of that tag
{
    grep -l "^START_TEST($1_" tests/unit/test_*.c tests/conformance/test_*.c 2>/dev/null |
        sed "s|^|$BUILD/|; s|\.c\$||"
}

fail()
{
    echo "FAIL $1"
    failed=$((failed + 1))
}

totals() # PROGRAM TAG FAULT: "passed failed ..." of that case
{
    CK_RUN_CASE=$2 OTP_MUTANT=$3 timeout 120 "$1" >"$log" 2>&1 </dev/null
    awk -f "$here/totals.awk" "$log"
}

try_tag() # TAG: with and without its fault
{
    caught=no
    for program in $(programs_with "$1"); do
        set -- "$1" $(totals "$program" "$1" '')
        if [ "${3:-1}" -gt 0 ] || [ "${2:-0}" -eq 0 ]; then
            fail "$1: no fault, yet $program does not pass in a case named $1"
            cat "$log"
            return
        fi
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do # a fault in a race needs the right schedule
            set -- "$1" $(totals "$program" "$1" "$1")
            [ "${3:-0}" -gt 0 ] && caught=yes && break
        done
    done
    if [ "$caught" = yes ]; then
        passed=$((passed + 1))
    else
        fail "$1: its fault is not noticed"
    fi
}

mutants=$(grep -rhoE 'OTP_MUTANT\(B[0-9]{3}\)' runtime --include='*.[ch]' --exclude='mutant.*' 2>/dev/null |
    sed 's/.*(\(.*\))/\1/' | sort -u)
for tag in $mutants; do
    if [ -z "$(programs_with "$tag")" ]; then
        fail "$tag: has a fault but no test"
    else
        try_tag "$tag"
    fi
done
for tag in $(sed -n 's/^\(B[0-9]*\) \[HARD\] \(built\|instead\):.*/\1/p' tests/conformance/behaviours.txt); do
    echo "$mutants" | grep -q "^$tag\$" || fail "$tag: [HARD] and promised, but nothing proves its test"
done
echo "mutants: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
