/* test_otpc_parse.c - reading specs: the whole language, odd bytes, depth, floods, no memory.
 *
 * Idea: a spec is a string; what is looked at is its findings by code, and the tree as dump.h
 * writes it. What a wrong spec is told is tested by the blocks of tests/spec; here stands what a
 * text file of lines cannot show. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "parse.h"
#include "resolve.h"

static struct arena arena;
static jmp_buf on_empty;

static void open_arena(void)
{
    arena_init(&arena, &on_empty);
}

static void close_arena(void)
{
    arena_free(&arena);
}

static struct unit *read_bytes(const char *bytes, size_t size)
{
    struct unit *u = ARENA_NEW(&arena, struct unit);
    ast_unit_init(u, &arena);
    struct source *s = source_from_bytes(&u->sources, "x.otp", bytes, size);
    resolve_load_source(u, s);
    resolve_names(u);
    diag_sort(&u->diags);
    ck_assert_msg(memcmp(s->bytes, bytes, size) == 0, "the source was changed");
    return u;
}

static struct unit *read_spec(const char *spec)
{
    return read_bytes(spec, strlen(spec));
}

static const char *findings_of(struct unit *u)
{
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    diag_render(&u->diags, &b);
    return b.data;
}

/* "E0112 E0204 " */
static const char *codes_of(struct unit *u)
{
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    for (size_t i = 0; i < u->diags.count; i++)
        arena_buf_printf(&b, "%s ", diag_info(u->diags.items[i]->code)->id);
    return b.data;
}

static const char *dump_of(struct unit *u)
{
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    dump_ast(u->first_file, &b);
    return b.data;
}

/* "before", `unit` count times, "middle", ... */
static const char *repeat(const char *before, const char *unit, unsigned count, const char *behind)
{
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    arena_buf_puts(&b, before);
    for (unsigned i = 0; i < count; i++)
        arena_buf_puts(&b, unit);
    arena_buf_puts(&b, behind);
    return b.data;
}

/* ---- The language ---- */

static const char everything[] =
    "/// Doc.\n"
    "package example; include \"a.h\";\n"
    "struct user { id: u64; tags: [string]?; at: instant; }\n"
    "enum level { low, high, }\n"
    "env { port: u16 = 0xFA_0 env \"PORT\"; rate: f64 = 1.5e-3; }\n"
    "genserver store {\n"
    "    name via names(id); mailbox 10 block 50ms; trap_exit; blocking;\n"
    "    options { id: u64; every: duration = env.port; }\n"
    "    state { t: table<string, user> access private heir store; c: extern \"sqlite3 *\"; }\n"
    "    init calls main takes 1ms to 5ms; continue load(n: u64);\n"
    "    call get(key: string, n: u64 = 2) -> ok(value: user) | miss\n"
    "        timeout infinity reply later by store\n"
    "        calls store.get, store casts store.put blocking;\n"
    "    cast put; info tick(u: user?); on terminate calls store; on down, exit;\n"
    "}\n"
    "agent count: i64 = -1 { get one -> i64 = state * 2 + 1; update reset; update up(by: i64) =\n"
    "    state + by timeout 1s; get_and_update take(n: i64) -> i64; }\n"
    "task fetch(url: string) -> bytes timeout 30s blocking;\n"
    "registry names { keys unique; key: u64; value: level; listener store; meta: string; }\n"
    "pubsub events { message: user; }\n"
    "cache sessions { key: string; value: user; ttl = 5m; max_bytes = 1_000; read owner;\n"
    "    stale 5ms; loader; on evict; sweep = 60s; max_entries = 2; }\n"
    "task_supervisor tasks { max_children = 5; max_restarts 1 in 2s; }\n"
    "dynamic_supervisor pool { child store restart temporary; max_children = 5; }\n"
    "partition_supervisor parts of store (4);\n"
    "supervisor main { strategy rest_for_one; max_restarts 3 in 5s;\n"
    "    auto_shutdown any_significant;\n"
    "    child two: store name second restart transient shutdown brutal_kill backoff 1s to 2s\n"
    "        significant { id = 1; } child pool shutdown infinity; }\n"
    "application example { start main; type temporary; crash fatal; prep_stop; stop;\n"
    "    stop_within 25s; }\n"
    "allow call_cycle(store, count): \"why\"; export store as :x { calls get  casts put }\n"
    "remote other = :x at \"y\" { call z(a: b) -> c }\n";

