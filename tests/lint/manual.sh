#!/bin/sh
# manual.sh - every public function has its manual page, and pages are what they look like.
#
# Idea: a page names what it describes in NAME. Functions for those who write behaviours are in
# headers of their own, which are their manual; so are the few others named here, which generated
# code calls.
internal=' behaviour.h describe.h errno.h layout.h reclaim.h share.h slabs.h '
generated=' otp_cache_start otp_continue otp_dynamic_supervisor_start otp_genserver_start \
    otp_open_request otp_owned_clear otp_owned_set otp_partition_supervisor_start otp_publish \
    otp_pubsub_start otp_registry_start otp_reply otp_reply_free otp_supervisor_start \
    otp_task_reply otp_task_start '
names=$(sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \([^ ]*\).*/\1/p' man/*.3)
for header in runtime/include/otp/*.h; do
    case $internal in *" ${header##*/} "*) continue ;; esac
    # a declaration may be broken after its OTP_API
    tr '\n' ' ' <"$header" | grep -o 'OTP_API [^;]*;' | grep -o '\botp_[a-z0-9_]*(' | tr -d '(' |
        while read -r name; do
            case $generated in *" $name "*) continue ;; esac
            printf '%s\n' "$names" | grep -qx "$name" ||
                echo "FAIL $header: $name is in no manual page"
        done
done
# A heading that begins with the name of a macro is read as that macro.
grep -nE '^\.(Sh|Ss) (An|Ap|Ar|At|Do|Ex|In|It|No|Op|Pa|So|Up) ' man/*.[1-9] |
    sed 's/\(.*\)/FAIL \1: its first word is a macro: \\\&/'
