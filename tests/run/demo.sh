#!/bin/sh
# demo.sh - what `make demo` shows: the cache sample, used as its user would.
set -eu
sh samples/cache/demo.sh "$BUILD/samples/cache/cache"
