#!/bin/sh
# model.sh - Spin searches every model tests/model/*.pml exhaustively.
#
# Idea: a model passes if the search ends with no error and was not cut short by its depth.
passed=0 failed=0
dir=${BUILD:?}/tests/model
for model in tests/model/*.pml; do
    [ -e "$model" ] || continue
    name=$(basename "$model" .pml)
    rm -rf "${dir:?}/$name" && mkdir -p "$dir/$name" && cp tests/model/* "$dir/$name"
    if (cd "$dir/$name" && spin -a "$name.pml" && ${CC:-gcc} -O2 -DSAFETY -DCOLLAPSE -o pan pan.c &&
        timeout 600 ./pan -m1000000) >"$dir/$name.log" 2>&1 &&
        grep -q 'errors: 0' "$dir/$name.log" && ! grep -q 'max search depth too small' "$dir/$name.log"
    then
        passed=$((passed + 1))
    else
        echo "FAIL $model"
        cat "$dir/$name.log"
        failed=$((failed + 1))
    fi
done
echo "model: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
