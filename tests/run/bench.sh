#!/bin/sh
# bench.sh [--peers | --tiny] [NAME...] - runs the benchmarks tests/bench/NAME; all if none is named.
#
# Idea: a benchmark is a folder with a spec and C, built as a sample is, whose program prints its own
# figures, each as a line of JSON; it may look into the runtime. --tiny gives them little to do, to
# see that they work. --peers runs tests/bench/peers/run.sh: the same work done by others, as far as
# they are installed.
set -eu
n=''
case ${1:-} in
--peers)
    shift
    exec sh tests/bench/peers/run.sh "$@"
    ;;
--tiny)
    shift
    n=1000
    ;;
esac
[ $# -gt 0 ] || set -- $(cd tests/bench && for spec in */*.otp; do dirname "$spec"; done)
for name in "$@"; do
    [ -d "tests/bench/$name" ] || { echo "bench: no benchmark $name" >&2; exit 1; }
    CFLAGS="$USER_C -Iruntime" sh "$(dirname "$0")/compile.sh" "$BUILD/bench/$name.gen" "$BUILD/bench/$name" \
        tests/bench/bench.c tests/bench/"$name"/*.otp tests/bench/"$name"/*.c
    "$BUILD/bench/$name" $n
done
