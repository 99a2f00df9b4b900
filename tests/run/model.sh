#!/bin/sh
# model.sh - Spin searches every model tests/model/*.pml exhaustively, and finds its seeded bugs.
#
# Idea: a model passes if the search ends without an error and was not cut short by its depth. Each
# BUG_X that a model names is a fault on purpose: searched with -DBUG_X an error must be found, or
# the model shows nothing.
set -u
passed=0 failed=0
dir=${BUILD:?}/tests/model
rm -rf "${dir:?}" && mkdir -p "$dir"

search() # MODEL BUG: true if the search ran to its end, whatever it found
{
    where=$dir/$1/${2:-none}
    mkdir -p "$where" && cp "tests/model/$1.pml" "$where"
    (cd "$where" && spin ${2:+-D$2} -a "$1.pml" && ${CC:-gcc} -O2 -DSAFETY -DCOLLAPSE -o pan pan.c &&
        timeout 300 ./pan -m1000000) >"$where/log" 2>&1 &&
        grep -q 'errors: [0-9]' "$where/log" && ! grep -q 'max search depth too small' "$where/log"
}

count() # WHAT MODEL BUG: the exit status of what came before decides
{
    if [ "$?" -eq 0 ]; then
        passed=$((passed + 1))
    else
        echo "FAIL tests/model/$2.pml ${3:-}: $1"
        cat "$dir/$2/${3:-none}/log"
        failed=$((failed + 1))
    fi
}

for model in tests/model/*.pml; do
    [ -e "$model" ] || continue
    name=$(basename "$model" .pml)
    search "$name" '' && grep -q 'errors: 0' "$dir/$name/none/log"
    count 'an error, or no end' "$name"
    for bug in $(grep -oE 'BUG_[A-Z_]+' "$model" | sort -u); do
        search "$name" "$bug" && ! grep -q 'errors: 0' "$dir/$name/$bug/log"
        count 'the seeded bug was not found' "$name" "$bug"
    done
done
echo "model: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
