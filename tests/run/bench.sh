#!/bin/sh
# bench.sh [--peers] [NAME...] - runs the benchmarks tests/bench/NAME, all of them if none is named.
#
# Idea: a benchmark is a folder with a spec and C, built as a sample is, whose program prints its own
# figures, each with its unit and settings. --peers runs tests/bench/peers/run.sh: the same work in
# other languages, as far as they are installed.
set -eu
if [ "${1:-}" = --peers ]; then
    shift
    [ -f tests/bench/peers/run.sh ] || { echo "bench-peers: there are none in tests/bench/peers" >&2; exit 1; }
    exec sh tests/bench/peers/run.sh "$@"
fi
[ $# -gt 0 ] || set -- $(cd tests/bench 2>/dev/null && ls -d W* 2>/dev/null)
[ $# -gt 0 ] || { echo "bench: there are no benchmarks in tests/bench" >&2; exit 1; }
for name in "$@"; do
    [ -d "tests/bench/$name" ] || { echo "bench: no benchmark $name" >&2; exit 1; }
    # Benchmarks may look at what POSIX does not show: counters, memory maps.
    CFLAGS=$USER_C sh "$(dirname "$0")/compile.sh" "$BUILD/bench/$name.gen" "$BUILD/bench/$name" \
        $(ls tests/bench/"$name"/*.otp tests/bench/"$name"/*.c 2>/dev/null)
    "$BUILD/bench/$name"
done
