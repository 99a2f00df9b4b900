/* test_otpc_diag.c - findings: their order, their text, the switches, and "did you mean".
 *
 * Idea: findings are put in by hand, so that each rule of the text is seen alone; the expected text
 * stands here letter by letter, because editors parse it. */
#include "support.h"

#include <string.h>

#include "diag.h"
#include "source.h"
#include "suggest.h"

static struct arena arena;
static jmp_buf on_empty;
static struct source_set sources;
static struct diag_options options;
static struct diags diags;
static uint32_t file;

static void begin(const char *text)
{
    arena_init(&arena, &on_empty);
    source_set_init(&sources, &arena);
    diag_options_init(&options);
    diag_init(&diags, &arena, &sources, &options);
    file = source_from_bytes(&sources, "a.otp", text, strlen(text))->id;
}

static void end(void)
{
    arena_free(&arena);
}

/* Where the first `part` of the source stands. */
static struct span at(const char *part)
{
    const char *bytes = source_get(&sources, file)->bytes;
    const char *found = strstr(bytes, part);
    ck_assert_ptr_nonnull(found);
    uint32_t from = (uint32_t)(found - bytes);
    return (struct span){ file, from, from + (uint32_t)strlen(part) };
}

static const char *text(void)
{
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    diag_render(&diags, &b);
    return b.data;
}

/* ---- Text ---- */

START_TEST(a_finding_has_excerpt_carets_suggestion_notes_and_help)
{
    begin("one two\nthree four\n");
    struct diag *d = diag_add(&diags, E_DUPLICATE, at("four"), "'%s' is bad", "four");
    diag_help(d, "the cure");
    diag_note(d, at("two"), "see here");
    diag_remark(d, "the list");
    diag_suggest(d, "for");
    diag_mark(d, at("three"));
    ck_assert_str_eq(text(), "a.otp:2:7: error: 'four' is bad [E0201]\n"
                             "    2 | three four\n"
                             "      | ~~~~~ ^~~~\n"
                             "      |       for\n"
                             "      = note: the list\n"
                             "a.otp:1:5: note: see here\n"
                             "    1 | one two\n"
                             "      |     ^~~\n"
                             "      = help: the cure\n");
    options.no_caret = true;
    ck_assert_str_eq(text(), "a.otp:2:7: error: 'four' is bad [E0201]\n"
                             "      = note: the list\n"
                             "a.otp:1:5: note: see here\n"
                             "      = help: the cure\n");
    end();
}
END_TEST

/* What every finding of this code says that has no cure of its own. */
#define RENAME  "      = help: give one of them another name\n"
#define DECLARE "      = help: declare it, import its package, or write a built-in type\n"
#define FIND    "      = help: write its path from this spec's folder, or give its folder with -I\n"

START_TEST(every_error_has_a_cure)
{
    for (enum diag_code code = DIAG_NONE + 1; code < DIAG_CODE_COUNT; code++) {
        bool error = diag_info(code)->severity == DIAG_SEVERITY_ERROR;
        const char *cure = diag_cure(code);
        ck_assert_msg((cure != NULL) == error, "%s", diag_info(code)->id);
        ck_assert_msg(!error || strlen(cure) > 5, "%s", diag_info(code)->id);
    }
}
END_TEST

START_TEST(a_cure_of_its_own_stands_alone)
{
    begin("one\n");
    options.no_caret = true;
    diag_help(diag_add(&diags, E_DUPLICATE, at("one"), "x"), "do that");
    diag_suggest(diag_add(&diags, E_DUPLICATE, at("one"), "y"), "two");
    diag_remark(diag_add(&diags, E_DUPLICATE, at("one"), "z"), "it is so");
    ck_assert_str_eq(text(), "a.otp:1:1: error: x [E0201]\n"
                             "      = help: do that\n"
                             "a.otp:1:1: error: y [E0201]\n"
                             "a.otp:1:1: error: z [E0201]\n"
                             "      = note: it is so\n" RENAME);
    end();
}
END_TEST

