#!/bin/sh
# golden.sh [--rewrite] - what otpc writes, byte for byte, and that it compiles.
#
# Idea: tests/golden/NAME holds what otpc writes (with --main where there is an application) for the
# specs that lie beside it and for their skeletons, or, where no spec does, for samples/NAME. Each
# file must be equal, none may be missing or new. Each generated .c compiles with all warnings, each
# .h stands alone in C and C++, no line is longer than 100 columns. --rewrite takes over what otpc
# writes now: read the difference before committing it.
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

# The generated files of all specs of a folder, and skeletons where the user's files are not there.
generate() # FOLDER OUT
{
    rc=0
    for spec in "$1"/*.otp; do
        main=
        grep -q '^application ' "$spec" && main=--main
        "$OTPC" -w $main -o "$2" "$spec" || rc=1
        case $1 in
        tests/golden/*) "$OTPC" skeleton -w -o "$2" "$spec" || rc=1 ;;
        esac
    done
    return $rc
}

# An implementation sees no public header, so that a call which it does not declare cannot compile.
refuses() # FOLDER IMPL PUBLIC
{
    for pair in "$2 $3" "$3 $2"; do
        for h in $pair; do echo "#include \"$h\""; done >"$BUILD/tests/out/both.c"
        "$CC" -std=c11 -Iruntime/include -I"$1" -fsyntax-only "$BUILD/tests/out/both.c" 2>&1 |
            grep -q '#error "include either' || return 1
    done
}

too_long() # FILE...
{
    awk 'length > 100 { print FILENAME ":" FNR ": longer than 100 columns"; n = 1 } END { exit !n }' "$@"
}

for dir in tests/golden/*/; do
    [ -d "$dir" ] || continue
    name=$(basename "$dir")
    rm -rf "${out:?}/$name"
    mkdir -p "$out/$name"
    specs=samples/$name
    ls "$dir"*.otp >/dev/null 2>&1 && specs=${dir%/}
    generate "$specs" "$out/$name"
    rc=$?
    verdict $rc "$name: otpc runs"
    [ "$rc" -eq 0 ] || continue
    if [ "${1:-}" = --rewrite ]; then
        rm -f "$dir"*.[ch]
        cp "$out/$name"/* "$dir"
    fi
    diff -ru -x '*.otp' "$dir" "$out/$name"
    verdict $? "$name: the files are those in $dir"
    ! too_long "$out/$name"/*
    verdict $? "$name: no line is too long"
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
            verdict $? "$f alone"
            case $f in
            *_impl.h)
                for public in "$out/$name"/*.otp.h; do
                    refuses "$out/$name" "$(basename "$f")" "$(basename "$public")"
                    verdict $? "$f and $public refuse each other"
                done ;;
            esac ;;
        esac
    done
done
echo "golden: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
