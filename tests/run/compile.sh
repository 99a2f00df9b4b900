#!/bin/sh
# compile.sh GENERATED PROGRAM FILE... - specs and C files in, a program out, as a user would do it.
#
# Idea: the .otp files go through otpc into the folder GENERATED, emptied first so that nothing stale
# is compiled; all C found there and given here is compiled with the full warnings and linked. A file
# `needs` names libraries as pkg-config knows them; where this compiler finds one of them not, the
# program is left out, and PROGRAM.without says why.
set -eu
gen=$1 program=$2
shift 2
specs='' sources='' include='' needs=''
for f in "$@"; do
    case $f in
    *.otp) specs="$specs $f" ;;
    *.c) sources="$sources $f" ;;
    */needs) needs="$needs $(cat "$f")" ;;
    esac
    case " $include " in *" -I$(dirname "$f") "*) ;; *) include="$include -I$(dirname "$f")" ;; esac
done
rm -rf "$gen"
mkdir -p "$gen" "$(dirname "$program")"
rm -f "$program.without"
if [ -n "$needs" ]; then
    libraries=$(pkg-config --cflags --libs $needs 2>/dev/null || echo -lnothing)
    LIBS="$LIBS $libraries"
    echo 'int main(void) { return 0; }' >"$gen/needs.c"
    if ! $CC -o "$gen/needs" "$gen/needs.c" $libraries 2>/dev/null; then
        echo "${CC##*/} finds no$needs" >"$program.without"
        rm -rf "$program" "$gen"
        exit 0
    fi
    rm "$gen/needs" "$gen/needs.c"
fi
if [ -n "$specs" ]; then
    "$OTPC" ${MAIN:-} -o "$gen" $specs
    sources="$sources $(ls "$gen"/*.c)"
fi
$CC $CFLAGS -I"$gen" $include -o "$program" $sources $LIBS
