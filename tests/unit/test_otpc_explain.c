/* test_otpc_explain.c - the examples of `otpc explain`.
 *
 * Idea: each row of diag.def shows a wrong spec and its cure. The wrong one must give that finding
 * and no other, the cure none at all. The specs are read from a file called example.otp, since some
 * import themselves; those of switched-on warnings run with that switch. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "plan.h"
#include "resolve.h"

static struct arena arena;
static jmp_buf on_empty;

static void write_example(const char *spec)
{
    FILE *f = fopen("example.otp", "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(spec, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

static void enter_new_folder(void)
{
    char path[] = "/tmp/otpc-explain-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(path));
    ck_assert_int_eq(chdir(path), 0);
}

static void leave_folder(void)
{
    char path[4096];
    ck_assert_ptr_nonnull(getcwd(path, sizeof path));
    ck_assert_int_eq(unlink("example.otp"), 0);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(path), 0);
}

static struct unit *run(const char *spec, enum diag_code code)
{
    struct unit *u = ARENA_NEW(&arena, struct unit);
    ast_unit_init(u, &arena);
    if (diag_info(code)->severity == DIAG_SEVERITY_WARNING)
        ck_assert(diag_options_switch(&u->diag_options, diag_info(code)->id));
    write_example(spec);
    resolve_load(u, "example.otp");
    resolve_names(u);
    check_unit(u);
    plan_check_names(u);
    diag_sort(&u->diags);
    return u;
}

static const char *findings_of(struct unit *u)
{
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    diag_render(&u->diags, &b);
    return b.data;
}

static void try_code(enum diag_code code)
{
    const struct diag_info *info = diag_info(code);
    struct unit *u = run(info->wrong, code);
    ck_assert_msg(u->diags.count > 0, "%s: the wrong example gives no finding", info->id);
    for (size_t i = 0; i < u->diags.count; i++)
        ck_assert_msg(u->diags.items[i]->code == code, "%s: the wrong example gives\n%s", info->id,
                      findings_of(u));
    u = run(info->right, code);
    ck_assert_msg(u->diags.count == 0, "%s: the right example gives\n%s", info->id, findings_of(u));
}

START_TEST(an_example_gives_its_finding_and_its_cure_none)
{
    arena_init(&arena, &on_empty);
    ck_assert_int_eq(setjmp(on_empty), 0);
    if (*diag_info((enum diag_code)_i)->right == '\0')
        return;
    enter_new_folder();
    try_code((enum diag_code)_i);
    leave_folder();
    arena_free(&arena);
}
END_TEST

START_TEST(codes_and_switches_are_unique)
{
    for (enum diag_code c = DIAG_NONE + 1; c < DIAG_CODE_COUNT; c++) {
        const struct diag_info *info = diag_info(c);
        ck_assert_msg(diag_find(info->id) == c, "%s is there twice", info->id);
        ck_assert_msg(*info->title && *info->text, "%s says nothing", info->id);
        if (info->severity == DIAG_SEVERITY_ERROR)
            ck_assert_msg(info->id[0] == 'E' && strlen(info->id) == 5, "%s", info->id);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *c = support_case(suite, "explain", 60.0);
    tcase_add_loop_test(c, an_example_gives_its_finding_and_its_cure_none, DIAG_NONE + 1,
                        DIAG_CODE_COUNT);
    tcase_add_test(c, codes_and_switches_are_unique);
    return support_run(suite);
}
