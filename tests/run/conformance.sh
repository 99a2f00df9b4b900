#!/bin/sh
# conformance.sh - runs tests/conformance: the promised behaviours, each under its tag.
. "$(dirname "$0")/programs.sh"
run_programs conformance ${CONFORM:-}
