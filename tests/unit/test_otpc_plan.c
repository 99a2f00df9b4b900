/* test_otpc_plan.c - the plan of a package, and the names in C that it makes.
 *
 * Idea: small specs go through the front half; findings are compared with a line of text each, what
 * is planned with what C wants. */
#include "support.h"

#include <string.h>

#include "check.h"
#include "plan.h"
#include "resolve.h"

static struct arena arena;
static jmp_buf on_empty;
static struct unit unit;

static void set_up(void)
{
    arena_init(&arena, &on_empty);
    ast_unit_init(&unit, &arena);
}

static void tear_down(void)
{
    arena_free(&arena);
}

/* Loads a spec and looks at its names; the findings are in the unit. */
static struct file *named(const char *text)
{
    struct source *s = source_from_bytes(&unit.sources, "app.otp", text, strlen(text));
    struct file *f = resolve_load_source(&unit, s);
    resolve_names(&unit);
    plan_check_names(&unit);
    diag_sort(&unit.diags);
    return f;
}

static const struct plan *planned(const char *text)
{
    const struct file *f = named(text);
    ck_assert_uint_eq(diag_count(&unit.diags).errors, 0);
    return plan_build(&unit, f);
}

/* ---- Names ---- */

/* A spec behind "package a;", and the one finding that it gives: code and a part of its text; NULL:
 * none. */
static const struct {
    const char *spec;
    const char *text;
    enum diag_code code;
} cases[] = {
    { "genserver m { call get(a: u64 = 1); call get_with; }", "'a_m_get_with'", E_C_CLASH },
    { "genserver m { call get; call get_with; }", NULL, DIAG_NONE },
    { "genserver m { call get; cast get_within; }", "'a_m_get_within'", E_C_CLASH },
    { "genserver m { cast get; cast get_within; }", NULL, DIAG_NONE },
    { "genserver m { info tick; cast tick_after; }", "'a_m_tick_after'", E_C_CLASH },
    { "genserver m { cast tick; cast tick_after; }", NULL, DIAG_NONE },
    { "genserver m { cast init; }", "'a_m_init'", E_C_CLASH },
    { "genserver m { cast start; }", "'a_m_start'", E_C_CLASH },
    { "genserver m { cast child_spec; }", "'a_m_child_spec'", E_C_CLASH },
    { "genserver m { cast options; }", "'a_m_options'", E_C_CLASH },
    { "genserver m { cast terminate; }", NULL, DIAG_NONE },
    { "genserver m { cast terminate; on terminate; }", "'a_m_terminate'", E_C_CLASH },
    { "genserver m { cast down; on down; }", "'a_m_handle_down'", E_C_CLASH },
    { "genserver m { call a; cast handle_a; }", "'a_m_handle_a'", E_C_CLASH },
    { "genserver m { continue load; cast continue_load; }", "'a_m_continue_load'", E_C_CLASH },
    { "genserver m { continue load; cast load; }", NULL, DIAG_NONE },
    { "genserver m { call get -> ok(x: u64) | miss; cast get_reply_ok; }", "'a_m_get_reply_ok'",
      E_C_CLASH },
    { "genserver m { call get -> ok | OK; }", "'A_M_GET_OK'", E_C_CLASH },
    { "genserver m { call get reply later; cast get_answer; }", "'a_m_get_answer'", E_C_CLASH },
    { "genserver m { call get; cast get_answer; }", NULL, DIAG_NONE },
    { "struct m { x: u64; } genserver m_set { info x; }", "'a_m_set'", E_C_CLASH },
    { "struct u { x: u64; } struct u_owned { x: u64; }", "'a_u_owned'", E_C_CLASH },
    { "enum e { x } enum E { X }", "'A_E_X'", E_C_CLASH },
    { "genserver m { cast b_c; } genserver m_b { cast c; }", "'a_m_b_c'", E_C_CLASH },
    { "genserver m { state { t: table<u64, u64>; } cast t_put; }", "'a_m_t_put'", E_C_CLASH },
    { "genserver m { state { t: u64; } cast t_put; }", NULL, DIAG_NONE },
    { "genserver m { name other; } struct other_name { x: u64; }", NULL, DIAG_NONE },
    { "agent m: u64 = 0 { get name -> u64 = state; }", NULL, DIAG_NONE },
    { "agent m: [u64] { get a -> u64; } struct list_of_u64 { x: u64; }", "'a_list_of_u64'",
      E_C_CLASH },
    { "struct env { x: u64; } env { p: u16 = 1; }", "'a_env'", E_C_CLASH },
    { "struct list_of_u64 { x: u64; } struct s { rows: [[u64]]; }", "'a_list_of_u64'", E_C_CLASH },
    { "struct s { rows: [[u64]]; more: [[u64]]; }", NULL, DIAG_NONE },
    { "struct s { xs: [u64]; xs_count: u64; }", "'xs_count'", E_C_CLASH },
    { "struct s { x: u64?; has_x: bool; }", "'has_x'", E_C_CLASH },
    { "struct s { x: u64; has_x: bool; x_count: u64; }", NULL, DIAG_NONE },
    { "genserver m { cast c(xs: [u64]?, has_xs: bool); }", "'has_xs'", E_C_CLASH },
    { "genserver m { cast c(m_c_type: u64); }", "'m_c_type'", E_C_CLASH },
    { "genserver m { cast c(content_type: u64); }", NULL, DIAG_NONE },
    { "genserver m { cast c(int: u64); }", "'int': a keyword of C", E_C_WORD },
    { "genserver m { call c -> new(x: u64) | old; }", "'new': a keyword of C++", E_C_WORD },
    { "genserver m { call c -> a(errno: u64) | b; }", "'errno'", E_C_WORD },
    { "genserver m { options { class: u64 = 1; } }", "'class'", E_C_WORD },
    { "genserver m { state { register: u64; } }", "'register'", E_C_WORD },
    { "struct s { otp_x: u64; }", "'otp_x'", E_C_WORD },
    { "genserver class { call new; cast delete; info int; }", NULL, DIAG_NONE },
    { "genserver m { cast c(self: u64, from: u64, dest: u64, options: u64); }", NULL, DIAG_NONE },
    { "struct s { a__b: u64; }", "'a__b'", E_C_RESERVED },
    { "struct _s { b: u64; }", "'_s'", E_C_RESERVED },
    { "genserver m { cast _c; }", "'_c'", E_C_RESERVED },
};

