#!/bin/sh
# valgrind.sh PROGRAM ARGUMENT... - RUN_WITH for memcheck: an error makes a process exit with 99,
# that of each forked test too.
#
# Idea: valgrind runs one thread at a time. Without its fair scheduler a worker that spins keeps the
# others out for seconds, and calls time out.
exec valgrind --quiet --fair-sched=try --error-exitcode=99 --leak-check=full \
    --errors-for-leak-kinds=definite "$@"
