#!/bin/sh
# compile.sh GENERATED PROGRAM FILE... - specs and C files in, a program out, as a user would do it.
#
# Idea: the .otp files go through otpc into the folder GENERATED, emptied first so that nothing stale
# is compiled; all C found there and given here is compiled with the full warnings and linked.
set -eu
gen=$1 program=$2
shift 2
specs='' sources='' include=''
for f in "$@"; do
    case $f in
    *.otp) specs="$specs $f" ;;
    *.c) sources="$sources $f" ;;
    esac
    case " $include " in *" -I$(dirname "$f") "*) ;; *) include="$include -I$(dirname "$f")" ;; esac
done
rm -rf "$gen"
mkdir -p "$gen" "$(dirname "$program")"
if [ -n "$specs" ]; then
    "$OTPC" ${MAIN:-} -o "$gen" $specs
    sources="$sources $(ls "$gen"/*.c)"
fi
$CC $CFLAGS -I"$gen" $include -o "$program" $sources $LIBS
