/* test_otpc_depfile.c - rules for make.
 *
 * Idea: what is escaped is compared as text here; the command line tests let make read it. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "depfile.h"

static struct arena arena;
static jmp_buf on_empty;

static void set_up(void)
{
    arena_init(&arena, &on_empty);
    if (setjmp(on_empty) != 0)
        abort();
}

static void tear_down(void)
{
    arena_free(&arena);
}

static struct depfile_names names_of(const char *a, const char *b)
{
    struct depfile_names names = { 0 };
    depfile_add(&names, &arena, a);
    if (b)
        depfile_add(&names, &arena, b);
    return names;
}

static const char *rule(const char *target, bool raw, const char *prerequisite)
{
    struct arena_buf out;
    struct depfile_names targets = names_of(target, NULL), from = names_of(prerequisite, NULL);
    arena_buf_init(&out, &arena);
    depfile_rule(&out, &targets, raw, &from);
    return out.data;
}

START_TEST(names_are_escaped_as_make_reads_them)
{
    static const char *const pairs[][2] = {
        { "a.otp", "a.otp" },       { "a b.otp", "a\\ b.otp" }, { "a\tb", "a\\\tb" },
        { "$(x)", "$$(x)" },        { "a#b", "a\\#b" },         { "c:\\d", "c\\:\\d" },
        { "a\\b", "a\\b" },         { "a\\ b", "a\\\\\\ b" },   { "a\\\\ b", "a\\\\\\\\\\ b" },
        { "\xc3\xa9", "\xc3\xa9" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const char *want = arena_format(&arena, "%s: %s\n", pairs[i][1], pairs[i][1]);
        ck_assert_str_eq(rule(pairs[i][0], false, pairs[i][0]), want);
    }
}
END_TEST

START_TEST(a_target_of_the_command_line_stands_as_it_is)
{
    ck_assert_str_eq(rule("$(OUT)/a b", true, "x y"), "$(OUT)/a b: x\\ y\n");
}
END_TEST

START_TEST(long_rules_go_on_in_the_next_line)
{
    struct arena_buf out;
    struct depfile_names targets = names_of("out/myapp.otp.h", "out/myapp.otp.c"), from = { 0 };
    for (int i = 0; i < 9; i++)
        depfile_add(&from, &arena, arena_format(&arena, "some/folder/number_%d.otp", i));
    arena_buf_init(&out, &arena);
    depfile_rule(&out, &targets, false, &from);
    int lines = 0;
    for (const char *line = out.data; *line; lines++) {
        size_t len = strcspn(line, "\n");
        ck_assert_uint_le(len, 80);
        bool last = line[len + 1] == '\0';
        ck_assert_int_eq(line[len - 1] == '\\', !last);
        line += len + 1;
    }
    ck_assert_int_gt(lines, 2);
}
END_TEST

START_TEST(a_name_is_added_once)
{
    struct depfile_names names = names_of("a", "a");
    ck_assert_uint_eq(names.count, 1);
}
END_TEST

START_TEST(phony_rules_leave_the_specs_out)
{
    struct arena_buf out;
    struct depfile_names names = names_of("a.otp", "b c.otp"), specs = names_of("a.otp", NULL);
    arena_buf_init(&out, &arena);
    depfile_phony(&out, &names, &specs);
    ck_assert_str_eq(out.data, "b\\ c.otp:\n");
}
END_TEST

START_TEST(a_line_break_cannot_be_named)
{
    ck_assert(!depfile_can_name("a\nb"));
    ck_assert(depfile_can_name("a b"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("depfile");
    TCase *c = support_case(suite, "depfile", 10.0);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, names_are_escaped_as_make_reads_them);
    tcase_add_test(c, a_target_of_the_command_line_stands_as_it_is);
    tcase_add_test(c, long_rules_go_on_in_the_next_line);
    tcase_add_test(c, a_name_is_added_once);
    tcase_add_test(c, phony_rules_leave_the_specs_out);
    tcase_add_test(c, a_line_break_cannot_be_named);
    return support_run(suite);
}
