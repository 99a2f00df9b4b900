#!/bin/sh
# full_disk.sh - a disk without room: status 3, the file and the reason, old files whole, no rest.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
run 0 -o good myapp.otp

# A file that goes to a full device, whoever runs this.
mkdir dev
ln -s /dev/full dev/myapp.otp.h
run 3 -o dev myapp.otp
says err "otpc: cannot write 'dev/myapp.otp.h': No space left on device"
holds dev myapp.otp.h
[ -c /dev/full ] || fail "the device is gone"

# A limit on the size of files is a kind of full disk.
cp -r good limited
sed 's|^    cast delete|    /// Forgets a key.\n    cast delete|' myapp.otp >more.otp
mkdir m && mv more.otp m/myapp.otp
rc=0
(ulimit -f 1; exec "$OTPC" -o limited m/myapp.otp >out 2>err) || rc=$?
[ "$rc" -eq 3 ] || fail "exit status $rc: $(cat err)"
says err "File too large"
diff -r good limited

mkdir disk
if ! mount -t tmpfs -o size=16k none disk 2>/dev/null; then
    echo "note: may not mount a small disk here; the rest is left out"
    exit 0
fi
trap 'umount disk' EXIT
run 3 -o disk myapp.otp
says err ": No space left on device"
holds disk
mkdir disk/sub && head -c 8192 /dev/zero >disk/filler
run 3 -o disk/sub myapp.otp
holds disk/sub
