#!/bin/sh
# cli.sh - runs tests/cli/*.sh: otpc from the command line.
#
# Idea: each script is run by sh -eu in an empty folder of its own, with OTPC, ROOT (the source tree)
# and TMPDIR set, and fails by a non-zero status. A script that cannot run here prints
# "SKIP why" and exits 77.
passed=0 failed=0 skipped=0
root=$PWD
case $OTPC in /*) ;; *) OTPC=$root/$OTPC ;; esac
log=$root/$BUILD/tests/out/cli.txt
case $BUILD in /*) log=$BUILD/tests/out/cli.txt ;; esac
mkdir -p "$(dirname "$log")"
for script in tests/cli/*.sh; do
    [ -e "$script" ] || continue
    work=$(mktemp -d) || exit 1
    (cd "$work" && OTPC=$OTPC ROOT=$root TMPDIR=$work CC=$CC timeout 300 sh -eu "$root/$script") \
        >"$log" 2>&1 </dev/null
    rc=$?
    rm -rf "$work"
    case $rc in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)); echo "$script: $(tail -n 1 "$log")" ;;
    *) failed=$((failed + 1)); echo "FAIL $script: exit status $rc"; cat "$log" ;;
    esac
done
echo "cli: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
