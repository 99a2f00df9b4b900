/* test_otpc_tmpl.c - templates, and the breaking of long lines.
 *
 * Idea: a broken line must say the same as the long one. Where many lines are tried, both are
 * compared without their blanks; the few that are written out here pin the style. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "tmpl.h"
#include "wrap.h"

static struct arena arena;
static jmp_buf on_empty;
static struct tmpl out;

static void set_up(void)
{
    arena_init(&arena, &on_empty);
    tmpl_init(&out, &arena);
}

static void tear_down(void)
{
    arena_free(&arena);
}

static const char *taken(void)
{
    size_t size;
    const char *text = tmpl_take(&out, &size);
    ck_assert_uint_eq(strlen(text), size);
    return text;
}

#define VARS(...) ((struct tmpl_var[]){ __VA_ARGS__, TMPL_END })

START_TEST(names_between_dollars_are_replaced)
{
    tmpl_put(&out, "int $a$_$b$(void);$$\n", VARS(TMPL_VAR("a", "x"), TMPL_VAR("b", "yy")));
    ck_assert_str_eq(taken(), "int x_yy(void);$\n");
}
END_TEST

START_TEST(a_name_that_nobody_gave_stays_visible)
{
    tmpl_put(&out, "$what$\n", VARS(TMPL_VAR("whatever", "x")));
    ck_assert_str_eq(taken(), "$what$\n");
}
END_TEST

START_TEST(a_value_is_not_looked_through_again)
{
    tmpl_put(&out, "$a$\n", VARS(TMPL_VAR("a", "$b$"), TMPL_VAR("b", "no")));
    ck_assert_str_eq(taken(), "$b$\n");
}
END_TEST

START_TEST(later_lines_of_a_value_are_indented_like_its_first)
{
    tmpl_put(&out, "{\n    $a$;\n}\n", VARS(TMPL_LINES("a", "x\n\ny")));
    ck_assert_str_eq(taken(), "{\n    x\n\n    y;\n}\n");
}
END_TEST

START_TEST(parameters_are_aligned_behind_their_bracket)
{
    tmpl_raw(&out, "OTP_MUST_CHECK otp_status myapp_cache_start_link(const struct "
                   "myapp_cache_options *options, otp_pid *pid);\n");
    ck_assert_str_eq(taken(), "OTP_MUST_CHECK otp_status myapp_cache_start_link(const struct "
                              "myapp_cache_options *options,\n"
                              "                                                 otp_pid *pid);\n");
}
END_TEST

START_TEST(a_row_is_broken_at_its_outermost_commas)
{
    tmpl_raw(&out, "    {OTP_REF_TEXT, 4, MYAPP_CACHE_GET_OK, offsetof(struct "
                   "myapp_cache_get_reply, as.ok.value), offsetof(struct myapp_cache_get_reply, "
                   "tag), NULL}, /* myapp.otp:12 */\n");
    ck_assert_str_eq(taken(), "    {OTP_REF_TEXT, 4, MYAPP_CACHE_GET_OK, offsetof(struct "
                              "myapp_cache_get_reply, as.ok.value),\n"
                              "     offsetof(struct myapp_cache_get_reply, tag), NULL}, /* "
                              "myapp.otp:12 */\n");
}
END_TEST

START_TEST(a_note_stays_with_its_row)
{
    tmpl_raw(&out, "    {\"m\", &e_m_module.module, NULL, &s_configured.m_, OTP_SHUTDOWN_DEFAULT, "
                   "OTP_PERMANENT, 0}, /* e.otp:6 */\n");
    ck_assert_str_eq(taken(), "    {\"m\", &e_m_module.module, NULL, &s_configured.m_, "
                              "OTP_SHUTDOWN_DEFAULT, OTP_PERMANENT,\n"
                              "     0}, /* e.otp:6 */\n");
}
END_TEST

START_TEST(where_arguments_do_not_fit_the_name_or_they_move)
{
    tmpl_raw(&out,
             "OTP_MUST_CHECK otp_status "
             "a_name_that_is_so_long_that_no_parameter_fits_behind_its_bracket_any_more_at_all"
             "(const struct some_options *options);\n");
    ck_assert_str_eq(
        taken(),
        "OTP_MUST_CHECK otp_status\n"
        "a_name_that_is_so_long_that_no_parameter_fits_behind_its_bracket_any_more_at_all(\n"
        "    const struct some_options *options);\n");
}
END_TEST

