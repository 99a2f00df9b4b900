/* mutant.h - small faults on purpose, to prove that the tests would notice.
 *
 * Idea: OTP_MUTANT(B050) stands in a condition where the code would break behaviour B050. It is 0
 * in every library that anybody uses, so nothing of it is left there. A build with -DOTP_MUTANTS
 * asks whether the environment's OTP_MUTANT names this very tag; then `make check-mutants` demands
 * that the test of that behaviour fails.
 *
 *     if (reply_is_late && !OTP_MUTANT(B028))
 *         drop(reply);
 *
 * Threads: any. Locks: none. Owns: nothing. */
#ifndef OTPI_MUTANT_H
#define OTPI_MUTANT_H

#ifdef OTP_MUTANTS
#include <stdbool.h>
bool otpi_mutant_is_chosen(const char *tag); /* borrows tag */
#define OTP_MUTANT(tag) otpi_mutant_is_chosen(#tag)
#else
#define OTP_MUTANT(tag) 0
#endif

#endif