static const char everything_as_tree[] =
    "/// Doc.\n"
    "package example\n"
    "include \"a.h\"\n"
    "struct user\n"
    "  field id: u64\n"
    "  field tags: [string]?\n"
    "  field at: instant\n"
    "enum level\n"
    "  value low\n"
    "  value high\n"
    "env\n"
    "  field port: u16 = 4000 env \"PORT\"\n"
    "  field rate: f64 = 0.0015\n"
    "genserver store\n"
    "  name via names (id)\n"
    "  mailbox 10 block 50ms\n"
    "  flags trap_exit blocking\n"
    "  option id: u64\n"
    "  option every: duration = env:env.port:variable\n"
    "  state t: table<string, user> access private heir store\n"
    "  state c: extern \"sqlite3 *\"\n"
    "  continue load\n"
    "    param n: u64\n"
    "  call get timeout infinity reply later by store calls store.get calls store (all)"
    " casts store.put blocking\n"
    "    param key: string\n"
    "    param n: u64 = 2\n"
    "    alternative ok\n"
    "      field value: user\n"
    "    alternative miss\n"
    "  cast put\n"
    "  info tick\n"
    "    param u: user?\n"
    "  on init calls main (all) takes 1ms to 5ms\n"
    "  on terminate calls store (all)\n"
    "  on down\n"
    "  on exit\n"
    "agent count\n"
    "  state: i64 = (-1)\n"
    "  get one -> i64 = ((state:state * 2) + 1)\n"
    "  update reset\n"
    "  update up = (state:state + by:param) timeout 1s\n"
    "    param by: i64\n"
    "  get_and_update take -> i64\n"
    "    param n: i64\n"
    "task fetch\n"
    "  task fetch -> bytes timeout 30s blocking\n"
    "    param url: string\n"
    "registry names\n"
    "  settings keys unique listener store\n"
    "  key: u64\n"
    "  value: level\n"
    "  meta: string\n"
    "pubsub events\n"
    "  message: user\n"
    "cache sessions\n"
    "  key: string\n"
    "  value: user\n"
    "  settings ttl = 5m sweep = 1m max_entries = 2 max_bytes = 1000 read owner stale 5ms loader"
    " on evict\n"
    "task_supervisor tasks\n"
    "  settings max_restarts 1 in 2s max_children = 5\n"
    "dynamic_supervisor pool\n"
    "  settings max_children = 5\n"
    "  child store: store restart temporary\n"
    "partition_supervisor parts\n"
    "  settings partitions 4\n"
    "  child store: store\n"
    "supervisor main\n"
    "  settings strategy rest_for_one max_restarts 3 in 5s auto_shutdown any_significant\n"
    "  child two: store restart transient shutdown brutal_kill backoff 1s to 2s name second"
    " significant\n"
    "    set id = 1\n"
    "  child pool: pool shutdown infinity\n"
    "application example\n"
    "  settings start main type temporary crash fatal prep_stop stop"
    " stop_within 25s\n"
    "allow call_cycle\n"
    "  modules of store of count because \"why\"\n"
    "export export\n"
    "remote remote\n";

START_TEST(every_part_of_the_language_is_read)
{
    open_arena();
    struct unit *u = read_spec(everything);
    ck_assert_str_eq(findings_of(u), "");
    ck_assert_str_eq(dump_of(u), everything_as_tree);
    close_arena();
}
END_TEST

static const char *const words[] = {
#define KEYWORD(token, text, role) text,
#include "keywords.def"
    "later", "infinity", "permanent", "unique", "block", "one_for_one", "evict",
};

enum { N_WORDS = sizeof words / sizeof *words };

/* $ stands for the word. */
static const char word_spec[] =
    "package $;\n"
    "struct s_$ { $: $; n: [$?]; }\n"
    "enum e_$ { $, b }\n"
    "env { $: u64 = 1 env \"$\"; }\n"
    "genserver $ { name $; options { $: u64 = 1; } state { $: $; c: extern \"$\"; t: $; }\n"
    "    call $($: $, n: [$] = none) -> $($: $) | b timeout infinity calls $.$, $\n"
    "        takes 1ms to 2s;\n"
    "    cast c_$($: $) calls $.$; continue $($: u64) calls $, $.$; info i_$; init calls $;\n"
    "    on terminate calls $; on exit; }\n"
    "agent a_$: s_$ { get $($: u64 = 2) -> u64 = $ + 1; update u_$($: s_$) = $.$; }\n"
    "registry r_$ { keys unique; key: $; listener $; }\n"
    "genserver v_$ { name via r_$($); options { $: u64; } info $; }\n"
    "dynamic_supervisor d_$ { child $; max_children = env.$; }\n"
    "partition_supervisor p_$ of $ (env.$);\n"
    "supervisor top { child $; child x: $ name n_$ restart temporary shutdown 1s { $ = env.$; }\n"
    "    child $_: $; }\n"
    "application $ { start top; }\n"
    "allow $($, $): \"why\";\n";

