#!/bin/sh
# usage.sh - wrong usage: one line, a guess where there is one, where to look, status 2.
. "$ROOT/tests/cli/support.inc"
wrong() # TEXT ARGUMENT...
{
    text=$1
    shift
    run 2 "$@"
    silent out
    says err "otpc: $text"
    [ "$(wc -l <err)" -eq 2 ] || fail "not two lines: $(cat err)"
    [ "$(tail -n 1 err)" = "Try 'otpc --help'." ] || fail "no hint: $(cat err)"
}
write_spec myapp.otp
wrong "no spec was given"
wrong "no spec was given" check
wrong "unknown option '--mian'; did you mean '--main'?" --mian myapp.otp
wrong "unknown warning '-Wterminate-without-tarp'; did you mean 'terminate-without-trap'?" \
    -Wterminate-without-tarp myapp.otp
wrong "option '--main' does not go with 'check'" check --main myapp.otp
wrong "option '-MF' needs '-MD'" -MF x myapp.otp
wrong "unknown command 'chekc'; did you mean 'check'?" chekc myapp.otp
wrong "there is no code 'E9999'" explain E9999
holds . err myapp.otp out
