#!/bin/sh
# sim.sh - the conformance tests in simulations: threads one at a time, as a seed says.
#
# Idea: the build has OTP_POINTS, so that the threads may change wherever that matters; each suite
# runs from SEEDS seeds. A failure names its seed, and `OTP_SIM_SEED=n PROGRAM` is the run again.
# Left out is what measures real time, or does so much that changing threads at each step takes
# minutes. Threads of a test's own that it waits for outside the library are passed by soon.
export OTP_TESTS_AT_ONCE="${OTP_TESTS_AT_ONCE:-2}"
. "$(dirname "$0")/programs.sh"
export OTP_SIM_PATIENCE="${OTP_SIM_PATIENCE:-20}"
passed_in_all=0 failed_in_all=0 skipped_in_all=0
programs=
for program in ${CONFORM:-}; do
    case ${program##*/} in
    test_many | test_ownership | test_stuck | test_fair | test_registry | test_genserver_waits) ;;
    *) programs="$programs $program" ;;
    esac
done
seed=1
while [ "$seed" -le "${SEEDS:-5}" ]; do
    export OTP_SIM_SEED="$seed"
    echo "OTP_SIM_SEED=$seed"
    run_programs seed $programs
    passed_in_all=$((passed_in_all + passed)) failed_in_all=$((failed_in_all + failed))
    skipped_in_all=$((skipped_in_all + skipped))
    seed=$((seed + 1))
done
echo "sim: $passed_in_all passed, $failed_in_all failed, $skipped_in_all skipped"
[ "$failed_in_all" -eq 0 ]
