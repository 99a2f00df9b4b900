#!/bin/sh
# spec.sh - runs the diagnostics blocks of tests/spec through the program spec_test.
dir=${BUILD:?}/tests/out/spec
rm -rf "$dir"
mkdir -p "$dir"
case $OTPC in /*) ;; *) OTPC=$PWD/$OTPC ;; esac
set -- tests/spec/*.test
[ -e "$1" ] || set --
exec "${SPEC_TEST:?}" "$OTPC" "$dir" "$@"
