#!/bin/sh
# valgrind.sh PROGRAM ARGUMENT... - RUN_WITH for memcheck: an error makes a process exit with 99,
# that of each forked test too.
exec valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite "$@"
