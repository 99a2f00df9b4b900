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

static struct cname_key key_of(const char *text)
{
    return cname_append(cname_key(), text);
}

START_TEST(the_second_to_take_a_name_learns_who_has_it)
{
    ck_assert_ptr_null(cname_take(&table, key_of("a_getx"), "a client", at(7)));
    ck_assert_ptr_null(cname_take(&table, key_of("a_get"), "a call", at(8)));
    const struct cname *c = cname_take(&table, key_of("a_getx"), "a reply", at(9));
    ck_assert_ptr_nonnull(c);
    ck_assert_str_eq(c->what, "a client");
    ck_assert_uint_eq(c->span.begin, 7);
    ck_assert_ptr_null(cname_find(&table, key_of("a_ge")));
    ck_assert_ptr_eq(cname_find(&table, key_of("a_getx")), c);
}
END_TEST

START_TEST(a_key_does_not_show_how_the_name_was_put_together)
{
    struct cname_key parts = cname_append(cname_append(cname_key(), "a_"), "get");
    struct cname_key upper = cname_append_upper(cname_key(), "a_Get2");
    ck_assert(parts.low == key_of("a_get").low && parts.high == key_of("a_get").high);
    ck_assert(upper.low == key_of("A_GET2").low && upper.high == key_of("A_GET2").high);
    ck_assert(key_of("ab").low != key_of("ba").low && key_of("ab").high != key_of("ba").high);
}
END_TEST

START_TEST(many_names_are_all_found_again)
{
    char name[32];
    for (uint32_t i = 0; i < 50000; i++) {
        snprintf(name, sizeof name, "name_%u", i);
        ck_assert_ptr_null(cname_take(&table, key_of(name), "x", at(i)));
    }
    for (uint32_t i = 0; i < 50000; i++) {
        snprintf(name, sizeof name, "name_%u", i);
        const struct cname *c = cname_find(&table, key_of(name));
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
    tcase_add_test(c, a_key_does_not_show_how_the_name_was_put_together);
    tcase_add_test(c, many_names_are_all_found_again);
    tcase_add_test(c, words_of_c_and_cpp_are_known_whole);
    tcase_add_test(c, underscores_that_c_keeps_are_refused);
    tcase_add_test(c, packages_are_not_called_like_libraries);
    tcase_add_test(c, capitals_touch_letters_only);
    return support_run(suite);
}
