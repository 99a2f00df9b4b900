#!/bin/sh
# sources.sh - heads, sizes and words of every source file; see sources.awk.
awk -f tests/lint/sources.awk $(find compiler grammar runtime samples tests -name '*.[chlyS]' 2>/dev/null |
    grep -v '^tests/golden/' | sort) /dev/null
