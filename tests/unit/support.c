/* support.c - what every Check program of ours starts from.
 *
 * Idea: see support.h. The runner scripts read the line "100%: Checks: 3, Failures: 0, Errors: 0"
 * that Check prints, so nothing is counted here. */
#include "support.h"

#include <stdlib.h>

TCase *support_case(Suite *s, const char *name, double seconds)
{
    TCase *c = tcase_create(name);
    tcase_set_timeout(c, seconds);
    suite_add_tcase(s, c);
    return c;
}

void support_behaviour(Suite *s, const char *tag, const TTest *t)
{
    tcase_add_test(support_case(s, tag, 10.0), t);
}

int support_run(Suite *s)
{
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}

static int64_t factor(const char *name)
{
    const char *said = getenv(name);
    long value = said ? strtol(said, NULL, 10) : 1;
    return value > 1 ? value : 1;
}

int64_t support_slow(void)
{
    return factor("OTP_TEST_SLOW");
}

int64_t support_patience(void)
{
    return 8 * factor("CK_TIMEOUT_MULTIPLIER");
}
