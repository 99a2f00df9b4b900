#!/bin/sh
# demo.sh - a tour of the cache: compiled, started, used, broken, stopped; fails if a claim is not true.
set -u
here=$(dirname "$0")
: "${BUILD:=build}" "${CC:=gcc}"
: "${OTPC:=$BUILD/bin/otpc}" "${USER_C:=-std=c11 -O2 -pthread -D_POSIX_C_SOURCE=200809L -Iruntime/include}"
: "${LIBS:=$BUILD/lib/libotp.a -pthread}"
. "$here/service.inc"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

fail() { echo "demo: $*" >&2; exit 1; }
say() { printf '\n== %s\n' "$*"; }
logged() { grep -Eq "$1" "$tmp/show.log" || fail "the log does not say: $1"; }

say "One spec declares the cache, its supervisor and the application:"
grep -v '^ *///' "$here/myapp.otp" | grep -v '^$'
mkdir -p "$tmp/gen"
"$OTPC" --main -o "$tmp/gen" "$here/myapp.otp" || fail "otpc refused the spec"
say "otpc --main has written the C around it; cache.c ($(grep -c '' "$here/cache.c") lines) is the user's:"
(cd "$tmp/gen" && wc -l -- *)

gen=$tmp/gen
$CC $USER_C -I"$gen" -o "$tmp/cache" "$here/cache.c" "$gen"/*.c $LIBS || fail "the service does not build"
rm "$gen/myapp.otp.main.c" # show.c has its own
$CC $USER_C -I"$gen" -o "$tmp/show" "$here/cache.c" "$here/show.c" "$gen"/*.c $LIBS ||
    fail "the program that embeds it does not build"

say "A program embeds the application and checks what it shows:"
"$tmp/show" 2>"$tmp/show.log" || { cat "$tmp/show.log" >&2; fail "not everything held"; }

say "Meanwhile the log told what happened:"
grep -v '^cache: ' "$tmp/show.log"
logged 'event=child_exit .*child=cache .*reason=killed'
logged 'event=exit .*module=myapp\.cache .*message=crash .*reason=boom'
[ "$(grep -c 'event=restart .*child=cache' "$tmp/show.log")" -eq 2 ] || fail "not two restarts"

say "The same as a service: started, then SIGTERM once it runs:"
serve "$tmp/cache" "$tmp/service.log" || fail "the service did not stop in order"
cat "$tmp/service.log"
say "It stopped in order, with status 0. All that was claimed was checked."
