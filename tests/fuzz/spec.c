/* spec.c - fuzzes the compiler: bytes in, findings or files out.
 *
 * Idea: everything that otpc does with a spec short of the disk. Beside libFuzzer's own mutations
 * of bytes there are some of words: they keep a spec nearly right, so that checking and emitting
 * are reached. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "diag.h"
#include "dump.h"
#include "emit.h"
#include "explain.h"
#include "fuzz.h"
#include "plan.h"
#include "resolve.h"

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* A spec without errors: every file can be made, and has its text. */
static void make_files(struct arena *a, struct unit *u, const struct file *f)
{
    const struct plan *p = plan_build(u, f);
    struct emit_files files =
        emit_files(a, p, EMIT_WANT_GENERATED | EMIT_WANT_MAIN | EMIT_WANT_SKELETON);
    must(files.count >= 3);
    for (size_t i = 0; i < files.count; i++)
        must(files.items[i].size > 0 && strlen(files.items[i].bytes) == files.items[i].size);
    for (struct tree *t = tree_forest(u, &u->diags); t; t = t->next) {
        struct arena_buf text;
        arena_buf_init(&text, a);
        explain_tree(&text, a, t);
    }
}

static void compile(struct arena *a, struct unit *u, const uint8_t *data, size_t size)
{
    struct arena_buf text;
    ast_unit_init(u, a);
    u->diag_options.all = u->diag_options.extra = true;
    struct source *s = source_from_bytes(&u->sources, "fuzz.otp", (const char *)data, size);
    struct file *f = resolve_load_source(u, s);
    resolve_names(u);
    check_unit(u);
    plan_check_names(u);
    arena_buf_init(&text, a);
    if (f)
        dump_ast(f, &text);
    diag_sort(&u->diags);
    arena_buf_init(&text, a);
    diag_render(&u->diags, &text);
    if (diag_count(&u->diags).errors > 0)
        must(text.len > 0);
    else if (f)
        make_files(a, u, f);
    else
        must(false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct unit unit;
    struct arena arena;
    jmp_buf on_empty;
    memset(&unit, 0, sizeof unit);
    arena_init(&arena, &on_empty);
    if (setjmp(on_empty) == 0)
        compile(&arena, &unit, data, size);
    arena_free(&arena);
    return 0;
}

/* ---- Mutations of words ---- */

static const char *const words[] = {
#define KEYWORD(token, text, role) text,
#include "keywords.def"
#undef KEYWORD
    "{",        "}",     ";",        ":",           "=",         "->",
    "|",        "(",     ")",        "?",           "[",         "]",
    ",",        ".",     "i64",      "u8",          "string",    "bytes",
    "bool",     "f64",   "duration", "instant",     "pid",       "table<u64, string>",
    "none",     "true",  "5s",       "0",           "-1",        "18446744073709551615",
    "\"x\"",    "state", "env.x",    "one_for_all", "permanent", "brutal_kill",
    "infinity", "a",     "b",        "main",        "+",         "*",
    "==",       "&&",    "!",
};

static bool is_word(uint8_t c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Where the token at or behind at begins, and its length. */
static size_t find_token(const uint8_t *data, size_t size, size_t at, size_t *length)
{
    while (at > 0 && is_word(data[at - 1]) && is_word(data[at]))
        at--;
    while (at < size && (data[at] == ' ' || data[at] == '\n'))
        at++;
    size_t end = at < size ? at + 1 : at;
    while (at < size && is_word(data[at]) && end < size && is_word(data[end]))
        end++;
    *length = end - at;
    return at;
}

/* Puts text in the place of length bytes; the new size, or the old one where there is no room. */
static size_t replace(uint8_t *data, size_t size, size_t room, struct fuzz_edit edit)
{
    if (size - edit.length + edit.text_size > room)
        return size;
    memmove(data + edit.at + edit.text_size, data + edit.at + edit.length,
            size - edit.at - edit.length);
    memcpy(data + edit.at, edit.text, edit.text_size);
    return size - edit.length + edit.text_size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    char text[256];
    if (size == 0 || seed % 4 == 0)
        return LLVMFuzzerMutate(data, size, room);
    struct fuzz_edit edit = { .text = text };
    edit.at = find_token(data, size, (seed >> 2) % size, &edit.length);
    const char *word = words[(seed >> 7) % (sizeof words / sizeof words[0])];
    size_t other_length, other = find_token(data, size, (seed >> 5) % size, &other_length);
    if (other_length > sizeof text - 2)
        other_length = sizeof text - 2;
    bool copied = seed % 3 == 0; /* a word of the spec; else one of the language */
    edit.text_size = copied ? other_length : strlen(word);
    memcpy(text, copied ? (const char *)data + other : word, edit.text_size);
    text[edit.text_size++] = ' ';
    if (seed % 5 == 0)
        edit.length = 0; /* put before */
    else if (seed % 7 == 0)
        edit.text_size = 0; /* left out */
    return replace(data, size, room, edit);
}