START_TEST(a_finding_without_a_place_names_the_program)
{
    begin("");
    diag_add(&diags, E_FILE_ABSENT, (struct span){ 0 }, "cannot find 'x'");
    ck_assert_str_eq(text(), "otpc: error: cannot find 'x' [E0601]\n" FIND);
    ck_assert_uint_eq(diag_count(&diags).io_errors, 1);
    end();
}
END_TEST

START_TEST(columns_count_what_is_seen)
{
    static const struct {
        const char *line;
        unsigned column;
    } rows[] = {
        { "x", 1 },
        { "\tx", 9 },
        { "abc\tx", 9 },
        { "12345678\tx", 17 },
        { "\xc3\xa9\xc3\xa9 x", 4 },         /* two letters of two bytes */
        { "e\xcc\x81 x", 3 },                /* a combining accent */
        { "\xe6\x97\xa5\xe6\x9c\xac x", 6 }, /* two wide characters */
        { "\xf0\x9f\x98\x80 x", 4 },         /* an emoji */
        { "\xe6\x97\xa5\tx", 9 },
        { "\xff\xfe x", 4 }, /* bytes that are no text */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(rows[i].line);
        ck_assert_uint_eq(source_place(&sources, file, at("x").begin).column, rows[i].column);
        end();
    }
}
END_TEST

START_TEST(carets_stand_under_tabs_and_wide_characters)
{
    begin("\t\xe6\x97\xa5\xe6\x9c\xac\tbad\tend\n");
    diag_add(&diags, E_DUPLICATE, at("bad\te"), "x");
    ck_assert_str_eq(text(), "a.otp:1:17: error: x [E0201]\n"
                             "    1 |         \xe6\x97\xa5\xe6\x9c\xac    bad     end\n"
                             "      |                 ^~~~~~~~~\n" RENAME);
    end();
}
END_TEST

START_TEST(what_cannot_be_printed_is_not)
{
    begin("a\033[31m\xff"
          "b c\r\nd");
    diag_add(&diags, E_DUPLICATE, at("c"), "x");
    ck_assert_str_eq(text(), "a.otp:1:10: error: x [E0201]\n"
                             "    1 | a?[31m?b c\n"
                             "      |          ^\n" RENAME);
    end();
}
END_TEST

START_TEST(a_range_ends_with_its_line)
{
    begin("one two\nthree\n");
    diag_add(&diags, E_DUPLICATE, at("two\nth"), "x");
    diag_add(&diags, E_DUPLICATE, (struct span){ file, 14, 14 }, "y");
    ck_assert_str_eq(text(), "a.otp:1:5: error: x [E0201]\n"
                             "    1 | one two\n"
                             "      |     ^~~\n" RENAME "a.otp:3:1: error: y [E0201]\n"
                             "    3 | \n"
                             "      | ^\n" RENAME);
    end();
}
END_TEST

START_TEST(of_a_long_line_the_part_around_the_caret_is_shown)
{
    enum { LEN = 9000 };
    static char line[LEN + 1];
    memset(line, '-', LEN);
    memcpy(line + 6000, "<*>", 3);
    begin(line);
    diag_add(&diags, E_DUPLICATE, at("<*>"), "x");
    const char *said = text(), *bar = strstr(said, "    1 | ...---");
    ck_assert_ptr_nonnull(strstr(said, "a.otp:1:6001: error: x"));
    ck_assert_ptr_nonnull(bar);
    ck_assert_uint_lt(strlen(said), 500);
    const char *mark = strstr(bar, "<*>"), *caret = strchr(bar, '^'), *line_end = strchr(bar, '\n');
    ck_assert_int_eq(mark - bar, caret - line_end - 1);
    ck_assert_int_eq(memcmp(line_end - 3, "...", 3), 0);
    end();
}
END_TEST

START_TEST(colours_change_nothing_else)
{
    begin("one two\n");
    struct diag *d = diag_add(&diags, E_DUPLICATE, at("two"), "x");
    diag_suggest(d, "three");
    diag_note(d, at("one"), "y");
    char *plain = arena_copy(&arena, text(), strlen(text()));
    options.colour = true;
    const char *coloured = text();
    ck_assert_ptr_nonnull(strstr(coloured, "\033[1;31merror: "));
    char *to = arena_copy(&arena, coloured, strlen(coloured)), *stripped = to;
    for (const char *s = coloured; *s;)
        if (*s == '\033')
            s = strchr(s, 'm') + 1;
        else
            *to++ = *s++;
    *to = '\0';
    ck_assert_str_eq(stripped, plain);
    end();
}
END_TEST