START_TEST(a_directive_goes_on_behind_a_backslash)
{
    tmpl_raw(&out, "#define MYAPP_A_NAME_THAT_IS_RATHER_LONG_FOR_A_MACRO "
                   "(otp_to_name(&myapp_a_name_that_is_rather_long_for_a_macro_name))\n");
    ck_assert_str_eq(taken(), "#define MYAPP_A_NAME_THAT_IS_RATHER_LONG_FOR_A_MACRO \\\n"
                              "    (otp_to_name(&myapp_a_name_that_is_rather_long_for_a_macro_name"
                              "))\n");
}
END_TEST

START_TEST(a_long_string_becomes_several_that_are_joined)
{
    tmpl_raw(&out, "    {\"port\", \"a help text that goes on and on, longer than any line may be, "
                   "and then a little more\"},\n");
    ck_assert_str_eq(taken(), "    {\"port\",\n"
                              "     \"a help text that goes on and on, longer than any line may "
                              "be, and then a little more\"},\n");
    tmpl_raw(&out, "    {\"a help text that goes on and on, longer than any line may be, and then "
                   "much further, until it is too long\"},\n");
    const char *text = taken();
    ck_assert_ptr_nonnull(strstr(text, "\"\n     \""));
}
END_TEST

START_TEST(a_name_longer_than_a_line_stays_whole)
{
    char name[161] = { 0 };
    memset(name, 'n', sizeof name - 1);
    tmpl_put(&out, "void $name$(void);\n", VARS(TMPL_VAR("name", name)));
    ck_assert_ptr_nonnull(strstr(taken(), name));
}
END_TEST

/* The text without blanks, newlines, line splices and joined strings. */
static void squeeze(char *to, const char *from)
{
    char *begin = to;
    for (; *from; from++) {
        if (*from == ' ' || *from == '\n' || (*from == '\\' && from[1] == '\n'))
            continue;
        *to++ = *from;
        if (to - begin >= 2 && to[-1] == '"' && to[-2] == '"')
            to -= 2;
    }
    *to = '\0';
}

/* A line of brackets, names, strings and comments, made from the bits of seed. */
static void make_line(char *line, size_t size, unsigned seed)
{
    static const char *const words[] = { "(",
                                         ")",
                                         ", ",
                                         "{",
                                         "}, ",
                                         " = ",
                                         "name",
                                         "\"text of\"",
                                         "long_name_that_fills",
                                         " ",
                                         "/* n */",
                                         "offsetof(struct x, y)",
                                         "\"a\\\"b\\303\\244\"" };
    line[0] = '\0';
    for (size_t len = 0; len + 32 < size;) {
        seed = seed * 1103515245u + 12345u;
        const char *word = words[(seed >> 16) % (sizeof words / sizeof words[0])];
        strcpy(line + len, word);
        len += strlen(word);
    }
}

START_TEST(breaking_changes_nothing_but_blanks)
{
    char line[400], a[400], b[8000];
    for (unsigned seed = 0; seed < 2000; seed++) {
        make_line(line, 120 + seed % 250, seed);
        struct arena_buf wrapped;
        arena_buf_init(&wrapped, &arena);
        wrap_line(&wrapped, line, strlen(line), 100);
        ck_assert_uint_lt(wrapped.len, sizeof b);
        squeeze(a, line);
        squeeze(b, wrapped.data);
        ck_assert_msg(strcmp(a, b) == 0, "seed %u\n%s\nbecame\n%s", seed, line, wrapped.data);
        ck_assert_ptr_null(strstr(wrapped.data, " \n"));
    }
}
END_TEST

START_TEST(comments_are_filled_and_hold_no_mark_that_ends_them)
{
    tmpl_comment(&out, 4, "call get: x.otp:3", "One */ two /* three.\n\nA second\tparagraph.");
    ck_assert_str_eq(taken(), "    /* call get: x.otp:3\n"
                              "     * One * / two / * three.\n"
                              "     *\n"
                              "     * A second paragraph. */\n");
    char words[600] = { 0 };
    for (int i = 0; i < 60; i++)
        strcat(words, "word ");
    tmpl_comment(&out, 0, NULL, words);
    for (const char *p = taken(); *p; p = strchr(p, '\n') + 1)
        ck_assert_uint_le(strcspn(p, "\n"), TMPL_WIDTH);
}
END_TEST

