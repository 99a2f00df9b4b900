#!/bin/sh
# help.sh - help and version go to standard output, wrong usage to standard error.
. "$ROOT/tests/cli/support.inc"
for option in --help -h --help=warnings --version -V; do
    run 0 $option
    silent err
    [ -s out ] || fail "$option prints nothing"
done
run 0 --version
grep -qE '^otpc [0-9]+\.[0-9]+\.[0-9]+$' out || fail "odd version: $(cat out)"
run 0 --help
for word in check skeleton explain --main --stamp -MD -fmax-errors -Werror --color; do says out "$word"; done
run 0 --help=warnings
says out "-Wterminate-without-trap"
run 0 --help --version no.otp
says out "Usage:"
