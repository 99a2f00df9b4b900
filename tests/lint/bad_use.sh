#!/bin/sh
# bad_use.sh - every public function that returns a status is used wrongly by a test.
#
# Those that are not in the table of tests/conformance/bad_use.h are named in a test_bad_*.c, or
# have tests of their own: a stream and a task to go on with, programs, and what only tests use.
elsewhere=' otp_stream_next otp_task_async otp_application_main otp_application_boot \
    otp_application_halt otp_application_start otp_application_ensure_all_started '
sed -n 's/^OTP_API \(OTP_MUST_CHECK \)\{0,1\}otp_status \(otp_[a-z_]*\)(.*/\2/p' runtime/include/otp/*.h |
    while read -r name; do
        case $elsewhere in *" $name "*) continue ;; esac
        grep -qw "$name" tests/conformance/bad_use.h tests/conformance/test_bad_*.c ||
            echo "FAIL $name is nowhere used wrongly: tests/conformance/bad_use.h"
    done