/* ---- Order and counting ---- */

START_TEST(findings_are_sorted_by_place_and_told_once)
{
    begin("a b c\nd\n");
    options.no_caret = true;
    diag_add(&diags, E_DUPLICATE, at("d"), "4");
    diag_add(&diags, E_DUPLICATE, at("b"), "2");
    diag_add(&diags, E_DUPLICATE, at("c"), "3");
    diag_add(&diags, E_DUPLICATE, at("b"), "2");
    diag_add(&diags, E_DUPLICATE, at("b"), "2b");
    diag_add(&diags, E_UNKNOWN_TYPE, at("b"), "2");
    diag_add(&diags, E_DUPLICATE, at("a"), "1");
    diag_add(&diags, E_FILE_ABSENT, (struct span){ 0 }, "0");
    diag_sort(&diags);
    ck_assert_str_eq(text(),
                     "otpc: error: 0 [E0601]\n" FIND "a.otp:1:1: error: 1 [E0201]\n" RENAME
                     "a.otp:1:3: error: 2 [E0201]\n" RENAME "a.otp:1:3: error: 2b [E0201]\n" RENAME
                     "a.otp:1:3: error: 2 [E0204]\n" DECLARE "a.otp:1:5: error: 3 [E0201]\n" RENAME
                     "a.otp:2:1: error: 4 [E0201]\n" RENAME);
    ck_assert_uint_eq(diag_count(&diags).errors, 7);
    end();
}
END_TEST

START_TEST(max_errors_stops_the_text_not_the_count)
{
    begin("a b c\n");
    options.no_caret = true;
    options.max_errors = 1;
    diag_add(&diags, E_DUPLICATE, at("a"), "1");
    diag_add(&diags, E_DUPLICATE, at("b"), "2");
    ck_assert_str_eq(text(), "a.otp:1:1: error: 1 [E0201]\n" RENAME
                             "otpc: stopped after 1 of 2 errors (-fmax-errors=1)\n");
    ck_assert_uint_eq(diag_count(&diags).errors, 2);
    end();
}
END_TEST

/* ---- Switches ---- */

/* What `-Wunused-import` gives under these switches: "", "warning" or "error". */
static const char *severity_under(const char *switches)
{
    char copy[200];
    begin("a\n");
    strcpy(copy, switches);
    for (char *s = strtok(copy, " "); s; s = strtok(NULL, " "))
        ck_assert_msg(diag_options_switch(&options, s), "-W%s", s);
    diag_add(&diags, W_UNUSED_IMPORT, at("a"), "x");
    struct diag_counts n = diag_count(&diags);
    const char *said = n.errors ? "error" : n.warnings ? "warning" : "";
    if (n.errors)
        ck_assert_ptr_nonnull(strstr(text(), "error: x [-Werror=unused-import]\n"));
    else if (n.warnings)
        ck_assert_ptr_nonnull(strstr(text(), "warning: x [-Wunused-import]\n"));
    end();
    return said;
}

START_TEST(switches_turn_warnings_on_off_and_into_errors)
{
    ck_assert_str_eq(severity_under(""), "");
    ck_assert_str_eq(severity_under("all"), "warning");
    ck_assert_str_eq(severity_under("extra"), "");
    ck_assert_str_eq(severity_under("unused-import"), "warning");
    ck_assert_str_eq(severity_under("all no-unused-import"), "");
    ck_assert_str_eq(severity_under("no-unused-import all"), "");
    ck_assert_str_eq(severity_under("all no-all"), "");
    ck_assert_str_eq(severity_under("all error"), "error");
    ck_assert_str_eq(severity_under("error"), "");
    ck_assert_str_eq(severity_under("error=unused-import"), "error");
    ck_assert_str_eq(severity_under("all error no-error=unused-import"), "warning");
    ck_assert_str_eq(severity_under("all error no-error"), "warning");
    ck_assert_str_eq(severity_under("error=unused-import no-unused-import"), "");
}
END_TEST

