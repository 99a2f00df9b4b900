/* test_reason.c - reasons, statuses and pids: made, compared, printed.
 *
 * Idea: each printed form is pinned once; what must hold of all of them is checked for every kind.
 */
#include "support.h"

#include <string.h>

#include <otp/pid.h>
#include <otp/reason.h>
#include <otp/status.h>

#include "base/text.h"

enum { KINDS = OTP_REASON_ERROR + 1 };

static void assert_prints(otp_reason reason, const char *wanted)
{
    char out[128];
    ck_assert_ptr_eq(otp_reason_format(reason, out, sizeof out), out);
    ck_assert_str_eq(out, wanted);
}

START_TEST(reasons_print_as_in_erlang)
{
    assert_prints(otp_normal(), "normal");
    assert_prints(otp_shutdown(), "shutdown");
    assert_prints(otp_shutdown_with("tired"), "{shutdown, tired}");
    assert_prints(otp_shutdown_with(NULL), "shutdown");
    assert_prints(otp_kill(), "kill");
    assert_prints(otp_error("boom"), "boom");
    assert_prints(otp_error(""), "error");
    assert_prints(otp_error_code("boom", 7), "boom (7)");
    assert_prints(otp_error_code("boom", INT64_MIN), "boom (-9223372036854775808)");
    assert_prints(otp_error_code("boom", INT64_MAX), "boom (9223372036854775807)");
    assert_prints(otp_error_code(NULL, -3), "error (-3)");
    assert_prints(otp_reason_make(OTP_REASON_KILLED, NULL, 0), "killed");
    assert_prints(otp_reason_make(OTP_REASON_NOPROC, NULL, 0), "noproc");
    assert_prints(otp_reason_make(OTP_REASON_TIMEOUT, NULL, 0), "timeout");
    assert_prints(otp_reason_make(OTP_REASON_CALLING_SELF, NULL, 0), "calling_self");
    assert_prints(otp_reason_make(OTP_REASON_BAD_RETURN, "handle_get", 0),
                  "{bad_return, handle_get}");
    assert_prints(otp_reason_make(OTP_REASON_NOMEM, NULL, 0), "nomem");
    assert_prints(otp_reason_make(OTP_REASON_WRONG_MODULE, NULL, 0), "wrong_module");
    assert_prints(otp_reason_make(OTP_REASON_STATUS, NULL, OTP_NOPROC),
                  "failed call: no such process");
    assert_prints(otp_reason_make(OTP_REASON_FAILED_START, "db", OTP_REASON_NOMEM),
                  "{shutdown, {failed_to_start_child, db, nomem}}");
}
END_TEST

START_TEST(every_reason_fits_128_bytes)
{
    char longest[OTP_REASON_TEXT_MAX + 1];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        char out[128];
        char more[512];
        int64_t code = kind == OTP_REASON_FAILED_START ? OTP_REASON_CALLING_SELF
                       : kind == OTP_REASON_STATUS     ? OTP_FORKED
                                                       : INT64_MIN;
        otp_reason reason = otp_reason_make((enum otp_reason_kind)kind, longest, code);
        ck_assert_str_eq(otp_reason_format(reason, out, sizeof out),
                         otp_reason_format(reason, more, sizeof more));
        ck_assert_uint_gt(strlen(out), 0);
    }
}
END_TEST

START_TEST(kinds_print_differently)
{
    char out[KINDS][128];
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        otp_reason reason = otp_reason_make((enum otp_reason_kind)kind, NULL, 0);
        otp_reason_format(reason, out[kind], sizeof out[kind]);
        for (uint32_t other = 0; other < kind; other++)
            ck_assert_str_ne(out[kind], out[other]);
    }
}
END_TEST

START_TEST(a_reason_from_elsewhere_is_printed_too)
{
    otp_reason odd = otp_error("x");
    odd.kind = 1000;
    odd.size = 1000;
    char out[128];
    otp_reason_format(odd, out, sizeof out);
    ck_assert_int_eq(strncmp(out, "{unknown, x", 11), 0);
    ck_assert(!otp_reason_equal(odd, odd)); /* a size that no reason has */
    assert_prints(otp_reason_make(OTP_REASON_STATUS, NULL, -1), "failed call: unknown status");
    assert_prints(otp_reason_make(OTP_REASON_FAILED_START, "a", -1),
                  "{shutdown, {failed_to_start_child, a, unknown}}");
}
END_TEST

START_TEST(printing_cuts_and_terminates)
{
    for (size_t size = 1; size < 24; size++) {
        char out[32];
        memset(out, '#', sizeof out);
        otp_reason_format(otp_shutdown_with("tired"), out, size);
        ck_assert_uint_eq(strlen(out), size - 1 < 17 ? size - 1 : 17);
        ck_assert_int_eq(strncmp(out, "{shutdown, tired}", strlen(out)), 0);
        ck_assert_int_eq(out[size], '#');
    }
    char none = '#';
    otp_reason_format(otp_normal(), &none, 0);
    ck_assert_int_eq(none, '#');
}
END_TEST