START_TEST(every_word_can_be_any_name)
{
    open_arena();
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    const char *word = words[_i];
    for (const char *s = word_spec; *s; s++)
        if (*s == '$')
            arena_buf_puts(&b, word);
        else
            arena_buf_put(&b, s, 1);
    struct unit *u = read_spec(b.data);
    /* The one thing wrong with it: the id of the last child ends in '_'. */
    ck_assert_msg(strcmp(codes_of(u), "E0214 ") == 0, "%s", findings_of(u));
    ck_assert_ptr_null(strstr(dump_of(u), "unresolved"));
    close_arena();
}
END_TEST

START_TEST(operators_bind_as_in_c)
{
    open_arena();
    struct unit *u =
        read_spec("package x; agent a: i64 = 0 { update u(b: i64) =\n"
                  "state + b * 2 % 3 - -b == (1 + 2) * 3 && !true || b < 2 && b >= 1; }");
    ck_assert_str_eq(findings_of(u), "");
    ck_assert_ptr_nonnull(strstr(
        dump_of(u),
        "= (((((state:state + ((b:param * 2) % 3)) - (-b:param)) == ((1 + 2) * 3)) && (!true)) || "
        "((b:param < 2) && (b:param >= 1)))\n"));
    close_arena();
}
END_TEST

/* ---- Bytes ---- */

START_TEST(a_byte_order_mark_and_crlf_are_no_text)
{
    open_arena();
    struct unit *u = read_spec("\xef\xbb\xbfpackage x;\r\nstruct a { x: foo; }\r\n");
    ck_assert_str_eq(findings_of(u), "x.otp:2:15: error: unknown type 'foo' [E0204]\n"
                                     "    2 | struct a { x: foo; }\n"
                                     "      |               ^~~\n"
                                     "      = help: declare it, import its package, or write a "
                                     "built-in type\n");
    close_arena();
}
END_TEST

START_TEST(a_run_of_bad_bytes_is_told_once)
{
    open_arena();
    static const char spec[] = "package x; // \xff\xfe\x80 and \xc3\n"
                               "struct a { \0\0\0id: u64; }\n"
                               "/* \xed\xa0\x80 */ /* \xf4\x90\x80\x80 \xc0\xaf */ struct b { }\n";
    struct unit *u = read_bytes(spec, sizeof spec - 1);
    ck_assert_str_eq(codes_of(u), "E0108 E0108 E0109 E0108 E0108 E0108 ");
    ck_assert_uint_eq(u->first_file->decls.count, 2);
    close_arena();
}
END_TEST

START_TEST(a_file_of_bad_bytes_is_given_up)
{
    open_arena();
    struct unit *u = read_spec(repeat("package x;", "\xff ", 5000, ""));
    ck_assert_uint_eq(u->diags.count, 101);
    ck_assert_str_eq(u->diags.items[100]->text, "this file is no text; the rest is not read");
    close_arena();
}
END_TEST

START_TEST(a_file_without_declarations_is_an_error)
{
    open_arena();
    ck_assert_str_eq(codes_of(read_spec("")), "E0113 ");
    ck_assert_str_eq(codes_of(read_spec("\n\t // x\n/* y */")), "E0113 ");
    ck_assert_str_eq(codes_of(read_spec("/* y ")), "E0106 ");
    ck_assert_str_eq(codes_of(read_spec("package x")), "E0102 ");
    ck_assert_str_eq(codes_of(read_spec("\xef\xbb\xbf")), "E0113 ");
    close_arena();
}
END_TEST

/* ---- Depth and length ---- */

