#!/bin/sh
# explain.sh - every code has a page, and every example on it does what the page says.
#
# Idea: the pages are read as a user sees them. A wrong example gives its own finding and no other
# kind, a right one gives none, with the warnings on that the page is about.
. "$ROOT/tests/cli/support.inc"
run 0 explain
silent err
cp out list
sed 's/ .*//' list >codes
[ "$(wc -l <codes)" -gt 60 ] || fail "few codes: $(wc -l <codes)"
sort codes | uniq -d >twice
silent twice
example() # TITLE: the lines below it, without their indentation
{
    awk -v title="$1:" '$0 == title { on = 1; getline; next }
        on && /^[^ ]/ { exit } on { sub(/^    /, ""); print }' page
}
while read -r code; do
    run 0 explain "$code"
    cp out page
    head -n 1 page | grep -q "^$code: " || fail "$code: $(head -n 1 page)"
    case $code in
    E*) title="This is refused" switch= ;;
    *) title="This gives the warning" switch=$code ;;
    esac
    example "$title" >example.otp
    example "This is right" >right.otp
    [ -s right.otp ] || continue
    rc=0
    "$OTPC" check $switch example.otp >out 2>err || rc=$?
    # shellcheck disable=SC2062
    grep -E '(error|warning): .*\[[^]]*\]$' err | sed 's/.*\[\(-W\)*\([^]]*\)\]$/\2/' | sort -u >found
    [ "$(cat found)" = "${code#-W}" ] || { cat example.otp err; fail "$code: found: $(tr '\n' ' ' <found)"; }
    case $code$rc in E*[13] | -W*0) ;; *) fail "$code: exit status $rc" ;; esac
    mv right.otp example.otp
    "$OTPC" check $switch example.otp >out 2>err || { cat example.otp err; fail "$code: the cure is none"; }
    silent out err
done <codes
run 0 explain E0403 -Wintensity call-cycle
says out "E0403:"
says out "-Wintensity:"
says out "-Wcall-cycle:"