START_TEST(text_is_cut_at_a_characters_end)
{
    /* 47 plain bytes, then characters of 1 to 4 bytes: only the first still fits whole */
    static const char *const characters[] = { "y", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };
    char text[64];
    for (size_t i = 0; i < 4; i++) {
        memset(text, 'x', 47);
        strcpy(text + 47, characters[i]);
        strcat(text, "z");
        otp_reason reason = otp_error(text);
        ck_assert_uint_eq(reason.size, i == 0 ? 48 : 47);
        ck_assert_mem_eq(reason.text, text, reason.size);
        for (uint32_t rest = reason.size; rest < OTP_REASON_TEXT_MAX; rest++)
            ck_assert_int_eq(reason.text[rest], 0);
    }
    memset(text, 'x', 48);
    text[48] = '\0';
    ck_assert_uint_eq(otp_error(text).size, 48);
    /* not UTF-8: cut where the room ends */
    memset(text, 0x80, 60);
    text[60] = '\0';
    ck_assert_uint_eq(otp_error(text).size, 48);
}
END_TEST

START_TEST(equal_means_kind_text_and_code)
{
    ck_assert(otp_reason_equal(otp_error_code("a", 1), otp_error_code("a", 1)));
    ck_assert(!otp_reason_equal(otp_error_code("a", 1), otp_error_code("a", 2)));
    ck_assert(!otp_reason_equal(otp_error("a"), otp_error("b")));
    ck_assert(!otp_reason_equal(otp_error("a"), otp_error("ab")));
    ck_assert(!otp_reason_equal(otp_error("a"), otp_shutdown_with("a")));
    ck_assert(!otp_reason_equal(otp_shutdown(), otp_shutdown_with("a")));
    otp_reason dirty = otp_normal();
    memset(dirty.text, 0x55, sizeof dirty.text); /* past its size nothing counts */
    ck_assert(otp_reason_equal(dirty, otp_normal()));
}
END_TEST

START_TEST(clean_reasons_are_normal_and_shutdown)
{
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        bool wanted = kind == OTP_REASON_NORMAL || kind == OTP_REASON_SHUTDOWN ||
                      kind == OTP_REASON_FAILED_START;
        otp_reason reason = otp_reason_make((enum otp_reason_kind)kind, "x", 1);
        ck_assert_int_eq(otp_reason_is_clean(reason), wanted);
    }
}
END_TEST

START_TEST(statuses_have_texts)
{
    ck_assert_str_eq(otp_status_text(OTP_OK), "ok");
    ck_assert_str_eq(otp_status_text(OTP_TIMEOUT), "no answer in time");
    ck_assert_str_eq(otp_status_text(OTP_SYSTEM), "the operating system refused");
    ck_assert_str_eq(otp_status_text(OTP_STATUS_COUNT), "unknown status");
    ck_assert_str_eq(otp_status_text((otp_status)-1), "unknown status");
    for (unsigned i = 0; i < OTP_STATUS_COUNT; i++)
        for (unsigned other = 0; other < i; other++)
            ck_assert_str_ne(otp_status_text((otp_status)i), otp_status_text((otp_status)other));
}
END_TEST

static void assert_pid_prints(uint64_t bits, const char *wanted)
{
    char out[32];
    otp_pid pid = { bits };
    ck_assert_ptr_eq(otp_pid_format(pid, out, sizeof out), out);
    ck_assert_str_eq(out, wanted);
}

START_TEST(pids_print_slot_and_generation)
{
    assert_pid_prints(0, "<none>");
    assert_pid_prints((uint64_t)3 << 28 | 13, "<0.12.3>");
    assert_pid_prints(1, "<0.0.0>");
    assert_pid_prints(UINT64_MAX, "<0.268435454.68719476735>");
    char small[5];
    ck_assert_str_eq(otp_pid_format((otp_pid){ 13 }, small, sizeof small), "<0.1");
}
END_TEST

START_TEST(nothing_follows_a_cut)
{
    char out[8];
    struct otpi_text text;
    otpi_text_begin(&text, out, sizeof out);
    otpi_text_add_string(&text, "abcde");
    otpi_text_add_string(&text, "\xf0\x9f\x98\x80"); /* four bytes, room for two */
    otpi_text_add_string(&text, "f");
    ck_assert_str_eq(out, "abcde");
    otpi_text_begin(&text, out, sizeof out);
    otpi_text_add_number(&text, -120);
    otpi_text_add_unsigned(&text, 0);
    ck_assert_str_eq(out, "-1200");
    ck_assert_uint_eq(text.used, 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reason");
    TCase *c = support_case(suite, "reason", 10.0);
    tcase_add_test(c, reasons_print_as_in_erlang);
    tcase_add_test(c, every_reason_fits_128_bytes);
    tcase_add_test(c, kinds_print_differently);
    tcase_add_test(c, a_reason_from_elsewhere_is_printed_too);
    tcase_add_test(c, printing_cuts_and_terminates);
    tcase_add_test(c, text_is_cut_at_a_characters_end);
    tcase_add_test(c, equal_means_kind_text_and_code);
    tcase_add_test(c, clean_reasons_are_normal_and_shutdown);
    tcase_add_test(c, statuses_have_texts);
    tcase_add_test(c, pids_print_slot_and_generation);
    tcase_add_test(c, nothing_follows_a_cut);
    return support_run(suite);
}
