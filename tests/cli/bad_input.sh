#!/bin/sh
# bad_input.sh - input that is no spec: a clear error, the right status, no output, no crash, no hang.
. "$ROOT/tests/cli/support.inc"
bad() # STATUS FILE TEXT
{
    run "$1" -o o "$2"
    silent out
    says err "$3"
    [ ! -e o ] || fail "$2: something was written"
    [ "$(wc -c <err)" -lt 2000000 ] || fail "$2: a flood of $(wc -c <err) bytes"
}
bytes() # COUNT BYTE
{
    LC_ALL=C awk -v n="$1" -v c="$2" 'BEGIN { while (length(s) < 1000) s = s c
        for (i = 0; i < n; i += 1000) printf "%s", s }'
}

bad 3 absent.otp "absent.otp"
says err "[E0601]"
mkdir folder.otp
bad 3 folder.otp "folder.otp"
run 3 -o o folder.otp absent.otp
says err "absent.otp"
says err "folder.otp"

: >empty.otp
bad 1 empty.otp "empty.otp:1:1: error: "
printf '// nothing\n\n' >comment.otp
bad 1 comment.otp "comment.otp:"
printf '\357\273\277' >bom.otp
bad 1 bom.otp "bom.otp:"

LC_ALL=C awk 'BEGIN { srand(7); for (i = 0; i < 20000; i++) printf "%c", int(rand() * 256) }' >random.otp
bad 1 random.otp "random.otp:"
printf 'package x;\nstruct a { b: u8; }\n\000\000struct c { d: u8; }\n' >nul.otp
bad 1 nul.otp "nul.otp:3:1: error: "
printf 'package x;\n// caf\351\nstruct a { b: u8; }\n' >latin.otp
bad 1 latin.otp "latin.otp:2:7: error: "
says err "UTF-8"

{ printf 'package x;\n// '; bytes 10000000 a; printf '\nstruct a { b: u8; }\n'; } >long.otp
run 0 check long.otp
{ printf 'package x;\nstruct '; bytes 10000000 a; printf ' { b: u8; }\n'; } >name.otp
bad 1 name.otp "name.otp:2:8: error: "
{ printf 'package x;\nstruct s { b: '; bytes 10000000 a; printf '; }\n'; } >line.otp
bad 1 line.otp "line.otp:2:15: error: "
{ printf 'package x;\nenv { s: string = "'; bytes 10000000 a; } >string.otp
bad 1 string.otp "string.otp:2:"

{ printf 'package x;\nstruct s { b: '; bytes 20000 '['; printf 'u8'; bytes 20000 ']'; printf '; }\n'; } >types.otp
bad 1 types.otp "types.otp:2:"
{ printf 'package x;\nagent a: u8 = '; bytes 20000 '('; printf '1'; bytes 20000 ')'; printf ' { }\n'; } >parens.otp
bad 1 parens.otp "parens.otp:2:"
{ printf 'package x;\n'; bytes 20000 '{'; } >braces.otp
bad 1 braces.otp "braces.otp:2:"
{ printf 'package x;\n'; bytes 20000 '}'; } >closing.otp
bad 1 closing.otp "closing.otp:2:"
{ printf 'package x;\n/* '; bytes 1000000 '/* '; } >open_comment.otp
bad 1 open_comment.otp "open_comment.otp:2:"
