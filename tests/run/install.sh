#!/bin/sh
# install.sh install|uninstall FOLDER - puts what was built under FOLDER, or takes exactly that away.
#
# Idea: one list of (mode, source, place) serves both directions, so uninstall forgets nothing.
# BUILD and VERSION come from the Makefile; PREFIX is where FOLDER will be when it is used.
set -eu
what=$1 dest=$2

files()
{
    echo "755 ${BUILD:-build}/bin/otpc bin/otpc"
    echo "644 ${BUILD:-build}/lib/libotp.a lib/libotp.a"
    echo "755 ${BUILD:-build}/lib/libotp.so.0 lib/libotp.so.0"
    for f in runtime/include/otp/*.h; do echo "644 $f include/otp/$(basename "$f")"; done
    for f in man/*.[1-9]; do
        [ -e "$f" ] && echo "644 $f share/man/man${f##*.}/$(basename "$f")"
    done
    [ ! -d compiler/share ] || (cd compiler/share && find . -type f) | sort | sed 's|^\./||' |
        while read -r f; do echo "644 compiler/share/$f share/otpc/$f"; done
}

# A page that describes several functions is found under the name of each of them.
links()
{
    for f in man/*.3; do
        [ -e "$f" ] || continue
        sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \([^ ]*\).*/\1/p' "$f" | while read -r name; do
            page=$(basename "$f")
            [ "$name.3" = "$page" ] || echo "$page share/man/man3/$name.3"
        done
    done
}

pkg_config()
{
    echo "prefix=$PREFIX"
    cat <<'EOF'
libdir=${prefix}/lib
includedir=${prefix}/include

Name: otp
EOF
    echo "Description: genservers and supervision trees in C"
    echo "Version: ${VERSION:?}"
    echo "Libs: -L\${libdir} -lotp -pthread"
    echo "Cflags: -I\${includedir} -pthread"
}

if [ "$what" = uninstall ]; then
    files | while read -r _ _ to; do rm -f "$dest/$to"; done
    links | while read -r _ to; do rm -f "$dest/$to"; done
    rm -f "$dest/lib/libotp.so" "$dest/lib/pkgconfig/otp.pc"
    rmdir "$dest/include/otp" "$dest/share/otpc" 2>/dev/null || true
    exit 0
fi
files | while read -r mode from to; do
    install -D -m "$mode" "$from" "$dest/$to"
done
links | while read -r page to; do ln -sf "$page" "$dest/$to"; done
ln -sf libotp.so.0 "$dest/lib/libotp.so"
mkdir -p "$dest/lib/pkgconfig"
pkg_config >"$dest/lib/pkgconfig/otp.pc"
