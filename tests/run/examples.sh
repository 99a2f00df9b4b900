#!/bin/sh
# examples.sh - takes the marked examples out of README.md and the man pages, builds and runs them.
#
# Idea: examples.awk writes each example into a folder of its own. Where it has a shell part, that is
# run as a reader would, with otpc and libotp installed to be found; else its spec and its C are
# compiled, and run if there is an expected output. CONTRIBUTING.md describes the marks.
set -u
case $BUILD in /*) top=$BUILD ;; *) top=$PWD/$BUILD ;; esac
dir=$top/tests/examples
log=$top/tests/out/example.txt
passed=0 failed=0
here=$PWD
rm -rf "$dir" && mkdir -p "$dir" "$top/tests/out"
BUILD=$BUILD VERSION=0 PREFIX=$dir/.prefix sh tests/run/install.sh install "$dir/.prefix" || exit 1

for page in README.md samples/*/README.md man/*.[1-9]; do
    [ -e "$page" ] || continue
    awk -v dir="$dir" -f tests/run/examples.awk "$page" || failed=$((failed + 1))
done

run_example() # in the example's folder; its make is the reader's own, not a part of ours
{
    unset MAKEFLAGS MFLAGS MAKELEVEL
    PATH=$dir/.prefix/bin:$PATH
    export PATH PKG_CONFIG_PATH="$dir/.prefix/lib/pkgconfig" LD_LIBRARY_PATH="$dir/.prefix/lib"
    flags="-std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wconversion -Wpedantic -Werror -pthread"
    flags="$flags -I$here/runtime/include"
    if [ -e script.sh ]; then
        timeout 300 sh -eu script.sh >output.txt </dev/null || return
    elif ls ./*.c >/dev/null 2>&1 && ! ls ./*.otp >/dev/null 2>&1 && ! grep -q 'main(' ./*.c; then
        $CC $flags -fsyntax-only ./*.c
        return
    elif ls ./*.c >/dev/null 2>&1; then
        main=--main
        grep -q '^int main(' ./*.c && main=
        MAIN=$main CFLAGS=$flags LIBS="$dir/.prefix/lib/libotp.a -pthread" OTPC=otpc \
            sh "$here/tests/run/compile.sh" gen ./program $(ls ./*.otp ./*.c 2>/dev/null) || return
        [ ! -e expected.txt ] || timeout 300 ./program >output.txt </dev/null || return
    else
        otpc check ./*.otp || return
    fi
    [ ! -e expected.txt ] || diff -u expected.txt output.txt
}

for example in "$dir"/*/; do
    [ -d "$example" ] || continue
    if (cd "$example" && run_example) >"$log" 2>&1; then
        passed=$((passed + 1))
    else
        echo "FAIL example $(basename "$example")"
        cat "$log"
        failed=$((failed + 1))
    fi
done
echo "examples: $passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
