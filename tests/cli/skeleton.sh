#!/bin/sh
# skeleton.sh - the user's files are made once and never changed.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
run 0 skeleton -v -o src myapp.otp
says err "otpc: src/cache.c: written"
holds src cache.c
echo '/* mine */' >src/cache.c
cp -p src/cache.c before
run 0 skeleton -v -o src myapp.otp
says err "otpc: src/cache.c: kept"
cmp before src/cache.c
rm src/cache.c
ln -s elsewhere src/cache.c
run 0 skeleton -o src myapp.otp
[ ! -e src/elsewhere ] || fail "it was written through a link"
# A compile leaves the user's files alone, whatever happens.
rm src/cache.c
run 0 skeleton -o src myapp.otp
cp -p src/cache.c before
run 0 -o src --main myapp.otp
cmp before src/cache.c
unchanged_since before src/cache.c
# Two modules, one there already.
sed 's/^supervisor/genserver worker { info work; }\nsupervisor/' myapp.otp >x && mv x myapp.otp
run 0 skeleton -v -o src myapp.otp
says err "otpc: src/cache.c: kept"
says err "otpc: src/worker.c: written"
write_bad_spec bad.otp
run 1 skeleton -o new bad.otp
[ ! -e new ] || fail "it was written"
run 0 skeleton -o - myapp.otp
says out "myapp_cache_init"
