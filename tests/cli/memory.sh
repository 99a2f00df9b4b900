#!/bin/sh
# memory.sh - memory that runs out is an error with status 3, and nothing is left behind.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
limited() # KILOBYTES ARGUMENT...
{
    kilobytes=$1
    shift
    # shellcheck disable=SC3045
    (ulimit -v "$kilobytes" && exec "$OTPC" "$@") >out 2>err
}
limited 40000 --version || { echo "SKIP otpc cannot run in 40 MB of addresses (a checker?)"; exit 77; }
awk 'BEGIN { print "package big;"
    for (i = 0; i < 30000; i++)
        print "genserver g" i " { name g" i "; call m(a: string, b: u64 = 3) -> ok(x: u8) | no; cast c(d: bytes); }" }' >big.otp
out_of_memory=0
for kilobytes in 20000 30000 40000 60000 90000 130000 200000 300000; do
    rc=0
    limited $kilobytes -o o big.otp || rc=$?
    case $rc in
    0) break ;;
    3) says err "out of memory"; out_of_memory=$((out_of_memory + 1)) ;;
    *) fail "with $kilobytes kB: exit status $rc: $(head -n 3 err)" ;;
    esac
    [ ! -e o ] || holds o
done
[ $out_of_memory -gt 2 ] || fail "memory ran out $out_of_memory times only"
