#!/bin/sh
# run.sh PROGRAM - the sample as a test: show.c, built beside the service.
set -u
exec ${RUN_WITH:-} "$(dirname "$1")/show"
