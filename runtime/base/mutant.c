/* mutant.c - which fault on purpose this run has. Only part of a library built for check-mutants.
 *
 * Idea: the environment is read once, before main; from then on a comparison answers.
 * Threads: any. Locks: none: chosen is written before there are threads, then only read.
 * Owns: chosen, which points into the environment. */
#include "base/mutant.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char *chosen;

__attribute__((constructor)) static void read_environment(void)
{
    chosen = getenv("OTP_MUTANT");
}

bool otpi_mutant_is_chosen(const char *tag)
{
    return chosen != NULL && strcmp(chosen, tag) == 0;
}
