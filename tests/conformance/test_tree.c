/* test_tree.c - the processes below a supervisor, looked at.
 *
 * Idea: see tree.h. What differs from run to run - pids, memory - is replaced before comparing. */
#include "tree.h"

static void make_inner(struct tree *tree)
{
    tree_make(tree, OTP_ONE_FOR_ONE, 5);
    tree_add(tree, "x", OTP_PERMANENT);
    tree_add(tree, "y", OTP_TRANSIENT);
}

/* a, inner (x, y), b; x was started again, y has ended. */
static void grow(struct tree *tree, struct tree *inner)
{
    static otp_reason normal;
    make_inner(inner);
    tree_make(tree, OTP_ONE_FOR_ONE, 5);
    tree_add(tree, "a", OTP_PERMANENT);
    tree_add_tree(tree, "inner", inner, OTP_PERMANENT);
    tree_add(tree, "b", OTP_PERMANENT);
    tree_start(tree);
    inner->pid = otp_whereis("inner");
    tree_kill_child("x");
    await_note("start x");
    normal = otp_normal();
    tree_end_child("y", &normal);
    tree_await(inner, "y", OTP_CHILD_STOPPED);
}

/* What follows mark, up to one of the characters of end, becomes a '#', everywhere. */
static void mask(char *text, const char *mark, const char *end)
{
    for (char *at = strstr(text, mark); at != NULL; at = strstr(at, mark)) {
        at += strlen(mark);
        size_t size = strcspn(at, end);
        memmove(at + 1, at + size, strlen(at + size) + 1);
        *at = '#';
    }
}

START_TEST(the_tree_as_data)
{
    static const struct {
        const char *id, *module;
        uint32_t depth;
    } want[] = { { "", "tests.tree", 0 },   { "a", "tests.probe", 1 }, { "inner", "tests.tree", 1 },
                 { "x", "tests.probe", 2 }, { "y", "tests.probe", 2 }, { "b", "tests.probe", 1 } };
    struct tree tree, inner;
    struct otp_tree_nodes seen;
    start_runtime(false, false);
    grow(&tree, &inner);
    ck_assert_int_eq(otp_tree(otp_to(tree.pid), &seen), OTP_OK);
    ck_assert_uint_eq(seen.count, 6);
    for (size_t i = 0; i < seen.count; i++) {
        ck_assert_str_eq(seen.nodes[i].child.id, want[i].id);
        ck_assert_str_eq(seen.nodes[i].module, want[i].module);
        ck_assert_uint_eq(seen.nodes[i].depth, want[i].depth);
        ck_assert_uint_eq(seen.nodes[i].child.restarts, i == 3 ? 1 : 0);
        ck_assert((seen.nodes[i].memory == 0) == (i == 4));
    }
    ck_assert(otp_pid_equal(seen.nodes[3].child.pid, otp_whereis("x")));
    otp_tree_free(&seen);
    ck_assert_uint_eq(seen.count, 0);
    tree_stop(&tree);
    ck_assert_int_eq(otp_tree(otp_to(tree.pid), &seen), OTP_NOPROC);
    otp_pid probe = probe_start(NULL);
    ck_assert_int_eq(otp_tree(otp_to(probe), &seen), OTP_WRONG_MODULE);
    ck_assert_ptr_null(seen.nodes);
    stop_runtime();
    ck_assert_int_eq(otp_tree(otp_to(probe), &seen), OTP_NOT_RUNNING);
}
END_TEST

