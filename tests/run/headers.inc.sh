# headers.inc.sh - sourced: header_is_clean HEADER FLAG..., in C11 and C++17, alone and twice.
#
# Idea: a header that needs another one before it, or breaks when included again, is found by a
# program that holds nothing but that include. -Werror makes each warning count.

header_is_clean()
{
    header=$1 clean=0
    shift
    base=$(basename "$header")
    for times in 1 2; do
        { for _ in $(seq $times); do echo "#include \"$base\""; done
          echo "extern int not_empty;"; } >"$BUILD/tests/out/header.c"
        cp "$BUILD/tests/out/header.c" "$BUILD/tests/out/header.cc"
        $CC -std=c11 ${STRICT:?} "$@" -I"$(dirname "$header")" -fsyntax-only \
            "$BUILD/tests/out/header.c" || clean=1
        $CXX -std=c++17 -Wall -Wextra -Wshadow -Wconversion -Wpedantic -Werror "$@" \
            -I"$(dirname "$header")" -fsyntax-only "$BUILD/tests/out/header.cc" || clean=1
    done
    [ "$clean" -eq 0 ] || echo "FAIL header $header"
    return "$clean"
}

# The warnings of ours, without the C-only ones that a C++ compiler would refuse.
STRICT="-Wall -Wextra -Wshadow -Wconversion -Wpedantic -Wstrict-prototypes -Wmissing-prototypes -Werror"
mkdir -p "$BUILD/tests/out"
