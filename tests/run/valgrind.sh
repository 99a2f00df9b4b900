#!/bin/sh
# valgrind.sh PROGRAM ARGUMENT... - RUN_WITH for memcheck: an error makes the (sub)process exit 99.
exec valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
    --suppressions="$(dirname "$0")/valgrind.supp" "$@"