START_TEST(the_tree_as_json)
{
    struct tree tree, inner;
    struct otp_tree_nodes seen;
    char text[4096], small[32];
    start_runtime(false, false);
    grow(&tree, &inner);
    ck_assert_int_eq(otp_tree(otp_to(tree.pid), &seen), OTP_OK);
    size_t length = otp_tree_json(&seen, text, sizeof(text));
    ck_assert_uint_eq(length, strlen(text));
    ck_assert_uint_eq(otp_tree_json(&seen, small, sizeof(small)), length);
    ck_assert_uint_eq(strlen(small), sizeof(small) - 1);
    ck_assert_int_eq(strncmp(small, text, sizeof(small) - 1), 0);
    ck_assert_uint_eq(otp_tree_json(&seen, NULL, 0), length);
    mask(text, "\"pid\":\"", "\"");
    mask(text, "\"memory\":", ",}");
    mask(text, "\"state\":\"", "\"");
#define REST(restarts) "\"state\":\"#\",\"restarts\":" #restarts ",\"mailbox\":0,\"memory\":#"
#define LEAF(id, pid, restarts)                                                                    \
    "{\"id\":\"" id "\",\"pid\":" pid                                                              \
    ",\"module\":\"tests.probe\",\"supervisor\":false," REST(restarts) "}"
#define NODE(id)                                                                                   \
    "{\"id\":\"" id                                                                                \
    "\",\"pid\":\"#\",\"module\":\"tests.tree\",\"supervisor\":true," REST(0) ",\"children\":["
    ck_assert_str_eq(
        text, NODE("") LEAF("a", "\"#\"", 0) "," NODE("inner")
                  LEAF("x", "\"#\"", 1) "," LEAF("y", "null", 0) "]}," LEAF("b", "\"#\"", 0) "]}");
    otp_tree_free(&seen);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(json_is_closed_where_the_tree_ends_deep_down)
{
    struct tree tree, inner, empty;
    struct otp_tree_nodes seen;
    char text[4096];
    int depth = 0;
    start_runtime(false, false);
    make_inner(&inner);
    inner.children[0].id = "quote\"back\\line\n";
    tree_make(&empty, OTP_ONE_FOR_ONE, 5);
    tree_add_tree(&inner, "empty", &empty, OTP_PERMANENT);
    tree_make(&tree, OTP_ONE_FOR_ONE, 5);
    tree_add_tree(&tree, "inner", &inner, OTP_PERMANENT);
    tree_start(&tree);
    ck_assert_int_eq(otp_tree(otp_to(tree.pid), &seen), OTP_OK);
    ck_assert_uint_lt(otp_tree_json(&seen, text, sizeof(text)), sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "\"quote\\\"back\\\\line\\u000a\""));
    for (const char *at = text; *at != '\0'; at++) {
        depth += (*at == '{') + (*at == '[') - (*at == '}') - (*at == ']');
        ck_assert_int_ge(depth, at[1] == '\0' ? 0 : 1);
    }
    ck_assert_int_eq(depth, 0);
    otp_tree_free(&seen);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

START_TEST(the_tree_as_a_table)
{
    struct tree tree, inner;
    struct otp_tree_nodes seen;
    char text[4096];
    const char *line = text;
    static const char *const begins[] = { "child",  "-",      "  a ", "  inner ",
                                          "    x ", "    y ", "  b " };
    start_runtime(false, false);
    grow(&tree, &inner);
    tree.spec.module.name = "-"; /* the root has no name: its module's stands there */
    ck_assert_int_eq(otp_tree(otp_to(tree.pid), &seen), OTP_OK);
    ck_assert_uint_eq(otp_tree_text(&seen, text, sizeof(text)), strlen(text));
    size_t width = strcspn(text, "\n");
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        ck_assert_int_eq(strncmp(line, begins[i], strlen(begins[i])), 0);
        ck_assert_uint_eq(strcspn(line, "\n"), width); /* the columns stand below each other */
        line += width + 1;
    }
    ck_assert_str_eq(line, "");
    ck_assert_ptr_nonnull(strstr(text, "stopped"));
    otp_tree_free(&seen);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* A name is what a program likes; it is written so that it cannot be mistaken for the rest. */
START_TEST(odd_names_are_escaped)
{
    static char id[] = "a\n\x1b[2J\\\"\x7f\xc3\xa9\xc2\x9b\xe2\x80\xa8\xff";
    struct tree tree;
    struct otp_tree_nodes seen;
    char text[4096];
    start_runtime(false, false);
    tree_make(&tree, OTP_ONE_FOR_ONE, 5);
    tree_add(&tree, id, OTP_PERMANENT);
    tree_start(&tree);
    ck_assert_int_eq(otp_tree(otp_to(tree.pid), &seen), OTP_OK);
    ck_assert_str_eq(seen.nodes[1].child.id, id);
    seen.nodes[1].module = "b\tc";
    ck_assert_uint_eq(otp_tree_text(&seen, text, sizeof(text)), strlen(text));
    ck_assert_ptr_nonnull(strstr(text, "  a\\x0a\\x1b[2J\\x5c\"\\x7f\xc3\xa9\\xc2\\x9b"
                                       "\\xe2\\x80\\xa8\\xff  "));
    ck_assert_ptr_nonnull(strstr(text, "  b\\x09c  "));
    size_t width = strcspn(text, "\n");
    for (const char *line = text; *line != '\0'; line += width + 1)
        ck_assert_uint_eq(strcspn(line, "\n"), width);
    ck_assert_uint_eq(otp_tree_json(&seen, text, sizeof(text)), strlen(text));
    ck_assert_ptr_nonnull(strstr(text, "\"id\":\"a\\u000a\\u001b[2J\\\\\\\"\\u007f\xc3\xa9\\u009b"
                                       "\\u2028\\ufffd\","));
    ck_assert_ptr_nonnull(strstr(text, "\"module\":\"b\\u0009c\","));
    otp_tree_free(&seen);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

/* A server that is stuck, and a child that is being restarted, are shown like any other. */
START_TEST(what_is_stuck_is_shown_too)
{
    struct tree tree;
    struct otp_tree_nodes seen;
    struct gate gates[2] = { GATE, GATE };
    start_runtime(false, false);
    tree_make(&tree, OTP_ONE_FOR_ONE, 5);
    tree_add(&tree, "a", OTP_PERMANENT)->work = &gates[0];
    struct plan *b = tree_add(&tree, "b", OTP_PERMANENT);
    tree_start(&tree);
    b->gate = &gates[1];
    tree_kill_child("b");
    await_note("start b");
    for (int i = 0; i < 3; i++)
        probe_cast(otp_whereis("a"), probe_note, "late");
    do {
        ck_assert_int_eq(otp_tree(otp_to(tree.pid), &seen), OTP_OK);
        ck_assert_uint_eq(seen.count, 3);
        if (seen.nodes[1].state == OTP_PROCESS_RUNNING)
            break;
        otp_tree_free(&seen);
    } while (true);
    ck_assert_uint_eq(seen.nodes[1].mailbox, 3);
    ck_assert_uint_eq(seen.nodes[2].child.state, OTP_CHILD_RESTARTING);
    otp_tree_free(&seen);
    gate_open(&gates[0]);
    gate_open(&gates[1]);
    tree_stop(&tree);
    stop_runtime();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tree");
    TCase *c = support_case(s, "tree", 20.0);
    tcase_add_test(c, the_tree_as_data);
    tcase_add_test(c, the_tree_as_json);
    tcase_add_test(c, json_is_closed_where_the_tree_ends_deep_down);
    tcase_add_test(c, the_tree_as_a_table);
    tcase_add_test(c, odd_names_are_escaped);
    tcase_add_test(c, what_is_stuck_is_shown_too);
    return support_run(s);
}
