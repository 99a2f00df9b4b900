#!/bin/sh
# aarch64.sh PROGRAM ARGUMENT... - RUN_WITH for aarch64 programs, under qemu.
# aarch64.sh --prepare - unpacks the test library for aarch64 into $BUILD/debian (CHECK_ROOT).
#
# Idea: the cross compiler brings a C library, but no Check. Debian has it built for arm64; its
# packages are unpacked into $BUILD, so that the system's own list of architectures stays as it is.
set -eu
if [ "$1" != --prepare ]; then
    exec qemu-aarch64 -L /usr/aarch64-linux-gnu "$@"
fi
root=$PWD/$BUILD/debian
case $BUILD in /*) root=$BUILD/debian ;; esac
if [ ! -e "$root/usr/include/check.h" ]; then
    mkdir -p "$root/lists/partial" "$root/cache/archives/partial" "$root/packages"
    touch "$root/status"
    apt_arm() {
        (cd "$root/packages" && apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
            -o APT::Sandbox::User=root -o Dir::State::status="$root/status" \
            -o Dir::State::lists="$root/lists" -o Dir::Cache="$root/cache" "$@" >&2)
    }
    apt_arm update
    apt_arm download check libsubunit-dev libsubunit0
    for deb in "$root"/packages/*.deb; do dpkg-deb -x "$deb" "$root"; done
fi