START_TEST(unknown_switches_are_refused)
{
    static const char *const texts[] = {
        "",      "unused",   "no-",    "error=", "error=E0201",
        "E0201", "no-E0201", "errors", "-Wall",  "-Wunused-import"
    };
    begin("");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!diag_options_switch(&options, texts[i]), "-W%s", texts[i]);
    end();
}
END_TEST

START_TEST(no_warnings_wins)
{
    begin("a\n");
    options.no_warnings = true;
    ck_assert(diag_options_switch(&options, "error=unused-import"));
    diag_note(diag_add(&diags, W_UNUSED_IMPORT, at("a"), "x"), at("a"), "y");
    ck_assert(!diag_enabled(&diags, W_UNUSED_IMPORT));
    ck_assert_str_eq(text(), "");
    end();
}
END_TEST

/* ---- Did you mean ---- */

START_TEST(distance_counts_letters_and_swaps)
{
    ck_assert_uint_eq(suggest_distance("cache", "cache", 3), 0);
    ck_assert_uint_eq(suggest_distance("cahce", "cache", 3), 1);
    ck_assert_uint_eq(suggest_distance("cach", "cache", 3), 1);
    ck_assert_uint_eq(suggest_distance("cachee", "cache", 3), 1);
    ck_assert_uint_eq(suggest_distance("czche", "cache", 3), 1);
    ck_assert_uint_eq(suggest_distance("ca", "abc", 3), 3);
    ck_assert_uint_eq(suggest_distance("kitten", "sitting", 3), 3);
    ck_assert_uint_eq(suggest_distance("kitten", "sitting", 2), 3);
    ck_assert_uint_eq(suggest_distance("", "abc", 3), 3);
}
END_TEST

static const char *meant(const char *word, const char *const *candidates, uint64_t *budget)
{
    struct suggest s;
    suggest_init(&s, word, budget);
    for (; *candidates; candidates++)
        suggest_offer(&s, *candidates);
    return suggest_text(&s, &arena);
}

START_TEST(only_the_nearest_are_suggested)
{
    static const char *const names[] = { "one_for_all", "one_for_one", "rest_for_one", NULL };
    static const char *const many[] = { "cat", "car", "cap", "can", "car", NULL };
    static const char *const far[] = { "supervisor", "b", NULL };
    begin("");
    ck_assert_str_eq(meant("one_for_once", names, NULL), "; did you mean 'one_for_one'?");
    ck_assert_str_eq(meant("cax", many, NULL), "; did you mean 'can', 'cap' or 'car'?");
    ck_assert_str_eq(meant("genserver", far, NULL), "");
    ck_assert_str_eq(meant("a", far, NULL), "");
    uint64_t budget = 0;
    ck_assert_str_eq(meant("cax", many, &budget), "");
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diag");
    TCase *c = support_case(suite, "diag", 10.0);
    tcase_add_test(c, a_finding_has_excerpt_carets_suggestion_notes_and_help);
    tcase_add_test(c, every_error_has_a_cure);
    tcase_add_test(c, a_cure_of_its_own_stands_alone);
    tcase_add_test(c, a_finding_without_a_place_names_the_program);
    tcase_add_test(c, columns_count_what_is_seen);
    tcase_add_test(c, carets_stand_under_tabs_and_wide_characters);
    tcase_add_test(c, what_cannot_be_printed_is_not);
    tcase_add_test(c, a_range_ends_with_its_line);
    tcase_add_test(c, of_a_long_line_the_part_around_the_caret_is_shown);
    tcase_add_test(c, colours_change_nothing_else);
    tcase_add_test(c, findings_are_sorted_by_place_and_told_once);
    tcase_add_test(c, max_errors_stops_the_text_not_the_count);
    tcase_add_test(c, switches_turn_warnings_on_off_and_into_errors);
    tcase_add_test(c, unknown_switches_are_refused);
    tcase_add_test(c, no_warnings_wins);
    tcase_add_test(c, distance_counts_letters_and_swaps);
    tcase_add_test(c, only_the_nearest_are_suggested);
    return support_run(suite);
}
