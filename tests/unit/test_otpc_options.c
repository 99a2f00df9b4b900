/* test_otpc_options.c - the words of a command line.
 *
 * Idea: a command line is written as one text, split at blanks; what is wrong with it is compared
 * word for word, since it is what a user sees. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"

static struct arena arena;
static jmp_buf on_empty;
static struct options options;

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

static const char *parse(const char *line)
{
    char *words[30] = { NULL };
    int count = 0;
    char *text = arena_format(&arena, "otpc %s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    return options_parse(&options, &arena, count, words);
}

static void assert_wrong(const char *line, const char *why)
{
    const char *said = parse(line);
    ck_assert_msg(said != NULL, "'%s' was taken", line);
    ck_assert_str_eq(said, why);
}

static void assert_right(const char *line)
{
    const char *said = parse(line);
    ck_assert_msg(said == NULL, "'%s': %s", line, said);
}

START_TEST(a_value_stands_behind_an_equals_sign_or_a_blank)
{
    assert_right("--stamp=s -o out --stdin-name - x.otp");
    ck_assert_str_eq(options.stamp, "s");
    ck_assert_str_eq(options.out_dir, "out");
    ck_assert_str_eq(options.stdin_name, "-");
    ck_assert_uint_eq(options.files.count, 1);
    assert_right("--stamp s -oout x.otp");
    ck_assert_str_eq(options.stamp, "s");
    ck_assert_str_eq(options.out_dir, "out");
    assert_right("-MD -MFdep -MT a -MTb x.otp");
    ck_assert_str_eq(options.dep_file, "dep");
    ck_assert_uint_eq(options.dep_targets.count, 2);
    ck_assert_str_eq(options.dep_targets.items[1], "b");
}
END_TEST

START_TEST(options_may_stand_anywhere_up_to_two_dashes)
{
    assert_right("x.otp --main y.otp -v -- -z.otp --main");
    ck_assert(options.main);
    ck_assert(options.verbose);
    ck_assert_uint_eq(options.files.count, 4);
    ck_assert_str_eq(options.files.items[2], "-z.otp");
    ck_assert_str_eq(options.files.items[3], "--main");
}
END_TEST

START_TEST(a_beginning_that_fits_one_option_is_enough)
{
    assert_right("--mai x.otp");
    ck_assert(options.main);
    assert_wrong("--st x.otp", "option '--st' may be '--stdin-name' or '--stamp'");
    assert_wrong("--=x x.otp", "unknown option '--'");
}
END_TEST

START_TEST(letters_without_values_may_stand_together)
{
    assert_right("-wv x.otp");
    ck_assert(options.verbose);
    ck_assert(options.diag.no_warnings);
    assert_wrong("-wz x.otp", "unknown option '-wz'");
}
END_TEST

START_TEST(an_unknown_option_gives_a_guess)
{
    assert_wrong("--mian x.otp", "unknown option '--mian'; did you mean '--main'?");
    assert_wrong("--verion", "unknown option '--verion'; did you mean '--version'?");
    assert_wrong("-fmax-erors=1 x.otp",
                 "unknown option '-fmax-erors'; did you mean '-fmax-errors'?");
    assert_wrong("-z x.otp", "unknown option '-z'");
    assert_wrong("-Wal x.otp", "unknown warning '-Wal'; did you mean 'all'?");
    assert_wrong("-Wno-terminate-without-tarp x.otp",
                 "unknown warning '-Wno-terminate-without-tarp'; did you mean "
                 "'terminate-without-trap'?");
}
END_TEST

START_TEST(values_are_checked)
{
    assert_wrong("-o", "option '-o' needs a value");
    assert_wrong("--main=yes x.otp", "option '--main' takes no value");
    assert_wrong("-fmax-errors x.otp", "option '-fmax-errors' needs a value");
    assert_wrong("-fmax-errors=-1 x.otp", "-fmax-errors wants a number, not '-1'");
    assert_wrong("-fmax-errors=1x x.otp", "-fmax-errors wants a number, not '1x'");
    assert_wrong("--color=blue x.otp", "--color wants auto, always or never, not 'blue'");
    assert_wrong("--dump=tokens x.otp", "--dump knows 'ast', not 'tokens'");
    assert_right("-fmax-errors=7 --color=never x.otp");
    ck_assert_uint_eq(options.diag.max_errors, 7);
    ck_assert_int_eq(options.colour, COLOUR_NEVER);
}
END_TEST

START_TEST(the_first_word_may_be_a_command)
{
    assert_right("check x.otp check");
    ck_assert_int_eq(options.command, COMMAND_CHECK);
    ck_assert_uint_eq(options.files.count, 2);
    assert_right("./check");
    ck_assert_int_eq(options.command, COMMAND_COMPILE);
    assert_right("explain --tree x.otp");
    ck_assert(options.tree);
    ck_assert_str_eq(options_near_command(&arena, "chekc"), "check");
    ck_assert_ptr_null(options_near_command(&arena, "something"));
}
END_TEST

START_TEST(options_of_another_command_are_refused)
{
    assert_wrong("check --main x.otp", "option '--main' does not go with 'check'");
    assert_wrong("skeleton -MD x.otp", "option '-MD' does not go with 'skeleton'");
    assert_wrong("--tree x.otp",
                 "option '--tree' needs a command it belongs to, such as 'explain'");
    assert_wrong("--update x.otp",
                 "option '--update' needs a command it belongs to, such as 'skeleton'");
}
END_TEST

START_TEST(what_needs_something_else_says_so)
{
    assert_wrong("", "no spec was given");
    assert_wrong("check", "no spec was given");
    assert_wrong("explain --tree", "no spec was given to 'explain --tree'");
    assert_wrong("-MF d x.otp", "option '-MF' needs '-MD'");
    assert_wrong("-MP x.otp", "option '-MP' needs '-MD'");
    assert_wrong("-MT t x.otp", "option '-MT' needs '-MD'");
    assert_wrong("-o - -MD x.otp", "'-MD' with '-o -' needs '-MF' and '-MT': no file is written");
    assert_wrong("-", "'-' needs '--stdin-name': files are called after their spec");
    assert_wrong("check - -", "standard input was given twice");
    assert_right("check -");
    assert_right("explain");
}
END_TEST

START_TEST(help_and_version_win_over_what_is_missing)
{
    assert_right("--help");
    ck_assert_int_eq(options.talk, TALK_HELP);
    assert_right("--help=warnings");
    ck_assert_int_eq(options.talk, TALK_HELP_WARNINGS);
    assert_right("--version --help");
    ck_assert_int_eq(options.talk, TALK_VERSION);
    assert_wrong("--help=wanings", "--help knows 'warnings', not 'wanings'");
}
END_TEST

START_TEST(the_help_names_every_command_in_short_lines)
{
    struct arena_buf out;
    arena_buf_init(&out, &arena);
    options_help(&out);
    options_help_warnings(&out);
    for (int c = COMMAND_CHECK; c < COMMAND_COUNT; c++)
        ck_assert_ptr_nonnull(strstr(out.data, options_command_word((enum options_command)c)));
    for (const char *line = out.data; *line;) {
        size_t len = strcspn(line, "\n");
        ck_assert_msg(len <= 100, "%.*s", (int)len, line);
        line += len + 1;
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *c = support_case(suite, "options", 10.0);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, a_value_stands_behind_an_equals_sign_or_a_blank);
    tcase_add_test(c, options_may_stand_anywhere_up_to_two_dashes);
    tcase_add_test(c, a_beginning_that_fits_one_option_is_enough);
    tcase_add_test(c, letters_without_values_may_stand_together);
    tcase_add_test(c, an_unknown_option_gives_a_guess);
    tcase_add_test(c, values_are_checked);
    tcase_add_test(c, the_first_word_may_be_a_command);
    tcase_add_test(c, options_of_another_command_are_refused);
    tcase_add_test(c, what_needs_something_else_says_so);
    tcase_add_test(c, help_and_version_win_over_what_is_missing);
    tcase_add_test(c, the_help_names_every_command_in_short_lines);
    return support_run(suite);
}
