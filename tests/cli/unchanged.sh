#!/bin/sh
# unchanged.sh - a file that would not change is not touched; one that does keeps mode and links.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
run 0 -o o myapp.otp
touch -d '2001-01-01 00:00:00' o/*
cp -p o/myapp.otp.types.h before.h
run 0 -o o myapp.otp
unchanged_since before.h o/*

# A comment that reaches one header only.
sed 's|^    cast delete|    /// Forgets a key.\n    cast delete|' myapp.otp >new.otp
mv new.otp myapp.otp
chmod 640 o/myapp.otp.types.h
mkdir real
mv o/myapp.otp.types.h real/elsewhere.h
ln -s ../real/elsewhere.h o/myapp.otp.types.h
run 0 -v -o o myapp.otp
says err "otpc: o/myapp.otp.types.h: written"
[ -L o/myapp.otp.types.h ] || fail "the link was replaced"
says real/elsewhere.h "Forgets a key."
[ -n "$(find real/elsewhere.h -perm 640)" ] || fail "another mode: $(ls -l real)"
holds real elsewhere.h