START_TEST(deep_nesting_is_one_error)
{
    static const struct {
        const char *before, *open, *middle, *close, *behind, *codes;
    } rows[] = {
        { "package x; struct a { x: ", "[", "u64", "]", "; y: foo; }", "E0112 E0204 " },
        { "package x; env { x: u64 = ", "(", "1", ")", "; y: foo; }", "E0112 E0204 " },
        { "package x; struct a { x: ", "[", "", "", "", "E0112 " },
        { "package x; env { x: u64 = ", "-", "1", "", "; }", "E0112 " },
        { "package x; env { x: u64 = ", "1 - ", "1", "", "; y: foo; }", "E0112 E0204 " },
        { "package x; env { x: u64 = a", ".b", "", "", "; y: foo; }", "E0112 E0204 " },
        { "package x; env { x: u64", "?", "", "", "; y: foo; }", "E0112 E0204 " },
        { "package x; struct a { x: ", "table<u64, ", "u64", ">", "; }", "E0112 " },
        { "package x; struct a ", "{", "", "}", " struct b { y: foo; }", "E0102 E0204 " },
        { "", "{", "", "", "", "E0102 " },
        { "", "}", "", "", "", "E0102 " },
    };
    open_arena();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *spec = repeat(rows[i].before, rows[i].open, 20000, rows[i].middle);
        spec = repeat(spec, rows[i].close, 20000, rows[i].behind);
        struct unit *u = read_spec(spec);
        ck_assert_msg(strcmp(codes_of(u), rows[i].codes) == 0, "row %zu: %s", i, codes_of(u));
    }
    close_arena();
}
END_TEST

START_TEST(a_line_of_ten_megabytes_is_read_and_not_shown)
{
    enum { COUNT = 400000 };
    open_arena();
    const char *spec =
        repeat("package x; struct a { ", "/* fill the line */ x: u64; ", COUNT, "y: foo; }\n");
    struct unit *u = ARENA_NEW(&arena, struct unit);
    ast_unit_init(u, &arena);
    struct source *s = source_from_bytes(&u->sources, "x.otp", spec, strlen(spec));
    ck_assert_uint_gt(s->size, 10 * 1000 * 1000);
    resolve_load_source(u, s);
    u->first_file->decls.first->fields.first->next = u->first_file->decls.first->fields.last;
    resolve_names(u);
    const char *said = findings_of(u);
    ck_assert_ptr_nonnull(strstr(said, "x.otp:1:11200026: error: unknown type 'foo' [E0204]\n"));
    ck_assert_uint_lt(strlen(said), 1000);
    close_arena();
}
END_TEST

START_TEST(many_declarations_are_read_in_time)
{
    enum { COUNT = 10000 };
    open_arena();
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    arena_buf_puts(&b, "package x;\n");
    for (int i = 0; i < COUNT; i++)
        arena_buf_printf(&b,
                         "genserver g%d { name g%d; call get(key: string) -> u64 calls g%d; }\n", i,
                         i, i * 7 % COUNT);
    struct unit *u = read_bytes(b.data, b.len);
    ck_assert_uint_eq(u->diags.count, 0);
    ck_assert_uint_eq(u->first_file->decls.count, COUNT);
    close_arena();
}
END_TEST

START_TEST(a_flood_of_unknown_names_is_told_in_time)
{
    enum { COUNT = 20000 };
    open_arena();
    struct arena_buf b;
    arena_buf_init(&b, &arena);
    arena_buf_puts(&b, "package x;\n");
    for (int i = 0; i < COUNT; i++)
        arena_buf_printf(&b, "struct module_%d { x: modul_%d; }\n", i, i);
    struct unit *u = read_bytes(b.data, b.len);
    ck_assert_uint_eq(u->diags.count, COUNT);
    ck_assert_ptr_nonnull(strstr(u->diags.items[0]->text, "did you mean the struct 'module_0'?"));
    close_arena();
}
END_TEST

/* ---- Anything at all ---- */

static uint64_t random_state;

static unsigned pick(size_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return n ? (unsigned)(random_state % n) : 0;
}

/* Cuts, doubles, swaps for another byte. */
static size_t spoil(char *text, size_t len, size_t cap)
{
    size_t at = pick(len + 1), n = pick(30), from = pick(len + 1);
    switch (pick(3)) {
    case 0:
        n = at + n > len ? len - at : n;
        memmove(text + at, text + at + n, len - at - n);
        return len - n;
    case 1:
        n = from + n > len ? len - from : n;
        if (len + n > cap)
            return len;
        char piece[32];
        memcpy(piece, text + from, n);
        memmove(text + at + n, text + at, len - at);
        memcpy(text + at, piece, n);
        return len + n;
    }
    if (at < len)
        text[at] = (char)pick(256);
    return len;
}

