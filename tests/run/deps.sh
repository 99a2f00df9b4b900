#!/bin/sh
# deps.sh base|all|peers - installs what is missing, by the names of Debian's packages; silent if nothing is.
#
# Idea: base is what a build and `make check` need, all adds what `make check-all` can use, peers what
# `make bench-peers` compares with. Each package is known by a file or command that it brings, so a
# tool from elsewhere counts too.
set -u

have() { command -v "$1" >/dev/null 2>&1; }
missing=''
need() # PACKAGE TEST...: remembers PACKAGE unless the command TEST succeeds
{
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
has_library() # the Check library, whatever way it was installed
{
    have pkg-config && pkg-config --exists "$1"
}
has_header() # HEADER
{
    echo "#include <$1>" | cc -E -
}

need gcc have gcc
need g++ have g++
need libc6-dev test -e /usr/include/stdio.h
need make have make
need flex have flex
need bison have bison
need pkg-config have pkg-config
need check has_library check
if [ "${1:-base}" = all ]; then
    need clang have clang
    need libclang-rt-14-dev sh -c 'test -e "$(clang -print-resource-dir)/lib/linux/libclang_rt.tsan-$(uname -m).a"'
    need llvm have llvm-symbolizer
    need clang-format have clang-format
    need mandoc have mandoc
    need valgrind have valgrind
    need qemu-user have qemu-aarch64
    need gcc-aarch64-linux-gnu have aarch64-linux-gnu-gcc
    need g++-aarch64-linux-gnu have aarch64-linux-gnu-g++
    need libc6-dev-arm64-cross test -e /usr/aarch64-linux-gnu/include/stdio.h
    need musl-tools have musl-gcc
    need spin have spin
    need shellcheck have shellcheck
    need libcurl4-openssl-dev has_library libcurl
fi
if [ "${1:-base}" = peers ]; then
    need erlang-base have erlc
    need elixir have elixirc
    need golang-go have go
    need liburcu-dev has_header urcu/rculfhash.h
    need libck-dev has_header ck_ht.h
fi
[ -n "$missing" ] || exit 0

if ! have apt-get; then
    echo "make deps: install these first, by whatever name your system has for them:$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! have sudo; then
        echo "make deps: not root and no sudo; as root, run: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "installing:$missing"
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null; }
apt update || { echo "make deps: apt-get update failed" >&2; exit 1; }
apt install --no-install-recommends -y $missing >/dev/null ||
    { echo "make deps: could not install$missing" >&2; exit 1; }
