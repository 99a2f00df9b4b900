#!/bin/sh
# depfile.sh - dependency files: the right names for make, whatever they are.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
run 0 -MD -o o myapp.otp
holds o myapp.d myapp.otp.c myapp.otp.h myapp.otp.types.h myapp_cache_impl.h
tr -d '\\\n' <o/myapp.d | tr -s ' ' >flat
[ "$(cat flat)" = "o/myapp.otp.types.h o/myapp.otp.h o/myapp_cache_impl.h o/myapp.otp.c: myapp.otp" ] ||
    [ "$(sed 's/: .*//' flat | tr ' ' '\n' | sort | tr '\n' ' ')" = \
        "o/myapp.otp.c o/myapp.otp.h o/myapp.otp.types.h o/myapp_cache_impl.h " ] ||
    fail "$(cat o/myapp.d)"
says flat ": myapp.otp"

run 0 -MD -MF dep -MT '$(X) y' -MT z -MP -o o2 myapp.otp
[ "$(cat dep)" = '$(X) y z: myapp.otp' ] || fail "$(cat dep)"

# Imports, includes, and what they import; -I; empty rules for all but the spec.
mkdir -p lib/deep
printf 'package base;\nstruct id { n: u64; }\n' >lib/deep/base.otp
printf 'package shop;\nimport "deep/base.otp";\ninclude "shop_types.h";\nstruct item { i: base.id; }\n' >lib/shop.otp
: >lib/shop_types.h
printf 'package top;\nimport "shop.otp";\ninclude "only_the_compiler_finds_it.h";\nstruct a { b: shop.item; }\n' >top.otp
run 0 -I lib -MD -MF dep -MT t -MP -o o3 top.otp
printf '%s\n' 't: top.otp lib/shop.otp lib/shop_types.h lib/deep/base.otp' 'lib/shop.otp:' \
    'lib/shop_types.h:' 'lib/deep/base.otp:' >want
diff want dep

# Several specs, one file: a rule for each.
run 0 -I lib -MD -MF dep -o o4 top.otp myapp.otp
[ "$(grep -c ':' dep)" -eq 2 ] || fail "$(cat dep)"

# A run that fails leaves the old file.
cp dep before
write_bad_spec bad.otp
run 1 -MD -MF dep -o o5 bad.otp
cmp dep before

# Names that mean something to make: no command in them runs, and make finds the spec.
command -v make >/dev/null || { echo "note: make is not there"; exit 0; }
n=0
for name in 'with blank' 'a#b' 'c:d' 'e%f' '$(shell touch ran)' 'back\ slash' 'tab	x' "quote'd" 'é'; do
    n=$((n + 1))
    mkdir -p "$name"
    cp myapp.otp "$name/myapp.otp"
    run 0 -MD -MF "dep$n" -MT "all$n" -o o6 "$name/myapp.otp"
    printf 'all%s:\n\t@echo made; touch all%s\n-include dep%s\n' $n $n $n >mk
    make -rf mk "all$n" >log 2>&1 || { cat log "dep$n"; fail "make does not read the rule for '$name'"; }
    [ ! -e ran ] || fail "make ran a command of '$name'"
    make -rf mk "all$n" >log 2>&1
    ! grep -q made log || { cat "dep$n"; fail "'$name' is made again"; }
    sleep 0.02
    touch "$name/myapp.otp"
    make -rf mk "all$n" >log 2>&1
    grep -q made log || { cat "dep$n"; fail "'$name' is not made again"; }
    run 0 -MD -MF "dep$n" -o "$name" "$name/myapp.otp"
    printf '%s\n' 'x:' "include dep$n" >mk
    make -rnf mk >log 2>&1 || { cat log "dep$n"; fail "make does not read '$name' as a target"; }
done
run 3 -MD -o 'line
break' myapp.otp
says err "in a dependency file"
