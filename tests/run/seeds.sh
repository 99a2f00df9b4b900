#!/bin/sh
# seeds.sh NAME FOLDER - gathers the seeds of a fuzz program.
set -eu
rm -rf "$2"
mkdir -p "$2"
case $1 in
spec)
    for file in samples/*/*.otp tests/golden/*/*.otp tests/conformance/*.otp tests/spec/*.test; do
        cp "$file" "$2/$(echo "$file" | tr / _)"
    done
    ;;
options)
    sed -n 's/^ *otpc //p' man/otpc.1 README.md | tr ' ' '\n' >"$2/manual"
    printf -- 'check\n-Wall\n-Werror=unused\n-MD\n-MF\nx.d\n-MT\na\n-I\ninc\n--\n-x.otp' >"$2/compile"
    printf -- 'explain\n--tree\nE0203\n--color=always\n--help\n-ogen\n-fmax-errors=3' >"$2/explain"
    ;;
env)
    printf -- '--flag\n--small=-128\n--port=65535\n--wide\n18446744073709551615\n--ratio=1e308' >"$2/a"
    printf -- '--pause=3d\n--level=high\n--text=x\n--help\n--no-flag\n--port=abc' >"$2/b"
    ;;
esac
for file in tests/fuzz/corpus/"$1"/*; do
    [ ! -e "$file" ] || cp "$file" "$2/"
done
