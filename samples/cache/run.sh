#!/bin/sh
# run.sh PROGRAM - the sample as a test: show.c, built beside the service, and the service itself.
set -u
here=$(dirname "$0")
. "$here/service.inc"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
${RUN_WITH:-} "$(dirname "$1")/show" || exit 1
serve "$1" "$tmp/log" || exit 1
echo "the service stops in order on SIGTERM, with status 0"
