#!/bin/sh
# golden.sh [--rewrite] - what otpc writes for the samples, byte for byte, and that it compiles.
#
# Idea: tests/golden/NAME holds what `otpc --main` writes for samples/NAME. Each file must be equal,
# none may be missing or new. Each generated .c compiles with all warnings, each .h stands alone in
# C and C++. --rewrite takes over what otpc writes now: read the difference before committing it.
. "$(dirname "$0")/headers.inc.sh"
passed=0 failed=0 skipped=0
out=$BUILD/tests/golden

verdict() # STATUS WHAT
{
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
    else
        echo "FAIL golden $2"
        failed=$((failed + 1))
    fi
}

for dir in tests/golden/*/; do
    [ -d "$dir" ] || continue
    name=$(basename "$dir")
    rm -rf "${out:?}/$name"
    mkdir -p "$out/$name"
    "$OTPC" --main -o "$out/$name" samples/"$name"/*.otp
    rc=$?
    verdict $rc "$name: otpc runs"
    [ "$rc" -eq 0 ] || continue
    if [ "${1:-}" = --rewrite ]; then
        rm -f "$dir"*
        cp "$out/$name"/* "$dir"
    fi
    diff -ru "$dir" "$out/$name"
    verdict $? "$name: the files are those in $dir"
    for f in "$out/$name"/*; do
        case $f in
        *.c)
            for cc in "$CC" clang; do
                command -v "$cc" >/dev/null || { skipped=$((skipped + 1)); continue; }
                $cc -std=c11 -D_POSIX_C_SOURCE=200809L $STRICT -Wswitch-enum -Iruntime/include \
                    -I"$out/$name" -I"samples/$name" -fsyntax-only "$f"
                verdict $? "$f with $cc"
            done ;;
        *.h)
            header_is_clean "$f" -Iruntime/include -I"samples/$name"
            verdict $? "$f alone" ;;
        esac
    done
done
echo "golden: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