START_TEST(names_that_would_be_one_in_c_are_found)
{
    const char *spec = arena_format(&arena, "package a;\n%s\n", cases[_i].spec);
    named(spec);
    const struct diags *d = &unit.diags;
    if (!cases[_i].text) {
        ck_assert_msg(d->count == 0, "%s\n%s", spec, d->count ? d->items[0]->text : "");
        return;
    }
    ck_assert_msg(d->count == 1, "%s\n%zu findings", spec, d->count);
    ck_assert_int_eq(d->items[0]->code, cases[_i].code);
    ck_assert_msg(strstr(d->items[0]->text, cases[_i].text) != NULL, "%s\n%s", spec,
                  d->items[0]->text);
    if (cases[_i].code == E_C_CLASH)
        ck_assert(ast_has_span(d->items[0]->first_extra->span)); /* both places */
}
END_TEST

START_TEST(packages_named_like_libraries_are_refused)
{
    named("package otp;\nstruct s { x: u64; }\n");
    ck_assert_uint_eq(unit.diags.count, 1);
    ck_assert_int_eq(unit.diags.items[0]->code, E_C_RESERVED);
}
END_TEST

START_TEST(broken_specs_do_no_harm)
{
    named("package a;\n"
          "struct s { x: nothing; y: [[nowhere]?; z: ; }\n"
          "genserver m { call get(k: [unknown]) -> [what]; cast (; state { t: table<u64>; } }\n"
          "supervisor top { child gone; child m: ; }\n"
          "application a { start none; }\n");
    ck_assert_uint_gt(diag_count(&unit.diags).errors, 3);
}
END_TEST

/* ---- Plans ---- */

START_TEST(structs_stand_behind_those_that_they_hold)
{
    const struct plan *p = planned("package a;\n"
                                   "struct outer { one: inner; many: [late]; }\n"
                                   "struct late { o: outer; }\n"
                                   "struct inner { x: u64; }\n");
    ck_assert_uint_eq(p->n_structs, 3);
    ck_assert_str_eq(p->structs[0]->c_name, "a_inner");
    ck_assert_str_eq(p->structs[1]->c_name, "a_outer");
    ck_assert_str_eq(p->structs[2]->c_name, "a_late");
    ck_assert(!p->structs[0]->item.refs && p->structs[1]->item.refs && p->structs[2]->item.refs);
    ck_assert(p->structs[2]->early); /* outer's layout refers to it */
}
END_TEST

START_TEST(nested_lists_get_one_struct_each)
{
    const struct plan *p = planned("package a;\n"
                                   "struct s { rows: [[u64]]; more: [[u64]]; plain: [u64]; }\n"
                                   "genserver m { call get -> [string]; }\n");
    ck_assert_uint_eq(p->n_structs, 3);
    ck_assert_str_eq(p->structs[1]->c_name, "a_list_of_u64");
    ck_assert_str_eq(p->structs[2]->c_name, "a_list_of_string");
    ck_assert(p->structs[1]->made && p->structs[1]->kept && p->structs[1]->wanted);
    ck_assert(!p->structs[2]->kept);
    ck_assert_str_eq(p->modules[0].messages[0].reply.item->view, "struct a_list_of_string");
}
END_TEST

