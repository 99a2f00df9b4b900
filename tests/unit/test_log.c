/* test_log.c - an event as a line of text.
 *
 * Idea: whole lines are compared, and what becomes of them when the room is small. */
#include <otp/log.h>

#include <stdio.h>

#include "support.h"

static void expect(const struct otp_log_event *event, const char *want)
{
    char line[512];
    size_t size = otp_log_format(event, line, sizeof(line));
    ck_assert_str_eq(line, want);
    ck_assert_uint_eq(size, strlen(want));
}

START_TEST(log_line_has_what_the_event_has)
{
    otp_reason reason = otp_error_code("boom", 7);
    struct otp_log_event event = { 0 };
    expect(&event, "level=debug event=exit\n");
    event.level = OTP_LOG_ERROR;
    event.kind = OTP_LOG_START_FAILED;
    event.module = "myapp.main";
    event.source = "myapp.otp:22";
    event.child = "cache";
    event.message = "get";
    event.reason = &reason;
    event.text = "child did not start";
    expect(&event, "level=error event=start_failed module=myapp.main source=myapp.otp:22 "
                   "child=cache message=get reason=\"boom (7)\" text=\"child did not start\"\n");
}
END_TEST

START_TEST(log_line_has_pids)
{
    struct otp_log_event event = { 0 };
    char pid[32], want[128];
    event.level = OTP_LOG_WARNING;
    event.kind = OTP_LOG_UNEXPECTED;
    event.pid.bits = 77;
    event.child_pid.bits = 78;
    event.client.bits = 79;
    snprintf(want, sizeof(want), "level=warning event=unexpected pid=%s",
             otp_pid_format(event.pid, pid, sizeof(pid)));
    snprintf(want + strlen(want), sizeof(want) - strlen(want), " child_pid=%s",
             otp_pid_format(event.child_pid, pid, sizeof(pid)));
    snprintf(want + strlen(want), sizeof(want) - strlen(want), " client=%s\n",
             otp_pid_format(event.client, pid, sizeof(pid)));
    expect(&event, want);
}
END_TEST

START_TEST(log_values_that_could_be_mistaken_are_quoted)
{
    struct otp_log_event event = { 0 };
    event.level = OTP_LOG_INFO;
    event.kind = OTP_LOG_APPLICATION;
    event.module = "";
    event.child = "a=b";
    event.message = "say \"hi\" \\ \n\t\x7f";
    event.text = "gr\xc3\xbc\xc3\x9f";
    expect(&event, "level=info event=application module=\"\" child=\"a=b\" "
                   "message=\"say \\\"hi\\\" \\\\ \\n\\x09\\x7f\" text=gr\xc3\xbc\xc3\x9f\n");
}
END_TEST

START_TEST(log_line_is_cut_but_ends)
{
    struct otp_log_event event = { 0 };
    char line[32];
    event.level = 99;
    event.kind = 99;
    expect(&event, "level=unknown event=unknown\n");
    event.level = OTP_LOG_ERROR;
    event.kind = OTP_LOG_EXIT;
    for (size_t size = 2; size <= sizeof(line); size++) {
        memset(line, 'x', sizeof(line));
        size_t got = otp_log_format(&event, line, size);
        ck_assert_uint_lt(got, size);
        ck_assert_int_eq(line[got - 1], '\n');
        ck_assert_int_eq(line[got], '\0');
        ck_assert_int_eq(memcmp(line, "level=error event=exit", got - 1), 0);
    }
    ck_assert_uint_eq(otp_log_format(&event, line, 1), 0);
    ck_assert_int_eq(line[0], '\0');
    ck_assert_uint_eq(otp_log_format(&event, line, 0), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("log");
    TCase *c = support_case(s, "lines", 4.0);
    tcase_add_test(c, log_line_has_what_the_event_has);
    tcase_add_test(c, log_line_has_pids);
    tcase_add_test(c, log_values_that_could_be_mistaken_are_quoted);
    tcase_add_test(c, log_line_is_cut_but_ends);
    return support_run(s);
}
