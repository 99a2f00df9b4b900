#!/bin/sh
# not_built.sh - commands and options that are not built say so and do nothing.
. "$ROOT/tests/cli/support.inc"
write_spec myapp.otp
for command in fmt graph diff init lsp completion; do
    run 2 $command myapp.otp
    silent out
    says err "otpc: '$command' is not built yet"
done
run 2 skeleton --update myapp.otp
says err "otpc: 'skeleton --update' is not built yet"
for kind in json man md; do
    run 2 --emit=$kind myapp.otp
    says err "otpc: '--emit=$kind' is not built yet"
done
holds . err myapp.otp out