START_TEST(a_comment_of_nothing_is_nothing)
{
    tmpl_comment(&out, 0, NULL, NULL);
    ck_assert_str_eq(taken(), "");
}
END_TEST

START_TEST(marks_that_reorder_text_are_taken_out)
{
    ck_assert_str_eq(tmpl_comment_safe(&arena, "a\xe2\x80\xae"
                                               "b\xe2\x81\xa6"
                                               "c\xe2\x82\xac"),
                     "a b c\xe2\x82\xac");
    ck_assert_str_eq(tmpl_string(&arena, "\xe2\x80\xae", 3), "\"\\342\\200\\256\"");
}
END_TEST

START_TEST(string_literals_say_what_the_bytes_are)
{
    ck_assert_str_eq(tmpl_string(&arena,
                                 "a\"b\\c\n\x01"
                                 "7?\?=",
                                 11),
                     "\"a\\\"b\\\\c\\n\\0017\\?\\?=\"");
    ck_assert_str_eq(tmpl_string(&arena, "caf\xc3\xa9", 5), "\"caf\xc3\xa9\"");
    ck_assert_str_eq(tmpl_string(&arena, "", 0), "\"\"");
}
END_TEST

START_TEST(a_large_text_comes_out_whole)
{
    for (int i = 0; i < 20000; i++)
        tmpl_put(&out, "line $n$ of a text that is a good deal longer than the first buffer\n",
                 VARS(TMPL_VAR("n", tmpl_number(&arena, (unsigned)i))));
    const char *p = taken();
    for (int i = 0; i < 20000; i++) {
        ck_assert_int_eq(atoi(p + 5), i);
        p = strchr(p, '\n') + 1;
    }
    ck_assert_str_eq(p, "");
    tmpl_raw(&out, "again\n\n\n");
    tmpl_trim(&out);
    ck_assert_uint_eq(out.len, 6);
    ck_assert_str_eq(taken(), "again\n");
}
END_TEST

START_TEST(a_line_longer_than_the_buffer_comes_out_whole)
{
    size_t len = 200000;
    char *name = arena_alloc(&arena, len + 1);
    memset(name, 'x', len);
    tmpl_raw(&out, "before\n");
    tmpl_put(&out, "f($a$);\nafter\n", VARS(TMPL_VAR("a", name)));
    const char *text = taken();
    ck_assert_uint_ge(strlen(text), len + 17);
    ck_assert_str_eq(text + strlen(text) - 9, ");\nafter\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tmpl");
    TCase *c = support_case(suite, "tmpl", 20.0);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, names_between_dollars_are_replaced);
    tcase_add_test(c, a_name_that_nobody_gave_stays_visible);
    tcase_add_test(c, a_value_is_not_looked_through_again);
    tcase_add_test(c, later_lines_of_a_value_are_indented_like_its_first);
    tcase_add_test(c, parameters_are_aligned_behind_their_bracket);
    tcase_add_test(c, a_row_is_broken_at_its_outermost_commas);
    tcase_add_test(c, a_note_stays_with_its_row);
    tcase_add_test(c, where_arguments_do_not_fit_the_name_or_they_move);
    tcase_add_test(c, a_directive_goes_on_behind_a_backslash);
    tcase_add_test(c, a_long_string_becomes_several_that_are_joined);
    tcase_add_test(c, a_name_longer_than_a_line_stays_whole);
    tcase_add_test(c, breaking_changes_nothing_but_blanks);
    tcase_add_test(c, comments_are_filled_and_hold_no_mark_that_ends_them);
    tcase_add_test(c, a_comment_of_nothing_is_nothing);
    tcase_add_test(c, marks_that_reorder_text_are_taken_out);
    tcase_add_test(c, string_literals_say_what_the_bytes_are);
    tcase_add_test(c, a_large_text_comes_out_whole);
    tcase_add_test(c, a_line_longer_than_the_buffer_comes_out_whole);
    return support_run(suite);
}
