# programs.sh - sourced by the runners of Check programs: run_programs NAME PROGRAM...
#
# Idea: Check runs each test in its own process with a time limit and prints one line of totals; this
# adds the totals up, shows what failed, and notices a program that died, hung or tested nothing.
# RUN_WITH is put before each program (an emulator, a checker). A program may say
# "SKIP name: why" for a test that cannot run here; such a test still counts as passed by Check,
# so it is moved from one count to the other.

# OTP_TEST_SLOW tells tests how much slower this run is, CK_TIMEOUT_MULTIPLIER tells Check how long
# it waits: longer, as a machine that does much else is slow too, and only what hangs costs that.
slow=1
[ -n "${SAN:-}" ] && slow=4
[ -n "${RUN_WITH:-}" ] && slow=20
export OTP_TEST_SLOW="${OTP_TEST_SLOW:-$slow}"
export CK_TIMEOUT_MULTIPLIER=$((4 * OTP_TEST_SLOW))
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:detect_stack_use_after_return=0:abort_on_error=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}"

# Under an emulator or a checker that runs one thread at a time two programs run at once.
at_once=1
[ -n "${RUN_WITH:-}" ] && at_once=2
export OTP_TESTS_AT_ONCE="${OTP_TESTS_AT_ONCE:-$at_once}"

run_programs()
{
    name=$1
    shift
    passed=0 failed=0 skipped=0
    mkdir -p "${BUILD:?}/tests/out"
    printf '%s\n' "$@" | BUILD=$BUILD RUN_WITH=${RUN_WITH:-} xargs -r -n 1 \
        -P "$OTP_TESTS_AT_ONCE" sh "$(dirname "$0")/program.sh"
    for program in "$@"; do
        log=$BUILD/tests/out/${program##*/}
        rc=$(cat "$log.status")
        set -- $(awk -f "$(dirname "$0")/totals.awk" "$log.txt")
        p=${1:-0} f=${2:-0} s=${3:-0} suites=${4:-0}
        if [ "$suites" -eq 0 ] || { [ "${rc:-1}" -ne 0 ] && [ "$f" -eq 0 ]; }; then
            f=$((f + 1))
            echo "FAIL $program: exit status ${rc:-unknown}, after $p tests"
        elif [ "$f" -eq 0 ] && [ "$p" -eq 0 ] && [ "$s" -eq 0 ]; then
            f=1
            echo "FAIL $program: holds no test"
        fi
        if [ "$f" -gt 0 ]; then
            echo "FAIL $program"
            cat "$log.txt"
        else
            grep '^SKIP ' "$log.txt"
        fi
        rm -f "$log.txt" "$log.status"
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    done
    echo "$name: $passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}