START_TEST(a_spoilt_spec_is_read_to_its_end)
{
    enum { ROUNDS = 3000, CAP = 8192 };
    static char text[CAP];
    random_state = 88172645463325252u;
    for (int round = 0; round < ROUNDS; round++) {
        open_arena();
        size_t len = sizeof everything - 1;
        memcpy(text, everything, len);
        for (unsigned i = pick(20); i > 0; i--)
            len = spoil(text, len, CAP);
        struct unit *u = read_bytes(text, len);
        ck_assert_ptr_nonnull(findings_of(u));
        ck_assert_ptr_nonnull(dump_of(u));
        close_arena();
    }
}
END_TEST

/* The end of the word, string or sign at s. */
static size_t token_end(const char *s)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    size_t len = strspn(s, word);
    if (*s == '"')
        len = strcspn(s + 1, "\"") + 2;
    return len ? len : 1;
}

/* `everything` without its bytes from..to, or with a second copy of them behind. */
static size_t count_errors(size_t from, size_t to, bool twice)
{
    struct arena_buf b;
    open_arena();
    arena_buf_init(&b, &arena);
    arena_buf_put(&b, everything, twice ? to : from);
    arena_buf_puts(&b, " ");
    arena_buf_puts(&b, everything + (twice ? from : to));
    size_t count = diag_count(&read_bytes(b.data, b.len)->diags).errors;
    close_arena();
    return count;
}

/* One mistake may not drown the reader: nearly always it is one error, never many. */
START_TEST(one_token_lost_or_doubled_is_few_errors)
{
    unsigned tokens = 0, several[2] = { 0 };
    for (size_t at = strlen("/// Doc.\n"), end; everything[at]; at = end) {
        end = at + token_end(everything + at);
        if (everything[at] == ' ' || everything[at] == '\n')
            continue;
        tokens++;
        for (int twice = 0; twice < 2; twice++) {
            size_t count = count_errors(at, end, twice);
            ck_assert_msg(count <= 4, "%zu errors, %d: %.30s", count, twice, everything + at);
            several[twice] += count > 1;
        }
    }
    ck_assert_uint_gt(tokens, 400);
    ck_assert_msg(several[0] < tokens / 10, "%u of %u lost", several[0], tokens);
    ck_assert_msg(several[1] < tokens / 4, "%u of %u doubled", several[1], tokens);
}
END_TEST

START_TEST(random_bytes_are_read_to_their_end)
{
    enum { ROUNDS = 2000, SIZE = 600 };
    static char text[SIZE];
    random_state = 4101842887655102017u;
    for (int round = 0; round < ROUNDS; round++) {
        open_arena();
        for (int i = 0; i < SIZE; i++)
            text[i] = (char)(round % 2 ? 32 + pick(95) : pick(256));
        ck_assert_uint_gt(read_bytes(text, SIZE)->diags.count, 0);
        close_arena();
    }
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    volatile unsigned ended = 0;
    volatile size_t limit = 0;
    for (volatile bool done = false; !done; limit += 1009) {
        open_arena();
        arena.limit = limit + 1;
        if (setjmp(on_empty) == 0) {
            ck_assert_ptr_nonnull(dump_of(read_spec(everything)));
            done = true;
        } else {
            ended++;
        }
        close_arena();
    }
    ck_assert_uint_gt(ended, 50);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parse");
    TCase *c = support_case(suite, "parse", 60.0);
    tcase_add_test(c, every_part_of_the_language_is_read);
    tcase_add_loop_test(c, every_word_can_be_any_name, 0, N_WORDS);
    tcase_add_test(c, operators_bind_as_in_c);
    tcase_add_test(c, a_byte_order_mark_and_crlf_are_no_text);
    tcase_add_test(c, a_run_of_bad_bytes_is_told_once);
    tcase_add_test(c, a_file_of_bad_bytes_is_given_up);
    tcase_add_test(c, a_file_without_declarations_is_an_error);
    tcase_add_test(c, deep_nesting_is_one_error);
    tcase_add_test(c, a_line_of_ten_megabytes_is_read_and_not_shown);
    tcase_add_test(c, many_declarations_are_read_in_time);
    tcase_add_test(c, a_flood_of_unknown_names_is_told_in_time);
    tcase_add_test(c, one_token_lost_or_doubled_is_few_errors);
    tcase_add_test(c, a_spoilt_spec_is_read_to_its_end);
    tcase_add_test(c, random_bytes_are_read_to_their_end);
    tcase_add_test(c, memory_may_end_anywhere);
    return support_run(suite);
}
