#!/bin/sh
# run.sh PROGRAM - the sample as a test: show.c, built beside the service, and the service itself.
set -u
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
${RUN_WITH:-} "$(dirname "$1")/show" 2>"$tmp/log" || { cat "$tmp/log" >&2; exit 1; }

echo "-- as a program"
${RUN_WITH:-} "$1" --limit=-1 2>&1
echo "exit status $?"
# Its log comes through a pipe: the line that says "started" is the event that is waited for.
mkfifo "$tmp/log.fifo" || exit 1
${RUN_WITH:-} "$1" --port=4001 2>"$tmp/log.fifo" >"$tmp/out" &
service=$!
while IFS= read -r line; do
    case $line in *"module=service "*"text=started"*) kill -TERM "$service" ;; esac
done <"$tmp/log.fifo"
wait "$service"
code=$?
cat "$tmp/out"
echo "exit status $code"
