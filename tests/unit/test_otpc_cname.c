/* test_otpc_cname.c - names that are taken, and words that C uses for something else. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "cname.h"

static struct arena arena;
static jmp_buf on_empty;
static struct cname_table table;

static void set_up(void)
{
    arena_init(&arena, &on_empty);
    cname_table_init(&table, &arena);
}

static void tear_down(void)
{
    arena_free(&arena);
}

static struct span at(uint32_t begin)
{
    return (struct span){ 1, begin, begin + 1 };
}

START_TEST(the_second_to_take_a_name_learns_who_has_it)
{
    ck_assert_ptr_null(cname_take(&table, "a_getx", 5, "a client", at(7)));
    const struct cname *c = cname_take(&table, "a_get", 5, "a reply", at(9));
    ck_assert_ptr_nonnull(c);
    ck_assert_str_eq(c->text, "a_get");
    ck_assert_str_eq(c->what, "a client");
    ck_assert_uint_eq(c->span.begin, 7);
    ck_assert_ptr_null(cname_find(&table, "a_ge", 4));
    ck_assert_ptr_null(cname_find(&table, "a_getx", 6));
}
END_TEST

START_TEST(many_names_are_all_found_again)
{
    char name[32];
    for (uint32_t i = 0; i < 50000; i++) {
        int n = snprintf(name, sizeof name, "name_%u", i);
        ck_assert_ptr_null(cname_take(&table, name, (size_t)n, "x", at(i)));
    }
    for (uint32_t i = 0; i < 50000; i++) {
        int n = snprintf(name, sizeof name, "name_%u", i);
        const struct cname *c = cname_find(&table, name, (size_t)n);
        ck_assert_ptr_nonnull(c);
        ck_assert_uint_eq(c->span.begin, i);
    }
}
END_TEST

START_TEST(words_of_c_and_cpp_are_known_whole)
{
    static const char *const bad[] = { "int",   "class",   "auto",     "while",   "wchar_t",
                                       "xor",   "errno",   "size_t",   "NULL",    "unix",
                                       "linux", "bool",    "int64_t",  "otp_str", "OTP_S",
                                       "this",  "typeof",  "char8_t",  "stdin",   "I",
                                       "and",   "nullptr", "uint64_t", "FILE",    "signed" };
    static const char *const good[] = { "integer", "klass",  "i",      "state", "in",  "get",
                                        "self",    "Class",  "unixes", "node",  "_x",  "otp",
                                        "In",      "string", "value",  "as",    "tag", "zone" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(cname_word(bad[i]) != NULL, "%s", bad[i]);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(cname_word(good[i]) == NULL, "%s", good[i]);
}
END_TEST

START_TEST(underscores_that_c_keeps_are_refused)
{
    ck_assert_ptr_nonnull(cname_reserved("_x"));
    ck_assert_ptr_nonnull(cname_reserved("a__b"));
    ck_assert_ptr_null(cname_reserved("a_b_c"));
}
END_TEST

START_TEST(packages_are_not_called_like_libraries)
{
    ck_assert_ptr_nonnull(cname_reserved_package("otp"));
    ck_assert_ptr_nonnull(cname_reserved_package("otp_more"));
    ck_assert_ptr_nonnull(cname_reserved_package("pthread"));
    ck_assert_ptr_nonnull(cname_reserved_package("_x"));
    ck_assert_ptr_null(cname_reserved_package("otpish"));
    ck_assert_ptr_null(cname_reserved_package("pthreads"));
    ck_assert_ptr_null(cname_reserved_package("myapp"));
}
END_TEST

START_TEST(capitals_touch_letters_only)
{
    ck_assert_str_eq(cname_upper(&arena, "my_app2"), "MY_APP2");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cname");
    TCase *c = support_case(suite, "cname", 20.0);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, the_second_to_take_a_name_learns_who_has_it);
    tcase_add_test(c, many_names_are_all_found_again);
    tcase_add_test(c, words_of_c_and_cpp_are_known_whole);
    tcase_add_test(c, underscores_that_c_keeps_are_refused);
    tcase_add_test(c, packages_are_not_called_like_libraries);
    tcase_add_test(c, capitals_touch_letters_only);
    return support_run(suite);
}