START_TEST(values_become_c_expressions)
{
    static const char *const values[] = {
        "5 * OTP_MIN",  "1500 * OTP_MS",
        "OTP_S",        "18446744073709551615u",
        "INT64_MIN",    "-7",
        "0.5",          "3.0",
        "A_LEVEL_HIGH", "\"a\\\"b\"",
        "true",         "0",
    };
    const struct plan *p = planned(
        "package a;\n"
        "enum level { low, high }\n"
        "genserver m { options { a: duration = 5m; b: duration = 1500ms; c: duration = 1s;\n"
        "  d: u64 = 18446744073709551615; e: i64 = -9223372036854775808; f: i64 = -7;\n"
        "  g: f64 = 0.5; h: f64 = 3; i: level = level.high; j: string = \"a\\\"b\";\n"
        "  k: bool = true; l: duration = 0s; m: u64? = none; } }\n");
    const struct plan_fields *f = &p->modules[0].options;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        ck_assert_str_eq(f->items[i].value->text, values[i]);
    ck_assert_int_eq(f->items[9].value->kind, PLAN_STRING);
    ck_assert_uint_eq(f->items[9].value->size, 3);
    ck_assert_int_eq(f->items[12].value->kind, PLAN_ABSENT);
}
END_TEST

START_TEST(lines_are_those_of_the_spec)
{
    const struct plan *p = planned("package a;\n\n\nstruct s {\n  x: u64;\n\n  y: u64;\n}\n"
                                   "genserver m {\n  call get;\n  cast put;\n}\n");
    ck_assert_uint_eq(p->line, 1);
    ck_assert_uint_eq(p->structs[0]->line, 4);
    ck_assert_uint_eq(p->structs[0]->fields.items[0].line, 5);
    ck_assert_uint_eq(p->structs[0]->fields.items[1].line, 7);
    ck_assert_uint_eq(p->modules[0].line, 9);
    ck_assert_uint_eq(p->modules[0].messages[0].line, 10);
    ck_assert_uint_eq(p->modules[0].messages[1].line, 11);
}
END_TEST

START_TEST(children_take_their_options_from_line_default_and_env)
{
    const struct plan *p = planned("package a;\n"
                                   "env { wait: duration = 2s; }\n"
                                   "genserver m { name m; options { a: u64 = 1; b: u64;\n"
                                   "  c: duration = env.wait; } }\n"
                                   "genserver k { options { a: u64 = 1; } }\n"
                                   "supervisor top { child m { b = 3; }\n"
                                   "  child other: m name second { b = 4; c = 1s; }\n"
                                   "  child k; }\n"
                                   "application a { start top; }\n");
    const struct plan_supervisor *s = &p->supervisors[0];
    ck_assert_uint_eq(s->n_children, 3);
    ck_assert(s->children[0].configured && !s->children[1].configured);
    ck_assert_str_eq(s->children[0].registered, "a.m");
    ck_assert_str_eq(s->children[1].registered, "a.second");
    ck_assert_ptr_null(s->children[2].registered);
    ck_assert_str_eq(s->children[0].settings[1].value->text, "3");
    ck_assert_str_eq(s->children[0].settings[2].value->text, "env_values.wait");
    ck_assert_str_eq(s->children[0].settings[2].value->fallback->text, "2 * OTP_S");
    ck_assert_str_eq(s->children[1].settings[2].value->text, "OTP_S");
    ck_assert_uint_eq(s->n_configured, 1);
    ck_assert_uint_eq(s->n_constant, 2);
    ck_assert(p->application->configures);
    ck_assert_str_eq(p->application->root_name, "a.top");
    ck_assert_uint_eq(p->n_names, 3);
    ck_assert_uint_eq(p->modules[0].required.count, 1);
}
END_TEST

START_TEST(declared_calls_are_listed_once)
{
    const struct plan *p = planned("package a;\n"
                                   "genserver m { call get; call put; cast go; }\n"
                                   "genserver k { init calls m.get; info x calls m; }\n"
                                   "genserver l { info x; }\n"
                                   "task t -> u8 calls m.put;\n"
                                   "task u calls t calls t;\n");
    ck_assert_uint_eq(p->modules[1].edges.n_calls, 2);
    ck_assert_ptr_eq(p->modules[1].edges.calls[0], &p->modules[0].messages[0]);
    ck_assert_ptr_eq(p->modules[1].edges.calls[1], &p->modules[0].messages[1]);
    ck_assert_uint_eq(p->modules[2].edges.n_calls, 0);
    ck_assert_uint_eq(p->tasks[0].edges.n_calls, 1);
    ck_assert_ptr_eq(p->tasks[0].edges.calls[0], &p->modules[0].messages[1]);
    ck_assert_uint_eq(p->tasks[1].edges.n_calls, 0);
    ck_assert_uint_eq(p->tasks[1].edges.n_tasks, 1);
    ck_assert_str_eq(p->tasks[1].edges.tasks[0]->message.c_name, "a_t");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("plan");
    TCase *c = support_case(suite, "plan", 20.0);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, names_that_would_be_one_in_c_are_found, 0,
                        (int)(sizeof cases / sizeof cases[0]));
    tcase_add_test(c, packages_named_like_libraries_are_refused);
    tcase_add_test(c, broken_specs_do_no_harm);
    tcase_add_test(c, structs_stand_behind_those_that_they_hold);
    tcase_add_test(c, nested_lists_get_one_struct_each);
    tcase_add_test(c, values_become_c_expressions);
    tcase_add_test(c, lines_are_those_of_the_spec);
    tcase_add_test(c, children_take_their_options_from_line_default_and_env);
    tcase_add_test(c, declared_calls_are_listed_once);
    return support_run(suite);
}
