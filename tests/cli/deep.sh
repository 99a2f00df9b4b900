#!/bin/sh
# deep.sh - long chains of things that refer to each other: an error or a result, never a crash.
. "$ROOT/tests/cli/support.inc"
awk 'BEGIN { print "package x;"
    for (i = 0; i < 20000; i++) print "supervisor s" i " { child s" i + 1 "; }"
    print "genserver g { info y; }"; print "supervisor s20000 { child g; }" }' >tree.otp
run 1 check tree.otp
says err "has more than 256 levels [E0409]"
awk 'BEGIN { print "package x;"
    for (i = 0; i < 20000; i++) print "struct s" i " { a: s" i + 1 "; }"
    print "struct s20000 { a: u8; }" }' >structs.otp
run 1 check structs.otp
says err "nests more than 200 levels deep [E0112]"
awk 'BEGIN { print "package x;"
    for (i = 0; i < 20000; i++) print "genserver g" i " { name g" i "; call m calls g" (i + 1) % 20000 ".m; }" }' >calls.otp
run 1 check -w calls.otp
says err "deadlock: g0.m -> g1.m"
awk 'BEGIN { print "package x;"
    for (i = 0; i < 300; i++) { printf "genserver g" i " { name g" i "; call m; info i calls g0.m"
        for (k = 1; k < 300; k++) printf ", g" k ".m"; print "; }" } }' >mesh.otp
run 1 check -w mesh.otp
[ "$(grep -c 'deadlock' err)" -le 20 ] || fail "$(grep -c 'deadlock' err) deadlocks"
