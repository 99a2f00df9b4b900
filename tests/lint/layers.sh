#!/bin/sh
# layers.sh - includes go one way down the layers of layers.txt, and never round in a circle.
#
# Idea: each #include "..." or <otp/...> is resolved to a file of ours as the compiler would find it;
# the pair must be allowed by layers.txt, and tsort must be able to order all headers.
rules=tests/lint/layers.txt
dir=${BUILD:?}/tests/out
mkdir -p "$dir"

find_header() # FROM NAME: the path of NAME as FROM sees it
{
    for base in "$(dirname "$1")" compiler grammar runtime runtime/include; do
        case $base in compiler | grammar) case $1 in runtime/*) continue ;; esac ;; esac
        [ -e "$base/$2" ] && echo "$base/$2" && return
    done
    echo "?$2"
}

allowed_of() # FILE: the patterns it may include
{
    above=
    while IFS=: read -r files may; do
        case $files in '#'*) continue ;; '') above= ; continue ;; esac
        for pattern in $files; do
            case $1 in $pattern) echo "$may" | sed "s|<|$above|"; return ;; esac
        done
        above="$above $files"
    done <$rules
    echo none
}

set -f
: >"$dir/includes.txt"
for from in $(find compiler grammar runtime -name '*.[chlyS]' 2>/dev/null | sort); do
    may=$(allowed_of "$from")
    [ "$may" != none ] || echo "FAIL $from: in no line of $rules (R3)"
    own=${from%.*}.*
    for name in $(sed -n 's/^[ ]*#[ ]*include[ ]*"\([^"]*\)".*/\1/p; s/^[ ]*#[ ]*include[ ]*<\(otp\/[^>]*\)>.*/\1/p' "$from"); do
        to=$(find_header "$from" "$name")
        echo "$from $to" >>"$dir/includes.txt"
        case $to in
        $own | '?otp.tab.h' | '?otp.lex.h') continue ;;
        '?'*) echo "FAIL $from: includes $name, which is nowhere"; continue ;;
        esac
        ok=no
        for pattern in $may; do
            case $to in $pattern) ok=yes ;; esac
            case !$to in $pattern) ok=no; break ;; esac
        done
        [ $ok = yes ] || echo "FAIL $from: may not include $to (R3)"
    done
done
awk '$1 ~ /\.h$/ && $2 ~ /\.h$/' "$dir/includes.txt" | tsort 2>&1 >/dev/null | sed 's/^/FAIL header cycle (R3): /'
# Platform and compiler are asked about in one folder only.
grep -nE '^[ ]*#[ ]*(el)?if.*(__linux__|__GNUC__|__clang__|__x86_64__|__aarch64__|__GLIBC__|__SANITIZE|__has_feature)' \
    $(find compiler runtime -name '*.[ch]' 2>/dev/null | grep -vE '^runtime/(plat/|include/otp/version\.h)') /dev/null |
    sed 's/^/FAIL platform #if (R3): /'
exit 0
