#!/bin/sh
# unit.sh - runs tests/unit: one Check program per file.
. "$(dirname "$0")/programs.sh"
run_programs unit ${UNIT:-}
