#!/bin/sh
# unreadable.sh - a spec that may not be read, a folder that may not be written: as another user.
. "$ROOT/tests/cli/support.inc"
[ "$(id -u)" -eq 0 ] || { echo "SKIP needs root, to become another user"; exit 77; }
command -v setpriv >/dev/null || { echo "SKIP setpriv is not installed"; exit 77; }
cp "$OTPC" ./otpc
chmod 755 . ./otpc
as_nobody() # STATUS ARGUMENT...
{
    want=$1
    shift
    rc=0
    setpriv --reuid=65534 --regid=65534 --clear-groups ./otpc "$@" >out 2>err || rc=$?
    [ "$rc" -eq "$want" ] || { cat out err; fail "exit status $rc, not $want: otpc $*"; }
}
as_nobody 0 --version || true
write_spec myapp.otp
chmod 600 myapp.otp
as_nobody 3 check myapp.otp
says err "myapp.otp"
says err "Permission denied"
chmod 644 myapp.otp

mkdir -m 755 closed
as_nobody 3 -o closed myapp.otp
says err "otpc: cannot write 'closed/myapp.otp.types.h': Permission denied"
holds closed
as_nobody 3 -o closed/new myapp.otp
says err "otpc: cannot make folder 'closed/new': Permission denied"
as_nobody 3 --stamp=closed/stamp -o /proc/none myapp.otp

# One file of several cannot be replaced: those that were are taken back.
mkdir -m 1777 sticky
run 0 -o sticky myapp.otp
chown 65534 sticky/*
chown 0 sticky/myapp.otp.h
sed 's|^    cast delete|    /// Forgets a key.\n    cast delete(a: u8);\n    cast delete2|' myapp.otp >new.otp
mkdir before
cp -p sticky/* before/
chmod 644 new.otp
mv new.otp myapp.otp
as_nobody 3 -o sticky myapp.otp
says err "otpc: cannot write 'sticky/myapp.otp.h': Operation not permitted"
diff -r before sticky
