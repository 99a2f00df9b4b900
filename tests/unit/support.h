/* support.h - what every Check program of ours starts from.
 *
 * Idea: a test program is one suite whose cases are named, so that CK_RUN_CASE can pick one.
 * A behaviour's case carries its tag (B017); support_case() makes it and gives it a time limit.
 * Each test of a case runs in a process of its own, so a crash or a hang is that test's failure. */
#ifndef OTPC_TESTS_SUPPORT_H
#define OTPC_TESTS_SUPPORT_H

#include <check.h>
#include <stdint.h>

/* A case called name, in s, with a limit of seconds for each of its tests. Gives it to s. */
TCase *support_case(Suite *s, const char *name, double seconds);

/* A case called tag that holds the one test t, with a limit of ten seconds. */
void support_behaviour(Suite *s, const char *tag, const TTest *t);

/* Runs s, takes it, prints the counts; what main returns: 0 if every test passed, else 1. */
int support_run(Suite *s);

/* How much slower than usual this run is expected to be (1 unless OTP_TEST_SLOW says more):
 * multiply the slack of an upper time bound with it, never the bound "not before". */
int64_t support_slow(void);

/* How many seconds to wait for what must come: a little less than a case's time limit, so that the
 * test can say what did not. */
int64_t support_patience(void);

#endif
