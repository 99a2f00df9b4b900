#!/bin/sh
# architecture.sh - ARCHITECTURE.md names every source file; a pair may stand as "list.c/.h".
for f in $(find compiler grammar runtime -name '*.[chlyS]' -o -name '*.def' 2>/dev/null | grep -v '^build' | sort); do
    base=$(basename "$f")
    stem=$(echo "${base%.*}" | sed 's/\./\\./g')
    case $base in
    *.h) want="$stem\\.h|$stem\\.c/\\.h" ;;
    *) want=$(echo "$base" | sed 's/\./\\./g') ;;
    esac
    grep -qE "(^|[^A-Za-z0-9_])($want)" ARCHITECTURE.md 2>/dev/null || echo "FAIL ARCHITECTURE.md does not name $f"
done
