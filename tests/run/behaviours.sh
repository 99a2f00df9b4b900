#!/bin/sh
# behaviours.sh - the list of promised behaviours and the tests agree.
#
# Idea: an entry of tests/conformance/behaviours.txt that says built has a test whose name begins
# with its tag, START_TEST(B017_...), and each tag in a test is in the list. "later" promises nothing.
tests=$(ls tests/unit/*.c tests/conformance/*.c 2>/dev/null)
awk -f "$(dirname "$0")/behaviours.awk" tests/conformance/behaviours.txt $tests /dev/null
