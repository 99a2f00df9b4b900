#!/bin/sh
# warnings.sh - switches of warnings and errors.
. "$ROOT/tests/cli/support.inc"
cat >w.otp <<'END'
package w;
genserver a { info x; on terminate; }
supervisor empty { strategy one_for_one; }
END
run 0 check w.otp
silent err
run 0 check -Wall w.otp
[ "$(grep -c 'warning:' err)" -eq 2 ] || fail "$(cat err)"
says err "[-Wterminate-without-trap]"
run 0 check -Wall -Wno-empty-supervisor w.otp
[ "$(grep -c 'warning:' err)" -eq 1 ] || fail "$(cat err)"
run 0 check -Wempty-supervisor w.otp
[ "$(grep -c 'warning:' err)" -eq 1 ] || fail "$(cat err)"
run 0 check -w -Wall w.otp
silent err
run 1 -Wall -Werror=empty-supervisor -o o w.otp
says err "error: supervisor 'empty' has no children [-Werror=empty-supervisor]"
says err "otpc: 1 error, 1 warning in w.otp; nothing was written"
[ ! -e o ] || fail "it was written"
run 1 check -Wall -Werror w.otp
run 0 check -Wall -Werror -Wno-error=empty-supervisor -Wno-error=terminate-without-trap w.otp
run 0 -Wall -o o w.otp
[ -e o/w.otp.h ] || fail "warnings alone do not stop a compile"
# Warnings about a spec that is only imported are its owner's.
printf 'package v;\nimport "w.otp";\nsupervisor s { child w.a; }\n' >v.otp
run 0 check -Wall v.otp
silent err
# The whole program is here: what nothing starts or calls is worth a word.
printf 'package p;\ngenserver a { call x; }\n' >p.otp
run 0 check -Wall -Wextra p.otp
silent err
run 0 check --whole-program p.otp
says err "[-Wunused-module]"
says err "[-Wunused-call]"
run 0 check --whole-program -Wno-unused-call p.otp
[ "$(grep -c 'warning:' err)" -eq 1 ] || fail "$(cat err)"
# Limits and looks.
printf 'package e;\nsupervisor s { child a; child b; child c; }\n' >e.otp
run 1 check -fmax-errors=1 e.otp
[ "$(grep -c 'error:' err)" -eq 1 ] || fail "$(cat err)"
run 1 check -fno-diagnostics-show-caret e.otp
! grep -q '\^' err || fail "a caret"
run 1 check --color=always e.otp
grep -q "$(printf '\033')" err || fail "no colour"
sed "s/$(printf '\033')\[[0-9;]*m//g" err >plain
run 1 check --color=never e.otp
diff plain err
