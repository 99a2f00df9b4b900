#!/bin/sh
# check_all.sh - `make check`, and then other compilers, checkers and machines.
#
# Idea: each part is a make target that needs some tools. A part whose tools are missing is skipped
# and named; a part that fails does not keep the others from running; the counts are added up.
# The heading of a part says how many seconds after the beginning it began.
set -u
passed=0 failed=0 skipped=0 summary=
begin=$(date +%s)
out=$BUILD/tests/out
mkdir -p "$out"

note() { summary="$summary$1
"; }

part() # TARGET TOOL...
{
    target=$1
    shift
    for tool in "$@"; do
        if ! command -v "$tool" >/dev/null 2>&1; then
            skipped=$((skipped + 1))
            note "$target: skipped, because $tool is not installed (make deps)"
            return
        fi
    done
    echo "==== $target ($(($(date +%s) - begin)) s)"
    $SUBMAKE BUILD="$BUILD" "$target" >"$out/$target.log" 2>&1
    rc=$?
    counts=$(sed -n 's/^[a-z-]*: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' \
        "$out/$target.log" | tail -n 1)
    set -- ${counts:-0 0 0}
    if [ "$rc" -ne 0 ] || [ -z "$counts" ]; then
        cat "$out/$target.log"
        [ "$2" -gt 0 ] || set -- "$1" 1 "$3"
    fi
    grep -E '^(SKIP|FAIL) ' "$out/$target.log"
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    note "$target: $1 passed, $2 failed, $3 skipped"
}

part check gcc g++ flex bison
part format-check clang-format
part check-clang clang
part check-asan gcc
part check-tsan clang llvm-symbolizer
part check-points gcc
part check-sim gcc
part check-fuzz clang
part check-mutants gcc
part check-musl musl-gcc
part check-aarch64 aarch64-linux-gnu-gcc qemu-aarch64
part check-valgrind valgrind
part run-man mandoc
part run-model spin
part run-scripts shellcheck
printf -- '----\n%s' "$summary"
echo "total: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
