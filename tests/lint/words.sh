#!/bin/sh
# words.sh - no path of somebody's machine, no unfinished business, in anything that is kept.
git ls-files -z 2>/dev/null | xargs -0 -r grep -nIE \
    '(^|[^A-Za-z0-9_.])/(wor[k]|hom[e]|roo[t]|far[m])/[a-z]' -- /dev/null | sed 's/^/FAIL a path of one machine: /'
git ls-files -z -- '*.md' '*.[1-9]' '*.otp' 2>/dev/null | xargs -0 -r grep -nE \
    '\b(TO[D]O|FIX[M]E|XX[X])\b' -- /dev/null | sed 's/^/FAIL unfinished by its own words: /'
